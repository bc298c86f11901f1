//! What lies on the computers of offices: drafts of 送信一覧 and the list of downloads. In memory: it goes
//! with the platform. Knows limits; judges no delivery.

use std::collections::{BTreeMap, VecDeque};

use time::OffsetDateTime;

use crate::api::multipart::UploadedFile;
use crate::model::OfficeNumber;
use crate::refusal::ErrorBody;

/// Bytes that all drafts of all offices may have together (assumption).
const MOST_BYTES: usize = 128 << 20;

/// Lines of ダウンロード一覧 that are kept (assumption).
const MOST_DOWNLOADS: usize = 200;

/// The computers, by office.
#[derive(Debug, Default)]
pub(super) struct Outboxes {
    last: u64,
    boxes: BTreeMap<OfficeNumber, Outbox>,
}

/// What lies on one.
#[derive(Debug, Default)]
struct Outbox {
    drafts: Vec<Draft>,
    downloads: VecDeque<Download>,
    round: Round,
}

/// What became of the last 一括送信.
#[derive(Clone, Debug, Default)]
pub(super) struct Round {
    /// Numbers of 送信済 and 送信先事業所名称.
    pub(super) sent: Vec<(String, String)>,
    pub(super) failed: usize,
}

/// A line of 送信一覧 that has not been sent.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Counts the drafts of all offices.
    pub(super) no: u64,
    /// Which files were added with it.
    pub(super) batch: u64,
    /// The idempotency key, the same at each try.
    pub(super) key: String,
    /// 送信先, where a person has chosen it.
    pub(super) destination: Option<OfficeNumber>,
    pub(super) message: String,
    pub(super) files: Vec<UploadedFile>,
    /// What became of the last try.
    pub(super) tried: Option<ErrorBody>,
}

/// A line of ダウンロード一覧.
#[derive(Clone, Debug)]
pub(super) struct Download {
    pub(super) at: OffsetDateTime,
    /// Entries of 受信一覧.
    pub(super) ids: Vec<String>,
    /// Names of files, or of the archive.
    pub(super) names: Vec<String>,
}

/// A draft to be added.
pub(super) struct NewDraft {
    pub(super) key: String,
    pub(super) files: Vec<UploadedFile>,
}

impl Outboxes {
    /// Adds drafts that belong together; their batch, or `None` where they are too many or too large.
    pub(super) fn add(&mut self, office: &OfficeNumber, most: usize, new: Vec<NewDraft>) -> Option<u64> {
        let held: usize = self.boxes.values().flat_map(|outbox| &outbox.drafts).map(Draft::bytes).sum();
        let more: usize = new.iter().flat_map(|draft| &draft.files).map(|file| file.bytes.len()).sum();
        let drafts = self.boxes.get(office).map_or(0, |outbox| outbox.drafts.len());
        if held.saturating_add(more) > MOST_BYTES || drafts + new.len() > most {
            return None;
        }
        let batch = self.last + 1;
        let outbox = self.boxes.entry(office.clone()).or_default();
        outbox.round = Round::default();
        for NewDraft { key, files } in new {
            self.last += 1;
            let (no, message) = (self.last, String::new());
            outbox.drafts.push(Draft { no, batch, key, destination: None, message, files, tried: None });
        }
        Some(batch)
    }

    /// The drafts of an office, oldest first.
    pub(super) fn drafts(&self, office: &OfficeNumber) -> Vec<Draft> {
        self.boxes.get(office).map(|outbox| outbox.drafts.clone()).unwrap_or_default()
    }

    /// A draft of an office.
    pub(super) fn draft(&self, office: &OfficeNumber, no: u64) -> Option<Draft> {
        self.boxes.get(office)?.drafts.iter().find(|draft| draft.no == no).cloned()
    }

    /// Changes a draft; nothing where it is gone.
    pub(super) fn change(&mut self, office: &OfficeNumber, no: u64, change: impl FnOnce(&mut Draft)) {
        let drafts = self.boxes.get_mut(office).map(|outbox| &mut outbox.drafts);
        if let Some(draft) = drafts.and_then(|drafts| drafts.iter_mut().find(|draft| draft.no == no)) {
            change(draft);
        }
    }

    /// Throws a draft away.
    pub(super) fn remove(&mut self, office: &OfficeNumber, no: u64) {
        if let Some(outbox) = self.boxes.get_mut(office) {
            outbox.drafts.retain(|draft| draft.no != no);
        }
    }

    /// Writes down what became of 一括送信.
    pub(super) fn finish(&mut self, office: &OfficeNumber, round: Round) {
        self.boxes.entry(office.clone()).or_default().round = round;
    }

    /// What became of the last 一括送信.
    pub(super) fn round(&self, office: &OfficeNumber) -> Round {
        self.boxes.get(office).map(|outbox| outbox.round.clone()).unwrap_or_default()
    }

    /// Writes a download down.
    pub(super) fn downloaded(&mut self, office: &OfficeNumber, download: Download) {
        let downloads = &mut self.boxes.entry(office.clone()).or_default().downloads;
        downloads.push_front(download);
        downloads.truncate(MOST_DOWNLOADS);
    }

    /// ダウンロード一覧, newest first.
    pub(super) fn downloads(&self, office: &OfficeNumber) -> Vec<Download> {
        self.boxes.get(office).map(|outbox| outbox.downloads.iter().cloned().collect()).unwrap_or_default()
    }
}

impl Draft {
    fn bytes(&self) -> usize {
        self.files.iter().map(|file| file.bytes.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(number: &str) -> OfficeNumber {
        OfficeNumber::parse(number).unwrap()
    }

    fn new(bytes: usize) -> NewDraft {
        let file = UploadedFile { name: "a.pdf".to_owned(), bytes: vec![0; bytes].into(), sha256: [0; 32] };
        NewDraft { key: "key".to_owned(), files: vec![file] }
    }

    #[test]
    fn an_office_sees_its_own_drafts_only() {
        let mut boxes = Outboxes::default();
        let [one, other] = ["9970100013", "9970100021"].map(office);
        assert_eq!(boxes.add(&one, 10, vec![new(1), new(1)]), Some(1));
        assert_eq!(boxes.add(&other, 10, vec![new(1)]), Some(3));
        let numbers = |boxes: &Outboxes, of| boxes.drafts(of).iter().map(|draft| draft.no).collect::<Vec<_>>();
        assert_eq!((numbers(&boxes, &one), numbers(&boxes, &other)), (vec![1, 2], vec![3]));
        boxes.change(&one, 3, |draft| draft.message = "changed".to_owned());
        boxes.remove(&one, 3);
        assert_eq!(boxes.draft(&other, 3).unwrap().message, "");
        boxes.remove(&one, 1);
        assert_eq!(numbers(&boxes, &one), [2]);
        assert!(boxes.draft(&one, 3).is_none());
    }

    #[test]
    fn drafts_have_limits() {
        let mut boxes = Outboxes::default();
        let [one, other] = ["9970100013", "9970100021"].map(office);
        assert_eq!(boxes.add(&one, 1, vec![new(1), new(1)]), None);
        assert_eq!(boxes.add(&one, 1, vec![new(MOST_BYTES)]), Some(1));
        assert_eq!(boxes.add(&other, 1, vec![new(1)]), None);
        boxes.remove(&one, 1);
        assert_eq!(boxes.add(&other, 1, vec![new(1)]), Some(2));
    }
}
