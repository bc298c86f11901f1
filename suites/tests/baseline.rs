//! `renkei check --baseline` and `--write-baseline`: what is known passes until its day, all else does not.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::path::Path;

use common::{Outcome, RESULT, TABLE6, check_json, finish, folder, renkei, replaced, run, table6, table6_with_fault};
use serde_json::Value;

const UNTIL: &str = "2027-03-31";
const ROLE: &str = "UPPLAN_202610_9970100013_43_9970100021_11";

/// Writes the baseline of some paths.
fn write(folder: &Path, paths: &[&str]) -> Outcome {
    let told = ["--write-baseline", "known.toml", "--reason", "次の版で直します", "--expires", UNTIL];
    check_json(folder, [paths, &told[..]].concat())
}

/// Checks against the baseline.
fn known(folder: &Path, paths: &[&str]) -> Outcome {
    check_json(folder, [paths, &["--baseline", "known.toml"][..]].concat())
}

/// 第6表 with two days that do not exist, in rows of different people and services.
fn two_faults() -> Vec<u8> {
    let mut rows = lines(&table6_with_fault());
    assert!(rows.len() > 5, "the sample has few rows");
    let last = rows.len() - 1;
    rows[last] = with_bad_day(&rows[last]);
    rows.concat()
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The row with the 31st of September as its day.
fn with_bad_day(row: &[u8]) -> Vec<u8> {
    let at = row.windows(7).rposition(|window| window == b",202610").expect("a day of the month");
    [&row[..at + 7], b"41", &row[at + 9..]].concat()
}

fn rules_of(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[test]
fn a_baseline_written_from_a_run_makes_the_same_run_valid_and_hides_nothing() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), two_faults()).unwrap();
    check_json(folder.path(), [TABLE6]).code_is(1);
    let written = write(folder.path(), &[TABLE6]).code_is(0);
    assert!(written.err.contains("known.toml.key is the key"), "{}", written.err);
    assert!(written.err.contains("known.toml has 2 entries now."), "{}", written.err);
    let report = known(folder.path(), &[TABLE6]).code_is(0).report();
    assert_eq!(report["verdict"], "valid");
    assert_eq!(report["totals"]["error"], 2);
    assert_eq!(report["baseline"]["file"], "known.toml");
    assert_eq!(report["baseline"]["entries"], 2);
    assert_eq!(report["baseline"]["covered"]["error"], 2);
    assert_eq!(report["baseline"]["covered"]["by_rule"]["cell/date-does-not-exist"], 2);
    assert_eq!(report["baseline"]["findings"], Value::Array(vec![]));
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(finding["baselined"]["reason"], "次の版で直します");
        assert_eq!(finding["baselined"]["expires"], UNTIL);
    }
    let text = finish(
        renkei(folder.path()).args([
            "check",
            TABLE6,
            "--as-of",
            "2026-10-10",
            "--lang",
            "ja",
            "--baseline",
            "known.toml",
        ]),
        b"",
    )
    .code_is(0);
    assert!(text.out.contains("既知の指摘: エラー 2件、警告 0件、情報 0件（ベースライン known.toml。"), "{}", text.out);
    assert!(
        text.out.contains("判定 [valid]: 既知のもののほかに、判定に数える指摘はありませんでした。"),
        "{}",
        text.out
    );
}

#[test]
fn the_file_names_role_rule_item_and_row_and_no_value_of_a_person() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), two_faults()).unwrap();
    write(folder.path(), &[TABLE6]).code_is(0);
    let text = fs::read_to_string(folder.path().join("known.toml")).unwrap();
    let entry = format!(
        "[[finding]]\nrule = \"cell/date-does-not-exist\"\nrole = \"{ROLE}\"\nitem = \"service_date\"\nrow = \""
    );
    assert_eq!(text.matches(&entry).count(), 2, "{text}");
    assert_eq!(text.matches("\"\ncount = 1\nreason = \"次の版で直します\"\nexpires = 2027-03-31\n").count(), 2);
    assert!(!text.contains("0000000101"), "an insured person's number stands in it");
    let key = fs::read_to_string(folder.path().join("known.toml.key")).unwrap();
    assert_eq!(key.len(), 65);
    assert!(!text.contains(key.trim()), "the key stands in it");
    let report = known(folder.path(), &[TABLE6]).out;
    assert!(!report.contains(key.trim()), "the key stands in the report");
}

