//! `renkei check`: exit codes, what is judged together, and where the report goes.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and says why it is skipped"
)]

mod common;

use std::fs;

use common::{
    TABLE6, check, check_json, clean, finish, folder, folder_with, inputs, not_checked, renkei, replaced, run, table6,
    table6_with_fault,
};

#[test]
fn a_clean_set_is_valid_and_ends_with_0() {
    let folder = folder_with(&["202407-table"]);
    let outcome = check_json(folder.path(), ["202407-table"]).code_is(0);
    let report = outcome.report();
    assert_eq!(report["verdict"], "valid");
    assert_eq!(report["sets"], 1);
    assert_eq!(report["as_of"], "2026-10-10");
    assert_eq!(outcome.err, "");
}

#[test]
fn a_fault_is_invalid_and_ends_with_1_unless_told_otherwise() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let report = check_json(folder.path(), [TABLE6]).code_is(1).report();
    assert_eq!(report["verdict"], "invalid");
    assert_eq!(report["totals"]["by_rule"]["cell/date-does-not-exist"], 1);
    assert_eq!(report["findings"][0]["line"], 1);
    let report = check_json(folder.path(), [TABLE6, "--fail-on", "none"]).code_is(0).report();
    assert_eq!(report["verdict"], "valid");
    assert_eq!(report["totals"]["error"], 1);
}

#[test]
fn a_long_file_is_judged_alike_by_one_thread_and_by_two() {
    let folder = folder();
    // Long enough for a thread of its own to judge it, and for the one that reads to be far ahead of that.
    let (sample, times) = (table6(), 1500);
    fs::write(folder.path().join(TABLE6), sample.repeat(times)).unwrap();
    assert!(sample.len() * times > 10 << 20);
    let one = check_json(folder.path(), [TABLE6, "--threads", "1"]).code_is(1);
    let two = check_json(folder.path(), [TABLE6, "--threads", "2"]).code_is(1);
    assert_eq!(two.out, one.out);
    let rows = sample.iter().filter(|&&byte| byte == b'\n').count();
    let report = one.report();
    assert_eq!(report["totals"]["by_rule"]["file/duplicate-row"], rows * (times - 1));
}

#[test]
fn wrong_usage_ends_with_2_and_judges_nothing() {
    let folder = folder();
    for args in [
        &["check"][..],
        &["check", "-"],
        &["check", "-", "-", "--name", TABLE6],
        &["check", "a.CSV", "--name", TABLE6],
        &["check", "-", "--name", "a.zip"],
        &["check", "a.CSV", "--format", "pdf"],
        &["check", "a.CSV", "--report", "report.json"],
        &["check", "a.CSV", "--report", "pdf=report.pdf"],
        &["check", "a.CSV", "--report", "json=a", "--report", "text=a"],
        &["check", "a.CSV", "--encoding", "sjis"],
        &["check", "a.CSV", "--threads", "0"],
        &["check", "a.CSV", "--as-of", "2026-02-30"],
        &["check", "a.CSV", "--fail-on", "fatal"],
        &["check", "a.CSV", "--max-findings", "-1"],
        &["check", "a.CSV", "--max-unpacked", "many"],
        &["check", "a.CSV", "--lang", "fr"],
        &["judge", "a.CSV"],
        &["report"],
        &["report", "--schema", "--from", "a.json"],
        &["report", "--from", "a.json", "--report", "json=a.json"],
        &[],
    ] {
        for lang in ["ja", "en"] {
            let outcome = finish(renkei(folder.path()).args(args).args(["--lang", lang]), b"").code_is(2);
            assert_eq!(outcome.out, "", "{args:?}");
            assert!(!outcome.err.is_empty(), "{args:?}");
        }
    }
}

#[test]
fn what_cannot_be_checked_wins_over_findings() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let report = check_json(folder.path(), [TABLE6, "missing.CSV"]).code_is(3).report();
    assert_eq!(report["verdict"], "incomplete");
    assert_eq!(report["totals"]["by_rule"]["cell/date-does-not-exist"], 1);
}

#[test]
fn nothing_to_check_ends_with_4_and_is_never_valid() {
    let folder = folder();
    for (path, file) in [("empty", None), ("attachments", Some("請求書.pdf")), ("hidden", Some(".DS_Store"))] {
        fs::create_dir(folder.path().join(path)).unwrap();
        if let Some(file) = file {
            fs::write(folder.path().join(path).join(file), b"x").unwrap();
        }
        let outcome = check_json(folder.path(), [path]).code_is(4);
        assert_eq!(outcome.report()["verdict"], "incomplete", "{path}");
        assert_eq!(outcome.err, "error: there is no file to check\n");
    }
}

