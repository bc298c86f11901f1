//! The page that checks files, as Chromium shows it: dropped files, folders, zips, the switch, the keyboard,
//! and no script. Skipped, with the reason printed, where Chromium, Node or npm cannot be had.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod check_desk;
mod common;
#[path = "../../reports/tests/browser/tools.rs"]
mod tools;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use check_desk::Desk;
use tools::{CHROMIUM, lacking};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Copies a rejected sample set, and packs it.
fn sample(into: &Path) -> PathBuf {
    let folder = into.join("set");
    fs::create_dir_all(folder.join("inner")).unwrap();
    let mut zip = ZipWriter::new(File::create(into.join("set.zip")).unwrap());
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/rejected/wrong-month-and-missing-total");
    let mut copied = 0;
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (name, bytes) = (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
        fs::write(folder.join("inner").join(&name), &bytes).unwrap();
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
        copied += 1;
    }
    assert_eq!(copied, 3);
    zip.finish().unwrap();
    folder
}

#[test]
fn a_rejected_file_is_dropped_and_explained_and_nobody_else_hears_of_it() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("check-page");
    fs::create_dir_all(&folder).unwrap();
    if let Some(why) = lacking(&folder) {
        eprintln!("skipped 1 test: the page that checks files is not looked at, as {why}");
        return;
    }
    let desk = Desk::open("");
    let set = sample(desk.folder());
    let mut command = Command::new("node");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_page/look.mjs"));
    command.args([CHROMIUM, &format!("http://{}", desk.address())]).arg(&folder).arg(set);
    let output = command.current_dir(&folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let last = said.trim().lines().last().unwrap_or_default();
    assert_eq!(last, "44 claims, 0 complaints", "{said}");
}
