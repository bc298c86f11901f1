//! The log of bodies: a file to which bytes are appended and in which they are read at places. Knows
//! places; knows no delivery. Which bytes count is told by the index, and behind that by heads.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};
use sha2::{Digest, Sha256};

use super::tail::BLOCK;
use super::{FileRef, StoreError};
use crate::files;

/// Bytes handed out at once.
const CHUNK: u64 = 64 << 10;

/// A log. A store has one; after a reset or a restore it has another, with the next number.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) number: u64,
    path: PathBuf,
    file: File,
}

impl Log {
    /// The name of the file in the directory of the store.
    pub(super) fn name(number: u64) -> String {
        format!("bodies-{number}.log")
    }

    /// Whether a file of the directory is a log, and which.
    pub(super) fn number_of(name: &str) -> Option<u64> {
        let number = name.strip_prefix("bodies-")?.strip_suffix(".log")?.parse().ok()?;
        (Log::name(number) == name).then_some(number)
    }

    /// Makes an empty log, durably.
    pub(super) fn create(directory: &Path, number: u64) -> Result<Log, StoreError> {
        let path = directory.join(Log::name(number));
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path);
        let log = Log { number, file: file.map_err(|source| failed("create", &path, source))?, path };
        log.sync_all()?;
        files::sync_names(directory).map_err(|source| failed("sync", directory, source))?;
        Ok(log)
    }

    /// Opens a log of which so many bytes are owned, at least.
    pub(super) fn open(directory: &Path, number: u64, owned: u64) -> Result<Log, StoreError> {
        let path = directory.join(Log::name(number));
        let file = OpenOptions::new().read(true).write(true).open(&path);
        let log = Log { number, file: file.map_err(|source| failed("open", &path, source))?, path };
        let length = log.length()?;
        if length < owned { Err(StoreError::Damaged { path: log.path, length, owned }) } else { Ok(log) }
    }

    /// Cuts off what is not owned, durably. Returns how many bytes those were, but for the zeros that
    /// filled a block.
    pub(super) fn cut_off(&self, owned: u64) -> Result<u64, StoreError> {
        let (length, block) = (self.length()?, owned.next_multiple_of(BLOCK as u64));
        let filling = length.min(block) - owned;
        let filled = self.read(owned, filling)?.iter().all(|byte| *byte == 0);
        if length > owned {
            self.cut(owned)?;
            self.sync_all()?;
        }
        Ok(if filled { length.saturating_sub(block) } else { length - owned })
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads so many bytes at a place.
    pub(super) fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, StoreError> {
        files::read_at(&self.file, at, length).map_err(|source| failed("read", &self.path, source))
    }

    /// SHA-256 of so many bytes at a place.
    pub(super) fn digest(&self, mut at: u64, length: u64) -> Result<[u8; 32], StoreError> {
        let (mut digest, end) = (Sha256::new(), at + length);
        while at < end {
            let chunk = self.read(at, CHUNK.min(end - at))?;
            digest.update(&chunk);
            at += chunk.len() as u64;
        }
        Ok(digest.finalize().into())
    }

    /// Writes bytes at a place.
    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
        files::write_at(&self.file, at, bytes).map_err(|source| failed("write", &self.path, source))
    }

    /// Forgets what stands after a place.
    pub(super) fn cut(&self, at: u64) -> Result<(), StoreError> {
        self.file.set_len(at).map_err(|source| failed("cut", &self.path, source))
    }

    /// Copies so many bytes from the start of another log, durably.
    pub(super) fn copy_from(&self, source: &Log, length: u64) -> Result<(), StoreError> {
        let mut at = 0;
        while at < length {
            let block = source.read(at, (1 << 20).min(length - at))?;
            self.write(at, &block)?;
            at += block.len() as u64;
        }
        self.sync_all()
    }

    /// Opens a log of a snapshot, which is not changed.
    pub(super) fn open_read_only(directory: &Path, number: u64, owned: u64) -> Result<Log, StoreError> {
        let path = directory.join(Log::name(number));
        let file = File::open(&path).map_err(|source| failed("open", &path, source))?;
        let log = Log { number, file, path };
        let length = log.length()?;
        if length < owned { Err(StoreError::Damaged { path: log.path, length, owned }) } else { Ok(log) }
    }

    /// The bytes of a file in chunks; the last chunk only where all of them have the digest they had
    /// when they came.
    pub(super) fn stream(
        self: Arc<Log>,
        body: FileRef,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static + use<> {
        let start = Reading { log: self, at: body.at, left: body.length, digest: Sha256::new(), expected: body.sha256 };
        stream::try_unfold(start, |reading| async move {
            if reading.left == 0 {
                return Ok(None);
            }
            let read = tokio::task::spawn_blocking(move || reading.next()).await;
            read.map_err(io::Error::other)?.map(Some)
        })
    }

    /// Bytes in it.
    pub(super) fn length(&self) -> Result<u64, StoreError> {
        Ok(self.file.metadata().map_err(|source| failed("open", &self.path, source))?.len())
    }

    fn sync_all(&self) -> Result<(), StoreError> {
        self.file.sync_all().map_err(|source| failed("sync", &self.path, source))
    }
}

/// Removes every log but one.
pub(super) fn remove_others(directory: &Path, number: u64) -> Result<(), StoreError> {
    let names = std::fs::read_dir(directory).map_err(|source| failed("read", directory, source))?;
    for name in names {
        let path = name.map_err(|source| failed("read", directory, source))?.path();
        let other = path.file_name().and_then(|name| name.to_str()).and_then(Log::number_of);
        if other.is_some_and(|other| other != number) {
            std::fs::remove_file(&path).map_err(|source| failed("remove", &path, source))?;
        }
    }
    Ok(())
}

/// How far a file has been read.
struct Reading {
    log: Arc<Log>,
    at: u64,
    left: u64,
    digest: Sha256,
    expected: [u8; 32],
}

impl Reading {
    fn next(mut self) -> io::Result<(Bytes, Reading)> {
        let length = CHUNK.min(self.left);
        let chunk = files::read_at(&self.log.file, self.at, length)?;
        self.digest.update(&chunk);
        self.at += length;
        self.left -= length;
        if self.left == 0 && self.digest.clone().finalize().as_slice() != self.expected {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the stored bytes are not those that came"));
        }
        Ok((chunk.into(), self))
    }
}

pub(super) fn failed(doing: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { doing, path: path.to_owned(), source }
}
