//! Copies of everything stored, and everything replaced, while the store serves. Knows the order in
//! which files are made and removed; the writer makes the change itself.
//!
//! A snapshot is a directory that can be opened as a store. A restore copies the bodies into a log of
//! its own first, then one transaction of the index replaces all rows and names that log: a kill leaves
//! the old state or the new one, and the log that is not named is removed at the next opening.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::appender::Command;
use super::index::{self, NAME};
use super::log::{Log, failed};
use super::writer::Replacement;
use super::{Store, StoreError};
use crate::files;
use crate::journal::Event;

impl Store {
    /// Copies everything stored at one moment into a directory, which must not exist or be empty. The
    /// copy is there as a whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`], or [`StoreError`] of the disk.
    pub async fn snapshot(&self, to: &Path) -> Result<(), StoreError> {
        let _one_at_a_time = self.inner.next_log.lock().await;
        let (to, log) = (to.to_owned(), self.log());
        self.read(move |connection| write(connection, &log, &to)).await?;
        self.inner.journal.write(&Event::Snapshot)?;
        Ok(())
    }

    /// Replaces everything stored with that of a snapshot. Numbers of deliveries and entries go on from
    /// the higher ones. After a failure everything is as before.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] and [`StoreError::Damaged`] of the snapshot, or [`StoreError`] of the
    /// disk.
    pub async fn restore(&self, from: &Path) -> Result<(), StoreError> {
        let mut next_log = self.inner.next_log.lock().await;
        let number = take(&mut next_log);
        let (directory, from) = (self.inner.directory.clone(), from.to_owned());
        let copied = tokio::task::spawn_blocking(move || copy_in(&directory, &from, number)).await;
        let (log, with) = copied.map_err(|_| StoreError::Closed)??;
        self.tell(|answer| Command::Replace { log: Arc::new(log), with, answer }).await
    }

    /// Throws everything stored away. Numbers of deliveries and entries go on.
    ///
    /// # Errors
    /// [`StoreError`]: everything is as before.
    pub async fn reset(&self) -> Result<(), StoreError> {
        let mut next_log = self.inner.next_log.lock().await;
        let number = take(&mut next_log);
        let directory = self.inner.directory.clone();
        let made = tokio::task::spawn_blocking(move || Log::create(&directory, number)).await;
        let log = made.map_err(|_| StoreError::Closed)??;
        self.tell(|answer| Command::Replace { log: Arc::new(log), with: Replacement::Nothing, answer }).await
    }
}

/// A number for a log. It is not given again even where the change fails: a commit that failed halfway
/// may come back after a kill, and must find its own bytes.
fn take(next_log: &mut u64) -> u64 {
    let number = *next_log;
    *next_log += 1;
    number
}

fn write(connection: &Connection, log: &Log, to: &Path) -> Result<(), StoreError> {
    match fs::read_dir(to) {
        Ok(mut names) => {
            if names.next().is_some() {
                return Err(StoreError::NotEmpty { directory: to.to_owned() });
            }
            fs::remove_dir(to).map_err(|source| failed("replace", to, source))?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed("read", to, error)),
    }
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(|source| failed("remove", &partial, source))?;
    }
    fs::create_dir_all(&partial).map_err(|source| failed("make", &partial, source))?;
    let written = fill(connection, log, &partial)
        .and_then(|()| fs::rename(&partial, to).map_err(|source| failed("make", to, source)));
    if written.is_err() {
        // What is left of it is in nobody's way.
        let _ = fs::remove_dir_all(&partial);
    }
    written?;
    let above = to.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    files::sync_names(above).map_err(|source| failed("sync", above, source))
}

fn fill(connection: &Connection, log: &Log, directory: &Path) -> Result<(), StoreError> {
    let path = directory.join(NAME);
    let name = path.to_str().ok_or_else(|| failed("make", &path, std::io::ErrorKind::InvalidFilename.into()))?;
    connection.execute("VACUUM INTO ?1", [name])?;
    let index = OpenOptions::new().write(true).open(&path);
    index.and_then(|index| index.sync_all()).map_err(|source| failed("sync", &path, source))?;
    // Bytes up to this end do not change any more, whatever has been appended since.
    let meta = index::meta(&index::open_read_only(directory)?)?;
    let copy = Log::create(directory, meta.log)?;
    copy.copy_from(log, meta.log_end)
}

/// Checks a snapshot and copies its bodies into the directory of the store.
fn copy_in(directory: &Path, from: &Path, number: u64) -> Result<(Log, Replacement), StoreError> {
    if !from.join(NAME).is_file() {
        return Err(StoreError::Foreign { directory: from.to_owned() });
    }
    let meta = index::meta(&index::open_read_only(from)?)?;
    let source = if meta.log_end == 0 { None } else { Some(Log::open_read_only(from, meta.log, meta.log_end)?) };
    let log = Log::create(directory, number)?;
    if let Some(source) = source
        && let Err(error) = log.copy_from(&source, meta.log_end)
    {
        drop(log);
        // Gives the space back. Where that fails, the next opening does.
        let _ = fs::remove_file(directory.join(Log::name(number)));
        return Err(error);
    }
    Ok((log, Replacement::Snapshot { index: from.join(NAME), meta }))
}
