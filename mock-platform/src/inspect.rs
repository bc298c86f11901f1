//! What somebody asks of files that are put on a page: to be judged, and to have shown what was found.
//! Knows what is handed over; the judging and the showing are the caller's, as the platform makes no
//! finding and knows no report.

use std::fmt;

use bytes::Bytes;
use renkei_validator::text::Message;
use time::Date;

/// Who judges files, and shows what was found. Asked in a thread that may be blocked.
pub trait Inspector: Send + Sync {
    /// Judges files. What is not in the answer must be forgotten afterwards.
    ///
    /// # Errors
    /// Why there is nothing to show.
    fn inspect(&self, asked: Inspection) -> Result<Shown, Message>;
}

impl fmt::Debug for dyn Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inspector")
    }
}

/// What is to be judged, and how.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The files, by the names that a browser gave them: with `/` between folders. None is to be trusted.
    pub files: Vec<(String, Bytes)>,
    /// The day to judge as of.
    pub as_of: Date,
    /// Whether values are shown as they are.
    pub show_values: bool,
    /// Whether the reader reads English; else Japanese.
    pub english: bool,
    /// Bytes that may come out of all archives together.
    pub unpacked: u64,
    /// Entries that all archives may have together.
    pub entries: usize,
}

/// What was found, as a page.
#[derive(Clone, Debug)]
pub struct Shown {
    /// One page that loads nothing, in UTF-8.
    pub html: Vec<u8>,
    /// The content security policy that says so: its own style and script by their digests.
    pub policy: String,
}
