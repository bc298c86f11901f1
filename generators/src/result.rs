//! What was done of a plan: visits cancelled, moved to another hour, and made in addition. Knows the
//! rows of a month; knows no sum and no file.
//!
//! How often plans are departed from is an assumption. Rentals, short stays and monthly codes are
//! done as planned.

use std::collections::BTreeMap;

use time::Date;

use crate::calendar;
use crate::chance::Dice;
use crate::model::{User, Visit, YearMonth};
use crate::plan::{ordered, rents};
use crate::population::Population;
use crate::services::{Per, Role, Service, find};
use crate::stays::{STAYS, in_hospital};
use crate::week::DAYTIME;

/// Streams of [`Dice`].
const DONE: u64 = 40;
const EXTRA: u64 = 41;

/// Cancelled and moved, in thousandths of visits.
const CANCELLED: u32 = 40;
const MOVED: u32 = 60;

/// In thousandths of the months of a user with an office that visits.
const VISITED_MORE: u32 = 60;

/// Types whose offices may come once more.
const VISITING: [[u8; 2]; 3] = [*b"11", *b"13", *b"63"];

/// 訪看Ⅰ５ and 予訪看Ⅰ５, as therapists do not come when they are called, and no more than six times a
/// week are paid.
const NOT_ONCE_MORE: [&[u8; 6]; 2] = [b"131501", b"631501"];

/// When an office comes once more, in minutes after midnight.
const ONCE_MORE: u16 = 1020;

/// What one call of an office was: a date, the time that was planned, the office.
type Call = (Date, (u16, u16), u32);

/// What became of a call.
enum Fate {
    Cancelled,
    At((u16, u16)),
}

/// What was done of the planned table 6 of a user in a month.
pub fn result(population: &Population, user: &User, month: YearMonth, planned: &[Visit]) -> Vec<Visit> {
    let seed = population.request().seed;
    let mut fates: BTreeMap<Call, Fate> = BTreeMap::new();
    for visit in planned {
        let Some(time) = visit.time else { continue };
        let call = (visit.date, time, visit.office);
        if !fates.contains_key(&call) {
            let fate = fate(seed, user, planned, &fates, call, month);
            fates.insert(call, fate);
        }
    }
    let mut done: Vec<Visit> = Vec::new();
    for visit in planned {
        match visit.time.and_then(|time| fates.get(&(visit.date, time, visit.office))) {
            Some(Fate::Cancelled) => {}
            Some(Fate::At(time)) => done.push(Visit { time: Some(*time), ..visit.clone() }),
            None => done.push(visit.clone()),
        }
    }
    done.extend(extra(population, user, planned, &done, month));
    settle(&mut done, month);
    ordered(done)
}

fn fate(seed: u64, user: &User, planned: &[Visit], fates: &BTreeMap<Call, Fate>, call: Call, month: YearMonth) -> Fate {
    let (date, (start, end), office) = call;
    let of_call = |visit: &&Visit| (visit.date, visit.time, visit.office) == (date, Some((start, end)), office);
    let mut services = planned.iter().filter(of_call).filter_map(|visit| find(visit.code, month));
    // A monthly code is due for the month or its days, whatever became of one day.
    let is_monthly = services.any(is_due);
    let path = [DONE, u64::from(user.index), day_number(date), u64::from(start), u64::from(office)];
    let mut dice = Dice::of(seed, &path);
    if dice.chance(CANCELLED) && !is_monthly {
        return Fate::Cancelled;
    }
    if !dice.chance(MOVED) {
        return Fate::At((start, end));
    }
    let by = *dice.pick(&[10, 15, 30, 60]);
    let time =
        if dice.chance(500) { (start.saturating_sub(by), end.saturating_sub(by)) } else { (start + by, end + by) };
    // Not while another is there.
    let is_free = planned.iter().filter(|other| other.date == date).all(|other| {
        let Some(planned) = other.time.filter(|own| (*own, other.office) != ((start, end), office)) else {
            return true;
        };
        match fates.get(&(date, planned, other.office)) {
            Some(Fate::Cancelled) => true,
            Some(Fate::At(moved)) => !clash(*moved, time),
            None => !clash(planned, time),
        }
    });
    Fate::At(if DAYTIME.contains(&time.0) && is_free { time } else { (start, end) })
}

