//! The examples of `docs/PLATFORM.md` work as written.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and says where it did not begin"
)]
#![cfg(unix)]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{folder, run};

/// The shell blocks of a document, joined.
fn script(document: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(document);
    let text = fs::read_to_string(path).unwrap();
    let blocks = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_finding_that_the_readme_begins_with_is_one_of_the_examples() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (document, lang) in [("README.md", "en"), ("README.ja.md", "ja")] {
        let text = fs::read_to_string(root.join(document)).unwrap().replace("\r\n", "\n");
        let finding = text.split("```\n").nth(1).unwrap();
        let outcome = run(&root, ["check", "examples", "--as-of", "2026-11-28", "--lang", lang]).code_is(1);
        assert!(finding.contains("[csv/") && outcome.out.contains(finding), "{document}:\n{finding}");
    }
}

#[test]
fn both_languages_have_the_same_examples() {
    assert_eq!(script("PLATFORM.md"), script("PLATFORM.ja.md"));
}

#[test]
fn the_examples_work_as_written() {
    let script = script("PLATFORM.md");
    let requests = script.matches("curl ").count();
    assert!(requests >= 12, "the document has examples: {requests}");
    for program in ["bash", "curl"] {
        if Command::new(program).arg("--version").stdout(Stdio::null()).status().is_err() {
            println!("skipped: {program} is not on this machine");
            return;
        }
    }
    let folder = folder();
    let binary = Path::new(env!("CARGO_BIN_EXE_renkei")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    // Every answer is told, so that none is an error; the platform ends with the shell.
    let script = format!("set -euo pipefail\ntrap 'kill %1; wait' EXIT\n{script}");
    let output = Command::new("bash").arg("-c").arg(script).current_dir(folder.path()).env("PATH", path).output();
    let output = output.unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(!out.contains("\"status\":\"error\""), "{out}");
    for told in [
        "\"destination_name\":",
        "\"repeated\":false",
        "\"fault\":\"acknowledgement-lost\"",
        "\"event\":\"started\"",
        "renkei_accepted_total 1",
    ] {
        assert!(out.contains(told), "{told} is not in {out}");
    }
}
