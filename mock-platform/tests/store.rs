//! What the store promises to its callers: keys, lists, pages, 済, documents. What it survives is in
//! `store_disk.rs` and `store_kill.rs`.

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use renkei_mock_platform::api::body::{Fetched, FileType};
use renkei_mock_platform::journal::Event;
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::store::{AcceptOutcome, Change, FetchOutcome, NewDelivery, NewFile, StoreError};
use support::*;
use time::Duration;
use time::macros::datetime;

#[tokio::test]
async fn a_delivery_is_read_back_as_it_was_sent() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    let attachment =
        NewFile { file_type: FileType::Attachment, csv_version: None, ..file("別紙.pdf", vec![7; 200_000].into()) };
    let new =
        NewDelivery { files: vec![file("UPPLAN.csv", b"1,2,3\r\n".as_slice().into()), attachment], ..delivery("k") };
    let accepted = accept(&store, new).await;
    assert_eq!(accepted.id, "S0000000001");
    assert_eq!((&accepted.sender, &accepted.receiver), (&manager(), &provider()));
    assert_eq!(accepted.key, "k");
    assert_eq!(accepted.message, "確認をお願いします。");
    assert_eq!(accepted.timestamp.as_deref(), Some("20261201120000"));
    assert_eq!(accepted.accepted_at, datetime!(2026-12-01 12:00 +9));
    assert_eq!(accepted.copies, 1);
    let files: Vec<_> = accepted
        .files
        .iter()
        .map(|file| (file.name.as_str(), file.file_type, file.csv_version.as_deref(), file.bytes))
        .collect();
    assert_eq!(
        files,
        [("UPPLAN.csv", FileType::Registration, Some("202407"), 7), ("別紙.pdf", FileType::Attachment, None, 200_000),]
    );
    assert_eq!(read(&store, &accepted.files[0].body).await, b"1,2,3\r\n");
    assert_eq!(read(&store, &accepted.files[1].body).await, vec![7; 200_000]);

    assert_eq!(store.sent_one(&manager(), "S0000000001").await.unwrap(), Some(accepted.clone()));
    assert_eq!(store.sent_one(&provider(), "S0000000001").await.unwrap(), None);
    let entry = store.received_one(&provider(), NOON, "R0000000001").await.unwrap().unwrap();
    assert_eq!((entry.id.as_str(), entry.delivery.as_str()), ("R0000000001", "S0000000001"));
    assert_eq!((&entry.sender, entry.received_at, entry.fetched), (&manager(), NOON, Fetched::NotYet));
    assert_eq!((entry.message, entry.files), ("確認をお願いします。".to_owned(), accepted.files));
    assert_eq!(store.received_one(&manager(), NOON, "R0000000001").await.unwrap(), None);
}

#[tokio::test]
async fn a_file_is_handed_out_without_a_byte_of_its_neighbours() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    // Around the borders of a chunk, and nothing at all.
    let lengths = [1, 65_535, 65_536, 0, 65_537, 131_072, 131_073, 1];
    let mut records = Vec::new();
    for (letter, length) in (b'a'..).zip(lengths) {
        let new =
            NewDelivery { files: vec![file("x.csv", vec![letter; length].into())], ..delivery(&format!("{letter}")) };
        records.push(accept(&store, new).await);
    }
    for ((letter, length), record) in (b'a'..).zip(lengths).zip(&records) {
        assert!(read(&store, &record.files[0].body).await == vec![letter; length], "{length} bytes");
    }
}

#[tokio::test]
async fn a_key_is_used_once_by_each_sender() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    let first = accept(&store, delivery("k")).await;
    assert_eq!(store.accept(delivery("k")).await.unwrap(), AcceptOutcome::Repeated(first.clone()));
    let other = NewDelivery { digest: sha256(b"other"), ..delivery("k") };
    assert_eq!(store.accept(other).await.unwrap(), AcceptOutcome::KeyReused);
    let back = NewDelivery { sender: provider(), receiver: manager(), ..delivery("k") };
    assert_eq!(accept(&store, back).await.id, "S0000000002");
    assert_eq!(all_sent(&store, &manager()).await, [first]);
    let events: Vec<_> = lines(directory.path()).into_iter().map(|line| line.event).collect();
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Accepted(delivered) => Some(("accepted", delivered.delivery.as_str())),
            Event::Repeated { delivery, .. } => Some(("repeated", delivery.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(told, [("accepted", "S0000000001"), ("repeated", "S0000000001"), ("accepted", "S0000000002")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_sends_of_one_key_at_once_one_is_accepted() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    for round in 0..10 {
        let sends: Vec<_> = (0..32)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.accept(delivery(&format!("key-{round}"))).await.unwrap() })
            })
            .collect();
        let mut accepted = Vec::new();
        let mut repeated = Vec::new();
        for send in sends {
            match send.await.unwrap() {
                AcceptOutcome::Accepted(record) => accepted.push(record),
                AcceptOutcome::Repeated(record) => repeated.push(record),
                AcceptOutcome::KeyReused => panic!("the digest is the same"),
            }
        }
        assert_eq!((accepted.len(), repeated.len()), (1, 31));
        assert!(repeated.iter().all(|record| *record == accepted[0]));
    }
    assert_eq!(all_sent(&store, &manager()).await.len(), 10);
}

