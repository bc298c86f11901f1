//! The adapter `command`: each task is a command that ends by itself. Knows which command a task is; the desk
//! knows how one is given.

use std::path::PathBuf;

use super::desk::Desk;
use super::settings::Settings;
use crate::suite::compare::Named;
use crate::suite::content::Content;
use crate::suite::sut::{Abilities, ExchangeTask, Exchanged, ExportTask, ImportTask, Imported, Sut, Trouble};

/// Software that is reached by commands.
pub(super) struct ByCommand(Desk);

impl ByCommand {
    pub(super) fn new(settings: Settings, work: PathBuf) -> ByCommand {
        ByCommand(Desk { settings, work })
    }
}

impl Sut for ByCommand {
    fn abilities(&self) -> Abilities {
        self.0.abilities()
    }

    fn reset(&mut self, case: &str) -> Result<(), Trouble> {
        self.0.reset(case)
    }

    fn export(&mut self, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
        self.0.export(task)
    }

    fn import(&mut self, task: &ImportTask<'_>) -> Result<Imported, Trouble> {
        self.0.import(task)
    }

    fn dump(&mut self, case: &str) -> Result<Content, Trouble> {
        self.0.dump(case)
    }

    fn exchange(&mut self, task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        self.0.exchange(task)
    }
}
