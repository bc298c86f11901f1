//! The planned month of a user: what stands in table 6. Knows services, weeks and days; knows no
//! sum, no limit and no file.
//!
//! A month follows from the seed, the user and the month alone. Rows are in the order of dates,
//! times and codes, and no two are equal. Left out: services across midnight.
//!
//! 日割: what is billed by the month is counted by the day where it begins or ends within the month,
//! as somebody comes or leaves, moves to another office or goes over to 要介護, or where its code
//! changes with the level within the month. One row then has the days of the calendar from the first
//! to the last of that service as its count, however many visits there were, and marks them in
//! 日割対象日. Rentals, which have no such codes, cost half a month where they last fifteen days or
//! less of it. Both are general knowledge; that all offices count so is an assumption.

use renkei_validator::spec::{Version, is_rental};
use time::Date;

use crate::arrangement::Arrangement;
use crate::calendar::{self, FIRST_MONTH, day, is_new_year, last_day, month_of};
use crate::certification::{level_of_month, on};
use crate::chance::Dice;
use crate::choice::{Added, Base, Case, On, additions, base, days, percentage};
use crate::equipment;
use crate::model::{CareLevel, Trade, User, Visit, YearMonth};
use crate::population::Population;
use crate::services::{Per, Service, prorated};
use crate::stays::{STAYS, Stays, in_hospital};
use crate::week::Week;

pub use crate::result::result;
pub use crate::stays::{stay_days, stay_days_before};

/// Streams of [`Dice`].
const PATTERN: u64 = 30;
const OPENING: u64 = 31;
const RENTAL: u64 = 33;
const BRANCH: u64 = 34;

/// Whether services of a type rent equipment.
pub(crate) fn rents(service_type: [u8; 2]) -> bool {
    is_rental(Version::V202407, &service_type)
}

/// A rental of no more days costs half a month.
const HALF_A_MONTH: i64 = 15;

/// Types that take the better part of a day.
const DAY_SERVICES: [[u8; 2]; 5] = [*b"15", *b"16", *b"78", *b"66", *b"A6"];

/// Visits that are made at New Year, too; other offices are closed (general knowledge). Short stays go on.
const AT_NEW_YEAR: [[u8; 2]; 2] = [*b"11", *b"76"];

/// The planned table 6 of a user in a month. Empty for a month that the user's periods do not reach.
pub fn plan(population: &Population, user: &User, month: YearMonth) -> Vec<Visit> {
    let Some(level) = level_of_month(&user.certifications, month) else { return Vec::new() };
    let mut arrangements = population.arrangements(user.index);
    let stays = Stays::of(population, user, &arrangements);
    arrangements.retain(|one| one.covers(month));
    // Day services come first, so that visits find an hour beside them.
    arrangements.sort_by_key(|one| (!DAY_SERVICES.contains(&one.service_type), one.service_type));
    let at_home = at_home(user, month);
    let away = stays.days(month);
    let open = at_home.iter().copied().filter(|date| !away.contains(date)).collect();
    let mut scene = Scene { population, user, month, level, open, week: Week::default(), visits: Vec::new() };
    for one in &arrangements {
        match one.service_type {
            service_type if rents(service_type) => scene.rent(one, &at_home),
            service_type if STAYS.contains(&service_type) => scene.stay(one, &stays, &away),
            _ => scene.serve(one),
        }
    }
    ordered(scene.visits)
}

fn at_home(user: &User, month: YearMonth) -> Vec<Date> {
    calendar::days(month).filter(|date| !in_hospital(user, *date)).collect()
}

/// Sorts rows, and numbers the rentals of one office, code and units (明細判別コード, type 17 only).
pub(crate) fn ordered(mut visits: Vec<Visit>) -> Vec<Visit> {
    visits.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    let rental = |visit: &Visit| (visit.office, visit.code, visit.units);
    for at in 0..visits.len() {
        if !visits[at].code.starts_with(b"17") {
            continue;
        }
        let own = rental(&visits[at]);
        let alike = |visit: &&Visit| rental(visit) == own;
        let (before, all) = (visits[..at].iter().filter(alike).count(), visits.iter().filter(alike).count());
        visits[at].detail_no = if all > 1 { Some(before as u8 + 1) } else { None };
    }
    visits
}

fn sort_key(visit: &Visit) -> (Date, (u16, u16), [u8; 6], u32, Option<&str>) {
    let tais = visit.equipment.as_ref().map(|(tais, _)| tais.as_str());
    (visit.date, visit.time.unwrap_or((9999, 9999)), visit.code, visit.office, tais)
}

