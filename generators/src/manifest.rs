//! The truth about a folder of mutants: what `manifest.json` holds. Knows its own shape; knows no
//! rule, no file and no verdict.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use renkei_validator::finding::{ItemRef, Severity};
use renkei_validator::text::{Message, Text};

/// What `schema` says. A manifest with another value is not read.
pub const SCHEMA: &str = "renkei-mutants/1";

/// The manifest of a folder of mutants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`]
    pub schema: String,
    /// What made it, with its version.
    pub tool: String,
    /// The seed that chose the parents.
    pub seed: u64,
    /// The day judged as of, `YYYY-MM-DD`; without one the lenient reading is taken.
    pub as_of: Option<String>,
    /// How many parents there were to choose from.
    pub parents: u64,
    /// Sets with one known fault each, in the order of rules.
    pub mutants: Vec<Mutant>,
    /// Sets without fault: the parents that mutants were made of, unchanged.
    pub controls: Vec<Control>,
    /// Mutants that could not be made of these parents.
    pub not_applied: Vec<NotApplied>,
}

/// What an importer is to say of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// It must be rejected: it has an error.
    Rejected,
    /// It should be accepted, or warned of: the worst in it is below an error.
    AcceptedOrWarned,
    /// It must be accepted: nothing is wrong.
    Accepted,
}

/// A set with one known fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mutant {
    /// The rule and the 1-based number of its mutant: `cell/too-long/01`.
    pub id: String,
    /// The rule that finds it.
    pub rule: String,
    /// The severity of that finding: `error`, `warning`, `info`.
    pub severity: String,
    /// What an importer is to say.
    pub expect: Expect,
    /// What is wrong, and what was changed to make it so.
    pub change: Pair,
    /// Where the fault is found.
    pub at: Place,
    /// Other rules that find something, too.
    pub also: Vec<String>,
    /// Where its files are, relative to the manifest.
    pub folder: String,
    /// Their names, sorted.
    pub files: Vec<String>,
    /// The folder of the set it was made of, relative to the folder of parents; `.` is that itself.
    pub parent: String,
    /// See [`Control::sha256`].
    pub parent_sha256: String,
}

/// A set without fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// `control/01`
    pub id: String,
    /// Always [`Expect::Accepted`].
    pub expect: Expect,
    /// Where its files are, relative to the manifest.
    pub folder: String,
    /// Their names, sorted.
    pub files: Vec<String>,
    /// The folder it was copied from, relative to the folder of parents; `.` is that itself.
    pub parent: String,
    /// SHA-256 over one line per file, sorted by name in bytes: the digest of the file, two blanks,
    /// its name, line feed. In the folder: `sha256sum * | sha256sum` (with `LC_ALL=C`).
    pub sha256: String,
}

/// A mutant that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotApplied {
    /// As [`Mutant::id`].
    pub id: String,
    /// Its rule.
    pub rule: String,
    /// Why.
    pub reason: Pair,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// 1-based physical line on which the bytes begin; `null` for the whole file.
    pub line: Option<u64>,
    /// The item, where one is concerned.
    pub item: Option<ItemName>,
    /// The bytes; `null` for the whole file.
    pub bytes: Option<ByteRange>,
}

/// An item of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemName {
    /// Its number in the published layout.
    pub no: u16,
    /// The glossary's name.
    pub key: String,
    /// 項目名
    pub name_ja: String,
}

/// A half-open range of bytes in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteRange {
    /// The first byte.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// 日本語
    pub ja: String,
    /// English
    pub en: String,
}

/// Why some bytes are no manifest.
#[derive(Debug, thiserror::Error)]
pub enum NoManifest {
    /// They are not the JSON of one.
    #[error("not the JSON of a manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// They are of another shape.
    #[error("schema is {0:?}, not {SCHEMA:?}")]
    Schema(String),
    /// Two entries have one id.
    #[error("id {0:?} stands there twice")]
    Twice(String),
}

impl Manifest {
    /// As JSON, with a line end.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("its keys are strings and no value of it can fail");
        json.push('\n');
        json
    }

    /// Reads one.
    pub fn from_json(bytes: &[u8]) -> Result<Manifest, NoManifest> {
        /// What is looked at first, so that a newer manifest is told by its schema.
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let head: Head = serde_json::from_slice(bytes)?;
        if head.schema != SCHEMA {
            return Err(NoManifest::Schema(head.schema));
        }
        let manifest: Manifest = serde_json::from_slice(bytes)?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = manifest.ids().find(|id| !seen.insert(*id)) {
            return Err(NoManifest::Twice(twice.to_owned()));
        }
        Ok(manifest)
    }

    /// The ids of all sets: mutants, then controls.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let mutants = self.mutants.iter().map(|mutant| mutant.id.as_str());
        mutants.chain(self.controls.iter().map(|control| control.id.as_str()))
    }
}

impl Expect {
    /// What is expected of a set whose worst finding is of some severity.
    pub fn of(worst: Severity) -> Expect {
        match worst {
            Severity::Error => Expect::Rejected,
            Severity::Warning | Severity::Info => Expect::AcceptedOrWarned,
        }
    }
}

impl From<&ItemRef> for ItemName {
    fn from(item: &ItemRef) -> ItemName {
        ItemName { no: item.no, key: item.key.to_owned(), name_ja: item.name_ja.to_owned() }
    }
}

impl From<Message> for Pair {
    fn from(message: Message) -> Pair {
        Pair { ja: message.ja, en: message.en }
    }
}

impl From<Text> for Pair {
    fn from(text: Text) -> Pair {
        Message::from(text).into()
    }
}
