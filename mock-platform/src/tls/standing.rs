//! Whether the certificate of a connection that is open is still good. Knows validity and revocation, on the
//! platform's clock; knows no connection and no request.
//!
//! TLS itself asks for a certificate once. Servers that load a new revocation list close what was opened before it;
//! here that is so at once, so that a test need not wait for a client to let go of its connection (assumption).

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::sleep;

use super::{PeerCertificate, Reason};
use crate::clock::{Clock, Hand};
use crate::pki::Authority;

/// The longest wait until it is looked again: clocks of machines are set, too.
const LONGEST: Duration = Duration::from_secs(60);

/// A certificate that was accepted, and those who may take that back.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) certificate: Arc<PeerCertificate>,
    pub(super) authority: Arc<Authority>,
    pub(super) clock: Clock,
}

impl Standing {
    /// Why it is not good any more.
    pub(super) fn fallen(&self) -> Option<Reason> {
        let PeerCertificate { serial, not_before, not_after, .. } = &*self.certificate;
        let now = self.clock.now();
        if now < *not_before {
            return Some(Reason::NotYetValid { from: *not_before });
        }
        if now >= after(*not_after) {
            return Some(Reason::Expired { until: *not_after });
        }
        revoked(&self.authority, serial, now)
    }

    /// Waits until it is not good any more.
    pub(super) async fn falls(&self) -> Reason {
        let (mut clock, mut revoked) = (self.clock.watched(), self.authority.watched());
        loop {
            if let Some(reason) = self.fallen() {
                return reason;
            }
            // Both outlive the connection; where one were gone, it would be looked again after the wait.
            tokio::select! {
                Ok(()) = clock.changed() => {}
                Ok(()) = revoked.changed() => {}
                () = sleep(self.wait()) => {}
            }
        }
    }

    /// How long nothing can happen but that somebody acts.
    fn wait(&self) -> Duration {
        if let Hand::Stopped(_) = self.clock.hand() {
            return LONGEST;
        }
        let now = self.clock.now();
        let since = self.authority.revoked_since(&self.certificate.serial);
        let end = after(self.certificate.not_after);
        let next = since.map_or(end, |since| since.min(end));
        Duration::try_from(next - now).unwrap_or(Duration::ZERO).min(LONGEST)
    }
}

/// Why a certificate of the authority is refused now that was once issued.
pub(super) fn revoked(authority: &Authority, serial: &str, now: OffsetDateTime) -> Option<Reason> {
    authority.revoked_since(serial).filter(|since| now >= *since).map(|since| Reason::Revoked { since })
}

/// The first moment after the last second of a validity.
fn after(last: OffsetDateTime) -> OffsetDateTime {
    last.saturating_add(time::Duration::SECOND)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const FROM: OffsetDateTime = datetime!(2026-11-27 0:00 +9);
    const UNTIL: OffsetDateTime = datetime!(2029-11-27 23:59:59 +9);

    fn standing(at: OffsetDateTime) -> Standing {
        let certificate = Arc::new(PeerCertificate {
            common_name: "KaigoJigyousho9970100013".to_owned(),
            office: None,
            kind: None,
            serial: "4a".to_owned(),
            fingerprint: String::new(),
            not_before: FROM,
            not_after: UNTIL,
        });
        Standing { certificate, authority: Arc::new(Authority::new(FROM).unwrap()), clock: Clock::stopped(at) }
    }

    #[test]
    fn it_is_good_from_its_first_second_to_the_end_of_its_last() {
        for (at, fallen) in [
            (datetime!(2026-11-26 23:59:59.9 +9), Some(Reason::NotYetValid { from: FROM })),
            (FROM, None),
            (datetime!(2029-11-27 23:59:59.9 +9), None),
            (datetime!(2029-11-28 0:00 +9), Some(Reason::Expired { until: UNTIL })),
        ] {
            assert_eq!(standing(at).fallen(), fallen, "{at}");
        }
    }

    #[tokio::test]
    async fn what_is_revoked_falls_when_its_moment_comes() {
        let standing = standing(datetime!(2026-12-01 0:00 +9));
        let since = datetime!(2026-12-02 0:00 +9);
        standing.authority.revoke("4a", since).unwrap();
        assert_eq!(standing.fallen(), None);
        let clock = standing.clock.clone();
        let falls = tokio::spawn(async move { standing.falls().await });
        clock.set(Hand::Stopped(since));
        assert_eq!(falls.await.unwrap(), Reason::Revoked { since });
    }

    #[tokio::test]
    async fn a_validity_ends_by_itself_where_the_clock_runs() {
        let standing = standing(datetime!(2026-12-01 0:00 +9));
        standing.clock.run_from(datetime!(2029-11-27 23:59:59.9 +9));
        assert!(standing.wait() <= Duration::from_millis(100));
        assert_eq!(standing.falls().await, Reason::Expired { until: UNTIL });
    }
}
