//! What was received, written down line by line so that it survives any interruption. Knows its own
//! lines; knows neither platform nor files.
//!
//! `.renkei/received.jsonl` in the inbox: a line says that an entry is being imported, that it is
//! received, or that it repeats another. A line that has no end was being written when the power went,
//! and says nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use renkei_mock_platform::model::OfficeNumber;
use renkei_validator::text::Message;
use serde::{Deserialize, Serialize};

use super::disk;
use super::failure::Failure;

/// The ledger of an inbox.
pub(crate) struct Ledger {
    path: PathBuf,
    file: File,
    /// Entries that are done with.
    done: BTreeSet<String>,
    /// Deliveries that were received, by their identity.
    identities: BTreeSet<String>,
    /// Entries whose files may be on their way into the inbox.
    importing: BTreeMap<String, Import>,
}

/// An entry whose files are fetched, and where they go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Import {
    /// The number of the entry.
    pub(crate) id: String,
    /// 送信元事業所番号
    pub(crate) sender: OfficeNumber,
    /// A digest of sender, message, names and contents: two entries that share it are one delivery.
    pub(crate) identity: String,
    /// Its files.
    pub(crate) files: Vec<Arrival>,
}

/// A file on its way into the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Arrival {
    /// What the sender called it.
    pub(crate) name: String,
    /// What it is called in the inbox.
    pub(crate) stored_as: String,
    /// SHA-256 of it, in hexadecimal.
    pub(crate) sha256: String,
    /// Where it is until it is in the inbox: a name in the folder of parts.
    pub(crate) part: String,
    /// Whether the inbox had it before.
    pub(crate) already: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Line {
    Importing(Import),
    Received(Import),
    Duplicate { id: String, identity: String },
}

impl Ledger {
    /// Reads a ledger, or begins one.
    pub(crate) fn open(path: PathBuf) -> Result<Ledger, Failure> {
        let local = |error: &io::Error| Failure::local(&path, error);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(local(&error)),
        };
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let file = File::options().create(true).append(true).open(&path).map_err(|error| local(&error))?;
        if whole < text.len() {
            file.set_len(whole as u64).and_then(|()| file.sync_all()).map_err(|error| local(&error))?;
        }
        if let Some(folder) = path.parent() {
            disk::sync_folder(folder).map_err(|error| local(&error))?;
        }
        let mut ledger = Ledger {
            path: path.clone(),
            file,
            done: BTreeSet::new(),
            identities: BTreeSet::new(),
            importing: BTreeMap::new(),
        };
        for (at, line) in text[..whole].split(|&byte| byte == b'\n').enumerate() {
            if line.is_empty() {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(line) => ledger.learn(line),
                Err(_) => {
                    let (path, line) = (path.display(), at + 1);
                    return Err(Failure::Local(Message::pair(
                        format!("{path} の{line}行目を受信の記録として読み取れません。内容を確認してください"),
                        format!("line {line} of {path} is no record of what was received; have a look at it"),
                    )));
                }
            }
        }
        Ok(ledger)
    }

    /// Whether an entry is done with.
    pub(crate) fn is_done(&self, id: &str) -> bool {
        self.done.contains(id)
    }

    /// Whether a delivery was received, as whichever entry.
    pub(crate) fn has(&self, identity: &str) -> bool {
        self.identities.contains(identity)
    }

    /// Imports that an earlier run left half done.
    pub(crate) fn half_done(&self) -> Vec<Import> {
        self.importing.values().cloned().collect()
    }

    /// Records where the files of an entry go.
    pub(crate) fn importing(&mut self, import: &Import) -> Result<(), Failure> {
        self.write(Line::Importing(import.clone()))
    }

    /// Records that an entry is received.
    pub(crate) fn received(&mut self, import: &Import) -> Result<(), Failure> {
        self.write(Line::Received(import.clone()))
    }

    /// Records that an entry repeats another.
    pub(crate) fn duplicate(&mut self, id: &str, identity: &str) -> Result<(), Failure> {
        self.write(Line::Duplicate { id: id.to_owned(), identity: identity.to_owned() })
    }

    fn write(&mut self, line: Line) -> Result<(), Failure> {
        let mut json = serde_json::to_vec(&line).expect("a line has string keys only");
        json.push(b'\n');
        let written = self.file.write_all(&json).and_then(|()| self.file.sync_data());
        written.map_err(|error| Failure::local(&self.path, &error))?;
        self.learn(line);
        Ok(())
    }

    fn learn(&mut self, line: Line) {
        match line {
            Line::Importing(import) => {
                self.importing.insert(import.id.clone(), import);
            }
            Line::Received(import) => {
                self.importing.remove(&import.id);
                self.identities.insert(import.identity);
                self.done.insert(import.id);
            }
            Line::Duplicate { id, identity } => {
                self.identities.insert(identity);
                self.done.insert(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(id: &str) -> Import {
        Import {
            id: id.to_owned(),
            sender: OfficeNumber::parse("9970100013").unwrap(),
            identity: format!("identity of {id}"),
            files: Vec::new(),
        }
    }

    #[test]
    fn a_line_that_was_cut_says_nothing_and_the_next_one_stands_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("received.jsonl");
        let mut ledger = Ledger::open(path.clone()).unwrap();
        ledger.importing(&import("1")).unwrap();
        ledger.received(&import("1")).unwrap();
        ledger.importing(&import("2")).unwrap();
        let text = fs::read(&path).unwrap();
        drop(ledger);
        for cut in 0..text.len() {
            fs::write(&path, &text[..cut]).unwrap();
            let mut ledger = Ledger::open(path.clone()).unwrap();
            let lines = text[..cut].iter().filter(|&&byte| byte == b'\n').count();
            assert_eq!(ledger.is_done("1"), lines >= 2, "{cut}");
            assert_eq!(ledger.half_done().len(), usize::from(lines == 1), "{cut}");
            ledger.received(&import("3")).unwrap();
            let ledger = Ledger::open(path.clone()).unwrap();
            assert!(ledger.is_done("3") && ledger.has("identity of 3"), "{cut}");
        }
    }

    #[test]
    fn a_line_that_is_none_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("received.jsonl");
        fs::write(&path, "{\"state\":\"duplicate\",\"id\":\"1\",\"identity\":\"x\"}\n{}\n").unwrap();
        match Ledger::open(path) {
            Err(failure) => assert!(failure.message().en.starts_with("line 2 of "), "{failure:?}"),
            Ok(_) => panic!("line 2 is none"),
        }
    }
}
