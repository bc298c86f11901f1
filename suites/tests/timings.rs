//! `renkei check --timings`: a table on standard error, and the same report as without.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::{TABLE6, check, check_json, folder_with, run, table6_with_fault};

#[test]
fn the_report_is_the_same_with_timings_in_every_format_and_with_any_number_of_threads() {
    let folder = folder_with(&["202407-plan", "202407-table"]);
    fs::write(folder.path().join("202407-table").join(TABLE6), table6_with_fault()).unwrap();
    for format in ["text", "concise", "json", "junit", "sarif", "csv"] {
        let args = ["202407-plan", "202407-table", "--format", format];
        let without = check(folder.path(), args).code_is(1);
        assert_eq!(without.err, "", "{format}");
        for threads in ["1", "3"] {
            let more = [&args[..], &["--timings", "--threads", threads]].concat();
            let with = check(folder.path(), more).code_is(1);
            assert_eq!(with.out, without.out, "{format}, {threads}");
            assert!(with.err.contains("  rules across files\n"), "{format}: {}", with.err);
        }
    }
}

#[test]
fn every_rule_that_ran_is_named_once_with_its_calls() {
    let folder = folder_with(&["202407-table"]);
    let outcome = check_json(folder.path(), ["202407-table", "--timings"]).code_is(0);
    let report = outcome.report();
    let scopes = report["scopes"].as_array().unwrap();
    let ran: BTreeSet<&str> =
        scopes.iter().flat_map(|scope| scope["ran"].as_array().unwrap()).map(|rule| rule.as_str().unwrap()).collect();
    assert!(ran.len() > 50, "only {}", ran.len());
    let (_, by_rule) = outcome.err.split_once("calls  rule\n").unwrap();
    let lines: Vec<(&str, u64)> = by_rule
        .lines()
        .map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let [_, _, calls, rule] = columns[..] else { panic!("{line}") };
            (rule, calls.parse().unwrap())
        })
        .collect();
    assert_eq!(lines.len(), ran.len());
    assert_eq!(lines.iter().map(|(rule, _)| *rule).collect::<BTreeSet<&str>>(), ran);
    let calls = |id: &str| lines.iter().find(|(rule, _)| *rule == id).unwrap().1;
    let inputs = report["inputs"].as_array().unwrap().len() as u64;
    assert_eq!(calls("name/extension-not-csv"), inputs);
    assert_eq!(calls("set/companion-missing"), 1);
}

#[test]
fn timings_speak_japanese_too() {
    let folder = folder_with(&["202407-table"]);
    let outcome =
        run(folder.path(), ["check", "202407-table", "--as-of", "2026-10-10", "--timings", "--lang", "ja"]).code_is(0);
    assert!(outcome.err.starts_with("所要時間 "), "{}", outcome.err);
    assert!(outcome.err.contains("呼び出し  ルール\n"), "{}", outcome.err);
}
