//! What a certificate is to say, before it is made. Knows days in JST; knows no key.

use time::{Date, Duration, Month, OffsetDateTime, Time};

use super::{PkiError, Subject};
use crate::clock::JST;
use crate::model::{CertificateKind, OfficeNumber};

/// Years from the first day to the last of an office's certificate (有効期間).
pub const YEARS: i32 = 3;

/// From when to when a certificate is valid, both moments included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first second.
    pub not_before: OffsetDateTime,
    /// The last second.
    pub not_after: OffsetDateTime,
}

/// What the holder may use it for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Usage {
    /// clientAuth
    Client,
    /// serverAuth, under these names and addresses.
    Server(Vec<String>),
}

/// What a certificate is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// CN of the subject.
    pub common_name: String,
    /// What for.
    pub usage: Usage,
    /// When.
    pub validity: Validity,
}

impl Validity {
    /// Whole days in JST: from 0:00:00 of the first to 23:59:59 of the last.
    pub fn days(first: Date, last: Date) -> Validity {
        let at = |date: Date, time| OffsetDateTime::new_in_offset(date, time, JST);
        let end = Time::MIDNIGHT - Duration::SECOND;
        Validity { not_before: at(first, Time::MIDNIGHT), not_after: at(last, end) }
    }

    /// Three years from today, to the end of the same day of the year. That it begins with the day
    /// of issue is an assumption.
    pub fn of_office(now: OffsetDateTime) -> Result<Validity, PkiError> {
        let today = now.to_offset(JST).date();
        Ok(Validity::days(today, years_later(today, YEARS)?))
    }

    /// Three years that ended yesterday.
    pub fn over(now: OffsetDateTime) -> Result<Validity, PkiError> {
        let today = now.to_offset(JST).date();
        let last = today.previous_day().ok_or(PkiError::Calendar(today))?;
        Ok(Validity::days(years_later(last, -YEARS)?, last))
    }

    /// Three years that begin tomorrow.
    pub fn to_come(now: OffsetDateTime) -> Result<Validity, PkiError> {
        let today = now.to_offset(JST).date();
        let first = today.next_day().ok_or(PkiError::Calendar(today))?;
        Ok(Validity::days(first, years_later(first, YEARS)?))
    }

    /// From yesterday on for 397 days, the most that clients accept of a server.
    pub fn of_server(now: OffsetDateTime) -> Result<Validity, PkiError> {
        let today = now.to_offset(JST).date();
        let first = today.previous_day().ok_or(PkiError::Calendar(today))?;
        let last = first.checked_add(Duration::days(396)).ok_or(PkiError::Calendar(today))?;
        Ok(Validity::days(first, last))
    }

    /// From ten years ago to twenty years from now, so that a clock can be moved within.
    pub fn of_authority(now: OffsetDateTime) -> Result<Validity, PkiError> {
        let today = now.to_offset(JST).date();
        Ok(Validity::days(years_later(today, -10)?, years_later(today, 20)?))
    }
}

impl Profile {
    /// The certificate of an office that is issued now.
    pub fn of_office(kind: CertificateKind, number: &OfficeNumber, now: OffsetDateTime) -> Result<Profile, PkiError> {
        Ok(Profile {
            common_name: Subject::Office(kind, number.clone()).to_string(),
            usage: Usage::Client,
            validity: Validity::of_office(now)?,
        })
    }
}

/// The same day of another year; the last of February where the year has no 29th.
fn years_later(date: Date, years: i32) -> Result<Date, PkiError> {
    let year = date.year() + years;
    match (date.month(), date.day()) {
        (Month::February, 29) => {
            Date::from_calendar_date(year, Month::February, time::util::days_in_month(Month::February, year))
        }
        (month, day) => Date::from_calendar_date(year, month, day),
    }
    .map_err(|_| PkiError::Calendar(date))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn three_years_end_with_the_last_second_of_the_day_in_japan() {
        let validity = Validity::of_office(datetime!(2023-03-31 15:00 UTC)).unwrap();
        assert_eq!(validity.not_before, datetime!(2023-04-01 0:00 +9));
        assert_eq!(validity.not_after, datetime!(2026-04-01 23:59:59 +9));
        let leap = Validity::of_office(datetime!(2028-02-29 12:00 +9)).unwrap();
        assert_eq!(leap.not_after, datetime!(2031-02-28 23:59:59 +9));
    }

    #[test]
    fn what_is_over_ended_yesterday_and_what_is_to_come_begins_tomorrow() {
        let now = datetime!(2026-11-27 0:00 +9);
        assert_eq!(Validity::over(now).unwrap().not_after, datetime!(2026-11-26 23:59:59 +9));
        assert_eq!(Validity::to_come(now).unwrap().not_before, datetime!(2026-11-28 0:00 +9));
    }
}
