//! Runs that end too early: what they leave, and how they are continued.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use renkei_generators::delivery::Courier;
use renkei_generators::model::YearMonth;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_generators::write::{Job, Place, Shape, WriteError, Written};
use renkei_validator::spec::Kind;

const APRIL: YearMonth = YearMonth { year: 2026, month: 4 };

fn population(users: u32) -> Population {
    Population::new(&Request { seed: 1, users, offices: 40, months: (APRIL, APRIL) }).unwrap()
}

fn job(population: &Population, shape: Shape, threads: usize) -> Job<'_> {
    Job::new(Courier { population, versions: Versions::ByMonth }, shape, threads).unwrap()
}

fn place(folder: &Path, resume: bool) -> Place {
    Place { out: folder.join("out"), force: false, resume }
}

/// Every file below a folder.
fn read(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                all.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    all
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Runs until so many units are done, and breaks then: what is on the disk is what a kill leaves.
fn broken(job: &Job<'_>, place: &Place, after: u64) {
    let stop = |done, _| {
        if done >= after {
            // Without the message of a panic.
            resume_unwind(Box::new("stopped on purpose"));
        }
    };
    let ended = catch_unwind(AssertUnwindSafe(|| job.write(place, &stop)));
    assert!(ended.is_err(), "it went on to its end: {ended:?}");
}

const LEFT: [&str; 2] = [".out.renkei-journal", ".out.renkei-part"];

/// Writes without an interruption, and tells how many units there are.
fn at_once(population: &Population, shape: Shape, folder: &Path) -> (Written, u64) {
    let units = AtomicU64::new(0);
    let told = |_, all| units.store(all, Ordering::Relaxed);
    let written = job(population, shape, 2).write(&place(folder, false), &told).unwrap();
    (written, units.into_inner())
}

#[test]
fn a_run_that_is_continued_makes_the_bytes_of_one_that_is_not() {
    let population = population(400);
    for shape in [Shape::Tree, Shape::Flat, Shape::OneFile(Kind::Upplan)] {
        let whole = tempfile::tempdir().unwrap();
        let (expected, units) = at_once(&population, shape, whole.path());
        assert!(units > 4, "{units} units");
        for after in [1, 3, units] {
            let temp = tempfile::tempdir().unwrap();
            let again = place(temp.path(), true);
            broken(&job(&population, shape, 1), &again, after);
            assert_eq!(names(temp.path()), LEFT);
            let job = job(&population, shape, 3);
            assert_eq!(job.look(&again).unwrap().map(|leftover| leftover.units), Some(after));
            assert_eq!(job.write(&again, &|_, _| {}).unwrap(), expected, "{shape:?} after {after}");
            assert!(read(&temp.path().join("out")) == read(&whole.path().join("out")), "{shape:?} after {after}");
            assert_eq!(names(temp.path()), ["out"]);
        }
    }
}

#[test]
fn half_a_file_of_a_unit_that_was_begun_is_written_again() {
    let population = population(400);
    let whole = tempfile::tempdir().unwrap();
    at_once(&population, Shape::Flat, whole.path());
    let temp = tempfile::tempdir().unwrap();
    broken(&job(&population, Shape::Flat, 1), &place(temp.path(), true), 2);
    let (journal, part) = (temp.path().join(LEFT[0]), temp.path().join(LEFT[1]));
    let there = read(&part);
    // As if all other units had been begun: half of each file, and half a line.
    let whole = read(&whole.path().join("out"));
    let mut half = 0;
    for (name, bytes) in whole.iter().filter(|(name, _)| !there.contains_key(*name)) {
        fs::write(part.join(name), &bytes[..bytes.len() / 2]).unwrap();
        half += 1;
    }
    assert!(half > 10, "{half} files are missing");
    let mut lines = fs::read_to_string(&journal).unwrap();
    for unit in 2..100 {
        lines.push_str(&format!("{{\"begun\":{{\"unit\":{unit}}}}}\n"));
    }
    fs::write(&journal, lines + "{\"done\":{\"unit\":2,\"deliver").unwrap();
    job(&population, Shape::Flat, 2).write(&place(temp.path(), true), &|_, _| {}).unwrap();
    assert!(read(&temp.path().join("out")) == whole);
    assert_eq!(names(temp.path()), ["out"]);
}

#[test]
fn what_is_left_of_another_request_is_refused_and_left_alone() {
    let temp = tempfile::tempdir().unwrap();
    broken(&job(&population(400), Shape::Tree, 1), &place(temp.path(), true), 2);
    let before = read(temp.path());
    let others = [
        (population(401), Shape::Tree, "--users 400"),
        (population(400), Shape::Flat, "--shape tree"),
        (
            Population::new(&Request { seed: 2, ..population(400).request().clone() }).unwrap(),
            Shape::OneFile(Kind::Upplan),
            "--seed 1 --shape tree",
        ),
    ];
    for (other, shape, told) in &others {
        match job(other, *shape, 1).write(&place(temp.path(), true), &|_, _| {}) {
            Err(WriteError::OtherRequest { earlier, .. }) => assert_eq!(earlier.en, *told),
            other => panic!("{told}: {other:?}"),
        }
        assert!(read(temp.path()) == before, "{told}");
    }
}

#[test]
fn without_resume_a_leftover_is_replaced_and_nothing_is_left() {
    let population = population(400);
    let whole = tempfile::tempdir().unwrap();
    at_once(&population, Shape::Flat, whole.path());
    let temp = tempfile::tempdir().unwrap();
    broken(&job(&self::population(390), Shape::Tree, 1), &place(temp.path(), true), 2);
    job(&population, Shape::Flat, 1).write(&place(temp.path(), false), &|_, _| {}).unwrap();
    assert!(read(temp.path()) == read(whole.path()));
    fs::remove_dir_all(temp.path().join("out")).unwrap();
    // A journal stays, as after a kill; the next run takes it away.
    broken(&job(&population, Shape::Flat, 1), &place(temp.path(), false), 2);
    assert_eq!(names(temp.path()), LEFT[..1]);
    assert_eq!(job(&population, Shape::Flat, 1).look(&place(temp.path(), false)).unwrap().unwrap().units, 2);
    job(&population, Shape::Flat, 1).write(&place(temp.path(), true), &|_, _| {}).unwrap();
    assert!(read(temp.path()) == read(whole.path()));
}

#[test]
fn a_run_that_ended_just_after_its_folder_was_moved_is_complete() {
    let population = population(400);
    let temp = tempfile::tempdir().unwrap();
    let journal = temp.path().join(LEFT[0]);
    let kept = Mutex::new(Vec::new());
    let keep = |_, _| *kept.lock().unwrap() = fs::read(&journal).unwrap();
    let written = job(&population, Shape::Tree, 1).write(&place(temp.path(), true), &keep).unwrap();
    let before = read(temp.path());
    fs::write(&journal, [&kept.into_inner().unwrap()[..], b"\"settling\"\n"].concat()).unwrap();
    let job = job(&population, Shape::Tree, 1);
    assert_eq!(job.write(&place(temp.path(), true), &|_, _| {}).unwrap(), written);
    assert!(read(temp.path()) == before);
}

#[test]
fn two_runs_do_not_write_one_folder() {
    let population = population(60);
    let temp = tempfile::tempdir().unwrap();
    let journal = fs::File::create(temp.path().join(LEFT[0])).unwrap();
    journal.lock().unwrap();
    for resume in [false, true] {
        let refused = job(&population, Shape::Tree, 1).write(&place(temp.path(), resume), &|_, _| {});
        assert!(matches!(refused, Err(WriteError::Busy(_))), "{refused:?}");
        let refused = job(&population, Shape::Tree, 1).look(&place(temp.path(), resume));
        assert!(matches!(refused, Err(WriteError::Busy(_))), "{refused:?}");
    }
    assert_eq!(names(temp.path()), LEFT[..1]);
}

#[test]
fn a_folder_of_that_name_that_no_run_left_is_not_touched() {
    let population = population(60);
    let temp = tempfile::tempdir().unwrap();
    fs::create_dir(temp.path().join(LEFT[1])).unwrap();
    for resume in [false, true] {
        let refused = job(&population, Shape::Tree, 1).write(&place(temp.path(), resume), &|_, _| {});
        assert!(matches!(refused, Err(WriteError::Io { .. })), "{refused:?}");
        assert_eq!(names(temp.path()), LEFT[1..]);
    }
}
