//! `renkei report diff` and `renkei report listing`: exit codes, what is read, and generated months.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Outcome, TABLE6, check_json, folder, run, table6, table6_with_fault};
use serde_json::Value;

/// Writes the record of some paths under a name.
fn record(folder: &Path, name: &str, args: &[&str]) {
    let target = format!("json={name}");
    check_json(folder, [args, &["--report", &target][..]].concat());
    assert!(folder.join(name).exists());
}

fn diff(folder: &Path, args: &[&str]) -> Outcome {
    run(folder, [&["report", "diff", "--lang", "en"][..], args].concat())
}

fn diff_json(folder: &Path, before: &str, after: &str) -> Value {
    diff(folder, &[before, after, "--format", "json"]).report()
}

#[test]
fn the_exit_code_tells_whether_something_that_counts_began() {
    let folder = folder();
    let file = folder.path().join(TABLE6);
    fs::write(&file, table6()).unwrap();
    record(folder.path(), "clean.json", &[TABLE6]);
    fs::write(&file, table6_with_fault()).unwrap();
    record(folder.path(), "fault.json", &[TABLE6]);
    record(folder.path(), "lenient.json", &[TABLE6, "--fail-on", "none"]);
    record(folder.path(), "half.json", &[TABLE6, "missing.CSV"]);
    for (before, after, code) in [
        ("clean.json", "clean.json", 0),
        ("clean.json", "fault.json", 1),
        ("fault.json", "fault.json", 0),
        ("fault.json", "clean.json", 0),
        ("clean.json", "lenient.json", 0),
        ("fault.json", "half.json", 3),
        ("half.json", "clean.json", 0),
    ] {
        for format in ["text", "json", "markdown"] {
            let outcome = diff(folder.path(), &[before, after, "--format", format]).code_is(code);
            assert!(!outcome.out.is_empty() && outcome.err.is_empty(), "{before} {after} {format}");
        }
    }
}

#[test]
fn the_help_names_the_records_in_the_order_they_are_given() {
    let folder = folder();
    for (lang, before, after) in [("ja", "<前.json>", "<後.json>"), ("en", "<BEFORE.json>", "<AFTER.json>")] {
        let help = run(folder.path(), ["report", "diff", "--help", "--lang", lang]).code_is(0).out;
        let places: Vec<usize> = [before, after].map(|name| help.rfind(&format!("\n  {name}")).unwrap()).into();
        assert!(places.is_sorted() && help.contains(&format!("{before} {after}")), "{help}");
    }
}

#[test]
fn what_cannot_be_read_ends_with_2() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6()).unwrap();
    record(folder.path(), "good.json", &[TABLE6]);
    let good = fs::read_to_string(folder.path().join("good.json")).unwrap();
    fs::write(folder.path().join("half.json"), &good[..good.len() / 2]).unwrap();
    fs::write(folder.path().join("other.json"), good.replace("renkei-report/1", "renkei-report/2")).unwrap();
    for args in [
        &["good.json"][..],
        &[],
        &["good.json", "missing.json"],
        &["half.json", "good.json"],
        &["good.json", "other.json"],
        &["good.json", "good.json", "--format", "html"],
        &["good.json", "good.json", "good.json"],
    ] {
        let outcome = diff(folder.path(), args).code_is(2);
        assert_eq!(outcome.out, "", "{args:?}");
        assert!(!outcome.err.is_empty(), "{args:?}");
    }
}

/// The files of a folder and those below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The numbers of a fixed sequence, so that every run tries the same orders.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as usize
    }
}

/// A day that does not exist in as many rows as are told, and an office number of nine digits in each behind.
fn spoil(rows: &mut [Vec<u8>], which: &[usize]) {
    for &row in which {
        let at = rows[row].windows(7).rposition(|window| window == b",202610").expect("a day of the month");
        rows[row].splice(at + 7..at + 9, *b"41");
        if let Some(next) = rows.get_mut(row + 1) {
            let at = next.windows(4).rposition(|window| window == b",997").expect("the number of an office");
            next.remove(at + 4);
        }
    }
}

