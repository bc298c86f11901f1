//! `docs/FAULTS.md` and `examples/faults` are what the cards say, and every example is a plan.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use renkei_mock_platform::faults::{Kind, Nth, Plan, catalogue};

/// Plans of several steps, written by hand.
const MIXED: [&str; 3] = ["bad-network.toml", "doubtful-answers.toml", "rough-day.toml"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn assert_fresh(path: &Path, made: &str) {
    if std::env::var_os("RENKEI_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, made).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    let difference = made.lines().zip(committed.lines()).position(|(made, committed)| made != committed);
    assert!(
        made == committed,
        "{} is stale (first difference on line {:?}); run \
         `RENKEI_UPDATE=1 cargo test -p renkei-mock-platform --test faults_md`",
        path.display(),
        difference.map(|index| index + 1)
    );
}

#[test]
fn docs_faults_md_is_what_the_cards_say() {
    assert_fresh(&root().join("docs/FAULTS.md"), &catalogue::faults_md());
}

#[test]
fn there_is_an_example_plan_of_each_fault_and_every_example_is_a_plan_that_ends() {
    let folder = root().join("examples/faults");
    for kind in Kind::ALL {
        assert_fresh(&folder.join(format!("{}.toml", kind.word())), &catalogue::example(*kind));
    }
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let plan = Plan::parse(&fs::read(&path).unwrap()).unwrap_or_else(|flaws| panic!("{}: {flaws}", path.display()));
        for step in plan.steps() {
            assert!(matches!(step.nth, Nth::From { .. }), "{}: a step strikes for ever", path.display());
        }
        names.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    let of_faults = Kind::ALL.iter().map(|kind| format!("{}.toml", kind.word()));
    let expected: BTreeSet<String> = of_faults.chain(MIXED.map(str::to_owned)).collect();
    assert_eq!(names, expected);
}
