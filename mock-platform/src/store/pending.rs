//! Deliveries between their acknowledgement and the index: they lie in the log, and their rows are on the
//! way. Knows who waits for whom, and which keys were used; writes nothing.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::frame::{Head, HeadFile};
use super::index::Meta;
use super::record::{FileRow, Id, moment};
use super::{DeliveryRecord, FileRecord, FileRef, StoreError};
use crate::journal::{Event, Journal};
use crate::model::OfficeNumber;
use crate::pki::fingerprint::hex;

/// An accepted delivery, as it goes into the index.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) head: Arc<Head>,
    /// Its number.
    pub(super) number: i64,
    /// The number of the first of its entries.
    pub(super) entry: i64,
    /// The number of the log, and where in it the bytes of its files begin.
    pub(super) log: u64,
    pub(super) at: u64,
}

impl Row {
    /// The delivery that follows the last one of a store.
    pub(super) fn after(meta: &Meta, head: Arc<Head>, at: u64) -> Row {
        Row { head, number: meta.deliveries + 1, entry: meta.entries + 1, log: meta.log, at }
    }

    /// Makes it the last one.
    pub(super) fn count_in(&self, meta: &mut Meta) {
        meta.deliveries = self.number;
        meta.entries = self.entry + i64::from(self.head.copies) - 1;
        meta.log_end = self.at + self.head.files.iter().map(|file| file.length).sum::<u64>();
    }

    /// Its files, with the places where they begin.
    fn places(&self) -> impl Iterator<Item = (&HeadFile, u64)> {
        let mut next = self.at;
        self.head.files.iter().map(move |file| {
            let at = next;
            next += file.length;
            (file, at)
        })
    }

    /// Its files, as a column holds them.
    pub(super) fn files(&self) -> Vec<FileRow> {
        let file = |(file, at): (&HeadFile, u64)| FileRow {
            name: file.name.clone(),
            file_type: file.file_type,
            csv_version: file.csv_version.clone(),
            at,
            length: file.length,
            sha256: hex(&file.sha256),
        };
        self.places().map(file).collect()
    }

    /// What callers are told of it.
    pub(super) fn record(&self) -> Result<DeliveryRecord, StoreError> {
        let head = &*self.head;
        let file = |(file, at): (&HeadFile, u64)| FileRecord {
            name: file.name.clone(),
            file_type: file.file_type,
            csv_version: file.csv_version.clone(),
            bytes: file.length,
            sha256: file.sha256,
            body: FileRef { log: self.log, at, length: file.length, sha256: file.sha256 },
        };
        Ok(DeliveryRecord {
            id: Id::Delivery.write(self.number),
            sender: head.sender.clone(),
            receiver: head.receiver.clone(),
            key: head.key.clone(),
            message: head.message.clone(),
            timestamp: head.timestamp.clone(),
            accepted_at: moment(head.accepted_at)?,
            copies: head.copies,
            files: self.places().map(file).collect(),
        })
    }
}

/// Accepted deliveries that may not be in the index yet, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Pending {
    rows: VecDeque<Arc<Row>>,
    by_key: HashMap<(OfficeNumber, String), Arc<Row>>,
}

impl Pending {
    pub(super) fn add(&mut self, row: Arc<Row>) {
        self.by_key.insert(key(&row), Arc::clone(&row));
        self.rows.push_back(row);
    }

    pub(super) fn find(&self, head: &Head) -> Option<&Row> {
        self.by_key.get(&(head.sender.clone(), head.key.clone())).map(|row| &**row)
    }

    /// Those after a number.
    pub(super) fn after(&self, number: i64) -> Vec<Arc<Row>> {
        let first = self.rows.partition_point(|row| row.number <= number);
        self.rows.range(first..).cloned().collect()
    }

    /// Forgets those up to a number: they are in the index.
    pub(super) fn forget_up_to(&mut self, number: i64) {
        while let Some(row) = self.rows.pop_front_if(|row| row.number <= number) {
            self.by_key.remove(&key(&row));
        }
    }

    /// Forgets those after a number: they have not been accepted.
    pub(super) fn forget_after(&mut self, number: i64) {
        while let Some(row) = self.rows.pop_back_if(|row| row.number > number) {
            self.by_key.remove(&key(&row));
        }
    }
}

