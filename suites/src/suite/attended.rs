//! The attended software: a person operates it, and a page on this machine asks them. Knows what is asked
//! and what the answers mean for a case; how a case ends is the runner's to say.

mod answer;
mod ask;
mod book;
mod desk;
mod fields;
mod filled;
mod guard;
mod markup;
mod offered;
mod pages;
mod runner;
mod serve;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use renkei_reports::{Lang, Outcome, OutcomeRecord, Pair};
use renkei_validator::text::Message;

use self::ask::Ask;
use self::book::{Book, Reply};
use self::desk::{Command, Desk, Left, Listed};
use crate::suite::case::Case;
use crate::suite::compare::Named;
use crate::suite::content::Content;
use crate::suite::sut::{Abilities, ExchangeTask, Exchanged, ExportTask, ImportTask, Imported, Sut, Trouble};

pub use self::runner::Runner;
use self::serve::Served;

/// How a run is attended.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where answers and files are kept; a run that was closed goes on from there.
    pub folder: PathBuf,
    /// Where the judge keeps evidence.
    pub evidence: PathBuf,
    /// What the software can do.
    pub abilities: Abilities,
    /// The language that the page opens in.
    pub lang: Lang,
    /// What outcomes are of: the settings, the cases and the version of renkei. Where it is another, cases are
    /// judged again by the answers that were given.
    pub identity: String,
}

/// How cases are judged: the runner's part.
pub trait Judge {
    /// Runs a case on a software.
    fn judge(&mut self, case: &Case, sut: &mut dyn Sut) -> OutcomeRecord;

    /// What the software is to hold when the case has been run to its end; `None` where the case does not say.
    fn holds(&self, case: &Case) -> Option<Content>;
}

/// A run that somebody attends.
pub struct Attended {
    desk: Arc<Desk>,
    abilities: Abilities,
    served: Served,
}

impl Attended {
    /// Opens the folder and serves the page, which asks nothing yet.
    ///
    /// # Errors
    ///
    /// Where the folder holds something else, or no address of this machine can be listened at.
    pub fn open(settings: &Settings, cases: &[&Case]) -> Result<Attended, Message> {
        // The page shows where things lie to somebody who is in no folder of ours.
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let (folder, evidence) = (whole(&settings.folder), whole(&settings.evidence));
        let book = Book::open(&folder, &settings.identity)?;
        let listed = |case: &&Case| Listed {
            id: case.id.clone(),
            title: case.title.clone(),
            pattern: case.pattern,
            direction: case.direction(),
            transport: case.is_transport(),
        };
        let desk = Arc::new(Desk::new(book, cases.iter().map(listed).collect(), &evidence, settings.lang));
        let served = Served::start(&desk)?;
        Ok(Attended { desk, abilities: settings.abilities.clone(), served })
    }

    /// The address to open, with a word that works once.
    pub fn address(&self) -> &str {
        self.served.address()
    }

    /// Leads the person through the cases, in any order, until they finish. A case that was left out or not
    /// reached is blocked, with the reason.
    pub fn lead(self, cases: &[&Case], judge: &mut dyn Judge) -> Vec<OutcomeRecord> {
        loop {
            match self.desk.next() {
                Command::Run(at) => {
                    let Some(case) = cases.get(at) else { continue };
                    let mut software = self.software(at, case, judge.holds(case));
                    let outcome = judge.judge(case, &mut software);
                    if !software.left {
                        self.desk.ended(at, outcome, None);
                    }
                }
                Command::Skip(at, reason) => {
                    let Some(case) = cases.get(at) else { continue };
                    self.desk.ended(at, blocked(case, left_out(&reason)), Some(reason));
                }
                Command::Finish => break,
            }
        }
        let mut outcomes = Vec::new();
        for (at, case) in cases.iter().enumerate() {
            outcomes.push(
                self.desk.entry(at).outcome.unwrap_or_else(|| {
                    blocked(case, Message::pair("確認されていません", "nobody has gone through it"))
                }),
            );
        }
        self.desk.close();
        self.served.end();
        outcomes
    }

    /// Judges what can be judged without asking: cases that do not apply, and those whose answers are all there.
    /// Comes before anybody opens the page.
    pub fn prepare(&self, cases: &[&Case], judge: &mut dyn Judge) {
        for (at, case) in cases.iter().enumerate() {
            let entry = self.desk.entry(at);
            // What comes of an exchange is told by the platform, which is not opened for this.
            if entry.outcome.is_some() || case.is_transport() && self.abilities.exchange {
                continue;
            }
            if let Some(reason) = entry.skipped {
                self.desk.ended(at, blocked(case, left_out(&reason)), Some(reason));
                continue;
            }
            let mut software = self.software(at, case, judge.holds(case));
            software.known = true;
            let outcome = judge.judge(case, &mut software);
            if !software.left {
                self.desk.ended(at, outcome, None);
            }
        }
    }