fn clash(one: (u16, u16), other: (u16, u16)) -> bool {
    one.0 < other.1 && other.0 < one.1
}

/// Whether a service is billed by the month or the days of it.
fn is_due(service: &Service) -> bool {
    match service.role {
        Role::Prorated => true,
        Role::Base => service.per == Per::Month,
        Role::Addition => false,
    }
}

/// One visit more of an office, late on a day on which it does not come and nobody else does then.
fn extra(population: &Population, user: &User, planned: &[Visit], done: &[Visit], month: YearMonth) -> Vec<Visit> {
    let seed = population.request().seed;
    let mut seen: Vec<u32> = Vec::new();
    let mut more: Vec<Visit> = Vec::new();
    for visit in planned {
        let is_base = find(visit.code, month).is_some_and(|service| service.role == Role::Base);
        let visits =
            VISITING.contains(&[visit.code[0], visit.code[1]]) && !NOT_ONCE_MORE.contains(&&visit.code) && is_base;
        let Some((start, end)) = visit.time.filter(|_| visits && !seen.contains(&visit.office)) else { continue };
        seen.push(visit.office);
        let path =
            [EXTRA, u64::from(user.index), u64::from(month.year), u64::from(month.month), u64::from(visit.office)];
        let mut dice = Dice::of(seed, &path);
        let is_away = |date: Date| {
            in_hospital(user, date)
                || planned.iter().any(|other| other.date == date && STAYS.contains(&[other.code[0], other.code[1]]))
        };
        if !dice.chance(VISITED_MORE) {
            continue;
        }
        let mut serves = population.arrangements(user.index);
        serves.retain(|one| one.office == visit.office && visit.code.starts_with(&one.service_type));
        let late = (ONCE_MORE, ONCE_MORE + end - start);
        let days: Vec<Date> = calendar::days(month)
            .filter(|date| !is_away(*date) && serves.iter().any(|one| one.from <= *date && *date <= one.until))
            .filter(|date| !planned.iter().any(|other| other.date == *date && other.office == visit.office))
            .filter(|date| {
                let mut others = done.iter().chain(&more).filter(|other| other.date == *date);
                !others.any(|other| other.time.is_some_and(|time| clash(time, late)))
            })
            .collect();
        if days.is_empty() {
            continue;
        }
        let extra = Visit { date: *dice.pick(&days), time: Some(late), ..visit.clone() };
        // 緊急時訪問介護加算 goes with a visit that was asked for at once, of 身体介護 and not of 生活援助 alone.
        let is_body_care = visit.code.starts_with(b"11") && !visit.code.starts_with(b"117");
        if let Some(service) = find(*b"114000", month).filter(|_| is_body_care) {
            more.push(Visit { code: service.code, units: service.units, count: 1, ..extra.clone() });
        }
        more.push(extra);
    }
    more
}

/// Puts what is written once a month on a day on which something was done, and leaves it out where
/// nothing was.
fn settle(done: &mut Vec<Visit>, month: YearMonth) {
    let mut first: BTreeMap<(u32, [u8; 2]), Vec<Date>> = BTreeMap::new();
    for visit in done.iter() {
        if find(visit.code, month).is_some_and(|service| service.role != Role::Addition) {
            first.entry((visit.office, [visit.code[0], visit.code[1]])).or_default().push(visit.date);
        }
    }
    done.retain_mut(|visit| {
        let service_type = [visit.code[0], visit.code[1]];
        if visit.time.is_some() || rents(service_type) || STAYS.contains(&service_type) {
            return true;
        }
        let Some(dates) = first.get(&(visit.office, service_type)) else { return false };
        if !dates.contains(&visit.date) {
            visit.date = dates.iter().copied().min().unwrap_or(visit.date);
        }
        true
    });
}

fn day_number(date: Date) -> u64 {
    date.to_julian_day() as u64
}
