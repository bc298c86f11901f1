//! Where bytes lie that may be read more than once: on the disk, or in memory. Knows how they are
//! opened; knows nothing of what they are.

use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use renkei_validator::ReadAgain;

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

/// What tells whether a file is still what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Its length.
    pub(super) length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// `None` for what is no regular file: it may not be read twice.
    fn of(metadata: &Metadata) -> Option<Stamp> {
        metadata.is_file().then(|| Stamp { length: metadata.len(), modified: metadata.modified().ok() })
    }
}

impl Place {
    /// Opens it at its beginning, and tells what it is where it can be opened again: not so a pipe.
    pub(super) fn open(&self) -> io::Result<(Box<dyn Readable>, Option<Stamp>)> {
        match self {
            Place::Disk(path) => {
                let file = File::open(path)?;
                let stamp = file.metadata().ok().as_ref().and_then(Stamp::of);
                Ok((Box::new(file), stamp))
            }
            // A copy of the handle, not of the bytes.
            Place::Memory { bytes, .. } => {
                let stamp = Stamp { length: bytes.len() as u64, modified: None };
                Ok((Box::new(Cursor::new(bytes.clone())), Some(stamp)))
            }
        }
    }

    /// Reads ranges of it while it is being read, as long as it is what it was. It is not opened before
    /// something is asked for.
    pub(super) fn again(&self, stamp: Stamp) -> ReadAgain {
        match self {
            Place::Disk(path) => {
                let path = Arc::clone(path);
                let mut open = None;
                Box::new(move |range| {
                    if open.is_none() {
                        open = File::open(&path).ok();
                    }
                    open.as_mut().and_then(|file| read_range(file, range, stamp))
                })
            }
            Place::Memory { bytes, .. } => {
                let bytes = bytes.clone();
                Box::new(move |range| {
                    let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
                    bytes.get(start..end).map(<[u8]>::to_vec)
                })
            }
        }
    }
}

/// `None` where the file is no longer what it was.
fn read_range(file: &mut File, range: Range<u64>, stamp: Stamp) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(range.end.checked_sub(range.start)?).ok()?];
    file.seek(SeekFrom::Start(range.start)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    let now = file.metadata().ok().as_ref().and_then(Stamp::of);
    (now == Some(stamp)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_again_until_the_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "0123456789").unwrap();
        let place = Place::Disk(path.clone().into());
        let (_, stamp) = place.open().unwrap();
        let mut again = place.again(stamp.unwrap());
        assert_eq!(again(3..6).as_deref(), Some(&b"345"[..]));
        assert_eq!(again(0..0).as_deref(), Some(&b""[..]));
        assert_eq!(again(8..11), None);
        std::fs::write(&path, "01234567890").unwrap();
        assert_eq!(again(3..6), None);
    }

    #[test]
    fn a_file_put_in_its_place_is_not_taken_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "0123456789").unwrap();
        let place = Place::Disk(path.clone().into());
        let (_, stamp) = place.open().unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(place.again(stamp.unwrap())(3..6), None);
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(place.again(stamp.unwrap())(0..3), None);
    }

    #[test]
    fn a_range_of_an_upload_is_read_again() {
        let place = Place::Memory { number: 0, bytes: Bytes::from_static(b"0123456789") };
        let (_, stamp) = place.open().unwrap();
        let mut again = place.again(stamp.unwrap());
        assert_eq!(again(3..6).as_deref(), Some(&b"345"[..]));
        assert_eq!(again(8..11), None);
    }
}
