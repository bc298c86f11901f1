//! What goes into the store and comes out. Knows shapes and the numbers of things; knows no file and
//! no table.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::StoreError;
use crate::api::body::{Fetched, FileType};
use crate::clock::JST;
use crate::journal::{Delivered, DeliveredFile};
use crate::model::OfficeNumber;
use crate::pki::fingerprint::hex;

/// A delivery to be accepted.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// 送信元
    pub sender: OfficeNumber,
    /// 送信先
    pub receiver: OfficeNumber,
    /// The idempotency key, unique among those of the sender.
    pub key: String,
    /// Digest of the request: the same key with another digest is refused.
    pub digest: [u8; 32],
    /// メッセージ
    pub message: String,
    /// ファイル出力日時, as in the names.
    pub timestamp: Option<String>,
    /// 送信日時
    pub accepted_at: OffsetDateTime,
    /// 受信日時: from when on the receiver sees it.
    pub visible_at: OffsetDateTime,
    /// Entries in the list of the receiver; at least 1.
    pub copies: u32,
    /// The files.
    pub files: Vec<NewFile>,
}

/// A file of a delivery to be accepted.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// ファイル名
    pub name: String,
    /// ファイル種別
    pub file_type: FileType,
    /// CSVバージョン
    pub csv_version: Option<String>,
    /// SHA-256 of the bytes. The caller has made it while they came in; the store holds to it what it
    /// reads back.
    pub sha256: [u8; 32],
    /// The bytes.
    pub bytes: Bytes,
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcceptOutcome {
    /// It is accepted and durable.
    Accepted(DeliveryRecord),
    /// It had been accepted before, with the same key and digest; nothing was stored again.
    Repeated(DeliveryRecord),
    /// The key had been used for something else; nothing was stored.
    KeyReused,
}

/// An accepted delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Its number.
    pub id: String,
    /// 送信元
    pub sender: OfficeNumber,
    /// 送信先
    pub receiver: OfficeNumber,
    /// The idempotency key.
    pub key: String,
    /// メッセージ
    pub message: String,
    /// ファイル出力日時, as in the names.
    pub timestamp: Option<String>,
    /// 送信日時, in JST.
    pub accepted_at: OffsetDateTime,
    /// Entries it made in the list of the receiver.
    pub copies: u32,
    /// The files.
    pub files: Vec<FileRecord>,
}

/// An entry of 受信一覧.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedRecord {
    /// Its number, which tells nothing of the number of the delivery.
    pub id: String,
    /// The delivery.
    pub delivery: String,
    /// 送信元
    pub sender: OfficeNumber,
    /// 受信日時, in JST.
    pub received_at: OffsetDateTime,
    /// メッセージ
    pub message: String,
    /// データ取得状況
    pub fetched: Fetched,
    /// The files.
    pub files: Vec<FileRecord>,
}

/// A stored file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// ファイル名
    pub name: String,
    /// ファイル種別
    pub file_type: FileType,
    /// CSVバージョン
    pub csv_version: Option<String>,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of them.
    pub sha256: [u8; 32],
    /// Where they are.
    pub body: FileRef,
}

/// Where the bytes of one stored file are. Only the store makes one, so nothing else can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRef {
    /// The number of the log.
    pub(super) log: u64,
    pub(super) at: u64,
    pub(super) length: u64,
    pub(super) sha256: [u8; 32],
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The records.
    pub items: Vec<T>,
    /// The cursor of the next page; absent on the last one.
    pub next: Option<String>,
}

/// What became of marking a file as fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchOutcome {
    /// The office has no such entry, or the entry no such file.
    Unknown,
    /// Other files of the entry have not been fetched.
    Partly,
    /// Every file of the entry has been fetched: 済.
    Complete,
}

/// A change of documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Keeps a document, in place of an earlier one.
    Put {
        /// Of which kind.
        kind: String,
        /// Unique in its kind.
        id: String,
        /// The document.
        json: String,
    },
    /// Forgets a document, if there is one.
    Delete {
        /// Of which kind.
        kind: String,
        /// Which.
        id: String,
    },
    /// Forgets all documents of a kind.
    DeleteAll {
        /// Of which kind.
        kind: String,
    },
}

/// A file as a row of the index holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FileRow {
    pub(super) name: String,
    pub(super) file_type: FileType,
    pub(super) csv_version: Option<String>,
    pub(super) at: u64,
    pub(super) length: u64,
    pub(super) sha256: String,
}

impl FileRow {
    pub(super) fn record(self, log: u64) -> Result<FileRecord, StoreError> {
        let sha256 = from_hex(&self.sha256).ok_or(StoreError::Row { what: "a digest" })?;
        Ok(FileRecord {
            name: self.name,
            file_type: self.file_type,
            csv_version: self.csv_version,
            bytes: self.length,
            sha256,
            body: FileRef { log, at: self.at, length: self.length, sha256 },
        })
    }
}

impl DeliveryRecord {
    /// What the journal tells of it.
    pub(super) fn delivered(&self) -> Delivered {
        let file =
            |file: &FileRecord| DeliveredFile { name: file.name.clone(), bytes: file.bytes, sha256: hex(&file.sha256) };
        Delivered {
            delivery: self.id.clone(),
            key: self.key.clone(),
            sender: self.sender.clone(),
            receiver: self.receiver.clone(),
            copies: self.copies,
            files: self.files.iter().map(file).collect(),
        }
    }
}

/// What numbers a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Delivery,
    Entry,
}

impl Id {
    fn letter(self) -> char {
        match self {
            Id::Delivery => 'S',
            Id::Entry => 'R',
        }
    }

    /// The number as it travels.
    pub(super) fn write(self, number: i64) -> String {
        format!("{}{number:010}", self.letter())
    }

    /// Reads one; `None` where it is not written as [`Id::write`] does.
    pub(super) fn read(self, text: &str) -> Option<i64> {
        let number = text.strip_prefix(self.letter())?.parse().ok()?;
        (self.write(number) == text && number > 0).then_some(number)
    }
}

/// A time as the index holds it: nanoseconds since 1970.
pub(super) fn nanoseconds(time: OffsetDateTime) -> Result<i64, StoreError> {
    i64::try_from(time.unix_timestamp_nanos()).map_err(|_| StoreError::Range { what: "a time" })
}

/// A time from the index, in JST.
pub(super) fn moment(nanoseconds: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds.into())
        .map(|time| time.to_offset(JST))
        .map_err(|_| StoreError::Row { what: "a time" })
}

/// Reads what [`hex`] has written.
pub(super) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != digest.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(pairs) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_only_as_it_is_written() {
        assert_eq!(Id::Delivery.write(12), "S0000000012");
        assert_eq!(Id::Delivery.read("S0000000012"), Some(12));
        for other in ["", "S", "S12", "R0000000012", "S0000000000", "S-000000012", "S+000000012", "S00000000120 "] {
            assert_eq!(Id::Delivery.read(other), None, "{other:?}");
        }
        assert_eq!(Id::Entry.read("R12345678901"), Some(12_345_678_901));
    }

    #[test]
    fn a_digest_in_hexadecimal_is_read_back() {
        let mut digest = [0; 32];
        digest[0] = 0xA5;
        digest[31] = 0x0F;
        let text = format!("a5{}0f", "00".repeat(30));
        assert_eq!(hex(&digest), text);
        assert_eq!(from_hex(&text), Some(digest));
        assert_eq!(from_hex(&text[..62]), None);
        assert_eq!(from_hex(&format!("{}+f", &text[..62])), None);
    }
}
