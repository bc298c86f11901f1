//! The folder of a platform: given, or temporary. Knows how it is made and goes away; knows little of
//! what is in it.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::{Data, StartError};
use crate::pki::{Authority, PkiError, Secrecy, write_file};
use crate::world::Seed;

/// The offices that the folder began with.
const SEED: &str = "seed.json";

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
            Data::Folder(path) => match fs::create_dir_all(&path) {
                Ok(()) => Ok(Folder::Given(path)),
                Err(error) => Err(StartError::Folder { path, why: error.to_string() }),
            },
            Data::Temporary => match tempfile::Builder::new().prefix("renkei-").tempdir() {
                Ok(folder) => Ok(Folder::Temporary(folder)),
                Err(error) => Err(StartError::Folder { path: std::env::temp_dir(), why: error.to_string() }),
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

/// The authority of an earlier run, or a new one.
pub(super) fn authority(folder: &Path, now: OffsetDateTime) -> Result<Authority, PkiError> {
    if folder.is_dir() {
        return Authority::load(folder);
    }
    let authority = Authority::new(now)?;
    authority.save(folder)?;
    Ok(authority)
}

/// The offices that the folder began with; `None` in a new one.
pub(super) fn seed(folder: &Path) -> Result<Option<Seed>, String> {
    match fs::read(folder.join(SEED)) {
        Ok(json) => serde_json::from_slice(&json).map(Some).map_err(|error| error.to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Keeps the offices that the folder begins with, as a whole or not at all.
pub(super) fn keep_seed(folder: &Path, seed: &Seed) -> Result<(), String> {
    let json = serde_json::to_vec(seed).map_err(|error| error.to_string())?;
    let aside = folder.join(".seed.json");
    // Passwords of test users are in it, and p12 files.
    write_file(&aside, &json, Secrecy::Secret).map_err(|error| error.to_string())?;
    fs::rename(aside, folder.join(SEED)).map_err(|error| error.to_string())
}
