//! The one desk at which the runner and the page meet: the runner lays a question on it and waits, the page
//! shows it and lays the answer beside it. Knows who waits for what; knows no markup and judges nothing.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use renkei_reports::{CaseKind, Lang, OutcomeRecord, Pair, Pattern};
use renkei_validator::text::Message;
use tokio::sync::watch;

use super::ask::Ask;
use super::book::{Book, Draft, Entry, Given, Kept, Reply};
use crate::suite::adapter::interrupt;
use crate::suite::compare::Named;

/// A case, as far as the page names it.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) title: Pair,
    pub(crate) pattern: Pattern,
    pub(crate) direction: CaseKind,
    /// Whether it talks to a platform, which is another one each time.
    pub(crate) transport: bool,
}

/// What the runner is told to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Run this case.
    Run(usize),
    /// Leave this case out, for that reason.
    Skip(usize, String),
    /// End.
    Finish,
}

/// How long the runner waits before it looks for Ctrl-C.
const LOOK: Duration = Duration::from_millis(200);

/// Where the runner is.
#[derive(Clone, Debug, Default)]
enum Runner {
    /// It waits for a command.
    #[default]
    Idle,
    /// It runs a case, and computes.
    Busy(usize),
    /// It has asked something.
    Asking(usize, Arc<Ask>),
    /// It has ended.
    Ended,
}

/// The desk.
#[derive(Debug)]
pub(crate) struct Desk {
    inner: Mutex<Inner>,
    changed: Condvar,
    pulse: watch::Sender<u64>,
    cases: Vec<Listed>,
    evidence: PathBuf,
}

#[derive(Debug)]
struct Inner {
    book: Book,
    runner: Runner,
    command: Option<Command>,
    reply: Option<Reply>,
    /// The open case is to be left.
    leave: bool,
    lang: Lang,
    /// What went wrong with the last thing the page did, shown once.
    notice: Option<Message>,
}

/// What the page sees.
#[derive(Clone, Debug)]
pub(crate) enum Sight {
    /// Nothing is run.
    Idle,
    /// A case is run, and nothing is asked at the moment.
    Busy(usize),
    /// A question of a case.
    Asking(usize, Arc<Ask>),
    /// The run has ended.
    Ended,
}

/// The person has turned to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left;

impl Desk {
    pub(crate) fn new(book: Book, cases: Vec<Listed>, evidence: &Path, lang: Lang) -> Desk {
        let inner = Inner { book, runner: Runner::Idle, command: None, reply: None, leave: false, lang, notice: None };
        let (pulse, evidence) = (watch::channel(0).0, evidence.to_owned());
        Desk { inner: Mutex::new(inner), changed: Condvar::new(), pulse, cases, evidence }
    }

    /// The cases, in their order.
    pub(crate) fn cases(&self) -> &[Listed] {
        &self.cases
    }