#[test]
fn writing_again_gives_the_same_bytes_and_keeps_reasons() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    write(folder.path(), &[TABLE6]).code_is(0);
    let path = folder.path().join("known.toml");
    let first = fs::read_to_string(&path).unwrap();
    write(folder.path(), &[TABLE6]).code_is(0);
    assert_eq!(fs::read_to_string(&path).unwrap(), first);
    fs::write(folder.path().join(TABLE6), two_faults()).unwrap();
    let other = ["--write-baseline", "known.toml", "--reason", "later", "--expires", "2028-01-01"];
    check_json(folder.path(), [&[TABLE6][..], &other].concat()).code_is(0);
    let second = fs::read_to_string(&path).unwrap();
    assert_eq!(second.matches("reason = \"次の版で直します\"\nexpires = 2027-03-31\n").count(), 1, "{second}");
    assert_eq!(second.matches("reason = \"later\"\nexpires = 2028-01-01\n").count(), 1, "{second}");
}

#[test]
fn rows_in_another_order_another_timestamp_and_another_folder_are_still_known() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), two_faults()).unwrap();
    write(folder.path(), &[TABLE6]).code_is(0);
    let mut rows = lines(&two_faults());
    rows[..5].reverse();
    fs::create_dir(folder.path().join("later")).unwrap();
    let moved = "later/UPPLAN_202610_9970100013_43_9970100021_11_20261009235959.CSV";
    fs::write(folder.path().join(moved), rows.concat()).unwrap();
    let report = known(folder.path(), &[moved]).code_is(0).report();
    assert_eq!(report["baseline"]["covered"]["error"], 2);
    assert_eq!(report["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn every_later_fault_still_fails() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    write(folder.path(), &[TABLE6]).code_is(0);
    let rows = lines(&table6_with_fault());
    let mut tried = 0;
    for row in 1..rows.len() {
        let mut rows = rows.clone();
        rows[row] = with_bad_day(&rows[row]);
        fs::write(folder.path().join(TABLE6), rows.concat()).unwrap();
        let report = known(folder.path(), &[TABLE6]).code_is(1).report();
        let new: Vec<_> =
            report["findings"].as_array().unwrap().iter().filter(|finding| finding["baselined"].is_null()).collect();
        assert_eq!(new.len(), 1, "row {row}");
        assert_eq!(new[0]["line"], row as u64 + 1);
        tried += 1;
    }
    assert!(tried > 3, "only {tried} rows");
}

#[test]
fn a_row_that_is_removed_leaves_one_stale_entry() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), two_faults()).unwrap();
    write(folder.path(), &[TABLE6]).code_is(0);
    let rows = lines(&two_faults());
    fs::write(folder.path().join(TABLE6), rows[1..].concat()).unwrap();
    let report = known(folder.path(), &[TABLE6]).code_is(0).report();
    assert_eq!(rules_of(&report["baseline"]["findings"]), ["baseline/stale-entry"]);
    let stale = &report["baseline"]["findings"][0];
    assert_eq!((&stale["severity"], &stale["authority"]), (&"warning".into(), &"practice".into()));
    assert_eq!((&stale["file"], stale["got"]["en"].as_str()), (&"known.toml".into(), Some("it matches 0 of 1")));
    assert!(stale["line"].as_u64().unwrap() > 3);
    assert_eq!(report["baseline"]["totals"]["warning"], 1);
    // A warning counts where warnings do.
    let strict = [TABLE6, "--baseline", "known.toml", "--fail-on", "warning"];
    assert_eq!(check_json(folder.path(), strict).code_is(1).report()["verdict"], "invalid");
}

