//! A care program of our own, in this process: it holds what it reads, by natural keys, and writes what it is
//! told to hold. It is good; where it is to be bad, a [`Deviation`] says how. Knows the standard's duties;
//! knows no case.
//!
//! It shares the tables of the standard and the writer of contents with the cases, as a vendor's program
//! shares neither. That it passes shows that the cases can be passed, not that they are right.

pub mod broken;
mod exchange;
mod export;
mod import;
mod served;
mod slots;

use std::collections::{BTreeMap, BTreeSet};

use renkei_reports::Pattern;
use renkei_validator::spec::Version;
use renkei_validator::text::Message;

use self::slots::{Held, Slot};
use super::compare::Named;
use super::content::{Content, Document, End};
use super::sut::{Abilities, ExchangeTask, Exchanged, ExportTask, ImportTask, Imported, Role, Sut, Trouble};

/// Where a program departs from the good one. Each method gets what the good one would do, and does that.
pub trait Deviation: Send {
    /// What it is told to hold, before deletions are made of it and sets are formed.
    fn entered(&self, content: Content) -> Content {
        content
    }

    /// The documents of one set, before they are written.
    fn outgoing(&self, set: Content) -> Content {
        set
    }

    /// One file as it is written, with what it says.
    fn file(&self, _document: &Document, file: Named) -> Named {
        file
    }

    /// The files of one set as they leave.
    fn set(&self, files: Vec<Named>) -> Vec<Named> {
        files
    }

    /// The files of an import, oldest set first.
    fn incoming(&self, sets: Vec<Vec<Named>>) -> Vec<Vec<Named>> {
        sets
    }

    /// Why a set is refused; it is taken where there is no reason.
    fn refuses(&self, _set: &[Named], reasons: Vec<Message>) -> Vec<Message> {
        reasons
    }

    /// What a set says, before it is taken in. `Err` is a refusal.
    fn read(&self, set: &[Named]) -> Result<Content, Message> {
        Content::from_files(set)
    }

    /// What is taken in of a set.
    fn taken(&self, content: Content) -> Content {
        content
    }

    /// What becomes of what was held under the same key.
    fn again(&self) -> Again {
        Again::Replaces
    }

    /// Whether deletions delete.
    fn deletes(&self) -> bool {
        true
    }

    /// What it tells that it holds.
    fn told(&self, content: Content) -> Content {
        content
    }

    /// How it talks to the platform; `None` for the good client.
    fn exchange(&self, _task: &ExchangeTask<'_>) -> Option<Result<Exchanged, Trouble>> {
        None
    }
}

/// What becomes of something held when its key comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The newer, by its timestamp, stands in its place.
    Replaces,
    /// Whatever comes later stands in its place, however old it is.
    ReplacesBlindly,
    /// It stays as it was.
    IsIgnored,
    /// Both are held.
    IsAdded,
}

/// No deviation.
#[derive(Clone, Copy, Debug)]
pub struct Good;

impl Deviation for Good {}

/// A care program.
pub struct Program {
    roles: BTreeSet<Role>,
    patterns: BTreeSet<Pattern>,
    versions: BTreeSet<Version>,
    deviation: Box<dyn Deviation>,
    held: BTreeMap<Slot, Vec<Held>>,
    /// Sets written so far: each gets a second of its own.
    written: u32,
}

impl Program {
    /// A good program for some roles.
    pub fn good(roles: impl IntoIterator<Item = Role>) -> Program {
        Program::with(roles, Box::new(Good))
    }

    /// A program that departs from the good one.
    pub fn with(roles: impl IntoIterator<Item = Role>, deviation: Box<dyn Deviation>) -> Program {
        Program {
            roles: roles.into_iter().collect(),
            patterns: PATTERNS.into_iter().collect(),
            versions: Version::ALL.into_iter().collect(),
            deviation,
            held: BTreeMap::new(),
            written: 0,
        }
    }

    /// The same, claiming no more than this.
    pub fn claiming(
        mut self,
        patterns: impl IntoIterator<Item = Pattern>,
        versions: impl IntoIterator<Item = Version>,
    ) -> Program {
        self.patterns = patterns.into_iter().collect();
        self.versions = versions.into_iter().collect();
        self
    }

    /// Everything it holds, as it came: of each document the rows of one person and plan, day or month.
    pub fn holds(&self) -> Content {
        Content::of(self.held.values().flatten().flat_map(|held| held.documents.iter().cloned()).collect())
    }

    /// Holds what is to be sent, as if it had been typed in.
    pub fn enter(&mut self, content: &Content) {
        import::take(&mut self.held, content, Again::ReplacesBlindly);
    }

    /// The files that send a content, set by set.
    ///
    /// # Errors
    ///
    /// What cannot be written.
    pub fn send(&mut self, content: &Content) -> Result<Vec<Vec<Named>>, Message> {
        let sets = export::sets(content, &mut self.written);
        sets.iter().map(|set| export::files(set, &*self.deviation)).collect()
    }

    /// Takes files in, oldest set first.
    pub fn receive(&mut self, role: Role, office: Option<&End>, files: &[Named]) -> Imported {
        import::import(&mut self.held, role, office, files, &*self.deviation)
    }
}

impl Sut for Program {
    fn abilities(&self) -> Abilities {
        Abilities {
            roles: self.roles.clone(),
            patterns: self.patterns.clone(),
            versions: self.versions.clone(),
            export: true,
            delete: true,
            import: true,
            dump: true,
            again: true,
            answers: true,
            exchange: true,
        }
    }

    fn reset(&mut self, _case: &str) -> Result<(), Trouble> {
        self.held.clear();
        self.written = 0;
        Ok(())
    }

    fn export(&mut self, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
        let content = export::content(self, task);
        let sets = match task.operation {
            super::sut::Operation::Again => export::as_held(&content),
            _ => export::sets(&content, &mut self.written),
        };
        let mut files = Vec::new();
        for set in sets {
            files.extend(export::files(&set, &*self.deviation).map_err(Trouble::Failed)?);
        }
        Ok(files)
    }

    fn import(&mut self, task: &ImportTask<'_>) -> Result<Imported, Trouble> {
        Ok(self.receive(task.role, task.office.as_ref(), task.files))
    }

    fn dump(&mut self, _case: &str) -> Result<Content, Trouble> {
        Ok(self.deviation.told(self.holds().merged()))
    }

    fn exchange(&mut self, task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        self.deviation.exchange(task).unwrap_or_else(|| exchange::exchange(task))
    }
}

/// All patterns.
pub const PATTERNS: [Pattern; 12] = [
    Pattern::D1,
    Pattern::D2,
    Pattern::D3,
    Pattern::D4,
    Pattern::D5,
    Pattern::D6,
    Pattern::D7,
    Pattern::Plan,
    Pattern::Schedule,
    Pattern::Result,
    Pattern::Transport,
    Pattern::Robustness,
];
