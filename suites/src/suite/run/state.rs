//! How far a run has come, in the folder of its evidence: a line of JSON for each outcome, so that whatever
//! ends the process costs one case. Knows lines; knows no case.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use renkei_reports::{Outcome, OutcomeRecord};
use renkei_validator::text::Message;
use serde::{Deserialize, Serialize};

use super::evidence::unwritable;
use super::{Options, WORK};

/// The file in the folder.
const FILE: &str = "renkei-run.jsonl";

/// Why there is no folder to run in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateError {
    /// The folder holds something that is not ours to change, or a run of something else.
    Usage(Message),
    /// The disk said no.
    Disk(Message),
}

impl StateError {
    /// What is wrong.
    pub fn message(&self) -> &Message {
        match self {
            StateError::Usage(message) | StateError::Disk(message) => message,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    schema: String,
    identity: String,
}

/// `schema` of the first line.
const SCHEMA: &str = "renkei-run/1";

/// How far a run has come.
pub(super) struct State {
    file: Option<(PathBuf, File)>,
    outcomes: BTreeMap<String, OutcomeRecord>,
}

impl State {
    /// Begins, or goes on.
    pub(super) fn open(options: &Options<'_>) -> Result<State, StateError> {
        let Some(out) = options.out else { return Ok(State { file: None, outcomes: BTreeMap::new() }) };
        std::fs::create_dir_all(out).map_err(|error| StateError::Disk(unwritable(out, &error)))?;
        let path = out.join(FILE);
        let outcomes = match std::fs::read_to_string(&path) {
            Ok(text) if options.resume => read(&path, &text, options.identity)?,
            Ok(_) => BTreeMap::new(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                unused(out)?;
                BTreeMap::new()
            }
            Err(error) => return Err(StateError::Disk(unwritable(&path, &error))),
        };
        let begin = || -> std::io::Result<File> {
            let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&path)?;
            let head = Head { schema: SCHEMA.to_owned(), identity: options.identity.to_owned() };
            line(&mut file, &head)?;
            outcomes.values().try_for_each(|outcome| line(&mut file, outcome))?;
            Ok(file)
        };
        let file = begin().map_err(|error| StateError::Disk(unwritable(&path, &error)))?;
        Ok(State { file: Some((path, file)), outcomes })
    }

    /// How a case ended in an earlier run, where that need not be tried again.
    pub(super) fn outcome(&self, case: &str) -> Option<&OutcomeRecord> {
        self.outcomes.get(case)
    }

    /// Writes an outcome down.
    pub(super) fn keep(&mut self, outcome: &OutcomeRecord) -> Result<(), StateError> {
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        line(file, outcome).map_err(|error| StateError::Disk(unwritable(path, &error)))
    }
}

fn line(file: &mut File, value: &impl Serialize) -> std::io::Result<()> {
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    file.write_all(text.as_bytes())
}

fn unused(out: &Path) -> Result<(), StateError> {
    let entries = std::fs::read_dir(out).map_err(|error| StateError::Disk(unwritable(out, &error)))?;
    if entries.flatten().all(|entry| entry.file_name() == WORK) {
        return Ok(());
    }
    let out = out.display();
    Err(StateError::Usage(Message::pair(
        format!("{out} には、ほかのものがあります。空のフォルダーか、前回の実行のフォルダーを指定してください"),
        format!("{out} holds other things; name an empty folder, or that of an earlier run"),
    )))
}

/// The outcomes of an earlier run. What was blocked is tried again; half a line at the end is none.
fn read(path: &Path, text: &str, identity: &str) -> Result<BTreeMap<String, OutcomeRecord>, StateError> {
    let mut lines = text.lines();
    let head = lines.next().and_then(|line| serde_json::from_str::<Head>(line).ok());
    if head.is_none_or(|head| head.schema != SCHEMA || head.identity != identity) {
        let path = path.display();
        return Err(StateError::Usage(Message::pair(
            format!("{path} は別のソフトか、別の設定の実行の記録です。--resume なしで始めからやり直せます"),
            format!("{path} is of a run of another software or with other settings; without --resume it begins anew"),
        )));
    }
    let outcomes = lines.filter_map(|line| serde_json::from_str::<OutcomeRecord>(line).ok());
    let done = outcomes.filter(|outcome| outcome.outcome != Outcome::Blocked);
    Ok(done.map(|outcome| (outcome.case.clone(), outcome)).collect())
}
