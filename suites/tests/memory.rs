//! A million rows of 第6表 in one file, judged and generated: bounded memory, exact totals, examples
//! capped.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and says why it is skipped"
)]

mod common;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use common::{TABLE6, renkei, replaced, table6};
use serde_json::Value;

const ROWS: usize = 1_000_000;
/// Rows of one person.
const ROWS_OF_ONE: usize = 35;
const LIMIT: u64 = 64 << 20;

/// How often each fault is put in: every so many rows.
const NO_SUCH_DAY: usize = 1_000;
const OTHER_MONTH: usize = 2_000;
const HALF_CHARACTER: usize = 5_000;

/// Writes the rows of one person of the sample again and again, each time for another person.
fn write_rows(path: &Path) {
    let sample = table6();
    let person = b"0000000101";
    let rows: Vec<&[u8]> = sample
        .split_inclusive(|&byte| byte == b'\n')
        .filter(|row| row.windows(person.len()).any(|window| window == person))
        .take(ROWS_OF_ONE)
        .collect();
    assert_eq!(rows.len(), ROWS_OF_ONE);
    let mut file = BufWriter::new(File::create(path).unwrap());
    for number in 0..ROWS {
        let person_number = format!("{:010}", number / ROWS_OF_ONE + 1);
        let row = replaced(rows[number % ROWS_OF_ONE], person, person_number.as_bytes());
        // 連番 from 1, so that no row has two faults.
        let row = match number {
            n if n % NO_SUCH_DAY == 1 => with_service_date(&row, b"20261032"),
            n if n % OTHER_MONTH == 2 => with_service_date(&row, b"20261101"),
            // The first byte of a character before the closing quote.
            n if n % HALF_CHARACTER == 3 => replaced(&row, b"\",", b"\x8C\","),
            _ => row,
        };
        file.write_all(&row).unwrap();
    }
    file.flush().unwrap();
}

/// The tenth item of a row is サービス実施日; no item before it holds a comma in the sample.
fn with_service_date(row: &[u8], date: &[u8]) -> Vec<u8> {
    let mut cells: Vec<&[u8]> = row.split(|&byte| byte == b',').collect();
    assert_eq!(cells[9].len(), 8, "the date stands there");
    cells[9] = date;
    cells.join(&b',')
}

#[test]
fn a_million_rows_take_less_than_64_mib_and_are_counted_exactly() {
    if !cfg!(target_os = "linux") {
        println!("skipped: peak memory is read from /proc, which only Linux has");
        return;
    }
    let folder = common::folder();
    write_rows(&folder.path().join(TABLE6));
    let report = folder.path().join("report.json");
    let peak = peak_of_run(folder.path());
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(report["inputs"][0]["records"], ROWS);
    let totals = &report["totals"]["by_rule"];
    assert_eq!(totals["cell/date-does-not-exist"], ROWS / NO_SUCH_DAY);
    assert_eq!(totals["row/service-date-outside-month"], ROWS / OTHER_MONTH);
    assert_eq!(totals["bytes/lead-without-trail"], ROWS / HALF_CHARACTER);
    assert_eq!(report["verdict"], "invalid");
    assert_eq!(report["kept_per_rule_and_file"], 20);
    for (rule, total) in totals.as_object().unwrap() {
        let kept = report["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == *rule).count();
        assert!(kept <= 20, "{rule}: {kept}");
        let omitted = report["omitted"].as_array().unwrap().iter().find(|one| one["rule"] == *rule);
        assert_eq!(omitted.is_some(), total.as_u64() > Some(20), "{rule}");
        assert!(omitted.is_none_or(|omitted| omitted["kept"] == kept && omitted["total"] == *total), "{rule}");
    }
    println!("peak resident memory: {} KiB", peak >> 10);
    assert!(peak < LIMIT, "{} KiB", peak >> 10);
}

/// Runs the check, which finds something, and gives its peak resident memory in bytes.
fn peak_of_run(folder: &Path) -> u64 {
    let args = ["check", TABLE6, "--as-of", "2026-10-10", "--format", "concise", "--report", "json=report.json"];
    peak_of(folder, &args, 1)
}

/// Runs the binary and gives its peak resident memory in bytes, as the kernel keeps it (VmHWM).
fn peak_of(folder: &Path, args: &[&str], expected: i32) -> u64 {
    let out = File::create(folder.join("stdout.txt")).unwrap();
    let mut child = renkei(folder).args(args).stdout(out).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let code = loop {
        // The kernel's own high-water mark only grows; the last reading before the end misses at most
        // what the last few milliseconds add.
        let now = fs::read_to_string(&status).ok().and_then(|text| high_water_mark(&text)).unwrap_or(0);
        peak = peak.max(now);
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    assert_eq!(code.code(), Some(expected));
    assert!(peak > 0, "the peak was never read");
    peak
}

#[test]
fn a_million_rows_are_generated_in_less_than_128_mib() {
    if !cfg!(target_os = "linux") {
        println!("skipped: peak memory is read from /proc, which only Linux has");
        return;
    }
    let folder = common::folder();
    let args = ["generate", "--users", "46000", "--months", "2026-09", "--shape", "one-file:UPPLAN", "--out", "out"];
    let peak = peak_of(folder.path(), &args, 0);
    let files: Vec<_> = fs::read_dir(folder.path().join("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let rows = fs::read(&files[0]).unwrap().iter().filter(|&&byte| byte == b'\n').count();
    println!("{rows} rows; peak resident memory: {} KiB", peak >> 10);
    assert!(rows >= ROWS, "only {rows} rows");
    assert!(peak < 128 << 20, "{} KiB", peak >> 10);
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}
