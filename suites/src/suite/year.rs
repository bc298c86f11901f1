//! Two reference care programs that exchange months of a generated population through the mock platform, each
//! office with its own program and its own client, and whether their states agree at the end. Knows the order
//! of the days; what happens in them is done by the modules below.
//!
//! # What is whose
//!
//! - What people enter comes from the generator, day by day (`diary`). A program (`program`) keeps it, decides
//!   itself who is to have what, writes the files and takes in those that it received.
//! - Files travel with the client and the platform that everything else uses (`town`).
//! - At the end three states are compared field by field (`verdict`): what was entered, what the sender's program
//!   has, and what the receiver's has.
//!
//! # Memory
//!
//! Documents lie on the disk. Of files one set is in memory on each thread, of the states one document.

mod diary;
mod faults;
mod flaw;
mod program;
mod record;
mod store;
mod town;
mod verdict;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use renkei_generators::calendar::{day, months, plus};
use renkei_generators::delivery::Courier;
use renkei_generators::model::{Office, YearMonth};
use renkei_generators::population::{Population, Request as People};
use renkei_generators::version::Versions;
use renkei_validator::name::FileName;
use renkei_validator::spec::Segment;
use renkei_validator::text::{Message, Text};

use self::diary::{Diary, Round, rounds};
use self::flaw::Flaw;
use self::program::Program;
use self::store::{Store, scope_in};
use self::town::{Places, Town, morning, role};
use self::verdict::{States, judge};
use self::work::{each, folders, paths, unwritable};
use crate::client;
use crate::parents::Trouble;
use crate::proof::Proof;

pub use self::flaw::Mistake;
pub use self::program::Changes;
pub use self::verdict::{Side, Told, Verdict};
pub use self::work::Size;

/// What is to be exchanged.
#[derive(Clone, Debug)]
pub struct Request {
    /// How many users there are in each month.
    pub users: u32,
    /// How many offices of all trades.
    pub offices: u32,
    /// The first and the last service month.
    pub months: (YearMonth, YearMonth),
    /// Everything follows from it.
    pub seed: u64,
    /// How files travel.
    pub way: Way,
    /// How many offices work at once. The end is the same for any number.
    pub threads: usize,
    /// What one of the programs does wrong; for tests of the verdict.
    pub mistake: Option<Mistake>,
}

/// How files travel from one office to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Through the platform.
    Platform,
    /// Through the platform, on which things go wrong.
    FaultyPlatform,
    /// By hand, from outbox to inbox: for tests of the verdict.
    ByHand,
}

/// A part of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The generator makes what people will enter.
    Generate,
    /// People enter it.
    Enter,
    /// Programs write files.
    Export,
    /// Clients send them, and the platform checks and keeps them.
    Send,
    /// Clients fetch them.
    Receive,
    /// Programs take files in.
    Import,
    /// The states are compared.
    Compare,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Stage; 7] =
        [Stage::Generate, Stage::Enter, Stage::Export, Stage::Send, Stage::Receive, Stage::Import, Stage::Compare];

    /// What people call it.
    pub fn title(self) -> Text {
        let (ja, en) = match self {
            Stage::Generate => ("生成", "generate"),
            Stage::Enter => ("入力", "enter"),
            Stage::Export => ("出力", "export"),
            Stage::Send => ("送信", "send"),
            Stage::Receive => ("受信", "receive"),
            Stage::Import => ("取込", "import"),
            Stage::Compare => ("突合", "compare"),
        };
        Text { ja, en }
    }
}

/// How much was done in how much time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// How much.
    pub size: Size,
    /// In how much time, by the clock on the wall.
    pub time: Duration,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How much was done, by part.
    pub work: BTreeMap<Stage, Work>,
    /// Whether the states agree.
    pub verdict: Verdict,
    /// What the platform's journal proves.
    pub proof: Proof,
    /// Documents that were sent again or deleted.
    pub changes: Changes,
    /// Deliveries that came once more and were not taken in again.
    pub duplicates: u64,
    /// Offices that applied for a licence again, as theirs had ended.
    pub licences: u64,
    /// Whether the mistake that was asked for was made.
    pub mistaken: bool,
    /// What the platform refused, and what was left or failed; some of it.
    pub troubles: Vec<Message>,
}

/// What tells a set from another in the names of its files: the oldest is taken in first.
const SET: [Segment; 5] = [
    Segment::Timestamp,
    Segment::SenderOffice,
    Segment::SenderServiceType,
    Segment::ReceiverOffice,
    Segment::ReceiverServiceType,
];

