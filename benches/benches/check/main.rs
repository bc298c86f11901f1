//! How fast files are judged, inside one process and one thread: the scanner alone; clean files by
//! kind, with rows proved by rows before them and with every rule asked for each row, beside the csv
//! crate with the same checks of items and without any; files with something wrong in every row;
//! small files; the rules about sets. `whole.rs` measures the program itself: a file, a tree, the start.
//!
//! `cargo bench -p renkei-benches --bench check`. The ratios of one run count, not the rates.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    missing_docs,
    reason = "a bench stops where it cannot go on, and says what it leaves out"
)]

mod made;
mod whole;

use std::hint::black_box;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use renkei_benches::peer;
use renkei_validator::scan::scan;
use renkei_validator::spec::{self, Kind, Version};
use renkei_validator::{FileCheck, FileJudgement, Options, check_sets};
use sha2::{Digest, Sha256};

use self::made::File;

/// How much is handed over at once, as the command line does.
const CHUNK: usize = 64 << 10;

/// What the tables and the rules are measured on.
const FILES: [(Kind, Version); 10] = [
    (Kind::Upplan, Version::V202208),
    (Kind::Upplan, Version::V202407),
    (Kind::Upjsk, Version::V202208),
    (Kind::Upjsk, Version::V202407),
    (Kind::Upsikyu, Version::V202208),
    (Kind::Upsikyu, Version::V202407),
    (Kind::Uphosoku, Version::V202407),
    (Kind::Up1kyo, Version::V202407),
    (Kind::Up2kyo, Version::V202407),
    (Kind::Up3kyo, Version::V202407),
];

fn options() -> Options {
    Options { as_of: spec::parse_date(b"20261120"), sets: false, ..Options::default() }
}

fn judge(file: &File, options: &Options) -> FileJudgement {
    let bytes = Arc::clone(&file.bytes);
    let again =
        Box::new(move |range: Range<u64>| bytes.get(range.start as usize..range.end as usize).map(<[u8]>::to_vec));
    let mut check = FileCheck::new(&file.name, options).reading_again(again);
    for chunk in file.bytes.chunks(CHUNK) {
        check.push(chunk);
    }
    check.finish()
}

fn by_kind(criterion: &mut Criterion) {
    let (fast, slow) = (options(), Options { fast: false, ..options() });
    for (kind, version) in FILES {
        let file = made::file(kind, version);
        let clean = judge(&file, &fast);
        assert!(clean.findings.kept.is_empty(), "{:?}", clean.findings.totals);
        let table = spec::table(version, kind).unwrap();
        let counted = peer::count(table, &file.bytes[..]).unwrap();
        assert_eq!((counted.rows, counted.wrong), (clean.records, 0));
        let mut group = criterion.benchmark_group(format!("{kind}-{version}"));
        group.throughput(Throughput::Bytes(file.bytes.len() as u64));
        group.bench_function("check", |b| b.iter(|| judge(black_box(&file), &fast)));
        group.bench_function("every-rule-asked", |b| b.iter(|| judge(black_box(&file), &slow)));
        group.bench_function("csv-and-checks", |b| b.iter(|| peer::count(table, black_box(&file.bytes[..]))));
        group.bench_function("csv-alone", |b| b.iter(|| peer::split(black_box(&file.bytes[..]))));
        group.finish();
    }
}

fn parts(criterion: &mut Criterion) {
    let file = made::file(Kind::Upplan, Version::V202208);
    let mut group = criterion.benchmark_group("parts");
    group.throughput(Throughput::Bytes(file.bytes.len() as u64));
    group.bench_function("scan", |b| {
        b.iter(|| {
            let mut records = 0_u64;
            scan(black_box(&file.bytes), &mut |_| records += 1);
            records
        });
    });
    group.bench_function("sha-256", |b| b.iter(|| Sha256::digest(black_box(&file.bytes))));
    group.finish();
}

fn dirty(criterion: &mut Criterion) {
    let clean = made::file(Kind::Upplan, Version::V202208);
    let rows = judge(&clean, &options()).records;
    let mut group = criterion.benchmark_group("dirty");
    for (name, file, each) in [
        ("clean", made::beginning(&clean, clean.bytes.len()), None),
        ("a-wrong-value-in-every-row", made::with_a_wrong_value(&clean), Some("cell/not-integer")),
        ("items-more-in-every-row", made::with_items_more(&clean), Some("csv/too-many-items")),
        ("bare-line-ends", made::with_bare_line_ends(&clean), None),
    ] {
        if let Some(rule) = each {
            let totals = judge(&file, &options()).findings.totals;
            let found: u64 = totals.iter().filter(|((id, _), _)| *id == rule).map(|(_, found)| found).sum();
            assert_eq!(found, rows, "{totals:?}");
        }
        group.throughput(Throughput::Bytes(file.bytes.len() as u64));
        group.bench_function(name, |b| b.iter(|| judge(black_box(&file), &options())));
    }
    group.finish();
}

fn small(criterion: &mut Criterion) {
    let file = made::file(Kind::Upplan, Version::V202208);
    let mut group = criterion.benchmark_group("small-file");
    for kilobytes in [5, 50] {
        let small = made::beginning(&file, kilobytes << 10);
        group.throughput(Throughput::Bytes(small.bytes.len() as u64));
        let check = |small: &File| judge(small, &options());
        group.bench_with_input(BenchmarkId::new("check", kilobytes), &small, |b, small| b.iter(|| check(small)));
    }
    group.finish();
}

/// The rules about more than one file, on what was gathered of each file before.
fn sets(criterion: &mut Criterion) {
    let options = Options { sets: true, ..options() };
    let judged: Vec<FileJudgement> = made::deliveries(Version::V202407, made::users(500), 30)
        .iter()
        .enumerate()
        .flat_map(|(number, delivery)| delivery.files.iter().map(move |file| (number, file)))
        .map(|(number, file)| {
            let name = format!("{number:05}/{}", file.name);
            judge(&File { name, bytes: file.bytes.as_slice().into() }, &options)
        })
        .collect();
    let files: Vec<&FileJudgement> = judged.iter().collect();
    let found = check_sets(&files, &[], &options);
    assert!(found.sets > 10, "{}", found.sets);
    assert!(found.findings.kept.is_empty(), "{:?}", found.findings.totals);
    let mut group = criterion.benchmark_group("sets");
    group.throughput(Throughput::Elements(files.len() as u64));
    group.bench_function("check-sets", |b| b.iter(|| check_sets(black_box(&files), &[], &options)));
    group.finish();
}

criterion_group! {
    name = inside;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = by_kind, parts, dirty, small, sets
}
criterion_group! {
    name = processes;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(3));
    targets = whole::start, whole::files
}
criterion_main!(inside, processes);
