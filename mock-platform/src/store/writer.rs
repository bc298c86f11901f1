//! The one thread that changes the index. Knows rows and transactions; knows no caller.
//!
//! The deliveries that it is handed are accepted: they are in the log, on the disk ([`super::appender`]).
//! It writes the rows of all that wait in one transaction. The commit is synced only where something else
//! than deliveries is in it, as the log tells of those: what a kill or a loss of power keeps from the index
//! is read from there at the next opening. Where the index cannot be written the rows wait, nothing more is
//! accepted, and who reads is told so.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, named_params};
use tokio::sync::oneshot;

use super::appender::Order;
use super::index::{self, CONTENTS, Meta};
use super::log::Log;
use super::pending::{Progress, Row, Told};
use super::record::Id;
use super::room::Room;
use super::{Change, FetchOutcome, StoreError};
use crate::files::Lock;
use crate::journal::Event;
use crate::model::OfficeNumber;

/// Rows written together: no more are added once there are so many.
const MOST: usize = 2048;

/// How long rows wait for others: nobody waits for them, and the more of them are written together, the
/// fewer pages are.
const LINGER: Duration = Duration::from_millis(100);

/// Rows after which others have their turn: nobody waits for these, and a caller that is kept from its
/// processor for as long as many rows take is late by milliseconds.
const TURN: usize = 4;

pub(super) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What everything is replaced with.
pub(super) enum Replacement {
    /// With nothing.
    Nothing,
    /// With the contents of an index, whose `meta` was read before its bodies were copied.
    Snapshot { index: PathBuf, meta: Meta },
}

/// Work that is done together with other work, behind all rows that were handed on before.
pub(super) enum Work {
    Fetched {
        office: OfficeNumber,
        entry: i64,
        position: u32,
        at: i64,
        answer: Answer<FetchOutcome>,
    },
    Documents {
        changes: Vec<Change>,
        answer: Answer<()>,
    },
    /// Nothing: who asks wants to read.
    Settle {
        answer: Answer<()>,
    },
}

/// What became of a piece of work.
enum Done {
    Fetched(FetchOutcome),
    Documents,
    Settled,
}

pub(super) struct Writer {
    pub(super) connection: Connection,
    /// As committed.
    pub(super) meta: Meta,
    /// The log that readers see, too.
    pub(super) log: Arc<Mutex<Arc<Log>>>,
    pub(super) directory: PathBuf,
    pub(super) told: Arc<Told>,
    pub(super) progress: Arc<Progress>,
    /// Accepted deliveries that are to be written.
    pub(super) behind: Vec<Arc<Row>>,
    pub(super) room: Room,
    /// Whether commits are synced.
    pub(super) synced: bool,
    pub(super) orders: Receiver<Order>,
    pub(super) lock: Lock,
}

impl Writer {
    /// Works until it is told to close or nobody can tell it anything any more.
    pub(super) fn run(mut self) {
        let mut closing = None;
        while let Ok(order) = self.orders.recv() {
            let (work, last, awaited) = self.gather(order);
            self.work(work);
            match last {
                None | Some(Order::Rows(_) | Order::Work(_)) => {}
                Some(Order::Ready(answer)) => {
                    let ready = self.ready();
                    let _ = answer.send(ready);
                }
                Some(Order::Replace { log, with, answer, then }) => {
                    let replaced = self.replace(log, &with);
                    // The one who waits for it may have gone, and so may the caller.
                    let _ = then.send(replaced.is_ok().then(|| self.meta.clone()));
                    let _ = answer.send(replaced);
                }
                Some(Order::Close(answer)) => {
                    closing = Some(answer);
                    break;
                }
            }
            self.progress.followed(awaited);
        }
        // Lines that cannot be written now are written at the next opening.
        let _ = self.told.write_kept();
        let Writer { connection, lock, orders, .. } = self;
        drop(connection);
        drop(lock);
        drop(orders);
        if let Some(answer) = closing {
            let _ = answer.send(());
        }
    }