/// Troubles that are told one by one.
const TROUBLES: usize = 20;

impl Outcome {
    /// All of it: what programs wrote, in the time of all parts.
    pub fn total(&self) -> Work {
        let size = self.work.get(&Stage::Export).map_or_else(Size::default, |work| work.size);
        Work { size, time: self.work.values().map(|work| work.time).sum() }
    }

    /// Whether everything arrived once, and the states agree.
    pub fn is_good(&self) -> bool {
        let exported = self.work.get(&Stage::Export).map_or(0, |work| work.size.sets);
        let once = self.proof.accepted == exported && self.proof.refused == 0;
        self.verdict.agrees() && self.verdict.documents > 0 && once && self.troubles.is_empty()
    }
}

/// Exchanges the months in a folder, which is to be empty, and tells of each month that is over.
///
/// # Errors
///
/// An impossible request, and whatever keeps the harness from its work; what a program does wrong is in the
/// outcome.
pub fn run(request: &Request, folder: &Path, tell: &dyn Fn(&Message)) -> Result<Outcome, Message> {
    let Request { seed, users, offices, months: span, threads, way, .. } = *request;
    let people = People { seed, users, offices, months: span };
    let population = Population::new(&people).map_err(|error| error.message())?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Message::same(error.to_string()))?;
    let (first, handle) = (day(plus(span.0, -1), 1), runtime.handle().clone());
    let town = match way {
        Way::Platform => Some(Town::open(folder, &population, first, "", handle)?),
        Way::FaultyPlatform => Some(Town::open(folder, &population, first, &faults::plan(), handle)?),
        Way::ByHand => None,
    };
    let mut year = Year {
        courier: Courier { population: &population, versions: Versions::ByMonth },
        offices: population.offices().iter().map(|office| (office.number.as_str(), office)).collect(),
        diary: Diary::new(folder.join("diary")),
        flaw: Flaw::of(request.mistake),
        outcome: Outcome::default(),
        places: Places { folder: folder.to_owned() },
        threads,
        town,
    };
    for office in population.offices() {
        let place = year.places.of(&office.number);
        std::fs::create_dir_all(&place).map_err(|error| unwritable(&place, &error))?;
    }
    for month in months(plus(span.0, -1), plus(span.1, 1)) {
        let next = plus(month, 1);
        if (span.0..=span.1).contains(&next) {
            year.timed(Stage::Generate, |year| year.diary.write(&year.courier, next, threads))?;
        }
        for round in rounds(month) {
            year.round(round)?;
        }
        tell(&Message::pair(format!("{month} が終わりました"), format!("{month} is over")));
    }
    year.end()
}

/// A year in the making.
struct Year<'a> {
    courier: Courier<'a>,
    offices: BTreeMap<&'a str, &'a Office>,
    diary: Diary,
    flaw: Flaw,
    outcome: Outcome,
    threads: usize,
    places: Places,
    /// None where files are carried by hand.
    town: Option<Town>,
}

/// What clients did in one pass of all.
#[derive(Default)]
struct Passed {
    sent: Size,
    received: Size,
    troubles: Vec<Message>,
}

impl Passed {
    fn count(&mut self, told: &client::Told) {
        let files = |count: usize| Size { sets: 1, files: count as u64, rows: 0 };
        match told {
            client::Told::Sent { files: sent, .. } => self.sent += files(sent.len()),
            client::Told::Received { files: received, .. } => self.received += files(received.len()),
            client::Told::Refused { .. } => self.troubles.push(told.message()),
            // What is left or failed is tried again, and told of the last try.
            client::Told::Duplicate { .. } | client::Told::Left { .. } | client::Told::Failed { .. } => {}
        }
    }
}

