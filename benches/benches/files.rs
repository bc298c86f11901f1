//! How fast `renkei generate` fills a folder, beside a plain write of the same bytes into the same
//! files: what is left of the time when nothing has to be made.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench stops where it cannot go on and shows what it measured"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use renkei_generators::delivery::Courier;
use renkei_generators::model::YearMonth;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_generators::write::{Job, Place, Shape};

/// Passes of each, in turn.
const PASSES: usize = 5;

fn main() {
    // `cargo bench` says so; any other caller wants to know that it works.
    let (users, passes) = if std::env::args().any(|arg| arg == "--bench") { (5_000, PASSES) } else { (50, 1) };
    let month = YearMonth { year: 2026, month: 4 };
    let offices = Population::usual_offices(users).max(5);
    let population = Population::new(&Request { seed: 1, users, offices, months: (month, month) }).unwrap();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let courier = Courier { population: &population, versions: Versions::ByMonth };
    let job = Job::new(courier, Shape::Tree, threads).unwrap();
    let temp = tempfile::tempdir().unwrap();
    let (mut made, mut copied) = (Vec::new(), Vec::new());
    let mut size = (0, 0);
    for pass in 0..passes {
        let place = Place { out: temp.path().join(format!("made-{pass}")), force: false, resume: false };
        let begun = Instant::now();
        let written = job.write(&place, &|_, _| {}).unwrap();
        made.push(begun.elapsed());
        let files = read(&place.out);
        assert_eq!(files.len() as u64, written.files);
        fs::remove_dir_all(&place.out).unwrap();
        let out = temp.path().join(format!("copied-{pass}"));
        let begun = Instant::now();
        write(&out, &files, threads);
        copied.push(begun.elapsed());
        fs::remove_dir_all(&out).unwrap();
        size = (written.files, written.bytes);
    }
    let (made, copied) = (median(made), median(copied));
    let rate = |time: Duration| size.1 as f64 / time.as_secs_f64() / 1e6;
    println!("{} files, {} bytes, {threads} threads, median of {passes}", size.0, size.1);
    println!("generated and written: {:.3} s, {:.0} MB/s", made.as_secs_f64(), rate(made));
    println!("written only:          {:.3} s, {:.0} MB/s", copied.as_secs_f64(), rate(copied));
    println!("share of the writing:  {:.0} %", 100.0 * copied.as_secs_f64() / made.as_secs_f64());
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Every file below a folder.
fn read(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push((path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    all
}

/// Writes files, each in its folder, in several threads.
fn write(out: &Path, files: &[(PathBuf, Vec<u8>)], threads: usize) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((path, bytes)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let path = out.join(path);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, bytes).unwrap();
                }
            });
        }
    });
}