#[test]
fn a_single_file_is_judged_alone_and_several_files_as_sets() {
    let folder = folder_with(&["202407-table"]);
    let file = format!("202407-table/{TABLE6}");
    let alone = check_json(folder.path(), [&file]).code_is(0).report();
    assert!(alone["sets"].is_null());
    assert!(!not_checked(&alone, false).is_empty(), "the set rules are listed");
    // The same file twice is a single file, and the same folder twice is that folder.
    let twice = check_json(folder.path(), [&file, &format!("./{file}")]).code_is(0).report();
    assert_eq!(twice, alone);
    let folders = check_json(folder.path(), ["202407-table", "./202407-table"]).code_is(0).report();
    assert_eq!((inputs(&folders).len(), &folders["sets"]), (3, &1.into()));
    // A file beside its folder is judged with what else is there.
    let beside = check_json(folder.path(), [&file, "202407-table"]).code_is(0).report();
    assert_eq!((inputs(&beside).len(), &beside["sets"]), (3, &1.into()));
}

#[test]
fn several_sets_in_one_folder_are_judged_each() {
    let folder = folder();
    for set in ["202407-table", "202407-plan", "202407-result"] {
        for entry in fs::read_dir(clean(set)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
    }
    let report = check_json(folder.path(), ["."]).code_is(0).report();
    assert_eq!(report["sets"], 3);
    assert!(inputs(&report).iter().all(|name| name.starts_with("./UP")), "{:?}", inputs(&report));
}

#[test]
fn a_pdf_beside_csv_files_is_an_attachment() {
    let folder = folder_with(&["202407-table"]);
    fs::write(folder.path().join("202407-table/計画書.pdf"), b"%PDF-1.7\n\xFF\xFE").unwrap();
    let report = check_json(folder.path(), ["202407-table"]).code_is(0).report();
    let pdf = report["inputs"].as_array().unwrap().iter().find(|input| input["kind"] == "attachment").unwrap();
    assert_eq!(pdf["name"], "202407-table/計画書.pdf");
    assert_eq!(report["totals"]["error"], 0);
}

#[test]
fn standard_input_is_judged_by_the_name_it_is_given() {
    let folder = folder();
    let args = ["check", "-", "--name", TABLE6, "--as-of", "2026-10-10", "--format", "json"];
    let report = finish(renkei(folder.path()).args(args), &table6_with_fault()).code_is(1).report();
    assert_eq!(inputs(&report), [TABLE6]);
    assert_eq!(report["inputs"][0]["bytes"], table6().len());
    assert!(report["sets"].is_null());
}

#[test]
fn a_named_file_is_judged_as_data_whatever_its_name_is() {
    let folder = folder();
    fs::write(folder.path().join("memo.txt"), b"\x81").unwrap();
    let report = check_json(folder.path(), ["memo.txt"]).report();
    assert_eq!(report["inputs"][0]["records"], 1);
    assert!(report["inputs"][0]["kind"].is_null());
}

#[test]
fn the_digest_is_that_of_the_bytes() {
    let folder = folder();
    fs::write(folder.path().join("abc.csv"), b"abc").unwrap();
    let report = check_json(folder.path(), ["abc.csv"]).report();
    // FIPS 180-4, the example of "abc".
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(report["inputs"][0]["sha256"], expected);
}

#[test]
fn a_report_file_holds_what_standard_output_would() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let args = [TABLE6, "--report", "json=r.json", "--report", "text=r.txt", "--report", "concise=r.concise"];
    let outcome = check(folder.path(), args).code_is(1);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(outcome.out, read("r.txt"));
    assert_eq!(check(folder.path(), [TABLE6, "--format", "json"]).out, read("r.json"));
    assert_eq!(check(folder.path(), [TABLE6, "--format", "concise"]).out, read("r.concise"));
    assert!(read("r.concise").contains("cell/date-does-not-exist"));
}

#[test]
fn a_report_that_cannot_be_written_is_no_success() {
    let folder = folder_with(&["202407-table"]);
    let outcome = check(folder.path(), ["202407-table", "--report", "json=no/such/folder/r.json"]).code_is(3);
    assert!(outcome.err.starts_with("error: cannot write no/such/folder/r.json: "), "{}", outcome.err);
}

