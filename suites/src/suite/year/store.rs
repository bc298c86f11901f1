//! What an office's program keeps: documents of its own with who is to have them, and what it received.
//! Knows tables of SQLite; knows no rule of the exchange.
//!
//! One file for each office, on the disk: memory does not grow with the year.

use std::path::{Path, PathBuf};

use renkei_validator::spec::Version;
use renkei_validator::text::Message;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Rows, params};

use super::record::{Body, End, RecordKey, scope};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS own (
        key TEXT PRIMARY KEY,
        version TEXT NOT NULL,
        body BLOB
    ) STRICT;
    CREATE TABLE IF NOT EXISTS share (
        key TEXT NOT NULL,
        number TEXT NOT NULL,
        type TEXT NOT NULL,
        scope TEXT NOT NULL,
        wanted INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        due INTEGER NOT NULL,
        PRIMARY KEY (key, number, type)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS share_due ON share (due) WHERE due;
    CREATE INDEX IF NOT EXISTS share_to ON share (number, scope, key);
    CREATE TABLE IF NOT EXISTS held (
        number TEXT NOT NULL,
        scope TEXT NOT NULL,
        key TEXT NOT NULL,
        stamp TEXT NOT NULL,
        body BLOB,
        PRIMARY KEY (number, scope, key)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS held_key ON held (key);
";

/// Nothing of it has to outlive a failure of the machine: the exchange is tried again from its seed.
const SETTINGS: &str = "
    PRAGMA journal_mode = MEMORY;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -2000;
";

/// The documents of an office.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    db: Connection,
}

/// A document that somebody does not have as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due {
    pub(super) to: End,
    pub(super) key: RecordKey,
    pub(super) version: Version,
    /// Whether they are to have it; else they have it and are not to.
    pub(super) wanted: bool,
    /// Whether they have had it before.
    pub(super) again: bool,
}

/// A document in the place where it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// The scope and the key of [`RecordKey::word`].
    pub(super) place: (String, String),
    pub(super) body: Vec<u8>,
}

impl Store {
    /// Opens a file, which need not exist.
    pub(super) fn open(path: &Path) -> Result<Store, Message> {
        let store = |db: Connection| Store { path: path.to_owned(), db };
        let db = Connection::open(path).map_err(|error| broken(path, &error))?;
        db.set_prepared_statement_cache_capacity(32);
        let store = store(db);
        store.tell(store.db.execute_batch(SETTINGS))?;
        store.tell(store.db.execute_batch(TABLES))?;
        Ok(store)
    }

    fn tell<T>(&self, result: rusqlite::Result<T>) -> Result<T, Message> {
        result.map_err(|error| broken(&self.path, &error))
    }

    /// Does some work whole or not at all.
    pub(super) fn together<T>(&self, work: impl FnOnce() -> Result<T, Message>) -> Result<T, Message> {
        let whole = self.tell(self.db.unchecked_transaction())?;
        let done = work()?;
        self.tell(whole.commit())?;
        Ok(done)
    }

