//! The one thread that changes the index. Knows the order of writes that makes an acknowledgement true;
//! knows no caller.
//!
//! The deliveries that it is handed are in the log, on the disk ([`super::appender`]). It writes all rows
//! in one transaction of the index, then the lines of the journal with one write, then the answers. The
//! commit is synced only where something else than deliveries is in it, as the log tells of those. A
//! kill between any two steps loses only what nobody was told of: a delivery of the log that the index
//! lacks is accepted at the next opening, and a line that the journal lacks is written then.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, named_params};
use tokio::sync::oneshot;

use super::appender::{Order, Placed};
use super::frame::Head;
use super::index::{self, CONTENTS, Meta};
use super::log::Log;
use super::record::{FileRow, Id, moment};
use super::{AcceptOutcome, Change, DeliveryRecord, FetchOutcome, StoreError};
use crate::files::Lock;
use crate::journal::{Event, Journal};
use crate::model::OfficeNumber;
use crate::pki::fingerprint::hex;

pub(super) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What everything is replaced with.
pub(super) enum Replacement {
    /// With nothing.
    Nothing,
    /// With the contents of an index, whose `meta` was read before its bodies were copied.
    Snapshot { index: PathBuf, meta: Meta },
}

/// Work that is written together with other work.
pub(super) enum Work {
    Accept { head: Box<Head>, bodies: Vec<Bytes>, answer: Answer<AcceptOutcome> },
    Fetched { office: OfficeNumber, entry: i64, position: u32, at: i64, answer: Answer<FetchOutcome> },
    Documents { changes: Vec<Change>, answer: Answer<()> },
}

/// What became of a piece of work.
enum Done {
    Accept(AcceptOutcome),
    Fetched(FetchOutcome),
    Documents,
}

pub(super) struct Writer {
    pub(super) connection: Connection,
    /// As committed.
    pub(super) meta: Meta,
    /// The log that readers see, too.
    pub(super) log: Arc<Mutex<Arc<Log>>>,
    pub(super) directory: PathBuf,
    pub(super) journal: Journal,
    /// Events of what is committed that are not in the journal yet.
    pub(super) pending: Vec<Event>,
    /// Whether commits are synced.
    pub(super) synced: bool,
    /// Whether the next commit has to be: one of a delivery that is in the log has failed, and would be
    /// taken for accepted were the log read from before it.
    pub(super) careful: bool,
    pub(super) orders: Receiver<Order>,
    pub(super) lock: Lock,
}

impl Writer {
    /// Works until it is told to close or nobody can tell it anything any more.
    pub(super) fn run(mut self) {
        let mut closing = None;
        while let Ok(order) = self.orders.recv() {
            match order {
                Order::Write(batch) => self.work(batch),
                Order::Replace { log, with, answer, then } => {
                    let replaced = self.replace(log, &with);
                    // The one who waits for it may have gone, and so may the caller.
                    let _ = then.send((self.log(), self.meta.log_end));
                    let _ = answer.send(replaced);
                }
                Order::Close(answer) => {
                    closing = Some(answer);
                    break;
                }
            }
        }
        // Lines that cannot be written now are written at the next opening.
        let _ = self.write_pending();
        let Writer { connection, lock, orders, .. } = self;
        drop(connection);
        drop(lock);
        drop(orders);
        if let Some(answer) = closing {
            let _ = answer.send(());
        }
    }

    /// Writes work together; one by one where that fails, as one piece may have spoilt the others.
    fn work(&mut self, batch: Vec<Placed>) {
        if batch.len() > 1
            && let Ok(done) = self.write(&batch)
        {
            batch.into_iter().zip(done).for_each(|(placed, done)| placed.work.answer(done));
            return;
        }
        for placed in batch {
            match self.write(std::slice::from_ref(&placed)) {
                Ok(done) => [placed].into_iter().zip(done).for_each(|(placed, done)| placed.work.answer(done)),
                Err(error) => placed.work.fail(error),
            }
        }
    }

    /// Writes all of it, or nothing.
    fn write(&mut self, batch: &[Placed]) -> Result<Vec<Done>, StoreError> {
        self.write_pending()?;
        let in_log = batch.iter().all(|placed| matches!(placed.work, Work::Accept { .. }));
        self.sync(!in_log || self.careful)?;
        let mut meta = self.meta.clone();
        let mut events = Vec::new();
        let written = self.prepare(batch, &mut meta, &mut events).and_then(|done| {
            self.connection.execute_batch("COMMIT")?;
            Ok(done)
        });
        if written.is_err() {
            // The bytes stay in the log, where nothing owns them: the next ones may stand behind them.
            self.careful = true;
            self.roll_back();
        }
        let done = written?;
        self.careful &= !self.synced;
        self.meta = meta;
        self.pending.extend(events);
        // It is committed: lines that cannot be written now are written before anything else is.
        let _ = self.write_pending();
        Ok(done)
    }

