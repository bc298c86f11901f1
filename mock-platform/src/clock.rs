//! The platform's time: the machine's, moved or stopped. Knows JST; knows nothing of what is timed.

use std::sync::Arc;

use renkei_validator::text::Message;
use time::format_description::well_known::Rfc3339;
use time::macros::{datetime, format_description};
use time::{Date, Duration, OffsetDateTime, UtcOffset};
use tokio::sync::watch;

/// Japan Standard Time, in which days, months and validities are counted.
pub const JST: UtcOffset = match UtcOffset::from_hms(9, 0, 0) {
    Ok(offset) => offset,
    Err(_) => panic!("nine hours are an offset"),
};

/// The moments that a clock can show: certificates and licences can be counted from all of them.
const FIRST: OffsetDateTime = datetime!(2000-01-01 0:00 +9);
const LAST: OffsetDateTime = datetime!(2100-12-31 23:59:59 +9);

/// A clock that all parts of one platform share.
#[derive(Clone, Debug)]
pub struct Clock {
    hand: Arc<watch::Sender<Hand>>,
}

/// How the clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// With the machine's clock, so much later (or earlier).
    Moved(Duration),
    /// Always the same moment.
    Stopped(OffsetDateTime),
}

impl Clock {
    /// A clock that shows the machine's time.
    pub fn of_machine() -> Clock {
        Clock::new(Hand::Moved(Duration::ZERO))
    }

    /// A clock that always shows one moment.
    pub fn stopped(at: OffsetDateTime) -> Clock {
        Clock::new(Hand::Stopped(at))
    }

    fn new(hand: Hand) -> Clock {
        Clock { hand: Arc::new(watch::Sender::new(hand)) }
    }

    /// Now, in JST. It comes no further than the moments that it can show.
    pub fn now(&self) -> OffsetDateTime {
        let at = match self.hand() {
            Hand::Moved(by) => OffsetDateTime::now_utc().saturating_add(by),
            Hand::Stopped(at) => at,
        };
        at.clamp(FIRST, LAST).to_offset(JST)
    }

    /// Today, in JST.
    pub fn today(&self) -> Date {
        self.now().date()
    }

    /// How it runs.
    pub fn hand(&self) -> Hand {
        *self.hand.borrow()
    }

    /// Tells whenever it is made to run otherwise.
    pub fn watched(&self) -> watch::Receiver<Hand> {
        self.hand.subscribe()
    }

    /// Makes it run otherwise.
    pub fn set(&self, hand: Hand) {
        self.hand.send_replace(hand);
    }

    /// Lets it run on from a moment.
    pub fn run_from(&self, at: OffsetDateTime) {
        self.set(Hand::Moved(at - OffsetDateTime::now_utc()));
    }
}

/// Reads a moment that a clock can show: a day, from its beginning in Japan, or a date and time with its offset.
///
/// # Errors
/// What is wanted instead.
pub fn moment(text: &str) -> Result<OffsetDateTime, Message> {
    let day = Date::parse(text, format_description!("[year]-[month]-[day]"));
    let at = match day {
        Ok(day) => day.midnight().assume_offset(JST),
        Err(_) => OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
            Message::pair(
                "日付か、時差のある日時を指定します（例: 2027-01-05、2027-01-05T09:00:00+09:00）",
                "a day, or a moment with its offset, such as 2027-01-05 or 2027-01-05T09:00:00+09:00",
            )
        })?,
    };
    if (FIRST..=LAST).contains(&at) {
        return Ok(at);
    }
    Err(Message::pair("時計に指定できるのは2000年から2100年までです", "the clock takes the years 2000 to 2100"))
}

/// So much later; the last moment of the calendar where there is none.
pub fn later(at: OffsetDateTime, by: std::time::Duration) -> OffsetDateTime {
    at.saturating_add(Duration::try_from(by).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_shows_its_moment_in_japan() {
        let clock = Clock::stopped(datetime!(2026-11-30 15:00 UTC));
        assert_eq!(clock.today(), time::macros::date!(2026 - 12 - 01));
        assert_eq!(clock.now(), datetime!(2026-12-01 0:00 +9));
    }

    #[test]
    fn a_clock_comes_no_further_than_the_years_that_it_can_show() {
        for (hand, shown) in [
            (Hand::Moved(Duration::MAX), LAST),
            (Hand::Moved(Duration::MIN), FIRST),
            (Hand::Stopped(datetime!(9999-12-31 23:59:59 UTC)), LAST),
        ] {
            let clock = Clock::of_machine();
            clock.set(hand);
            assert_eq!(clock.now(), shown);
        }
    }

    #[test]
    fn a_moment_is_a_day_or_has_its_offset() {
        for (text, at) in [
            ("2027-01-05", datetime!(2027-01-05 0:00 +9)),
            ("2027-01-05T09:00:00+09:00", datetime!(2027-01-05 9:00 +9)),
            ("1999-12-31T15:00:00Z", FIRST),
            ("2100-12-31T23:59:59+09:00", LAST),
        ] {
            assert_eq!(moment(text), Ok(at), "{text}");
        }
        for text in ["", "2027-01-32", "2027-01-05T09:00:00", "tomorrow", "2027-1-5"] {
            assert!(moment(text).unwrap_err().ja.starts_with("日付か、時差のある日時"), "{text}");
        }
        for text in ["1999-12-31", "2101-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00+09:00"] {
            assert!(moment(text).unwrap_err().ja.contains("2000年から2100年まで"), "{text}");
        }
    }

    #[test]
    fn later_than_the_calendar_is_its_last_moment() {
        let at = datetime!(2026-11-30 0:00 +9);
        assert_eq!(later(at, std::time::Duration::from_secs(60)), datetime!(2026-11-30 0:01 +9));
        assert_eq!(later(at, std::time::Duration::MAX).date(), Date::MAX);
    }

    #[test]
    fn copies_of_a_clock_are_moved_together() {
        let clock = Clock::stopped(datetime!(2026-11-30 0:00 +9));
        let copy = clock.clone();
        clock.set(Hand::Stopped(datetime!(2027-01-05 0:00 +9)));
        assert_eq!(copy.now(), datetime!(2027-01-05 0:00 +9));
    }
}