    /// Takes what waits, and where that is only some rows, what comes soon. Returns work, an order that is to
    /// be followed when that is done, and how many orders those are.
    fn gather(&mut self, first: Order) -> (Vec<Work>, Option<Order>, usize) {
        let (mut work, mut orders) = (Vec::new(), 0);
        let mut next = Some(first);
        let mut lingered = false;
        loop {
            match next {
                Some(Order::Rows(rows)) => self.behind.extend(rows),
                Some(Order::Work(more)) => {
                    orders += 1;
                    work.extend(more);
                }
                Some(Order::Ready(_) | Order::Replace { .. } | Order::Close(_)) => return (work, next, orders + 1),
                // Whoever gives another order than to write rows ends the pause.
                None if work.is_empty() && !lingered => {
                    thread::park_timeout(LINGER);
                    lingered = true;
                }
                None => return (work, None, orders),
            }
            if self.behind.len() >= MOST {
                return (work, None, orders);
            }
            next = self.orders.try_recv().ok();
        }
    }

    /// Writes rows and does work together; one by one where that fails, as one piece may have spoilt the
    /// others.
    fn work(&mut self, work: Vec<Work>) {
        if let Ok(done) = self.write(&work) {
            work.into_iter().zip(done).for_each(|(work, done)| work.answer(done));
            return;
        }
        if work.is_empty() {
            // Who accepts or reads next is told.
            let _ = self.index();
        }
        for work in work {
            match self.index().and_then(|()| self.write(std::slice::from_ref(&work))) {
                Ok(done) => [work].into_iter().zip(done).for_each(|(work, done)| work.answer(done)),
                Err(error) => work.fail(error),
            }
        }
    }

    /// Writes the rows that wait, in the room that is kept for them where there is no other.
    fn index(&mut self) -> Result<(), StoreError> {
        if self.behind.is_empty() || self.write(&[]).is_ok() {
            return Ok(());
        }
        self.progress.fails(true);
        self.room.give_up();
        self.write(&[]).map(drop)
    }

    /// Whether more can be accepted.
    fn ready(&mut self) -> Result<(), StoreError> {
        self.index()?;
        self.room.keep()?;
        self.progress.fails(false);
        Ok(())
    }

    /// Writes the rows that wait and does some work: all of it, or nothing.
    fn write(&mut self, work: &[Work]) -> Result<Vec<Done>, StoreError> {
        let changing = work.iter().any(|work| !matches!(work, Work::Settle { .. }));
        if !changing && self.behind.is_empty() {
            return Ok(work.iter().map(|_| Done::Settled).collect());
        }
        if changing {
            self.told.write_kept()?;
        }
        self.sync(changing)?;
        let mut meta = self.meta.clone();
        let mut events = Vec::new();
        let written = self.prepare(work, &mut meta, &mut events).and_then(|done| {
            self.connection.execute_batch("COMMIT")?;
            Ok(done)
        });
        if written.is_err() {
            self.roll_back();
        }
        let done = written?;
        self.behind.clear();
        self.progress.indexed(meta.deliveries);
        self.meta = meta;
        self.told.tell(events);
        Ok(done)
    }

