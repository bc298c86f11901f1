//! Files handed to a stream, and estimates of them: the same as what is written to folders.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::io;

use renkei_generators::delivery::{Courier, File};
use renkei_generators::model::YearMonth;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_generators::write::{Job, Place, Shape, Sink, WriteError, Written};
use renkei_validator::spec::Kind;

fn month(text: &str) -> YearMonth {
    YearMonth::parse(text.as_bytes()).unwrap()
}

fn population(users: u32, offices: u32, from: &str, to: &str) -> Population {
    Population::new(&Request { seed: 1, users, offices, months: (month(from), month(to)) }).unwrap()
}

fn job(population: &Population, shape: Shape, threads: usize) -> Job<'_> {
    Job::new(Courier { population, versions: Versions::ByMonth }, shape, threads).unwrap()
}

/// Keeps what it is given, up to some number of files.
struct Kept {
    files: Vec<(String, Vec<u8>)>,
    most: usize,
}

impl Sink for Kept {
    type Ready = (String, Vec<u8>);

    fn ready(path: &str, file: &File) -> io::Result<(String, Vec<u8>)> {
        Ok((path.to_owned(), file.bytes.clone()))
    }

    fn write(&mut self, ready: (String, Vec<u8>)) -> io::Result<()> {
        if self.files.len() >= self.most {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.files.push(ready);
        Ok(())
    }
}

fn streamed(job: &Job<'_>) -> (Written, Vec<(String, Vec<u8>)>) {
    let mut kept = Kept { files: Vec::new(), most: usize::MAX };
    (job.stream(&mut kept, &|_, _| {}).unwrap(), kept.files)
}

#[test]
fn a_stream_has_the_files_of_the_folder_in_one_order_for_any_number_of_threads() {
    let population = population(400, 40, "202503", "202504");
    let temp = tempfile::tempdir().unwrap();
    for shape in [Shape::Tree, Shape::Flat] {
        let out = temp.path().join(shape.name());
        let place = Place { out: out.clone(), force: false, resume: false };
        let written = job(&population, shape, 2).write(&place, &|_, _| {}).unwrap();
        let (first, files) = streamed(&job(&population, shape, 1));
        assert_eq!((first, files.len() as u64), (written, written.files));
        for (path, bytes) in &files {
            assert!(std::fs::read(out.join(path)).unwrap() == *bytes, "{path}");
        }
        for threads in [2, 8] {
            assert!(streamed(&job(&population, shape, threads)) == (first, files.clone()), "{threads} threads");
        }
    }
}

#[test]
fn a_stream_of_rows_is_the_file_for_any_number_of_threads() {
    let population = population(400, 40, "202604", "202604");
    let temp = tempfile::tempdir().unwrap();
    let kind = Kind::Upsikyu;
    let place = Place { out: temp.path().join("out"), force: false, resume: false };
    let written = job(&population, Shape::OneFile(kind), 2).write(&place, &|_, _| {}).unwrap();
    let path = std::fs::read_dir(&place.out).unwrap().next().unwrap().unwrap().path();
    let file = std::fs::read(path).unwrap();
    for threads in [1, 8] {
        let mut rows = Vec::new();
        let job = job(&population, Shape::OneFile(kind), threads);
        assert_eq!(job.stream_rows(kind, &mut rows, &|_, _| {}).unwrap(), written);
        assert!(rows == file);
    }
}

#[test]
fn a_stream_that_takes_no_more_ends_the_run() {
    let population = population(400, 40, "202604", "202604");
    let mut kept = Kept { files: Vec::new(), most: 3 };
    let ended = job(&population, Shape::Tree, 2).stream(&mut kept, &|_, _| {});
    assert!(matches!(&ended, Err(WriteError::Stream(error)) if error.kind() == io::ErrorKind::BrokenPipe), "{ended:?}");
    assert_eq!(kept.files.len(), 3);
}

#[test]
fn an_estimate_of_few_units_is_exact() {
    for shape in [Shape::Tree, Shape::Flat, Shape::OneFile(Kind::Upplan)] {
        let population = population(150, 12, "202604", "202604");
        let temp = tempfile::tempdir().unwrap();
        let place = Place { out: temp.path().join("out"), force: false, resume: false };
        let job = job(&population, shape, 1);
        let estimate = job.estimate(1).unwrap();
        assert_eq!(estimate.written, job.write(&place, &|_, _| {}).unwrap(), "{shape:?}");
        assert_eq!((estimate.sampled, estimate.all), (150, 150));
    }
}

#[test]
fn an_estimate_of_a_small_part_is_near_and_always_the_same() {
    for (users, offices, from, to) in
        [(6_000, 260, "202604", "202606"), (6_000, 900, "202503", "202504"), (3_000, 130, "202212", "202301")]
    {
        let population = population(users, offices, from, to);
        let job = job(&population, Shape::Tree, 2);
        let estimate = job.estimate(4096).unwrap();
        assert_eq!(self::job(&population, Shape::Tree, 1).estimate(4096).unwrap(), estimate);
        assert!(estimate.sampled * 2 < estimate.all, "{estimate:?}");
        let (written, files) = streamed(&job);
        let on_disk: u64 = files.iter().map(|(_, bytes)| (bytes.len() as u64).div_ceil(4096) * 4096).sum::<u64>()
            + written.deliveries * 4096;
        for (name, told, real) in [
            ("deliveries", estimate.written.deliveries, written.deliveries),
            ("files", estimate.written.files, written.files),
            ("rows", estimate.written.rows, written.rows),
            ("bytes", estimate.written.bytes, written.bytes),
            ("on disk", estimate.on_disk, on_disk),
        ] {
            let per_cent = (told * 100).div_ceil(real);
            assert!((85..=115).contains(&per_cent), "{name}: {told} told, {real} real in {users} {from}");
        }
    }
}