#[test]
fn the_order_of_rows_changes_nothing_in_a_comparison_with_or_without_a_key() {
    let folder = folder();
    let args = ["generate", "--out", "month", "--users", "12", "--offices", "4", "--months", "2026-10", "--seed", "11"];
    run(folder.path(), args).code_is(0);
    let plans: Vec<PathBuf> = files(&folder.path().join("month"))
        .into_iter()
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("UPPLAN_"))
        .collect();
    assert!(!plans.is_empty(), "nothing generated");
    fs::write(folder.path().join("a.key"), "07".repeat(32)).unwrap();
    let mut numbers = Numbers(7);
    let mut compared = 0;
    for plan in &plans {
        let name = plan.file_name().unwrap().to_str().unwrap();
        let mut rows: Vec<Vec<u8>> =
            fs::read(plan).unwrap().split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let spoiled: Vec<usize> = (0..rows.len()).step_by(3).collect();
        spoil(&mut rows, &spoiled);
        fs::write(folder.path().join(name), rows.concat()).unwrap();
        for (record_name, key) in [("a.json", &[][..]), ("a-key.json", &["--key", "a.key"])] {
            record(folder.path(), record_name, &[&[name, "--max-findings", "1000"], key].concat());
        }
        for _ in 0..4 {
            for i in (1..rows.len()).rev() {
                rows.swap(i, numbers.below(i + 1));
            }
            fs::write(folder.path().join(name), rows.concat()).unwrap();
            for (before, key) in [("a.json", &[][..]), ("a-key.json", &["--key", "a.key"])] {
                record(folder.path(), "b.json", &[&[name, "--max-findings", "1000"], key].concat());
                let diff = diff_json(folder.path(), before, "b.json");
                assert_eq!(diff["known_by"], if key.is_empty() { "message" } else { "row" });
                let groups = diff["groups"].as_array().unwrap();
                let day = groups.iter().find(|group| group["rule"] == "cell/date-does-not-exist").unwrap();
                assert_eq!(day["counts"]["stayed"], spoiled.len() as u64, "{name}");
                // Numbers that run on from row to row are about the order itself.
                let of_rows = groups.iter().filter(|group| !group["rule"].as_str().unwrap().starts_with("file/"));
                for group in of_rows {
                    let counts = &group["counts"];
                    assert_eq!((&counts["began"], &counts["stopped"]), (&0.into(), &0.into()), "{name}: {group}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared >= 32, "only {compared} groups");
}

#[test]
fn neither_a_comparison_nor_a_baseline_tells_a_value_of_a_person() {
    let folder = folder();
    let file = folder.path().join(TABLE6);
    fs::write(&file, table6()).unwrap();
    record(folder.path(), "a.json", &[TABLE6]);
    fs::write(&file, table6_with_fault()).unwrap();
    record(folder.path(), "b.json", &[TABLE6]);
    let told = ["--write-baseline", "known.toml", "--reason", "r", "--expires", "2027-03-31"];
    check_json(folder.path(), [&[TABLE6][..], &told].concat()).code_is(0);
    let mut outputs = vec![fs::read_to_string(folder.path().join("known.toml")).unwrap()];
    for format in ["text", "json", "markdown"] {
        outputs.push(diff(folder.path(), &["a.json", "b.json", "--format", format]).code_is(1).out);
    }
    // 見本　連子 and the number of the insured person.
    for output in outputs {
        for secret in ["0000000101", "見本　", "連子"] {
            assert!(!output.contains(secret), "{secret} in {output}");
        }
    }
}

#[test]
fn a_listing_sheet_is_written_from_a_record_and_needs_a_product_and_a_target() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6()).unwrap();
    record(folder.path(), "a.json", &[TABLE6]);
    let whole =
        ["--from", "a.json", "--product", "見本ソフト", "--company", "見本社", "--html", "a.html", "--csv", "a.csv"];
    let listing = |args: &[&str]| run(folder.path(), [&["report", "listing", "--lang", "ja"][..], args].concat());
    listing(&whole).code_is(0);
    let page = fs::read_to_string(folder.path().join("a.html")).unwrap();
    assert!(page.contains("見本ソフト") && page.contains("実施したケースはありません。"), "{page}");
    let table = fs::read_to_string(folder.path().join("a.csv")).unwrap();
    assert!(table.starts_with("\u{FEFF}介護ソフト名,提供会社名,ソフトの版,"), "{table}");
    for args in [&whole[..6], &whole[2..], &["--from", "a.json", "--html", "b.html"], &["--from", "a.json"]] {
        listing(args).code_is(2);
    }
    let empty = ["--from", "a.json", "--product", " ", "--company", "見本社", "--html", "b.html"];
    assert_eq!(listing(&empty).code_is(2).err, "エラー: --product が空です\n");
    let nowhere = ["--from", "a.json", "--product", "p", "--company", "c", "--html", "missing/b.html"];
    listing(&nowhere).code_is(3);
}
