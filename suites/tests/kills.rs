//! The platform is killed again and again while clients send: what was acknowledged is there once.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::folder;
use common::platform::Served;
use serde_json::Value;

/// Care managers, each of which sends to the provider beside it.
const PAIRS: [(&str, &str); 4] = [
    ("9970100013", "9970100021"),
    ("9970100112", "9970100120"),
    ("9970100211", "9970100229"),
    ("9970100310", "9970100328"),
];

/// Deliveries of each.
const EACH: usize = 90;

/// How often the platform is killed.
const KILLS: usize = 20;

/// Longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(240);

fn name(number: usize, (from, to): (&str, &str)) -> String {
    format!(
        "DLTPLAN_202610_{from}_43_{to}_11_20261001{:02}{:02}{:02}.CSV",
        number / 3600,
        number / 60 % 60,
        number % 60
    )
}

/// Accepted and recovered lines.
fn accepted(journal: &[Value]) -> impl Iterator<Item = &Value> {
    journal.iter().filter(|line| line["event"] == "accepted" || line["event"] == "recovered")
}

/// Accepted deliveries in the journal of a platform that may be writing it.
fn count(path: &Path) -> usize {
    let text = fs::read(path).unwrap();
    let lines = text.split(|byte| *byte == b'\n');
    let tells = |line: &[u8], event: &[u8]| line.windows(event.len()).any(|window| window == event);
    lines.filter(|line| tells(line, b"\"event\":\"accepted\"") || tells(line, b"\"event\":\"recovered\"")).count()
}

#[test]
fn what_was_acknowledged_is_there_once_however_often_the_platform_is_killed() {
    let folder = folder();
    let path = folder.path();
    let runs = path.join("run");
    for pair in PAIRS {
        let outbox = runs.join(pair.0).join("outbox");
        for number in 0..EACH {
            let unit = outbox.join(format!("{number:04}"));
            fs::create_dir_all(&unit).unwrap();
            let row = format!("202407,990010,{number:010},202610\r\n");
            fs::write(unit.join(name(number, pair)), row).unwrap();
        }
    }
    let mut served = Served::start(path, &["--world-from", "run", "--now", "2026-10-02"]);
    let address = served.address();
    let journal = served.folder.join("journal.jsonl");
    let begun = Instant::now();
    let finished = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for (from, _) in PAIRS {
            let (finished, runs) = (&finished, &runs);
            let profile = served.folder.join("clients").join(from).join("client.toml");
            scope.spawn(move || {
                while !finished.load(Ordering::Relaxed) && begun.elapsed() < PATIENCE {
                    let place = |name: &str| runs.join(from).join(name).to_str().unwrap().to_owned();
                    fs::create_dir_all(place("inbox")).unwrap();
                    let (outbox, inbox) = (place("outbox"), place("inbox"));
                    let profile = profile.to_str().unwrap();
                    let args = ["client", "--once", "--profile", profile, "--outbox", &outbox, "--inbox", &inbox];
                    // A run that meets a dead platform for too long gives up; the next goes on.
                    if common::run(runs, args).code == 0 {
                        return;
                    }
                }
            });
        }
        for kill in 1..=KILLS {
            // Not after a time but after so many deliveries: the machine may be as slow as it likes.
            let until = kill * PAIRS.len() * EACH / (KILLS + 2);
            while count(&journal) < until && begun.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(5));
            }
            served.kill();
            served = Served::on(path, &address, &["--now", "2026-10-02"]);
        }
        // Ends the clients that have given up too often; those that still send go on until they are done.
        while count(&journal) < PAIRS.len() * EACH && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
        finished.store(true, Ordering::Relaxed);
    });

    for (from, _) in PAIRS {
        // Whatever acknowledgement was lost is asked for again.
        served.client(&runs, from).code_is(0);
    }
    let lines = served.journal();
    let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for line in accepted(&lines) {
        *times.entry((line["sender"].as_str().unwrap(), line["key"].as_str().unwrap())).or_default() += 1;
    }
    assert_eq!(times.len(), PAIRS.len() * EACH, "each delivery stands in the journal");
    assert!(times.values().all(|times| *times == 1), "and once: {times:?}");
    let started = lines.iter().filter(|line| line["event"] == "started").count();
    assert_eq!(started, KILLS + 1);

    for pair in PAIRS {
        served.client(&runs, pair.1).code_is(0);
        let inbox = fs::read_dir(runs.join(pair.1).join("inbox")).unwrap();
        let mut got: Vec<String> = inbox.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        got.retain(|name| name != ".renkei");
        got.sort();
        let mut expected: Vec<String> = (0..EACH).map(|number| name(number, pair)).collect();
        expected.sort();
        assert_eq!(got, expected, "{} has each once", pair.1);
    }
}