    /// Does everything of it but the commit.
    fn prepare(&self, work: &[Work], meta: &mut Meta, events: &mut Vec<Event>) -> Result<Vec<Done>, StoreError> {
        let connection = &self.connection;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for (at, row) in self.behind.iter().enumerate() {
            if at % TURN == 0 && !self.progress.is_awaited() {
                thread::yield_now();
            }
            insert(connection, row)?;
            row.count_in(meta);
        }
        let done = work
            .iter()
            .map(|work| match work {
                Work::Fetched { office, entry, position, at, .. } => {
                    mark_fetched(connection, events, office, *entry, *position, *at).map(Done::Fetched)
                }
                Work::Documents { changes, .. } => change_documents(connection, changes).map(|()| Done::Documents),
                Work::Settle { .. } => Ok(Done::Settled),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if *meta != self.meta {
            index::write_meta(connection, meta)?;
        }
        Ok(done)
    }

    /// Has commits synced or not from now on. What is synced includes all that came before.
    fn sync(&mut self, synced: bool) -> Result<(), StoreError> {
        if self.synced != synced {
            self.connection.pragma_update(None, "synchronous", if synced { "FULL" } else { "NORMAL" })?;
            self.synced = synced;
        }
        Ok(())
    }

    /// Replaces everything, in one transaction.
    fn replace(&mut self, log: Arc<Log>, with: &Replacement) -> Result<(), StoreError> {
        self.told.write_kept()?;
        // Were it left for later, it would come back after the replacement.
        self.index()?;
        self.sync(true)?;
        if let Replacement::Snapshot { index, .. } = with {
            let path = index.to_str().ok_or_else(|| {
                super::log::failed("read", index, std::io::Error::from(std::io::ErrorKind::InvalidFilename))
            })?;
            self.connection.execute("ATTACH DATABASE ?1 AS snapshot", [path])?;
        }
        let replaced = replace_contents(&self.connection, &self.meta, &log, with);
        if replaced.is_err() {
            self.roll_back();
        }
        if let Replacement::Snapshot { .. } = with {
            // What is done is done. Were it still attached, the next restore would say so.
            let _ = self.connection.execute_batch("DETACH DATABASE snapshot");
        }
        self.meta = replaced?;
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = log;
        self.progress.indexed(self.meta.deliveries);
        self.progress.accepted(self.meta.deliveries);
        // What cannot be removed now is removed at the next opening.
        let _ = super::log::remove_others(&self.directory, self.meta.log);
        self.told.tell(vec![match with {
            Replacement::Nothing => Event::Reset,
            Replacement::Snapshot { .. } => Event::Restored,
        }]);
        Ok(())
    }

    fn roll_back(&self) {
        // SQLite may have done so itself. Where it fails, the next transaction says so.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

impl Work {
    /// Tells the caller, who may have gone.
    fn answer(self, done: Done) {
        match (self, done) {
            (Work::Fetched { answer, .. }, Done::Fetched(outcome)) => drop(answer.send(Ok(outcome))),
            (Work::Documents { answer, .. }, Done::Documents) => drop(answer.send(Ok(()))),
            (Work::Settle { answer }, Done::Settled) => drop(answer.send(Ok(()))),
            (Work::Fetched { .. } | Work::Documents { .. } | Work::Settle { .. }, _) => {
                unreachable!("work is done in its order")
            }
        }
    }

    /// Tells the caller, who may have gone.
    fn fail(self, error: StoreError) {
        match self {
            Work::Fetched { answer, .. } => drop(answer.send(Err(error))),
            Work::Documents { answer, .. } | Work::Settle { answer } => drop(answer.send(Err(error))),
        }
    }
}

/// Writes the rows of a delivery.
pub(super) fn insert(connection: &Connection, row: &Row) -> Result<(), StoreError> {
    let head = &*row.head;
    let files = row.files();
    let json = serde_json::to_string(&files).map_err(|_| StoreError::Row { what: "a list of files" })?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO delivery
             (number, sender, key, digest, receiver, message, timestamp, accepted_at, copies, files)
         VALUES
             (:number, :sender, :key, :digest, :receiver, :message, :timestamp, :accepted_at, :copies, :files)",
    )?;
    insert.execute(named_params! {
        ":number": row.number,
        ":sender": head.sender.as_str(),
        ":key": head.key,
        ":digest": head.digest,
        ":receiver": head.receiver.as_str(),
        ":message": head.message,
        ":timestamp": head.timestamp,
        ":accepted_at": head.accepted_at,
        ":copies": head.copies,
        ":files": json,
    })?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO entry (number, delivery, receiver, visible_at, files, fetched)
         VALUES (:number, :delivery, :receiver, :visible_at, :files, :fetched)",
    )?;
    let count = i64::try_from(files.len()).map_err(|_| StoreError::Range { what: "the number of files" })?;
    for copy in 0..i64::from(head.copies) {
        insert.execute(named_params! {
            ":number": row.entry + copy,
            ":delivery": row.number,
            ":receiver": head.receiver.as_str(),
            ":visible_at": head.visible_at,
            ":files": count,
            // Of no files, all have been fetched.
            ":fetched": i64::from(files.is_empty()),
        })?;
    }
    Ok(())
}

fn mark_fetched(
    connection: &Connection,
    events: &mut Vec<Event>,
    office: &OfficeNumber,
    entry: i64,
    position: u32,
    at: i64,
) -> Result<FetchOutcome, StoreError> {
    let mut select =
        connection.prepare_cached("SELECT delivery, files FROM entry WHERE number = :entry AND receiver = :office")?;
    let found = select.query_row(named_params! { ":entry": entry, ":office": office.as_str() }, |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    });
    let Some((delivery, files)) = found.optional()?.filter(|(_, files)| i64::from(position) < *files) else {
        return Ok(FetchOutcome::Unknown);
    };
    let mut insert = connection
        .prepare_cached("INSERT OR IGNORE INTO fetched (entry, position, at) VALUES (:entry, :position, :at)")?;
    insert.execute(named_params! { ":entry": entry, ":position": position, ":at": at })?;
    let mut count = connection.prepare_cached("SELECT count(*) FROM fetched WHERE entry = :entry")?;
    let outcome = match count.query_row(named_params! { ":entry": entry }, |row| row.get::<_, i64>(0))? == files {
        true => FetchOutcome::Complete,
        false => FetchOutcome::Partly,
    };
    if outcome == FetchOutcome::Complete {
        let mut update =
            connection.prepare_cached("UPDATE entry SET fetched = 1 WHERE number = :entry AND fetched = 0")?;
        update.execute(named_params! { ":entry": entry })?;
    }
    events.push(Event::Fetched {
        entry: Id::Entry.write(entry),
        delivery: Id::Delivery.write(delivery),
        receiver: office.clone(),
        position,
        complete: outcome == FetchOutcome::Complete,
    });
    Ok(outcome)
}

fn change_documents(connection: &Connection, changes: &[Change]) -> Result<(), StoreError> {
    for change in changes {
        match change {
            Change::Put { kind, id, json } => {
                let mut put = connection
                    .prepare_cached("INSERT OR REPLACE INTO document (kind, id, json) VALUES (:kind, :id, :json)")?;
                put.execute(named_params! { ":kind": kind, ":id": id, ":json": json })?;
            }
            Change::Delete { kind, id } => {
                let mut delete = connection.prepare_cached("DELETE FROM document WHERE kind = :kind AND id = :id")?;
                delete.execute(named_params! { ":kind": kind, ":id": id })?;
            }
            Change::DeleteAll { kind } => {
                let mut delete = connection.prepare_cached("DELETE FROM document WHERE kind = :kind")?;
                delete.execute(named_params! { ":kind": kind })?;
            }
        }
    }
    Ok(())
}

fn replace_contents(connection: &Connection, before: &Meta, log: &Log, with: &Replacement) -> Result<Meta, StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for table in CONTENTS {
        connection.execute_batch(&format!("DELETE FROM main.{table}"))?;
    }
    let mut after = Meta { log: log.number, log_end: 0, ..before.clone() };
    match with {
        Replacement::Nothing => {}
        Replacement::Snapshot { index, meta } => {
            if index::meta_of(connection, "snapshot")? != *meta {
                let directory = index.parent().unwrap_or(index).to_owned();
                return Err(StoreError::Changed { directory });
            }
            for table in CONTENTS {
                connection.execute_batch(&format!("INSERT INTO main.{table} SELECT * FROM snapshot.{table}"))?;
            }
            after.log_end = meta.log_end;
            after.deliveries = before.deliveries.max(meta.deliveries);
            after.entries = before.entries.max(meta.entries);
        }
    }
    after.restored = after.deliveries;
    index::write_meta(connection, &after)?;
    connection.execute_batch("COMMIT")?;
    Ok(after)
}
