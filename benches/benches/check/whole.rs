//! The program as a whole: its start, one file, a tree of many small ones, a file with a finding in
//! every row. Needs the binary: `RENKEI`, or `target/release/renkei`; without it, nothing is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use criterion::{Criterion, Throughput};
use renkei_validator::spec::{Kind, Version};

use super::made::{self, File};

/// Starting, and judging a file of some 50 KB, beside `cat` of the same file.
pub(crate) fn start(criterion: &mut Criterion) {
    let Some(renkei) = renkei() else { return };
    let temp = tempfile::tempdir().unwrap();
    let small = write(temp.path(), &made::beginning(&made::file(Kind::Upplan, Version::V202208), 50 << 10));
    let mut group = criterion.benchmark_group("start");
    group.bench_function("cat", |b| b.iter(|| run(Command::new("cat").arg(&small), 0)));
    group.bench_function("renkei--version", |b| b.iter(|| run(Command::new(&renkei).arg("--version"), 0)));
    group.bench_function("renkei-check-50-KB", |b| b.iter(|| run(&mut check(&renkei, &small), 0)));
    group.finish();
}

/// One file, clean and dirty, and a tree.
pub(crate) fn files(criterion: &mut Criterion) {
    let Some(renkei) = renkei() else { return };
    let temp = tempfile::tempdir().unwrap();
    let clean = made::file(Kind::Upplan, Version::V202208);
    let mut group = criterion.benchmark_group("whole");
    let wrong = made::with_a_wrong_value(&clean);
    let more = made::with_items_more(&clean);
    // The table is not sure of that item, so that what is wrong with it is a warning.
    for (name, file, code) in
        [("a-file", clean, 0), ("a-wrong-value-in-every-row", wrong, 0), ("items-more-in-every-row", more, 1)]
    {
        let folder = temp.path().join(name);
        fs::create_dir(&folder).unwrap();
        let path = write(&folder, &file);
        group.throughput(Throughput::Bytes(file.bytes.len() as u64));
        group.bench_function(name, |b| b.iter(|| run(&mut check(&renkei, &path), code)));
    }
    let tree = temp.path().join("tree");
    let (mut bytes, mut count) = (0, 0_u64);
    // So many that there are 20,000 files.
    for (number, delivery) in
        made::deliveries(Version::V202208, made::users(4_500), made::users(450)).iter().enumerate()
    {
        let folder = tree.join(format!("{number:05}"));
        fs::create_dir_all(&folder).unwrap();
        for file in &delivery.files {
            fs::write(folder.join(&file.name), &file.bytes).unwrap();
            (bytes, count) = (bytes + file.bytes.len() as u64, count + 1);
        }
    }
    assert!(count >= if made::is_bench() { 20_000 } else { 20 }, "{count}");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("a-tree", |b| b.iter(|| run(&mut check(&renkei, &tree), 0)));
    group.finish();
}

fn renkei() -> Option<PathBuf> {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/renkei");
    let path = std::env::var_os("RENKEI").map_or_else(built, PathBuf::from);
    if !path.is_file() {
        eprintln!("skipped: {} is not there: cargo build --release -p renkei-suites, or RENKEI=PATH", path.display());
        return None;
    }
    Some(path)
}

fn check(renkei: &Path, path: &Path) -> Command {
    let mut command = Command::new(renkei);
    command.args(["check", "--as-of", "2026-11-20", "--format", "concise"]).arg(path);
    command
}

fn run(command: &mut Command, code: i32) {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(code), "{command:?}");
}

fn write(folder: &Path, file: &File) -> PathBuf {
    let path = folder.join(&file.name);
    fs::write(&path, &file.bytes).unwrap();
    path
}
