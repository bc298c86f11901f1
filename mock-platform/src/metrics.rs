//! Counts of what the journal tells, for `/metrics`. Knows events and the text format of Prometheus;
//! remembers no event.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use crate::journal::Event;

/// Counters by name and label, since the platform started.
#[derive(Debug, Default)]
pub struct Metrics {
    counts: Mutex<BTreeMap<(&'static str, String), u64>>,
}

impl Metrics {
    /// Counts an event.
    pub fn count(&self, event: &Event) {
        match event {
            Event::Accepted(delivered) => {
                self.add("renkei_accepted_total", String::new(), 1);
                let bytes = delivered.files.iter().map(|file| file.bytes).sum();
                self.add("renkei_accepted_bytes_total", String::new(), bytes);
            }
            Event::Recovered(_) => self.add("renkei_recovered_total", String::new(), 1),
            Event::Repeated { .. } => self.add("renkei_repeated_total", String::new(), 1),
            Event::Refused { code, .. } => self.add("renkei_refused_total", label("code", code), 1),
            Event::Fetched { .. } => self.add("renkei_fetched_files_total", String::new(), 1),
            Event::Fault { fault, .. } => self.add("renkei_faults_total", label("fault", fault), 1),
            Event::Handshake { refusal, .. } => {
                let outcome = if refusal.is_some() { "refused" } else { "established" };
                self.add("renkei_handshakes_total", label("outcome", outcome), 1);
            }
            Event::Login { code, .. } => {
                let outcome = if code.is_some() { "refused" } else { "let_in" };
                self.add("renkei_logins_total", label("outcome", outcome), 1);
            }
            Event::Request { status, .. } => self.add("renkei_requests_total", label("status", &status.to_string()), 1),
            Event::Lost { events } => self.add("renkei_lost_events_total", String::new(), *events),
            Event::Started { .. }
            | Event::Mended { .. }
            | Event::Opened { .. }
            | Event::Clock { .. }
            | Event::Closed { .. }
            | Event::Revoked { .. }
            | Event::Issued { .. }
            | Event::OfficeSet { .. }
            | Event::LicencePaid { .. }
            | Event::NoticeAdded { .. }
            | Event::Reset
            | Event::Snapshot
            | Event::Restored
            | Event::PlanReplaced
            | Event::Stopped { .. } => {}
        }
    }

    /// In the text format of Prometheus.
    pub fn text(&self) -> String {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        let mut last = "";
        for ((name, labels), count) in counts.iter() {
            if *name != last {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "# TYPE {name} counter");
                last = name;
            }
            let _ = writeln!(text, "{name}{labels} {count}");
        }
        text
    }

    fn add(&self, name: &'static str, labels: String, count: u64) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry((name, labels)).or_default() += count;
    }
}

/// The values are codes and words of ours, in which nothing has to be escaped.
fn label(name: &str, value: &str) -> String {
    format!("{{{name}=\"{value}\"}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_by_name_and_label() {
        let metrics = Metrics::default();
        let refused = |code: &str| Event::Refused {
            route: "send".into(),
            office: None,
            code: code.into(),
            key: None,
            content: None,
        };
        metrics.count(&refused("CPM-D04"));
        metrics.count(&refused("CPM-D04"));
        metrics.count(&refused("CPM-D01"));
        metrics.count(&Event::Reset);
        let expected = "# TYPE renkei_refused_total counter\n\
                        renkei_refused_total{code=\"CPM-D01\"} 1\n\
                        renkei_refused_total{code=\"CPM-D04\"} 2\n";
        assert_eq!(metrics.text(), expected);
    }
}
