//! What the store makes of its files: torn and damaged ones, those of others, snapshots of them; and
//! how it makes the journal whole again.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod support;

use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use bytes::Bytes;
use futures_util::TryStreamExt;
use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::journal::{Event, Journal, Mended};
use renkei_mock_platform::store::{AcceptOutcome, NewDelivery, Store, StoreError};
use support::*;

/// Opens a store in which so many deliveries were accepted before.
async fn reopened_after(directory: &Path, keys: &[&str], change: impl FnOnce()) -> Result<Store, StoreError> {
    {
        let (store, _) = open(directory);
        for key in keys {
            accept(&store, delivery(key)).await;
        }
        store.close().await;
    }
    change();
    let journal = Journal::open(&directory.join("journal.jsonl"), Clock::stopped(NOON)).unwrap();
    Store::open(&directory.join("data"), journal)
}

fn mended(directory: &Path) -> Vec<(Mended, u64)> {
    let mended = lines(directory).into_iter().filter_map(|line| match line.event {
        Event::Mended { what, bytes } => Some((what, bytes)),
        _ => None,
    });
    mended.collect()
}

/// Where the last delivery ends in the log, as the index has it.
fn owned(directory: &Path) -> u64 {
    let index = rusqlite::Connection::open(directory.join("data/platform.sqlite")).unwrap();
    let end: i64 = index.query_row("SELECT log_end FROM meta", [], |row| row.get(0)).unwrap();
    end.unsigned_abs()
}

async fn keys_and_bytes(store: &Store) -> Vec<String> {
    let mut keys = Vec::new();
    for record in all_sent(store, &manager()).await {
        assert!(read(store, &record.files[0].body).await == bytes_of(&record.key), "{}", record.key);
        keys.push(record.key);
    }
    keys
}

#[tokio::test]
async fn bytes_that_nothing_owns_are_cut_off_and_told_of() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data/bodies-1.log");
    let append = || OpenOptions::new().append(true).open(&path).unwrap().write_all(b"half a body").unwrap();
    let store = reopened_after(directory.path(), &["a", "b"], append).await.unwrap();
    assert_eq!(mended(directory.path()), [(Mended::Bodies, 11)]);
    assert_eq!(fs::metadata(&path).unwrap().len(), owned(directory.path()));
    accept(&store, delivery("c")).await;
    assert_eq!(keys_and_bytes(&store).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_log_that_lost_bytes_is_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data/bodies-1.log");
    let mut owned_before = 0;
    let truncate = || {
        owned_before = owned(directory.path());
        OpenOptions::new().write(true).open(&path).unwrap().set_len(owned_before - 1).unwrap();
    };
    match reopened_after(directory.path(), &["a"], truncate).await.unwrap_err() {
        StoreError::Damaged { path: named, length, owned: expected } => {
            assert_eq!((named, length, expected), (path, owned_before - 1, owned_before));
        }
        other => panic!("{other:?}"),
    }
}

/// Takes the index of a store back to what it was, as a loss of power does with what was not synced.
async fn without_the_newest_of_the_index(directory: &Path, newest: impl AsyncFnOnce(&Store)) {
    let index = directory.join("data/platform.sqlite");
    let (store, _) = open(directory);
    store.close().await;
    drop(store);
    let before = fs::read(&index).unwrap();
    let (store, _) = open(directory);
    newest(&store).await;
    store.close().await;
    drop(store);
    assert!(fs::read(&index).unwrap() != before, "it has changed");
    fs::write(&index, before).unwrap();
}