    fn software(&self, case: usize, of: &Case, holds: Option<Content>) -> Software {
        Software {
            desk: Arc::clone(&self.desk),
            case,
            inbox: self.desk.folder().join("import").join(book::plain(&of.id)),
            abilities: self.abilities.clone(),
            step: 0,
            holds,
            given: Content::default(),
            known: false,
            left: false,
        }
    }
}

/// A case that nobody tried.
fn blocked(case: &Case, why: Message) -> OutcomeRecord {
    OutcomeRecord {
        case: case.id.clone(),
        title: case.title.clone(),
        pattern: case.pattern,
        kind: case.direction(),
        outcome: Outcome::Blocked,
        why: Some(Pair { ja: why.ja, en: why.en }),
        requirements: case.requirements.clone(),
        evidence: Vec::new(),
    }
}

fn left_out(reason: &str) -> Message {
    Message::pair(format!("担当者が見送りました: {reason}"), format!("left out by the person: {reason}"))
}

/// The software that the person operates, during one case.
struct Software {
    desk: Arc<Desk>,
    case: usize,
    inbox: PathBuf,
    abilities: Abilities,
    step: usize,
    holds: Option<Content>,
    /// What it was given to read.
    given: Content,
    /// Whether nothing is asked that is not answered already.
    known: bool,
    left: bool,
}

impl Software {
    fn ask(&mut self, ask: impl FnOnce(usize) -> Ask) -> Result<Reply, Trouble> {
        let step = self.step;
        self.step += 1;
        self.desk.ask(self.case, ask(step), self.known).map_err(|Left| {
            self.left = true;
            Trouble::Blocked(Message::pair("途中です", "it is not done yet"))
        })
    }
}

/// An answer to another question than was asked.
fn astray() -> Trouble {
    Trouble::Blocked(Message::pair("回答が質問に合いません", "the answer does not fit the question"))
}

impl Sut for Software {
    fn abilities(&self) -> Abilities {
        self.abilities.clone()
    }

    /// The first question of a case says that the software is to hold nothing of it yet.
    fn reset(&mut self, _case: &str) -> Result<(), Trouble> {
        self.given = Content::default();
        Ok(())
    }

    fn export(&mut self, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
        match self.ask(|step| ask::export(step, task))? {
            Reply::Files(kept) => self.desk.files(&kept).map_err(Trouble::Blocked),
            Reply::Answers(_) | Reply::Screen(_) | Reply::Exchanged(_) => Err(astray()),
        }
    }

    fn import(&mut self, task: &ImportTask<'_>) -> Result<Imported, Trouble> {
        let folder = self.inbox.join((self.step + 1).to_string());
        // What is not going to be asked needs no files.
        if !self.known {
            lay_out(&folder, task.files).map_err(Trouble::Blocked)?;
        }
        if let Ok(content) = Content::from_files(task.files) {
            // What deletes is not shown anywhere.
            self.given.documents.extend(content.documents.into_iter().filter(|document| !document.kind.is_delete()));
        }
        match self.ask(|step| ask::import(step, task, folder))? {
            Reply::Answers(told) => Ok(Imported { answers: told.into_iter().map(Into::into).collect() }),
            Reply::Files(_) | Reply::Screen(_) | Reply::Exchanged(_) => Err(astray()),
        }
    }

    fn dump(&mut self, _case: &str) -> Result<Content, Trouble> {
        let Some(reference) = self.holds.clone() else {
            return Err(Trouble::Blocked(Message::pair(
                "このケースには、画面と見比べる内容がありません",
                "this case has nothing that a screen could be compared with",
            )));
        };
        let gone = ask::less(&self.given, &reference);
        match self.ask(|step| ask::show(step, &reference, &gone))? {
            Reply::Screen(screen) if answer::is_stray(&gone, &screen) => Err(Trouble::Failed(Message::pair(
                "取り込んではいけないものが画面に表示されています",
                "the screen shows what was not to be taken",
            ))),
            Reply::Screen(screen) => Ok(answer::held(&reference, &gone, &screen)),
            Reply::Files(_) | Reply::Answers(_) | Reply::Exchanged(_) => Err(astray()),
        }
    }

    fn exchange(&mut self, task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        match self.ask(|step| ask::exchange(step, task))? {
            Reply::Exchanged(ended) => Ok(Exchanged { done: ended.done, message: ended.message }),
            Reply::Files(_) | Reply::Answers(_) | Reply::Screen(_) => Err(astray()),
        }
    }
}

/// Puts files where the person finds them.
fn lay_out(folder: &Path, files: &[Named]) -> Result<(), Message> {
    let unwritable = |error: std::io::Error| {
        let (path, why) = (folder.display(), crate::lang::io_reason(&error));
        Message::pair(format!("{path} に書き込めません: {}", why.ja), format!("cannot write {path}: {}", why.en))
    };
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    for (name, bytes) in files {
        // Names of cases are plain ones; what is none has no place in a folder.
        if Path::new(name).file_name().is_some_and(|last| last == name.as_str()) {
            std::fs::write(folder.join(name), bytes).map_err(unwritable)?;
        }
    }
    Ok(())
}