#[test]
fn an_entry_about_a_file_that_was_not_given_is_counted_and_not_called_stale() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    write(folder.path(), &[TABLE6]).code_is(0);
    fs::write(folder.path().join(RESULT), common::result()).unwrap();
    let report = known(folder.path(), &[RESULT]).code_is(0).report();
    assert_eq!(report["baseline"]["findings"], Value::Array(vec![]));
    assert_eq!(report["baseline"]["not_judged"], 1);
}

#[test]
fn an_entry_lets_nothing_pass_after_its_day_and_says_so() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    write(folder.path(), &[TABLE6]).code_is(0);
    let on = |day: &str| {
        let args = ["check", TABLE6, "--as-of", day, "--lang", "en", "--format", "json", "--baseline", "known.toml"];
        run(folder.path(), args)
    };
    on("2027-03-31").code_is(0);
    let report = on("2027-04-01").code_is(1).report();
    assert_eq!(rules_of(&report["baseline"]["findings"]), ["baseline/expired-entry"]);
    assert_eq!(report["baseline"]["covered"]["error"], 0);
    assert!(report["findings"][0]["baselined"].is_null());
}

#[test]
fn what_could_not_be_checked_is_let_pass_by_nothing() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let refused = write(folder.path(), &[TABLE6, "missing.CSV"]).code_is(3);
    assert!(refused.err.contains("known.toml is not written, as the check could not be completed"), "{}", refused.err);
    assert!(!folder.path().join("known.toml").exists() && !folder.path().join("known.toml.key").exists());
    write(folder.path(), &[TABLE6]).code_is(0);
    let report = known(folder.path(), &[TABLE6, "missing.CSV"]).code_is(3).report();
    assert_eq!(report["verdict"], "incomplete");
    // An incomplete run tells nothing of the entries, either.
    assert_eq!(report["baseline"]["findings"], Value::Array(vec![]));
}

#[test]
fn more_findings_than_are_listed_are_known_by_their_count() {
    let folder = folder();
    let row = lines(&table6_with_fault())[0].clone();
    let number = |i: usize| replaced(&row, b"0000000101", format!("{:010}", 201 + i).as_bytes());
    let many = |count: usize| (0..count).flat_map(number).collect::<Vec<u8>>();
    fs::write(folder.path().join(TABLE6), many(30)).unwrap();
    write(folder.path(), &[TABLE6]).code_is(0);
    let text = fs::read_to_string(folder.path().join("known.toml")).unwrap();
    let entry = format!("rule = \"cell/date-does-not-exist\"\nrole = \"{ROLE}\"\ncount = 30\n");
    assert!(text.contains(&entry), "{text}");
    let report = known(folder.path(), &[TABLE6]).code_is(0).report();
    assert_eq!(report["baseline"]["covered"]["by_rule"]["cell/date-does-not-exist"], 30);
    fs::write(folder.path().join(TABLE6), many(31)).unwrap();
    let report = known(folder.path(), &[TABLE6]).code_is(1).report();
    assert_eq!(report["baseline"]["covered"]["by_rule"]["cell/date-does-not-exist"], 30);
    // However many are listed.
    let few = [TABLE6, "--baseline", "known.toml", "--max-findings", "0"];
    let report = check_json(folder.path(), few).code_is(1).report();
    assert_eq!(report["baseline"]["covered"]["by_rule"]["cell/date-does-not-exist"], 30);
}

