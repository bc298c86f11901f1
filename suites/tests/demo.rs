//! `renkei demo`: everything in one run, and how long it takes.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::time::{Duration, Instant};

use common::{folder, run};

/// What is promised, for a built binary.
const PROMISED: Duration = Duration::from_secs(60);

#[test]
fn a_day_of_the_exchange_takes_less_than_a_minute() {
    let folder = folder();
    let begun = Instant::now();
    let outcome = run(folder.path(), ["demo", "--lang", "en"]).code_is(0);
    let took = begun.elapsed();
    assert!(took < PROMISED, "{took:?}");

    let told = outcome.out;
    for step in ["[1/5]", "[2/5]", "[3/5]", "[4/5]", "[5/5]"] {
        assert!(told.contains(step), "{step} is told:\n{told}");
    }
    assert!(told.contains("4 faults"), "{told}");
    assert!(told.contains("none twice, 1 sent again"), "{told}");
    assert!(told.contains("3 with errors refused"), "{told}");
    assert!(told.contains("renkei-demo/report.html"), "{told}");

    // The three errors that were put in are those that the report tells of, and the page holds them.
    let at = folder.path().join("renkei-demo");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(at.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["verdict"], "invalid");
    let rules: Vec<&str> = report["totals"]["by_rule"].as_object().unwrap().keys().map(String::as_str).collect();
    let page = fs::read_to_string(at.join("report.html")).unwrap();
    for rule in ["bytes/gaiji", "cell/date-does-not-exist", "csv/too-few-items"] {
        assert!(rules.contains(&rule), "{rules:?}");
        assert!(page.contains(rule), "the page tells of {rule}");
    }
    assert!(page.contains("Content-Security-Policy"));
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let folder = folder();
    let at = folder.path().join("mine");
    fs::create_dir(&at).unwrap();
    fs::write(at.join("keep.txt"), "mine").unwrap();
    let outcome = run(folder.path(), ["demo", "--lang", "en", "--out", "mine"]).code_is(2);
    assert!(outcome.err.contains("mine is not empty"));
    assert_eq!(fs::read_dir(&at).unwrap().count(), 1);
    // A file is no folder.
    run(folder.path(), ["demo", "--lang", "en", "--out", "mine/keep.txt"]).code_is(2);
}
