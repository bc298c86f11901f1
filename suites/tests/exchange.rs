//! A generated month, carried both ways: `renkei generate`, `renkei serve`, `renkei client`.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::platform::Served;
use common::{folder, run};

/// A set of files, as `generate` lays it: one folder.
struct Set {
    path: PathBuf,
    sender: String,
    receiver: String,
}

/// The sets of a tree.
fn sets(data: &Path) -> Vec<Set> {
    let mut sets = Vec::new();
    for entry in walkdir::WalkDir::new(data).sort_by_file_name() {
        let entry = entry.unwrap();
        if !entry.file_type().is_dir() {
            continue;
        }
        let file = fs::read_dir(entry.path()).unwrap().map(|file| file.unwrap()).find(|file| file.path().is_file());
        let Some(file) = file else { continue };
        let name = file.file_name().into_string().unwrap();
        let offices: Vec<&str> = name.split('_').filter(|part| part.len() == 10).collect();
        let (sender, receiver) = (offices[0].to_owned(), offices[1].to_owned());
        sets.push(Set { path: entry.path().to_owned(), sender, receiver });
    }
    sets
}

/// The files of a folder and of those in it, by name; the client's own are left out.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().filter_entry(|entry| entry.file_name() != ".renkei");
    let files = entries.map(|entry| entry.unwrap()).filter(|entry| entry.file_type().is_file());
    files.map(|file| (file.file_name().to_str().unwrap().to_owned(), fs::read(file.path()).unwrap())).collect()
}

#[test]
fn a_generated_month_arrives_as_it_was_sent() {
    let folder = folder();
    let path = folder.path();
    run(
        path,
        ["generate", "--users", "120", "--offices", "8", "--months", "2026-04", "--seed", "3", "--out", "months"],
    )
    .code_is(0);
    let sets = sets(&path.join("months"));
    // A care manager, and two offices that it exchanges sets with in both directions.
    let between: BTreeSet<(&str, &str)> = sets.iter().map(|set| (&*set.sender, &*set.receiver)).collect();
    let both = |a: &str| -> Vec<&str> {
        let there = between.iter().filter(|(from, to)| *from == a && between.contains(&(*to, *from)));
        there.map(|(_, to)| *to).collect()
    };
    let names: BTreeSet<&str> = sets.iter().map(|set| &*set.sender).collect();
    let manager = names.into_iter().max_by_key(|office| both(office).len()).unwrap();
    let providers: Vec<&str> = both(manager).into_iter().take(2).collect();
    assert_eq!(providers.len(), 2, "the month has a care manager with two providers");

    let offices = [manager, providers[0], providers[1]];
    let chosen: Vec<&Set> = sets
        .iter()
        .filter(|set| {
            let other = |a: &str, b: &str| set.sender == a && set.receiver == b;
            providers.iter().any(|provider| other(manager, provider) || other(provider, manager))
        })
        .collect();
    for (number, set) in chosen.iter().enumerate() {
        let to = path.join("run").join(&set.sender).join("outbox").join(format!("{number:04}"));
        fs::create_dir_all(&to).unwrap();
        for (name, bytes) in files(&set.path) {
            fs::write(to.join(name), bytes).unwrap();
        }
    }
    let served = Served::start(path, &["--world-from", "months", "--now", "2026-05-20", "--gate"]);
    // Results are sent by the providers; what the care manager sends is there before them.
    for office in offices.iter().chain(&offices) {
        served.client(&path.join("run"), office).code_is(0);
    }

    for office in offices {
        let mut expected = BTreeMap::new();
        for set in chosen.iter().filter(|set| set.receiver == office) {
            expected.extend(files(&set.path));
        }
        assert!(!expected.is_empty(), "{office} is sent something");
        let got = files(&path.join("run").join(office).join("inbox"));
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&got), names(&expected));
        assert!(got == expected, "the bytes received are those sent");
    }
    let accepted = served.journal().iter().filter(|line| line["event"] == "accepted").count();
    assert_eq!(accepted, chosen.len());
}