    fn run(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, Message> {
        let run = || self.db.prepare_cached(sql)?.execute(values);
        self.tell(run())
    }

    /// Keeps a document of one's own. Whoever is to have it is to have it as it now is.
    pub(super) fn put(&self, key: &RecordKey, body: &Body) -> Result<(), Message> {
        let (word, body, version) = (key.word(), body.pack(), body.version.value());
        let sql = "INSERT INTO own VALUES (?1, ?2, ?3) ON CONFLICT (key) \
                   DO UPDATE SET version = ?2, body = ?3 WHERE body IS NOT ?3";
        if self.run(sql, params![word, version, body])? > 0 {
            self.run("UPDATE share SET due = 1 WHERE key = ?1 AND wanted", params![word])?;
        }
        Ok(())
    }

    /// Keeps a document of one's own no longer. Whoever has it is not to.
    pub(super) fn forget(&self, key: &RecordKey) -> Result<(), Message> {
        let word = key.word();
        self.run("UPDATE own SET body = NULL WHERE key = ?1", params![word])?;
        self.run("DELETE FROM share WHERE key = ?1 AND NOT sent", params![word])?;
        self.run("UPDATE share SET wanted = 0, due = 1 WHERE key = ?1", params![word]).map(drop)
    }

    /// Somebody is to have a document.
    pub(super) fn share(&self, key: &RecordKey, from: &End, to: &End, version: Version) -> Result<(), Message> {
        let scope = scope_in(version, from, to);
        let sql = "INSERT INTO share VALUES (?1, ?2, ?3, ?4, 1, 0, 1) ON CONFLICT (key, number, type) \
                   DO UPDATE SET wanted = 1, due = 1, scope = ?4 WHERE NOT wanted";
        self.run(sql, params![key.word(), to.number, to.service_type, scope]).map(drop)
    }

    /// Somebody is not to have a document any longer.
    pub(super) fn unshare(&self, key: &RecordKey, to: &End) -> Result<(), Message> {
        let place = params![key.word(), to.number, to.service_type];
        self.run("DELETE FROM share WHERE key = ?1 AND number = ?2 AND type = ?3 AND NOT sent", place)?;
        let sql = "UPDATE share SET wanted = 0, due = 1 WHERE key = ?1 AND number = ?2 AND type = ?3";
        self.run(sql, params![key.word(), to.number, to.service_type]).map(drop)
    }

    /// Who is to have a document.
    pub(super) fn shared_with(&self, key: &RecordKey) -> Result<Vec<End>, Message> {
        let sql = "SELECT number, type FROM share WHERE key = ?1 AND wanted ORDER BY number, type";
        let read = || -> rusqlite::Result<Vec<End>> {
            let mut statement = self.db.prepare_cached(sql)?;
            let rows =
                statement.query_map([key.word()], |row| Ok(End { number: row.get(0)?, service_type: row.get(1)? }))?;
            rows.collect()
        };
        self.tell(read())
    }

    /// What somebody does not have as it is.
    pub(super) fn due(&self) -> Result<Vec<Due>, Message> {
        let sql = "SELECT share.key, number, type, wanted, sent, version FROM share JOIN own USING (key) \
                   WHERE due ORDER BY share.key, number, type";
        let read = || -> rusqlite::Result<Vec<Option<Due>>> {
            let mut statement = self.db.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let (key, version): (String, String) = (row.get(0)?, row.get(5)?);
                let (wanted, again) = (row.get(3)?, row.get(4)?);
                let to = End { number: row.get(1)?, service_type: row.get(2)? };
                let read = RecordKey::parse(&key).zip(Version::parse(version.as_bytes()));
                Ok(read.map(|(key, version)| Due { to, key, version, wanted, again }))
            })?;
            rows.collect()
        };
        self.tell(read())?.into_iter().map(|due| due.ok_or_else(|| damaged(&self.path))).collect()
    }

    /// The keys that begin with a word and that somebody is to have.
    pub(super) fn shared(&self, beginning: &str, to: &End) -> Result<Vec<RecordKey>, Message> {
        let sql =
            "SELECT key FROM share WHERE key > ?1 AND key < ?2 AND number = ?3 AND type = ?4 AND wanted ORDER BY key";
        self.keys(sql, params![beginning, behind(beginning), to.number, to.service_type])
    }

    /// The keys of one's own that begin with a word.
    pub(super) fn own_keys(&self, beginning: &str) -> Result<Vec<RecordKey>, Message> {
        let sql = "SELECT key FROM own WHERE key > ?1 AND key < ?2 AND body IS NOT NULL ORDER BY key";
        self.keys(sql, params![beginning, behind(beginning)])
    }

    fn keys(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<RecordKey>, Message> {
        let keys = self.words(sql, values)?;
        keys.iter().map(|key| RecordKey::parse(key).ok_or_else(|| damaged(&self.path))).collect()
    }

    /// A document of one's own.
    pub(super) fn body(&self, key: &RecordKey) -> Result<Option<Body>, Message> {
        let read = || {
            let mut statement = self.db.prepare_cached("SELECT body FROM own WHERE key = ?1 AND body IS NOT NULL")?;
            statement.query_row([key.word()], |row| row.get::<_, Vec<u8>>(0)).optional()
        };
        let body = self.tell(read())?;
        body.map(|body| Body::unpack(&body).ok_or_else(|| damaged(&self.path))).transpose()
    }

    /// They have it now, or have it no longer.
    pub(super) fn settled(&self, due: &Due) -> Result<(), Message> {
        let (key, to) = (due.key.word(), &due.to);
        let sql = match due.wanted {
            true => "UPDATE share SET sent = 1, due = 0 WHERE key = ?1 AND number = ?2 AND type = ?3",
            false => "DELETE FROM share WHERE key = ?1 AND number = ?2 AND type = ?3 AND NOT wanted",
        };
        self.run(sql, params![key, to.number, to.service_type]).map(drop)
    }

    /// Keeps what somebody sent, or that they deleted it, unless something newer came before.
    pub(super) fn receive(
        &self,
        from: &str,
        scope: &str,
        stamp: &str,
        key: &RecordKey,
        body: Option<&Body>,
    ) -> Result<(), Message> {
        let sql = "INSERT INTO held VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (number, scope, key) \
                   DO UPDATE SET stamp = ?4, body = ?5 WHERE stamp <= ?4";
        self.run(sql, params![from, scope, key.word(), stamp, body.map(Body::pack)]).map(drop)
    }

    /// What one received of a matter at a time, whoever sent it.
    pub(super) fn received(&self, beginning: &str) -> Result<Vec<(RecordKey, Body)>, Message> {
        let sql = "SELECT key, body FROM held WHERE key > ?1 AND key < ?2 AND body IS NOT NULL ORDER BY key, number";
        let read = || -> rusqlite::Result<Vec<(String, Vec<u8>)>> {
            let mut statement = self.db.prepare_cached(sql)?;
            statement.query_map([beginning, &behind(beginning)], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let parse = |(key, body): (String, Vec<u8>)| RecordKey::parse(&key).zip(Body::unpack(&body));
        self.tell(read())?.into_iter().map(|row| parse(row).ok_or_else(|| damaged(&self.path))).collect()
    }

    /// The offices that are to have something.
    pub(super) fn shared_to(&self) -> Result<Vec<String>, Message> {
        self.words("SELECT DISTINCT number FROM share WHERE wanted ORDER BY number", [])
    }

    /// The offices that one has something of.
    pub(super) fn held_from(&self) -> Result<Vec<String>, Message> {
        self.words("SELECT DISTINCT number FROM held WHERE body IS NOT NULL ORDER BY number", [])
    }

    fn words(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<String>, Message> {
        let read = || self.db.prepare_cached(sql)?.query_map(values, |row| row.get(0))?.collect();
        self.tell(read())
    }

    /// Asks what offices are to have; see [`Cursor`].
    pub(super) fn ask_shared(&self) -> Result<CachedStatement<'_>, Message> {
        let sql = "SELECT scope, share.key, body FROM share JOIN own USING (key) \
                   WHERE number = ?1 AND wanted AND body IS NOT NULL ORDER BY scope, share.key";
        self.tell(self.db.prepare_cached(sql))
    }

    /// Asks what one has of offices; see [`Cursor`].
    pub(super) fn ask_held(&self) -> Result<CachedStatement<'_>, Message> {
        let sql = "SELECT scope, key, body FROM held WHERE number = ?1 AND body IS NOT NULL ORDER BY scope, key";
        self.tell(self.db.prepare_cached(sql))
    }
}

/// Documents one after the other, in the order of their places.
pub(super) struct Cursor<'r> {
    rows: Rows<'r>,
    /// The next one.
    pub(super) head: Option<Kept>,
}

