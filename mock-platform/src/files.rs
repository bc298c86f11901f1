//! What files can do beyond the standard library's common part, the same on Unix and on Windows: reads
//! and writes at a place, locks, durable names; and how a file begins. Knows nothing of what is in them.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::path::Path;

/// Whose a file or a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    Ours,
    /// Nothing is in it that would tell, or it is not there.
    Open,
    Foreign,
}

impl Nature {
    /// That of a file, by how it begins.
    pub(crate) fn of_file(path: &Path, most: u64, judge: impl FnOnce(&[u8]) -> Nature) -> Nature {
        let mut head = Vec::new();
        match File::open(path).and_then(|file| file.take(most).read_to_end(&mut head)) {
            Ok(0) => Nature::Open,
            Ok(_) => judge(&head),
            // Who opens it tells what is wrong with it, before anything is written.
            Err(_) => Nature::Open,
        }
    }
}

/// A file that is locked until this is dropped, or the process dies. The file itself stays.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Locks a file, which is made where there is none.
    pub(crate) fn take(path: &Path) -> Result<Lock, TryLockError> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.map_err(TryLockError::Error)?;
        file.try_lock()?;
        Ok(Lock { _file: file })
    }
}

/// Reads exactly so many bytes at a place.
pub(crate) fn read_at(file: &File, at: u64, length: u64) -> io::Result<Vec<u8>> {
    let length = usize::try_from(length).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    let mut bytes = vec![0; length];
    read_exact_at(file, at, &mut bytes)?;
    Ok(bytes)
}

/// Writes all bytes at a place.
#[cfg(unix)]
pub(crate) fn write_at(file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

/// Writes all bytes at a place.
#[cfg(windows)]
pub(crate) fn write_at(file: &File, mut at: u64, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, at) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                at += written as u64;
                bytes = &bytes[written..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_exact_at(file: &File, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut at: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                at += read as u64;
                bytes = &mut bytes[read..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes a folder, where there is none. What is made is for its owner only, where the system knows owners: what is
/// stored has passwords, keys and whatever was sent.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut maker = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
    maker.recursive(true).create(folder)
}

/// Makes the names in a directory durable. On Windows the file system does that by itself.
pub(crate) fn sync_names(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