#[tokio::test]
async fn what_a_loss_of_power_keeps_from_the_index_is_read_from_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    accept(&store, delivery("a")).await;
    drop(store);
    without_the_newest_of_the_index(directory.path(), async |store| {
        let two = vec![file("UPPLAN.csv", bytes_of("b")), file("UPSIKYU.csv", Bytes::new())];
        let new = NewDelivery { copies: 2, files: two, ..delivery("b") };
        assert_eq!(accept(store, new).await.id, "S0000000002");
        assert!(matches!(store.accept(delivery("a")).await.unwrap(), AcceptOutcome::Repeated(_)));
        let other = NewDelivery { digest: [7; 32], ..delivery("a") };
        assert!(matches!(store.accept(other).await.unwrap(), AcceptOutcome::KeyReused));
        assert_eq!(accept(store, delivery("c")).await.id, "S0000000003");
    })
    .await;
    let (store, _) = open(directory.path());
    assert_eq!(keys_and_bytes(&store).await, ["a", "b", "c"]);
    let sent = all_sent(&store, &manager()).await;
    let ids: Vec<_> = sent.iter().map(|record| record.id.as_str()).collect();
    assert_eq!(ids, ["S0000000001", "S0000000002", "S0000000003"]);
    assert_eq!((sent[1].copies, sent[1].files.len(), sent[1].files[1].bytes), (2, 2, 0));
    assert_eq!((sent[2].message.as_str(), sent[2].accepted_at), ("確認をお願いします。", NOON));
    assert_eq!(store.not_fetched(&provider(), NOON).await.unwrap(), 4, "b is there twice");
    // The journal was told before, and is not told again.
    assert_eq!(journaled(directory.path()), ["S0000000001", "S0000000002", "S0000000003"]);
    assert_eq!(mended(directory.path()), []);
    assert!(matches!(store.accept(delivery("c")).await.unwrap(), AcceptOutcome::Repeated(_)));
    assert_eq!(accept(&store, delivery("d")).await.id, "S0000000004");
}

#[tokio::test]
async fn deliveries_of_all_sizes_that_came_together_are_read_from_the_log() {
    const SIZES: [usize; 9] = [1, 5_000, 300 << 10, 4_096, 3 << 20, 0, 256 << 10, 300 << 10, 100];
    let directory = tempfile::tempdir().unwrap();
    let bytes = |no: usize| vec![no as u8 + 1; SIZES[no]];
    without_the_newest_of_the_index(directory.path(), async |store| {
        let sent = (0..SIZES.len())
            .map(|no| NewDelivery { files: vec![file("UPPLAN.csv", bytes(no).into())], ..delivery(&no.to_string()) });
        futures_util::future::join_all(sent.map(|new| accept(store, new))).await;
    })
    .await;
    let (store, _) = open(directory.path());
    let sent = all_sent(&store, &manager()).await;
    assert_eq!(sent.len(), SIZES.len());
    for record in sent {
        assert!(read(&store, &record.files[0].body).await == bytes(record.key.parse().unwrap()), "{}", record.key);
    }
    assert_eq!(mended(directory.path()), []);
}

#[tokio::test]
async fn a_delivery_of_which_the_log_lacks_a_byte_is_not_taken_from_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data/bodies-1.log");
    let mut end = 0;
    without_the_newest_of_the_index(directory.path(), async |store| {
        accept(store, delivery("a")).await;
        end = fs::metadata(&path).unwrap().len();
        accept(store, delivery("b")).await;
    })
    .await;
    let mut log = OpenOptions::new().write(true).open(&path).unwrap();
    log.seek(SeekFrom::Start(end + 900)).unwrap();
    log.write_all(b"?").unwrap();
    let length = log.metadata().unwrap().len();
    drop(log);
    let (store, _) = open(directory.path());
    assert_eq!(keys_and_bytes(&store).await, ["a"]);
    assert_eq!(mended(directory.path()), [(Mended::Bodies, length - end)]);
    accept(&store, delivery("c")).await;
    assert_eq!(keys_and_bytes(&store).await, ["a", "c"]);
}

#[tokio::test]
async fn the_last_chunk_of_damaged_bytes_is_withheld() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    let new = NewDelivery { files: vec![file("x.csv", vec![7; 100_000].into())], ..delivery("k") };
    let record = accept(&store, new).await;
    let path = directory.path().join("data/bodies-1.log");
    let mut log = OpenOptions::new().write(true).open(path).unwrap();
    log.seek(SeekFrom::Start(90_000)).unwrap();
    log.write_all(b"!").unwrap();
    let mut chunks = Box::pin(store.body(&record.files[0].body));
    assert_eq!(chunks.try_next().await.unwrap().unwrap().len(), 65_536);
    assert_eq!(chunks.try_next().await.unwrap_err().kind(), std::io::ErrorKind::InvalidData);
}

