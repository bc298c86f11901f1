//! Days of short stay: within a month, and long ones across months, whose day after thirty is not
//! covered. Knows days; knows no service code.
//!
//! How often and how long people stay is an assumption. Thirty days in a row are covered; the next
//! one is paid in full, and counting begins anew after it, as offices do in practice (general
//! knowledge). The reduction for long stays is left out, as all reductions are.

use time::Date;

use crate::arrangement::Arrangement;
use crate::calendar::{self, FIRST_MONTH, day, last_day, month_of, plus, shift};
use crate::certification::on;
use crate::chance::Dice;
use crate::model::{User, Visit, YearMonth};
use crate::population::Population;

/// Streams of [`Dice`].
const STAY: u64 = 32;
const LONG: u64 = 35;

/// Types of short stay.
pub(crate) const STAYS: [[u8; 2]; 2] = [*b"21", *b"24"];

/// Days in a row that are covered.
const COVERED: u32 = 30;

/// How many of those who have short stays, in a thousand, begin a long one in half a year: about
/// one in fifty is in the middle of one at any time.
const LONG_IN_HALF_A_YEAR: u32 = 60;

/// How long such a stay is, in days.
const LONG_DAYS: (u32, u32) = (35, 100);

/// The days of short stay among the rows of a month.
pub fn stay_days(visits: &[Visit]) -> u32 {
    let mut days: Vec<Date> =
        visits.iter().filter(|visit| STAYS.contains(&[visit.code[0], visit.code[1]])).map(|visit| visit.date).collect();
    days.sort_unstable();
    days.dedup();
    days.len() as u32
}

/// The days of short stay that were planned from the beginning of the certified period, or of all
/// months that can be asked for, to the month before. Days that are not covered count, too.
pub fn stay_days_before(population: &Population, user: &User, month: YearMonth) -> u32 {
    let stays = Stays::of(population, user, &population.arrangements(user.index));
    let Some(period) = on(&user.certifications, day(month, 1)).filter(|_| stays.are_any()) else { return 0 };
    // A period that begins within a month has no days of the month before it.
    let first = period.valid_from;
    let days = calendar::months(month_of(first).max(FIRST_MONTH), plus(month, -1)).flat_map(|month| stays.days(month));
    days.filter(|date| first <= *date).count() as u32
}

/// Whether a user is in hospital on a day.
pub(crate) fn in_hospital(user: &User, date: Date) -> bool {
    user.hospital.iter().any(|(from, to)| *from <= date && date <= *to)
}

/// The short stays of a user.
pub(crate) struct Stays<'a> {
    seed: u64,
    user: &'a User,
    /// From when to when offices have a place for them.
    spans: Vec<(Date, Date)>,
    long: Vec<(Date, Date)>,
}

impl<'a> Stays<'a> {
    pub(crate) fn of(population: &Population, user: &'a User, arrangements: &[Arrangement]) -> Stays<'a> {
        let seed = population.request().seed;
        let own = arrangements.iter().filter(|one| STAYS.contains(&one.service_type));
        let spans: Vec<(Date, Date)> = own.map(|one| (one.from, one.until)).collect();
        let long = if spans.is_empty() { Vec::new() } else { long(seed, user) };
        Stays { seed, user, spans, long }
    }

    fn are_any(&self) -> bool {
        !self.spans.is_empty()
    }

    /// The days of a month, in order.
    pub(crate) fn days(&self, month: YearMonth) -> Vec<Date> {
        let (first, last) = (day(month, 1), last_day(month));
        if !self.spans.iter().any(|(from, to)| *from <= last && first <= *to) {
            return Vec::new();
        }
        let is_long = |date: &Date| self.long.iter().any(|(from, to)| from <= date && date <= to);
        let mut days: Vec<Date> = calendar::days(month).filter(is_long).collect();
        if days.is_empty() {
            days = short(self.seed, self.user, month);
        }
        days.retain(|date| self.spans.iter().any(|(from, to)| from <= date && date <= to));
        days
    }

    /// Those of some days of a month that come after thirty in a row.
    pub(crate) fn not_covered(&self, month: YearMonth, days: &[Date]) -> Vec<Date> {
        let mut run = if days.first() == Some(&day(month, 1)) { self.run_before(month) } else { 0 };
        let mut before: Option<Date> = None;
        let mut beyond = Vec::new();
        for date in days {
            if before.is_some_and(|before| shift(before, 1) != *date) {
                run = 0;
            }
            before = Some(*date);
            run += 1;
            if run % (COVERED + 1) == 0 {
                beyond.push(*date);
            }
        }
        beyond
    }

    /// Those of some days of a month on which a stay begins or ends.
    pub(crate) fn ends(&self, month: YearMonth, days: &[Date]) -> Vec<Date> {
        if days.is_empty() {
            return Vec::new();
        }
        let (before, after) = (self.days(plus(month, -1)), self.days(plus(month, 1)));
        let stays = |date: Date| [&before[..], days, &after].iter().any(|days| days.contains(&date));
        days.iter().copied().filter(|date| !stays(shift(*date, -1)) || !stays(shift(*date, 1))).collect()
    }

    /// The days in a row up to the day before a month.
    fn run_before(&self, month: YearMonth) -> u32 {
        let mut run = 0;
        let mut month = month;
        while month > FIRST_MONTH {
            month = plus(month, -1);
            let days = self.days(month);
            let last = last_day(month);
            let own = (0_i64..).zip(days.iter().rev()).take_while(|(back, date)| shift(last, -back) == **date).count();
            run += own as u32;
            if own < usize::from(month.days()) {
                break;
            }
        }
        run
    }
}

/// The days of one stay in a month, or none: it does not reach into a neighbouring month, nor into
/// a stay in hospital. Three in four months have one.
fn short(seed: u64, user: &User, month: YearMonth) -> Vec<Date> {
    let mut dice = Dice::of(seed, &[STAY, u64::from(user.index), u64::from(month.year), u64::from(month.month)]);
    let (from, to) = *dice.weighted(&[(40, (2, 4)), (35, (5, 7)), (20, (8, 14)), (5, (15, 25))]);
    let length = dice.between(from, to);
    let first = dice.between(1, u32::from(month.days()) - length + 1);
    let days: Vec<Date> = (first..first + length).map(|number| day(month, number as u8)).collect();
    if dice.chance(750) && !days.iter().any(|date| in_hospital(user, *date)) { days } else { Vec::new() }
}

/// The long stays of all months that can be asked for, first and last day, none of which meets a
/// stay in hospital or another one.
fn long(seed: u64, user: &User) -> Vec<(Date, Date)> {
    let mut dice = Dice::of(seed, &[LONG, u64::from(user.index)]);
    let start = day(FIRST_MONTH, 1);
    let mut stays: Vec<(Date, Date)> = Vec::new();
    for half in 0..13 {
        let (happens, offset) = (dice.chance(LONG_IN_HALF_A_YEAR), dice.below(182));
        let from = shift(start, i64::from(half * 182 + offset));
        let to = shift(from, i64::from(dice.between(LONG_DAYS.0, LONG_DAYS.1)) - 1);
        let is_apart = stays.last().is_none_or(|(_, last)| shift(*last, 1) < from);
        if happens && is_apart && !user.hospital.iter().any(|(first, last)| *first <= to && from <= *last) {
            stays.push((from, to));
        }
    }
    stays
}
