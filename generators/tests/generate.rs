//! Populations written to disk: judged clean, the same for any number of threads, one user apart
//! from another.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use renkei_generators::delivery::{Courier, Delivery, DeliveryError};
use renkei_generators::model::YearMonth;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_generators::write::{Job, Place, Shape, WriteError, Written};
use renkei_validator::spec::{Kind, Version};
use renkei_validator::{Options, judge};

fn month(text: &str) -> YearMonth {
    YearMonth::parse(text.as_bytes()).unwrap()
}

fn population(users: u32, offices: u32, from: &str, to: &str) -> Population {
    Population::new(&Request { seed: 1, users, offices, months: (month(from), month(to)) }).unwrap()
}

/// All deliveries: folder, name and bytes of each file.
fn files(population: &Population, versions: Versions) -> Vec<(String, Vec<u8>)> {
    let courier = Courier { population, versions };
    let (from, to) = population.request().months;
    let mut files = Vec::new();
    for month in renkei_generators::calendar::months(from, to) {
        for manager in population.managers() {
            let mut take = |delivery: Delivery| -> Result<(), DeliveryError> {
                let folder = format!("{}/{}/{}", delivery.month, delivery.sender, delivery.title);
                files.extend(delivery.files.into_iter().map(|file| (format!("{folder}/{}", file.name), file.bytes)));
                Ok(())
            };
            courier.deliveries(manager, month, &mut take).unwrap();
        }
    }
    files
}

/// All that is found in files, of any severity; nothing of them is left unjudged.
fn told(files: &[(String, Vec<u8>)]) -> Vec<String> {
    let judgement = judge(files, &Options::default());
    let entries = judgement.files.iter().flat_map(|file| &file.not_checked).chain(&judgement.sets.not_checked);
    let unjudged: Vec<&str> = entries.filter(|entry| entry.blocks).map(|entry| entry.what.en.as_str()).collect();
    assert_eq!(unjudged, Vec::<&str>::new());
    let told = judgement.findings().into_iter();
    told.map(|finding| format!("{} {} {:?}", finding.rule.id, finding.at.file, finding.at.line)).collect()
}

fn kinds(files: &[(String, Vec<u8>)]) -> BTreeSet<&str> {
    let names = files.iter().map(|(path, _)| path.rsplit('/').next().unwrap());
    names.map(|name| name.split("_9").next().unwrap().split("_2").next().unwrap().split("_0").next().unwrap()).collect()
}

#[test]
fn every_version_is_judged_clean() {
    for (from, to, versions) in [
        ("202604", "202605", vec!["202407"]),
        ("202212", "202301", vec!["202003", "202208"]),
        ("202503", "202504", vec!["202208", "202407"]),
    ] {
        let population = population(600, 40, from, to);
        let files = files(&population, Versions::ByMonth);
        assert!(files.len() > 100, "{from}: {} files", files.len());
        assert_eq!(told(&files), Vec::<String>::new(), "{from}..{to}");
        let written: BTreeSet<&[u8]> =
            files.iter().filter(|(name, _)| name.ends_with(".CSV")).map(|(_, bytes)| &bytes[..6]).collect();
        assert_eq!(written, versions.iter().map(|version| version.as_bytes()).collect::<BTreeSet<_>>());
    }
}

#[test]
fn deliveries_hold_every_kind_of_the_newest_version() {
    let population = population(3000, 60, "202604", "202604");
    let files = files(&population, Versions::ByMonth);
    let all: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(kinds(&files), all);
}

#[test]
fn one_folder_for_everything_is_judged_clean_and_no_set_shares_a_timestamp() {
    let population = population(600, 40, "202604", "202605");
    let mut files = files(&population, Versions::ByMonth);
    let count = files.len();
    for (path, _) in &mut files {
        *path = path.rsplit('/').next().unwrap().to_owned();
    }
    assert_eq!(files.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(), count);
    assert_eq!(told(&files), Vec::<String>::new());
}

#[test]
fn an_older_version_is_written_when_asked_for() {
    let population = population(300, 30, "202604", "202604");
    let files = files(&population, Versions::Always(Version::V202208));
    let rules: BTreeSet<String> = told(&files).iter().map(|told| told.split(' ').next().unwrap().to_owned()).collect();
    // That it is old is what the check says of it, and nothing else.
    assert_eq!(rules, BTreeSet::from(["file/version-not-in-force".to_owned()]));
}

/// What is asked for beside the population.
struct Order {
    place: Place,
    shape: Shape,
    threads: usize,
}

fn order(out: &Path, shape: Shape, threads: usize) -> Order {
    Order { place: Place { out: out.to_owned(), force: false, resume: false }, shape, threads }
}

fn run(population: &Population, order: &Order) -> Result<Written, WriteError> {
    write(Courier { population, versions: Versions::ByMonth }, order)
}

fn write(courier: Courier<'_>, order: &Order) -> Result<Written, WriteError> {
    Job::new(courier, order.shape, order.threads)?.write(&order.place, &|_, _| {})
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

#[test]
fn the_bytes_are_the_same_for_any_number_of_threads() {
    let population = population(400, 40, "202503", "202504");
    let temp = tempfile::tempdir().unwrap();
    for shape in [Shape::Tree, Shape::Flat] {
        let trees = [1, 2, 8].map(|threads| {
            let out = temp.path().join(format!("{shape:?}-{threads}"));
            let written = run(&population, &order(&out, shape, threads)).unwrap();
            (written, read(&out))
        });
        assert!(trees[0].1.len() as u64 == trees[0].0.files && trees[0].0.files > 100);
        assert!(trees[0] == trees[1] && trees[0] == trees[2], "{shape:?}");
    }
}

#[test]
fn the_folders_above_are_made() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("データ/予定");
    let written = run(&population(10, 2, "202610", "202610"), &order(&out, Shape::Flat, 1)).unwrap();
    assert!(written.files > 0);
    assert_eq!(read(&out).len() as u64, written.files);
}