#[tokio::test]
async fn a_line_that_a_kill_kept_from_the_journal_is_written_at_the_next_opening() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.jsonl");
    // The journal as a kill leaves it between the commit and the lines of the last two.
    let tear = || {
        let text = fs::read_to_string(&path).unwrap();
        let (keep, _) = text.split_once(r#"{"seq":4"#).unwrap();
        fs::write(&path, format!("{keep}{}", r#"{"seq":4,"at":"#)).unwrap();
    };
    let store = reopened_after(directory.path(), &["a", "b", "c"], tear).await.unwrap();
    let told: Vec<_> = lines(directory.path())
        .into_iter()
        .map(|line| match line.event {
            Event::Started { .. } => "started".to_owned(),
            Event::Opened { deliveries, .. } => format!("opened {deliveries}"),
            Event::Mended { what: Mended::Journal, bytes } => format!("mended {bytes}"),
            Event::Accepted(delivered) => format!("accepted {}", delivered.key),
            Event::Recovered(delivered) => {
                assert_eq!((&delivered.sender, &delivered.receiver), (&manager(), &provider()));
                let [file] = delivered.files.as_slice() else { panic!("{delivered:?}") };
                assert_eq!((file.name.as_str(), file.bytes), ("UPPLAN.csv", bytes_of(&delivered.key).len() as u64));
                format!("recovered {}", delivered.key)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        ["started", "opened 0", "accepted a", "mended 14", "started", "recovered b", "recovered c", "opened 3"]
    );
    store.close().await;
    drop(store);
    let (_store, _) = open(directory.path());
    assert_eq!(journaled(directory.path()), ["S0000000001", "S0000000002", "S0000000003"]);
}

#[tokio::test]
async fn a_new_journal_of_an_old_store_tells_of_all_deliveries() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.jsonl");
    let remove = || fs::remove_file(&path).unwrap();
    let _store = reopened_after(directory.path(), &["a", "b"], remove).await.unwrap();
    assert_eq!(journaled(directory.path()), ["S0000000001", "S0000000002"]);
}

#[tokio::test]
async fn a_journal_that_served_another_store_is_not_taken_for_this_ones() {
    let directory = tempfile::tempdir().unwrap();
    let store = reopened_after(directory.path(), &["a", "b"], || {}).await.unwrap();
    store.close().await;
    drop(store);
    // Another store goes on with the same journal, and its numbers are lower.
    {
        let journal = Journal::open(&directory.path().join("journal.jsonl"), Clock::stopped(NOON)).unwrap();
        let other = Store::open(&directory.path().join("other"), journal).unwrap();
        accept(&other, delivery("x")).await;
    }
    let (store, _) = open(directory.path());
    accept(&store, delivery("c")).await;
    assert_eq!(
        journaled(directory.path()),
        ["S0000000001", "S0000000002", "S0000000001", "S0000000003"],
        "a and b, x of the other store, c"
    );
}

#[tokio::test]
async fn a_directory_is_open_once() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    let journal = Journal::open(&directory.path().join("other.jsonl"), Clock::stopped(NOON)).unwrap();
    let error = Store::open(&directory.path().join("data"), journal.clone()).unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }));
    drop(store);
    Store::open(&directory.path().join("data"), journal).unwrap();
}

#[test]
fn what_is_no_store_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    fs::create_dir(&data).unwrap();
    let path = data.join("platform.sqlite");
    let journal = Journal::open(&directory.path().join("journal.jsonl"), Clock::stopped(NOON)).unwrap();

    fs::write(&path, "提供票の控え".repeat(100)).unwrap();
    let error = Store::open(&data, journal.clone()).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "提供票の控え".repeat(100));

    fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE others (x)").unwrap();
    let mut before = Vec::new();
    fs::File::open(&path).unwrap().read_to_end(&mut before).unwrap();
    let error = Store::open(&data, journal).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error:?}");
    assert!(fs::read(&path).unwrap() == before);
}

