//! The folders that software is given to work in, and what has become of them afterwards. Knows names and
//! sizes; knows no program, and of files only whether they are whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use renkei_validator::name::FileName;
use renkei_validator::scan::{LineEnd, Piece, Quoting, scan};
use renkei_validator::text::Message;
use walkdir::WalkDir;

use crate::input::is_hidden;
use crate::suite::compare::Named;
use crate::suite::sut::Trouble;

use super::told;

/// More than this is neither an export of a case nor what is held.
const LIMIT: u64 = 512 << 20;

/// Makes the folder of a task: `<work>/<case>/<n>-<what>`.
pub(super) fn task(work: &Path, case: &str, what: &str) -> Result<PathBuf, Trouble> {
    let case = work.join(file_name(case));
    fs::create_dir_all(&case).map_err(|error| told::cannot_write(&case, &error))?;
    for number in 1_u32.. {
        let folder = case.join(format!("{number}-{what}"));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(told::cannot_write(&folder, &error)),
        }
    }
    Err(told::cannot_write(&case, &io::ErrorKind::AlreadyExists.into()))
}

/// The name of a case as the name of a folder.
pub(super) fn file_name(case: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    case.trim_start_matches('.').chars().map(plain).collect()
}

/// Makes a folder in it.
pub(super) fn sub(folder: &Path, name: &str) -> Result<PathBuf, Trouble> {
    let folder = folder.join(name);
    fs::create_dir_all(&folder).map_err(|error| told::cannot_write(&folder, &error))?;
    Ok(folder)
}

/// Writes a file.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    fs::write(path, bytes).map_err(|error| told::cannot_write(path, &error))
}

/// Reads a file that a program may have written.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Trouble> {
    let bytes = File::open(path).and_then(|file| {
        let mut bytes = Vec::new();
        let fits = file.metadata()?.len() <= LIMIT;
        if fits {
            file.take(LIMIT).read_to_end(&mut bytes)?;
        }
        Ok(fits.then_some(bytes))
    });
    match bytes {
        Ok(Some(bytes)) => Ok(Some(bytes)),
        Ok(None) => Err(too_much(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(told::cannot_read(path, &error)),
    }
}

/// Where nothing may change while a program runs.
pub(super) struct Guard {
    places: Vec<Place>,
    before: Entries,
}

type Entries = BTreeMap<PathBuf, Option<(u64, Option<SystemTime>)>>;

/// A part of the file system.
pub(super) enum Place {
    /// A folder with everything below it but these.
    Tree { root: PathBuf, but: Vec<PathBuf> },
    /// The files directly in a folder that are named as the standard names them.
    Exports(PathBuf),
    /// The names directly in a folder.
    Names(PathBuf),
}

impl Guard {
    /// Remembers what is there.
    pub(super) fn over(places: Vec<Place>) -> Guard {
        let before = entries(&places);
        Guard { places, before }
    }

    /// What was made, changed or removed since.
    pub(super) fn disturbed(&self) -> Vec<PathBuf> {
        let after = entries(&self.places);
        let mut paths: Vec<PathBuf> = after
            .iter()
            .filter(|(path, entry)| self.before.get(*path) != Some(entry))
            .map(|(path, _)| path.clone())
            .collect();
        paths.extend(self.before.keys().filter(|path| !after.contains_key(*path)).cloned());
        paths
    }
}

fn entries(places: &[Place]) -> Entries {
    let mut entries = Entries::new();
    for place in places {
        match place {
            Place::Tree { root, but } => {
                let walk = WalkDir::new(root).min_depth(1).into_iter();
                for entry in walk.filter_entry(|entry| !but.iter().any(|but| but == entry.path())).flatten() {
                    let state = entry.metadata().ok().filter(fs::Metadata::is_file);
                    entries.insert(entry.into_path(), state.map(|state| (state.len(), state.modified().ok())));
                }
            }
            Place::Exports(folder) => {
                for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                    let standard = FileName::parse(&entry.file_name().to_string_lossy()).meant_kind().is_some();
                    if let Some(state) = entry.metadata().ok().filter(|state| standard && state.is_file()) {
                        entries.insert(entry.path(), Some((state.len(), state.modified().ok())));
                    }
                }
            }
            Place::Names(folder) => {
                let names = fs::read_dir(folder).into_iter().flatten().flatten();
                entries.extend(names.map(|entry| (entry.path(), None)));
            }
        }
    }
    entries
}

