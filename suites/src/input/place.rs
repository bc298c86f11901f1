//! Where bytes lie that may be read more than once: on the disk, or in memory. Knows how they are
//! opened; knows nothing of what they are.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

/// Where the bytes of one input lie.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In a file whose path is what it is called in reports.
    Named(Arc<str>),
    /// In another file.
    Disk(Arc<Path>),
    /// In memory. The number tells two uploads apart whose bytes are the same.
    Memory { number: usize, bytes: Bytes },
}

/// What can be read from anywhere in it.
pub(super) trait Readable: Read + Seek {}

impl<T: Read + Seek> Readable for T {}

/// What was opened, and its length where it can be opened again.
type Opened = (Box<dyn Readable>, Option<u64>);

impl Place {
    /// The place of a file that reports call so.
    pub(super) fn of(path: PathBuf, name: &Arc<str>) -> Place {
        if path.as_os_str() == OsStr::new(&**name) { Place::Named(Arc::clone(name)) } else { Place::Disk(path.into()) }
    }

    /// Opens it at its beginning, and tells its length where it can be opened again: not so a pipe.
    pub(super) fn open(&self) -> io::Result<Opened> {
        match self {
            Place::Named(path) => open(Path::new(&**path)),
            Place::Disk(path) => open(path),
            // A copy of the handle, not of the bytes.
            Place::Memory { bytes, .. } => Ok((Box::new(Cursor::new(bytes.clone())), Some(bytes.len() as u64))),
        }
    }
}

fn open(path: &Path) -> io::Result<Opened> {
    let file = File::open(path)?;
    let regular = file.metadata().ok().filter(std::fs::Metadata::is_file);
    Ok((Box::new(file), regular.map(|metadata| metadata.len())))
}