#[test]
fn one_more_user_leaves_all_other_rows_alone() {
    let few = files(&population(400, 40, "202604", "202605"), Versions::ByMonth);
    let more_people = population(401, 40, "202604", "202605");
    let new = more_people.user(400);
    let more: BTreeMap<String, Vec<u8>> = files(&more_people, Versions::ByMonth).into_iter().collect();
    let mine = format!(",{},{},", new.insurer, new.insured);
    assert!(more.values().any(|bytes| holds(bytes, mine.as_bytes())), "the new user is there");
    for (name, bytes) in &few {
        let other = more.get(name).unwrap_or_else(|| panic!("{name} is gone"));
        let rest: Vec<u8> = rows(other).filter(|row| !holds(row, mine.as_bytes())).flatten().copied().collect();
        assert!(rest == *bytes, "{name} changed");
    }
}

fn rows(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let end = rest.windows(2).position(|pair| pair == b"\r\n").map_or(rest.len(), |at| at + 2);
        let (row, after) = rest.split_at(end);
        rest = after;
        (!row.is_empty()).then_some(row)
    })
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_single_file_of_a_kind_is_judged_clean_and_the_same_for_any_number_of_threads() {
    let temp = tempfile::tempdir().unwrap();
    for (text, kinds) in [
        (
            "202604",
            vec![Kind::Upplan, Kind::Upjsk, Kind::Upsikyu, Kind::Uphosoku, Kind::Up1kyo, Kind::Up2kyo, Kind::Up3kyo],
        ),
        ("202412", vec![Kind::Upplan, Kind::Upsikyu, Kind::Uphosoku, Kind::Up1kyo, Kind::Up2kyo]),
    ] {
        let population = population(400, 40, text, text);
        for kind in kinds {
            let made = [1, 3].map(|threads| {
                let out = temp.path().join(format!("{text}-{kind}-{threads}"));
                let written = run(&population, &order(&out, Shape::OneFile(kind), threads)).unwrap();
                (written, read(&out))
            });
            assert!(made[0] == made[1], "{kind}");
            let (written, files) = &made[0];
            assert_eq!((written.files, files.len()), (1, 1));
            assert!(written.rows > 200, "{kind}: {written:?}");
            let (name, bytes) = files.iter().next().unwrap();
            let alone = Options { sets: false, ..Options::default() };
            let judgement = judge(&[(name.clone(), bytes.clone())], &alone);
            let told: Vec<&str> = judgement.files[0].findings.kept.iter().map(|finding| finding.rule.id).collect();
            assert_eq!(told, Vec::<&str>::new(), "{text} {kind}");
        }
    }
}

#[test]
fn what_cannot_be_a_single_file_is_refused() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    for (from, to, kind) in [
        ("202604", "202605", Kind::Upplan),
        ("202412", "202412", Kind::Upjsk),
        ("202412", "202412", Kind::Up3kyo),
        ("202604", "202604", Kind::Dltplan),
    ] {
        let population = population(100, 20, from, to);
        let refused = run(&population, &order(&out, Shape::OneFile(kind), 1));
        assert!(matches!(refused, Err(WriteError::Shape(_))), "{kind}: {refused:?}");
    }
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_that_holds_something_is_left_alone_unless_forced() {
    let population = population(60, 20, "202604", "202604");
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    fs::create_dir(&out).unwrap();
    run(&population, &order(&out, Shape::Tree, 2)).unwrap();
    let before = read(&out);
    assert!(!before.is_empty());
    assert!(matches!(run(&population, &order(&out, Shape::Tree, 2)), Err(WriteError::NotEmpty(_))));
    assert_eq!(read(&out), before);
    fs::write(out.join("mine.txt"), "mine").unwrap();
    let forced = Place { force: true, ..order(&out, Shape::Tree, 2).place };
    run(&population, &Order { place: forced, ..order(&out, Shape::Tree, 2) }).unwrap();
    let after = read(&out);
    assert_eq!(after.get("mine.txt").map(Vec::as_slice), Some(b"mine".as_slice()));
    assert_eq!(after.len(), before.len() + 1);
    assert!(matches!(run(&population, &order(&out.join("mine.txt"), Shape::Tree, 1)), Err(WriteError::NotAFolder(_))));
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_failure_leaves_nothing_behind() {
    let population = population(60, 20, "202604", "202604");
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("file");
    fs::write(&file, "mine").unwrap();
    assert!(matches!(run(&population, &order(&file.join("out"), Shape::Flat, 2)), Err(WriteError::Io { .. })));
    fs::remove_file(file).unwrap();
    let out = temp.path().join("out");
    let courier = Courier { population: &population, versions: Versions::Always(Version::V202407) };
    let early = self::population(60, 20, "202501", "202504");
    let refused = write(Courier { population: &early, ..courier }, &order(&out, Shape::Flat, 2));
    assert!(matches!(refused, Err(WriteError::Delivery(DeliveryError::Version(_)))), "{refused:?}");
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
}
