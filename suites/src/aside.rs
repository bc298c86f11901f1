//! Writes a folder beside the place it belongs, and moves it there when it is whole. Knows paths;
//! knows nothing of what is written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder that is being written. Dropped before [`Aside::settle`], it leaves nothing behind.
pub(crate) struct Aside {
    path: PathBuf,
}

/// What stands where a folder is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing, or an empty folder.
    Free,
    /// A folder that holds something.
    Filled,
    /// No folder.
    File,
}

/// Looks at the place where a folder is to be written.
pub(crate) fn standing(out: &Path) -> io::Result<Standing> {
    match fs::metadata(out) {
        Ok(metadata) if !metadata.is_dir() => Ok(Standing::File),
        Ok(_) if fs::read_dir(out)?.next().is_some() => Ok(Standing::Filled),
        Ok(_) => Ok(Standing::Free),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Standing::Free),
        Err(error) => Err(error),
    }
}

/// The path without links and dots, as far as it exists.
pub(crate) fn real(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let mut rest = Vec::new();
    let mut base = path.as_path();
    loop {
        match (fs::canonicalize(base), base.parent(), base.file_name()) {
            (Ok(mut real), _, _) => {
                real.extend(rest.iter().rev());
                return Ok(real);
            }
            (Err(error), Some(parent), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
                rest.push(name);
                base = parent;
            }
            (Err(error), _, _) => return Err(error),
        }
    }
}

impl Aside {
    /// Makes a folder beside `out`, which is real.
    pub(crate) fn beside(out: &Path) -> io::Result<Aside> {
        let parent = out.parent().unwrap_or(out);
        fs::create_dir_all(parent)?;
        let name = out.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let path = parent.join(format!(".{name}.renkei-{}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Aside { path })
    }

    /// Where it stands until it is settled.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file in a folder of it.
    pub(crate) fn write(&self, folder: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
        let folder = self.path.join(folder);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)
    }

    /// Moves it to `out`, where there is nothing or an empty folder. Where that folder holds
    /// something, the entries of it that `ours` names are replaced, and all others are left alone;
    /// `last` is removed first and moved last, so that it never stands beside what is not its own.
    pub(crate) fn settle(self, out: &Path, ours: &[String], last: &str) -> io::Result<()> {
        if standing(out)? == Standing::Free {
            match fs::remove_dir(out) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            return fs::rename(&self.path, out);
        }
        remove(&out.join(last))?;
        for name in ours {
            remove(&out.join(name))?;
        }
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            if name != last {
                fs::rename(self.path.join(&name), out.join(&name))?;
            }
        }
        fs::rename(self.path.join(last), out.join(last))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // After it has been moved there is nothing to remove; otherwise nobody can be told.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
