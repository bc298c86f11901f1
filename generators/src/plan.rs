//! The planned month of a user: what stands in table 6. Knows services, weeks and days; knows no
//! sum, no limit and no file.
//!
//! A month follows from the seed, the user and the month alone. Rows are in the order of dates,
//! times and codes, and no two are equal. Left out: 日割 (the table of services has no prorated
//! codes), stays of more than thirty days, services across midnight.

use renkei_validator::spec::{Version, is_rental};
use time::Date;

use crate::arrangement::Arrangement;
use crate::calendar::{self, FIRST_MONTH, day, month_of, plus};
use crate::certification::{level_of_month, on};
use crate::chance::Dice;
use crate::choice::{Added, Base, Case, On, additions, base, days, percentage};
use crate::equipment;
use crate::model::{CareLevel, Trade, User, Visit, YearMonth};
use crate::population::Population;
use crate::services::{Per, Service};
use crate::week::Week;

pub use crate::result::result;

/// Streams of [`Dice`].
const PATTERN: u64 = 30;
const OPENING: u64 = 31;
const STAY: u64 = 32;
const RENTAL: u64 = 33;
const BRANCH: u64 = 34;

/// Types of short stay.
pub(crate) const STAYS: [[u8; 2]; 2] = [*b"21", *b"24"];

/// Whether services of a type rent equipment.
pub(crate) fn rents(service_type: [u8; 2]) -> bool {
    is_rental(Version::V202407, &service_type)
}

/// Types that take the better part of a day.
const DAY_SERVICES: [[u8; 2]; 5] = [*b"15", *b"16", *b"78", *b"66", *b"A6"];

/// The planned table 6 of a user in a month. Empty for a month that the user's periods do not reach.
pub fn plan(population: &Population, user: &User, month: YearMonth) -> Vec<Visit> {
    let Some(level) = level_of_month(&user.certifications, month) else { return Vec::new() };
    let mut arrangements = population.arrangements(user.index);
    arrangements.retain(|one| one.covers(month));
    // Day services come first, so that visits find an hour beside them.
    arrangements.sort_by_key(|one| (!DAY_SERVICES.contains(&one.service_type), one.service_type));
    let seed = population.request().seed;
    let at_home = at_home(user, month);
    let stays = arrangements.iter().any(|one| STAYS.contains(&one.service_type));
    let away = if stays { short_stay(seed, user, month, &at_home) } else { Vec::new() };
    let open = at_home.iter().copied().filter(|date| !away.contains(date)).collect();
    let mut scene = Scene { population, user, month, level, open, week: Week::default(), visits: Vec::new() };
    for one in &arrangements {
        match one.service_type {
            service_type if rents(service_type) => scene.rent(one, at_home.first().copied()),
            service_type if STAYS.contains(&service_type) => scene.stay(one, &away),
            _ => scene.serve(one),
        }
    }
    ordered(scene.visits)
}

/// The days of short stay among the rows of a month.
pub fn stay_days(visits: &[Visit]) -> u32 {
    let mut days: Vec<Date> =
        visits.iter().filter(|visit| STAYS.contains(&[visit.code[0], visit.code[1]])).map(|visit| visit.date).collect();
    days.sort_unstable();
    days.dedup();
    days.len() as u32
}

/// The days of short stay that were planned from the beginning of the certified period, or of all
/// months that can be asked for, to the month before.
pub fn stay_days_before(population: &Population, user: &User, month: YearMonth) -> u32 {
    let mut stays = population.arrangements(user.index);
    stays.retain(|one| STAYS.contains(&one.service_type));
    let Some(period) = on(&user.certifications, day(month, 1)).filter(|_| !stays.is_empty()) else { return 0 };
    let from = month_of(period.valid_from).max(FIRST_MONTH);
    calendar::months(from, plus(month, -1))
        .filter(|month| stays.iter().any(|one| one.covers(*month)))
        .map(|month| short_stay(population.request().seed, user, month, &at_home(user, month)).len() as u32)
        .sum()
}

fn at_home(user: &User, month: YearMonth) -> Vec<Date> {
    calendar::days(month).filter(|date| !in_hospital(user, *date)).collect()
}

