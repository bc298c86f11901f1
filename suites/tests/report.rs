//! `renkei report`, and reports of `renkei check` in every kind: the same record gives the same bytes,
//! whoever renders it, how often, and however many files were read at once.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use common::{TABLE6, check_json, finish, folder, folder_with, renkei, run, table6, table6_with_fault};
use renkei_reports::Kind;
use serde_json::Value;
use tempfile::TempDir;

/// A tree with clean sets, defects, an attachment and something that cannot be read as what it seems.
fn tree() -> TempDir {
    let folder = folder_with(&["202407-table", "202407-plan", "202407-result", "202208-table", "202003-table"]);
    let path = |name: &str| folder.path().join(name);
    fs::write(path("202407-table").join(TABLE6), table6_with_fault()).unwrap();
    for copy in 0..12 {
        fs::create_dir(path(&format!("copy{copy}"))).unwrap();
        fs::write(path(&format!("copy{copy}")).join(TABLE6), table6_with_fault()).unwrap();
    }
    fs::write(path("メモ.pdf"), b"%PDF").unwrap();
    fs::write(path("壊れた.zip"), b"PK").unwrap();
    folder
}

/// All kinds as files in a folder, written by one run with these arguments, by name; with the exit code.
fn all_kinds(folder: &Path, into: &str, args: &[&str]) -> (i32, BTreeMap<String, Vec<u8>>) {
    fs::create_dir(folder.join(into)).unwrap();
    let targets = Kind::WORDS.map(|kind| format!("{kind}={into}/{kind}"));
    let outcome = run(folder, args.iter().copied().chain(targets.iter().flat_map(|target| ["--report", target])));
    assert!(!outcome.out.is_empty(), "{}", outcome.err);
    let files = Kind::WORDS.map(|kind| (kind.to_owned(), fs::read(folder.join(into).join(kind)).unwrap()));
    (outcome.code, BTreeMap::from(files))
}

const CHECK: [&str; 4] = ["check", "tree", "--as-of", "2026-10-10"];

/// The tree in a folder of its own, so that what is written is not read.
fn beside() -> TempDir {
    let (folder, tree) = (folder(), tree());
    fs::rename(tree.path(), folder.path().join("tree")).unwrap();
    // What it was in has gone.
    let _ = tree.keep();
    folder
}

#[test]
fn every_kind_is_the_same_in_two_runs_and_for_any_number_of_threads() {
    let folder = beside();
    for lang in ["ja", "en"] {
        let runs = ["1", "1", "2", "8", "64"].map(|threads| {
            let into = format!("{lang}-{threads}-{}", fs::read_dir(folder.path()).unwrap().count());
            let args = [&CHECK[..], &["--lang", lang, "--threads", threads]].concat();
            let (code, files) = all_kinds(folder.path(), &into, &args);
            assert_eq!(code, 3);
            files
        });
        assert_eq!(runs[0].len(), Kind::ALL.len());
        for run in &runs[1..] {
            for (kind, bytes) in run {
                assert!(!bytes.is_empty() && *bytes == runs[0][kind], "{kind} in {lang} differs");
            }
        }
    }
}

#[test]
fn a_record_gives_the_same_bytes_as_the_check_that_wrote_it() {
    let folder = beside();
    for (lang, encoding) in [("ja", "utf-8"), ("en", "cp932")] {
        let manner = ["--lang", lang, "--encoding", encoding];
        let (code, checked) = all_kinds(folder.path(), &format!("check-{lang}"), &[&CHECK[..], &manner].concat());
        assert_eq!(code, 3);
        let record = format!("check-{lang}/json");
        let args = [&["report", "--from", &record][..], &manner].concat();
        let (code, rendered) = all_kinds(folder.path(), &format!("report-{lang}"), &args);
        assert_eq!(code, 0);
        for (kind, bytes) in &checked {
            assert!(*bytes == rendered[kind], "{kind} in {lang} differs");
        }
        for kind in Kind::ALL {
            let mut command = renkei(folder.path());
            command.args(["report", "--from", "-", "--format", kind.word(), "--color", "never"]).args(manner);
            let output = {
                let stdin = fs::File::open(folder.path().join(&record)).unwrap();
                command.stdin(Stdio::from(stdin)).output().unwrap()
            };
            assert_eq!(output.status.code(), Some(0));
            assert!(output.stdout == checked[kind.word()], "{} in {lang} differs on standard output", kind.word());
        }
    }
}