/// Reads the files that a program has left in a folder, or below it, in the order of their names.
///
/// # Errors
///
/// *Failed* where one of them is no file, is an archive, is not whole, or is there twice; *blocked* where one cannot
/// be read.
pub(super) fn collect(folder: &Path) -> Result<Vec<Named>, Trouble> {
    let mut files: Vec<Named> = Vec::new();
    let mut left = LIMIT;
    let shown = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    for entry in WalkDir::new(folder).min_depth(1).sort_by_file_name() {
        let entry = entry.map_err(|error| told::cannot_read(folder, &error.into()))?;
        let (path, kind) = (entry.path(), entry.file_type());
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() || is_hidden(&name) {
            continue;
        }
        if !kind.is_file() {
            return Err(told::no_file(&shown(path)));
        }
        if is_unfinished(&name) {
            return Err(told::half_written(&shown(path), &told::UNFINISHED_NAME));
        }
        if name.to_ascii_lowercase().ends_with(".zip") {
            return Err(told::zipped(&shown(path)));
        }
        let size = entry.metadata().map_err(|error| told::cannot_read(path, &error.into()))?.len();
        left = left.checked_sub(size).ok_or_else(|| too_much(folder))?;
        let bytes = fs::read(path).map_err(|error| told::cannot_read(path, &error))?;
        if let Some(why) = half(&name, &bytes) {
            return Err(told::half_written(&shown(path), &why));
        }
        if files.iter().any(|(other, _)| *other == name) {
            return Err(told::twice(&name));
        }
        files.push((name, bytes));
    }
    files.sort();
    Ok(files)
}

/// Names that programs give to files that they are still writing.
pub(super) fn is_unfinished(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with('~') || [".tmp", ".temp", ".part", ".partial", ".writing"].iter().any(|end| name.ends_with(end))
}

/// Why a file is not whole, as far as that shows without knowing what it should say: it is empty, or its last
/// record stops within quotes or within the row.
fn half(name: &str, bytes: &[u8]) -> Option<Message> {
    if bytes.is_empty() {
        return Some(told::EMPTY.into());
    }
    if !name.to_ascii_lowercase().ends_with(".csv") {
        return None;
    }
    let (mut first, mut last) = (None, None);
    scan(bytes, &mut |piece| match piece {
        Piece::Record(record) if !record.is_blank() => {
            let unclosed = record.cells.last().is_some_and(|cell| cell.quoting == Quoting::Unclosed);
            first = first.or(Some(record.cells.len()));
            last = Some((record.cells.len(), record.end == LineEnd::Eof, unclosed));
        }
        Piece::Record(_) | Piece::Bom(_) | Piece::Skipped { .. } => {}
    });
    match (first, last) {
        (_, Some((_, true, true))) => Some(told::WITHIN_QUOTES.into()),
        (Some(whole), Some((cells, true, false))) if cells < whole => Some(told::WITHIN_ROW.into()),
        _ => None,
    }
}

fn too_much(place: &Path) -> Trouble {
    let (path, limit) = (place.display(), LIMIT >> 20);
    Trouble::Blocked(Message::pair(
        format!("{path} の大きさが{limit} MiBを超えています"),
        format!("{path} has more than {limit} MiB"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_names_a_folder_wherever_it_comes_from() {
        assert_eq!(file_name("d2.export.two-visits-a-day"), "d2.export.two-visits-a-day");
        assert_eq!(file_name("../a/b\\c:d"), "_a_b_c_d");
    }

    #[test]
    fn a_file_is_read_where_it_is_not_beyond_all_measure() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("dump.json");
        assert_eq!(read(&path), Ok(None));
        fs::write(&path, b"{}").expect("it is written");
        assert_eq!(read(&path), Ok(Some(b"{}".to_vec())));
        File::create(&path).and_then(|file| file.set_len(LIMIT + 1)).expect("it is made longer");
        let Err(Trouble::Blocked(why)) = read(&path) else { panic!("it was read") };
        assert!(why.en.ends_with("dump.json has more than 512 MiB"), "{}", why.en);
    }

    #[test]
    fn a_file_is_half_where_its_last_row_stops() {
        let why = |bytes: &[u8]| half("UPPLAN.CSV", bytes).map(|why| why.en);
        assert_eq!(why(b"").as_deref(), Some("it is empty"));
        assert_eq!(why(b"202407,1,2\r\n202407,1").as_deref(), Some("it stops within a row"));
        assert_eq!(why(b"202407,\"ab").as_deref(), Some("it stops within quotes"));
        assert_eq!(why(b"202407,1,2\r\n"), None);
        // A missing line end alone is a defect of the file that rules find.
        assert_eq!(why(b"202407,1,2\r\n202407,1,2"), None);
        assert_eq!(half("a.jpg", b"\xff\xd8"), None);
    }
}