/// Days of a month for which a service has one base.
struct Part {
    level: CareLevel,
    base: Base,
    from: Date,
    until: Date,
}

/// A month that is being written.
struct Scene<'a> {
    population: &'a Population,
    user: &'a User,
    month: YearMonth,
    /// That of the month.
    level: CareLevel,
    /// Days at home.
    open: Vec<Date>,
    week: Week,
    visits: Vec<Visit>,
}

impl Scene<'_> {
    fn case(&self, one: &Arrangement) -> Case {
        Case {
            seed: self.population.request().seed,
            user: self.user.index,
            office: one.office,
            service_type: one.service_type,
            month: self.month,
            is_first: month_of(one.from) == self.month && one.from > day(FIRST_MONTH, 1),
        }
    }

    fn dice(&self, stream: u64, one: &Arrangement) -> Dice {
        let kind = u64::from(u16::from_be_bytes(one.service_type));
        Dice::of(self.population.request().seed, &[stream, u64::from(self.user.index), kind])
    }

    fn level_on(&self, date: Date) -> CareLevel {
        on(&self.user.certifications, date).map_or(self.level, |period| period.level_on(date))
    }

    /// A row without time, for the caller to complete.
    fn row(&self, one: &Arrangement, date: Date, service: &Service) -> Visit {
        let satellite = self.population.offices().get(one.office as usize).and_then(|office| office.satellites.first());
        let served_there = self.dice(BRANCH, one).chance(500);
        Visit {
            date,
            time: None,
            code: service.code,
            units: if service.per == Per::Percent { 0 } else { service.units },
            count: 1,
            office: one.office,
            satellite: satellite.filter(|_| served_there).cloned(),
            equipment: None,
            detail_no: None,
            prorated: None,
            over_30_days: false,
        }
    }

    /// Visits and day services on the weekdays of the user.
    fn serve(&mut self, one: &Arrangement) {
        let case = self.case(one);
        let (from, until) = one.within(self.month);
        let level = self.level_on(from).max(self.level_on(until));
        let Some(usual) = base(&case, level, 0) else { return };
        let (week, most) = days(&case, &usual, level);
        let mut dice = self.dice(PATTERN, one);
        let is_mixed = one.service_type == *b"11" && dice.chance(300);
        let other = if is_mixed { base(&case, level, 1) } else { None };
        let minutes = [Some(usual), other].into_iter().flatten().filter_map(|base| base.minutes()).max();
        let (weekdays, start) = self.week.take(&mut dice, week, minutes.unwrap_or(30), self.opening(one));
        let on_weekday = |date: &Date| {
            from <= *date && *date <= until && weekdays.contains(&date.weekday().number_days_from_monday())
        };
        let is_open = |date: &Date| AT_NEW_YEAR.contains(&one.service_type) || !is_new_year(*date);
        // What is given twice a month is given every other week.
        let step = if most == 2 { 2 } else { 1 };
        let dates: Vec<Date> =
            self.open.iter().copied().filter(on_weekday).filter(is_open).step_by(step).take(most).collect();
        let mut rows: Vec<Visit> = Vec::new();
        for part in self.parts(&case, from, until) {
            let mut own = dates.iter().copied().filter(|date| part.from <= *date && *date <= part.until);
            if part.base.service.per == Per::Month {
                // A monthly code stands once, on the first day.
                rows.extend(own.next().map(|date| self.monthly(one, &part, date, start)));
                continue;
            }
            for date in own {
                let at = weekdays.iter().position(|weekday| *weekday == date.weekday().number_days_from_monday());
                let side = if is_mixed { at.unwrap_or(0) as u64 % 2 } else { 0 };
                let Some(base) = base(&case, part.level, side) else { continue };
                let time = base.minutes().map(|minutes| (start, start + minutes));
                rows.push(Visit { time, count: base.count, ..self.row(one, date, base.service) });
            }
        }
        self.write(one, &case, rows, &[]);
    }

    /// The days of a month that a service is in force, divided where the level changes. A monthly code
    /// that both levels have is not divided.
    fn parts(&self, case: &Case, from: Date, until: Date) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let days = calendar::days(self.month).filter(|date| from <= *date && *date <= until);
        for date in days {
            let level = self.level_on(date);
            if let Some(last) = parts.last_mut().filter(|last| last.level == level) {
                last.until = date;
                continue;
            }
            let Some(base) = base(case, level, 0) else { continue };
            let same = |last: &&mut Part| {
                base.service.per == Per::Month && last.base.service.code == base.service.code && last.until < date
            };
            match parts.last_mut().filter(same) {
                Some(last) => (last.until, last.level) = (date, level),
                None => parts.push(Part { level, base, from: date, until: date }),
            }
        }
        parts
    }

    /// The row of a monthly code: of the whole month, or of the days of a part of it.
    fn monthly(&self, one: &Arrangement, part: &Part, date: Date, start: u16) -> Visit {
        let time = part.base.minutes().map(|minutes| (start, start + minutes));
        let is_whole = part.from == day(self.month, 1) && part.until == last_day(self.month);
        match prorated(part.base.service, self.month).filter(|_| !is_whole) {
            None => Visit { time, count: part.base.count, ..self.row(one, date, part.base.service) },
            Some(daily) => {
                let days = part.from.day()..=part.until.day();
                let count = days.clone().count() as u8;
                let marks = days.fold(0, |marks, number| marks | 1 << (number - 1));
                Visit { time, count, prorated: Some(marks), ..self.row(one, date, daily) }
            }
        }
    }

    /// Day services open at one hour for all.
    fn opening(&self, one: &Arrangement) -> Option<u16> {
        let mut dice = Dice::of(self.population.request().seed, &[OPENING, u64::from(one.office)]);
        DAY_SERVICES.contains(&one.service_type).then(|| *dice.pick(&[540, 555, 570, 570, 600]))
    }

    /// A short stay: a row a day, without times.
    fn stay(&mut self, one: &Arrangement, stays: &Stays<'_>, days: &[Date]) {
        let case = self.case(one);
        let (from, until) = one.within(self.month);
        let not_covered = stays.not_covered(self.month, days);
        let ends = stays.ends(self.month, days);
        let of_day = |date: &Date| {
            let row = self.row(one, *date, base(&case, self.level_on(*date), 0)?.service);
            Some(Visit { over_30_days: not_covered.contains(date), ..row })
        };
        let rows = days.iter().filter(|date| from <= **date && **date <= until).filter_map(of_day).collect();
        self.write(one, &case, rows, &ends);
    }

    /// A row for each thing rented, on the first day at home.
    fn rent(&mut self, one: &Arrangement, at_home: &[Date]) {
        let (from, until) = one.within(self.month);
        let Some(date) = at_home.iter().copied().find(|date| from <= *date && *date <= until) else { return };
        let level = self.level_on(date);
        let is_half = (until - from).whole_days() < HALF_A_MONTH;
        for product in equipment::rented(&mut self.dice(RENTAL, one), level) {
            let code = [
                one.service_type[0],
                one.service_type[1],
                b'1',
                b'0',
                b'0' + product.kind / 10,
                b'0' + product.kind % 10,
            ];
            let Some(service) = crate::services::find(code, self.month) else { continue };
            let row = self.row(one, date, service);
            let equipment = Some((product.tais, product.name));
            let units = if is_half { product.units / 2 } else { product.units };
            self.visits.push(Visit { units, equipment, ..row });
        }
    }

    /// Base rows, with what is added to them. `ends` are the days on which stays begin and end.
    fn write(&mut self, one: &Arrangement, case: &Case, rows: Vec<Visit>, ends: &[Date]) {
        let Some(first) = rows.first().cloned() else { return };
        let level = self.level_on(first.date);
        for Added { service, on } in additions(case, level) {
            let with = |base: &Visit| Visit {
                time: base.time,
                over_30_days: base.over_30_days,
                ..self.row(one, base.date, service)
            };
            let added: Vec<Visit> = match on {
                On::EveryDay => rows.iter().map(with).collect(),
                // The first, and one about two weeks later.
                On::Twice => rows.iter().step_by(rows.len().div_ceil(2)).map(with).collect(),
                On::Ends => rows.iter().filter(|row| ends.contains(&row.date)).map(with).collect(),
                On::Once => vec![self.row(one, first.date, service)],
            };
            self.visits.extend(added);
        }
        if let Some(service) = percentage(case, level) {
            let row = self.row(one, first.date, service);
            self.visits.push(row);
        }
        self.visits.extend(rows);
    }
}

/// The type of service that an office of a trade gives to a level: 63 for 要支援 at an office of 13.
/// A receiver's service type in a file name is that of its rows.
pub fn service_type_of(trade: Trade, visits: &[Visit], office: u32) -> Option<[u8; 2]> {
    match trade {
        Trade::CareManagement => Some(*b"43"),
        Trade::CommunityCenter => Some(*b"46"),
        Trade::Service(_) => {
            visits.iter().find(|visit| visit.office == office).map(|visit| [visit.code[0], visit.code[1]])
        }
    }
}