    /// Does everything of a batch but the commit.
    fn prepare(&self, batch: &[Placed], meta: &mut Meta, events: &mut Vec<Event>) -> Result<Vec<Done>, StoreError> {
        let connection = &self.connection;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let done = batch
            .iter()
            .map(|placed| match &placed.work {
                Work::Accept { head, .. } => accept(connection, placed.at, meta, events, head).map(Done::Accept),
                Work::Fetched { office, entry, position, at, .. } => {
                    mark_fetched(connection, events, office, *entry, *position, *at).map(Done::Fetched)
                }
                Work::Documents { changes, .. } => change_documents(connection, changes).map(|()| Done::Documents),
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
        self.write_pending()?;
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
        // What cannot be removed now is removed at the next opening.
        let _ = super::log::remove_others(&self.directory, self.meta.log);
        self.pending.push(match with {
            Replacement::Nothing => Event::Reset,
            Replacement::Snapshot { .. } => Event::Restored,
        });
        let _ = self.write_pending();
        Ok(())
    }

    /// Writes what is committed into the journal.
    fn write_pending(&mut self) -> Result<(), StoreError> {
        if !self.pending.is_empty() {
            self.journal.write_or_keep(&self.pending)?;
            self.pending.clear();
        }
        Ok(())
    }

    fn log(&self) -> Arc<Log> {
        Arc::clone(&self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn roll_back(&self) {
        // SQLite may have done so itself. Where it fails, the next transaction says so.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

impl Work {
    /// How many bytes of files are in it.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Work::Accept { bodies, .. } => bodies.iter().map(Bytes::len).sum(),
            Work::Fetched { .. } | Work::Documents { .. } => 0,
        }
    }

    /// Tells the caller, who may have gone.
    fn answer(self, done: Done) {
        match (self, done) {
            (Work::Accept { answer, .. }, Done::Accept(outcome)) => drop(answer.send(Ok(outcome))),
            (Work::Fetched { answer, .. }, Done::Fetched(outcome)) => drop(answer.send(Ok(outcome))),
            (Work::Documents { answer, .. }, Done::Documents) => drop(answer.send(Ok(()))),
            (Work::Accept { .. } | Work::Fetched { .. } | Work::Documents { .. }, _) => {
                unreachable!("work is done in its order")
            }
        }
    }

    /// Tells the caller, who may have gone.
    pub(super) fn fail(self, error: StoreError) {
        match self {
            Work::Accept { answer, .. } => drop(answer.send(Err(error))),
            Work::Fetched { answer, .. } => drop(answer.send(Err(error))),
            Work::Documents { answer, .. } => drop(answer.send(Err(error))),
        }
    }
}

/// Writes the rows of a delivery, unless its sender has used its key before.
pub(super) fn accept(
    connection: &Connection,
    mut at: u64,
    meta: &mut Meta,
    events: &mut Vec<Event>,
    new: &Head,
) -> Result<AcceptOutcome, StoreError> {
    if let Some((digest, delivery)) = index::by_key(connection, &new.sender, &new.key)? {
        if digest != new.digest {
            return Ok(AcceptOutcome::KeyReused);
        }
        events.push(Event::Repeated {
            delivery: delivery.id.clone(),
            key: delivery.key.clone(),
            sender: delivery.sender.clone(),
        });
        return Ok(AcceptOutcome::Repeated(delivery));
    }
    let mut rows = Vec::with_capacity(new.files.len());
    for file in &new.files {
        rows.push(FileRow {
            name: file.name.clone(),
            file_type: file.file_type,
            csv_version: file.csv_version.clone(),
            at,
            length: file.length,
            sha256: hex(&file.sha256),
        });
        at += file.length;
    }
    meta.log_end = at;
    meta.deliveries += 1;
    let json = serde_json::to_string(&rows).map_err(|_| StoreError::Row { what: "a list of files" })?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO delivery
             (number, sender, key, digest, receiver, message, timestamp, accepted_at, copies, files)
         VALUES
             (:number, :sender, :key, :digest, :receiver, :message, :timestamp, :accepted_at, :copies, :files)",
    )?;
    insert.execute(named_params! {
        ":number": meta.deliveries,
        ":sender": new.sender.as_str(),
        ":key": new.key,
        ":digest": new.digest,
        ":receiver": new.receiver.as_str(),
        ":message": new.message,
        ":timestamp": new.timestamp,
        ":accepted_at": new.accepted_at,
        ":copies": new.copies,
        ":files": json,
    })?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO entry (number, delivery, receiver, visible_at, files, fetched)
         VALUES (:number, :delivery, :receiver, :visible_at, :files, :fetched)",
    )?;
    let count = i64::try_from(rows.len()).map_err(|_| StoreError::Range { what: "the number of files" })?;
    for _ in 0..new.copies {
        meta.entries += 1;
        insert.execute(named_params! {
            ":number": meta.entries,
            ":delivery": meta.deliveries,
            ":receiver": new.receiver.as_str(),
            ":visible_at": new.visible_at,
            ":files": count,
            // Of no files, all have been fetched.
            ":fetched": i64::from(rows.is_empty()),
        })?;
    }
    let record = DeliveryRecord {
        id: Id::Delivery.write(meta.deliveries),
        sender: new.sender.clone(),
        receiver: new.receiver.clone(),
        key: new.key.clone(),
        message: new.message.clone(),
        timestamp: new.timestamp.clone(),
        accepted_at: moment(new.accepted_at)?,
        copies: new.copies,
        files: rows.into_iter().map(|row| row.record(meta.log)).collect::<Result<_, _>>()?,
    };
    events.push(Event::Accepted(record.delivered()));
    Ok(AcceptOutcome::Accepted(record))
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
