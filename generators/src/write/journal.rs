//! What a run remembers beside its folder, so that it can be continued: the request, and which units
//! are begun and complete. Knows lines; knows no file of the standard.
//!
//! A line is written when what it tells is with the operating system: that survives the end of the
//! process, however sudden, but not always that of the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use renkei_validator::text::Message;
use serde::{Deserialize, Serialize};

use super::Written;

/// What the run is asked for, and what it makes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    /// The version of renkei.
    pub(super) renkei: String,
    pub(super) seed: u64,
    pub(super) users: u32,
    pub(super) offices: u32,
    pub(super) months: String,
    pub(super) version: String,
    pub(super) shape: String,
    /// SHA-256 of some of the files: another build may make others.
    pub(super) sample: String,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Begun { unit: usize },
    Done { unit: usize, deliveries: u64, files: u64, rows: u64, bytes: u64 },
    Settling,
}

/// What an earlier run remembered.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub(super) request: Option<Request>,
    pub(super) begun: BTreeSet<usize>,
    pub(super) done: BTreeMap<usize, Written>,
    pub(super) is_settling: bool,
    /// Bytes of whole lines.
    length: u64,
}

/// The file, locked.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// Opens the file, which is made where there is none. `None` where another process has it.
    pub(super) fn open(path: &Path) -> io::Result<Option<(Journal, Past)>> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let past = Past::read(&mut file)?;
        Ok(Some((Journal { path: path.to_owned(), file: Mutex::new(file) }, past)))
    }

    /// Begins anew with a request.
    pub(super) fn begin(&self, request: &Request) -> io::Result<()> {
        self.cut(0)?;
        self.line(request)
    }

    /// Takes a line away that was not written to its end.
    pub(super) fn go_on(&self, past: &Past) -> io::Result<()> {
        self.cut(past.length)
    }

    /// A unit's files are about to be written.
    pub(super) fn begun(&self, unit: usize) -> io::Result<()> {
        self.line(&Event::Begun { unit })
    }

    /// They are complete.
    pub(super) fn done(&self, unit: usize, written: Written) -> io::Result<()> {
        let Written { deliveries, files, rows, bytes } = written;
        self.line(&Event::Done { unit, deliveries, files, rows, bytes })
    }

    /// All units are complete, and the folder is about to be moved.
    pub(super) fn settling(&self) -> io::Result<()> {
        self.line(&Event::Settling)
    }

    /// Takes the file away.
    pub(super) fn remove(self) -> io::Result<()> {
        drop(self.file);
        std::fs::remove_file(self.path)
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length)).map(|_| ())
    }

    fn line(&self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes())
    }
}

impl Past {
    /// Reads what is there without touching it; nothing where there is no file. `None` where another
    /// process has it: Windows lets nobody read it then.
    pub(super) fn look(path: &Path) -> io::Result<Option<Past>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(Past::default())),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => Past::read(&mut file).map(Some),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// A file that is no journal, and lines after one that is none, are nothing.
    fn read(file: &mut File) -> io::Result<Past> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut past = Past::default();
        for line in bytes.split_inclusive(|&byte| byte == b'\n').take_while(|line| line.ends_with(b"\n")) {
            if past.request.is_none() {
                let Ok(request) = serde_json::from_slice(line) else { break };
                past.request = Some(request);
            } else {
                let Ok(event) = serde_json::from_slice(line) else { break };
                past.add(event);
            }
            past.length += line.len() as u64;
        }
        Ok(past)
    }

    fn add(&mut self, event: Event) {
        match event {
            Event::Begun { unit } => {
                self.begun.insert(unit);
            }
            Event::Done { unit, deliveries, files, rows, bytes } => {
                self.done.insert(unit, Written { deliveries, files, rows, bytes });
            }
            Event::Settling => self.is_settling = true,
        }
    }

    /// What is complete.
    pub(super) fn written(&self) -> Written {
        let mut sum = Written::default();
        self.done.values().for_each(|one| sum.add(*one));
        sum
    }
}

impl Request {
    /// What an earlier request has otherwise, as a person would say it.
    pub(super) fn differs_from(&self, now: &Request) -> Message {
        let pairs = [
            ("seed", self.seed.to_string(), now.seed.to_string()),
            ("users", self.users.to_string(), now.users.to_string()),
            ("offices", self.offices.to_string(), now.offices.to_string()),
            ("months", self.months.clone(), now.months.clone()),
            ("version", self.version.clone(), now.version.clone()),
            ("shape", self.shape.clone(), now.shape.clone()),
        ];
        let other: Vec<String> = pairs
            .into_iter()
            .filter(|(_, before, now)| before != now)
            .map(|(name, before, _)| format!("--{name} {before}"))
            .collect();
        if other.is_empty() {
            return Message::pair("renkeiの版が違います", "it is of another version of renkei");
        }
        Message::same(other.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(users: u32) -> Request {
        Request {
            renkei: "1".to_owned(),
            seed: 1,
            users,
            offices: 2,
            months: "2026-04..2026-04".to_owned(),
            version: "auto".to_owned(),
            shape: "tree".to_owned(),
            sample: "ab".to_owned(),
        }
    }

    fn opened(path: &Path) -> (Journal, Past) {
        Journal::open(path).unwrap().unwrap()
    }

    #[test]
    fn a_line_that_was_not_written_to_its_end_is_forgotten() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("journal");
        let written = Written { deliveries: 1, files: 2, rows: 3, bytes: 4 };
        {
            let (journal, past) = opened(&path);
            assert!(past.request.is_none());
            journal.begin(&request(5)).unwrap();
            journal.begun(0).unwrap();
            journal.done(0, written).unwrap();
            journal.begun(7).unwrap();
        }
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&whole, &b"{\"done\":{\"unit\":7"[..]].concat()).unwrap();
        let (journal, past) = opened(&path);
        assert_eq!(past.request, Some(request(5)));
        assert_eq!((&past.begun, &past.done), (&BTreeSet::from([0, 7]), &BTreeMap::from([(0, written)])));
        journal.go_on(&past).unwrap();
        journal.settling().unwrap();
        drop(journal);
        let past = Past::look(&path).unwrap();
        assert!(past.is_some_and(|past| past.is_settling));
        assert_eq!(std::fs::read(&path).unwrap(), [&whole, &b"\"settling\"\n"[..]].concat());
    }

    #[test]
    fn a_journal_belongs_to_one_run_at_a_time() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("journal");
        let (journal, _) = opened(&path);
        assert!(Journal::open(&path).unwrap().is_none());
        assert!(Past::look(&path).unwrap().is_none());
        journal.remove().unwrap();
        assert!(!path.exists());
        assert!(Journal::open(&path).unwrap().is_some());
    }

    #[test]
    fn what_differs_is_told_as_it_was_asked_for() {
        let (before, now) = (request(5), Request { sample: "cd".to_owned(), ..request(6) });
        assert_eq!(before.differs_from(&now), Message::same("--users 5"));
        let same = Request { sample: "cd".to_owned(), ..request(5) };
        assert_eq!(before.differs_from(&same).en, "it is of another version of renkei");
    }
}
