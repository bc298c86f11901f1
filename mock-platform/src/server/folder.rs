//! The folder of a platform: given, or temporary. Knows how it is made and goes away, and whether one that is
//! given is a platform's own; knows little of what is in it.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::{Data, StartError};
use crate::files::{Nature, make_private};
use crate::journal;
use crate::pki::{Authority, PkiError, Secrecy, write_file};
use crate::platform::AUTHORITY;
use crate::store;
use crate::told;
use crate::world::Seed;

/// The journal, and what stands beside it while it is written.
pub(super) const JOURNAL: &str = "journal.jsonl";
const JOURNAL_LOCK: &str = "journal.jsonl.lock";

/// Deliveries and documents.
pub(super) const STORE: &str = "store";

/// The offices that the folder began with.
const SEED: &str = "seed.json";

/// An authority that is not complete yet.
const AUTHORITY_ASIDE: &str = ".authority";

/// The folder.
#[derive(Debug)]
pub(super) enum Folder {
    Given(PathBuf),
    /// It goes when this is dropped.
    Temporary(tempfile::TempDir),
}

impl Folder {
    pub(super) fn of(data: Data) -> Result<Folder, StartError> {
        match data {
            Data::Folder(path) => match make_private(&path) {
                Ok(()) => Ok(Folder::Given(path)),
                Err(error) => Err(StartError::Folder { path, why: told::of_disk(&error) }),
            },
            Data::Temporary => match tempfile::Builder::new().prefix("renkei-").tempdir() {
                Ok(folder) => Ok(Folder::Temporary(folder)),
                Err(error) => Err(StartError::Folder { path: std::env::temp_dir(), why: told::of_disk(&error) }),
            },
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Folder::Given(path) => path,
            Folder::Temporary(folder) => folder.path(),
        }
    }
}

/// The offices that a folder began with; `None` in a new one. Nothing is written.
///
/// # Errors
/// [`StartError::NotOurs`] where it holds something else than a platform's data, even beside it;
/// [`StartError::Folder`] where a part of its own data cannot be used.
pub(super) fn kept(data: &Data) -> Result<Option<Seed>, StartError> {
    let Data::Folder(folder) = data else { return Ok(None) };
    let failed = |path: &Path, error: &(dyn Error + 'static)| StartError::Folder {
        path: path.to_owned(),
        why: told::of_disk(error),
    };
    let entries = match entries(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        entries => entries.map_err(|error| failed(folder, &error))?,
    };
    let not_ours = || StartError::NotOurs { folder: folder.clone() };
    let journal = journal::nature(&folder.join(JOURNAL));
    if journal == Nature::Foreign || store::nature(&folder.join(STORE)) == Nature::Foreign {
        return Err(not_ours());
    }
    let ours = journal == Nature::Ours;
    let seed = seed(folder).map_err(|error| if ours { failed(&folder.join(SEED), &error) } else { not_ours() })?;
    let authority = folder.join(AUTHORITY);
    if !is_empty(&authority) {
        // One that was copied there before the first start is all that is there.
        Authority::load(&authority).map_err(|error| failed(&authority, &error))?;
    }
    let early = [JOURNAL, JOURNAL_LOCK, AUTHORITY, AUTHORITY_ASIDE];
    let begun = entries.iter().all(|entry| early.iter().any(|name| entry == name));
    if ours || seed.is_some() || begun { Ok(seed) } else { Err(not_ours()) }
}

fn entries(folder: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect()
}

fn is_empty(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// The authority of an earlier run or one that was put there, or a new one.
pub(super) fn authority(folder: &Path, now: OffsetDateTime) -> Result<Authority, PkiError> {
    let place = folder.join(AUTHORITY);
    if !is_empty(&place) {
        return Authority::load(&place);
    }
    let authority = Authority::new(now)?;
    let aside = folder.join(AUTHORITY_ASIDE);
    authority.save(&aside)?;
    // An empty folder of that name would be in the way on Windows.
    let _ = fs::remove_dir(&place);
    fs::rename(&aside, &place).map_err(|error| PkiError::File { path: place, error })?;
    Ok(authority)
}

/// The offices that the folder began with; `None` in a new one.
fn seed(folder: &Path) -> io::Result<Option<Seed>> {
    match fs::read(folder.join(SEED)) {
        Ok(json) => Ok(Some(serde_json::from_slice(&json)?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps the offices that the folder begins with, as a whole or not at all.
pub(super) fn keep_seed(folder: &Path, seed: &Seed) -> Result<(), PkiError> {
    let failed = |error| PkiError::File { path: folder.join(SEED), error };
    let json = serde_json::to_vec(seed).map_err(|error| failed(error.into()))?;
    // Passwords of test users are in it, and p12 files.
    write_file(&folder.join(SEED), &json, Secrecy::Secret)
}
