//! What the journal of a platform proves of an exchange. Knows events; knows no program and no file.

use renkei_mock_platform::journal::{Event, Journal};
use renkei_validator::text::Message;

/// Lines of the journal that are in memory at once.
const PAGE: usize = 10_000;

/// What the journal proves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Deliveries accepted.
    pub accepted: u64,
    /// Sent again after they had been accepted, and not accepted twice.
    pub repeated: u64,
    /// Deliveries refused.
    pub refused: u64,
    /// Faults that struck.
    pub faults: u64,
}

/// Reads a journal.
pub(crate) fn proof(journal: &Journal) -> Result<Proof, Message> {
    let (mut proof, mut seq) = (Proof::default(), 0);
    loop {
        let lines = journal.since(seq, PAGE).map_err(|error| Message::same(error.to_string()))?;
        let Some(last) = lines.last() else { return Ok(proof) };
        seq = last.seq;
        lines.iter().for_each(|line| proof.count(&line.event));
    }
}

impl Proof {
    fn count(&mut self, event: &Event) {
        match event {
            Event::Accepted(_) => self.accepted += 1,
            Event::Repeated { .. } => self.repeated += 1,
            Event::Refused { .. } => self.refused += 1,
            Event::Fault { .. } => self.faults += 1,
            Event::Started { .. }
            | Event::Mended { .. }
            | Event::Lost { .. }
            | Event::Handshake { .. }
            | Event::Closed { .. }
            | Event::Login { .. }
            | Event::Request { .. }
            | Event::Recovered(_)
            | Event::Opened { .. }
            | Event::Fetched { .. }
            | Event::Clock { .. }
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
}
