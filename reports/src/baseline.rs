//! Known findings, each with a reason and a day on which it ends. Knows entries and what they match; knows
//! no file system and no rule's meaning.
//!
//! An entry names a rule, and as far as it wants the role of a file, an item and a row. What it leaves out,
//! it leaves open: an entry without row matches any row. It lets at most `count` findings pass.

mod judge;
mod notice;
mod read;
mod renew;
mod write;

use renkei_validator::text::Message;
use time::Date;

pub(crate) use judge::{Claim, Judged, Unlisted, judge};
pub use notice::explain;
pub(crate) use notice::{RULES, notices, title};
pub(crate) use renew::renew;

use crate::identity::Key;

/// The shape of the file.
pub const SCHEMA: &str = "renkei-baseline/1";

/// A file of known findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// The file's name, for reports.
    pub file: String,
    /// Id of the key that its rows are named with.
    pub key: Option<String>,
    /// In the order of the file.
    pub entries: Vec<Entry>,
}

/// One known finding, or several that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it matches.
    pub what: Known,
    /// How many findings it lets pass; at least one.
    pub count: u64,
    /// Why.
    pub reason: String,
    /// The last day on which it does.
    pub expires: Date,
    /// 1-based line in the file; 0 for an entry that is in no file yet.
    pub line: u64,
}

/// What an entry matches. What is `None` is left open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// Rule id.
    pub rule: String,
    /// A file's name without folder, timestamp and extension.
    pub role: Option<String>,
    /// The glossary's key of an item.
    pub item: Option<String>,
    /// The name of a row, by the baseline's key.
    pub row: Option<String>,
}

/// Why a baseline cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.en)]
pub struct BaselineError(pub Message);

impl BaselineError {
    fn new(ja: impl Into<String>, en: impl Into<String>) -> BaselineError {
        BaselineError(Message::pair(ja, en))
    }
}

impl Baseline {
    /// A baseline that knows nothing.
    pub fn empty(file: &str) -> Baseline {
        Baseline { file: file.to_owned(), key: None, entries: Vec::new() }
    }

    /// Whether its rows can be told with a key. With another one, every entry would look stale.
    pub fn fits(&self, key: Option<&Key>) -> Result<(), BaselineError> {
        let file = &self.file;
        match (&self.key, key) {
            (None, _) => Ok(()),
            (Some(id), Some(key)) if *id == key.id() => Ok(()),
            (Some(id), Some(key)) => Err(BaselineError::new(
                format!("{file} は別の鍵（{id}）で書かれています。渡された鍵は {} です", key.id()),
                format!("{file} was written with another key ({id}); the one given is {}", key.id()),
            )),
            (Some(id), None) => Err(BaselineError::new(
                format!(
                    "{file} の行を照合する鍵（{id}）がありません。--key、環境変数RENKEI_KEY、設定のkey_fileのどれかで渡します"
                ),
                format!(
                    "{file} needs its key ({id}) to tell rows; give it with --key, RENKEI_KEY or the setting key_file"
                ),
            )),
        }
    }

    /// The most findings of one rule and role that it tells apart: as many must be listed for each to be found.
    pub fn most_of_one(&self) -> usize {
        let mut counts = std::collections::BTreeMap::new();
        for entry in &self.entries {
            *counts.entry((&entry.what.rule, &entry.what.role)).or_insert(0_u64) += entry.count;
        }
        counts.into_values().max().map_or(0, |most| usize::try_from(most).unwrap_or(usize::MAX))
    }
}

impl Entry {
    /// Whether it lets nothing pass any more.
    pub fn has_expired(&self, as_of: Option<Date>) -> bool {
        as_of.is_some_and(|day| self.expires < day)
    }
}
