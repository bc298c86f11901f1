//! Files that survive: written whole or not at all, flushed, never over another. Knows digests and
//! folders; knows no delivery.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use renkei_generators::aside::patiently;
use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::names;

/// The folder inside outbox and inbox that is the client's own.
pub(crate) const OWN: &str = ".renkei";

/// Bytes read at once.
pub(crate) const CHUNK: usize = 64 << 10;

/// How many files of one name are told apart.
const MOST_NAMESAKES: u32 = 1_000;

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn hex_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Length and SHA-256 of a file.
pub(crate) fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut sha = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok((bytes, hex(&sha.finalize()))),
            Ok(read) => {
                sha.update(&chunk[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Writes a file whole: after a crash there is the old one or the new one.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let aside = path.with_extension("tmp");
    let mut file = File::create(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    patiently(|| fs::rename(&aside, path))?;
    sync_parent(path)
}

/// Makes what was moved into or out of a folder last.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened, and its file system keeps the order by itself.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync_folder)
}

/// Where a file of this name and content goes in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A name that is free.
    Free(String),
    /// There is one of the same name and content.
    Same(String),
}

/// Finds a place for a file; `taken` tells names that are promised to others.
pub(crate) fn place(folder: &Path, name: &str, sha256: &str, taken: impl Fn(&str) -> bool) -> io::Result<Place> {
    for number in 1..=MOST_NAMESAKES {
        let name = if number == 1 { name.to_owned() } else { names::numbered(name, number) };
        if taken(&name) {
            continue;
        }
        let path = folder.join(&name);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Place::Free(name)),
            Err(error) => return Err(error),
            Ok(found) if found.is_file() && digest(&path)?.1 == sha256 => return Ok(Place::Same(name)),
            Ok(_) => {}
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{MOST_NAMESAKES} files are named like {name}")))
}

/// Moves a file to a name that must be free; it never overwrites.
pub(crate) fn publish(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => patiently(|| fs::remove_file(from))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        // A file system without links. We are alone in the folder, but for the software that empties it.
        Err(_) => match fs::symlink_metadata(to) {
            Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => patiently(|| fs::rename(from, to))?,
            Err(error) => return Err(error),
        },
    }
    sync_parent(to)
}

/// Moves a folder into another under a name, or the first free one like it; tells where it went.
pub(crate) fn settle(from: &Path, into: &Path, name: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(into)?;
    for number in 1..=MOST_NAMESAKES {
        let to = into.join(if number == 1 { name.to_owned() } else { names::numbered(name, number) });
        match fs::symlink_metadata(&to) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                patiently(|| fs::rename(from, &to))?;
                sync_folder(into)?;
                sync_parent(from)?;
                return Ok(to);
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{MOST_NAMESAKES} folders are named like {name}")))
}

/// Whether a folder is ours alone.
pub(crate) enum Locked {
    /// It is, until this is dropped.
    Alone(#[allow(dead_code, reason = "held, not read")] File),
    /// Another instance runs.
    Elsewhere,
}

/// Makes the own folder in `folder` and locks it.
pub(crate) fn lock(folder: &Path) -> Result<Locked, Failure> {
    let own = folder.join(OWN);
    fs::create_dir_all(&own).map_err(|error| Failure::local(&own, &error))?;
    let path = own.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| Failure::local(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Locked::Alone(file)),
        Err(TryLockError::WouldBlock) => Ok(Locked::Elsewhere),
        Err(TryLockError::Error(error)) => Err(Failure::local(&path, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_finds_its_place_and_overwrites_none() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let none = |_: &str| false;
        let found = |sha: &str| place(folder.path(), "a.csv", sha, none).unwrap();
        assert_eq!(found(&hex_of(b"1")), Place::Free("a.csv".to_owned()));
        fs::write(at("a.csv"), b"1").unwrap();
        assert_eq!(found(&hex_of(b"1")), Place::Same("a.csv".to_owned()));
        assert_eq!(found(&hex_of(b"2")), Place::Free("a (2).csv".to_owned()));
        fs::create_dir(at("a (2).csv")).unwrap();
        assert_eq!(found(&hex_of(b"2")), Place::Free("a (3).csv".to_owned()));
        let taken = place(folder.path(), "b.csv", "", |name| name == "b.csv").unwrap();
        assert_eq!(taken, Place::Free("b (2).csv".to_owned()));

        fs::write(at("new"), b"2").unwrap();
        assert_eq!(publish(&at("new"), &at("a.csv")).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(at("a.csv")).unwrap(), b"1");
        publish(&at("new"), &at("a (3).csv")).unwrap();
        assert_eq!(fs::read(at("a (3).csv")).unwrap(), b"2");
        assert!(!at("new").exists());
    }

    #[test]
    fn a_folder_is_locked_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = lock(folder.path()).unwrap();
        assert!(matches!(first, Locked::Alone(_)));
        assert!(matches!(lock(folder.path()).unwrap(), Locked::Elsewhere));
        drop(first);
        assert!(matches!(lock(folder.path()).unwrap(), Locked::Alone(_)));
    }

    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(hex_of(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
