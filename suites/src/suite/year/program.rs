//! A care program: what is entered into it, what it writes for whom, what it takes in. Knows its own
//! documents only, and of others what their files said; knows no platform and no generator.
//!
//! What care managers and providers do differently is in [`manager`] and [`provider`].

mod manager;
mod provider;

use std::collections::BTreeMap;
use std::path::Path;

use renkei_validator::spec::keys::{uphosoku, upplan};
use renkei_validator::spec::{Key, Kind, Version};
use renkei_validator::text::Message;
use time::{Date, Duration, PrimitiveDateTime};

use super::flaw::{Flaw, Mistake};
use super::record::{Body, End, Envelope, Matter, RecordKey, Set, deletions, documents, scope};
use super::store::{Due, Store};
use crate::suite::compare::Named;

/// Rows of one set, after which another begins: a megabyte, and some more of memory.
const MOST_ROWS: u64 = 5_000;

/// Pictures of one set, after which another begins: a delivery has at most twenty files.
const MOST_PICTURES: usize = 10;

/// The program of an office.
#[derive(Debug)]
pub(super) struct Program<'a> {
    number: &'a str,
    role: Role,
    store: Store,
    flaw: &'a Flaw,
}

/// Whose program it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// 居宅介護支援事業所 (43) or 地域包括支援センター (46), by its service type.
    CareManager(&'static str),
    /// サービス提供事業所, which takes part with the type of what it did.
    Provider,
}

/// A set that is to be sent.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub(super) to: End,
    pub(super) timestamp: String,
    pub(super) files: Vec<Named>,
    pub(super) rows: u64,
}

/// Documents that somebody had before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Sent again, as they had become others.
    pub corrected: u64,
    /// Deleted.
    pub deleted: u64,
}

/// Documents that go into one set, as far as it holds them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    to: End,
    /// What is deleted goes before what is sent.
    wanted: bool,
    matter: Matter,
    version: Version,
    /// 対象年月 of the file; empty for what has none.
    month: String,
    /// The service type that the office takes part with.
    own: String,
}