#[test]
fn a_table_in_cp932_can_be_read_as_such() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let args = ["check", TABLE6, "--lang", "ja", "--report", "csv=table.csv", "--encoding", "cp932"];
    run(folder.path(), args).code_is(1);
    let bytes = fs::read(folder.path().join("table.csv")).unwrap();
    let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(&bytes);
    assert!(!broken && text.starts_with("種類,ファイル,行,") && text.contains("暦にない日付です"), "{text}");
}

#[test]
fn the_exit_code_of_a_rendering_is_not_the_verdict() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let invalid = check_json(folder.path(), [TABLE6]).code_is(1).out;
    let args = ["report", "--from", "-", "--lang", "en", "--format", "concise"];
    let outcome = finish(renkei(folder.path()).args(args), invalid.as_bytes()).code_is(0);
    assert!(outcome.out.contains("verdict [invalid]: "), "{}", outcome.out);
    let help = run(folder.path(), ["report", "-h", "--lang", "en"]).code_is(0).out;
    assert!(help.contains("The exit code is 0 when the report was shown, whatever its verdict"), "{help}");
}

#[test]
fn a_record_that_is_not_as_it_was_written_ends_with_2_and_says_where() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6()).unwrap();
    let record = check_json(folder.path(), [TABLE6]).code_is(0).out;
    let edited = |pointer: &str, value: Value| {
        let mut report: Value = serde_json::from_str(&record).unwrap();
        *report.pointer_mut(pointer).unwrap() = value;
        serde_json::to_string_pretty(&report).unwrap()
    };
    for (text, en, ja) in [
        (
            edited("/schema", "renkei-report/2".into()),
            "schema: this shape (renkei-report/2)",
            "この形（renkei-report/2）",
        ),
        (edited("/verdict", "invalid".into()), "verdict: it says invalid, but valid follows", "valid です"),
        (edited("/totals/error", 1.into()), "totals.error: it says 1, but there are 0", "1件とありますが"),
        (record.replacen("\"sets\"", "\"set\"", 1), "set: unknown field `set`", "「set」という項目はありません"),
        (record[..record.len() / 2].to_owned(), "it ends half-way", "途中で終わっています"),
        (String::new(), "it ends half-way", "途中で終わっています"),
        ("{}".to_owned(), "this seems to be no report.json of renkei", "renkeiのreport.jsonではないようです"),
    ] {
        fs::write(folder.path().join("edited.json"), text).unwrap();
        let args = ["report", "--from", "edited.json", "--report", "csv=out.csv", "--lang"];
        for (lang, said) in [("en", en), ("ja", ja)] {
            let outcome = run(folder.path(), args.iter().copied().chain([lang])).code_is(2);
            assert!(outcome.err.contains("edited.json") && outcome.err.contains(said), "{}", outcome.err);
            assert_eq!((outcome.out.as_str(), outcome.err.lines().count()), ("", 1));
            assert!(!folder.path().join("out.csv").exists(), "something was written");
        }
        let line = |text: &str| text.contains("line ") && text.contains("column ");
        let outcome = run(folder.path(), ["report", "--from", "edited.json", "--lang", "en"]);
        assert!(line(&outcome.err), "{}", outcome.err);
    }
    let outcome = run(folder.path(), ["report", "--from", "missing.json", "--lang", "en"]).code_is(2);
    assert!(outcome.err.starts_with("error: cannot read missing.json: "), "{}", outcome.err);
}

#[test]
fn a_record_is_not_written_over_by_its_own_rendering() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6()).unwrap();
    run(folder.path(), ["check", TABLE6, "--report", "json=r.json"]).code_is(0);
    let before = fs::read(folder.path().join("r.json")).unwrap();
    let args = ["report", "--from", "r.json", "--report", "csv=r.json", "--lang", "en"];
    let outcome = run(folder.path(), args).code_is(2);
    assert_eq!(outcome.err, "error: r.json is read, so it cannot be written to\n");
    assert_eq!(fs::read(folder.path().join("r.json")).unwrap(), before);
}

#[test]
fn a_place_that_cannot_be_written_to_ends_with_3() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6()).unwrap();
    let args = ["check", TABLE6, "--report", "sarif=missing/x.sarif", "--report", "csv=x.csv", "--lang", "en"];
    let outcome = run(folder.path(), args).code_is(3);
    assert!(outcome.err.starts_with("error: cannot write missing/x.sarif: "), "{}", outcome.err);
    assert!(folder.path().join("x.csv").exists());
}
