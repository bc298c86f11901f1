//! What became of every connection's handshake, and which were closed afterwards for their certificate. Knows
//! outcomes, and as many of them as it may keep; brings none about.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Alert, Greeting, Reason, Shown};

/// What became of one handshake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Handshake {
    /// Counts the entries of the ledger, from 1. Given by the ledger.
    pub seq: u64,
    /// The connection's number.
    pub connection: u64,
    /// When the connection was accepted, or closed for its certificate, by the platform's clock.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Where it came from.
    #[schema(value_type = String)]
    pub peer: SocketAddr,
    /// How it was met.
    pub greeting: Greeting,
    /// What became of it.
    pub outcome: Outcome,
    /// The certificate that the client showed, where it came to that and it could be read.
    pub shown: Option<Shown>,
}

/// What became of a handshake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HandshakeOutcome)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// Client and server speak TLS, and the client's certificate was accepted.
    Established {
        /// `TLSv1.3` or `TLSv1.2`.
        version: &'static str,
        /// The name of the cipher suite.
        cipher: String,
    },
    /// The server refused the client.
    Refused {
        /// Why.
        reason: Reason,
        /// What the client was told.
        alert: Alert,
    },
    /// It did not come to a judgement.
    Failed {
        /// Why not.
        failure: Failure,
    },
    /// A scripted fault met the connection before TLS.
    Scripted,
    /// A connection that had been established was closed: the client's certificate is not good any more.
    Closed {
        /// Why not.
        reason: Reason,
    },
}

/// Why a handshake did not come to a judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HandshakeFailure)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum Failure {
    /// The client closed the connection.
    ClientClosed,
    /// The client reset the connection.
    ClientReset,
    /// The client refused with an alert, such as unknown_ca for the server's certificate.
    ClientAlert {
        /// Which.
        alert: Alert,
    },
    /// The client does not speak TLS.
    NotTls,
    /// Client and server have no version, cipher or protocol in common.
    NothingInCommon {
        /// What was missing.
        what: String,
    },
    /// The client speaks TLS, but wrongly.
    Misbehaved {
        /// How.
        what: String,
    },
    /// It took longer than a handshake may take.
    TimedOut,
    /// The server was shut down.
    ShutDown,
    /// The machine failed.
    Io {
        /// How.
        what: String,
    },
}

type Observer = Box<dyn Fn(&Handshake) + Send + Sync>;

/// The list of handshakes.
pub struct Ledger {
    limit: usize,
    kept: Mutex<Kept>,
    turned_away: AtomicU64,
    observer: Option<Observer>,
}

#[derive(Default)]
struct Kept {
    last: u64,
    list: VecDeque<Handshake>,
}

impl Ledger {
    /// A ledger that keeps so many entries; older ones are dropped and counted.
    pub fn new(limit: usize) -> Ledger {
        Ledger { limit, kept: Mutex::default(), turned_away: AtomicU64::new(0), observer: None }
    }

    /// One that also tells somebody of each entry. It is told in the task of the connection.
    pub fn observed(limit: usize, observer: impl Fn(&Handshake) + Send + Sync + 'static) -> Ledger {
        Ledger { observer: Some(Box::new(observer)), ..Ledger::new(limit) }
    }

    /// Adds an entry, whose `seq` is set.
    pub fn record(&self, mut handshake: Handshake) {
        {
            let mut kept = self.kept();
            kept.last += 1;
            handshake.seq = kept.last;
            if self.limit > 0 {
                if kept.list.len() >= self.limit {
                    kept.list.pop_front();
                }
                kept.list.push_back(handshake.clone());
            }
        }
        if let Some(observer) = &self.observer {
            observer(&handshake);
        }
    }

    /// The entries that are kept and come after one, oldest first; all after 0.
    pub fn list(&self, after: u64) -> Vec<Handshake> {
        self.kept().list.iter().filter(|handshake| handshake.seq > after).cloned().collect()
    }

    /// How many entries are not kept any more.
    pub fn dropped(&self) -> u64 {
        let kept = self.kept();
        kept.last - kept.list.len() as u64
    }

    /// How many connections were closed before anything, as there were too many.
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }

    pub(super) fn turn_away(&self) {
        self.turned_away.fetch_add(1, Ordering::Relaxed);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("limit", &self.limit).field("last", &self.kept().last).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use time::macros::datetime;

    use super::*;

    fn entry(connection: u64) -> Handshake {
        Handshake {
            seq: 0,
            connection,
            at: datetime!(2026-11-27 12:00 +9),
            peer: "127.0.0.1:50000".parse().unwrap(),
            greeting: Greeting::Serve,
            outcome: Outcome::Refused { reason: Reason::NoCertificate, alert: Reason::NoCertificate.alert() },
            shown: None,
        }
    }

    fn connections(list: &[Handshake]) -> Vec<(u64, u64)> {
        list.iter().map(|handshake| (handshake.seq, handshake.connection)).collect()
    }

    #[test]
    fn old_entries_are_dropped_and_counted() {
        let ledger = Ledger::new(2);
        for connection in [7, 5, 9] {
            ledger.record(entry(connection));
        }
        assert_eq!(connections(&ledger.list(0)), [(2, 5), (3, 9)]);
        assert_eq!(connections(&ledger.list(2)), [(3, 9)]);
        assert_eq!((ledger.list(3).len(), ledger.dropped()), (0, 1));
        let none = Ledger::new(0);
        none.record(entry(1));
        assert_eq!((none.list(0).len(), none.dropped()), (0, 1));
    }

    #[test]
    fn an_observer_is_told_of_every_entry() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let ledger = {
            let told = told.clone();
            Ledger::observed(1, move |handshake| told.lock().unwrap().push((handshake.seq, handshake.connection)))
        };
        ledger.record(entry(4));
        ledger.record(entry(6));
        assert_eq!(*told.lock().unwrap(), [(1, 4), (2, 6)]);
    }

    #[test]
    fn an_entry_is_written_with_its_reason_and_alert() {
        let written = serde_json::to_value(entry(1)).unwrap();
        assert_eq!(
            written["outcome"],
            serde_json::json!({"outcome": "refused", "reason": {"code": "no_certificate"}, "alert": "certificate_required"})
        );
        assert_eq!((&written["greeting"], &written["at"]), (&"serve".into(), &"2026-11-27T12:00:00+09:00".into()));
    }
}
