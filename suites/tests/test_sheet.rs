//! `renkei test sheet` as a person runs it.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::tempdir;

fn renkei(out: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renkei"));
    command.args(["test", "sheet", "--lang", "en", "--out"]).arg(out).args(words).output().unwrap()
}

#[test]
fn a_sheet_is_written_for_a_case_and_told() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("sheets");
    let output = renkei(&out, &["d2.export.two-visits-a-day"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.trim(), out.join("d2.export.two-visits-a-day.html").display().to_string());
    let html = fs::read_to_string(told.trim()).unwrap();
    assert!(html.contains("サービス利用票（予定）") && html.contains("What to enter"));
    let again = renkei(&out, &["d2.export.two-visits-a-day"]);
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(fs::read_to_string(told.trim()).unwrap(), html, "same case, same bytes");
}

#[test]
fn sheets_of_a_pattern_are_those_of_its_cases() {
    let folder = tempdir().unwrap();
    assert_eq!(renkei(folder.path(), &["--pattern", "d2"]).status.code(), Some(0));
    let names: Vec<String> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.is_empty());
    assert!(names.iter().all(|name| name.starts_with("d2.") && name.ends_with(".html")), "{names:?}");
}

#[test]
fn what_is_unknown_is_a_wrong_usage() {
    let folder = tempdir().unwrap();
    for (words, told) in [
        (&["d2.no.such-case"][..], "there is no case d2.no.such-case"),
        (&["--pattern", "D9"], "there is no case of pattern D9"),
    ] {
        let output = renkei(folder.path(), words);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(told), "{told}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
