//! What can be looked at after a case: files in a folder of the case, each with its digest. Knows folders;
//! knows no verdict.

use std::path::Path;

use renkei_reports::{EvidenceRecord, Pair};
use renkei_validator::text::{Message, Text};
use sha2::{Digest, Sha256};

use crate::lang::io_reason;
use crate::suite::compare::Named;

/// The evidence of one case.
pub(super) struct Evidence<'a> {
    out: Option<&'a Path>,
    case: &'a str,
    records: Vec<EvidenceRecord>,
    trouble: Option<Message>,
}

impl<'a> Evidence<'a> {
    /// An empty folder of the case in `out`: what an earlier try left is thrown away.
    pub(super) fn of(out: Option<&'a Path>, case: &'a str) -> Result<Evidence<'a>, Message> {
        if let Some(out) = out {
            let path = out.join(case);
            match std::fs::remove_dir_all(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unwritable(&path, &error)),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(Evidence { out, case, records: Vec::new(), trouble: None })
    }

    /// Keeps a file, and lists it where it is to be looked at.
    pub(super) fn keep(&mut self, what: Text, name: &str, bytes: &[u8]) {
        let file = self.out.is_some().then(|| format!("{}/{name}", self.case));
        self.write(name, bytes);
        let sha256 = Some(hexadecimal(&Sha256::digest(bytes)));
        self.records.push(EvidenceRecord { what: Pair::from(what), file, sha256, journal_sequence: None });
    }

    /// Keeps files below a folder and lists them.
    pub(super) fn keep_all(&mut self, what: Text, folder: &str, files: &[Named]) {
        for (name, bytes) in files {
            self.keep(what, &format!("{folder}/{}", plain(name)), bytes);
        }
    }

    /// Keeps files below a folder, without listing them: what the case itself has made.
    pub(super) fn keep_given(&mut self, folder: &str, files: &[Named]) {
        for (name, bytes) in files {
            self.write(&format!("given/{folder}/{}", plain(name)), bytes);
        }
    }

    /// Names a line of the platform's journal.
    pub(super) fn line(&mut self, what: Text, sequence: u64) {
        self.records.push(EvidenceRecord {
            what: Pair::from(what),
            file: None,
            sha256: None,
            journal_sequence: Some(sequence),
        });
    }

    /// Why some evidence could not be kept.
    pub(super) fn trouble(&mut self) -> Option<Message> {
        self.trouble.take()
    }

    pub(super) fn into_records(self) -> Vec<EvidenceRecord> {
        self.records
    }

    fn write(&mut self, name: &str, bytes: &[u8]) {
        let Some(out) = self.out else { return };
        let path = out.join(self.case).join(name);
        let parent = path.parent().unwrap_or(out);
        let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, bytes));
        if let Err(error) = written {
            self.trouble.get_or_insert(unwritable(&path, &error));
        }
    }
}

/// Something said, without a file.
pub(super) fn remark(what: &Message) -> EvidenceRecord {
    EvidenceRecord { what: Pair::from(what), file: None, sha256: None, journal_sequence: None }
}

/// A name that stays in its folder, whatever a software calls its files.
fn plain(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe = |c: char| if c.is_control() || matches!(c, ':' | '<' | '>' | '"' | '|' | '?' | '*') { '_' } else { c };
    let name: String = name.chars().map(safe).collect();
    if matches!(name.as_str(), "" | "." | "..") { "_".to_owned() } else { name }
}

pub(super) fn unwritable(path: &Path, error: &std::io::Error) -> Message {
    let (path, why) = (path.display(), io_reason(error));
    Message::pair(format!("{path} に書き込めません: {}", why.ja), format!("cannot write {path}: {}", why.en))
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
