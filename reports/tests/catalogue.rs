//! What is said of rules.

#![allow(clippy::unwrap_used)]

use renkei_reports::Lang;
use renkei_reports::catalogue::{explain, list_json, list_text, rules_md};
use renkei_validator::finding::Severity;
use renkei_validator::rule::{Basis, Case, Check, Citation, Rule};
use renkei_validator::rules;
use renkei_validator::spec::keys::up1kyo;
use renkei_validator::spec::{Kind, Version};
use renkei_validator::text::Text;
use serde_json::Value;

#[test]
fn every_example_of_every_rule_is_run_and_shown() {
    for rule in rules::all() {
        for (lang, bad, good) in
            [(Lang::Ja, "指摘する例 ", "指摘しない例 "), (Lang::En, "found, example ", "accepted, example ")]
        {
            let text = explain(rule, lang);
            let count = |heading: &str| text.lines().filter(|line| line.starts_with(heading)).count();
            assert_eq!((count(bad), count(good)), (rule.bad.len(), rule.good.len()), "{}: {text}", rule.id);
            assert!(text.contains(rule.id));
            let words = match lang {
                Lang::Ja => [rule.title.ja, rule.why.ja, rule.fix.ja],
                Lang::En => [rule.title.en, rule.why.en, rule.fix.en],
            };
            for word in words {
                assert!(text.contains(word), "{}: {word} is missing", rule.id);
            }
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{}: {text:?}", rule.id);
        }
    }
}

/// A rule with every part, found by the check of the rule whose id it has.
static EVERY_PART: Rule = Rule {
    id: "cell/date-does-not-exist",
    severity: Severity::Error,
    title: Text { ja: "暦にない日付です", en: "the date does not exist" },
    why: Text { ja: "日付として読み取れません。", en: "It cannot be read as a day." },
    fix: Text { ja: "実在する日付にしてください。", en: "Use a day of the calendar." },
    basis: Basis::Derived {
        from: &[Citation { source: "v41l", place: "日付" }],
        because: Text { ja: "日付は暦の日です。", en: "A date is a day of the calendar." },
    },
    reading: Some(Text {
        ja: "先発グレゴリオ暦と読みます。", en: "Read as the proleptic Gregorian calendar."
    }),
    versions: &[Version::V202407],
    check: Check::Cell(|_| false, |_, _| {}),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"20240229"),
    }],
    bad: &[Case {
        on: "202407-plan",
        also: &["row/another"],
        edit: |draft| {
            draft.rename_text(Kind::Up1kyo, "UP1KYO", "folder/UP1KYO")?;
            draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"20250229")
        },
    }],
};

#[test]
fn an_explanation_shows_the_examples_as_they_are_judged() {
    insta::assert_snapshot!(explain(&EVERY_PART, Lang::Ja), @r#"
    エラー[cell/date-does-not-exist]
      暦にない日付です
      対象バージョン: 202407

    なぜ問題か
      日付として読み取れません。

    対処
      実在する日付にしてください。

    根拠
      標準仕様からの帰結（derived）
      - ケアプランデータ連携標準仕様 第4.1版 別紙 CSVファイルレイアウト定義書 日付
      日付は暦の日です。

    解釈
      先発グレゴリオ暦と読みます。

    指摘する例 1
      見本 examples/clean/202407-plan を書き換えたもの
      ファイル名の変更前: UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV
      ファイル名の変更後: folder/UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV
      暦にない日付です
        --> folder/UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV:1:170（バイト 224..232）
         |
       1 | …ル，３階",9970100013,20260910,20250401,21,2,20250229,20260401,20270331,22,"本人：住み慣れた「髙﨑…
         |                                              ^^^^^^^^ UP1KYO No.18 認定日
      期待: 実在する日付（YYYYMMDD）
      実際: 20250229
      同時に指摘されるルール: row/another

    指摘しない例 1
      見本 examples/clean/202407-plan を書き換えたもの
        --> UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV:1:170（バイト 224..232）
         |
       1 | …ル，３階",9970100013,20260910,20250401,21,2,20240229,20260401,20270331,22,"本人：住み慣れた「髙﨑…
         |                                              ^^^^^^^^ UP1KYO No.18 認定日
    "#);
    insta::assert_snapshot!(explain(&EVERY_PART, Lang::En), @r#"
    error[cell/date-does-not-exist]
      the date does not exist
      versions: 202407

    why it matters
      It cannot be read as a day.

    what to do
      Use a day of the calendar.

    basis
      follows from the standard (derived)
      - ケアプランデータ連携標準仕様 第4.1版 別紙 CSVファイルレイアウト定義書 (the standard, version 4.1, annex: layout of the CSV files) 日付
      A date is a day of the calendar.

    reading
      Read as the proleptic Gregorian calendar.

    found, example 1
      an edit of the sample examples/clean/202407-plan
      name before: UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV
      name after:  folder/UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV
      the date does not exist
        --> folder/UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV:1:170 (bytes 224..232)
         |
       1 | …ル，３階",9970100013,20260910,20250401,21,2,20250229,20260401,20270331,22,"本人：住み慣れた「髙﨑…
         |                                              ^^^^^^^^ UP1KYO No.18 認定日 (certified_on)
      expected: a day of the calendar (YYYYMMDD)
      found: 20250229
      found along with it: row/another

    accepted, example 1
      an edit of the sample examples/clean/202407-plan
        --> UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV:1:170 (bytes 224..232)
         |
       1 | …ル，３階",9970100013,20260910,20250401,21,2,20240229,20260401,20270331,22,"本人：住み慣れた「髙﨑…
         |                                              ^^^^^^^^ UP1KYO No.18 認定日 (certified_on)
    "#);
}

#[test]
fn the_list_is_aligned_and_complete() {
    let text = list_text(Lang::En);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), rules::all().len() + 1);
    let title = lines[0].find("title").unwrap();
    for (line, rule) in lines[1..].iter().zip(rules::all()) {
        assert!(line.starts_with(rule.id) && line[title..] == *rule.title.en, "{line}");
    }
}

#[test]
fn the_list_in_json_has_every_field_of_every_rule() {
    let list: Value = serde_json::from_str(&list_json()).unwrap();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), rules::all().len());
    for (record, rule) in list.iter().zip(rules::all()) {
        let mut keys: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(
            keys,
            ["authority", "because", "cites", "fix", "id", "reading", "severity", "title", "versions", "why"]
        );
        assert_eq!(record["id"], rule.id);
        assert_eq!(record["title"]["ja"], rule.title.ja);
        assert_eq!(record["cites"].as_array().unwrap().len(), rule.basis.citations().len());
    }
}

#[test]
fn the_catalogue_has_a_section_and_a_link_for_every_rule() {
    let md = rules_md();
    for rule in rules::all() {
        let anchor = rule.id.replace('/', "-");
        assert_eq!(md.matches(&format!("](#{anchor})")).count(), 1, "{}", rule.id);
        assert_eq!(md.matches(&format!("<a id=\"{anchor}\"></a>\n### `{}`\n", rule.id)).count(), 1, "{}", rule.id);
    }
    assert_eq!(md, rules_md());
}