    /// A case by its id.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.cases.iter().position(|case| case.id == id)
    }

    /// What is known of a case.
    pub(crate) fn entry(&self, case: usize) -> Entry {
        self.cases.get(case).map(|case| self.lock().book.entry(&case.id)).unwrap_or_default()
    }

    /// Where answers and files are kept.
    pub(crate) fn folder(&self) -> PathBuf {
        self.lock().book.folder().to_owned()
    }

    /// Where a file of evidence lies. What the record of a case says of it is not trusted to stay in the folder.
    pub(crate) fn evidence(&self, file: &str) -> Option<PathBuf> {
        let inside = Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
        inside.then(|| self.evidence.join(file))
    }

    pub(crate) fn lang(&self) -> Lang {
        self.lock().lang
    }

    pub(crate) fn speak(&self, lang: Lang) {
        self.lock().lang = lang;
    }

    /// Keeps something to be told on the next page.
    pub(crate) fn tell(&self, notice: Message) {
        self.lock().notice = Some(notice);
    }

    /// What is to be told, once.
    pub(crate) fn told(&self) -> Option<Message> {
        self.lock().notice.take()
    }

    // The runner's side.

    /// Waits for a command.
    pub(crate) fn next(&self) -> Command {
        let mut inner = self.lock();
        inner.runner = Runner::Idle;
        self.pulse.send_modify(|pulse| *pulse += 1);
        loop {
            if let Some(command) = inner.command.take() {
                inner.leave = false;
                inner.reply = None;
                if let Command::Run(case) | Command::Skip(case, _) = command {
                    inner.runner = Runner::Busy(case);
                }
                return command;
            }
            if interrupt::asked() {
                return Command::Finish;
            }
            inner = self.wait(inner);
        }
    }

    /// Asks, and waits for the answer. One that counts already is given without asking; with `known` nothing else
    /// is.
    pub(crate) fn ask(&self, case: usize, ask: Ask, known: bool) -> Result<Reply, Left> {
        let id = self.cases.get(case).map_or("", |listed| &listed.id);
        let step = ask.step;
        let mut inner = self.lock();
        let entry = inner.book.entry(id);
        match entry.replies.get(step).filter(|_| step < entry.answered) {
            Some(given) if given.ask == ask.digest => return Ok(given.reply.clone()),
            // Another question: what was answered to the old one does not count any more.
            Some(_) => inner.keep(id, |entry| {
                entry.answered = step;
                entry.replies.truncate(step);
            }),
            None => {}
        }
        if known {
            return Err(Left);
        }
        let digest = ask.digest.clone();
        inner.runner = Runner::Asking(case, Arc::new(ask));
        inner.reply = None;
        self.pulse.send_modify(|pulse| *pulse += 1);
        loop {
            if inner.leave || interrupt::asked() {
                inner.runner = Runner::Busy(case);
                return Err(Left);
            }
            if let Some(reply) = inner.reply.take() {
                inner.runner = Runner::Busy(case);
                let given = Given { ask: digest, reply: reply.clone() };
                inner.keep(id, |entry| {
                    match entry.replies.get_mut(step) {
                        Some(old) => *old = given,
                        None => entry.replies.push(given),
                    }
                    entry.answered = step + 1;
                    entry.draft = None;
                });
                return Ok(reply);
            }
            inner = self.wait(inner);
        }
    }

    /// Waits for the page, but never long: Ctrl-C wakes nobody.
    fn wait<'a>(&self, inner: MutexGuard<'a, Inner>) -> MutexGuard<'a, Inner> {
        self.changed.wait_timeout(inner, LOOK).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Notes how a case ended.
    pub(crate) fn ended(&self, case: usize, outcome: OutcomeRecord, skipped: Option<String>) {
        let Some(listed) = self.cases.get(case) else { return };
        self.lock().keep(&listed.id, |entry| {
            entry.outcome = Some(outcome);
            entry.skipped = skipped;
        });
    }

    /// The files of an answer.
    pub(crate) fn files(&self, kept: &[Kept]) -> Result<Vec<Named>, Message> {
        self.lock().book.load(kept)
    }

    /// Ends for good.
    pub(crate) fn close(&self) {
        self.lock().runner = Runner::Ended;
        self.pulse.send_modify(|pulse| *pulse += 1);
    }

    // The page's side.

    /// What there is to see.
    pub(crate) fn sight(&self) -> Sight {
        match &self.lock().runner {
            Runner::Idle => Sight::Idle,
            Runner::Busy(case) => Sight::Busy(*case),
            Runner::Asking(case, ask) => Sight::Asking(*case, Arc::clone(ask)),
            Runner::Ended => Sight::Ended,
        }
    }

    /// Whether the runner has been told something that it has not begun yet.
    pub(crate) fn is_told(&self) -> bool {
        let inner = self.lock();
        inner.command.is_some() || inner.reply.is_some()
    }

    /// Tells the runner what to do next; an open case is left.
    pub(crate) fn command(&self, command: Command) {
        let mut inner = self.lock();
        if !matches!(inner.runner, Runner::Idle) {
            inner.leave = true;
        }
        inner.command = Some(command);
        self.changed.notify_all();
    }

    /// Opens a case at one of its steps; what was answered there and later counts no more. What was exchanged is
    /// gone with its platform.
    pub(crate) fn open_at(&self, case: usize, step: usize) {
        if let Some(listed) = self.cases.get(case) {
            let step = if listed.transport { 0 } else { step };
            self.lock().keep(&listed.id, |entry| {
                entry.answered = entry.answered.min(step);
                entry.outcome = None;
                entry.skipped = None;
            });
            self.command(Command::Run(case));
        }
    }

    /// Answers the question that is asked; `false` where it is another one meanwhile.
    pub(crate) fn answer(&self, case: usize, step: usize, reply: Reply) -> bool {
        let mut inner = self.lock();
        let fits = matches!(&inner.runner, Runner::Asking(of, ask) if *of == case && ask.step == step);
        if fits {
            inner.reply = Some(reply);
            self.changed.notify_all();
        }
        fits
    }

    /// Keeps uploaded files.
    pub(crate) fn store(&self, case: usize, step: usize, files: &[Named]) -> Result<Vec<Kept>, Message> {
        let id = self.cases.get(case).map_or("", |listed| &listed.id);
        self.lock().book.store(id, step, files)
    }

    /// Fields of a form that was not sent whole.
    pub(crate) fn draft(&self, case: usize, step: usize) -> BTreeMap<String, String> {
        self.entry(case).draft.filter(|draft| draft.step == step).map(|draft| draft.fields).unwrap_or_default()
    }

    /// Keeps them.
    pub(crate) fn keep_draft(&self, case: usize, step: usize, fields: BTreeMap<String, String>) {
        if let Some(listed) = self.cases.get(case) {
            self.lock().keep(&listed.id, |entry| entry.draft = Some(Draft { step, fields }));
        }
    }

    /// Changes of what there is to see.
    pub(crate) fn pulse(&self) -> watch::Receiver<u64> {
        self.pulse.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// What cannot be kept is told; the run goes on.
    fn keep(&mut self, case: &str, change: impl FnOnce(&mut Entry)) {
        if let Err(message) = self.book.change(case, change) {
            self.notice = Some(message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_exchanged_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let listed = |id: &str, transport| Listed {
            id: id.to_owned(),
            title: Pair { ja: id.to_owned(), en: id.to_owned() },
            pattern: Pattern::Transport,
            direction: CaseKind::Exchange,
            transport,
        };
        let book = Book::open(folder.path(), "1").unwrap();
        let cases = vec![listed("sends", true), listed("exports-and-imports", false)];
        let desk = Desk::new(book, cases, folder.path(), Lang::En);
        for case in 0..2 {
            desk.lock().book.change(&desk.cases[case].id, |entry| entry.answered = 2).unwrap();
            desk.open_at(case, 2);
        }
        assert_eq!((desk.entry(0).answered, desk.entry(1).answered), (0, 2));
    }

    #[test]
    fn evidence_lies_in_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::open(folder.path(), "1").unwrap();
        let desk = Desk::new(book, Vec::new(), Path::new("out"), Lang::En);
        assert_eq!(desk.evidence("case/held.json"), Some(Path::new("out").join("case/held.json")));
        for outside in ["../secret", "/etc/hostname", "case/../../secret"] {
            assert_eq!(desk.evidence(outside), None, "{outside}");
        }
    }
}
