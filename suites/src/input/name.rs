//! What things are called in reports. Knows how systems write paths; knows no file.

use std::path::Path;

/// The name of a path in reports: `/` between folders on every system.
pub(crate) fn name_of(path: &Path) -> String {
    let path = path.as_os_str().as_encoded_bytes();
    if std::path::MAIN_SEPARATOR == '\\' { shown(&of_windows(path)) } else { shown(path) }
}

/// A path of Windows with `/`, and without what only tells its programs to take it as it is.
fn of_windows(path: &[u8]) -> Vec<u8> {
    let path: Vec<u8> = path.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect();
    match path.strip_prefix(b"//?/") {
        Some(rest) => match rest.strip_prefix(b"UNC/") {
            Some(share) => [b"//", share].concat(),
            None => rest.to_vec(),
        },
        None => path,
    }
}

/// A name as text. What is no text, or would move the cursor of a terminal, is written as `\x1B`.
pub(crate) fn shown(name: &[u8]) -> String {
    // Nearly every name.
    if name.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return String::from_utf8_lossy(name).into_owned();
    }
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() {
                text.push_str(&format!("\\x{:02X}", u32::from(character)));
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_text_is_escaped() {
        assert_eq!(shown("計画/UPPLAN.CSV".as_bytes()), "計画/UPPLAN.CSV");
        assert_eq!(shown(b"\x8Cv\x1B[2J"), "\\x8Cv\\x1B[2J");
    }

    #[test]
    fn a_path_of_windows_has_slashes_and_no_mark_of_its_programs() {
        for (path, expected) in [
            (r"データ\予定\a.CSV", "データ/予定/a.CSV"),
            (r"C:\データ\a.CSV", "C:/データ/a.CSV"),
            (r"..\a.CSV", "../a.CSV"),
            (r"\\server\share\a.CSV", "//server/share/a.CSV"),
            (r"\\?\C:\データ\a.CSV", "C:/データ/a.CSV"),
            (r"\\?\UNC\server\share\a.CSV", "//server/share/a.CSV"),
            ("a/b.CSV", "a/b.CSV"),
        ] {
            assert_eq!(of_windows(path.as_bytes()), expected.as_bytes());
        }
    }
}
