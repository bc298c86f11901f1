//! What tests of the store share: offices, deliveries with bytes that follow from their key, and a
//! journal as it is read from its file.

#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::path::Path;

use bytes::Bytes;
use futures_util::TryStreamExt;
use renkei_mock_platform::api::body::FileType;
use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::journal::{Event, Journal, Line};
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::store::{AcceptOutcome, DeliveryRecord, FileRef, NewDelivery, NewFile, Store};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::datetime;

/// When everything happens, unless told otherwise.
pub const NOON: OffsetDateTime = datetime!(2026-12-01 12:00 +9);

pub fn office(number: &str) -> OfficeNumber {
    OfficeNumber::parse(number).unwrap()
}

/// 居宅介護支援事業所
pub fn manager() -> OfficeNumber {
    office("9970100013")
}

/// サービス提供事業所
pub fn provider() -> OfficeNumber {
    office("9970100021")
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Bytes that follow from a key: no two keys share them, and their lengths differ.
pub fn bytes_of(key: &str) -> Bytes {
    let seed = sha256(key.as_bytes());
    let length = 1 + usize::from(u16::from_be_bytes([seed[0], seed[1]])) * 3;
    seed.iter().copied().cycle().take(length).collect::<Vec<u8>>().into()
}

pub fn file(name: &str, bytes: Bytes) -> NewFile {
    NewFile {
        name: name.to_owned(),
        file_type: FileType::Registration,
        csv_version: Some("202407".to_owned()),
        sha256: sha256(&bytes),
        bytes,
    }
}

/// A delivery from [`manager`] to [`provider`] with one file.
pub fn delivery(key: &str) -> NewDelivery {
    NewDelivery {
        sender: manager(),
        receiver: provider(),
        key: key.to_owned(),
        digest: sha256(key.as_bytes()),
        message: "確認をお願いします。".to_owned(),
        timestamp: Some("20261201120000".to_owned()),
        accepted_at: NOON,
        visible_at: NOON,
        copies: 1,
        files: vec![file("UPPLAN.csv", bytes_of(key))],
    }
}

pub fn open(directory: &Path) -> (Store, Journal) {
    let journal = Journal::open(&directory.join("journal.jsonl"), Clock::stopped(NOON)).unwrap();
    (Store::open(&directory.join("data"), journal.clone()).unwrap(), journal)
}

pub async fn accept(store: &Store, new: NewDelivery) -> DeliveryRecord {
    match store.accept(new).await.unwrap() {
        AcceptOutcome::Accepted(record) => record,
        other => panic!("not accepted: {other:?}"),
    }
}

pub async fn read(store: &Store, body: &FileRef) -> Vec<u8> {
    let chunks: Vec<Bytes> = store.body(body).try_collect().await.unwrap();
    chunks.concat()
}

/// The lines of a journal, as its file has them.
pub fn lines(directory: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(directory.join("journal.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Deliveries with a line `accepted` or `recovered`, in the order of the lines.
pub fn journaled(directory: &Path) -> Vec<String> {
    let delivery = |line: Line| match line.event {
        Event::Accepted(delivered) | Event::Recovered(delivered) => Some(delivered.delivery),
        _ => None,
    };
    lines(directory).into_iter().filter_map(delivery).collect()
}

/// Everything an office sent, oldest first, read page by page.
pub async fn all_sent(store: &Store, office: &OfficeNumber) -> Vec<DeliveryRecord> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store.sent(office, after, 100).await.unwrap();
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            all.reverse();
            return all;
        }
    }
}