/// Whether a user is in hospital on a day.
pub(crate) fn in_hospital(user: &User, date: Date) -> bool {
    user.hospital.iter().any(|(from, to)| *from <= date && date <= *to)
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

/// The days of one stay in a month, or none: it does not reach into a neighbouring month, nor into
/// a stay in hospital. Three in four months have one; that and its length are assumptions.
fn short_stay(seed: u64, user: &User, month: YearMonth, at_home: &[Date]) -> Vec<Date> {
    let mut dice = Dice::of(seed, &[STAY, u64::from(user.index), u64::from(month.year), u64::from(month.month)]);
    let (from, to) = *dice.weighted(&[(40, (2, 4)), (35, (5, 7)), (20, (8, 14)), (5, (15, 25))]);
    let length = dice.between(from, to);
    let first = dice.between(1, u32::from(month.days()) - length + 1);
    let days: Vec<Date> = (first..first + length).map(|number| day(month, number as u8)).collect();
    if dice.chance(750) && days.iter().all(|date| at_home.contains(date)) { days } else { Vec::new() }
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
            is_first: one.from == self.month && self.month > FIRST_MONTH,
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
        let Some(usual) = base(&case, self.level, 0) else { return };
        let (week, most) = days(&case, &usual, self.level);
        let mut dice = self.dice(PATTERN, one);
        let is_mixed = one.service_type == *b"11" && dice.chance(300);
        let other = if is_mixed { base(&case, self.level, 1) } else { None };
        let minutes = [Some(usual), other].into_iter().flatten().filter_map(|base| base.minutes()).max();
        let (weekdays, start) = self.week.take(&mut dice, week, minutes.unwrap_or(30), self.opening(one));
        let on_weekday = |date: &Date| weekdays.contains(&date.weekday().number_days_from_monday());
        // What is given twice a month is given every other week.
        let step = if most == 2 { 2 } else { 1 };
        let dates: Vec<Date> = self.open.iter().copied().filter(on_weekday).step_by(step).take(most).collect();
        let mut given: Vec<(Date, Base)> = Vec::new();
        for date in dates {
            let at = weekdays.iter().position(|weekday| *weekday == date.weekday().number_days_from_monday());
            let side = if is_mixed { at.unwrap_or(0) as u64 % 2 } else { 0 };
            if let Some(base) = base(&case, self.level_on(date), side) {
                given.push((date, base));
            }
            // A monthly code stands once, on the first day.
            if usual.service.per == Per::Month && !given.is_empty() {
                break;
            }
        }
        let rows = given.iter().map(|(date, base)| {
            let time = base.minutes().map(|minutes| (start, start + minutes));
            Visit { time, count: base.count, ..self.row(one, *date, base.service) }
        });
        let rows = rows.collect();
        self.write(one, &case, rows);
    }

    /// Day services open at one hour for all.
    fn opening(&self, one: &Arrangement) -> Option<u16> {
        let mut dice = Dice::of(self.population.request().seed, &[OPENING, u64::from(one.office)]);
        DAY_SERVICES.contains(&one.service_type).then(|| *dice.pick(&[540, 555, 570, 570, 600]))
    }

    /// A short stay: a row a day, without times.
    fn stay(&mut self, one: &Arrangement, days: &[Date]) {
        let case = self.case(one);
        let of_day = |date: &Date| Some(self.row(one, *date, base(&case, self.level_on(*date), 0)?.service));
        let rows = days.iter().filter_map(of_day).collect();
        self.write(one, &case, rows);
    }

    /// A row for each thing rented, on the first day at home.
    fn rent(&mut self, one: &Arrangement, date: Option<Date>) {
        let Some(date) = date else { return };
        let level = self.level_on(date);
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
            self.visits.push(Visit { units: product.units, equipment, ..row });
        }
    }

    /// Base rows, with what is added to them.
    fn write(&mut self, one: &Arrangement, case: &Case, rows: Vec<Visit>) {
        let (Some(first), Some(last)) = (rows.first().cloned(), rows.last().cloned()) else { return };
        let level = self.level_on(first.date);
        for Added { service, on } in additions(case, level) {
            let with = |base: &Visit| Visit { time: base.time, ..self.row(one, base.date, service) };
            let added: Vec<Visit> = match on {
                On::EveryDay => rows.iter().map(with).collect(),
                On::Ends if first.date == last.date => vec![with(&first)],
                On::Ends => vec![with(&first), with(&last)],
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
