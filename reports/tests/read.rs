//! What comes of a `report.json` that is not as it was written.

#![allow(clippy::unwrap_used)]

mod common;

use common::{SAMPLES, sample, sample_text};
use renkei_reports::{ReadError, read};
use serde_json::{Value, json};

fn refused(text: &str) -> ReadError {
    read(text.as_bytes()).unwrap_err()
}

/// The sample with one value changed, as it would be after an edit.
fn edited(pointer: &str, value: Value) -> String {
    let mut report: Value = serde_json::from_str(&sample_text("everything")).unwrap();
    *report.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not there")) = value;
    serde_json::to_string_pretty(&report).unwrap()
}

#[test]
fn a_record_is_read_as_it_was_written_with_or_without_a_mark() {
    for name in SAMPLES {
        assert_eq!(read(sample_text(name).as_bytes()).unwrap(), sample(name));
        assert_eq!(read(format!("\u{FEFF}{}", sample_text(name)).as_bytes()).unwrap(), sample(name));
    }
}

#[test]
fn the_messages_tell_path_line_and_column_in_both_languages() {
    let text = sample_text("everything").replacen("\"verdict\": \"incomplete\"", "\"verdict\": \"valid\"", 1);
    let error = refused(&text).message();
    assert_eq!(error.ja, "13行13桁: verdict: valid とありますが、件数と検査しなかったものからは incomplete です");
    assert_eq!(
        error.en,
        "line 13, column 13: verdict: it says valid, but incomplete follows from the totals and from what was not \
         checked"
    );
}

#[test]
fn another_shape_is_named_whatever_else_it_holds() {
    let error = refused("{\n  \"new\": 1,\n  \"schema\": \"renkei-report/2\"\n}");
    assert_eq!((error.path.as_str(), error.line), ("schema", 3));
    assert_eq!(error.why.ja, "この形（renkei-report/2）は読み取れません。読み取れる形: renkei-report/1");
    assert_eq!(error.why.en, "this shape (renkei-report/2) cannot be read; renkei-report/1 can");
    assert_eq!(refused("{\"schema\": 1}").why.en, "this shape (1) cannot be read; renkei-report/1 can");
    assert_eq!(refused("{}").why.en, "it has no schema; this seems to be no report.json of renkei");
    for text in ["[]", "null", "7", "\"renkei-report/1\""] {
        let error = refused(text);
        assert_eq!((error.path.as_str(), error.line), ("", 1));
        assert_eq!(error.why.ja, "JSONのオブジェクトではありません。renkeiのreport.jsonではないようです");
    }
    assert_eq!(refused("[]").line, 1);
    assert_eq!(refused("").why.en, "it ends half-way");
}

#[test]
fn a_record_cut_off_anywhere_is_refused() {
    let text = sample_text("everything");
    let whole = text.trim_end().len();
    for at in (0..whole).filter(|&at| text.is_char_boundary(at)) {
        let error = read(&text.as_bytes()[..at]).unwrap_err();
        assert_eq!(error.why.ja, "途中で終わっています", "cut at {at}");
    }
    let within = text.find('計').unwrap() + 1;
    assert_eq!(read(&text.as_bytes()[..within]).unwrap_err().why.en, "not readable as UTF-8");
    assert_eq!(refused(&format!("{text}{{}}")).why.en, "trailing characters");
}

