//! How fast files are judged: clean ones of some kinds, with what is known of rows before them and
//! without it, beside the csv crate with the same checks of bytes, and beside the digest alone; the
//! scanner alone; a file in which every row has a finding; the start.
//!
//! `cargo bench -p renkei-benches --bench check`. The ratios of one run count, not the rates.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench stops where it cannot go on")]

mod peer;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use renkei_generators::delivery::{Courier, single_name};
use renkei_generators::model::YearMonth;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_generators::write::{Job, Shape};
use renkei_validator::scan::scan;
use renkei_validator::spec::{self, Kind, Version};
use renkei_validator::{FileCheck, FileJudgement, Options};
use sha2::{Digest, Sha256};

/// How much is handed over at once, as the command line does.
const CHUNK: usize = 64 << 10;

struct File {
    name: String,
    bytes: Vec<u8>,
}

/// The rows of one kind of everybody.
fn file(kind: Kind, version: Version) -> File {
    // `cargo bench` says so; any other caller wants to know that it works.
    let users = if std::env::args().any(|arg| arg == "--bench") { 2_000 } else { 20 };
    let month = match version {
        Version::V202407 => YearMonth { year: 2026, month: 10 },
        Version::V202208 | Version::V202003 => YearMonth { year: 2025, month: 2 },
    };
    let offices = Population::usual_offices(users).max(5);
    let population = Population::new(&Request { seed: 1, users, offices, months: (month, month) }).unwrap();
    let courier = Courier { population: &population, versions: Versions::ByMonth };
    let name = single_name(&courier, kind, month).unwrap().unwrap();
    let job = Job::new(courier, Shape::OneFile(kind), 1).unwrap();
    let mut bytes = Vec::new();
    job.stream_rows(kind, &mut bytes, &|_, _| {}).unwrap();
    File { name, bytes }
}

fn judge(file: &File, fast: bool) -> FileJudgement {
    let options = Options { as_of: spec::parse_date(b"20261120"), sets: false, fast, ..Options::default() };
    let mut check = FileCheck::new(&file.name, &options);
    for chunk in file.bytes.chunks(CHUNK) {
        check.push(chunk);
    }
    check.finish()
}

/// Kinds that the generators write as one file.
const FILES: [(Kind, Version); 9] = [
    (Kind::Upplan, Version::V202208),
    (Kind::Upplan, Version::V202407),
    (Kind::Upjsk, Version::V202407),
    (Kind::Upsikyu, Version::V202208),
    (Kind::Upsikyu, Version::V202407),
    (Kind::Uphosoku, Version::V202407),
    (Kind::Up1kyo, Version::V202407),
    (Kind::Up2kyo, Version::V202407),
    (Kind::Up3kyo, Version::V202407),
];

fn by_kind(criterion: &mut Criterion) {
    for (kind, version) in FILES {
        let file = file(kind, version);
        let clean = judge(&file, true);
        assert!(clean.findings.kept.is_empty(), "{:?}", clean.findings.totals);
        let table = spec::table(version, kind).unwrap();
        assert_eq!(peer::count(table, &file.bytes), (clean.records, 0));
        let mut group = criterion.benchmark_group(format!("{kind}-{version}"));
        group.throughput(Throughput::Bytes(file.bytes.len() as u64));
        group.bench_function("check", |b| b.iter(|| judge(black_box(&file), true)));
        group.bench_function("every-rule-asked", |b| b.iter(|| judge(black_box(&file), false)));
        group.bench_function("csv-and-byte-checks", |b| b.iter(|| peer::count(table, black_box(&file.bytes))));
        group.finish();
    }
}

fn others(criterion: &mut Criterion) {
    let clean = file(Kind::Upplan, Version::V202407);
    let dirty = every_row_wrong(&clean);
    let mut group = criterion.benchmark_group("UPPLAN-202407-more");
    group.throughput(Throughput::Bytes(clean.bytes.len() as u64));
    group.bench_function("scan", |b| {
        b.iter(|| {
            let mut records = 0_u64;
            scan(black_box(&clean.bytes), &mut |_| records += 1);
            records
        });
    });
    group.bench_function("sha-256", |b| b.iter(|| Sha256::digest(black_box(&clean.bytes))));
    group.bench_function("every-row-wrong", |b| b.iter(|| judge(black_box(&dirty), true)));
    group.finish();
    let mut group = criterion.benchmark_group("small-file");
    for kilobytes in [5, 50] {
        let length = (kilobytes << 10).min(clean.bytes.len());
        let bytes = clean.bytes[..length].iter().rposition(|byte| *byte == b'\n').map(|end| &clean.bytes[..=end]);
        let small = File { name: clean.name.clone(), bytes: bytes.unwrap_or_default().to_vec() };
        group.throughput(Throughput::Bytes(small.bytes.len() as u64));
        group.bench_with_input(BenchmarkId::new("check", kilobytes), &small, |b, small| b.iter(|| judge(small, true)));
    }
    group.finish();
}

/// Gives every row a finding: サービス回数 is no number.
fn every_row_wrong(file: &File) -> File {
    let mut bytes = Vec::with_capacity(file.bytes.len());
    let mut rows = 0;
    for row in file.bytes.split_inclusive(|byte| *byte == b'\n') {
        let mut cells: Vec<&[u8]> = row.split(|byte| *byte == b',').collect();
        cells[13] = b"x";
        bytes.extend(cells.join(&b','));
        rows += 1;
    }
    let wrong = File { name: file.name.clone(), bytes };
    let totals = judge(&wrong, true).findings.totals;
    assert!(totals.values().sum::<u64>() >= rows, "{totals:?}");
    wrong
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = by_kind, others
}
criterion_main!(benches);
