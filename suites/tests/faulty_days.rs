//! The good client under every plan of `examples/faults`: each delivery arrives once, as it was sent.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::folder;
use common::platform::Served;

const FROM: &str = "9970100013";
const TO: &str = "9970100021";

/// Deliveries of each plan: what a plan strikes strikes the first few.
const DELIVERIES: usize = 4;

/// Platforms at once.
const SHARDS: usize = 6;

/// Runs of the client until everything has arrived; plans strike a bounded number of times.
const MOST_RUNS: usize = 6;

fn name(plan: usize, number: usize) -> String {
    format!("DLTPLAN_202610_{FROM}_43_{TO}_11_202610{:02}{:02}{number:02}00.CSV", 1 + plan / 24, plan % 24)
}

/// The files of an inbox, by name, without the client's own.
fn inbox(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

/// Puts what was refused back, as a person would once the reason is gone.
fn put_back(outbox: &Path) {
    let Ok(refused) = fs::read_dir(outbox.join("refused")) else { return };
    for unit in refused.map(|unit| unit.unwrap()) {
        fs::rename(unit.path(), outbox.join(unit.file_name())).unwrap();
    }
}

#[test]
fn every_delivery_arrives_once_under_every_plan() {
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/faults");
    let mut plans: Vec<_> = fs::read_dir(plans).unwrap().map(|plan| plan.unwrap().path()).collect();
    plans.retain(|plan| plan.extension().is_some_and(|extension| extension == "toml"));
    plans.sort();
    assert!(plans.len() >= 40, "there are plans: {}", plans.len());

    // Most of the time is spent waiting: for files to be complete, and before the next try.
    std::thread::scope(|scope| {
        let days: Vec<_> =
            plans.chunks(plans.len().div_ceil(SHARDS)).map(|plans| scope.spawn(move || under(plans))).collect();
        days.into_iter().for_each(|day| day.join().unwrap());
    });
}

/// One platform under one plan after the other.
fn under(plans: &[PathBuf]) {
    let folder = folder();
    let path = folder.path();
    let runs = path.join("run");
    let mut expected = BTreeMap::new();
    let mut served = Served::start(path, &["--now", "2026-11-02"]);
    let address = served.address();
    for (number, plan) in plans.iter().enumerate() {
        let title = plan.file_stem().unwrap().to_str().unwrap().to_owned();
        served.kill();
        served = Served::on(path, &address, &["--now", "2026-11-02", "--faults", plan.to_str().unwrap()]);
        let outbox = runs.join(FROM).join("outbox");
        for delivery in 0..DELIVERIES {
            let unit = outbox.join(format!("{title}-{delivery}"));
            fs::create_dir_all(&unit).unwrap();
            let row = format!("202407,990010,{:010},202610\r\n", number * DELIVERIES + delivery);
            fs::write(unit.join(name(number, delivery)), &row).unwrap();
            expected.insert(name(number, delivery), row.into_bytes());
        }
        let mut told = Vec::new();
        for _ in 0..MOST_RUNS {
            put_back(&outbox);
            for office in [FROM, TO] {
                let outcome = served.client(&runs, office);
                told.push(format!("{}: {}{}", outcome.code, outcome.out, outcome.err));
            }
            if inbox(&runs.join(TO).join("inbox")) == expected {
                break;
            }
        }
        let got = inbox(&runs.join(TO).join("inbox"));
        let missing: Vec<_> = expected.keys().filter(|name| !got.contains_key(*name)).collect();
        let more: Vec<_> = got.keys().filter(|name| !expected.contains_key(*name)).collect();
        assert!(missing.is_empty() && more.is_empty(), "{title}: {missing:?} {more:?}\n{}", told.join("\n"));
        assert!(got == expected, "{title}: the bytes are those sent");
    }

    let lines = served.journal();
    let mut keys = BTreeMap::new();
    for line in lines.iter().filter(|line| line["event"] == "accepted" || line["event"] == "recovered") {
        *keys.entry(line["key"].as_str().unwrap()).or_insert(0) += 1;
    }
    assert_eq!(keys.len(), expected.len(), "each delivery was accepted");
    assert!(keys.values().all(|times| *times == 1), "and once");
    let struck = lines.iter().filter(|line| line["event"] == "fault").count();
    assert!(struck >= plans.len(), "faults struck: {struck}");
}
