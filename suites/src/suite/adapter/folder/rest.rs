//! Whether folders are at rest. Knows names, sizes and times of files; knows no program.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::ground::is_unfinished;
use crate::input::is_hidden;

/// Since when nothing has changed.
pub(super) struct Rest {
    seen: Vec<(PathBuf, u64, Option<SystemTime>)>,
    since: Instant,
}

impl Rest {
    pub(super) fn new() -> Rest {
        Rest { seen: Vec::new(), since: Instant::now() }
    }

    /// For how long files, and the files of folders, have been as they are.
    pub(super) fn lasts(&mut self, places: &[&Path]) -> Duration {
        let mut seen = Vec::new();
        for place in places {
            for entry in walkdir::WalkDir::new(place).sort_by_file_name().into_iter().flatten() {
                if let Some(state) = entry.metadata().ok().filter(fs::Metadata::is_file) {
                    seen.push((entry.into_path(), state.len(), state.modified().ok()));
                }
            }
        }
        if seen != self.seen {
            *self = Rest { seen, since: Instant::now() };
        }
        self.since.elapsed()
    }
}

/// Whether a folder holds files, and none that is still being written as far as its name tells.
pub(super) fn holds_whole_files(folder: &Path) -> bool {
    let names: Vec<String> = names(folder).collect();
    !names.is_empty() && !names.iter().any(|name| is_unfinished(name))
}

/// A file of a folder that is still being written as far as its name tells.
pub(super) fn unfinished(folder: &Path) -> Option<String> {
    names(folder).filter(|name| is_unfinished(name)).min()
}

fn names(folder: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| !is_hidden(name))
}

/// Moves a file or folder, to another disk, too.
pub(super) fn shift(from: &Path, to: &Path) -> io::Result<()> {
    if fs::rename(from, to).is_ok() {
        return Ok(());
    }
    if from.is_dir() && !from.is_symlink() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            shift(&entry.path(), &to.join(entry.file_name()))?;
        }
        return fs::remove_dir(from);
    }
    if !from.is_symlink() {
        fs::copy(from, to)?;
    }
    fs::remove_file(from)
}
