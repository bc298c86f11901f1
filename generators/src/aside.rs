//! Writes a folder beside the place it belongs, and moves it there when it is whole. Knows paths;
//! knows nothing of what is written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// What is waited between the tries of [`patiently`], in milliseconds: a second in all.
const PAUSES: [u64; 6] = [10, 20, 50, 120, 300, 500];

/// A folder that is being written. Dropped before [`Aside::settle`], it leaves nothing behind unless
/// it is to be kept.
#[derive(Debug)]
pub struct Aside {
    path: PathBuf,
    kept: bool,
}

/// What stands where a folder is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing, or an empty folder.
    Free,
    /// A folder that holds something.
    Filled,
    /// No folder.
    File,
}

/// Looks at the place where a folder is to be written.
///
/// # Errors
///
/// A place that cannot be looked at.
pub fn standing(out: &Path) -> io::Result<Standing> {
    match fs::metadata(out) {
        Ok(metadata) if !metadata.is_dir() => Ok(Standing::File),
        Ok(_) if fs::read_dir(out)?.next().is_some() => Ok(Standing::Filled),
        Ok(_) => Ok(Standing::Free),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Standing::Free),
        Err(error) => Err(error),
    }
}

/// The path without links and dots, as far as it exists.
///
/// # Errors
///
/// A path whose existing part cannot be followed.
pub fn real(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let mut rest = Vec::new();
    let mut base = path.as_path();
    loop {
        match (dunce::canonicalize(base), base.parent(), base.file_name()) {
            // Windows says no more of what would be in a file than that it is not there.
            (Ok(real), _, _) if !rest.is_empty() && !real.is_dir() => return Err(io::ErrorKind::NotADirectory.into()),
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

/// A hidden name beside `out`, which is real: what it ends with says whose it is.
pub fn beside(out: &Path, whose: &str) -> PathBuf {
    let name = out.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    out.parent().unwrap_or(out).join(format!(".{name}.renkei-{whose}"))
}

impl Aside {
    /// Makes a folder of this run's own beside `out`, which is real, and the folders above it.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn fresh(out: &Path) -> io::Result<Aside> {
        fs::create_dir_all(out.parent().unwrap_or(out))?;
        let path = beside(out, &std::process::id().to_string());
        fs::create_dir(&path)?;
        Ok(Aside { path, kept: false })
    }

    /// Makes a folder, or takes the one that an earlier run left there. Whether it is `kept` decides
    /// what is left of it when it is not settled.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn lasting(path: PathBuf, kept: bool) -> io::Result<Aside> {
        match fs::create_dir(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
        Ok(Aside { path, kept })
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes it away when it is not settled.
    pub fn give_up(mut self) {
        self.kept = false;
    }

    /// Writes a file in a folder of it.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn write(&self, folder: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
        let folder = self.path.join(folder);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)
    }

    /// Moves it to `out`, where there is nothing or an empty folder. Where that folder holds
    /// something, the entries of it that `ours` names and those that have the name of a new one are
    /// replaced, and all others are left alone; `last` is removed first and moved last, so that it
    /// never stands beside what is not its own. What was interrupted can be done again.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn settle(self, out: &Path, ours: &[String], last: Option<&str>) -> io::Result<()> {
        if standing(out)? == Standing::Free {
            match patiently(|| fs::remove_dir(out)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            return patiently(|| fs::rename(&self.path, out));
        }
        for name in last.into_iter().chain(ours.iter().map(String::as_str)) {
            remove(&out.join(name))?;
        }
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            if last.is_none_or(|last| name != last) {
                remove(&out.join(&name))?;
                patiently(|| fs::rename(self.path.join(&name), out.join(&name)))?;
            }
        }
        if let Some(last) = last {
            patiently(|| fs::rename(self.path.join(last), out.join(last)))?;
        }
        fs::remove_dir(&self.path)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.kept {
            // After it has been moved there is nothing to remove; otherwise nobody can be told.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Moves or removes something that was just written. Windows refuses that as long as another program looks
/// into it, as scanners do with every new file; then it is tried again for about a second.
///
/// # Errors
///
/// What the last try says.
pub fn patiently<T>(attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    tried(attempt, if cfg!(windows) { &PAUSES } else { &[] })
}

fn tried<T>(mut attempt: impl FnMut() -> io::Result<T>, pauses: &[u64]) -> io::Result<T> {
    for pause in pauses {
        match attempt() {
            Err(error) if may_pass(&error) => thread::sleep(Duration::from_millis(*pause)),
            done => return done,
        }
    }
    attempt()
}

/// `ERROR_ACCESS_DENIED`, `ERROR_SHARING_VIOLATION` or `ERROR_LOCK_VIOLATION`.
fn may_pass(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied || matches!(error.raw_os_error(), Some(32 | 33))
}

/// Removes a file, a link or a folder with all it holds. What is not there need not be removed.
///
/// # Errors
///
/// What the disk says.
pub fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => patiently(|| fs::remove_dir_all(path)),
        Ok(_) => patiently(|| fs::remove_file(path)),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_that_is_not_settled_leaves_nothing_unless_it_is_kept() {
        let temp = tempfile::tempdir().unwrap();
        let aside = Aside::fresh(&temp.path().join("out")).unwrap();
        aside.write("a", "b", b"c").unwrap();
        drop(aside);
        assert_eq!(names(temp.path()), Vec::<String>::new());
        let part = temp.path().join(".out.renkei-part");
        for expected in [vec![], vec!["first"]] {
            let aside = Aside::lasting(part.clone(), true).unwrap();
            assert_eq!(names(aside.path()), expected);
            aside.write("", "first", b"").unwrap();
        }
        Aside::lasting(part, true).unwrap().give_up();
        assert_eq!(names(temp.path()), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_ours_stays_and_the_rest_is_replaced() {
        let temp = tempfile::tempdir().unwrap();
        let out = temp.path().join("out");
        for (folder, name) in [("", "mine"), ("old", "x"), ("new", "gone"), ("", "last")] {
            fs::create_dir_all(out.join(folder)).unwrap();
            fs::write(out.join(folder).join(name), b"before").unwrap();
        }
        let aside = Aside::fresh(&out).unwrap();
        aside.write("new", "here", b"").unwrap();
        aside.write("", "last", b"after").unwrap();
        aside.settle(&out, &["old".to_owned()], Some("last")).unwrap();
        assert_eq!(names(&out), ["last", "mine", "new"]);
        assert_eq!(names(&out.join("new")), ["here"]);
        assert_eq!(fs::read(out.join("last")).unwrap(), b"after");
        assert_eq!(names(temp.path()), ["out"]);
    }

    #[test]
    fn a_path_through_a_file_is_none() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("file"), "").unwrap();
        for path in ["file/o", "file/no/such"] {
            assert_eq!(real(&temp.path().join(path)).map_err(|error| error.kind()), Err(io::ErrorKind::NotADirectory));
        }
        assert!(real(&temp.path().join("file")).is_ok() && real(&temp.path().join("no/such")).is_ok());
    }

    #[test]
    fn what_may_pass_is_tried_again_and_nothing_else() {
        let tries = |kind: io::ErrorKind, until: usize, pauses: &[u64]| {
            let mut count = 0;
            let outcome = tried(
                || {
                    count += 1;
                    if count < until { Err(io::Error::from(kind)) } else { Ok(()) }
                },
                pauses,
            );
            (count, outcome.is_ok())
        };
        assert_eq!(tries(io::ErrorKind::PermissionDenied, 3, &[0, 0, 0]), (3, true));
        assert_eq!(tries(io::ErrorKind::PermissionDenied, 9, &[0, 0]), (3, false));
        assert_eq!(tries(io::ErrorKind::PermissionDenied, 2, &[]), (1, false));
        assert_eq!(tries(io::ErrorKind::NotFound, 2, &[0, 0]), (1, false));
    }

    #[cfg(windows)]
    #[test]
    fn a_file_is_replaced_when_who_looked_into_it_has_gone() {
        use std::os::windows::fs::OpenOptionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        fs::write(&new, "new").unwrap();
        fs::write(&old, "old").unwrap();
        let mut held = Some(fs::File::options().read(true).share_mode(0).open(&old).unwrap());
        let mut tries = 0;
        let moved = patiently(|| {
            tries += 1;
            if tries == 2 {
                held.take();
            }
            fs::rename(&new, &old)
        });
        assert!(moved.is_ok(), "{moved:?}");
        assert_eq!((tries, fs::read_to_string(&old).unwrap().as_str()), (2, "new"));
    }
}
