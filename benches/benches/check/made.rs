//! The files that are judged: made by the generators, the same ones each time, and such with
//! something wrong in every row.

use std::sync::Arc;

use renkei_generators::delivery::{Courier, Delivery, DeliveryError, single_name};
use renkei_generators::model::YearMonth;
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_generators::write::{Job, Shape};
use renkei_validator::spec::{Kind, Version};

/// A file in memory.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Arc<[u8]>,
}

/// `cargo bench` says so; any other caller wants to know that it works.
pub(crate) fn is_bench() -> bool {
    std::env::args().any(|arg| arg == "--bench")
}

/// How many users, or a hundredth where nothing is measured.
pub(crate) fn users(many: u32) -> u32 {
    if is_bench() { many } else { (many / 100).max(20) }
}

fn month(version: Version) -> YearMonth {
    match version {
        Version::V202407 => YearMonth { year: 2026, month: 10 },
        Version::V202208 | Version::V202003 => YearMonth { year: 2025, month: 2 },
    }
}

fn population(version: Version, users: u32, offices: u32) -> Population {
    let month = month(version);
    Population::new(&Request { seed: 1, users, offices, months: (month, month) }).unwrap()
}

/// The rows of one kind of everybody; where one file cannot hold them, the largest file of such rows
/// that five offices exchange.
pub(crate) fn file(kind: Kind, version: Version) -> File {
    let number = users(2_000);
    let population = population(version, number, Population::usual_offices(number).max(5));
    let courier = Courier { population: &population, versions: Versions::ByMonth };
    let Some(name) = single_name(&courier, kind, month(version)).unwrap() else {
        return largest(kind, version);
    };
    let job = Job::new(courier, Shape::OneFile(kind), 1).unwrap();
    let mut bytes = Vec::new();
    job.stream_rows(kind, &mut bytes, &|_, _| {}).unwrap();
    File { name, bytes: bytes.into() }
}

fn largest(kind: Kind, version: Version) -> File {
    let files = deliveries(version, users(4_000), 5).into_iter().flat_map(|delivery| delivery.files);
    let file = files.filter(|file| file.kind == kind).max_by_key(|file| file.bytes.len()).unwrap();
    File { name: file.name, bytes: file.bytes.into() }
}

/// All that offices exchange in a month.
pub(crate) fn deliveries(version: Version, users: u32, offices: u32) -> Vec<Delivery> {
    let population = population(version, users, offices);
    let courier = Courier { population: &population, versions: Versions::ByMonth };
    let mut all = Vec::new();
    for manager in population.managers() {
        let mut take = |delivery| -> Result<(), DeliveryError> {
            all.push(delivery);
            Ok(())
        };
        courier.deliveries(manager, month(version), &mut take).unwrap();
    }
    all
}

/// Gives each row of 第6表 a finding in one cell: サービス回数 is no number.
pub(crate) fn with_a_wrong_value(file: &File) -> File {
    by_rows(file, |_, row, out| {
        let mut cells: Vec<&[u8]> = row.split(|byte| *byte == b',').collect();
        cells[13] = b"x";
        out.extend(cells.join(&b','));
    })
}

/// Gives each row an item or two more than its table has, so that no rule of its table can read it. Were it the
/// same number in all rows, the table would be doubted.
pub(crate) fn with_items_more(file: &File) -> File {
    by_rows(file, |number, row, out| {
        out.extend(row.strip_suffix(b"\r\n").unwrap());
        out.extend(if number % 2 == 0 { &b",\r\n"[..] } else { b",,\r\n" });
    })
}

/// Ends each row in LF alone, which is one finding of the file; no row of such a file is proved.
pub(crate) fn with_bare_line_ends(file: &File) -> File {
    by_rows(file, |_, row, out| {
        out.extend(row.strip_suffix(b"\r\n").unwrap());
        out.push(b'\n');
    })
}

fn by_rows(file: &File, edit: impl Fn(usize, &[u8], &mut Vec<u8>)) -> File {
    let mut bytes = Vec::with_capacity(file.bytes.len() * 2);
    for (number, row) in file.bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        edit(number, row, &mut bytes);
    }
    File { name: file.name.clone(), bytes: bytes.into() }
}

/// The first rows, up to some length.
pub(crate) fn beginning(file: &File, length: usize) -> File {
    let part = &file.bytes[..length.min(file.bytes.len())];
    let end = part.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    File { name: file.name.clone(), bytes: part[..end].into() }
}
