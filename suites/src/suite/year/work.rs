//! Work that is done for many offices at once, and folders. Knows threads and files; knows no office.

use std::iter::Sum;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use renkei_validator::text::Message;

use crate::parents::Trouble;
use crate::suite::compare::Named;

/// How much was exchanged, or made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Sets of files: one sender, receiver and timestamp.
    pub sets: u64,
    /// Their files.
    pub files: u64,
    /// Rows of their CSV files.
    pub rows: u64,
}

impl std::ops::AddAssign for Size {
    fn add_assign(&mut self, more: Size) {
        self.sets += more.sets;
        self.files += more.files;
        self.rows += more.rows;
    }
}

impl Sum for Size {
    fn sum<I: Iterator<Item = Size>>(sizes: I) -> Size {
        let mut sum = Size::default();
        sizes.for_each(|size| sum += size);
        sum
    }
}

/// Does some work for each of some things, on several threads. What comes of it is in their order; of several
/// failures the first in it is told.
pub(super) fn each<T: Sync, R: Send>(
    threads: usize,
    things: &[T],
    work: impl Fn(&T) -> Result<R, Message> + Sync,
) -> Result<Vec<R>, Message> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(things.len())));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, things.len().max(1)) {
            scope.spawn(|| {
                while let Some((at, thing)) = next_of(&next, things) {
                    let result = work(thing);
                    if result.is_err() {
                        // Nobody begins anything more.
                        next.store(things.len(), Ordering::Relaxed);
                    }
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn next_of<'t, T>(next: &AtomicUsize, things: &'t [T]) -> Option<(usize, &'t T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    things.get(at).map(|thing| (at, thing))
}

/// The folders in a folder, by name; none where there is no such folder. Hidden ones are left out.
pub(super) fn folders(folder: &Path) -> Result<Vec<PathBuf>, Message> {
    listed(folder, |kind| kind.is_dir())
}

/// The files in a folder, by name. Hidden ones are left out.
pub(super) fn files(folder: &Path) -> Result<Vec<Named>, Message> {
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).map_err(|error| Trouble::Read(path.clone(), error).message())?;
        Ok((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes))
    };
    paths(folder)?.into_iter().map(read).collect()
}

/// The paths of the files in a folder, by name. Hidden ones are left out.
pub(super) fn paths(folder: &Path) -> Result<Vec<PathBuf>, Message> {
    listed(folder, |kind| kind.is_file())
}

fn listed(folder: &Path, wanted: fn(&std::fs::FileType) -> bool) -> Result<Vec<PathBuf>, Message> {
    let failed = |error| Trouble::Read(folder.to_owned(), error).message();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && wanted(&entry.file_type().map_err(failed)?) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

pub(super) fn unwritable(path: &Path, error: &std::io::Error) -> Message {
    Trouble::Write(path.to_owned(), std::io::Error::from(error.kind())).message()
}
