//! A folder beside the one asked for, which becomes it when everything is written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::WriteError;

/// The folder. Where it is dropped unfinished, it is taken away with what it holds.
#[derive(Debug)]
pub(super) struct Aside {
    path: PathBuf,
    out: PathBuf,
    exists: bool,
    finished: bool,
}

impl Aside {
    /// Makes the folder.
    pub(super) fn new(out: &Path, force: bool) -> Result<Aside, WriteError> {
        let (out, exists) = place(out, force)?;
        let (Some(parent), Some(name)) = (out.parent(), out.file_name()) else {
            return Err(WriteError::NotAFolder(out));
        };
        let name = name.to_string_lossy();
        for attempt in 0..1000 {
            let path = parent.join(format!(".{name}.renkei-{}-{attempt}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Aside { path, out, exists, finished: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(WriteError::Io { path, error }),
            }
        }
        let error = io::Error::from(io::ErrorKind::AlreadyExists);
        Err(WriteError::Io { path: parent.to_owned(), error })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Moves everything to the folder asked for.
    pub(super) fn finish(mut self) -> Result<(), WriteError> {
        if !self.exists {
            fs::rename(&self.path, &self.out).map_err(|error| WriteError::Io { path: self.out.clone(), error })?;
            self.finished = true;
            return Ok(());
        }
        let at = |path: &Path| {
            let path = path.to_owned();
            move |error| WriteError::Io { path, error }
        };
        for entry in fs::read_dir(&self.path).map_err(at(&self.path))? {
            let entry = entry.map_err(at(&self.path))?;
            let to = self.out.join(entry.file_name());
            match fs::symlink_metadata(&to) {
                Ok(known) if known.is_dir() => fs::remove_dir_all(&to).map_err(at(&to))?,
                Ok(_) => fs::remove_file(&to).map_err(at(&to))?,
                Err(_) => {}
            }
            fs::rename(entry.path(), &to).map_err(at(&to))?;
        }
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.finished {
            // Nobody can be told that this failed; the folder's name says what it is.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// The folder with its whole path, and whether it exists.
fn place(out: &Path, force: bool) -> Result<(PathBuf, bool), WriteError> {
    let at = |error| WriteError::Io { path: out.to_owned(), error };
    match fs::metadata(out) {
        Ok(known) if !known.is_dir() => Err(WriteError::NotAFolder(out.to_owned())),
        Ok(_) => {
            let mut entries = fs::read_dir(out).map_err(at)?;
            if !force && entries.next().is_some() {
                return Err(WriteError::NotEmpty(out.to_owned()));
            }
            Ok((fs::canonicalize(out).map_err(at)?, true))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((std::path::absolute(out).map_err(at)?, false)),
        Err(error) => Err(at(error)),
    }
}