#[test]
fn two_runs_give_the_same_bytes() {
    let folder = folder_with(&["202407-table", "202407-plan", "202407-prevention", "202208-table"]);
    fs::write(folder.path().join("202407-table").join(TABLE6), table6_with_fault()).unwrap();
    for format in ["text", "concise", "json"] {
        let first = check(folder.path(), [".", "--format", format]).code_is(1);
        let second = check(folder.path(), [".", "--format", format]).code_is(1);
        assert!(!first.out.is_empty());
        assert_eq!(first.out, second.out);
    }
}

#[test]
fn the_cap_on_examples_leaves_the_counts_exact() {
    let folder = folder();
    let lines: Vec<Vec<u8>> = table6()
        .split_inclusive(|&byte| byte == b'\n')
        .map(|line| match line.windows(8).position(|window| window.starts_with(b",202610") && window[7] != b',') {
            Some(at) => [&line[..at], b",20261099", &line[at + 9..]].concat(),
            None => line.to_vec(),
        })
        .collect();
    fs::write(folder.path().join(TABLE6), lines.concat()).unwrap();
    let rows = lines.iter().filter(|line| line.windows(9).any(|window| window == b",20261099")).count();
    assert!(rows > 30, "{rows}");
    for (args, kept) in [(&[TABLE6][..], 20), (&[TABLE6, "--max-findings", "3"], 3), (&[TABLE6, "--max-findings=0"], 0)]
    {
        let report = check_json(folder.path(), args).code_is(1).report();
        assert_eq!(report["totals"]["by_rule"]["cell/date-does-not-exist"], rows);
        assert_eq!(report["kept_per_rule_and_file"], kept);
        let examples = report["findings"].as_array().unwrap();
        assert_eq!(examples.iter().filter(|one| one["rule"] == "cell/date-does-not-exist").count(), kept);
        let omitted = report["omitted"].as_array().unwrap();
        let omitted = omitted.iter().find(|one| one["rule"] == "cell/date-does-not-exist").unwrap();
        assert_eq!((&omitted["kept"], &omitted["total"]), (&kept.into(), &rows.into()));
    }
}

#[test]
fn values_are_masked_unless_asked_for() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), replaced(&table6(), b",20261003,", b",2026100Z,")).unwrap();
    let masked = check_json(folder.path(), [TABLE6]);
    assert_eq!(masked.report()["values"], "masked");
    for show in ["--show-values", "--show-values=true"] {
        assert_eq!(check_json(folder.path(), [TABLE6, show]).report()["values"], "shown");
    }
    fs::write(folder.path().join("renkei.toml"), "show_values = true").unwrap();
    assert_eq!(check_json(folder.path(), [TABLE6]).report()["values"], "shown");
    assert_eq!(check_json(folder.path(), [TABLE6, "--show-values=false"]).report()["values"], "masked");
}

#[test]
fn what_a_set_rule_says_of_a_row_comes_with_its_excerpt() {
    let folder = folder_with(&["202407-table"]);
    let table7 = "UPSIKYU_202610_9970100013_43_9970100021_11_20260928101500.CSV";
    let path = folder.path().join("202407-table").join(table7);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, replaced(&bytes, b",0000000101,", b",0000000109,")).unwrap();
    let report = check_json(folder.path(), ["202407-table"]).report();
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(finding["bytes"].is_null(), finding["excerpt"].is_null(), "{finding}");
    }
}

#[test]
fn a_file_in_utf_8_is_shown_as_utf_8_reads_it() {
    let folder = folder();
    let fields = "202407,990010,0000000101,20260928,202610,9970100013,\"見本　連子\"";
    fs::write(folder.path().join(TABLE6), format!("{fields}\r\n")).unwrap();
    for (show_values, expected) in [(None, "〇〇　〇〇"), (Some("--show-values"), "見本　連子")] {
        let arguments = ["check", TABLE6, "--lang", "ja"].into_iter().chain(show_values);
        let text = run(folder.path(), arguments).code_is(1).out;
        assert!(text.contains("文字コードがUTF-8と思われます"), "{text}");
        assert!(text.contains(&format!(",\"{expected}\"")) && !text.contains('\u{FFFD}'), "{text}");
    }
}

#[test]
fn the_default_day_is_one_of_the_present() {
    let folder = folder_with(&["202407-table"]);
    let report = run(folder.path(), ["check", "202407-table", "--format", "json"]).report();
    let day = report["as_of"].as_str().unwrap();
    assert!(day.len() == 10 && day > "2026-01-01", "{day}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let pipe = reader.stdin.take().unwrap();
    reader.wait().unwrap();
    // Nobody reads from the pipe any more.
    let output = renkei(folder.path()).args(["check", TABLE6, "--format", "json"]).stdout(pipe).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
