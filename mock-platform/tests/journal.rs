//! What a journal promises: an unbroken count, whole lines, one writer, and a way to read from any
//! number on.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod support;

use std::fs;
use std::io::Write;

use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::journal::{Event, Journal, JournalError, Line, Mended};
use support::*;

fn request(status: u16) -> Event {
    Event::Request {
        connection: 7,
        office: Some(manager()),
        method: "GET".to_owned(),
        route: "/v1/received/{id}".to_owned(),
        status,
    }
}

fn open_journal(directory: &std::path::Path) -> Result<Journal, JournalError> {
    Journal::open(&directory.join("journal.jsonl"), Clock::stopped(NOON))
}

#[test]
fn lines_are_json_with_number_time_and_event() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open_journal(directory.path()).unwrap();
    assert_eq!(journal.write(&request(200)).unwrap(), 2);
    assert_eq!(journal.write(&Event::Reset).unwrap(), 3);
    assert_eq!(journal.write(&Event::Stopped { never_fired: vec!["2".to_owned()] }).unwrap(), 4);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        fs::read_to_string(directory.path().join("journal.jsonl")).unwrap(),
        format!(
            r#"{{"seq":1,"at":"2026-12-01T12:00:00+09:00","event":"started","schema":"renkei-journal/1","tool":"renkei","version":"{version}"}}
{{"seq":2,"at":"2026-12-01T12:00:00+09:00","event":"request","connection":7,"office":"9970100013","method":"GET","route":"/v1/received/{{id}}","status":200}}
{{"seq":3,"at":"2026-12-01T12:00:00+09:00","event":"reset"}}
{{"seq":4,"at":"2026-12-01T12:00:00+09:00","event":"stopped","never_fired":["2"]}}
"#
        )
    );
    assert!(matches!(journal.write(&Event::Reset), Err(JournalError::Closed)));
    assert_eq!(journal.last(), 4);
}

#[test]
fn the_count_goes_on_when_a_journal_is_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        let journal = open_journal(directory.path()).unwrap();
        journal.write(&request(200)).unwrap();
    }
    let kinds: Vec<_> = lines(directory.path()).iter().map(|line| (line.seq, line.event == request(200))).collect();
    assert_eq!(kinds, [(1, false), (2, true), (3, false), (4, true), (5, false), (6, true)]);
}

#[test]
fn a_torn_last_line_is_cut_off_and_told_of() {
    for torn in [r#"{"seq":3,"at":"20"#, "{", r#"{"seq":3,"at":"2026-12-01T12:00:00+09:00","event":"reset"}"#] {
        let directory = tempfile::tempdir().unwrap();
        open_journal(directory.path()).unwrap().write(&Event::Reset).unwrap();
        let path = directory.path().join("journal.jsonl");
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(torn.as_bytes()).unwrap();
        open_journal(directory.path()).unwrap();
        let lines = lines(directory.path());
        assert_eq!(lines.iter().map(|line| line.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(lines[2].event, Event::Mended { what: Mended::Journal, bytes: torn.len() as u64 });
        assert!(matches!(lines[3].event, Event::Started { .. }));
    }
}

#[test]
fn a_journal_torn_in_its_first_line_begins_anew() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("journal.jsonl"), r#"{"se"#).unwrap();
    open_journal(directory.path()).unwrap();
    let lines = lines(directory.path());
    assert_eq!(lines[0].event, Event::Mended { what: Mended::Journal, bytes: 4 });
    assert_eq!((lines[0].seq, lines[1].seq, lines.len()), (1, 2, 2));
}

#[test]
fn a_file_that_is_no_journal_is_left_alone() {
    for text in ["提供票の控え", "a,b,c\r\n", "{\"seq\":1}\n", "{\"seq\":1,\"at\":\"x\",\"event\":\"reset\"}\nrest"]
    {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.jsonl");
        fs::write(&path, text).unwrap();
        assert!(matches!(open_journal(directory.path()), Err(JournalError::NotAJournal { .. })), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_second_writer_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open_journal(directory.path()).unwrap();
    assert!(matches!(open_journal(directory.path()), Err(JournalError::InUse { .. })));
    assert_eq!(lines(directory.path()).len(), 1);
    drop(journal);
    open_journal(directory.path()).unwrap();
}

#[test]
fn lines_are_read_from_any_number_on() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open_journal(directory.path()).unwrap();
    for status in 2..=3_000 {
        journal.write(&request(status)).unwrap();
    }
    let seqs = |lines: Vec<Line>| lines.into_iter().map(|line| line.seq).collect::<Vec<_>>();
    assert_eq!(seqs(journal.since(0, 3).unwrap()), [1, 2, 3]);
    assert_eq!(seqs(journal.since(1_776, 2).unwrap()), [1_777, 1_778]);
    assert_eq!(journal.since(1_776, 1).unwrap()[0].event, request(1_777));
    assert_eq!(seqs(journal.since(2_998, 10).unwrap()), [2_999, 3_000]);
    assert_eq!(seqs(journal.since(3_000, 10).unwrap()), [0_u64; 0]);
    assert_eq!(seqs(journal.since(0, 10_000).unwrap()), (1..=3_000).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_see_every_line_in_order_whoever_writes() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open_journal(directory.path()).unwrap();
    let mut subscriber = journal.subscribe();
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let journal = journal.clone();
            tokio::task::spawn_blocking(move || {
                for _ in 0..200 {
                    journal.write(&request(200)).unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let mut seen = Vec::new();
    for _ in 0..800 {
        seen.push(subscriber.try_recv().unwrap());
    }
    assert!(subscriber.try_recv().is_err());
    assert_eq!(seen.iter().map(|line| line.seq).collect::<Vec<_>>(), (2..=801).collect::<Vec<_>>());
    assert_eq!(seen, journal.since(1, 1_000).unwrap());
}
