//! How a delivery lies in the log: a head that tells all of it but its number, then the bytes of its
//! files. Knows how heads are written and found again; decides nothing.
//!
//! Most deliveries are small: they are put together where they come in, by several threads at once, as
//! blocks that the one thread that accepts them only has to write ([`Written`]).
//!
//! Heads are read after a kill or a loss of power only, when the index may lack what was acknowledged last.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::StoreError;
use super::log::Log;
use super::record::{NewDelivery, from_hex, nanoseconds};
use super::tail::{BLOCK, Blocks, Tail};
use crate::api::body::FileType;
use crate::model::OfficeNumber;
use crate::pki::fingerprint::hex;

/// What every head begins with.
const MARK: [u8; 8] = *b"renkei\x001";

/// The mark, the length of the head, and its digest.
const FIXED: usize = MARK.len() + 4 + 32;

/// Longer heads are none: a message and the names of files have limits far below.
const MOST: u32 = 64 << 20;

/// Everything of a delivery that is accepted but its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) sender: OfficeNumber,
    pub(super) receiver: OfficeNumber,
    pub(super) key: String,
    #[serde(with = "hexadecimal")]
    pub(super) digest: [u8; 32],
    pub(super) message: String,
    pub(super) timestamp: Option<String>,
    pub(super) accepted_at: i64,
    pub(super) visible_at: i64,
    pub(super) copies: u32,
    pub(super) files: Vec<HeadFile>,
}

/// A file of it. The bytes of the files follow the head in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HeadFile {
    pub(super) name: String,
    pub(super) file_type: FileType,
    pub(super) csv_version: Option<String>,
    pub(super) length: u64,
    #[serde(with = "hexadecimal")]
    pub(super) sha256: [u8; 32],
}

/// Bytes of files that are copied to lie behind their head in memory.
const MOST_COPIED: usize = 256 << 10;

/// A delivery as it lies in the log.
pub(super) struct Written {
    /// Bytes of the head.
    head: u64,
    /// Bytes of it and of the files.
    length: u64,
    lying: Lying,
}

enum Lying {
    /// As blocks, which are written from where they are.
    Together(Arc<Blocks>),
    /// As the head and the files.
    Apart(Vec<u8>, Vec<Bytes>),
}

impl Written {
    /// A head and the files that follow it.
    pub(super) fn of(head: &Head, files: Vec<Bytes>) -> Result<Written, StoreError> {
        let head = head.write()?;
        let bodies = files.iter().map(Bytes::len).sum::<usize>();
        let (begin, length) = (head.len() as u64, (head.len() + bodies) as u64);
        let lying = if bodies <= MOST_COPIED {
            let pieces = [&head[..]].into_iter().chain(files.iter().map(|file| &file[..]));
            Lying::Together(Arc::new(Blocks::of(pieces)))
        } else {
            Lying::Apart(head, files)
        };
        Ok(Written { head: begin, length, lying })
    }

    /// Bytes of it.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Puts it at the end of a log. Returns where the bytes of the files begin.
    pub(super) fn put(&self, tail: &mut Tail) -> Result<u64, StoreError> {
        match &self.lying {
            Lying::Together(blocks) => Ok(tail.put_blocks(Arc::clone(blocks))? + self.head),
            Lying::Apart(head, files) => {
                tail.put(head)?;
                let at = tail.end();
                files.iter().try_for_each(|file| tail.put(file))?;
                Ok(at)
            }
        }
    }
}

/// A head that was found.
pub(super) struct Found {
    pub(super) head: Head,
    /// Where the bytes of its files begin.
    pub(super) at: u64,
    /// Where they end.
    pub(super) end: u64,
}

impl Head {
    /// The head of a delivery.
    pub(super) fn of(new: &NewDelivery) -> Result<Head, StoreError> {
        let files = new.files.iter().map(|file| HeadFile {
            name: file.name.clone(),
            file_type: file.file_type,
            csv_version: file.csv_version.clone(),
            length: file.bytes.len() as u64,
            sha256: file.sha256,
        });
        Ok(Head {
            sender: new.sender.clone(),
            receiver: new.receiver.clone(),
            key: new.key.clone(),
            digest: new.digest,
            message: new.message.clone(),
            timestamp: new.timestamp.clone(),
            accepted_at: nanoseconds(new.accepted_at)?,
            visible_at: nanoseconds(new.visible_at)?,
            copies: new.copies,
            files: files.collect(),
        })
    }

    /// As it lies in the log.
    fn write(&self) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; FIXED];
        serde_json::to_writer(&mut bytes, self).map_err(|_| StoreError::Row { what: "a head" })?;
        let length = u32::try_from(bytes.len() - FIXED).ok().filter(|length| *length <= MOST);
        let length = length.ok_or(StoreError::Range { what: "the length of a head" })?;
        let digest = Sha256::digest(&bytes[FIXED..]);
        bytes[..8].copy_from_slice(&MARK);
        bytes[8..12].copy_from_slice(&length.to_le_bytes());
        bytes[12..FIXED].copy_from_slice(&digest);
        Ok(bytes)
    }
}

/// The delivery that was put at a place of a log, or at the block after it; `None` where there is none
/// that is whole.
pub(super) fn find(log: &Log, place: u64) -> Result<Option<Found>, StoreError> {
    let block = place.next_multiple_of(BLOCK as u64);
    match read(log, place)? {
        None if block != place => read(log, block),
        found => Ok(found),
    }
}

fn read(log: &Log, place: u64) -> Result<Option<Found>, StoreError> {
    let length = log.length()?;
    let left = length.saturating_sub(place);
    if left < FIXED as u64 {
        return Ok(None);
    }
    let fixed = log.read(place, FIXED as u64)?;
    let head = u32::from_le_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]);
    if fixed[..8] != MARK || head > MOST || u64::from(head) > left - FIXED as u64 {
        return Ok(None);
    }
    let at = place + FIXED as u64 + u64::from(head);
    let json = log.read(place + FIXED as u64, head.into())?;
    if Sha256::digest(&json).as_slice() != &fixed[12..] {
        return Ok(None);
    }
    let head: Head = serde_json::from_slice(&json).map_err(|_| StoreError::Row { what: "a head" })?;
    let mut end = at;
    for file in &head.files {
        if file.length > length - end || log.digest(end, file.length)? != file.sha256 {
            return Ok(None);
        }
        end += file.length;
    }
    Ok(Some(Found { head, at, end }))
}

/// Digests in heads.
mod hexadecimal {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{from_hex, hex};

    pub(super) fn serialize<S: Serializer>(digest: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(digest))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        from_hex(&text).ok_or_else(|| D::Error::custom("not a digest"))
    }
}