#[tokio::test]
async fn a_snapshot_is_a_store_and_can_be_restored() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    accept(&store, delivery("a")).await;
    accept(&store, delivery("b")).await;
    store.put("office", "1", "{}".to_owned()).await.unwrap();
    store.mark_fetched(&provider(), "R0000000001", 0, NOON).await.unwrap();
    let snapshot = directory.path().join("snapshot");
    store.snapshot(&snapshot).await.unwrap();
    assert!(matches!(store.snapshot(&snapshot).await, Err(StoreError::NotEmpty { .. })));
    let gone = accept(&store, delivery("c")).await;

    store.restore(&snapshot).await.unwrap();
    assert_eq!(keys_and_bytes(&store).await, ["a", "b"]);
    assert_eq!(store.all("office").await.unwrap(), [("1".to_owned(), "{}".to_owned())]);
    assert_eq!(store.not_fetched(&provider(), NOON).await.unwrap(), 1);
    let body: Result<Vec<_>, _> = store.body(&gone.files[0].body).try_collect().await;
    assert_eq!(body.unwrap_err().kind(), std::io::ErrorKind::NotFound);
    // No number is given twice.
    let again = accept(&store, delivery("c")).await;
    assert_eq!((gone.id.as_str(), again.id.as_str()), ("S0000000003", "S0000000004"));
    assert_eq!(keys_and_bytes(&store).await, ["a", "b", "c"]);

    store.reset().await.unwrap();
    assert_eq!(keys_and_bytes(&store).await, [""; 0]);
    assert_eq!(store.all("office").await.unwrap(), []);
    assert_eq!(store.not_fetched(&provider(), NOON).await.unwrap(), 0);
    assert_eq!(accept(&store, delivery("a")).await.id, "S0000000005");
    store.close().await;
    drop(store);
    let told: Vec<_> = lines(directory.path())
        .into_iter()
        .filter_map(|line| match line.event {
            Event::Snapshot => Some("snapshot"),
            Event::Restored => Some("restored"),
            Event::Reset => Some("reset"),
            Event::Accepted(_) => Some("accepted"),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["accepted", "accepted", "snapshot", "accepted", "restored", "accepted", "reset", "accepted"]);

    let journal = Journal::open(&directory.path().join("other.jsonl"), Clock::stopped(NOON)).unwrap();
    let copy = Store::open(&snapshot, journal).unwrap();
    assert_eq!(keys_and_bytes(&copy).await, ["a", "b"]);
    drop(copy);
    let (store, _) = open(directory.path());
    assert_eq!(keys_and_bytes(&store).await, ["a"]);
    assert_eq!(
        journaled(directory.path()),
        ["S0000000001", "S0000000002", "S0000000003", "S0000000004", "S0000000005"]
    );
}

#[tokio::test]
async fn what_is_restored_does_not_come_into_the_journal_as_accepted() {
    let directory = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let (from, _) = open(other.path());
    for key in ["a", "b", "c"] {
        accept(&from, delivery(key)).await;
    }
    let snapshot = directory.path().join("snapshot");
    from.snapshot(&snapshot).await.unwrap();
    let (store, journal) = open(directory.path());
    store.restore(&snapshot).await.unwrap();
    store.close().await;
    drop((store, journal));
    let (store, _) = open(directory.path());
    assert_eq!(journaled(directory.path()), [""; 0]);
    assert_eq!(accept(&store, delivery("d")).await.id, "S0000000004");
    assert_eq!(keys_and_bytes(&store).await, ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn a_snapshot_that_is_damaged_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    accept(&store, delivery("a")).await;
    let snapshot = directory.path().join("snapshot");
    store.snapshot(&snapshot).await.unwrap();
    accept(&store, delivery("b")).await;
    OpenOptions::new().write(true).open(snapshot.join("bodies-1.log")).unwrap().set_len(1).unwrap();
    assert!(matches!(store.restore(&snapshot).await, Err(StoreError::Damaged { length: 1, .. })));
    fs::write(snapshot.join("platform.sqlite"), "x".repeat(5_000)).unwrap();
    assert!(matches!(store.restore(&snapshot).await, Err(StoreError::Foreign { .. })));
    assert!(store.restore(&directory.path().join("none")).await.is_err());
    assert_eq!(keys_and_bytes(&store).await, ["a", "b"]);
    let accepted = accept(&store, delivery("c")).await;
    assert_eq!(read(&store, &accepted.files[0].body).await, bytes_of("c"));
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_taken_while_deliveries_come_in_are_whole() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    let accepting = {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 0..200 {
                accept(&store, delivery(&format!("{number}"))).await;
            }
        })
    };
    let keys: Vec<_> = (0..200).map(|number| format!("{number}")).collect();
    for number in 0..5 {
        let snapshot = directory.path().join(format!("snapshot-{number}"));
        store.snapshot(&snapshot).await.unwrap();
        let journal = Journal::open(&directory.path().join(format!("{number}.jsonl")), Clock::stopped(NOON)).unwrap();
        let copy = Store::open(&snapshot, journal).unwrap();
        let found = keys_and_bytes(&copy).await;
        assert_eq!(found, keys[..found.len()]);
    }
    accepting.await.unwrap();
    assert_eq!(keys_and_bytes(&store).await, keys);
}
