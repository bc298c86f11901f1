//! Months and their days. Knows the calendar; knows no rule of the standard.

use time::{Date, Duration, Month};

use crate::model::YearMonth;

/// The first month there is something to generate for: 202003 came into force with it.
pub const FIRST_MONTH: YearMonth = YearMonth { year: 2020, month: 10 };

/// The last one.
pub const LAST_MONTH: YearMonth = YearMonth { year: 2027, month: 3 };

/// National holidays (month × 100 + day) that are no Saturdays and Sundays, from the month before
/// [`FIRST_MONTH`] to the one after [`LAST_MONTH`]; those from the 1st to the 3rd of January left out.
const HOLIDAYS: &[(i32, &[u16])] = &[
    (2020, &[921, 922, 1103, 1123]),
    (2021, &[111, 211, 223, 429, 503, 504, 505, 722, 723, 809, 920, 923, 1103, 1123]),
    (2022, &[110, 211, 223, 321, 429, 503, 504, 505, 718, 811, 919, 923, 1010, 1103, 1123]),
    (2023, &[109, 223, 321, 503, 504, 505, 717, 811, 918, 1009, 1103, 1123]),
    (2024, &[108, 212, 223, 320, 429, 503, 506, 715, 812, 916, 923, 1014, 1104]),
    (2025, &[113, 211, 224, 320, 429, 505, 506, 721, 811, 915, 923, 1013, 1103, 1124]),
    (2026, &[112, 211, 223, 320, 429, 504, 505, 506, 720, 811, 921, 922, 923, 1012, 1103, 1123]),
    (2027, &[111, 211, 223, 322, 429]),
];

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

/// A business day of a month, the first being 1: no Saturday, Sunday or national holiday, nor one of
/// 29 December to 3 January. Of more than the month has, its last day.
pub fn business_day(month: YearMonth, number: u8) -> Date {
    days(month).filter(|date| is_business_day(*date)).nth(usize::from(number) - 1).unwrap_or(last_day(month))
}

fn is_business_day(date: Date) -> bool {
    let month_day = u16::from(u8::from(date.month())) * 100 + u16::from(date.day());
    let is_holiday = HOLIDAYS.iter().any(|(year, days)| *year == date.year() && days.contains(&month_day));
    date.weekday().number_days_from_monday() < 5 && (104..1229).contains(&month_day) && !is_holiday
}

/// 31 December to 3 January.
pub(crate) fn is_new_year(date: Date) -> bool {
    matches!((u8::from(date.month()), date.day()), (12, 31) | (1, 1..=3))
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

    #[test]
    fn offices_are_closed_at_weekends_on_holidays_and_at_new_year() {
        let dates = |year: u16, number: u8| {
            let month = YearMonth { year, month: number };
            days(month).filter(|date| is_business_day(*date)).map(|date| date.day()).collect::<Vec<_>>()
        };
        assert_eq!(dates(2026, 9)[..], [1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18, 24, 25, 28, 29, 30]);
        assert_eq!(dates(2027, 1)[..7], [4, 5, 6, 7, 8, 12, 13]);
        assert_eq!(dates(2026, 12).last(), Some(&28));
        // スポーツの日 was moved away from 2020-10 and 2021-10 for the Olympic Games.
        assert!(dates(2020, 10).contains(&12) && dates(2021, 10).contains(&11) && !dates(2022, 10).contains(&10));
        for (year, holidays) in HOLIDAYS {
            assert!(holidays.is_sorted(), "{year}");
            for holiday in *holidays {
                let month = YearMonth { year: *year as u16, month: (holiday / 100) as u8 };
                let date = day(month, (holiday % 100) as u8);
                assert!(date.weekday().number_days_from_monday() < 5, "{date}");
            }
        }
    }

    #[test]
    fn business_days_are_counted_within_their_month() {
        for month in months(plus(FIRST_MONTH, -1), plus(LAST_MONTH, 1)) {
            let all: Vec<Date> = (1..=18).map(|number| business_day(month, number)).collect();
            assert!(all.is_sorted_by(|a, b| a < b) && all.iter().all(|date| is_business_day(*date)), "{month}");
            assert_eq!(business_day(month, 31), last_day(month));
        }
    }
}
