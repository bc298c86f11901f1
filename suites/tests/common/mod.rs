//! Runs the binary and reads what it says. Every test of the command line shares this.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) mod platform;

/// 第6表 of the clean sample set.
pub(crate) const TABLE6: &str = "UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV";

/// The result of the clean sample set, which is a whole set by itself.
pub(crate) const RESULT: &str = "UPJSK_202609_9970100021_11_9970100013_43_20261003174500.CSV";

/// What a run left.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Outcome {
    /// The report on standard output.
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }

    #[track_caller]
    pub(crate) fn code_is(self, code: i32) -> Outcome {
        assert_eq!(self.code, code, "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }
}

/// The binary, in an environment that says nothing of language and colours.
pub(crate) fn renkei(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renkei"));
    command.current_dir(folder);
    for name in ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RENKEI_KEY"] {
        command.env_remove(name);
    }
    command
}

/// Runs it with arguments.
pub(crate) fn run<I: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = I>) -> Outcome {
    finish(renkei(folder).args(args), b"")
}

/// Runs `check` on a fixed day, in English.
pub(crate) fn check<I: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = I>) -> Outcome {
    finish(renkei(folder).args(["check", "--as-of", "2026-10-10", "--lang", "en"]).args(args), b"")
}

/// Runs `check` for its report.
pub(crate) fn check_json<I: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = I>) -> Outcome {
    finish(renkei(folder).args(["check", "--as-of", "2026-10-10", "--lang", "en", "--format", "json"]).args(args), b"")
}

/// Runs a command that is fed from standard input.
pub(crate) fn finish(command: &mut Command, input: &[u8]) -> Outcome {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // A run that refuses its arguments does not read.
    let _ = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().expect("the binary ends");
    Outcome {
        code: output.status.code().expect("the binary is not killed"),
        out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}

/// A folder of the sample sets.
pub(crate) fn clean(set: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/clean").join(set)
}

/// The bytes of 第6表 of the clean sample set.
pub(crate) fn table6() -> Vec<u8> {
    fs::read(clean("202407-table").join(TABLE6)).expect("the sample is there")
}

/// The bytes of the result of the clean sample set.
pub(crate) fn result() -> Vec<u8> {
    fs::read(clean("202407-result").join(RESULT)).expect("the sample is there")
}

/// 第6表 with a day that does not exist in its first row.
pub(crate) fn table6_with_fault() -> Vec<u8> {
    replaced(&table6(), b",20261003,", b",20261032,")
}

/// The bytes with the first occurrence of some replaced.
pub(crate) fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("the bytes hold it");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

/// An empty folder.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A folder that holds some of the sample sets under their names.
pub(crate) fn folder_with(sets: &[&str]) -> TempDir {
    let folder = folder();
    for set in sets {
        let into = folder.path().join(set);
        fs::create_dir(&into).expect("a new folder");
        let mut copied = 0;
        for entry in fs::read_dir(clean(set)).expect("the sample set is there") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), into.join(entry.file_name())).expect("a copy");
            copied += 1;
        }
        assert!(copied > 0, "{set} holds nothing");
    }
    folder
}

/// The names of the inputs in a report, sorted.
pub(crate) fn inputs(report: &Value) -> Vec<&str> {
    let all = report["inputs"].as_array().expect("inputs");
    let mut names: Vec<&str> = all.iter().map(|input| input["name"].as_str().expect("name")).collect();
    names.sort_unstable();
    names
}

/// What was not checked and blocks, in English: what and why, sorted.
pub(crate) fn blocking(report: &Value) -> Vec<(&str, &str)> {
    not_checked(report, true)
}

/// What was not checked, blocking or not, in English: what and why, sorted.
pub(crate) fn not_checked(report: &Value, blocks: bool) -> Vec<(&str, &str)> {
    let all = report["not_checked"].as_array().expect("not_checked");
    let mut some: Vec<(&str, &str)> = all
        .iter()
        .filter(|one| one["blocks"] == blocks)
        .map(|one| (one["what"]["en"].as_str().expect("what"), one["why"]["en"].as_str().expect("why")))
        .collect();
    some.sort_unstable();
    some
}
