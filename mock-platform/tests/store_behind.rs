//! What the store promises while the index is behind: deliveries are acknowledged, and their rows have not
//! been written yet.
//!
//! The index is held up by a transaction of somebody else; nothing here waits for a time.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod support;

use std::fs;
use std::future::poll_fn;
use std::path::Path;
use std::pin::Pin;
use std::task::Poll;

use renkei_mock_platform::journal::Event;
use renkei_mock_platform::store::{AcceptOutcome, Change, NewDelivery, Store, StoreError};
use rusqlite::Connection;
use support::*;

/// Keeps the store from writing its index until it is dropped.
struct HeldUp {
    index: Connection,
}

impl HeldUp {
    fn begin(directory: &Path) -> HeldUp {
        let index = index_of(directory);
        index.execute_batch("BEGIN IMMEDIATE").unwrap();
        HeldUp { index }
    }

    /// How many deliveries the index tells of.
    fn deliveries(&self) -> i64 {
        self.index.query_row("SELECT count(*) FROM delivery", [], |row| row.get(0)).unwrap()
    }

    fn end(self) {
        self.index.execute_batch("ROLLBACK").unwrap();
    }
}

fn index_of(directory: &Path) -> Connection {
    Connection::open(directory.join("data/platform.sqlite")).unwrap()
}

/// A store in which `a` is in the index, and `b` and `c` are acknowledged only.
async fn behind(directory: &Path) -> (Store, HeldUp) {
    let (store, _) = open(directory);
    accept(&store, delivery("a")).await;
    assert_eq!(keys(&store).await, ["a"]);
    let held_up = HeldUp::begin(directory);
    assert_eq!(accept(&store, delivery("b")).await.id, "S0000000002");
    assert_eq!(accept(&store, delivery("c")).await.id, "S0000000003");
    assert_eq!(held_up.deliveries(), 1);
    (store, held_up)
}

async fn keys(store: &Store) -> Vec<String> {
    let mut keys = Vec::new();
    for record in all_sent(store, &manager()).await {
        assert!(read(store, &record.files[0].body).await == bytes_of(&record.key), "{}", record.key);
        keys.push(record.key);
    }
    keys
}

/// Begins something, and tells whether it waits.
async fn waits(mut future: Pin<&mut impl Future>) -> bool {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

/// What the journal tells of deliveries and of the store.
fn told(directory: &Path) -> Vec<String> {
    let told = lines(directory).into_iter().filter_map(|line| match line.event {
        Event::Opened { deliveries, .. } => Some(format!("opened {deliveries}")),
        Event::Accepted(delivered) => Some(format!("accepted {} {}", delivered.delivery, delivered.key)),
        Event::Repeated { delivery, .. } => Some(format!("repeated {delivery}")),
        Event::Recovered(delivered) => Some(format!("recovered {} {}", delivered.delivery, delivered.key)),
        Event::Fetched { entry, .. } => Some(format!("fetched {entry}")),
        Event::Reset => Some("reset".to_owned()),
        Event::Restored => Some("restored".to_owned()),
        _ => None,
    });
    told.collect()
}

#[tokio::test]
async fn what_is_acknowledged_only_is_there_after_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let (store, held_up) = behind(directory.path()).await;
    // As a kill leaves the files: the locks go with the process, and the journal has its lines.
    let killed = tempfile::tempdir().unwrap();
    fs::create_dir(killed.path().join("data")).unwrap();
    for name in ["data/platform.sqlite", "data/platform.sqlite-wal", "data/bodies-1.log", "journal.jsonl"] {
        fs::copy(directory.path().join(name), killed.path().join(name)).unwrap();
    }
    held_up.end();
    drop(store);
    let (store, _) = open(killed.path());
    assert_eq!(keys(&store).await, ["a", "b", "c"]);
    assert_eq!(store.not_fetched(&provider(), NOON).await.unwrap(), 3);
    assert!(matches!(store.accept(delivery("c")).await.unwrap(), AcceptOutcome::Repeated(_)));
    assert_eq!(accept(&store, delivery("d")).await.id, "S0000000004");
    assert_eq!(
        told(killed.path()),
        [
            "opened 0",
            "accepted S0000000001 a",
            "accepted S0000000002 b",
            "accepted S0000000003 c",
            "opened 3",
            "repeated S0000000003",
            "accepted S0000000004 d",
        ]
    );
}

