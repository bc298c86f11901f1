//! The index: tables in SQLite, and how they are opened. Knows columns and settings of SQLite; knows
//! no order of events.
//!
//! A delivery is accepted before the index tells of it ([`super::appender`]); nobody sees it before.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, named_params};

use super::record::{FileRow, Id, moment};
use super::{DeliveryRecord, StoreError};
use crate::files::Nature;
use crate::model::OfficeNumber;

/// The name of the file in the directory of the store.
pub(super) const NAME: &str = "platform.sqlite";

/// Marks the file as an index of this program.
const APPLICATION: i32 = 0x726E_6B69;

/// The version of the tables.
const VERSION: i32 = 1;

/// Set once, when the file is made.
const PAGE_SIZE: i32 = 4096;

/// Pages in the write-ahead log from which on it is brought home into the file: 32 MiB. Rarer means
/// fewer writes of the same page, for a larger file.
const CHECKPOINT: i32 = 8192;

/// Memory for pages, in KiB, as SQLite wants it: negative. A commit in which pages were moved, as most of
/// those that write rows, looks through all that are kept.
const CACHE: i32 = -8192;

/// The index by `sender` ends in the number, as every index does, so that it sorts a sender's list. An
/// entry lies where it stands in its receiver's list: were its number the row's own, SQLite would not
/// find a place among entries of the same time, which are all of them where the clock is stopped.
const TABLES: &str = "
    CREATE TABLE meta (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        store TEXT NOT NULL,
        log INTEGER NOT NULL,
        log_end INTEGER NOT NULL,
        deliveries INTEGER NOT NULL,
        entries INTEGER NOT NULL,
        restored INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE delivery (
        number INTEGER PRIMARY KEY,
        sender TEXT NOT NULL,
        key TEXT NOT NULL,
        digest BLOB NOT NULL,
        receiver TEXT NOT NULL,
        message TEXT NOT NULL,
        timestamp TEXT,
        accepted_at INTEGER NOT NULL,
        copies INTEGER NOT NULL,
        files TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX delivery_key ON delivery (sender, key);
    CREATE INDEX delivery_sent ON delivery (sender);
    CREATE TABLE entry (
        receiver TEXT NOT NULL,
        visible_at INTEGER NOT NULL,
        number INTEGER NOT NULL,
        delivery INTEGER NOT NULL,
        files INTEGER NOT NULL,
        fetched INTEGER NOT NULL,
        PRIMARY KEY (receiver, visible_at, number)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX entry_number ON entry (number);
    CREATE INDEX entry_not_fetched ON entry (receiver, visible_at) WHERE fetched = 0;
    CREATE TABLE fetched (
        entry INTEGER NOT NULL,
        position INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (entry, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE document (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        json TEXT NOT NULL,
        PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;
";

/// Tables that a restore replaces.
pub(super) const CONTENTS: [&str; 4] = ["delivery", "entry", "fetched", "document"];

/// The one row of `meta`. Numbers only grow, over resets and restores, so none is given twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meta {
    /// Which store this is, for the journal.
    pub(super) store: String,
    /// The number of the log of bodies.
    pub(super) log: u64,
    /// Bytes of it that deliveries own, or once owned.
    pub(super) log_end: u64,
    /// The number of the last delivery.
    pub(super) deliveries: i64,
    /// The number of the last entry.
    pub(super) entries: i64,
    /// `deliveries` at the last reset or restore: what stands below is not for the journal.
    pub(super) restored: i64,
}

/// Opens the index to write, and makes it where there is none.
pub(super) fn open(directory: &Path) -> Result<(Connection, Meta), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(directory.join(NAME), flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    let prepared = prepare(&connection).and_then(|()| known(&connection, directory));
    prepared.map_err(|error| not_ours(error, directory))?;
    let meta = meta(&connection)?;
    Ok((connection, meta))
}

/// Whether a file in the place of the index is something else. A new one may not say yet whose it is, as that
/// can stand in the file beside it.
pub(super) fn nature(directory: &Path) -> Nature {
    const HEADER: u64 = 100;
    Nature::of_file(&directory.join(NAME), HEADER, |head| {
        let application = head.get(68..72).and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes);
        let known = head.starts_with(b"SQLite format 3\0") && matches!(application, Some(0 | APPLICATION));
        if known { Nature::Open } else { Nature::Foreign }
    })
}

/// Opens the index to read.
pub(super) fn open_read_only(directory: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(directory.join(NAME), flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    known(&connection, directory).map_err(|error| not_ours(error, directory))?;
    Ok(connection)
}

/// Reads the row of `meta`.
pub(super) fn meta(connection: &Connection) -> Result<Meta, StoreError> {
    meta_of(connection, "main")
}

/// Reads the row of `meta` of an attached index.
pub(super) fn meta_of(connection: &Connection, schema: &str) -> Result<Meta, StoreError> {
    let select = format!("SELECT store, log, log_end, deliveries, entries, restored FROM {schema}.meta");
    let row = connection.query_row(&select, [], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
    })?;
    let (store, log, log_end, deliveries, entries, restored) = row;
    let size = |value: i64| u64::try_from(value).map_err(|_| StoreError::Row { what: "a size" });
    Ok(Meta { store, log: size(log)?, log_end: size(log_end)?, deliveries, entries, restored })
}

/// Writes the row of `meta`.
pub(super) fn write_meta(connection: &Connection, meta: &Meta) -> Result<(), StoreError> {
    let size = |value: u64| i64::try_from(value).map_err(|_| StoreError::Range { what: "a size" });
    let mut write = connection.prepare_cached(
        "INSERT OR REPLACE INTO meta (one, store, log, log_end, deliveries, entries, restored)
         VALUES (1, :store, :log, :log_end, :deliveries, :entries, :restored)",
    )?;
    write.execute(named_params! {
        ":store": meta.store,
        ":log": size(meta.log)?,
        ":log_end": size(meta.log_end)?,
        ":deliveries": meta.deliveries,
        ":entries": meta.entries,
        ":restored": meta.restored,
    })?;
    Ok(())
}

/// Columns of a delivery, in the order in which [`delivery`] reads them.
pub(super) const DELIVERY: &str =
    "number, sender, receiver, key, message, timestamp, accepted_at, copies, files, (SELECT log FROM meta)";

/// Reads a delivery.
pub(super) fn delivery(row: &Row<'_>) -> Result<DeliveryRecord, StoreError> {
    let log = row.get::<_, i64>(9)?;
    Ok(DeliveryRecord {
        id: Id::Delivery.write(row.get(0)?),
        sender: office(&row.get::<_, String>(1)?)?,
        receiver: office(&row.get::<_, String>(2)?)?,
        key: row.get(3)?,
        message: row.get(4)?,
        timestamp: row.get(5)?,
        accepted_at: moment(row.get(6)?)?,
        copies: u32::try_from(row.get::<_, i64>(7)?).map_err(|_| StoreError::Row { what: "a count" })?,
        files: files(&row.get::<_, String>(8)?, log)?,
    })
}

/// Reads the column `files` of a delivery.
pub(super) fn files(json: &str, log: i64) -> Result<Vec<super::FileRecord>, StoreError> {
    let rows: Vec<FileRow> = serde_json::from_str(json).map_err(|_| StoreError::Row { what: "a list of files" })?;
    let log = u64::try_from(log).map_err(|_| StoreError::Row { what: "a size" })?;
    rows.into_iter().map(|row| row.record(log)).collect()
}

/// Reads the number of an office.
pub(super) fn office(text: &str) -> Result<OfficeNumber, StoreError> {
    OfficeNumber::parse(text).ok_or(StoreError::Row { what: "an office number" })
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let new = application == 0 && tables == 0;
    if new {
        connection.pragma_update(None, "page_size", PAGE_SIZE)?;
    } else if application != APPLICATION {
        // Left as it is: `known` refuses it.
        return Ok(());
    }
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(64);
    if new {
        let mut id = [0; 8];
        getrandom::fill(&mut id).map_err(|error| StoreError::Io {
            doing: "name",
            path: connection.path().unwrap_or_default().into(),
            source: error.into(),
        })?;
        let id = u64::from_be_bytes(id);
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE;
             {TABLES}
             INSERT INTO meta VALUES (1, '{id:016x}', 1, 0, 0, 0, 0);
             PRAGMA application_id = {APPLICATION};
             PRAGMA user_version = {VERSION};
             COMMIT;"
        ))?;
    }
    Ok(())
}

/// Refuses a file that is no index of this version.
fn known(connection: &Connection, directory: &Path) -> Result<(), StoreError> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if (application, version) == (APPLICATION, VERSION) {
        Ok(())
    } else {
        Err(StoreError::Foreign { directory: directory.to_owned() })
    }
}

fn not_ours(error: StoreError, directory: &Path) -> StoreError {
    match error {
        StoreError::Index(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            StoreError::Foreign { directory: directory.to_owned() }
        }
        other => other,
    }
}

/// The delivery of a sender and a key, with the digest of its request.
pub(super) fn by_key(
    connection: &Connection,
    sender: &OfficeNumber,
    key: &str,
) -> Result<Option<([u8; 32], DeliveryRecord)>, StoreError> {
    let mut select = connection
        .prepare_cached(&format!("SELECT {DELIVERY}, digest FROM delivery WHERE sender = :sender AND key = :key"))?;
    let found = select.query_row(named_params! { ":sender": sender.as_str(), ":key": key }, |row| {
        let digest: [u8; 32] = row.get(10)?;
        Ok(delivery(row).map(|delivery| (digest, delivery)))
    });
    found.optional()?.transpose()
}