impl<'a> Program<'a> {
    /// Opens the program of an office, whose documents lie in a file.
    pub(super) fn open(path: &Path, number: &'a str, role: Role, flaw: &'a Flaw) -> Result<Program<'a>, Message> {
        Ok(Program { number, role, store: Store::open(path)?, flaw })
    }

    /// A person enters what has been agreed, and for whom it is.
    pub(super) fn enter(&self, mut set: Set) -> Result<(), Message> {
        for (key, body) in set.records.iter_mut().filter(|(key, _)| key.matter == Matter::UseTable) {
            let rows = body.rows(Kind::Upplan).len();
            if rows > 1 && self.flaw.strikes_on(Mistake::LosesAnEnteredRow, &key.word()) {
                lose_row(body, Kind::Upplan);
            }
        }
        self.store.together(|| match self.role {
            Role::CareManager(_) => manager::enter(self, &set),
            Role::Provider => provider::enter(self, &set),
        })
    }

    /// A care manager passes the results of a month on to the centres whose plans are outsourced.
    pub(super) fn pass_on(&self, month: &str, today: Date) -> Result<(), Message> {
        match self.role {
            Role::CareManager(own) => self.store.together(|| manager::pass_on(self, own, month, today)),
            Role::Provider => Ok(()),
        }
    }

    /// Writes what somebody does not have as it is, and takes it for sent.
    pub(super) fn export(
        &self,
        now: PrimitiveDateTime,
        take: &mut dyn FnMut(Outgoing) -> Result<(), Message>,
    ) -> Result<Changes, Message> {
        self.store.together(|| {
            let (mut at, mut changes) = (now, Changes::default());
            for (group, due) in self.groups()? {
                let from = End { number: self.number.to_owned(), service_type: group.own.clone() };
                let mut desk = Desk { group: &group, from, at: &mut at, take: &mut *take };
                match group.wanted {
                    true => self.documents(&due, &mut desk)?,
                    false => self.deletions(&due, &mut desk)?,
                }
                changes.corrected += due.iter().filter(|due| due.wanted && due.again).count() as u64;
                changes.deleted += due.iter().filter(|due| !due.wanted).count() as u64;
                due.iter().try_for_each(|due| self.store.settled(due))?;
            }
            Ok(changes)
        })
    }

    fn groups(&self) -> Result<BTreeMap<Group, Vec<Due>>, Message> {
        let mut groups: BTreeMap<Group, Vec<Due>> = BTreeMap::new();
        for due in self.store.due()? {
            let matter = due.key.matter;
            let month = match matter {
                Matter::UseTable | Matter::Result => due.key.when.clone(),
                Matter::CarePlan | Matter::BasicInfo | Matter::PreventionPlan => String::new(),
            };
            let own = match self.role {
                Role::CareManager(own) => own.to_owned(),
                Role::Provider => due.key.service_type.clone(),
            };
            let (to, wanted, version) = (due.to.clone(), due.wanted, due.version);
            groups.entry(Group { to, wanted, matter, version, month, own }).or_default().push(due);
        }
        Ok(groups)
    }

    fn documents(&self, due: &[Due], desk: &mut Desk<'_, '_>) -> Result<(), Message> {
        let mut keys: BTreeMap<RecordKey, bool> = due.iter().map(|due| (due.key.clone(), due.again)).collect();
        if desk.group.matter == Matter::Result && keys.values().any(|again| *again) {
            for key in self.all_of_the_file(desk.group)? {
                keys.entry(key).or_insert(false);
            }
        }
        let matter = desk.group.matter;
        let mistake = match matter {
            Matter::UseTable => Some(Mistake::DropsACorrection),
            Matter::Result => Some(Mistake::DropsACorrectedResult),
            Matter::CarePlan | Matter::BasicInfo | Matter::PreventionPlan => None,
        };
        let (mut chunk, mut rows, mut pictures) = (Vec::new(), 0, 0);
        for (key, again) in keys {
            if again && mistake.is_some_and(|mistake| self.flaw.strikes(mistake)) {
                continue;
            }
            let Some(mut body) = self.store.body(&key)? else { continue };
            if body.rows(Kind::Upplan).len() > 1 && self.flaw.strikes(Mistake::DropsARow) {
                lose_row(&mut body, Kind::Upplan);
            }
            rows += body.size().0;
            pictures += usize::from(!body.image.is_empty());
            chunk.push((key, body));
            if rows >= MOST_ROWS || pictures >= MOST_PICTURES {
                desk.send(rows, |envelope| documents(envelope, matter, &chunk))?;
                (rows, pictures) = (0, 0);
                chunk.clear();
            }
        }
        if chunk.is_empty() {
            return Ok(());
        }
        desk.send(rows, |envelope| documents(envelope, matter, &chunk))
    }

    /// A correction sends all results of its file again, those of other users, too.
    fn all_of_the_file(&self, group: &Group) -> Result<Vec<RecordKey>, Message> {
        let beginning = match self.role {
            Role::CareManager(_) => RecordKey::all_of(Matter::Result, &group.month),
            Role::Provider => RecordKey::results_of(&group.month, &group.own),
        };
        self.store.shared(&beginning, &group.to)
    }

    fn deletions(&self, due: &[Due], desk: &mut Desk<'_, '_>) -> Result<(), Message> {
        let matter = desk.group.matter;
        let dropped = || matter == Matter::UseTable && self.flaw.strikes(Mistake::DropsADeletion);
        let keys: Vec<RecordKey> = due.iter().filter(|_| !dropped()).map(|due| due.key.clone()).collect();
        if keys.is_empty() {
            return Ok(());
        }
        desk.send(keys.len() as u64, |envelope| deletions(envelope, matter, &keys))
    }

    /// Takes in a set that was received.
    pub(super) fn import(&self, set: &Set) -> Result<(), Message> {
        let scope = scope(&set.from, &set.to);
        self.store.together(|| {
            for key in &set.deletions {
                let kept = match key.matter {
                    Matter::CarePlan => self.flaw.strikes(Mistake::KeepsADeletedPlan),
                    Matter::Result => self.flaw.strikes(Mistake::KeepsADeletedResult),
                    Matter::UseTable | Matter::BasicInfo | Matter::PreventionPlan => false,
                };
                if !kept {
                    self.store.receive(&set.from.number, &scope, &set.timestamp, key, None)?;
                }
            }
            for (key, body) in &set.records {
                let spoilt = self.spoilt(key, body);
                let body = spoilt.as_ref().unwrap_or(body);
                self.store.receive(&set.from.number, &scope, &set.timestamp, key, Some(body))?;
            }
            Ok(())
        })
    }

    fn spoilt(&self, key: &RecordKey, body: &Body) -> Option<Body> {
        let spoil = |kind, item, change: fn(&mut String)| {
            let mut body = body.clone();
            let column = body.table(kind)?.column(item)?;
            let part = body.parts.iter_mut().find(|part| part.kind == kind)?;
            part.rows.first_mut().map(|row| change(&mut row[column]))?;
            Some(body)
        };
        match key.matter {
            Matter::Result if self.flaw.strikes(Mistake::ChangesACode) => {
                spoil(Kind::Upjsk, upplan::SERVICE_CODE, |code| code.replace_range(2.., "9999"))
            }
            Matter::UseTable if self.flaw.strikes(Mistake::CutsAName) => {
                spoil(Kind::Uphosoku, uphosoku::USER_NAME, |name| {
                    name.pop();
                })
            }
            Matter::CarePlan | Matter::UseTable | Matter::BasicInfo | Matter::PreventionPlan | Matter::Result => None,
        }
    }
}

/// Where sets of one group are put into envelopes, each with a second of its own.
struct Desk<'g, 't> {
    group: &'g Group,
    from: End,
    at: &'g mut PrimitiveDateTime,
    take: &'g mut (dyn FnMut(Outgoing) -> Result<(), Message> + 't),
}

impl Desk<'_, '_> {
    fn send(
        &mut self,
        rows: u64,
        write: impl FnOnce(&Envelope<'_>) -> Result<Vec<Named>, Message>,
    ) -> Result<(), Message> {
        let timestamp = timestamp(*self.at);
        *self.at += Duration::SECOND;
        let (to, version) = (&self.group.to, self.group.version);
        let files = write(&Envelope { version, from: &self.from, to, timestamp: &timestamp })?;
        (self.take)(Outgoing { to: to.clone(), timestamp, files, rows })
    }
}

fn lose_row(body: &mut Body, kind: Kind) {
    if let Some(part) = body.parts.iter_mut().find(|part| part.kind == kind) {
        part.rows.pop();
    }
}

/// The cell of an item in a row of a part.
fn cell<'r>(body: &Body, kind: Kind, row: &'r [String], key: Key) -> &'r str {
    let column = body.table(kind).and_then(|table| table.column(key));
    column.and_then(|column| row.get(column)).map_or("", String::as_str)
}

/// ファイル出力日時
fn timestamp(at: PrimitiveDateTime) -> String {
    let (date, (hour, minute, second)) = (at.date(), at.time().as_hms());
    format!("{}{hour:02}{minute:02}{second:02}", day(date))
}

/// A day as items have it.
fn day(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day())
}