#[tokio::test]
async fn an_entry_is_seen_from_its_time_on_and_as_often_as_told() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    accept(&store, NewDelivery { visible_at: NOON + Duration::minutes(5), ..delivery("late") }).await;
    accept(&store, NewDelivery { copies: 2, ..delivery("twice") }).await;
    let entries = async |now| {
        let page = store.received(&provider(), now, None, 10).await.unwrap();
        assert_eq!(page.next, None);
        page.items.into_iter().map(|entry| (entry.id, entry.delivery)).collect::<Vec<_>>()
    };
    let entry = |id: &str, delivery: &str| (id.to_owned(), delivery.to_owned());
    assert_eq!(entries(NOON - Duration::seconds(1)).await, []);
    let twice = [entry("R0000000002", "S0000000002"), entry("R0000000003", "S0000000002")];
    assert_eq!(entries(NOON).await, twice);
    assert_eq!(store.received_one(&provider(), NOON, "R0000000001").await.unwrap(), None);
    assert_eq!(store.not_fetched(&provider(), NOON).await.unwrap(), 2);
    let [second, third] = twice;
    let later = NOON + Duration::minutes(5);
    assert_eq!(entries(later).await, [second, third, entry("R0000000001", "S0000000001")]);
    assert_eq!(store.not_fetched(&provider(), later).await.unwrap(), 3);
    let none = NewDelivery { copies: 0, ..delivery("none") };
    assert!(matches!(store.accept(none).await, Err(StoreError::Range { what: "the number of copies" })));
}

#[tokio::test]
async fn the_operator_sees_the_deliveries_of_all_offices_with_what_was_fetched() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    accept(&store, delivery("first")).await;
    let back = NewDelivery { sender: provider(), receiver: manager(), copies: 2, ..delivery("back") };
    accept(&store, back).await;
    accept(&store, NewDelivery { visible_at: NOON + Duration::minutes(5), ..delivery("late") }).await;
    store.mark_fetched(&manager(), "R0000000003", 0, NOON).await.unwrap();
    let seen = async |after: Option<String>| {
        let page = store.all_sent(NOON, after, 2).await.unwrap();
        let lines = page.items.into_iter().map(|(delivery, entries)| (delivery.key, entries));
        (lines.collect::<Vec<_>>(), page.next)
    };
    let (newest, next) = seen(None).await;
    assert_eq!(newest, [("late".to_owned(), vec![]), ("back".to_owned(), vec![Fetched::NotYet, Fetched::Done])]);
    assert_eq!(seen(next).await, (vec![("first".to_owned(), vec![Fetched::NotYet])], None));
    assert_eq!(seen(Some("s1".to_owned())).await, (vec![], None));
}

