//! The journal: JSON lines that prove what clients did. Knows lines, their order and their file;
//! decides nothing of what is written.
//!
//! A line is `{"seq":…,"at":…,"event":…,…}`; `seq` counts from 1 and goes on when an existing journal
//! is opened again. Each line is handed to the operating system, as a whole, before [`Journal::write`]
//! returns, so it survives the death of the process. Lines are not synced one by one: after a loss of
//! power the last ones may be missing, and the store writes those of accepted deliveries again
//! ([`Event::Recovered`]).

mod event;
mod lines;

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::slice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::broadcast;
use utoipa::ToSchema;

pub use event::{Delivered, DeliveredFile, Event, Mended, UNKNOWN_ROUTE};

use crate::clock::Clock;
use crate::files::{self, Lock, Nature};
use crate::metrics::Metrics;

/// The shape of the lines.
pub const SCHEMA: &str = "renkei-journal/1";

/// Lines that a subscriber may lag behind before it misses some.
const BACKLOG: usize = 1024;

/// Bytes of a line that tells of a delivery.
const USUAL_LINE: usize = 1024;

/// An open journal. Copies are the same journal.
#[derive(Clone, Debug)]
pub struct Journal {
    inner: Arc<Inner>,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = JournalLine)]
pub struct Line {
    /// 1 for the first line of the file.
    pub seq: u64,
    /// The platform's time.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// A [`Line`] on its way into the file.
#[derive(Serialize)]
struct Written<'a> {
    seq: u64,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    #[serde(flatten)]
    event: &'a Event,
}

