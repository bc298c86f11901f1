//! A file in which users come up again further on is judged alike whether it can be read again or not:
//! as a file, from standard input and out of an archive.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::io::Write;

use common::{check_json, clean, finish, folder, renkei, replaced};
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const TABLE7: &str = "UPSIKYU_202610_9970100013_43_9970100021_11_20260928101500.CSV";

/// What the rules about the rows of one file say, without the excerpts, which need a file to be read once
/// more in any case.
fn findings(report: &Value) -> Vec<String> {
    let fields = ["rule", "severity", "line", "item", "bytes", "message", "expected", "got", "related"];
    let all = report["findings"].as_array().unwrap().iter();
    let of_file = all.filter(|finding| finding["rule"].as_str().unwrap().starts_with("file/"));
    of_file.map(|finding| fields.map(|field| finding[field].to_string().replace("a.zip/", "")).join(" ")).collect()
}

/// 第7表 of three users whose rows take turns, with or without faults.
fn interleaved(faults: bool) -> Vec<u8> {
    let sample = fs::read(clean("202407-table").join(TABLE7)).unwrap();
    let user = sample.split(|byte| *byte == b',').nth(2).unwrap();
    let own: Vec<&[u8]> = sample.split_inclusive(|byte| *byte == b'\n').filter(|row| has(row, user)).collect();
    assert!(own.len() >= 4, "{} rows", own.len());
    let mut rows = Vec::new();
    for (index, row) in own.iter().enumerate() {
        for number in 101..104 {
            let row = replaced(row, user, format!("{number:010}").as_bytes());
            // One of them has no total, another has a row twice.
            if faults && number == 101 && has(&row, b",999999,") {
                continue;
            }
            if faults && number == 102 && index == 1 {
                rows.insert(0, row.clone());
            }
            rows.push(row);
        }
    }
    rows.concat()
}

fn has(row: &[u8], text: &[u8]) -> bool {
    row.windows(text.len()).any(|window| window == text)
}

#[test]
fn rows_of_users_that_take_turns_are_judged_alike_from_a_file_a_pipe_and_an_archive() {
    for faults in [false, true] {
        let folder = folder();
        let bytes = interleaved(faults);
        fs::write(folder.path().join(TABLE7), &bytes).unwrap();
        let mut zip = ZipWriter::new(fs::File::create(folder.path().join("a.zip")).unwrap());
        zip.start_file(TABLE7, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
        zip.finish().unwrap();
        let args = ["check", "-", "--name", TABLE7, "--as-of", "2026-10-10", "--lang", "en", "--format", "json"];
        let of_file = check_json(folder.path(), [TABLE7]).report();
        let of_pipe = finish(renkei(folder.path()).args(args), &bytes).report();
        let of_archive = check_json(folder.path(), ["a.zip"]).report();
        let expected = findings(&of_file);
        assert_eq!(expected.is_empty(), !faults, "{expected:#?}");
        assert_eq!(findings(&of_pipe), expected);
        assert_eq!(findings(&of_archive), expected);
        if faults {
            for rule in ["file/total-row-missing", "file/duplicate-row"] {
                assert!(expected.iter().any(|finding| finding.contains(rule)), "{rule}: {expected:#?}");
            }
        }
    }
}