#[tokio::test]
async fn an_entry_is_fetched_when_each_of_its_files_is() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    let files = vec![file("a.csv", bytes_of("a")), file("b.csv", bytes_of("b"))];
    accept(&store, NewDelivery { files, copies: 2, ..delivery("k") }).await;
    let mark =
        async |office: OfficeNumber, id: &str, position| store.mark_fetched(&office, id, position, NOON).await.unwrap();
    assert_eq!(mark(manager(), "R0000000001", 0).await, FetchOutcome::Unknown);
    assert_eq!(mark(provider(), "R0000000009", 0).await, FetchOutcome::Unknown);
    assert_eq!(mark(provider(), "S0000000001", 0).await, FetchOutcome::Unknown);
    assert_eq!(mark(provider(), "R0000000001", 2).await, FetchOutcome::Unknown);
    assert_eq!(mark(provider(), "R0000000001", 1).await, FetchOutcome::Partly);
    assert_eq!(mark(provider(), "R0000000001", 1).await, FetchOutcome::Partly);
    assert_eq!(store.not_fetched(&provider(), NOON).await.unwrap(), 2);
    assert_eq!(mark(provider(), "R0000000001", 0).await, FetchOutcome::Complete);
    assert_eq!(mark(provider(), "R0000000001", 0).await, FetchOutcome::Complete);
    assert_eq!(store.not_fetched(&provider(), NOON).await.unwrap(), 1);
    let page = store.received(&provider(), NOON, None, 10).await.unwrap();
    let states: Vec<_> = page.items.iter().map(|entry| entry.fetched).collect();
    assert_eq!(states, [Fetched::Done, Fetched::NotYet]);
    let told: Vec<_> = lines(directory.path())
        .into_iter()
        .filter_map(|line| match line.event {
            Event::Fetched { entry, position, complete, .. } => Some((entry, position, complete)),
            _ => None,
        })
        .collect();
    let entry = || "R0000000001".to_owned();
    assert_eq!(told, [(entry(), 1, false), (entry(), 1, false), (entry(), 0, true), (entry(), 0, true)]);
}

#[tokio::test]
async fn pages_hold_each_entry_once_while_others_come_in() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    for number in 0..10 {
        accept(&store, delivery(&format!("old-{number}"))).await;
    }
    let (mut received, mut sent) = (Vec::new(), Vec::new());
    let (mut after_received, mut after_sent) = (None, None);
    for page in 0.. {
        accept(&store, delivery(&format!("new-{page}"))).await;
        // Earlier than all that has been read: it belongs to no page that is left.
        let early = NewDelivery { visible_at: NOON - Duration::minutes(1), ..delivery(&format!("early-{page}")) };
        accept(&store, early).await;
        let entries = store.received(&provider(), NOON, after_received, 4).await.unwrap();
        let deliveries = store.sent(&manager(), after_sent, 4).await.unwrap();
        assert!(entries.items.len() <= 4 && deliveries.items.len() <= 4);
        received.extend(entries.items.into_iter().map(|entry| entry.id));
        sent.extend(deliveries.items.into_iter().map(|delivery| delivery.key));
        (after_received, after_sent) = (entries.next, deliveries.next);
        if after_received.is_none() && after_sent.is_none() {
            break;
        }
        // The list that ended first is not begun again.
        after_received = after_received.or_else(|| Some(format!("r{}.0", i64::MAX)));
        after_sent = after_sent.or_else(|| Some("s0".to_owned()));
    }
    let received: Vec<_> = received.iter().map(String::as_str).collect();
    assert_eq!(
        received,
        [
            "R0000000012",
            "R0000000001",
            "R0000000002",
            "R0000000003",
            "R0000000004",
            "R0000000005",
            "R0000000006",
            "R0000000007",
            "R0000000008",
            "R0000000009",
            "R0000000010",
            "R0000000011",
            "R0000000013",
            "R0000000015",
            "R0000000017",
        ]
    );
    assert_eq!(
        sent,
        ["early-0", "new-0", "old-9", "old-8", "old-7", "old-6", "old-5", "old-4", "old-3", "old-2", "old-1", "old-0"]
    );
    let error = store.sent(&manager(), Some("r1.2".to_owned()), 4).await.unwrap_err();
    assert!(matches!(error, StoreError::Cursor));
    let error = store.received(&manager(), NOON, Some("次".to_owned()), 4).await.unwrap_err();
    assert!(matches!(error, StoreError::Cursor));
}

#[tokio::test]
async fn documents_are_kept_by_kind_and_changed_together() {
    let directory = tempfile::tempdir().unwrap();
    let (store, journal) = open(directory.path());
    let document = |kind: &str, id: &str, json: &str| (kind.to_owned(), id.to_owned(), json.to_owned());
    store
        .put_all(vec![document("office", "2", "{}"), document("office", "1", "[1]"), document("notice", "1", "{}")])
        .await
        .unwrap();
    store.put("office", "2", "[2]".to_owned()).await.unwrap();
    store.delete("notice", "1").await.unwrap();
    store.delete("notice", "none").await.unwrap();
    store.close().await;
    drop(journal);
    drop(store);

    let (store, _) = open(directory.path());
    let pair = |id: &str, json: &str| (id.to_owned(), json.to_owned());
    assert_eq!(store.all("office").await.unwrap(), [pair("1", "[1]"), pair("2", "[2]")]);
    assert_eq!(store.all("notice").await.unwrap(), []);
    store
        .change(vec![
            Change::DeleteAll { kind: "office".to_owned() },
            Change::Put { kind: "office".to_owned(), id: "3".to_owned(), json: "[3]".to_owned() },
        ])
        .await
        .unwrap();
    assert_eq!(store.all("office").await.unwrap(), [pair("3", "[3]")]);
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path());
    store.close().await;
    assert!(matches!(store.accept(delivery("k")).await, Err(StoreError::Closed)));
    assert!(matches!(store.sent(&manager(), None, 1).await, Err(StoreError::Closed)));
    store.close().await;
}

