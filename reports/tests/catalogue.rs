//! What is said of rules.

#![allow(clippy::unwrap_used)]

use renkei_reports::Lang;
use renkei_reports::catalogue::{explain, list_json, list_text, rules_md};
use renkei_validator::rules;
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

#[test]
fn an_explanation_shows_where_the_finding_is() {
    let rule = rules::find("file/month-mixed").unwrap();
    insta::assert_snapshot!(explain(rule, Lang::Ja), @r#"
    エラー[file/month-mixed]
      1つのファイルに異なる対象年月の行があります
      対象バージョン: 202003、202208、202407

    なぜ問題か
      1ファイルは1か月分です。取込側はファイル名の年月の分だけを取り込むか、ファイル全体を受け付けません。

    対処
      月ごとにファイルを分け、別の連番で送ってください。

    根拠
      標準仕様（spec）
      - ケアプランデータ連携標準仕様 第4.1版 5.1.1.3 出力単位（対象年月）

    指摘する例 1
      見本 examples/clean/202407-result を書き換えたもの
      1つのファイルに異なる対象年月の行があります
        --> UPJSK_202609_9970100021_11_9970100013_43_20261003174500.CSV:2:35（バイト 194..200）
         |
       2 | 202407,991018,0000000101,20261003,202505,9970100013,"見本　連子",387,,20260905,,0900,1000,1,111211,…
         |                                   ^^^^^^ UPJSK No.5 対象年月
      期待: 202609（最初の行と同じ）
      実際: 202505
      関連: UPJSK_202609_9970100021_11_9970100013_43_20261003174500.CSV:1（バイト 34..40）: 最初の行は202609です
      同時に指摘されるルール: row/service-date-outside-month
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
