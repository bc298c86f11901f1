//! What a person has answered so far, kept in a folder: `attended.json` (`renkei-attended/1`) and the files
//! they handed over. Written after every answer, whole or not at all. Knows no page and no case.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use renkei_reports::OutcomeRecord;
use renkei_validator::text::Message;
use serde::{Deserialize, Serialize};

use crate::suite::compare::Named;
use crate::suite::sut::Answer;

/// `schema` of the file.
const SCHEMA: &str = "renkei-attended/1";

/// Its name.
const FILE: &str = "attended.json";

/// The answers so far, and where they are kept.
#[derive(Debug)]
pub(crate) struct Book {
    folder: PathBuf,
    pages: Pages,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pages {
    schema: String,
    /// What outcomes are of: the settings, the cases and the version of renkei.
    identity: String,
    cases: BTreeMap<String, Entry>,
}

/// What is known of a case.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// What was answered, step by step. Those behind the ones that count were given before the person went
    /// back, and are offered again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) replies: Vec<Given>,
    /// How many of them count.
    #[serde(default)]
    pub(crate) answered: usize,
    /// What was filled in of a step, and not sent whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) draft: Option<Draft>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<OutcomeRecord>,
    /// Why it was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<String>,
}

/// The fields of a form that was not sent whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    pub(crate) step: usize,
    pub(crate) fields: BTreeMap<String, String>,
}

/// An answer, and what it answers: another question needs another answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    pub(crate) ask: String,
    pub(crate) reply: Reply,
}

/// What a person answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Reply {
    /// The files that were written; none where the software wrote none.
    Files(Vec<Kept>),
    /// What the software said of each file.
    Answers(Vec<Told>),
    /// What the screen shows.
    Screen(Screen),
    /// How an exchange ended.
    Exchanged(Ended),
}

/// A file that was handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    /// The name that the software gave it.
    pub(crate) name: String,
    /// Where it lies, within the folder.
    pub(crate) path: String,
    /// Its bytes.
    pub(crate) bytes: u64,
}

/// What was said of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    pub(crate) file: String,
    pub(crate) accepted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

impl From<Told> for Answer {
    fn from(told: Told) -> Answer {
        Answer { file: told.file, accepted: told.accepted, message: told.message }
    }
}

/// What a screen shows, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Screen {
    /// Of each line of the reference forms.
    pub(crate) lines: Vec<Seen>,
    /// Of each line that is to be gone, whether it is still there.
    #[serde(default)]
    pub(crate) there: Vec<bool>,
}

/// Of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Seen {
    /// It stands there as it should.
    Same,
    /// It is not there.
    Missing,
    /// These items show something else.
    Different(BTreeMap<String, String>),
}

/// How an exchange ended in the eyes of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ended {
    pub(crate) done: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

impl Book {
    /// Opens a folder; an empty or new one has no answers. Outcomes of something else than `identity` do not
    /// count any more, while the answers stay.
    pub(crate) fn open(folder: &Path, identity: &str) -> Result<Book, Message> {
        std::fs::create_dir_all(folder).map_err(|error| trouble(folder, &error))?;
        let path = folder.join(FILE);
        let mut pages = match std::fs::read(&path) {
            Ok(bytes) => read(&bytes).ok_or_else(|| {
                let path = path.display();
                Message::pair(
                    format!("{path} は続きとして読めません。別のフォルダーを指定するか、ファイルを移動してください"),
                    format!("{path} cannot be read as progress of a run; name another folder, or move the file away"),
                )
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Pages { schema: SCHEMA.to_owned(), ..Pages::default() }
            }
            Err(error) => return Err(trouble(&path, &error)),
        };
        if pages.identity != identity {
            identity.clone_into(&mut pages.identity);
            for entry in pages.cases.values_mut() {
                entry.outcome = None;
            }
        }
        Ok(Book { folder: folder.to_owned(), pages })
    }

    /// Where everything is kept.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is known of a case.
    pub(crate) fn entry(&self, case: &str) -> Entry {
        self.pages.cases.get(case).cloned().unwrap_or_default()
    }

    /// Changes what is known of a case, and keeps it.
    pub(crate) fn change(&mut self, case: &str, change: impl FnOnce(&mut Entry)) -> Result<(), Message> {
        change(self.pages.cases.entry(case.to_owned()).or_default());
        self.keep()
    }

    /// Keeps files that were handed over at a step of a case, in the place of those kept before.
    pub(crate) fn store(&self, case: &str, step: usize, files: &[Named]) -> Result<Vec<Kept>, Message> {
        let place = format!("files/{}-{}", plain(case), step + 1);
        let folder = self.folder.join(&place);
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(trouble(&folder, &error)),
            Ok(()) | Err(_) => {}
        }
        std::fs::create_dir_all(&folder).map_err(|error| trouble(&folder, &error))?;
        let mut kept = Vec::new();
        // Names come from elsewhere: on the disk each file has one of ours.
        for (nth, (name, bytes)) in files.iter().enumerate() {
            let path = format!("{place}/{:04}", nth + 1);
            let full = self.folder.join(&path);
            std::fs::write(&full, bytes).map_err(|error| trouble(&full, &error))?;
            kept.push(Kept { name: name.clone(), path, bytes: bytes.len() as u64 });
        }
        Ok(kept)
    }