#[test]
fn what_is_shown_is_capped_as_without_a_baseline_and_what_is_known_stands_apart() {
    let folder = folder();
    let row = lines(&table6_with_fault())[0].clone();
    let number = |i: usize| replaced(&row, b"0000000101", format!("{:010}", 201 + i).as_bytes());
    let many = |count: usize| (0..count).flat_map(number).collect::<Vec<u8>>();
    fs::write(folder.path().join(TABLE6), many(5)).unwrap();
    write(folder.path(), &[TABLE6, "--max-findings", "9"]).code_is(0);
    fs::write(folder.path().join(TABLE6), many(30)).unwrap();
    for most in [0, 3, 20, 40] {
        let option = most.to_string();
        let args = [TABLE6, "--baseline", "known.toml", "--max-findings", option.as_str()];
        let report = check_json(folder.path(), args).code_is(1).report();
        let of_rule = |finding: &&Value| finding["rule"] == "cell/date-does-not-exist";
        let listed: Vec<&Value> = report["findings"].as_array().unwrap().iter().filter(of_rule).collect();
        let known = listed.iter().filter(|finding| !finding["baselined"].is_null()).count();
        assert_eq!((known, listed.len() - known), (5, most.min(25)), "--max-findings {most}");
        assert_eq!(report["kept_per_rule_and_file"], most);
        assert_eq!(report["baseline"]["covered"]["by_rule"]["cell/date-does-not-exist"], 5);
        let omitted = report["omitted"].as_array().unwrap().iter().find(of_rule);
        let told = omitted.map(|omitted| (omitted["kept"].as_u64(), omitted["total"].as_u64()));
        assert_eq!(told, (most < 25).then_some((Some(5 + most as u64), Some(30))), "--max-findings {most}");
        let rows = report["rows"].as_array().unwrap();
        let last = rows.iter().filter_map(|row| row["line"].as_u64()).max();
        assert_eq!(last, Some((6 + most as u64).min(30)), "no further than the row behind the last one listed");
    }
}

#[test]
fn a_baseline_that_cannot_be_used_is_told_with_its_line_and_judges_nothing() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6()).unwrap();
    let head = "schema = \"renkei-baseline/1\"\n";
    let entry = "[[finding]]\nrule = \"cell/too-long\"\ncount = 1\nreason = \"r\"\nexpires = 2027-03-31\n";
    let with = |from: &str, to: &str| format!("{head}{}", entry.replace(from, to));
    for (text, told) in [
        (entry.to_owned(), "line 1: it lacks schema = \"renkei-baseline/1\""),
        (format!("schema = \"renkei-baseline/2\"\n{entry}"), "line 1: the schema is not renkei-baseline/1"),
        (format!("{head}{}", &entry[..20]), "line 3: not readable as TOML"),
        (format!("{head}note = 1\n"), "line 2: note: no such key"),
        (with("count", "times"), "line 4: times: no such key"),
        (with("cell/too-long", "cell/to-long"), "line 3: no rule cell/to-long; the nearest is cell/too-long"),
        (with("count", "item = \"unit\"\ncount"), "line 4: no item unit; the nearest is units"),
        (with("count = 1", "count = 0"), "line 4: count: expected a whole number from 1 on"),
        (with("\"r\"", "\" \""), "line 5: reason is empty"),
        (with("reason = \"r\"\n", ""), "line 2: the entry has no reason"),
        (with("expires = 2027-03-31\n", ""), "line 2: the entry has no expires"),
        (with("2027-03-31", "2027-02-30"), "line 6: "),
        (with("2027-03-31", "\"2027-03-31\""), "line 6: expires: expected a day without quotes"),
        (with("2027-03-31", "2027-03-31T10:00:00"), "line 6: expires: expected a day without quotes"),
        (with("count = 1", "row = \"12\"\ncount = 1"), "line 4: row: expected 32 hexadecimal digits"),
        (
            with("count = 1", "row = \"00112233445566778899aabbccddeeff\"\ncount = 1"),
            "line 2: it names a row, and the file has no key",
        ),
        (format!("{head}{entry}{entry}"), "line 7: the entry of line 2 names the same"),
        (format!("{head}finding = 1\n"), "line 2: expected [[finding]]"),
    ] {
        fs::write(folder.path().join("known.toml"), &text).unwrap();
        let refused = known(folder.path(), &[TABLE6]).code_is(2);
        assert_eq!(refused.out, "");
        assert!(refused.err.starts_with(&format!("error: known.toml, {told}")), "{text}\n{}", refused.err);
        // It is not written over, either.
        write(folder.path(), &[TABLE6]).code_is(2);
        assert_eq!(fs::read_to_string(folder.path().join("known.toml")).unwrap(), text);
    }
}

