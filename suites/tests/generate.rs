//! `renkei generate`, and `renkei check` on what it makes.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;

use common::{Outcome, check_json, folder, run};

const SMALL: [&str; 6] = ["generate", "--users", "200", "--offices", "20", "--lang=en"];

fn generate(folder: &std::path::Path, args: &[&str]) -> Outcome {
    run(folder, SMALL.iter().chain(args))
}

#[test]
fn what_is_generated_is_valid() {
    let folder = folder();
    for (months, versions) in [
        ("2026-04..2026-06", vec!["202407"]),
        ("2022-11..2023-02", vec!["202003", "202208"]),
        ("2025-02..2025-05", vec!["202208", "202407"]),
    ] {
        let made = generate(folder.path(), &["--months", months, "--seed", "1", "--out", months]).code_is(0);
        assert!(made.out.starts_with("200 users, 20 offices: "), "{}", made.out);
        let report = check_json(folder.path(), [months]).code_is(0).report();
        assert_eq!(report["verdict"], "valid");
        let totals = (report["totals"]["error"].as_u64(), report["totals"]["warning"].as_u64());
        assert_eq!(totals, (Some(0), Some(0)), "{}", report["totals"]);
        let inputs = report["inputs"].as_array().unwrap();
        assert!(inputs.len() > 50, "{}", inputs.len());
        let mut found: Vec<&str> = inputs.iter().filter_map(|input| input["version"].as_str()).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, versions);
    }
}

#[test]
fn impossible_requests_are_usage_errors_and_leave_nothing() {
    let folder = folder();
    let month = ["--months", "2026-04", "--out", "out"];
    for (args, told) in [
        (vec!["--months", "2020-09", "--out", "out"], "202009"),
        (vec!["--months", "2027-03..2027-04", "--out", "out"], "202704"),
        (vec!["--months", "2026-05..2026-04", "--out", "out"], "202604"),
        (vec!["--months", "2026-4", "--out", "out"], "YYYY-MM"),
        (vec!["--months", "2025-03", "--out", "out", "--version", "202407"], "202407"),
        (vec!["--months", "2027-01", "--out", "out", "--version", "202208"], "202208"),
        ([&month[..], &["--version", "202504"]].concat(), "202003"),
        ([&month[..], &["--shape", "heap"]].concat(), "one-file"),
        ([&month[..], &["--shape", "one-file:DLTPLAN"]].concat(), "DLTPLAN"),
        ([&month[..], &["--threads", "0"]].concat(), "1024"),
    ] {
        let refused = generate(folder.path(), &args).code_is(2);
        assert_eq!(refused.out, "");
        assert!(refused.err.contains(told), "{args:?}: {}", refused.err);
    }
    let more = ["generate", "--users", "5", "--offices", "6", "--months", "2026-04", "--out", "out", "--lang", "ja"];
    assert_eq!(run(folder.path(), more).code_is(2).err, "エラー: 事業所の数6が利用者の数5を超えています\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_that_holds_something_needs_force() {
    let folder = folder();
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("out/mine.txt"), "mine").unwrap();
    let args = ["--months", "2026-04", "--out", "out"];
    let refused = generate(folder.path(), &args).code_is(2);
    assert_eq!(refused.err, "error: out is not empty (--force writes to it all the same)\n");
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 1);
    generate(folder.path(), &[&args[..], &["--force"]].concat()).code_is(0);
    assert!(folder.path().join("out/202604").is_dir() && folder.path().join("out/mine.txt").is_file());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_place_that_cannot_be_written_is_a_failure_of_the_machine() {
    let folder = folder();
    let failed = generate(folder.path(), &["--months", "2026-04", "--out", "no/such/folder"]).code_is(3);
    assert!(failed.err.starts_with("error: cannot write "), "{}", failed.err);
    fs::write(folder.path().join("file"), "").unwrap();
    let failed = generate(folder.path(), &["--months", "2026-04", "--out", "file"]).code_is(2);
    assert_eq!(failed.err, "error: file is not a folder\n");
}

#[test]
fn one_file_holds_everybody() {
    let folder = folder();
    generate(folder.path(), &["--months", "2026-04", "--out", "out", "--shape", "one-file:UPPLAN"]).code_is(0);
    let files: Vec<_> = fs::read_dir(folder.path().join("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let report = check_json(folder.path(), [&files[0]]).code_is(0).report();
    assert_eq!((report["verdict"].as_str(), report["inputs"][0]["kind"].as_str()), (Some("valid"), Some("UPPLAN")));
}
