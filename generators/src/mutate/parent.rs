//! A clean set, as mutants need it. Knows what clean means; knows no mutant.

use std::collections::BTreeSet;
use std::fmt::Write;

use renkei_validator::draft::{Draft, DraftFile};
use renkei_validator::finding::Severity;
use renkei_validator::spec::Version;
use renkei_validator::text::Message;
use renkei_validator::{Options, judge};
use sha2::{Digest, Sha256};

use super::Files;

/// A clean set that mutants can be made of.
#[derive(Clone, Debug)]
pub struct Parent {
    /// Its name.
    pub name: String,
    /// Its files, sorted by name.
    pub draft: Draft,
    /// The versions that its files state.
    pub versions: BTreeSet<Version>,
    /// Rules that have something to say below a warning.
    pub infos: BTreeSet<&'static str>,
    /// See [`crate::manifest::Control::sha256`].
    pub sha256: String,
}

/// A set that is not clean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong, in order of file and place.
    pub findings: Vec<Message>,
}

impl Parent {
    /// Takes a set that has neither error nor warning, and that all of could be checked.
    pub fn new(name: &str, mut files: Files, options: &Options) -> Result<Parent, Refused> {
        files.sort();
        let judgement = judge(&files, options);
        let mut refused = Vec::new();
        let mut infos = BTreeSet::new();
        for finding in judgement.findings() {
            match finding.severity {
                Severity::Error | Severity::Warning => {
                    let line = finding.line().map(|line| format!(":{line}")).unwrap_or_default();
                    let (at, id) = (format!("{}{line}", finding.at.file), finding.rule.id);
                    let (ja, en) = (&finding.message.ja, &finding.message.en);
                    refused.push(Message::pair(format!("{at}: {ja} [{id}]"), format!("{at}: {en} [{id}]")));
                }
                Severity::Info => {
                    infos.insert(finding.rule.id);
                }
            }
        }
        let not_checked = judgement.files.iter().flat_map(|file| &file.not_checked).chain(&judgement.sets.not_checked);
        for missed in not_checked.filter(|missed| missed.blocks) {
            let (what, why) = (&missed.what, &missed.why);
            refused.push(Message::pair(format!("{}: {}", what.ja, why.ja), format!("{}: {}", what.en, why.en)));
        }
        let draft = Draft { files: files.iter().map(|(name, bytes)| DraftFile::parse(name, bytes)).collect() };
        // The scanner loses nothing of a file it can read; this is what everything below rests on.
        for (file, (name, bytes)) in draft.files.iter().zip(&files) {
            if file.bytes() != *bytes {
                refused.push(Message::pair(
                    format!("{name}: 行に分けて元に戻すと同じになりません"),
                    format!("{name}: taken apart and put together it is not the same"),
                ));
            }
        }
        if !refused.is_empty() {
            return Err(Refused { findings: refused });
        }
        let versions = draft.files.iter().filter_map(DraftFile::version).collect();
        Ok(Parent { name: name.to_owned(), draft, versions, infos, sha256: digest(&files) })
    }
}

fn digest(files: &Files) -> String {
    let mut digest = Sha256::new();
    for (name, bytes) in files {
        digest.update(format!("{}  {name}\n", hex(&Sha256::digest(bytes))));
    }
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