impl<'a> Year<'a> {
    fn timed(
        &mut self,
        stage: Stage,
        work: impl FnOnce(&mut Year<'a>) -> Result<Size, Message>,
    ) -> Result<(), Message> {
        let begun = Instant::now();
        let size = work(self)?;
        let done = self.outcome.work.entry(stage).or_default();
        done.size += size;
        done.time += begun.elapsed();
        Ok(())
    }

    fn program(&self, number: &'a str) -> Result<Program<'_>, Message> {
        let office = self.offices.get(number).ok_or_else(|| Message::same(number))?;
        Program::open(&self.places.documents(number), number, role(office), &self.flaw)
    }

    fn number(&self, number: &str) -> Option<&'a str> {
        self.offices.get_key_value(number).map(|(number, _)| *number)
    }

    /// A day: people enter, programs write, clients send and fetch, programs take in.
    fn round(&mut self, round: Round) -> Result<(), Message> {
        let diaries = self.diary.offices(round)?;
        if diaries.is_empty() {
            return Ok(());
        }
        if let Some(town) = &self.town {
            town.dawn(round.date)?;
        }
        let desks: Vec<(&'a str, PathBuf)> =
            diaries.into_iter().filter_map(|(number, folder)| Some((self.number(&number)?, folder))).collect();
        let threads = self.threads;
        self.timed(Stage::Enter, |year| {
            let sizes = each(threads, &desks, |(number, folder)| year.enter(number, folder, round))?;
            Ok(sizes.into_iter().sum())
        })?;
        self.diary.done(round)?;
        let mut receivers = BTreeSet::new();
        self.timed(Stage::Export, |year| {
            let exported = each(threads, &desks, |(number, _)| year.export(number, round))?;
            let mut sum = Size::default();
            for (size, to, changes) in exported {
                sum += size;
                year.outcome.changes.corrected += changes.corrected;
                year.outcome.changes.deleted += changes.deleted;
                receivers.extend(to.iter().filter_map(|number| year.number(number)));
            }
            Ok(sum)
        })?;
        let senders: Vec<&str> = desks.iter().map(|(number, _)| *number).collect();
        let receivers: Vec<&str> = receivers.into_iter().collect();
        self.exchange(&senders, &receivers)
    }

    fn exchange(&mut self, senders: &[&'a str], receivers: &[&'a str]) -> Result<(), Message> {
        self.timed(Stage::Send, |year| year.pass(senders))?;
        self.timed(Stage::Receive, |year| year.pass(receivers))?;
        let (threads, all) = (self.threads, senders.iter().chain(receivers).copied().collect::<BTreeSet<_>>());
        let all: Vec<&str> = all.into_iter().collect();
        self.timed(Stage::Import, |year| {
            let sizes = each(threads, &all, |number| year.import(number))?;
            Ok(sizes.into_iter().sum())
        })
    }

    fn enter(&self, number: &'a str, folder: &Path, round: Round) -> Result<Size, Message> {
        let program = self.program(number)?;
        let entered = Store::open(&self.places.entered(number))?;
        let mut size = Size::default();
        self.diary.entries(folder, &mut |set| {
            size += Size { sets: 1, files: 0, rows: set.rows };
            entered.together(|| {
                let Some(version) = set.version else { return Ok(()) };
                let scope = scope_in(version, &set.from, &set.to);
                let bodies = set.records.iter().map(|(key, body)| (key, Some(body)));
                for (key, body) in set.deletions.iter().map(|key| (key, None)).chain(bodies) {
                    entered.receive(&set.to.number, &scope, &set.timestamp, key, body)?;
                }
                Ok(())
            })?;
            program.enter(set)
        })?;
        if let Some(month) = round.passed_on {
            program.pass_on(&month.to_string(), round.date)?;
        }
        Ok(size)
    }

    /// Writes what is due into the outbox, a folder for each set, and tells who it is for.
    fn export(&self, number: &'a str, round: Round) -> Result<(Size, BTreeSet<String>, Changes), Message> {
        let outbox = self.places.outbox(number);
        let (mut size, mut to) = (Size::default(), BTreeSet::new());
        let changes = self.program(number)?.export(morning(round.date), &mut |set| {
            size += Size { sets: 1, files: set.files.len() as u64, rows: set.rows };
            let folder = outbox.join(format!("{}-{}", set.timestamp, set.to));
            std::fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
            for (name, bytes) in set.files {
                let path = folder.join(name);
                std::fs::write(&path, bytes).map_err(|error| unwritable(&path, &error))?;
            }
            to.insert(set.to.number);
            Ok(())
        })?;
        Ok((size, to, changes))
    }

    /// Lets clients send and fetch; each does both, whatever it was woken for.
    fn pass(&mut self, offices: &[&'a str]) -> Result<Size, Message> {
        let Some(town) = &self.town else { return self.carry(offices) };
        let passed = Mutex::new(Passed::default());
        let tell = |told: &client::Told| passed.lock().unwrap_or_else(PoisonError::into_inner).count(told);
        let tallies = each(self.threads, offices, |number| town.pass(number, &tell))?;
        let Passed { sent, received, mut troubles } = passed.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (stage, size) in [(Stage::Send, sent), (Stage::Receive, received)] {
            self.outcome.work.entry(stage).or_default().size += size;
        }
        for (number, tally) in offices.iter().zip(tallies) {
            self.outcome.duplicates += tally.duplicates;
            if tally.left + tally.failed > 0 {
                let tally = tally.message();
                troubles.push(Message::pair(
                    format!("事業所{number}: {}", tally.ja),
                    format!("office {number}: {}", tally.en),
                ));
            }
        }
        let room = TROUBLES.saturating_sub(self.outcome.troubles.len());
        self.outcome.troubles.extend(troubles.into_iter().take(room));
        Ok(Size::default())
    }

    /// Carries what lies in outboxes to where it is for.
    fn carry(&mut self, offices: &[&'a str]) -> Result<Size, Message> {
        let mut size = Size::default();
        for number in offices {
            for set in folders(&self.places.outbox(number))? {
                let name = set.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let to = name.split(['-', '_']).nth(1).unwrap_or_default();
                let inbox = self.places.inbox(to);
                std::fs::create_dir_all(&inbox).map_err(|error| unwritable(&inbox, &error))?;
                for path in paths(&set)? {
                    let to = inbox.join(path.file_name().unwrap_or_default());
                    std::fs::rename(&path, &to).map_err(|error| unwritable(&to, &error))?;
                    size.files += 1;
                }
                std::fs::remove_dir(&set).map_err(|error| unwritable(&set, &error))?;
                size.sets += 1;
            }
        }
        self.outcome.proof.accepted += size.sets;
        self.outcome.work.entry(Stage::Send).or_default().size += size;
        Ok(Size::default())
    }

    /// Takes in what lies in the inbox, the oldest set first.
    fn import(&self, number: &'a str) -> Result<Size, Message> {
        let mut sets: BTreeMap<[String; 5], Vec<PathBuf>> = BTreeMap::new();
        for path in paths(&self.places.inbox(number))? {
            let name = FileName::parse(&path.to_string_lossy());
            let set = SET.map(|segment| name.part(segment).unwrap_or_default().to_owned());
            sets.entry(set).or_default().push(path);
        }
        let mut size = Size::default();
        if sets.is_empty() {
            return Ok(size);
        }
        let program = self.program(number)?;
        for paths in sets.into_values() {
            let mut files = Vec::new();
            for path in &paths {
                let bytes = std::fs::read(path).map_err(|error| Trouble::Read(path.clone(), error).message())?;
                files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes));
            }
            let set = record::read(&files)?;
            size += Size { sets: 1, files: files.len() as u64, rows: set.rows };
            program.import(&set)?;
            for path in &paths {
                std::fs::remove_file(path).map_err(|error| unwritable(path, &error))?;
            }
        }
        Ok(size)
    }

    /// Everybody looks once more, then the states are compared.
    fn end(mut self) -> Result<Outcome, Message> {
        let all: Vec<&str> = self.offices.keys().copied().collect();
        self.exchange(&[], &all)?;
        self.timed(Stage::Compare, |year| year.compare(&all))?;
        self.outcome.mistaken = self.flaw.made();
        if let Some(town) = self.town {
            self.outcome.proof = town.proof()?;
            self.outcome.licences = town.applied_again();
            town.close();
        }
        Ok(self.outcome)
    }

    fn compare(&mut self, all: &[&'a str]) -> Result<Size, Message> {
        let kept = |number: &str| Store::open(&self.places.documents(number));
        let held = each(self.threads, all, |number| kept(number)?.held_from())?;
        let verdicts = each(self.threads, all, |from| {
            let (entered, sender) = (Store::open(&self.places.entered(from))?, kept(from)?);
            let mut receivers: BTreeSet<String> = sender.shared_to()?.into_iter().collect();
            receivers.extend(entered.held_from()?);
            let holds = |(_, senders): &(&&str, &Vec<String>)| senders.iter().any(|sender| sender == from);
            receivers.extend(all.iter().zip(&held).filter(holds).map(|(number, _)| (*number).to_owned()));
            let mut verdict = Verdict::default();
            for to in &receivers {
                let (entered, sender, receiver) = (&entered, &sender, &kept(to)?);
                verdict.add(judge(&States { entered, sender, receiver, from, to })?);
            }
            Ok(verdict)
        })?;
        let verdict = &mut self.outcome.verdict;
        verdicts.into_iter().for_each(|one| verdict.add(one));
        Ok(Size { sets: verdict.documents, files: 0, rows: verdict.rows })
    }
}