/// What two offices may do to one store.
#[derive(Clone, Debug)]
enum Step {
    Send { from: usize, to: usize, key: u8 },
    Fetch { office: usize, entry: u8 },
    Delivery { office: usize, number: u8 },
    Entry { office: usize, number: u8 },
    Lists { office: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let (office, number) = (0..2_usize, 1..12_u8);
    prop_oneof![
        3 => (office.clone(), office.clone(), number.clone()).prop_map(|(from, to, key)| Step::Send { from, to, key }),
        1 => (office.clone(), number.clone()).prop_map(|(office, entry)| Step::Fetch { office, entry }),
        1 => (office.clone(), number.clone()).prop_map(|(office, number)| Step::Delivery { office, number }),
        1 => (office.clone(), number).prop_map(|(office, number)| Step::Entry { office, number }),
        1 => office.prop_map(|office| Step::Lists { office }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Held to a model of two maps: who sent which delivery, who has which entry of it.
    #[test]
    fn no_office_is_ever_told_of_anothers(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let directory = tempfile::tempdir().unwrap();
            let (store, _) = open(directory.path());
            let offices = [manager(), provider()];
            let mut sent: BTreeMap<String, (usize, String)> = BTreeMap::new();
            let mut received: BTreeMap<String, (usize, String)> = BTreeMap::new();
            for step in steps {
                match step {
                    Step::Send { from, to, key } => {
                        let key = format!("k{key}");
                        let digest = sha256(&[u8::from(to == 1)]);
                        let (sender, receiver) = (offices[from].clone(), offices[to].clone());
                        let new = NewDelivery { sender, receiver, digest, ..delivery(&key) };
                        let before = sent.values().any(|known| *known == (from, key.clone()));
                        match store.accept(new).await.unwrap() {
                            AcceptOutcome::Accepted(record) => {
                                assert!(!before);
                                received.insert(format!("R{:010}", received.len() + 1), (to, record.id.clone()));
                                sent.insert(record.id, (from, key));
                            }
                            AcceptOutcome::Repeated(record) => assert_eq!(sent[&record.id], (from, key)),
                            AcceptOutcome::KeyReused => assert!(before),
                        }
                    }
                    Step::Fetch { office, entry } => {
                        let id = format!("R{entry:010}");
                        let own = received.get(&id).is_some_and(|(owner, _)| *owner == office);
                        let outcome = store.mark_fetched(&offices[office], &id, 0, NOON).await.unwrap();
                        assert_eq!(outcome, if own { FetchOutcome::Complete } else { FetchOutcome::Unknown });
                    }
                    Step::Delivery { office, number } => {
                        let id = format!("S{number:010}");
                        let own = sent.get(&id).filter(|(owner, _)| *owner == office).map(|(_, key)| key.clone());
                        let found = store.sent_one(&offices[office], &id).await.unwrap();
                        assert_eq!(found.map(|record| record.key), own);
                    }
                    Step::Entry { office, number } => {
                        let id = format!("R{number:010}");
                        let own = received.get(&id).filter(|(owner, _)| *owner == office).map(|(_, of)| of.clone());
                        let found = store.received_one(&offices[office], NOON, &id).await.unwrap();
                        assert_eq!(found.map(|record| record.delivery), own);
                    }
                    Step::Lists { office } => {
                        let own = |of: &BTreeMap<String, (usize, String)>| {
                            let own = of.iter().filter(|(_, (owner, _))| *owner == office);
                            own.map(|(id, _)| id.clone()).collect::<Vec<_>>()
                        };
                        let listed = all_sent(&store, &offices[office]).await;
                        assert_eq!(listed.into_iter().map(|record| record.id).collect::<Vec<_>>(), own(&sent));
                        let listed = store.received(&offices[office], NOON, None, 100).await.unwrap().items;
                        assert_eq!(listed.into_iter().map(|record| record.id).collect::<Vec<_>>(), own(&received));
                    }
                }
            }
        });
    }
}
