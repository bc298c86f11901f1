//! What the store survives: its process being killed, and its disk being full.
//!
//! Has a `main` of its own, as the process that is killed is this program again, started with `--child`.
//! Nothing is killed after a time: always after a number of lines that the child has written.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use renkei_mock_platform::store::{AcceptOutcome, DeliveryRecord, Store};
use support::*;

const TESTS: [(&str, fn()); 3] = [
    ("what_was_acknowledged_is_there_once_after_each_of_twenty_kills", kill_while_accepting),
    ("a_kill_during_a_restore_leaves_the_old_state_or_the_new", kill_while_restoring),
    ("a_full_disk_refuses_and_loses_nothing", fill_the_disk),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, what, directory, round] = arguments.as_slice()
        && flag == "--child"
    {
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let (directory, round) = (Path::new(directory), round.parse().unwrap());
        return match what.as_str() {
            "accept" => runtime.block_on(child_that_accepts(directory, round)),
            "restore" => runtime.block_on(child_that_restores(directory, round)),
            "fill" => runtime.block_on(child_that_fills(directory)),
            other => panic!("no child {other}"),
        };
    }
    let wanted = |name: &str| {
        let mut filters = arguments.iter().filter(|argument| !argument.starts_with('-')).peekable();
        filters.peek().is_none() || filters.any(|filter| name.contains(filter.as_str()))
    };
    for (name, test) in TESTS.into_iter().filter(|(name, _)| wanted(name)) {
        if arguments.iter().any(|argument| argument == "--list") {
            say(&format!("{name}: test"));
        } else {
            test();
            say(&format!("test {name} ... ok"));
        }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Tasks of a child that accept at once.
const TASKS: u64 = 8;

/// Accepts from several tasks until it is killed, and says of each delivery what it was told. A task
/// begins with the last key of the round before, of which it may not know what became.
async fn child_that_accepts(directory: &Path, round: u64) {
    let (store, _) = open(directory);
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                if round > 0 {
                    acknowledge(&store, &format!("{}-again", round - 1)).await;
                }
                // Many more than it lives for.
                for number in 0..1_000_000 {
                    acknowledge(&store, &format!("{round}-{task}-{number}")).await;
                    // All tasks send this one, over and over.
                    acknowledge(&store, &format!("{round}-again")).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn acknowledge(store: &Store, key: &str) {
    match store.accept(delivery(key)).await.unwrap() {
        AcceptOutcome::Accepted(record) => say(&format!("accepted {} {}", record.id, record.key)),
        AcceptOutcome::Repeated(record) => say(&format!("repeated {} {}", record.id, record.key)),
        AcceptOutcome::KeyReused => panic!("the digest follows from the key"),
    }
}

fn kill_while_accepting() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    // What was acknowledged in all rounds: the number of each key.
    let mut acknowledged: BTreeMap<String, String> = BTreeMap::new();
    let mut accepted = BTreeSet::new();
    for round in 0..20 {
        let (mut child, lines, _stdin) = start("accept", directory.path(), round);
        let mut seen = 0;
        for line in lines {
            let line = line.unwrap();
            let [outcome, id, key] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line:?}") };
            assert!(outcome == "repeated" || accepted.insert(key.to_owned()), "{key} was accepted twice");
            let before = acknowledged.insert(key.to_owned(), id.to_owned());
            assert!(before.is_none_or(|before| before == id), "{key} has two numbers");
            seen += 1;
            if seen == 3 + round * 17 {
                child.kill().unwrap();
            }
        }
        assert!(!child.wait().unwrap().success());
        assert!(seen >= 3 + round * 17, "the child ended by itself after {seen} lines");
        runtime.block_on(check(directory.path(), &acknowledged));
    }
}

/// Opens the store and holds it, its entries, its bytes and the journal to what was acknowledged.
/// Returns how many deliveries there are.
async fn check(directory: &Path, acknowledged: &BTreeMap<String, String>) -> usize {
    let (store, journal) = open(directory);
    let sent = all_sent(&store, &manager()).await;
    check_records(&store, &sent).await;
    let by_key: BTreeMap<&str, &str> = sent.iter().map(|record| (record.key.as_str(), record.id.as_str())).collect();
    assert_eq!(by_key.len(), sent.len(), "a key is there twice");
    for (key, id) in acknowledged {
        assert_eq!(by_key.get(key.as_str()), Some(&id.as_str()), "{key} was acknowledged");
    }
    let in_index: Vec<_> = sent.into_iter().map(|record| record.id).collect();
    assert_eq!(journaled(directory), in_index);
    let seqs: Vec<_> = lines(directory).iter().map(|line| line.seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    store.close().await;
    drop(journal);
    in_index.len()
}

/// Each delivery has its bytes and one entry.
async fn check_records(store: &Store, sent: &[DeliveryRecord]) {
    for record in sent {
        let [file] = record.files.as_slice() else { panic!("{record:?}") };
        assert!(read(store, &file.body).await == bytes_of(&record.key), "the bytes of {}", record.key);
    }
    let mut entries = Vec::new();
    let mut after = None;
    loop {
        let page = store.received(&provider(), NOON, after, 100).await.unwrap();
        entries.extend(page.items.into_iter().map(|entry| entry.delivery));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(entries, sent.iter().map(|record| record.id.clone()).collect::<Vec<_>>());
}

/// Restores two snapshots in turn until it is killed, and says when it begins and when it has ended.
async fn child_that_restores(directory: &Path, _: u64) {
    let (store, _) = open(directory);
    loop {
        for name in ["a", "b"] {
            say(&format!("begin {name}"));
            store.restore(&directory.join(name)).await.unwrap();
            say(&format!("end {name}"));
        }
    }
}

fn kill_while_restoring() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let keys = |name: &str, count: usize| (0..count).map(|number| format!("{name}-{number}")).collect::<Vec<_>>();
    let states = [keys("a", 40), keys("b", 60)];
    runtime.block_on(async {
        let (store, _) = open(directory.path());
        for (name, keys) in ["a", "b"].into_iter().zip(&states) {
            store.reset().await.unwrap();
            for key in keys {
                accept(&store, delivery(key)).await;
            }
            store.snapshot(&directory.path().join(name)).await.unwrap();
        }
    });
    for round in 0..10 {
        let (mut child, lines, _stdin) = start("restore", directory.path(), round);
        let mut seen = 0;
        let mut last = String::new();
        for line in lines {
            last = line.unwrap();
            seen += 1;
            // An odd line says that one begins.
            if seen == 5 + round * 2 {
                child.kill().unwrap();
            }
        }
        assert!(!child.wait().unwrap().success());
        assert!(seen >= 5 + round * 2, "the child ended by itself after {seen} lines");
        runtime.block_on(async {
            let (store, _) = open(directory.path());
            let sent = all_sent(&store, &manager()).await;
            check_records(&store, &sent).await;
            let keys: Vec<_> = sent.into_iter().map(|record| record.key).collect();
            match last.as_str() {
                "end a" => assert_eq!(keys, states[0]),
                "end b" => assert_eq!(keys, states[1]),
                _ => assert!(states.contains(&keys), "{keys:?}"),
            }
            assert_eq!(logs(directory.path()), 1);
            store.close().await;
        });
    }
}

fn logs(directory: &Path) -> usize {
    let names = std::fs::read_dir(directory.join("data")).unwrap();
    names.filter(|name| name.as_ref().unwrap().file_name().to_string_lossy().starts_with("bodies-")).count()
}

/// Accepts until the disk is full, waits for a line, accepts some more, and ends.
async fn child_that_fills(directory: &Path) {
    let (store, _) = open(directory);
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut refused = 0;
                for number in 0.. {
                    match store.accept(delivery(&format!("{task}-{number}"))).await {
                        Ok(AcceptOutcome::Accepted(record)) => say(&format!("accepted {} {}", record.id, record.key)),
                        Ok(other) => panic!("{other:?}"),
                        Err(error) => {
                            say(&format!("refused {task}-{number} {error}"));
                            refused += 1;
                        }
                    }
                    if refused == 3 {
                        break;
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    // What is there can be read while the disk is full.
    let sent = all_sent(&store, &manager()).await;
    check_records(&store, &sent).await;
    say("full");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    for number in 0..10 {
        acknowledge(&store, &format!("after-{number}")).await;
    }
    store.close().await;
}

fn fill_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(directory.path()) else {
        say("skipped: no disk of limited size can be mounted here (that takes root on Linux)");
        return;
    };
    let (mut child, lines, mut stdin) = start("fill", directory.path(), 0);
    let mut acknowledged = BTreeMap::new();
    let mut refused = 0;
    let mut after = 0;
    for line in lines {
        let line = line.unwrap();
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["accepted", id, key] => {
                assert!(acknowledged.insert(key.to_owned(), id.to_owned()).is_none(), "{key}");
                after += usize::from(key.starts_with("after-"));
            }
            ["refused", ..] => refused += 1,
            ["full"] => {
                disk.enlarge();
                stdin.write_all(b"more\n").unwrap();
            }
            _ => panic!("{line:?}"),
        }
    }
    assert!(child.wait().unwrap().success());
    assert_eq!((refused, after), (12, 10));
    assert!(acknowledged.len() > 20, "only {} were accepted", acknowledged.len());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let stored = runtime.block_on(check(directory.path(), &acknowledged));
    assert_eq!(stored, acknowledged.len(), "what was refused is not there");
}

/// A file system in memory that is soon full.
struct SmallDisk<'a> {
    at: &'a Path,
}

impl SmallDisk<'_> {
    fn mount(at: &Path) -> Option<SmallDisk<'_>> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(SmallDisk { at })
    }

    fn enlarge(&self) {
        let larger = Command::new("mount").args(["-o", "remount,size=64m"]).arg(self.at).status().unwrap();
        assert!(larger.success());
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // What fails here only leaves a small file system in memory.
        let _ = Command::new("umount").arg(self.at).status();
    }
}

fn start(what: &str, directory: &Path, round: u64) -> (Child, Lines<BufReader<ChildStdout>>, ChildStdin) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--child", what])
        .arg(directory)
        .arg(round.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let stdin = child.stdin.take().unwrap();
    (child, lines, stdin)
}
