//! Where bytes lie that may be read more than once: on the disk, or in memory. Knows how they are
//! opened; knows nothing of what they are.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

/// Where the bytes of one input lie.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In a file.
    Disk(Arc<Path>),
    /// In memory. The number tells two uploads apart whose bytes are the same.
    Memory { number: usize, bytes: Bytes },
}

/// What can be read from anywhere in it.
pub(super) trait Readable: Read + Seek {}

impl<T: Read + Seek> Readable for T {}

impl Place {
    /// Opens it at its beginning, and tells its length where it can be opened again: not so a pipe.
    pub(super) fn open(&self) -> io::Result<(Box<dyn Readable>, Option<u64>)> {
        match self {
            Place::Disk(path) => {
                let file = File::open(path)?;
                let regular = file.metadata().ok().filter(std::fs::Metadata::is_file);
                Ok((Box::new(file), regular.map(|metadata| metadata.len())))
            }
            // A copy of the handle, not of the bytes.
            Place::Memory { bytes, .. } => Ok((Box::new(Cursor::new(bytes.clone())), Some(bytes.len() as u64))),
        }
    }
}
