//! The screens as people work with them, in Chromium: the business flow of two offices, the licence, the
//! certificate, the console; with the keyboard alone, watched for errors and for requests to others, each page
//! looked at in light and dark, narrow and wide. Skipped, with the reason printed, where Chromium, Node or npm
//! cannot be had. Pictures stay in `target/tmp/screens`.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]
#![allow(clippy::print_stderr, reason = "what was not run is said")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::screens;
use renkei_mock_platform::server::{Options, start};
use time::OffsetDateTime;
use time::macros::datetime;

const CHROMIUM: &str = "/usr/bin/chromium";
const NOW: OffsetDateTime = datetime!(2026-11-27 9:00 +9);
const SCRIPTS: [&str; 4] = ["exchange", "licence", "certificate", "console"];

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens")
}

/// Why nobody can work with the screens here.
fn lacking() -> Option<&'static str> {
    static LACKING: OnceLock<Option<String>> = OnceLock::new();
    let why = LACKING.get_or_init(|| {
        if !Path::new(CHROMIUM).exists() {
            return Some(format!("there is no {CHROMIUM}"));
        }
        for program in ["node", "npm"] {
            if !Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success()) {
                return Some(format!("{program} does not run"));
            }
        }
        fs::create_dir_all(folder()).unwrap();
        let lock = fs::read(sources().join("package-lock.json")).unwrap();
        let installed = fs::read(folder().join("package-lock.json")).is_ok_and(|installed| installed == lock);
        if installed && folder().join("node_modules/axe-core/axe.min.js").exists() {
            return None;
        }
        for name in ["package.json", "package-lock.json"] {
            fs::copy(sources().join(name), folder().join(name)).unwrap();
        }
        let npm = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder()).output().unwrap();
        (!npm.status.success()).then(|| format!("npm ci: {}", String::from_utf8_lossy(&npm.stderr)))
    });
    why.as_deref()
}

/// What a script said. Each has a platform of its own; they run one after the other, and once for all tests.
fn said(number: usize) -> &'static str {
    static SAID: [OnceLock<String>; SCRIPTS.len()] = [const { OnceLock::new() }; SCRIPTS.len()];
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    SAID[number].get_or_init(|| {
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        run(SCRIPTS[number])
    })
}

fn run(script: &str) -> String {
    let input = folder().join("input");
    fs::create_dir_all(&input).unwrap();
    fs::write(input.join("第3表.pdf"), b"%PDF-1.7\n").unwrap();
    for set in ["202407-table", "202407-result"] {
        let to = input.join(set);
        fs::create_dir_all(&to).unwrap();
        for (name, bytes) in exported(set) {
            fs::write(to.join(name), bytes).unwrap();
        }
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let running = runtime.block_on(start(Options { clock: Clock::stopped(NOW), ..Options::for_tests() })).unwrap();
    let output = Command::new("node")
        .arg(sources().join(format!("{script}.mjs")))
        .current_dir(folder())
        .env("CHROMIUM", CHROMIUM)
        .env("OUT", folder().join("pictures"))
        .env("INPUT", input)
        .env("MANAGE", format!("http://{}", running.manage))
        .env("PLATFORM", running.url())
        .env("CLIENTS", running.folder().join("clients"))
        .output()
        .unwrap();
    runtime.block_on(running.stop());
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// What care software has written: the project's clean samples.
fn exported(set: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/clean").join(set);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())).collect()
}

/// Whether a script ran, and to its good end; it does not run where people could not work with the screens.
fn ran(number: usize) -> bool {
    if let Some(why) = lacking() {
        eprintln!("skipped 1 test: nobody works with the screens here, as {why}");
        return false;
    }
    let good = format!("{}: pages were looked at, 0 complaints", SCRIPTS[number]);
    assert!(said(number).trim() == good, "{}", said(number));
    true
}

#[test]
fn two_offices_exchange_a_plan_and_its_result_through_the_screens_alone() {
    if !ran(0) {
        return;
    }
    let archive = fs::File::open(folder().join("pictures/plan.zip")).unwrap();
    let mut archive = zip::ZipArchive::new(archive).unwrap();
    let mut fetched = Vec::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let name = file.name().unwrap().rsplit('/').next().unwrap().to_owned();
        fetched.push((name, bytes));
    }
    fetched.sort();
    let mut sent = exported("202407-table");
    sent.sort();
    assert_eq!(sent.len(), 3);
    assert_eq!(fetched, sent);
}

#[test]
fn an_office_without_a_licence_applies_for_one_past_each_message() {
    ran(1);
}

#[test]
fn a_certificate_is_applied_for_issued_downloaded_and_used_by_a_program() {
    ran(2);
}

#[test]
fn what_is_set_at_the_console_strikes_clients() {
    ran(3);
}

#[test]
fn every_page_was_looked_at() {
    if !(0..SCRIPTS.len()).all(ran) {
        return;
    }
    let lists = SCRIPTS.map(|script| fs::read_to_string(folder().join(format!("pictures/{script}.seen"))).unwrap());
    let seen: BTreeSet<&str> = lists.iter().flat_map(|list| list.lines()).collect();
    let pages = screens::pages();
    assert!(pages.len() > 20, "{pages:?}");
    // The page that checks files is there only with somebody who judges: `suites/tests/check_page.rs` looks at it.
    for page in pages.into_iter().filter(|page| !page.starts_with("/check")) {
        assert!(seen.iter().any(|path| fits(&page, path)), "{page} is not among {seen:?}");
    }
}

/// Whether a path is one of a route.
fn fits(route: &str, path: &str) -> bool {
    let (route, path): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), path.split('/').collect());
    let same = |(part, is): (&&str, &&str)| part.starts_with('{') || part == is;
    let root = |parts: &[&str]| parts.iter().filter(|part| !part.is_empty()).count();
    root(&route) == root(&path) && route.iter().zip(&path).all(same)
}
