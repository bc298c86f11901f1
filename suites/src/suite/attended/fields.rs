//! Forms of the page as fields and files, and folders that a person names, within limits. Knows no case.

use std::collections::BTreeMap;
use std::path::Path;

use axum::extract::multipart::{Multipart, MultipartError};
use renkei_validator::text::Message;

use crate::suite::compare::Named;

/// Bytes that one form may have.
pub(crate) const MOST_BYTES: usize = 64 << 20;
/// Fields and files.
const MOST_FIELDS: usize = 200_000;
const MOST_FILES: usize = 500;

/// A form that was sent.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) files: Vec<Named>,
}

impl Fields {
    /// Reads a form.
    pub(crate) async fn read(mut form: Multipart) -> Result<Fields, Message> {
        let mut fields = Fields::default();
        let mut bytes = 0;
        while let Some(field) = form.next_field().await.map_err(|error| unread(&error))? {
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(last_part);
            let content = field.bytes().await.map_err(|error| unread(&error))?;
            bytes += content.len();
            if bytes > MOST_BYTES || fields.texts.len() >= MOST_FIELDS || fields.files.len() >= MOST_FILES {
                return Err(too_much());
            }
            match file {
                // A file input without a file is sent with an empty name.
                Some(file) if file.is_empty() => {}
                Some(file) => fields.files.push((file, content.to_vec())),
                None => {
                    let text = String::from_utf8(content.to_vec()).map_err(|_| unreadable())?;
                    // Forms send line ends as CR LF.
                    fields.texts.entry(name).or_insert(text.replace("\r\n", "\n"));
                }
            }
        }
        Ok(fields)
    }

    /// A field; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }
}

/// The files of a folder, as a person names it.
pub(crate) fn folder(named: &str) -> Result<Vec<Named>, Message> {
    // Explorer copies paths with quotes around them.
    let path = Path::new(named.trim().trim_matches('"'));
    let trouble = |error: std::io::Error| {
        let (name, why) = (path.display(), crate::lang::io_reason(&error));
        Message::pair(format!("{name} を読み取れません: {}", why.ja), format!("cannot read {name}: {}", why.en))
    };
    if !path.is_absolute() {
        return Err(Message::pair(
            "フォルダーは、ドライブまたは / から始まるパスで指定してください",
            "name the folder by its whole path",
        ));
    }
    let (mut files, mut bytes) = (Vec::new(), 0_u64);
    for entry in std::fs::read_dir(path).map_err(trouble)? {
        let entry = entry.map_err(trouble)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let about = entry.metadata().map_err(trouble)?;
        if !about.is_file() || name.starts_with('.') || name == "Thumbs.db" {
            continue;
        }
        bytes += about.len();
        if bytes > MOST_BYTES as u64 || files.len() >= MOST_FILES {
            return Err(too_much());
        }
        files.push((name, std::fs::read(entry.path()).map_err(trouble)?));
    }
    files.sort();
    match files.is_empty() {
        true => Err(Message::pair("フォルダーにファイルがありません", "there is no file in the folder")),
        false => Ok(files),
    }
}

/// Some browsers send a path; the name is its last part.
fn last_part(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect()
}

fn unread(error: &MultipartError) -> Message {
    match error.status().as_u16() {
        413 => too_much(),
        _ => unreadable(),
    }
}

fn unreadable() -> Message {
    Message::pair("送信された内容を読み取れません", "what was sent cannot be read")
}

fn too_much() -> Message {
    let most = MOST_BYTES >> 20;
    Message::pair(
        format!("一度に渡せるのは、{MOST_FILES}ファイル、{most} MiBまでです"),
        format!("at most {MOST_FILES} files and {most} MiB can be handed over at once"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_their_last_parts() {
        for (sent, name) in [
            ("A.CSV", "A.CSV"),
            ("C:\\fakepath\\A.CSV", "A.CSV"),
            ("../../etc/passwd", "passwd"),
            ("a\u{0}b.CSV", "ab.CSV"),
            ("..", ".."),
            ("", ""),
        ] {
            assert_eq!(last_part(sent), name);
        }
    }

    #[test]
    fn a_folder_gives_its_files_in_order_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        for name in ["B.CSV", "A.CSV", ".hidden", "Thumbs.db"] {
            std::fs::write(root.path().join(name), name).unwrap();
        }
        std::fs::create_dir(root.path().join("C.CSV")).unwrap();
        let quoted = format!("  \"{}\" ", root.path().display());
        let names: Vec<String> = folder(&quoted).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["A.CSV", "B.CSV"]);
        for wrong in ["", "relative/path", "/there/is/no/such/folder"] {
            assert!(folder(wrong).is_err(), "{wrong}");
        }
        let empty = tempfile::tempdir().unwrap();
        assert!(folder(&empty.path().display().to_string()).is_err());
    }
}