    /// Reads files that were kept.
    pub(crate) fn load(&self, kept: &[Kept]) -> Result<Vec<Named>, Message> {
        let read = |file: &Kept| {
            let inside = Path::new(&file.path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
            let path = self.folder.join(&file.path);
            if !inside {
                return Err(trouble(&path, &io::Error::from(io::ErrorKind::NotFound)));
            }
            std::fs::read(&path).map(|bytes| (file.name.clone(), bytes)).map_err(|error| trouble(&path, &error))
        };
        kept.iter().map(read).collect()
    }

    fn keep(&self) -> Result<(), Message> {
        let (path, new) = (self.folder.join(FILE), self.folder.join(format!("{FILE}.new")));
        let text = serde_json::to_string_pretty(&self.pages).unwrap_or_default() + "\n";
        std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, &path)).map_err(|error| trouble(&path, &error))
    }
}

/// A case's id as a part of a path.
pub(crate) fn plain(case: &str) -> String {
    case.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}

fn read(bytes: &[u8]) -> Option<Pages> {
    serde_json::from_slice::<Pages>(bytes).ok().filter(|pages| pages.schema == SCHEMA)
}

fn trouble(path: &Path, error: &io::Error) -> Message {
    let (path, why) = (path.display(), crate::lang::io_reason(error));
    Message::pair(
        format!("{path} を読み書きできません: {}", why.ja),
        format!("cannot read or write {path}: {}", why.en),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_files_are_there_again_after_closing() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("A.CSV".to_owned(), b"1".to_vec()), ("../../B.CSV".to_owned(), b"22".to_vec())];
        let mut book = Book::open(folder.path(), "1").unwrap();
        let kept = book.store("d2.export.x", 0, &files).unwrap();
        let given = Given { ask: "q".to_owned(), reply: Reply::Files(kept.clone()) };
        book.change("d2.export.x", |entry| entry.replies.push(given)).unwrap();
        let again = Book::open(folder.path(), "1").unwrap();
        assert_eq!(again.entry("d2.export.x").replies[0].reply, Reply::Files(kept.clone()));
        assert_eq!(again.load(&kept).unwrap(), files);
        assert!(kept.iter().all(|file| file.path.starts_with("files/d2.export.x-1/000")), "{kept:?}");
    }

    #[test]
    fn files_outside_the_folder_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::open(folder.path(), "1").unwrap();
        for path in ["../secret", "/etc/hostname", "files/../../secret"] {
            let kept = Kept { name: "x".to_owned(), path: path.to_owned(), bytes: 1 };
            assert!(book.load(&[kept]).is_err(), "{path}");
        }
    }

    #[test]
    fn another_file_in_its_place_is_an_error_and_stays() {
        for text in ["", "{}", "[]", r#"{"schema":"renkei-attended/2","identity":"1","cases":{}}"#] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(FILE), text).unwrap();
            assert!(Book::open(folder.path(), "1").is_err(), "{text}");
            assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), text);
        }
    }
}
