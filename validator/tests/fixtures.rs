//! Hand-made files with the full list of what must be found in them.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{line, unjudged};
use renkei_validator::{FileCheck, Options, judge, rules, spec};

struct Fixture {
    name: String,
    as_set: bool,
    files: Vec<(String, Vec<u8>)>,
    expected: Vec<String>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn fixtures(folder_name: &str) -> Vec<Fixture> {
    let mut folders: Vec<PathBuf> = fs::read_dir(folder(folder_name)).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    folders.iter().map(|path| fixture(path)).collect()
}

fn fixture(path: &Path) -> Fixture {
    let text = fs::read_to_string(path.join("expected.txt")).unwrap();
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap() != "expected.txt")
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    let as_set = match text.lines().next() {
        Some("# mode: set") => true,
        Some("# mode: file") => false,
        other => panic!("{}: the first line is {other:?}", path.display()),
    };
    Fixture {
        name: path.file_name().unwrap().to_str().unwrap().to_owned(),
        as_set,
        files,
        expected: text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned).collect(),
    }
}

fn found(fixture: &Fixture, chunk: usize) -> Vec<String> {
    let options =
        Options { as_of: spec::parse_date(b"20261120"), keep: 1000, sets: fixture.as_set, ..Options::default() };
    if fixture.as_set {
        return judge(&fixture.files, &options).findings().into_iter().map(line).collect();
    }
    let mut lines = Vec::new();
    for (name, bytes) in &fixture.files {
        let mut check = FileCheck::new(name, &options);
        for piece in bytes.chunks(chunk) {
            check.push(piece);
        }
        lines.extend(check.finish().findings.kept.iter().map(line));
    }
    lines
}

fn hold(fixtures: &[Fixture], chunk: usize) {
    let mut wrong = Vec::new();
    for fixture in fixtures {
        let found = found(fixture, chunk);
        if found != fixture.expected {
            let (found, expected): (BTreeSet<&String>, BTreeSet<&String>) =
                (found.iter().collect(), fixture.expected.iter().collect());
            wrong.push(format!(
                "{}\n  missing: {:#?}\n  surplus: {:#?}",
                fixture.name,
                expected.difference(&found).collect::<Vec<_>>(),
                found.difference(&expected).collect::<Vec<_>>(),
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} fixtures\n{}", wrong.len(), fixtures.len(), wrong.join("\n"));
}

#[test]
fn dirty_fixtures_have_exactly_the_findings_beside_them() {
    let fixtures = fixtures("dirty");
    assert!(fixtures.len() >= 40, "only {} dirty fixtures were found", fixtures.len());
    hold(&fixtures, usize::MAX);
}

#[test]
fn clean_fixtures_have_none() {
    let fixtures = fixtures("clean");
    assert!(fixtures.len() >= 15, "only {} clean fixtures were found", fixtures.len());
    assert!(fixtures.iter().all(|fixture| fixture.expected.is_empty()));
    hold(&fixtures, usize::MAX);
    for fixture in &fixtures {
        let judgement = judge(&fixture.files, &Options { sets: fixture.as_set, ..Options::default() });
        assert_eq!(unjudged(&judgement), Vec::<&str>::new(), "{}", fixture.name);
    }
}

#[test]
fn findings_do_not_depend_on_the_size_of_the_chunks() {
    for chunk in [1, 7, 64] {
        hold(&fixtures("dirty"), chunk);
    }
}

#[test]
fn every_rule_is_met_by_a_fixture() {
    let met: BTreeSet<String> = fixtures("dirty")
        .iter()
        .flat_map(|fixture| fixture.expected.iter().map(|line| line.split(' ').nth(1).unwrap().to_owned()))
        .collect();
    let unmet: Vec<&str> = rules::all().iter().map(|rule| rule.id).filter(|id| !met.contains(*id)).collect();
    assert_eq!(unmet, Vec::<&str>::new());
}