#[test]
fn keys_and_types_that_are_not_of_the_shape_are_named_with_their_place() {
    let text = sample_text("everything");
    for (from, to, path, ja) in [
        ("\"fail_on\": \"error\"", "\"fail-on\": \"error\"", "fail-on", "「fail-on」という項目はありません"),
        ("\"sets\": 2", "\"sets\": \"2\"", "sets", "値の種類が違います（文字列ではなく0以上の整数です）"),
        ("\"sets\": 2", "\"sets\": -2", "sets", "値「-2」は正しくありません"),
        ("\"verdict\": \"incomplete\"", "\"verdict\": \"ok\"", "verdict", "値「ok」は使えません"),
        ("\"records\": 24", "\"recrods\": 24", "inputs[1].recrods", "「recrods」という項目はありません"),
        ("\"sets\": 2,", "\"sets\": 2, \"sets\": 2,", "", "「sets」が2回あります"),
        ("      \"bytes\": 2048,\n", "", "inputs[1]", "「bytes」がありません"),
    ] {
        assert!(text.contains(from), "{from}");
        let broken = text.replacen(from, to, 1);
        let line = text[..text.find(from).unwrap()].lines().count();
        let error = refused(&broken);
        assert_eq!((error.path.as_str(), error.why.ja.as_str()), (path, ja));
        assert!(error.line.abs_diff(line) <= 6, "{path}: line {} instead of {line}", error.line);
    }
}

#[test]
fn what_contradicts_itself_is_named_with_its_place() {
    for (pointer, value, path, en) in [
        ("/verdict", json!("invalid"), "verdict", "it says invalid, but incomplete follows"),
        ("/fail_on", json!("fatal"), "fail_on", "no value fatal; the values are error, warning, info, none"),
        ("/values", json!("some"), "values", "no value some"),
        ("/as_of", json!("2026/11/20"), "as_of", "no day of the calendar"),
        ("/as_of", json!("2026-02-31"), "as_of", "no day of the calendar"),
        ("/as_of", json!("2026-13-01"), "as_of", "no day of the calendar"),
        ("/as_of", json!("26-11-20"), "as_of", "no day of the calendar"),
        ("/as_of", json!("99999999999999999999-11-20"), "as_of", "no day of the calendar"),
        ("/inputs/0/sha256", json!("ABC"), "inputs[0].sha256", "no SHA-256"),
        ("/inputs/0/scope", json!(9), "inputs[0].scope", "scopes has no entry 9"),
        ("/sets_scope", json!(4), "sets_scope", "scopes has no entry 4"),
        ("/scopes/0/ran/0", json!("x y"), "scopes[0]", "no id of a rule"),
        ("/findings/0/rule", json!("::error::"), "findings[0].rule", "no id of a rule"),
        ("/findings/1/severity", json!("fatal"), "findings[1].severity", "no value fatal"),
        ("/findings/0/capped", json!("sure"), "findings[0].capped", "no value sure"),
        ("/findings/0/authority", json!("me"), "findings[0].authority", "no value me"),
        ("/findings/0/file", json!("x.CSV"), "findings[0].file", "inputs has no such file"),
        ("/findings/0/line", json!(0), "findings[0].line", "it counts from 1"),
        ("/findings/0/bytes/end", json!(1), "findings[0].bytes", "the end is before the start"),
        ("/omitted/0/file", json!("x.CSV"), "omitted[0].file", "inputs has no such file"),
        ("/omitted/1/kept", json!(3), "omitted[1].kept", "it says 3, but there are 1"),
        ("/omitted/1/kept", json!(9), "omitted[1].kept", "what is listed in full does not stand here"),
        ("/omitted/1/total", json!(10), "totals.by_rule.cell/date-does-not-exist", "it says 10, but there are 11"),
        ("/omitted/1/total", json!(u64::MAX), "totals.by_rule.cell/date-does-not-exist", "it says 10, but there are"),
        ("/totals/by_rule/set~1companion-missing", json!(1), "totals.by_rule.set/companion-missing", "it says 1"),
        ("/omitted/1/left_out/warning", json!(7), "totals.warning", "it says 10, but there are 9"),
        ("/omitted/1/left_out/info", json!(u64::MAX), "totals.info", "it says 1, but there are"),
        ("/totals/error", json!(5), "totals.error", "it says 5, but there are 4"),
        ("/totals/error", json!(u64::MAX), "totals.error", "it says 18446744073709551615, but there are 4"),
        ("/totals/error", json!(1), "totals.error", "it says 1, but there are 4"),
        ("/totals/by_rule", json!({}), "totals.by_rule", "the count of cell/date-does-not-exist is missing"),
        ("/not_checked/0/blocks", json!(false), "verdict", "it says incomplete, but invalid follows"),
    ] {
        let error = refused(&edited(pointer, value));
        assert_eq!(error.path, path, "{pointer}: {}", error.why.en);
        assert!(error.why.en.starts_with(en), "{pointer}: {}", error.why.en);
        assert!(!error.why.ja.is_ascii(), "{pointer}: {}", error.why.ja);
        assert!(error.line > 1, "{pointer} is said to be on line 1");
    }
}

