//! The end of the log, where deliveries are put together and made durable at once. Knows blocks and
//! places; knows no delivery.
//!
//! What is put goes past the page cache where the system can do that: nobody reads it soon, and a page
//! of cache for each of it costs more than the rest of its way. Such writes are of whole blocks, in the log
//! and in memory. Bytes that lie so ([`Blocks`]) are written from where they are; others are copied first,
//! and filled up with zeros to the next block.

use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::StoreError;
use super::log::{Log, failed};

/// Where writes past the cache begin and end, on every disk in use.
pub(super) const BLOCK: usize = 4 << 10;

/// Bytes copied to be written at once at most.
const BUFFER: usize = 1 << 20;

/// Pieces written at once at most: fewer than systems take.
const PIECES: usize = 512;

/// Bytes that fill whole blocks of memory.
#[derive(Debug)]
pub(super) struct Blocks {
    memory: Vec<u8>,
    /// Where the first block begins.
    begin: usize,
}

impl Blocks {
    /// Some pieces of bytes behind each other, and zeros up to the end of the block.
    pub(super) fn of<'a>(pieces: impl Iterator<Item = &'a [u8]> + Clone) -> Blocks {
        let length = pieces.clone().map(<[u8]>::len).sum::<usize>().next_multiple_of(BLOCK);
        let mut memory = Vec::<u8>::with_capacity(length + BLOCK);
        // Where no block begins within the first of them, the write is refused and goes another way.
        let begin = memory.as_ptr().align_offset(BLOCK).min(BLOCK);
        memory.resize(begin, 0);
        pieces.for_each(|piece| memory.extend_from_slice(piece));
        memory.resize(begin + length, 0);
        Blocks { memory, begin }
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[self.begin..]
    }
}

pub(super) struct Tail {
    log: Arc<Log>,
    file: File,
    /// Holds [`BUFFER`] bytes from `begin` on, where a block of memory begins.
    buffer: Vec<u8>,
    begin: usize,
    filled: usize,
    /// What is written before these.
    blocks: Vec<Arc<Blocks>>,
    /// Where in the log they go.
    at: u64,
    /// Where the next byte goes.
    end: u64,
}

impl Tail {
    /// The end of a log, of which so many bytes are owned.
    pub(super) fn new(log: Arc<Log>, owned: u64) -> Result<Tail, StoreError> {
        let file = past_cache(log.path()).or_else(|_| open(log.path()));
        let file = file.map_err(|source| failed("open", log.path(), source))?;
        let buffer = vec![0; BUFFER + BLOCK];
        let begin = buffer.as_ptr().align_offset(BLOCK).min(BLOCK);
        let end = owned.next_multiple_of(BLOCK as u64);
        Ok(Tail { log, file, buffer, begin, filled: 0, blocks: Vec::new(), at: end, end })
    }

    /// Where the next byte goes.
    pub(super) fn end(&self) -> u64 {
        self.end
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
            self.end += now.len() as u64;
            bytes = later;
        }
        Ok(())
    }

    /// Puts whole blocks at the end, from the next block on. They are durable after [`Tail::seal`]. Returns
    /// where they begin.
    pub(super) fn put_blocks(&mut self, blocks: Arc<Blocks>) -> Result<u64, StoreError> {
        if self.filled > 0 {
            self.fill_up();
            self.write()?;
        }
        if self.blocks.len() == PIECES {
            self.write()?;
        }
        let begin = self.end;
        self.end += blocks.bytes().len() as u64;
        self.blocks.push(blocks);
        Ok(begin)
    }

    /// Makes durable what was put.
    pub(super) fn seal(&mut self) -> Result<(), StoreError> {
        self.fill_up();
        self.write()?;
        self.file.sync_data().map_err(|source| failed("sync", self.log.path(), source))
    }

    /// Forgets what was put after a place where a batch began.
    pub(super) fn back_to(&mut self, end: u64) {
        (self.at, self.end, self.filled) = (end, end, 0);
        self.blocks.clear();
        // Frees the space. Where that fails, the bytes are overwritten or cut off later.
        let _ = self.log.cut(end);
    }

    /// Ends the last block that is copied.
    fn fill_up(&mut self) {
        let whole = self.filled.next_multiple_of(BLOCK);
        self.buffer[self.begin + self.filled..self.begin + whole].fill(0);
        self.end += (whole - self.filled) as u64;
        self.filled = whole;
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let copied = &self.buffer[self.begin..][..self.filled];
        let pieces =
            || self.blocks.iter().map(|blocks| blocks.bytes()).chain([copied]).map(IoSlice::new).collect::<Vec<_>>();
        let mut written = write_at(&self.file, self.at, &mut pieces());
        if written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::InvalidInput) {
            // Opened past the cache, and yet it cannot be written so.
            written = open(self.log.path()).and_then(|file| {
                self.file = file;
                write_at(&self.file, self.at, &mut pieces())
            });
        }
        written.map_err(|source| failed("write", self.log.path(), source))?;
        (self.at, self.filled) = (self.end, 0);
        self.blocks.clear();
        Ok(())
    }
}

/// Writes pieces behind each other at a place.
fn write_at(mut file: &File, at: u64, mut pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    IoSlice::advance_slices(&mut pieces, 0);
    while !pieces.is_empty() {
        match file.write_vectored(pieces) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut pieces, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
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
