//! The page in Chromium, as a person uses it. Skipped, with the reason printed, where Chromium, Node or npm
//! cannot be had.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use renkei_reports::Outcome;
use tempfile::tempdir;

use super::bench::{run, sample};

const CHROMIUM: &str = "/usr/bin/chromium";

/// Why the page cannot be looked at here.
fn lacking(folder: &Path) -> Option<String> {
    if !Path::new(CHROMIUM).exists() {
        return Some(format!("there is no {CHROMIUM}"));
    }
    for program in ["node", "npm"] {
        if !Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success()) {
            return Some(format!("{program} does not run"));
        }
    }
    // The same tools, and the same versions, as for the reports.
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports/tests/browser");
    let lock = fs::read(sources.join("package-lock.json")).unwrap();
    let installed = fs::read(folder.join("package-lock.json")).is_ok_and(|installed| installed == lock);
    if installed && folder.join("node_modules/axe-core/axe.min.js").exists() {
        return None;
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(sources.join(name), folder.join(name)).unwrap();
    }
    let npm = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder).output().unwrap();
    (!npm.status.success()).then(|| format!("npm ci: {}", String::from_utf8_lossy(&npm.stderr)))
}

fn walk(tools: &Path, sitting: &str, address: &str, good: &Path, wrong: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attended/walk.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(CHROMIUM).arg(tools).arg(sitting).arg(address).arg(good).arg(wrong);
    let output = command.current_dir(tools).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_person_goes_through_the_cases_closes_and_goes_on() {
    let tools = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("attended");
    fs::create_dir_all(&tools).unwrap();
    if let Some(why) = lacking(&tools) {
        eprintln!("skipped 1 test: the page is not looked at, as {why}");
        return;
    }
    let (folder, good, wrong) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    for (name, bytes) in sample() {
        fs::write(good.path().join(&name), &bytes).unwrap();
        // The wrong set lacks what differs from 予定, and says another time in it.
        let text = if name.starts_with("UPPLAN") { replaced(&bytes, b",0900,", b",0915,") } else { bytes };
        fs::write(wrong.path().join(&name), text).unwrap();
    }
    let first = run(folder.path(), |address| walk(&tools, "first", address, good.path(), wrong.path()));
    assert_eq!(first.0.trim(), "first: 0 complaints");
    let told: Vec<Outcome> = first.1.iter().map(|one| one.outcome).collect();
    assert_eq!(told, [Outcome::Pass, Outcome::Fail, Outcome::Blocked, Outcome::Blocked]);
    let second = run(folder.path(), |address| walk(&tools, "second", address, good.path(), wrong.path()));
    assert_eq!(second.0.trim(), "second: 0 complaints");
    let told: Vec<Outcome> = second.1.iter().map(|one| one.outcome).collect();
    assert_eq!(told, [Outcome::Pass, Outcome::Fail, Outcome::Pass, Outcome::Blocked]);
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}