#[test]
fn the_japanese_of_a_wrong_value_holds_no_words_of_the_reader() {
    let text = sample_text("everything");
    let of = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        refused(&text.replacen(from, to, 1)).why.ja
    };
    for (to, ja) in [
        ("null", "値の種類が違います（nullではなく文字列です）"),
        ("{}", "値の種類が違います（オブジェクトではなく文字列です）"),
        ("[]", "値の種類が違います（配列ではなく文字列です）"),
        ("5", "値の種類が違います（整数ではなく文字列です）"),
        ("2.5", "値の種類が違います（小数ではなく文字列です）"),
        ("true", "値の種類が違います（真偽値ではなく文字列です）"),
        ("\"\\ud800\"", "値が正しくありません"),
        ("\"\\q\"", "JSONとして読み取れません"),
        ("NaN", "JSONとして読み取れません"),
    ] {
        assert_eq!(of("\"error\",\n  \"values\"", &format!("{to},\n  \"values\"")), ja, "{to}");
    }
    assert_eq!(of("\"verdict\": \"incomplete\"", "\"verdict\": null"), "値が正しくありません");
    assert_eq!(
        of("\"findings\": [", "\"findings\": {}, \"x\": ["),
        "値の種類が違います（オブジェクトではなく配列です）"
    );
    assert_eq!(
        of("\"tool\": {", "\"tool\": \"a, expected u64\", \"x\": {"),
        "値の種類が違います（文字列ではなくオブジェクトです）"
    );
}

#[test]
fn what_powershell_has_written_is_told_as_that() {
    let error = read(b"\xFF\xFE{\0}\0").unwrap_err();
    assert!(error.why.ja.starts_with("UTF-16で書かれています"), "{}", error.why.ja);
    assert!(error.why.en.starts_with("it is in UTF-16"), "{}", error.why.en);
}

#[test]
fn an_error_holds_no_character_that_acts() {
    for text in ["{\"schema\": \"\\u001b[31m\\u202e\"}", "{\"schema\": \"renkei-report/1\", \"\\u001b[2J\": 1}"] {
        let message = refused(text).message();
        for said in [message.ja, message.en] {
            assert!(!said.contains(['\x1B', '\u{202E}', '\n']), "{said:?}");
        }
    }
}

#[test]
fn no_single_edit_makes_a_panic() {
    let report: Value = serde_json::from_str(&sample_text("everything")).unwrap();
    let mut pointers = Vec::new();
    collect(&report, String::new(), &mut pointers);
    assert!(pointers.len() > 300, "only {} values", pointers.len());
    let mut accepted = 0;
    for pointer in &pointers {
        for value in [Value::Null, json!(0), json!(u64::MAX), json!(-1), json!("x"), json!([]), json!({}), json!(true)]
        {
            if let Ok(report) = read(edited(pointer, value).as_bytes()) {
                accepted += 1;
                for kind in renkei_reports::Kind::ALL {
                    common::rendered(&report, kind, &common::manner(renkei_reports::Lang::Ja));
                }
            }
        }
    }
    // Texts may be any text, and what may be absent may be absent.
    assert!(accepted > 100, "only {accepted} edits are accepted");
}

fn collect(value: &Value, path: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                collect(value, format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), pointers);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                collect(value, format!("{path}/{index}"), pointers);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    if !path.is_empty() {
        pointers.push(path);
    }
}
