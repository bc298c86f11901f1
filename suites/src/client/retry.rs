//! How often and after what time something is tried again. Knows the policy and what `Retry-After`
//! says; knows no request. It waits through [`Pause`], so that tests need not.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::failure::{Failure, Remedy};

/// The time, and waiting for it to pass.
pub trait Pause: Send + Sync {
    /// The time.
    fn now(&self) -> OffsetDateTime;

    /// Whether the caller wants to stop; asked between one delivery and the next.
    fn stopping(&self) -> bool;

    /// Waits. [`Failure::Stopped`] where the caller wants to stop meanwhile.
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + '_>>;
}

/// Waits as long as it is told.
pub(crate) struct Waits;

impl Pause for Waits {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn stopping(&self) -> bool {
        false
    }

    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + '_>> {
        Box::pin(async move {
            tokio::time::sleep(time).await;
            Ok(())
        })
    }
}

/// How often something is tried, and how long is waited in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Tries of what may pass by itself.
    pub tries: u32,
    /// Tries of what hardly does.
    pub few_tries: u32,
    /// The wait before the second try; it doubles with each.
    pub first_wait: Duration,
    /// The longest wait of our own choice.
    pub longest_wait: Duration,
    /// The longest wait that a server may ask for; one that asks for more gets this.
    pub longest_asked: Duration,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            tries: 8,
            few_tries: 3,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            longest_asked: Duration::from_secs(300),
        }
    }
}

/// The tries of one thing.
#[derive(Clone, Debug)]
pub struct Tries {
    policy: Policy,
    failed: u32,
    failed_hard: u32,
}

/// What comes after a failed try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Wait so long, then try again.
    Try(Duration),
    /// The failure stands.
    GiveUp,
}

impl Tries {
    /// No try so far.
    pub fn new(policy: Policy) -> Tries {
        Tries { policy, failed: 0, failed_hard: 0 }
    }

    /// Counts a failed try.
    pub fn failed(&mut self, failure: &Failure) -> Next {
        let remedy = failure.remedy();
        self.failed += 1;
        let asked = match remedy {
            Remedy::Again(asked) => asked,
            Remedy::AgainFewTimes | Remedy::LogIn => {
                self.failed_hard += 1;
                None
            }
            Remedy::Nothing => return Next::GiveUp,
        };
        if self.failed >= self.policy.tries || self.failed_hard >= self.policy.few_tries {
            return Next::GiveUp;
        }
        let doubled = 2_u32.saturating_pow(self.failed - 1);
        let ours = self.policy.first_wait.saturating_mul(doubled).min(self.policy.longest_wait);
        let asked = asked.unwrap_or(Duration::ZERO).min(self.policy.longest_asked);
        Next::Try(match remedy {
            // Nothing has to pass before a login.
            Remedy::LogIn => Duration::ZERO,
            Remedy::Again(_) | Remedy::AgainFewTimes | Remedy::Nothing => ours.max(asked),
        })
    }
}

/// How long `Retry-After` asks to wait. A date is read against the `Date` of the same answer, as the
/// two are of one clock; only without it against ours. `None` where it cannot be read.
pub fn retry_after(value: &str, date: Option<&str>, now: OffsetDateTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let until = http_date(value)?;
    let from = date.and_then(http_date).unwrap_or(now);
    // What has passed needs no waiting.
    Some(Duration::try_from(until - from).unwrap_or(Duration::ZERO))
}

fn http_date(text: &str) -> Option<OffsetDateTime> {
    // The form of HTTP is that of mail with the zone written GMT.
    let text = text.trim().strip_suffix("GMT")?;
    OffsetDateTime::parse(&format!("{text}+0000"), &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn broken() -> Failure {
        Failure::Broken("reset".to_owned())
    }

    fn waits(failure: &Failure) -> Vec<u64> {
        let mut tries = Tries::new(Policy::default());
        let mut waits = Vec::new();
        while let Next::Try(wait) = tries.failed(failure) {
            waits.push(wait.as_millis() as u64);
        }
        waits
    }

    #[test]
    fn waits_double_up_to_a_bound_and_end() {
        assert_eq!(waits(&broken()), [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
        assert_eq!(waits(&Failure::Redirected(302)), [500, 1_000]);
        assert_eq!(waits(&Failure::ServerCertificate("expired".to_owned())), [500, 1_000]);
        assert_eq!(waits(&Failure::Status { status: 401, error: None, retry_after: None }), [0, 0]);
        assert_eq!(waits(&Failure::Stopped), [] as [u64; 0]);
    }

    #[test]
    fn what_a_server_asks_for_is_waited_up_to_a_bound() {
        let asked =
            |seconds| Failure::Status { status: 503, error: None, retry_after: Some(Duration::from_secs(seconds)) };
        let first = |failure| Tries::new(Policy::default()).failed(&failure);
        assert_eq!(first(asked(0)), Next::Try(Duration::from_millis(500)));
        assert_eq!(first(asked(7)), Next::Try(Duration::from_secs(7)));
        assert_eq!(first(asked(86_400)), Next::Try(Duration::from_secs(300)));
        assert_eq!(first(asked(u64::MAX)), Next::Try(Duration::from_secs(300)));
    }

    #[test]
    fn a_few_hard_failures_end_it_among_others() {
        let mut tries = Tries::new(Policy::default());
        let hard = Failure::Redirected(302);
        assert!(matches!(tries.failed(&hard), Next::Try(_)));
        assert!(matches!(tries.failed(&broken()), Next::Try(_)));
        assert!(matches!(tries.failed(&hard), Next::Try(_)));
        assert_eq!(tries.failed(&hard), Next::GiveUp);
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = datetime!(2026-11-27 00:00:00 UTC);
        let read = |value| retry_after(value, None, now).map(|time| time.as_secs());
        assert_eq!(read("120"), Some(120));
        assert_eq!(read(" 3 "), Some(3));
        assert_eq!(read("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(read("Fri, 27 Nov 2026 00:00:30 GMT"), Some(30));
        assert_eq!(read("Thu, 26 Nov 2026 23:00:00 GMT"), Some(0), "it has passed");
        for value in ["", "-1", "1.5", "soon", "Fri, 27 Nov 2026", "2026-11-27T00:00:30Z"] {
            assert_eq!(read(value), None, "{value}");
        }
    }

    #[test]
    fn a_date_is_read_against_the_clock_of_the_server() {
        let now = datetime!(2026-11-27 00:00:00 UTC);
        let date = Some("Fri, 01 Jan 2027 00:00:00 GMT");
        assert_eq!(retry_after("Fri, 01 Jan 2027 00:00:09 GMT", date, now), Some(Duration::from_secs(9)));
        assert_eq!(retry_after("Fri, 27 Nov 2026 00:00:09 GMT", Some("?"), now), Some(Duration::from_secs(9)));
    }
}
