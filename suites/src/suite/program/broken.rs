//! Small faulty clients: each is a good one with one deviation, and stands for a kind of software that the
//! cases must catch. Knows what goes wrong in practice; how a good client does it is the good client's.
//!
//! A deviation names the cases that fail because of it. Others may fail, too; none of these may pass.

mod asks;
mod reads;
mod talks;
mod writes;

use renkei_validator::draft::Draft;
use renkei_validator::text::Text;

use self::reads::Memory;
use crate::suite::compare::Named;
use crate::suite::content::Content;
use crate::suite::sut::{Abilities, ExchangeTask, Exchanged, ExportTask, ImportTask, Imported, Sut, Trouble};

pub use self::talks::Habit;

/// One way to do it wrong.
#[derive(Clone, Copy)]
pub struct Deviation {
    /// `writes-utf-8`
    pub name: &'static str,
    /// What it does.
    pub title: Text,
    /// The cases that fail because of it.
    pub caught_by: &'static [&'static str],
    /// Where in its work it does so.
    how: How,
}

/// Where a client goes wrong.
#[derive(Clone, Copy)]
enum How {
    /// It has something else written than it was asked for.
    Asks(fn(&ExportTask<'_>) -> Content),
    /// It withdraws nothing: what is to be deleted is sent once more.
    SendsAgain,
    /// Its files are not what they should be.
    Writes(fn(&ExportTask<'_>, &mut Draft)),
    /// It reads files in another way.
    Reads(fn(&mut dyn Sut, &ImportTask<'_>, &mut Memory) -> Result<Imported, Trouble>),
    /// It does not hold what it has read.
    Holds(fn(Content, &Memory) -> Content),
    /// It talks to the platform in another way.
    Talks(Habit),
}

/// All of them, those that export first.
pub fn deviations() -> impl Iterator<Item = &'static Deviation> {
    writes::DEVIATIONS.iter().chain(asks::DEVIATIONS).chain(reads::DEVIATIONS).chain(talks::DEVIATIONS)
}

/// A good client with a deviation.
pub struct Broken<S> {
    good: S,
    deviation: &'static Deviation,
    memory: Memory,
}

impl<S: Sut> Broken<S> {
    /// Spoils a good client.
    pub fn new(good: S, deviation: &'static Deviation) -> Broken<S> {
        Broken { good, deviation, memory: Memory::default() }
    }
}

impl<S: Sut> Sut for Broken<S> {
    fn abilities(&self) -> Abilities {
        self.good.abilities()
    }

    fn reset(&mut self, case: &str) -> Result<(), Trouble> {
        self.memory = Memory::default();
        self.good.reset(case)
    }

    fn export(&mut self, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
        match self.deviation.how {
            How::Asks(asks) => self.good.export(&ExportTask { content: &asks(task), ..task.clone() }),
            How::SendsAgain => asks::sent_again(&mut self.good, task),
            How::Writes(writes) => {
                let mut draft = writes::draft(&self.good.export(task)?);
                writes(task, &mut draft);
                Ok(draft.to_files())
            }
            How::Reads(_) | How::Holds(_) | How::Talks(_) => self.good.export(task),
        }
    }

    fn import(&mut self, task: &ImportTask<'_>) -> Result<Imported, Trouble> {
        let done = match self.deviation.how {
            How::Reads(reads) => reads(&mut self.good, task, &mut self.memory),
            How::Asks(_) | How::SendsAgain | How::Writes(_) | How::Holds(_) | How::Talks(_) => self.good.import(task),
        };
        self.memory.deliveries.push(task.files.to_vec());
        done
    }

    fn dump(&mut self, case: &str) -> Result<Content, Trouble> {
        let held = self.good.dump(case)?;
        Ok(match self.deviation.how {
            How::Holds(holds) => holds(held, &self.memory),
            How::Reads(_) => held.and(&self.memory.beside),
            How::Asks(_) | How::SendsAgain | How::Writes(_) | How::Talks(_) => held,
        })
    }

    fn exchange(&mut self, task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        match self.deviation.how {
            How::Talks(habit) => habit.exchange(task),
            How::Asks(_) | How::SendsAgain | How::Writes(_) | How::Reads(_) | How::Holds(_) => self.good.exchange(task),
        }
    }
}

/// The content with other texts in all items.
fn with_texts(mut held: Content, change: impl Fn(&str) -> String) -> Content {
    for row in held.documents.iter_mut().flat_map(|document| &mut document.rows) {
        let texts: Vec<_> = row.items().map(|(key, text)| (key, change(text))).collect();
        for (key, text) in texts {
            row.set(key, text);
        }
    }
    held
}
