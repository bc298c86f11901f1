//! How fast rows become bytes, by kind: the row writer of the generators beside a plain one, which
//! formats every item as a String, joins them and encodes the whole. Both start from the same values
//! and end in a `Vec<u8>` with the same bytes, which is asserted.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench stops where it cannot go on and shows what it measured"
)]

mod plain;
mod values;

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use renkei_generators::encode::{self, Beside, Deletion};
use renkei_generators::strategies::UserMonth;
use renkei_validator::spec::Kind;

use values::{Supplement, Values};

/// Time of one pass, of each sample.
type Samples = Rc<RefCell<Vec<Duration>>>;

type Writer<'v> = Box<dyn Fn() -> Vec<u8> + 'v>;

/// What is written, our writer of it and the plain one.
type Writers<'v> = (&'static str, Writer<'v>, Writer<'v>);

fn main() {
    let values = Values::draw();
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut table = Vec::new();
    for (name, ours, plain) in writers(&values) {
        let (bytes, expected) = (ours(), plain());
        assert!(bytes == expected, "{name}: {}", difference(&bytes, &expected));
        let rows = bytes.windows(2).filter(|pair| pair == b"\r\n").count() as u64;
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::ElementsAndBytes { elements: rows, bytes: bytes.len() as u64 });
        let [ours, plain] = [("ours", ours), ("plain", plain)].map(|(writer, write)| {
            let samples = Samples::default();
            let kept = Rc::clone(&samples);
            group.bench_function(writer, move |bencher| {
                bencher.iter_custom(|passes| {
                    let begun = Instant::now();
                    for _ in 0..passes {
                        black_box(write());
                    }
                    let taken = begun.elapsed();
                    kept.borrow_mut().push(taken / u32::try_from(passes).unwrap());
                    taken
                });
            });
            median(&samples.borrow())
        });
        group.finish();
        table.push((name, rows, bytes.len() as u64, ours, plain));
    }
    criterion.final_summary();
    println!("| kind | rows | bytes a row | ours, rows/s | ours, MB/s | plain, rows/s | plain, MB/s | times |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for (name, rows, bytes, ours, plain) in table {
        let (Some(ours), Some(plain)) = (ours, plain) else { continue };
        let rate = |count: u64, time: Duration| count as f64 / time.as_secs_f64();
        let (ours_rows, plain_rows) = (rate(rows, ours), rate(rows, plain));
        println!(
            "| {name} | {rows} | {} | {ours_rows:.0} | {:.0} | {plain_rows:.0} | {:.0} | {:.1} |",
            bytes / rows,
            rate(bytes, ours) / 1e6,
            rate(bytes, plain) / 1e6,
            ours_rows / plain_rows
        );
    }
}

fn median(samples: &[Duration]) -> Option<Duration> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// Where two writers disagree first.
fn difference(ours: &[u8], plain: &[u8]) -> String {
    let row = |bytes: &[u8], at: usize| {
        let rows: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
        rows.get(at).map_or_else(String::new, |row| String::from_utf8_lossy(row).into_owned())
    };
    let rows = ours.split(|&byte| byte == b'\n').zip(plain.split(|&byte| byte == b'\n'));
    let at = rows.take_while(|(ours, plain)| ours == plain).count();
    format!("row {at}\n{}\n{}", row(ours, at), row(plain, at))
}

