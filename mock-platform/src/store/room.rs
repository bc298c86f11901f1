//! Room on the disk that is kept for the index, so that what was acknowledged can be shown on a disk that
//! has become full. Knows a file of zeros; knows no index.

use std::fs;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::log::failed;

/// Bytes kept: the rows of some thousand deliveries, which is more than usually are on their way.
const BYTES: usize = 2 << 20;

#[derive(Debug)]
pub(super) struct Room {
    path: PathBuf,
    kept: bool,
}

impl Room {
    /// The room of a store; none is kept yet.
    pub(super) fn of(directory: &Path) -> Room {
        Room { path: directory.join("room"), kept: false }
    }

    /// Takes the room, unless it is kept already.
    pub(super) fn keep(&mut self) -> Result<(), StoreError> {
        if self.kept {
            return Ok(());
        }
        let length = fs::metadata(&self.path).map_or(0, |found| found.len());
        if length != BYTES as u64
            && let Err(source) = fs::write(&self.path, vec![0; BYTES])
        {
            self.give_up();
            return Err(failed("write", &self.path, source));
        }
        self.kept = true;
        Ok(())
    }

    /// Gives the room to who needs it.
    pub(super) fn give_up(&mut self) {
        self.kept = false;
        // Where that fails, the index goes on failing, and says so.
        let _ = fs::remove_file(&self.path);
    }
}
