//! The platform's time: the machine's, moved or stopped. Knows JST; knows nothing of what is timed.

use std::sync::{Arc, Mutex, PoisonError};

use time::{Date, Duration, OffsetDateTime, UtcOffset};

/// Japan Standard Time, in which days, months and validities are counted.
pub const JST: UtcOffset = match UtcOffset::from_hms(9, 0, 0) {
    Ok(offset) => offset,
    Err(_) => panic!("nine hours are an offset"),
};

/// A clock that all parts of one platform share.
#[derive(Clone, Debug)]
pub struct Clock {
    hand: Arc<Mutex<Hand>>,
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
        Clock { hand: Arc::new(Mutex::new(hand)) }
    }

    /// Now, in JST.
    pub fn now(&self) -> OffsetDateTime {
        match self.hand() {
            Hand::Moved(by) => OffsetDateTime::now_utc().saturating_add(by).to_offset(JST),
            Hand::Stopped(at) => at.to_offset(JST),
        }
    }

    /// Today, in JST.
    pub fn today(&self) -> Date {
        self.now().date()
    }

    /// How it runs.
    pub fn hand(&self) -> Hand {
        *self.hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes it run otherwise.
    pub fn set(&self, hand: Hand) {
        *self.hand.lock().unwrap_or_else(PoisonError::into_inner) = hand;
    }

    /// Lets it run on from a moment.
    pub fn run_from(&self, at: OffsetDateTime) {
        self.set(Hand::Moved(at - OffsetDateTime::now_utc()));
    }
}

/// So much later; the last moment of the calendar where there is none.
pub fn later(at: OffsetDateTime, by: std::time::Duration) -> OffsetDateTime {
    at.saturating_add(Duration::try_from(by).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_stopped_clock_shows_its_moment_in_japan() {
        let clock = Clock::stopped(datetime!(2026-11-30 15:00 UTC));
        assert_eq!(clock.today(), time::macros::date!(2026 - 12 - 01));
        assert_eq!(clock.now(), datetime!(2026-12-01 0:00 +9));
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