/// Of each kind.
fn writers(values: &Values) -> Vec<Writers<'_>> {
    let mut all: Vec<Writers<'_>> = vec![
        (
            Kind::Upplan.name(),
            Box::new(|| {
                let mut out = Vec::new();
                for person in &values.people {
                    encode::table6(&mut out, &values.sheet(person), person.month(), 3, person.visits()).unwrap();
                }
                out
            }),
            Box::new(|| {
                plain::encoded(|out| values.people.iter().for_each(|person| plain::table6(out, values, person)))
            }),
        ),
        (
            Kind::Upjsk.name(),
            Box::new(|| {
                let mut out = Vec::new();
                for person in &values.people {
                    let (sheet, made_by) = (values.sheet(person), &person.offices()[1]);
                    encode::result(&mut out, &sheet, person.month(), 3, made_by, person.visits().iter()).unwrap();
                }
                out
            }),
            Box::new(|| {
                plain::encoded(|out| values.people.iter().for_each(|person| plain::result(out, values, person)))
            }),
        ),
        (
            Kind::Upsikyu.name(),
            Box::new(|| {
                let mut out = Vec::new();
                for person in &values.people {
                    encode::table7(&mut out, &values.sheet(person), person.month(), person.ledger()).unwrap();
                }
                out
            }),
            Box::new(|| {
                plain::encoded(|out| values.people.iter().for_each(|person| plain::table7(out, values, person)))
            }),
        ),
    ];
    for (kind, rows) in &values.items {
        let kind = *kind;
        all.push((
            kind.name(),
            Box::new(move || {
                let mut out = Vec::new();
                for items in rows {
                    encode::row(&mut out, values::VERSION, kind, items).unwrap();
                }
                out
            }),
            Box::new(move || plain::encoded(|out| rows.iter().for_each(|items| plain::items(out, kind, items)))),
        ));
    }
    all.extend(supplements(values));
    all.extend(deletions(values));
    all
}

/// What the supplement of a user stands beside.
type BesideOf = for<'v> fn(&Values, &UserMonth, &'v Supplement) -> Beside<'v>;

/// A supplement beside plans has fewer items than one beside tables 6 and 7.
fn supplements(values: &Values) -> Vec<Writers<'_>> {
    let both: [(&'static str, BesideOf); 2] = [
        ("UPHOSOKU beside plans", |values, _, _| Beside::Plan(values.created_on)),
        ("UPHOSOKU beside tables 6/7", |_, person, supplement| supplement.beside_tables(person.month())),
    ];
    let mut all: Vec<Writers<'_>> = Vec::new();
    for (name, beside) in both {
        all.push((
            name,
            Box::new(move || {
                let mut out = Vec::new();
                for (person, supplement) in values.people.iter().zip(&values.supplements) {
                    let (sheet, beside) = (values.sheet(person), beside(values, person, supplement));
                    let certification = &supplement.certification;
                    let (level, limits) = (certification.level, supplement.limits());
                    encode::supplement(&mut out, &sheet, beside, certification, level, limits).unwrap();
                }
                out
            }),
            Box::new(move || {
                plain::encoded(|out| {
                    for (person, supplement) in values.people.iter().zip(&values.supplements) {
                        plain::supplement(out, values, person, supplement, beside(values, person, supplement));
                    }
                })
            }),
        ));
    }
    all
}

/// A file of deletions is of one day, or of one month, office and type: the rows differ in whose they are.
fn deletions(values: &Values) -> Vec<Writers<'_>> {
    let mut all: Vec<Writers<'_>> = Vec::new();
    for kind in [Kind::Dlt1kyo, Kind::Dltyobo, Kind::Dltkihon] {
        all.push((
            kind.name(),
            Box::new(move || {
                let mut out = Vec::new();
                let deletion = Deletion::of_plan(values::VERSION, kind, values.created_on).unwrap();
                for person in &values.people {
                    deletion.row(&mut out, person.user()).unwrap();
                }
                out
            }),
            Box::new(|| {
                plain::encoded(|out| values.people.iter().for_each(|person| plain::delete_plan(out, values, person)))
            }),
        ));
    }
    let (month, office) = (values.people[0].month(), &values.people[0].offices()[1]);
    all.push((
        Kind::Dltplan.name(),
        Box::new(move || {
            let mut out = Vec::new();
            let deletion = Deletion::of_month(values::VERSION, month).unwrap();
            for person in &values.people {
                deletion.row(&mut out, person.user()).unwrap();
            }
            out
        }),
        Box::new(move || {
            plain::encoded(|out| values.people.iter().for_each(|person| plain::delete_month(out, person, month)))
        }),
    ));
    all.push((
        Kind::Dltjsk.name(),
        Box::new(move || {
            let mut out = Vec::new();
            let deletion = Deletion::of_result(values::VERSION, month, office, values::SERVICE_TYPE).unwrap();
            for person in &values.people {
                deletion.row(&mut out, person.user()).unwrap();
            }
            out
        }),
        Box::new(move || {
            plain::encoded(|out| {
                values.people.iter().for_each(|person| plain::delete_result(out, person, month, office));
            })
        }),
    ));
    all
}
