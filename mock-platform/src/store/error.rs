//! How the store fails. Knows the kinds of failure; knows no answer to them.

use std::io;
use std::path::PathBuf;

use crate::journal::JournalError;

/// Why something could not be stored or read. What was acknowledged before is not touched by it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the directory open.
    #[error("another process has the store {directory} open")]
    InUse {
        /// The directory.
        directory: PathBuf,
    },
    /// The directory holds something else, or a store of another version.
    #[error("{directory} holds no store of this version")]
    Foreign {
        /// The directory.
        directory: PathBuf,
    },
    /// Bytes that were durable are missing.
    #[error("{path} has {length} bytes, and the index owns {owned}")]
    Damaged {
        /// The log of bodies.
        path: PathBuf,
        /// Its length in bytes.
        length: u64,
        /// Bytes that the index says are there.
        owned: u64,
    },
    /// A snapshot goes into a directory that does not exist or is empty.
    #[error("{directory} is not empty")]
    NotEmpty {
        /// The directory.
        directory: PathBuf,
    },
    /// The snapshot is open in another process and was changed while it was read.
    #[error("{directory} was changed while it was read")]
    Changed {
        /// The directory.
        directory: PathBuf,
    },
    /// A file failed: the disk may be full.
    #[error("cannot {doing} {path}")]
    Io {
        /// `read`, `write` …
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The index failed: the disk may be full.
    #[error("cannot use the index")]
    Index(#[from] rusqlite::Error),
    /// A row of the index does not say what the store writes.
    #[error("the index holds {what} that is not readable")]
    Row {
        /// Of which column.
        what: &'static str,
    },
    /// The journal cannot be written, and nothing is accepted that would not stand there.
    #[error("cannot write the journal")]
    Journal(#[from] JournalError),
    /// The cursor is none that a page was answered with.
    #[error("the cursor is not one of this list")]
    Cursor,
    /// A value cannot be kept: a time outside the years 1678 to 2261, or no entry for the receiver.
    #[error("{what} is out of range")]
    Range {
        /// Which.
        what: &'static str,
    },
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
}