/// Which keys have been used, as far as a hash tells: of a new one the index need not be asked.
#[derive(Debug, Default)]
pub(super) struct Used {
    hasher: RandomState,
    keys: HashSet<u64>,
}

impl Used {
    /// Those of all deliveries in the index.
    pub(super) fn in_index(connection: &Connection) -> Result<Used, StoreError> {
        let mut used = Used::default();
        let mut select = connection.prepare("SELECT sender, key FROM delivery")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (sender, key): (String, String) = (row.get(0)?, row.get(1)?);
            used.keys.insert(used.hash(&sender, &key));
        }
        Ok(used)
    }

    /// Notes the key of a delivery. Returns whether none with it was noted before; otherwise it may be new
    /// all the same.
    pub(super) fn note(&mut self, head: &Head) -> bool {
        let hash = self.hash(head.sender.as_str(), &head.key);
        self.keys.insert(hash)
    }

    fn hash(&self, sender: &str, key: &str) -> u64 {
        self.hasher.hash_one((sender, key))
    }
}

fn key(row: &Row) -> (OfficeNumber, String) {
    (row.head.sender.clone(), row.head.key.clone())
}

/// How far the index is behind.
#[derive(Debug)]
pub(super) struct Progress {
    accepted: AtomicI64,
    indexed: AtomicI64,
    failing: AtomicBool,
    /// Orders that somebody waits for.
    awaited: AtomicUsize,
}

impl Progress {
    /// Everything up to a number is in the index.
    pub(super) fn new(number: i64) -> Progress {
        Progress { accepted: number.into(), indexed: number.into(), failing: false.into(), awaited: 0.into() }
    }

    /// Tells that deliveries up to a number are accepted; before anybody else is told.
    pub(super) fn accepted(&self, number: i64) {
        self.accepted.store(number, Ordering::SeqCst);
    }

    /// Tells that deliveries up to a number are in the index.
    pub(super) fn indexed(&self, number: i64) {
        self.indexed.store(number, Ordering::SeqCst);
    }

    /// Up to which number deliveries are in the index.
    pub(super) fn in_index(&self) -> i64 {
        self.indexed.load(Ordering::SeqCst)
    }

    /// Whether everything accepted is in the index.
    pub(super) fn is_settled(&self) -> bool {
        // In this order: what was accepted before this was asked is not passed over.
        let accepted = self.accepted.load(Ordering::SeqCst);
        self.indexed.load(Ordering::SeqCst) >= accepted
    }

    /// Tells whether the index cannot be written, or could not without the room kept for that.
    pub(super) fn fails(&self, failing: bool) {
        self.failing.store(failing, Ordering::SeqCst);
    }

    pub(super) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::SeqCst)
    }

    /// Tells that somebody waits for an order; before it is given.
    pub(super) fn awaits(&self) {
        self.awaited.fetch_add(1, Ordering::SeqCst);
    }

    /// Tells that so many of those orders have been followed.
    pub(super) fn followed(&self, orders: usize) {
        self.awaited.fetch_sub(orders, Ordering::SeqCst);
    }

    pub(super) fn is_awaited(&self) -> bool {
        self.awaited.load(Ordering::SeqCst) > 0
    }
}

/// The lines of the store in the journal, in the order in which things happened.
#[derive(Debug)]
pub(super) struct Told {
    journal: Journal,
    /// Lines of what has happened that could not be written.
    kept: Mutex<Vec<Event>>,
}

impl Told {
    pub(super) fn new(journal: Journal) -> Told {
        Told { journal, kept: Mutex::default() }
    }

    /// Writes lines of what has happened. Those that cannot be written now are written before any other.
    pub(super) fn tell(&self, events: Vec<Event>) {
        let _ = self.write(events);
    }

    /// Writes what could not be written before.
    pub(super) fn write_kept(&self) -> Result<(), StoreError> {
        self.write(Vec::new())
    }

    fn write(&self, events: Vec<Event>) -> Result<(), StoreError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(events);
        if !kept.is_empty() {
            self.journal.write_or_keep(&kept)?;
            kept.clear();
        }
        Ok(())
    }
}