impl<'r> Cursor<'r> {
    /// Those of an office.
    pub(super) fn over(statement: &'r mut CachedStatement<'_>, office: &str) -> Result<Cursor<'r>, Message> {
        let rows = statement.query([office]).map_err(|error| unasked(&error))?;
        let mut cursor = Cursor { rows, head: None };
        cursor.step()?;
        Ok(cursor)
    }

    /// Goes on, and gives what was next.
    pub(super) fn step(&mut self) -> Result<Option<Kept>, Message> {
        let mut read = || -> rusqlite::Result<Option<Kept>> {
            let Some(row) = self.rows.next()? else { return Ok(None) };
            Ok(Some(Kept { place: (row.get(0)?, row.get(1)?), body: row.get(2)? }))
        };
        let next = read().map_err(|error| unasked(&error))?;
        Ok(std::mem::replace(&mut self.head, next))
    }
}

/// Where the receiver keeps it: names of older versions tell no service types.
pub(super) fn scope_in(version: Version, from: &End, to: &End) -> String {
    match version {
        Version::V202003 | Version::V202208 => scope(&End::default(), &End::default()),
        Version::V202407 => scope(from, to),
    }
}

/// The first word behind all that begin with one that ends in a slash.
fn behind(beginning: &str) -> String {
    format!("{}0", beginning.trim_end_matches('/'))
}

fn broken(path: &Path, error: &rusqlite::Error) -> Message {
    // What SQLite tells of a failed statement is the statement, which holds no value.
    let path = path.display();
    Message::pair(format!("{path} を使えません: {error}"), format!("cannot use {path}: {error}"))
}

fn unasked(error: &rusqlite::Error) -> Message {
    Message::pair(format!("記録を読み取れません: {error}"), format!("cannot read what is kept: {error}"))
}

fn damaged(path: &Path) -> Message {
    let path = path.display();
    Message::pair(format!("{path} の内容が壊れています"), format!("what is kept in {path} is damaged"))
}