#[tokio::test]
async fn a_kill_before_the_lines_of_the_journal_takes_no_delivery_and_no_number() {
    let directory = tempfile::tempdir().unwrap();
    let (store, held_up) = behind(directory.path()).await;
    let killed = tempfile::tempdir().unwrap();
    fs::create_dir(killed.path().join("data")).unwrap();
    for name in ["data/platform.sqlite", "data/platform.sqlite-wal", "data/bodies-1.log"] {
        fs::copy(directory.path().join(name), killed.path().join(name)).unwrap();
    }
    let journal = fs::read_to_string(directory.path().join("journal.jsonl")).unwrap();
    let (kept, _) = journal.split_once(r#"{"seq":5"#).unwrap();
    fs::write(killed.path().join("journal.jsonl"), kept).unwrap();
    held_up.end();
    drop(store);
    let (store, _) = open(killed.path());
    assert_eq!(keys(&store).await, ["a", "b", "c"]);
    assert_eq!(
        told(killed.path()),
        ["opened 0", "accepted S0000000001 a", "accepted S0000000002 b", "recovered S0000000003 c", "opened 3",]
    );
}

#[tokio::test]
async fn who_reads_after_an_acknowledgement_sees_it() {
    let directory = tempfile::tempdir().unwrap();
    let (store, held_up) = behind(directory.path()).await;
    let (manager, provider) = (manager(), provider());
    let mut sent = Box::pin(store.sent(&manager, None, 10));
    let mut one = Box::pin(store.sent_one(&manager, "S0000000003"));
    let mut received = Box::pin(store.received(&provider, NOON, None, 10));
    let mut entry = Box::pin(store.received_one(&provider, NOON, "R0000000002"));
    let mut count = Box::pin(store.not_fetched(&provider, NOON));
    let mut earlier = Box::pin(store.earlier(&manager, "b", delivery("b").digest));
    let mut mark = Box::pin(store.mark_fetched(&provider, "R0000000003", 0, NOON));
    assert!(waits(sent.as_mut()).await && waits(one.as_mut()).await && waits(received.as_mut()).await);
    assert!(waits(entry.as_mut()).await && waits(count.as_mut()).await && waits(earlier.as_mut()).await);
    assert!(waits(mark.as_mut()).await);
    assert_eq!(held_up.deliveries(), 1);
    held_up.end();
    let ids: Vec<_> = sent.await.unwrap().items.into_iter().map(|record| record.id).collect();
    assert_eq!(ids, ["S0000000003", "S0000000002", "S0000000001"]);
    assert_eq!(one.await.unwrap().unwrap().key, "c");
    let entries: Vec<_> = received.await.unwrap().items.into_iter().map(|entry| entry.id).collect();
    assert_eq!(entries, ["R0000000001", "R0000000002", "R0000000003"]);
    assert_eq!(entry.await.unwrap().unwrap().delivery, "S0000000002");
    assert!(matches!(earlier.await.unwrap(), Some(AcceptOutcome::Repeated(record)) if record.id == "S0000000002"));
    mark.await.unwrap();
    // Some of these were asked for before the mark, and some come after it.
    assert!([2, 3].contains(&count.await.unwrap()));
    assert_eq!(store.not_fetched(&provider, NOON).await.unwrap(), 2);
    assert_eq!(told(directory.path()).last().unwrap(), "fetched R0000000003");
}

#[tokio::test]
async fn a_key_is_known_before_the_index_knows_it() {
    let directory = tempfile::tempdir().unwrap();
    let (store, held_up) = behind(directory.path()).await;
    match store.accept(delivery("b")).await.unwrap() {
        AcceptOutcome::Repeated(record) => assert_eq!((record.id.as_str(), record.key.as_str()), ("S0000000002", "b")),
        other => panic!("{other:?}"),
    }
    let other = NewDelivery { digest: [7; 32], ..delivery("b") };
    assert_eq!(store.accept(other).await.unwrap(), AcceptOutcome::KeyReused);
    let back = NewDelivery { sender: provider(), receiver: manager(), ..delivery("b") };
    assert_eq!(accept(&store, back).await.id, "S0000000004", "the key is another's");
    assert_eq!(held_up.deliveries(), 1);
    held_up.end();
    assert_eq!(keys(&store).await, ["a", "b", "c"]);
    assert!(matches!(store.accept(delivery("b")).await.unwrap(), AcceptOutcome::Repeated(_)));
    assert_eq!(
        told(directory.path()),
        [
            "opened 0",
            "accepted S0000000001 a",
            "accepted S0000000002 b",
            "accepted S0000000003 c",
            "repeated S0000000002",
            "accepted S0000000004 b",
            "repeated S0000000002",
        ]
    );
}

#[tokio::test]
async fn a_reset_takes_what_is_acknowledged_only_and_no_number() {
    let directory = tempfile::tempdir().unwrap();
    let (store, held_up) = behind(directory.path()).await;
    let mut reset = Box::pin(store.reset());
    // The log that comes is made elsewhere first.
    assert!(waits(reset.as_mut()).await);
    held_up.end();
    reset.await.unwrap();
    assert_eq!(keys(&store).await, [""; 0]);
    assert_eq!(accept(&store, delivery("b")).await.id, "S0000000004");
    store.close().await;
    drop(store);
    let (store, _) = open(directory.path());
    assert_eq!(keys(&store).await, ["b"]);
    let told = told(directory.path());
    assert_eq!(told[4..], ["reset", "accepted S0000000004 b", "opened 4"]);
}

#[tokio::test]
async fn a_snapshot_has_what_is_acknowledged_only_and_a_restore_takes_it() {
    let directory = tempfile::tempdir().unwrap();
    let (store, held_up) = behind(directory.path()).await;
    let place = directory.path().join("snapshot");
    let mut snapshot = Box::pin(store.snapshot(&place));
    assert!(waits(snapshot.as_mut()).await);
    held_up.end();
    snapshot.await.unwrap();
    let held_up = HeldUp::begin(directory.path());
    assert_eq!(accept(&store, delivery("d")).await.id, "S0000000004");
    let mut restore = Box::pin(store.restore(&place));
    assert!(waits(restore.as_mut()).await);
    held_up.end();
    restore.await.unwrap();
    assert_eq!(keys(&store).await, ["a", "b", "c"]);
    assert!(matches!(store.accept(delivery("c")).await.unwrap(), AcceptOutcome::Repeated(_)));
    assert_eq!(accept(&store, delivery("d")).await.id, "S0000000005");
    assert_eq!(keys(&store).await, ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn documents_change_behind_what_was_acknowledged_before() {
    let directory = tempfile::tempdir().unwrap();
    let (store, held_up) = behind(directory.path()).await;
    let mut put = Box::pin(store.put("office", "1", "{}".to_owned()));
    assert!(waits(put.as_mut()).await);
    held_up.end();
    put.await.unwrap();
    assert_eq!(HeldUp::begin(directory.path()).deliveries(), 3);
    store.delete("office", "1").await.unwrap();
    assert_eq!(store.all("office").await.unwrap(), []);
}

#[tokio::test]
async fn a_store_that_closes_writes_what_is_behind() {
    let directory = tempfile::tempdir().unwrap();
    let (store, held_up) = behind(directory.path()).await;
    let mut closing = Box::pin(store.close());
    assert!(waits(closing.as_mut()).await);
    held_up.end();
    closing.await;
    let count: i64 =
        index_of(directory.path()).query_row("SELECT count(*) FROM delivery", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 3);
}

/// Makes the index refuse some rows, as no disk does.
fn poison(directory: &Path) {
    index_of(directory)
        .execute_batch(
            "CREATE TRIGGER poison BEFORE INSERT ON delivery WHEN NEW.key LIKE 'poison%'
             BEGIN SELECT RAISE(ABORT, 'poison'); END;
             CREATE TRIGGER poisoned_document BEFORE INSERT ON document WHEN NEW.id LIKE 'poison%'
             BEGIN SELECT RAISE(ABORT, 'poison'); END",
        )
        .unwrap();
}

#[tokio::test]
async fn what_the_index_does_not_take_is_kept_and_nothing_more_is_accepted_until_it_does() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    poison(directory.path());
    assert_eq!(accept(&store, delivery("poison")).await.id, "S0000000001");
    assert!(matches!(store.sent(&manager(), None, 10).await, Err(StoreError::Index(_))));
    assert!(matches!(store.accept(delivery("a")).await, Err(StoreError::Index(_))));
    assert!(matches!(store.put("office", "1", "{}".to_owned()).await, Err(StoreError::Index(_))));
    assert!(matches!(store.reset().await, Err(StoreError::Index(_))));
    index_of(directory.path()).execute_batch("DROP TRIGGER poison").unwrap();
    assert_eq!(accept(&store, delivery("a")).await.id, "S0000000002");
    assert_eq!(keys(&store).await, ["poison", "a"]);
    assert_eq!(store.all("office").await.unwrap(), []);
    assert_eq!(told(directory.path()), ["opened 0", "accepted S0000000001 poison", "accepted S0000000002 a"]);
}

#[tokio::test]
async fn what_the_index_did_not_take_until_the_end_is_there_at_the_next_opening() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    poison(directory.path());
    accept(&store, delivery("poison")).await;
    assert!(matches!(store.not_fetched(&provider(), NOON).await, Err(StoreError::Index(_))));
    store.close().await;
    drop(store);
    index_of(directory.path()).execute_batch("DROP TRIGGER poison").unwrap();
    let (store, _) = open(directory.path());
    assert_eq!(keys(&store).await, ["poison"]);
    assert_eq!(accept(&store, delivery("a")).await.id, "S0000000002");
    assert_eq!(journaled(directory.path()), ["S0000000001", "S0000000002"]);
}

#[tokio::test]
async fn work_that_fails_spoils_neither_other_work_nor_deliveries_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    poison(directory.path());
    let is_poison = |number: usize| number % 7 == 3;
    // Waiting together, they are done together.
    let held_up = HeldUp::begin(directory.path());
    let puts: Vec<_> = (0..40)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let id = if is_poison(number) { format!("poison-{number}") } else { format!("{number:02}") };
                let change = Change::Put { kind: "k".to_owned(), id, json: "{}".to_owned() };
                (store.accept(delivery(&format!("{number:02}"))).await, store.change(vec![change]).await)
            })
        })
        .collect();
    tokio::task::yield_now().await;
    held_up.end();
    for (number, put) in puts.into_iter().enumerate() {
        let (accepted, changed) = put.await.unwrap();
        assert!(matches!(accepted.unwrap(), AcceptOutcome::Accepted(_)));
        match changed {
            Ok(()) => assert!(!is_poison(number)),
            Err(StoreError::Index(_)) => assert!(is_poison(number)),
            Err(other) => panic!("{other:?}"),
        }
    }
    let ids: Vec<_> = store.all("k").await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, (0..40).filter(|n| !is_poison(*n)).map(|n| format!("{n:02}")).collect::<Vec<_>>());
    let mut found = keys(&store).await;
    found.sort();
    assert_eq!(found, (0..40).map(|number| format!("{number:02}")).collect::<Vec<_>>());
}
