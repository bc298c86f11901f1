//! Pages as Chromium shows them: screenshots, print, filter, languages, accessibility. Skipped, with the
//! reason printed, where Chromium, Node or npm cannot be had.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;
#[path = "browser/tools.rs"]
mod tools;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Setup, report, small};
use renkei_reports::{Lang, Report, html, read};
use renkei_validator::draft::Draft;
use renkei_validator::rules;
use tools::{CHROMIUM, lacking};

/// A report with the first mutant of every fourth rule, each in a folder of its own.
fn mutants() -> Report {
    let mut files = Vec::new();
    for rule in rules::all().iter().step_by(4) {
        let Some(case) = rule.bad.first() else { continue };
        let mut draft = Draft::sample(case.on).unwrap();
        if (case.edit)(&mut draft).is_some() {
            let folder = rule.id.replace('/', "-");
            files.extend(draft.to_files().into_iter().map(|(name, bytes)| (format!("{folder}/{name}"), bytes)));
        }
    }
    report(&files, &Setup::default())
}

#[test]
fn pages_are_readable_for_everybody_and_load_nothing() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&folder).unwrap();
    if let Some(why) = lacking(&folder) {
        eprintln!("skipped 1 test: the pages are not looked at, as {why}");
        return;
    }
    let name = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
    let row = b"202407,990010,0000000101,202613\r\n202407,990010,0000000102,202610\r\n";
    let sample = include_bytes!("samples/everything.json");
    let pages = [
        ("valid", report(&Draft::sample("202407-plan").unwrap().to_files(), &Setup::default())),
        ("small", report(&small(name, row), &Setup { alone: true, ..Setup::default() })),
        ("mutants", mutants()),
        ("everything", read(sample).unwrap()),
    ];
    let mut command = Command::new("node");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/look.mjs")).arg(CHROMIUM).arg(&folder);
    for (name, report) in &pages {
        let path = folder.join(format!("{name}.html"));
        html(report, Lang::Ja, &mut File::create(&path).unwrap()).unwrap();
        command.arg(path);
    }
    let output = command.current_dir(&folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.trim(), "24 looks, 0 complaints");
}
