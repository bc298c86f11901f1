//! Names with `*` and `?`. Whoever types them on Windows means what they stand for, and no shell there says
//! what that is. Knows how names are compared there; opens no file.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::is_hidden;

/// The files and folders that a path stands for, sorted, if its last part is a pattern; as with the commands
/// of Windows, an earlier part is none. Hidden ones must be named.
pub(super) fn expand(path: &Path) -> Option<io::Result<Vec<PathBuf>>> {
    let pattern = path.file_name().and_then(OsStr::to_str).filter(|name| name.contains(['*', '?']))?;
    Some(matching(path.parent().unwrap_or(Path::new("")), pattern))
}

fn matching(folder: &Path, pattern: &str) -> io::Result<Vec<PathBuf>> {
    let pattern = folded(if pattern == "*.*" { "*" } else { pattern });
    let mut names = Vec::new();
    for entry in fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        if !is_hidden(&text) && stands_for(&pattern, &folded(&text)) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(io::ErrorKind::NotFound.into());
    }
    names.sort_unstable();
    Ok(names.iter().map(|name| folder.join(name)).collect())
}

/// Names that differ in capitals are one name.
fn folded(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).collect()
}

fn stands_for(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut next) = (0, 0);
    // Where the last star stands, and where the name goes on after what it stands for.
    let mut star = None;
    while next < name.len() {
        match (pattern.get(at), star) {
            (Some('*'), _) => {
                star = Some((at, next));
                at += 1;
            }
            (Some(&c), _) if c == '?' || c == name[next] => (at, next) = (at + 1, next + 1),
            (_, Some((begin, end))) => {
                star = Some((begin, end + 1));
                (at, next) = (begin + 1, end + 1);
            }
            (_, None) => return false,
        }
    }
    pattern[at..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_what_it_does_in_the_commands_of_windows() {
        let stands = |pattern, name| stands_for(&folded(pattern), &folded(name));
        for (pattern, name) in [
            ("*", ""),
            ("*", "a.CSV"),
            ("*.csv", "UPPLAN_1.CSV"),
            ("UPPLAN*", "upplan_1.csv"),
            ("?.CSV", "計.csv"),
            ("UP*_*_43_*.CSV", "UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV"),
            ("*_11*11*", "a_11_11"),
            ("予定*月?", "予定10月分"),
            ("**", "a"),
        ] {
            assert!(stands(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("*.csv", "a.csv2"), ("?", ""), ("?.CSV", "ab.CSV"), ("a*b", "a"), ("a", "ab"), ("[a]*", "ab")]
        {
            assert!(!stands(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn what_it_stands_for_comes_sorted_and_without_what_is_hidden() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.CSV", "a.csv", "a.txt", ".c.csv", "Desktop.ini"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("d.csv")).unwrap();
        let expanded = |pattern: &str| expand(&folder.path().join(pattern)).map(|paths| paths.map_err(|e| e.kind()));
        let paths = |names: &[&str]| Some(Ok(names.iter().map(|name| folder.path().join(name)).collect::<Vec<_>>()));
        assert_eq!(expanded("*.CSV"), paths(&["a.csv", "b.CSV", "d.csv"]));
        assert_eq!(expanded("*.*"), paths(&["a.csv", "a.txt", "b.CSV", "d.csv"]));
        assert_eq!(expanded("a.csv"), None);
        assert_eq!(expanded("*.pdf"), Some(Err(io::ErrorKind::NotFound)));
        assert_eq!(expanded("missing/*.csv"), Some(Err(io::ErrorKind::NotFound)));
        assert_eq!(expanded("*/a.csv"), None);
    }

    #[test]
    fn a_pattern_alone_is_one_of_this_folder() {
        // Tests run in the folder of their crate.
        assert_eq!(expand(Path::new("Cargo.*")).unwrap().unwrap(), [Path::new("Cargo.toml")]);
    }
}
