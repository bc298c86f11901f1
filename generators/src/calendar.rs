//! Months and their days. Knows the calendar; knows no rule of the standard.

use time::{Date, Duration, Month};

use crate::model::YearMonth;

/// The first month there is something to generate for: 202003 came into force with it.
pub const FIRST_MONTH: YearMonth = YearMonth { year: 2020, month: 10 };

/// The last one.
pub const LAST_MONTH: YearMonth = YearMonth { year: 2027, month: 3 };

/// The day of a month; the month's last day where it has fewer.
pub fn day(month: YearMonth, day: u8) -> Date {
    let name = Month::try_from(month.month).expect("a month is 1 to 12 by construction");
    Date::from_calendar_date(i32::from(month.year), name, day.clamp(1, month.days()))
        .expect("the day is clamped to the month")
}

/// The last day of a month.
pub fn last_day(month: YearMonth) -> Date {
    day(month, month.days())
}

/// The month of a day.
pub fn month_of(date: Date) -> YearMonth {
    YearMonth { year: date.year() as u16, month: u8::from(date.month()) }
}

/// The month some months later, or earlier.
pub fn plus(month: YearMonth, months: i32) -> YearMonth {
    let all = i32::from(month.year) * 12 + i32::from(month.month) - 1 + months;
    YearMonth { year: all.div_euclid(12) as u16, month: all.rem_euclid(12) as u8 + 1 }
}

/// How many months `to` is after `from`.
pub fn between(from: YearMonth, to: YearMonth) -> i32 {
    let count = |month: YearMonth| i32::from(month.year) * 12 + i32::from(month.month);
    count(to) - count(from)
}

/// The months from one to another, both included.
pub fn months(from: YearMonth, to: YearMonth) -> impl Iterator<Item = YearMonth> {
    (0..=between(from, to)).map(move |n| plus(from, n))
}

/// The days of a month.
pub fn days(month: YearMonth) -> impl Iterator<Item = Date> {
    (1..=month.days()).map(move |number| day(month, number))
}

/// The day some days later, or earlier.
pub fn shift(date: Date, days: i64) -> Date {
    date.saturating_add(Duration::days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_roll_over_years() {
        let december = YearMonth { year: 2020, month: 12 };
        assert_eq!(plus(december, 1), YearMonth { year: 2021, month: 1 });
        assert_eq!(plus(december, -12), YearMonth { year: 2019, month: 12 });
        assert_eq!(between(december, plus(december, 75)), 75);
        assert_eq!(months(FIRST_MONTH, LAST_MONTH).count(), 78);
    }

    #[test]
    fn days_end_with_their_month() {
        let february = YearMonth { year: 2024, month: 2 };
        assert_eq!(days(february).count(), 29);
        assert_eq!(last_day(february).to_string(), "2024-02-29");
        assert_eq!(day(february, 31), last_day(february));
        assert_eq!(month_of(shift(last_day(february), 1)), plus(february, 1));
    }
}
