//! Reads the index: lists, single records, documents. Knows queries and cursors; changes nothing.
//!
//! Every query of a record names the office it is for, so that no record of another is ever found; but that of the
//! operator, who sees all.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use tokio::sync::Semaphore;

use super::index::{self, DELIVERY};
use super::record::{Id, moment};
use super::{DeliveryRecord, Listed, ReceivedRecord, StoreError};
use crate::api::body::Fetched;
use crate::model::OfficeNumber;

/// Connections that read at once.
const CONNECTIONS: usize = 4;

/// Connections that only read.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    /// Absent once it is closed.
    idle: Arc<Mutex<Option<Vec<Connection>>>>,
    permits: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn open(directory: &Path) -> Result<Pool, StoreError> {
        let connections: Result<Vec<_>, _> = (0..CONNECTIONS).map(|_| index::open_read_only(directory)).collect();
        Ok(Pool { idle: Arc::new(Mutex::new(Some(connections?))), permits: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    /// Runs a query where it may block.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let idle = Arc::clone(&self.idle);
        let run = tokio::task::spawn_blocking(move || {
            let lock = || idle.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = lock().as_mut().and_then(Vec::pop).ok_or(StoreError::Closed)?;
            let result = query(&connection);
            if let Some(connections) = lock().as_mut() {
                connections.push(connection);
            }
            drop(permit);
            result
        });
        run.await.map_err(|_| StoreError::Closed)?
    }

    /// Closes the connections: those in use, when they are done.
    pub(super) fn close(&self) {
        self.permits.close();
        *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

const SENT: &str = "WHERE sender = :sender AND number < :before ORDER BY number DESC LIMIT :limit";

/// 送信済 of an office, newest first.
pub(super) fn sent(
    connection: &Connection,
    office: &OfficeNumber,
    after: Option<i64>,
    limit: u32,
) -> Result<Listed<DeliveryRecord>, StoreError> {
    let mut select = connection.prepare_cached(&format!("SELECT {DELIVERY} FROM delivery {SENT}"))?;
    let mut rows = select.query(named_params! {
        ":sender": office.as_str(),
        ":before": after.unwrap_or(i64::MAX),
        ":limit": i64::from(limit) + 1,
    })?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push((row.get(0)?, index::delivery(row)?));
    }
    Ok(page(items, limit, |number: &i64| format!("s{number}")))
}

const ALL_SENT: &str = "WHERE number < :before ORDER BY number DESC LIMIT :limit";

/// No index tells the entries of a delivery: all are looked through, which is less than to read the lists of all
/// offices. The `+` keeps them from being looked up one by one instead.
const ENTRIES: &str = "SELECT delivery, fetched FROM entry WHERE delivery BETWEEN :first AND :last
    AND visible_at <= :now ORDER BY +number";

/// Deliveries of all offices, newest first, each with what became of the entries that it made and that are visible.
pub(super) fn all_sent(
    connection: &Connection,
    now: i64,
    after: Option<i64>,
    limit: u32,
) -> Result<Listed<(DeliveryRecord, Vec<Fetched>)>, StoreError> {
    let mut select = connection.prepare_cached(&format!("SELECT {DELIVERY} FROM delivery {ALL_SENT}"))?;
    let mut rows = select.query(named_params! {
        ":before": after.unwrap_or(i64::MAX),
        ":limit": i64::from(limit) + 1,
    })?;
    let mut items: Vec<(i64, (DeliveryRecord, Vec<Fetched>))> = Vec::new();
    while let Some(row) = rows.next()? {
        items.push((row.get(0)?, (index::delivery(row)?, Vec::new())));
    }
    let mut select = connection.prepare_cached(ENTRIES)?;
    let mut rows = select.query(named_params! {
        ":first": items.last().map(|(number, _)| *number),
        ":last": items.first().map(|(number, _)| *number),
        ":now": now,
    })?;
    while let Some(row) = rows.next()? {
        let delivery: i64 = row.get(0)?;
        if let Ok(at) = items.binary_search_by(|(number, _)| delivery.cmp(number)) {
            items[at].1.1.push(fetched(row.get(1)?));
        }
    }
    Ok(page(items, limit, |number: &i64| format!("s{number}")))
}

/// A delivery that an office sent.
pub(super) fn sent_one(
    connection: &Connection,
    office: &OfficeNumber,
    number: i64,
) -> Result<Option<DeliveryRecord>, StoreError> {
    let mut select = connection
        .prepare_cached(&format!("SELECT {DELIVERY} FROM delivery WHERE number = :number AND sender = :sender"))?;
    let found = select
        .query_row(named_params! { ":number": number, ":sender": office.as_str() }, |row| Ok(index::delivery(row)));
    found.optional()?.transpose()
}

/// Deliveries after a number, in their order.
pub(super) fn deliveries_after(
    connection: &Connection,
    number: i64,
    mut visit: impl FnMut(DeliveryRecord) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut select =
        connection.prepare(&format!("SELECT {DELIVERY} FROM delivery WHERE number > :after ORDER BY number"))?;
    let mut rows = select.query(named_params! { ":after": number })?;
    while let Some(row) = rows.next()? {
        visit(index::delivery(row)?)?;
    }
    Ok(())
}

const ENTRY: &str = "SELECT e.number, e.visible_at, e.fetched, e.delivery, d.sender, d.message, d.files,
    (SELECT log FROM meta) FROM entry e JOIN delivery d ON d.number = e.delivery WHERE e.receiver = :receiver
    AND e.visible_at <= :now";

const RECEIVED: &str = "AND (e.visible_at, e.number) > (:time, :number) ORDER BY e.visible_at, e.number LIMIT :limit";

const ONE: &str = "AND e.number = :number";

/// 受信一覧 of an office, oldest first.
pub(super) fn received(
    connection: &Connection,
    office: &OfficeNumber,
    now: i64,
    after: Option<(i64, i64)>,
    limit: u32,
) -> Result<Listed<ReceivedRecord>, StoreError> {
    let (time, number) = after.unwrap_or((i64::MIN, 0));
    let mut select = connection.prepare_cached(&format!("{ENTRY} {RECEIVED}"))?;
    let mut rows = select.query(named_params! {
        ":receiver": office.as_str(),
        ":now": now,
        ":time": time,
        ":number": number,
        ":limit": i64::from(limit) + 1,
    })?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(((row.get(1)?, row.get(0)?), entry(row)?));
    }
    Ok(page(items, limit, |(time, number): &(i64, i64)| format!("r{time}.{number}")))
}

/// An entry of the list of an office.
pub(super) fn received_one(
    connection: &Connection,
    office: &OfficeNumber,
    now: i64,
    number: i64,
) -> Result<Option<ReceivedRecord>, StoreError> {
    let mut select = connection.prepare_cached(&format!("{ENTRY} {ONE}"))?;
    let found = select
        .query_row(named_params! { ":receiver": office.as_str(), ":now": now, ":number": number }, |row| {
            Ok(entry(row))
        });
    found.optional()?.transpose()
}

const NOT_FETCHED: &str = "SELECT count(*) FROM entry INDEXED BY entry_not_fetched
    WHERE receiver = :receiver AND fetched = 0 AND visible_at <= :now";

/// Entries of an office with 未.
pub(super) fn not_fetched(connection: &Connection, office: &OfficeNumber, now: i64) -> Result<u64, StoreError> {
    let mut select = connection.prepare_cached(NOT_FETCHED)?;
    let count: i64 = select.query_row(named_params! { ":receiver": office.as_str(), ":now": now }, |row| row.get(0))?;
    u64::try_from(count).map_err(|_| StoreError::Row { what: "a count" })
}

/// Documents of a kind, in the order of their ids.
pub(super) fn documents(connection: &Connection, kind: &str) -> Result<Vec<(String, String)>, StoreError> {
    let mut select = connection.prepare_cached("SELECT id, json FROM document WHERE kind = :kind ORDER BY id")?;
    let rows = select.query_map(named_params! { ":kind": kind }, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The cursor behind a delivery in a page of [`sent`]; `None` where it is none.
pub(crate) fn behind(delivery: &str) -> Option<String> {
    Id::Delivery.read(delivery).map(|number| format!("s{number}"))
}

/// Reads the cursor of a page of [`sent`].
pub(super) fn sent_cursor(text: &str) -> Result<i64, StoreError> {
    text.strip_prefix('s').and_then(|number| number.parse().ok()).ok_or(StoreError::Cursor)
}

/// Reads the cursor of a page of [`received`].
pub(super) fn received_cursor(text: &str) -> Result<(i64, i64), StoreError> {
    let parts = text.strip_prefix('r').and_then(|rest| rest.split_once('.')).ok_or(StoreError::Cursor)?;
    let number = |part: &str| part.parse().map_err(|_| StoreError::Cursor);
    Ok((number(parts.0)?, number(parts.1)?))
}

/// データ取得状況 as the index has it.
fn fetched(kept: i64) -> Fetched {
    if kept == 0 { Fetched::NotYet } else { Fetched::Done }
}

fn entry(row: &Row<'_>) -> Result<ReceivedRecord, StoreError> {
    Ok(ReceivedRecord {
        id: Id::Entry.write(row.get(0)?),
        delivery: Id::Delivery.write(row.get(3)?),
        sender: index::office(&row.get::<_, String>(4)?)?,
        received_at: moment(row.get(1)?)?,
        message: row.get(5)?,
        fetched: fetched(row.get(2)?),
        files: index::files(&row.get::<_, String>(6)?, row.get(7)?)?,
    })
}

/// Makes a page of one record more than it may have.
fn page<T, P>(mut items: Vec<(P, T)>, limit: u32, cursor: impl Fn(&P) -> String) -> Listed<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(|(place, _)| cursor(place)) } else { None };
    Listed { items: items.into_iter().map(|(_, item)| item).collect(), next }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How SQLite goes about a query.
    fn plan(connection: &Connection, query: &str) -> Vec<String> {
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
        // Parameters that are not bound are NULL, which does not change the plan.
        let mut rows = explain.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get(3).unwrap());
        }
        steps
    }

    #[test]
    fn lists_are_read_from_an_index_and_never_sorted() {
        let directory = tempfile::tempdir().unwrap();
        let (connection, _) = index::open(directory.path()).unwrap();
        assert_eq!(
            plan(&connection, &format!("{ENTRY} {RECEIVED}")),
            [
                "SEARCH e USING PRIMARY KEY (receiver=? AND (visible_at,number)>(?,?) AND visible_at<?)",
                "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)",
                "SCALAR SUBQUERY 1",
                "SCAN meta",
            ]
        );
        assert_eq!(
            plan(&connection, &format!("{ENTRY} {ONE}")),
            [
                "SEARCH e USING INDEX entry_number (number=? AND receiver=? AND visible_at<?)",
                "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)",
                "SCALAR SUBQUERY 1",
                "SCAN meta",
            ]
        );
        assert_eq!(
            plan(&connection, NOT_FETCHED),
            ["SEARCH entry USING COVERING INDEX entry_not_fetched (receiver=? AND visible_at<?)"]
        );
        assert_eq!(
            plan(&connection, &format!("SELECT {DELIVERY} FROM delivery {SENT}")),
            ["SEARCH delivery USING INDEX delivery_sent (sender=? AND rowid<?)", "SCALAR SUBQUERY 1", "SCAN meta",]
        );
        assert_eq!(
            plan(&connection, &format!("SELECT {DELIVERY} FROM delivery {ALL_SENT}")),
            ["SEARCH delivery USING INTEGER PRIMARY KEY (rowid<?)", "SCALAR SUBQUERY 1", "SCAN meta",]
        );
        // What is sorted is a page.
        assert_eq!(plan(&connection, ENTRIES), ["SCAN entry", "USE TEMP B-TREE FOR ORDER BY"]);
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        assert_eq!(sent_cursor("s12").unwrap(), 12);
        assert_eq!(received_cursor("r-5.7").unwrap(), (-5, 7));
        for text in ["", "s", "r5", "r5.", "12", "r1.2", "s 1"] {
            assert!(sent_cursor(text).is_err(), "{text:?}");
        }
        for text in ["", "r", "r5", "r5.", "s12", "r.5", "r1.2.3"] {
            assert!(received_cursor(text).is_err(), "{text:?}");
        }
    }
}