#[test]
fn a_baseline_without_its_key_or_with_another_one_is_refused() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    write(folder.path(), &[TABLE6]).code_is(0);
    let beside = folder.path().join("known.toml.key");
    let key = fs::read_to_string(&beside).unwrap();
    fs::rename(&beside, folder.path().join("moved.key")).unwrap();
    let refused = known(folder.path(), &[TABLE6]).code_is(2);
    assert!(refused.err.contains("known.toml needs its key ("), "{}", refused.err);
    write(folder.path(), &[TABLE6]).code_is(2);
    check_json(folder.path(), [TABLE6, "--baseline", "known.toml", "--key", "moved.key"]).code_is(0);
    let with_variable = |value: &str| {
        let args = ["check", TABLE6, "--as-of", "2026-10-10", "--lang", "en", "--baseline", "known.toml"];
        finish(renkei(folder.path()).args(args).env("RENKEI_KEY", value), b"")
    };
    with_variable(&key).code_is(0);
    let other = with_variable(&"0".repeat(64)).code_is(2);
    assert!(other.err.contains("known.toml was written with another key ("), "{}", other.err);
    let wrong = with_variable("secret").code_is(2);
    assert_eq!(wrong.err, "error: RENKEI_KEY: expected a key of 64 hexadecimal digits\n");
    fs::write(folder.path().join("renkei.toml"), "baseline = \"known.toml\"\nkey_file = \"moved.key\"\n").unwrap();
    check_json(folder.path(), [TABLE6]).code_is(0);
}

#[test]
fn rows_are_named_only_where_there_is_a_key() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let without = check_json(folder.path(), [TABLE6]).report();
    assert!(without["findings"][0]["row"].is_null() && without["key"].is_null() && without["baseline"].is_null());
    fs::write(folder.path().join("a.key"), "07".repeat(32)).unwrap();
    let with = check_json(folder.path(), [TABLE6, "--key", "a.key"]).report();
    assert_eq!(with["key"], "4b8ebc62ead4e2ed");
    assert_eq!(with["findings"][0]["row"].as_str().unwrap().len(), 32);
}

#[test]
fn wrong_usage_of_the_options_ends_with_2() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6()).unwrap();
    for args in [
        &["--write-baseline", "b.toml"][..],
        &["--write-baseline", "b.toml", "--reason", "r"],
        &["--write-baseline", "b.toml", "--reason", " ", "--expires", UNTIL],
        &["--write-baseline", "b.toml", "--reason", "r", "--expires", "2026-10-09"],
        &["--write-baseline", "b.toml", "--baseline", "c.toml", "--reason", "r", "--expires", UNTIL],
        &["--reason", "r"],
        &["--expires", UNTIL],
        &["--baseline", "missing.toml"],
        &["--key", "missing.key"],
    ] {
        let outcome = check_json(folder.path(), [&[TABLE6], args].concat()).code_is(2);
        assert_eq!(outcome.out, "", "{args:?}");
        assert!(!folder.path().join("b.toml").exists());
    }
}

#[test]
fn what_is_said_of_entries_is_explained_like_a_rule() {
    let folder = folder();
    for id in ["baseline/stale-entry", "baseline/expired-entry"] {
        for lang in ["ja", "en"] {
            let outcome = run(folder.path(), ["explain", id, "--lang", lang]).code_is(0);
            assert!(outcome.out.starts_with(&format!("{id}: ")), "{}", outcome.out);
        }
    }
}