/// Why a journal could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process writes it.
    #[error("another process writes the journal {path}")]
    InUse {
        /// The journal.
        path: PathBuf,
    },
    /// The file is something else; nothing was changed.
    #[error("{path} is not a journal of renkei")]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// After the footer nothing is written.
    #[error("the journal is closed")]
    Closed,
    /// Its file failed.
    #[error("cannot {doing} the journal {path}")]
    Io {
        /// `open`, `read`, `write` …
        doing: &'static str,
        /// The journal.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Whether a file is a journal, by how its first line begins; that line may be torn.
pub(crate) fn nature(path: &Path) -> Nature {
    const HEAD: &[u8] = b"{\"seq\":";
    Nature::of_file(path, HEAD.len() as u64, |head| match head {
        HEAD => Nature::Ours,
        torn if HEAD.starts_with(torn) => Nature::Open,
        _ => Nature::Foreign,
    })
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    clock: Clock,
    /// Written where `end` says, read at places.
    file: File,
    end: Mutex<End>,
    sender: broadcast::Sender<Line>,
    metrics: Metrics,
    _lock: Lock,
}

/// The end of the file.
#[derive(Debug)]
struct End {
    /// Where the next line goes.
    length: u64,
    /// The number of the last line.
    seq: u64,
    /// Events that could not be written since the last line.
    lost: u64,
    /// Whether bytes of a line that failed may stand behind `length`.
    dirty: bool,
    closed: bool,
}

impl Journal {
    /// Opens a journal, or makes one. A torn last line is cut off ([`Event::Mended`]), then the header
    /// is written.
    ///
    /// # Errors
    /// [`JournalError`]: in use by another process, not a journal, not readable or writable.
    pub fn open(path: &Path, clock: Clock) -> Result<Journal, JournalError> {
        let io = |doing, source| JournalError::Io { doing, path: path.to_owned(), source };
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        let lock = Lock::take(Path::new(&lock_path)).map_err(|error| match error {
            std::fs::TryLockError::WouldBlock => JournalError::InUse { path: path.to_owned() },
            std::fs::TryLockError::Error(source) => io("lock", source),
        })?;
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(|source| io("open", source))?;
        let found = file.metadata().map_err(|source| io("open", source))?.len();
        let length = lines::end_of_last_line(&file, found).map_err(|source| io("read", source))?;
        let seq = last_seq(&file, length, found).map_err(|source| match source.kind() {
            io::ErrorKind::InvalidData => JournalError::NotAJournal { path: path.to_owned() },
            _ => io("read", source),
        })?;
        if length < found {
            file.set_len(length).map_err(|source| io("mend", source))?;
        }
        let journal = Journal {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                clock,
                file,
                end: Mutex::new(End { length, seq, lost: 0, dirty: false, closed: false }),
                sender: broadcast::Sender::new(BACKLOG),
                metrics: Metrics::default(),
                _lock: lock,
            }),
        };
        if length < found {
            journal.write(&Event::Mended { what: Mended::Journal, bytes: found - length })?;
        }
        journal.write(&Event::Started {
            schema: SCHEMA.to_owned(),
            tool: "renkei".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })?;
        Ok(journal)
    }

    /// Writes a line and returns its number. [`Event::Stopped`] is the last one and is synced. An event
    /// that cannot be written is counted, and the next line that can be is preceded by
    /// [`Event::Lost`].
    ///
    /// # Errors
    /// [`JournalError::Io`] where the file fails, [`JournalError::Closed`] after the footer.
    pub fn write(&self, event: &Event) -> Result<u64, JournalError> {
        let mut end = self.end();
        let written = self.append_after_lost(&mut end, slice::from_ref(event));
        if let Err(JournalError::Io { .. }) = written {
            end.lost += 1;
        }
        written
    }

    /// As [`Journal::write`], for lines that follow each other and a caller that will try again: all of
    /// them or none, and a failure is not counted.
    pub(crate) fn write_or_keep(&self, events: &[Event]) -> Result<u64, JournalError> {
        self.append_after_lost(&mut self.end(), events)
    }

    /// Lines after a number (0 for all), oldest first, at most so many. Blocks on the file.
    ///
    /// # Errors
    /// [`JournalError::Io`] where the file cannot be read.
    pub fn since(&self, seq: u64, limit: usize) -> Result<Vec<Line>, JournalError> {
        let length = self.end().length;
        let mut found = Vec::new();
        let mut read = || -> io::Result<()> {
            let place = lines::place_before(&self.inner.file, length, seq)?;
            lines::forward(&self.inner.file, place, length, |line| {
                if found.len() >= limit {
                    return Ok(ControlFlow::Break(()));
                }
                if lines::seq_of(line)? > seq {
                    found.push(serde_json::from_slice(line)?);
                }
                Ok(ControlFlow::Continue(()))
            })
        };
        read().map_err(|source| self.io("read", source))?;
        Ok(found)
    }

    /// Lines as they are written from now on. A subscriber that lags far behind is told so by the
    /// channel, and reads what it missed with [`Journal::since`].
    pub fn subscribe(&self) -> broadcast::Receiver<Line> {
        self.inner.sender.subscribe()
    }

    /// The number of the last line.
    pub fn last(&self) -> u64 {
        self.end().seq
    }

    /// Counts of the lines since it was opened.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// What the newest line of a store that tells of a delivery says; `None` where none does.
    pub(crate) fn newest_of(&self, store: &str) -> Result<Option<Newest>, JournalError> {
        let length = self.end().length;
        let mut candidate = None;
        let mut found = None;
        let visited = lines::backward(&self.inner.file, length, |line| {
            // Most lines tell of requests: they are not taken apart.
            if !["\"event\":\"accepted\"", "\"event\":\"recovered\"", "\"event\":\"opened\""]
                .iter()
                .any(|event| contains(line, event.as_bytes()))
            {
                return Ok(ControlFlow::Continue(()));
            }
            match serde_json::from_slice::<Line>(line)?.event {
                Event::Accepted(delivered) | Event::Recovered(delivered) => {
                    candidate.get_or_insert(Newest::Delivery(delivered.delivery));
                }
                Event::Opened { store: of, deliveries } if of == store => {
                    found = Some(candidate.take().unwrap_or(Newest::Opened(deliveries)));
                    return Ok(ControlFlow::Break(()));
                }
                // Lines below this one are those of another store.
                Event::Opened { .. } => candidate = None,
                Event::Started { .. }
                | Event::Mended { .. }
                | Event::Lost { .. }
                | Event::Handshake { .. }
                | Event::Closed { .. }
                | Event::Login { .. }
                | Event::Request { .. }
                | Event::Repeated { .. }
                | Event::Refused { .. }
                | Event::Fetched { .. }
                | Event::Fault { .. }
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
            Ok(ControlFlow::Continue(()))
        });
        visited.map_err(|source| self.io("read", source))?;
        Ok(found)
    }

    fn append_after_lost(&self, end: &mut End, events: &[Event]) -> Result<u64, JournalError> {
        if end.closed {
            return Err(JournalError::Closed);
        }
        if end.lost > 0 {
            self.append(end, &[Event::Lost { events: end.lost }])?;
            end.lost = 0;
        }
        let seq = self.append(end, events)?;
        if let [.., Event::Stopped { .. }] = events {
            end.closed = true;
            self.inner.file.sync_all().map_err(|source| self.io("sync", source))?;
        }
        Ok(seq)
    }

    /// Writes lines with one write.
    fn append(&self, end: &mut End, events: &[Event]) -> Result<u64, JournalError> {
        if end.dirty {
            self.inner.file.set_len(end.length).map_err(|source| self.io("mend", source))?;
            end.dirty = false;
        }
        let at = self.inner.clock.now();
        let numbered = || (end.seq + 1..).zip(events);
        let mut bytes = Vec::with_capacity(events.len() * USUAL_LINE);
        for (seq, event) in numbered() {
            serde_json::to_writer(&mut bytes, &Written { seq, at, event })
                .map_err(|error| self.io("write", error.into()))?;
            bytes.push(b'\n');
        }
        if let Err(source) = files::write_at(&self.inner.file, end.length, &bytes) {
            // A part of a line may have been written.
            end.dirty = true;
            return Err(self.io("write", source));
        }
        events.iter().for_each(|event| self.inner.metrics.count(event));
        if self.inner.sender.receiver_count() > 0 {
            for (seq, event) in numbered() {
                // The last one may have stopped listening.
                let _ = self.inner.sender.send(Line { seq, at, event: event.clone() });
            }
        }
        end.length += bytes.len() as u64;
        end.seq += events.len() as u64;
        Ok(end.seq)
    }

    fn io(&self, doing: &'static str, source: io::Error) -> JournalError {
        JournalError::Io { doing, path: self.inner.path.clone(), source }
    }

    fn end(&self) -> MutexGuard<'_, End> {
        self.inner.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the newest line of a store that tells of a delivery says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Newest {
    /// This delivery was accepted or recovered.
    Delivery(String),
    /// The store had been opened with so many deliveries.
    Opened(u64),
}

/// The number of the last whole line; `InvalidData` where the file is not a journal.
fn last_seq(file: &File, length: u64, found: u64) -> io::Result<u64> {
    if length == 0 {
        // At most the torn first line of a journal.
        let start = files::read_at(file, 0, found.min(7))?;
        return match b"{\"seq\":".starts_with(&start) {
            true => Ok(0),
            false => Err(io::ErrorKind::InvalidData.into()),
        };
    }
    let mut seq = 0;
    lines::backward(file, length, |line| {
        seq = serde_json::from_slice::<Line>(line).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?.seq;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(seq)
}

fn contains(line: &[u8], part: &[u8]) -> bool {
    // What is looked for stands near the start, behind the number and the time.
    line.windows(part.len()).take(160).any(|window| window == part)
}
