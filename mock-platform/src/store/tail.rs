//! The end of the log, where deliveries are put together and made durable at once. Knows blocks and
//! places; knows no delivery.
//!
//! What is put goes past the page cache where the system can do that: nobody reads it soon, and a page
//! of cache for each of it costs more than the rest of its way. Such writes are of whole blocks, so each
//! batch ends with zeros up to the next one.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::StoreError;
use super::log::{Log, failed};
use crate::files;

/// Where writes past the cache begin and end, on every disk in use.
pub(super) const BLOCK: usize = 4 << 10;

/// Bytes written at once at most.
const BUFFER: usize = 1 << 20;

pub(super) struct Tail {
    log: Arc<Log>,
    file: File,
    /// Holds [`BUFFER`] bytes from `begin` on, where a block of memory begins.
    buffer: Vec<u8>,
    begin: usize,
    filled: usize,
    /// Where in the log they go.
    at: u64,
}

impl Tail {
    /// The end of a log, of which so many bytes are owned.
    pub(super) fn new(log: Arc<Log>, owned: u64) -> Result<Tail, StoreError> {
        let file = past_cache(log.path()).or_else(|_| open(log.path()));
        let file = file.map_err(|source| failed("open", log.path(), source))?;
        let buffer = vec![0; BUFFER + BLOCK];
        // Where no block begins within the first of them, the first write is refused and goes another way.
        let begin = buffer.as_ptr().align_offset(BLOCK).min(BLOCK);
        Ok(Tail { log, file, buffer, begin, filled: 0, at: owned.next_multiple_of(BLOCK as u64) })
    }

    /// Where the next byte goes.
    pub(super) fn end(&self) -> u64 {
        self.at + self.filled as u64
    }

    /// Puts bytes at the end. They are durable after [`Tail::seal`].
    pub(super) fn put(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        while !bytes.is_empty() {
            if self.filled == BUFFER {
                self.write()?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(BUFFER - self.filled));
            self.buffer[self.begin + self.filled..][..now.len()].copy_from_slice(now);
            self.filled += now.len();
            bytes = later;
        }
        Ok(())
    }

    /// Makes durable what was put.
    pub(super) fn seal(&mut self) -> Result<(), StoreError> {
        let whole = self.filled.next_multiple_of(BLOCK);
        self.buffer[self.begin + self.filled..self.begin + whole].fill(0);
        self.filled = whole;
        self.write()?;
        self.file.sync_data().map_err(|source| failed("sync", self.log.path(), source))
    }

    /// Forgets what was put after a place where a batch began.
    pub(super) fn back_to(&mut self, end: u64) {
        (self.at, self.filled) = (end, 0);
        // Frees the space. Where that fails, the bytes are overwritten or cut off later.
        let _ = self.log.cut(end);
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let bytes = &self.buffer[self.begin..][..self.filled];
        let mut written = files::write_at(&self.file, self.at, bytes);
        if written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::InvalidInput) {
            // Opened past the cache, and yet it cannot be written so.
            written = open(self.log.path()).and_then(|file| {
                self.file = file;
                files::write_at(&self.file, self.at, bytes)
            });
        }
        written.map_err(|source| failed("write", self.log.path(), source))?;
        self.at += self.filled as u64;
        self.filled = 0;
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

#[cfg(target_os = "linux")]
fn past_cache(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    OpenOptions::new().write(true).custom_flags(libc::O_DIRECT).open(path)
}

#[cfg(not(target_os = "linux"))]
fn past_cache(path: &Path) -> io::Result<File> {
    open(path)
}
