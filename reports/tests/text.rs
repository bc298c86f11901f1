//! What a person reads.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Files, Setup, report, small};
use renkei_reports::{ByteRange, Lang, Pair, RelatedRecord, Report, Style, concise, json, text};
use renkei_validator::NotChecked;
use renkei_validator::draft::Draft;
use renkei_validator::finding::Severity;
use renkei_validator::spec::Kind;
use renkei_validator::spec::keys::{up1kyo, upplan};
use renkei_validator::text::Message;

const PLAIN: Style = Style { color: false };

fn day_that_does_not_exist() -> Files {
    let mut draft = Draft::sample("202407-plan").unwrap();
    draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"20250229").unwrap();
    draft.to_files()
}

/// A finding about a whole file and another one, told here so that the rule's words may change.
fn whole_file() -> Report {
    let mut report = report(&day_that_does_not_exist(), &Setup::default());
    let finding = &mut report.findings[0];
    let pair = |ja: &str, en: &str| Pair { ja: ja.to_owned(), en: en.to_owned() };
    finding.rule = "set/example".to_owned();
    finding.authority = "practice".to_owned();
    (finding.line, finding.column, finding.bytes, finding.item, finding.excerpt) = (None, None, None, None, None);
    finding.message = pair("組になるファイルが足りません", "the set lacks a file");
    (finding.expected, finding.got) = (Some(pair("UP2KYO", "UP2KYO")), None);
    finding.cites = Vec::new();
    finding.because = Some(pair("一緒に送るのが通例です。", "They are usually sent together."));
    finding.reading = Some(pair("「一式」は3ファイルと読みます。", "A set is read as three files."));
    finding.fix = pair("UP2KYOも出力してください。", "Export UP2KYO, too.");
    finding.related = vec![RelatedRecord {
        file: "UP3KYO_1.CSV".to_owned(),
        line: Some(12),
        bytes: Some(ByteRange { start: 3, end: 9 }),
        note: pair("こちらにはあります", "it stands here"),
    }];
    report
}

fn day_of_an_item_that_the_table_is_not_sure_of() -> Files {
    let mut draft = Draft::sample("202208-table").unwrap();
    draft.set(Kind::Upplan, 0, upplan::CREATED_ON, b"20241131").unwrap();
    draft.to_files()
}

fn broken_archive() -> NotChecked {
    NotChecked {
        what: Message::same("受信.zip"),
        why: Message::pair("zipとして読み取れません", "it cannot be read as a zip archive"),
        blocks: true,
    }
}

#[test]
fn a_finding_in_a_cell_in_japanese() {
    let report = report(&day_that_does_not_exist(), &Setup::default());
    insta::assert_snapshot!(text(&report, Lang::Ja, PLAIN), @r#"
    エラー[cell/date-does-not-exist]: 暦にない日付です
      --> UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV:1:170（バイト 224..232）
       |
     1 | …〇，＃〇",##########,########,########,##,#,########,########,########,##,"〇〇：〇〇〇〇〇「〇〇…
       |                                              ^^^^^^^^ UP1KYO No.18 認定日
       = 期待: 実在する日付（YYYYMMDD）
       = 実際: ########
       = 根拠: 標準仕様（spec） ケアプランデータ連携標準仕様 第4.1版 別紙 CSVファイルレイアウト定義書 UP1KYO No.18
       = 対処: 月の日数とうるう年を確かめ、実在する日付にしてください。

    集計: エラー 1件、警告 0件、情報 0件（ファイル 4件、組 1件）

    ルールの説明は renkei explain <ルールID> で表示できます。
    値は伏せて表示しています。そのまま表示するには --show-values を付けてください。
    この結果は公式の判定ではありません。
    判定 [invalid]: エラーがあります。エラー 1件、警告 0件、情報 0件
    "#);
}

#[test]
fn a_finding_in_a_cell_in_english_with_values() {
    let report = report(&day_that_does_not_exist(), &Setup { show_values: true, ..Setup::default() });
    insta::assert_snapshot!(text(&report, Lang::En, PLAIN), @r#"
    error[cell/date-does-not-exist]: the date does not exist
      --> UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV:1:170 (bytes 224..232)
       |
     1 | …ル，３階",9970100013,20260910,20250401,21,2,20250229,20260401,20270331,22,"本人：住み慣れた「髙﨑…
       |                                              ^^^^^^^^ UP1KYO No.18 認定日 (certified_on)
       = expected: a day of the calendar (YYYYMMDD)
       = found: 20250229
       = basis: the standard (spec) ケアプランデータ連携標準仕様 第4.1版 別紙 CSVファイルレイアウト定義書 (the standard, version 4.1, annex: layout of the CSV files) UP1KYO No.18
       = fix: Use a day of the calendar; mind the lengths of months and leap years.

    summary: 1 error, 0 warnings, 0 infos in 4 files, 1 set

    `renkei explain <rule id>` tells more about a rule.
    Values are shown as they are; they may be personal data.
    This is no official result.
    verdict [invalid]: errors were found; 1 error, 0 warnings, 0 infos
    "#);
}

#[test]
fn a_finding_about_a_whole_file() {
    let report = whole_file();
    insta::assert_snapshot!(text(&report, Lang::En, PLAIN), @r"
    error[set/example]: the set lacks a file
      --> UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV
       = expected: UP2KYO
       = related: UP3KYO_1.CSV:12 (bytes 3..9): it stands here
       = basis: what implementations do (practice)
                They are usually sent together.
       = reading: A set is read as three files.
       = fix: Export UP2KYO, too.

    summary: 1 error, 0 warnings, 0 infos in 4 files, 1 set

    `renkei explain <rule id>` tells more about a rule.
    Values are masked; --show-values shows them.
    This is no official result.
    verdict [invalid]: errors were found; 1 error, 0 warnings, 0 infos
    ");
}

#[test]
fn a_capped_finding_in_an_incomplete_check() {
    let not_checked = [broken_archive()];
    let files = [day_of_an_item_that_the_table_is_not_sure_of(), small("メモ.pdf", b"%PDF")].concat();
    let report = report(&files, &Setup { not_checked: &not_checked, ..Setup::default() });
    insta::assert_snapshot!(text(&report, Lang::Ja, PLAIN), @r#"
    警告[cell/date-does-not-exist]: 暦にない日付です
      --> UPPLAN_202412_9970100013_9970100021_20241127163000.CSV:1:26（バイト 25..33）
       |
     1 | 202208,######,##########,20241131,202412,##########,"〇〇　〇〇",387,,20241202,,0900,1000,1,111211,…
       |                          ^^^^^^^^ UPPLAN No.4 作成年月日
       = 期待: 実在する日付（YYYYMMDD）
       = 実際: 20241131
       = 根拠: 標準仕様（spec） 第3.2版（第4.1版 別紙と改訂履歴からの推定） UPPLAN No.4
       = 注意: 表の確からしさが「likely」（原文から確定できない項目）のため、警告にとどめています
       = 対処: 月の日数とうるう年を確かめ、実在する日付にしてください。

    検査しなかったもの
      【判定保留の原因】受信.zip
          zipとして読み取れません
      ・メモ.pdf
          添付ファイルは検査の対象外です

    集計: エラー 0件、警告 1件、情報 0件（ファイル 4件、組 1件）

    ルールの説明は renkei explain <ルールID> で表示できます。
    値は伏せて表示しています。そのまま表示するには --show-values を付けてください。
    この結果は公式の判定ではありません。
    判定 [incomplete]: 検査を完了できませんでした（判定保留）。エラー 0件、警告 1件、情報 0件
    "#);
}

#[test]
fn concise_is_one_line_per_finding_and_the_verdict() {
    let cell = report(&day_that_does_not_exist(), &Setup::default());
    insta::assert_snapshot!(concise(&cell, Lang::Ja), @r"
    UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV:1:170: error[cell/date-does-not-exist] 暦にない日付です (No.18 認定日) bytes 224..232
    判定 [invalid]: エラーがあります。エラー 1件、警告 0件、情報 0件
    ");
    insta::assert_snapshot!(concise(&whole_file(), Lang::En), @r"
    UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV: error[set/example] the set lacks a file
    verdict [invalid]: errors were found; 1 error, 0 warnings, 0 infos
    ");
}

#[test]
fn concise_says_why_a_check_is_incomplete_and_what_it_leaves_out() {
    let not_checked = [broken_archive()];
    let files = two_bad_days();
    let report = report(&files, &Setup { keep: 1, not_checked: &not_checked, ..Setup::default() });
    insta::assert_snapshot!(concise(&report, Lang::Ja), @r"
    UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV:1:170: error[cell/date-does-not-exist] 暦にない日付です (No.18 認定日) bytes 224..232
    UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV: cell/date-does-not-exist: 2件のうち1件を表示しています
    【判定保留の原因】受信.zip: zipとして読み取れません
    判定 [incomplete]: 検査を完了できませんでした（判定保留）。エラー 2件、警告 0件、情報 0件
    ");
}

fn two_bad_days() -> Files {
    let mut draft = Draft::sample("202407-plan").unwrap();
    for row in [0, 1] {
        draft.set(Kind::Up1kyo, row, up1kyo::CERTIFIED_ON, b"20250229").unwrap();
    }
    draft.to_files()
}

#[test]
fn no_cap_on_examples_is_silent() {
    let report = report(&two_bad_days(), &Setup { keep: 1, ..Setup::default() });
    assert_eq!((report.findings.len(), report.totals.error), (1, 2));
    let shown = text(&report, Lang::Ja, PLAIN);
    assert!(shown.contains("表示を省いた指摘（ルールとファイルごとに1件まで表示）"), "{shown}");
    let line = "  UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV: cell/date-does-not-exist: \
                2件のうち1件を表示しています";
    assert!(shown.lines().any(|shown| shown == line), "{shown}");
}

#[test]
fn many_findings_are_counted_by_rule() {
    let rows = "202407,991018,0000000101\r\n".repeat(12);
    let files = small("DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV", rows.as_bytes());
    let shown = text(&report(&files, &Setup { alone: true, ..Setup::default() }), Lang::En, PLAIN);
    let line = shown.lines().find(|line| line.starts_with("  csv/too-few-items "));
    assert!(line.is_some_and(|line| line.ends_with(" 12")), "{shown}");
}

/// The verdict line of a report with those totals.
fn verdict_line(mut report: Report, totals: (u64, u64, u64), fail_on: &str) -> String {
    (report.totals.error, report.totals.warning, report.totals.info) = totals;
    report.fail_on = fail_on.to_owned();
    text(&report, Lang::Ja, PLAIN).lines().last().unwrap().to_owned()
}

#[test]
fn the_verdict_line_claims_no_more_than_was_found() {
    let valid = report(&Draft::sample("202407-plan").unwrap().to_files(), &Setup::default());
    for (totals, fail_on, line) in [
        ((0, 0, 0), "error", "判定 [valid]: 問題は見つかりませんでした。エラー 0件、警告 0件、情報 0件"),
        ((0, 2, 1), "error", "判定 [valid]: エラーは見つかりませんでした。エラー 0件、警告 2件、情報 1件"),
        ((0, 0, 1), "warning", "判定 [valid]: エラーも警告も見つかりませんでした。エラー 0件、警告 0件、情報 1件"),
        (
            (3, 0, 0),
            "none",
            "判定 [valid]: 指摘がありますが、判定の対象にしていません（--fail-on none）。エラー 3件、警告 0件、情報 0件",
        ),
    ] {
        assert_eq!(verdict_line(valid.clone(), totals, fail_on), line);
    }
    let invalid = report(&day_that_does_not_exist(), &Setup::default());
    for (totals, fail_on, line) in [
        ((1, 0, 0), "error", "判定 [invalid]: エラーがあります。エラー 1件、警告 0件、情報 0件"),
        ((0, 1, 0), "warning", "判定 [invalid]: 警告があります。エラー 0件、警告 1件、情報 0件"),
        ((0, 0, 1), "info", "判定 [invalid]: 情報レベルの指摘があります。エラー 0件、警告 0件、情報 1件"),
    ] {
        assert_eq!(verdict_line(invalid.clone(), totals, fail_on), line);
    }
}

#[test]
fn carets_stand_under_the_marked_value_beside_full_width_text() {
    for show_values in [false, true] {
        let report = report(&day_that_does_not_exist(), &Setup { show_values, ..Setup::default() });
        let shown = text(&report, Lang::Ja, PLAIN);
        let lines: Vec<&str> = shown.lines().collect();
        let at = lines.iter().position(|line| line.contains('^')).unwrap();
        let value = if show_values { "20250229" } else { "########" };
        // Full-width characters take two columns; there are no others but … and half-width ones.
        let columns = |text: &str| text.chars().map(|c| if c.is_ascii() || c == '…' { 1 } else { 2 }).sum::<usize>();
        let carets = lines[at].find('^').unwrap();
        let before = lines[at - 1].char_indices().map(|(i, _)| &lines[at - 1][..i]).find(|b| columns(b) == carets);
        assert!(lines[at - 1][before.unwrap().len()..].starts_with(value), "{shown}");
        assert!(lines[at].contains(" ^^^^^^^^ "), "{shown}");
    }
}

#[test]
fn neither_names_nor_values_reach_a_terminal_as_controls() {
    let name = "x\x1B]0;title\x07\n/\u{202E}UPPLAN_202610_99\u{9B}31m.CSV";
    let files = small(name, b"202407,\x1B[31m,\x07\x00,\x7F\x83\r\n");
    let not_checked = [NotChecked { what: Message::same(name), why: Message::same("\x1B[2J\u{85}"), blocks: true }];
    for show_values in [false, true] {
        let report = report(&files, &Setup { show_values, not_checked: &not_checked, ..Setup::default() });
        assert!(!report.findings.is_empty());
        for lang in [Lang::Ja, Lang::En] {
            for shown in [text(&report, lang, PLAIN), concise(&report, lang), json(&report)] {
                let acting = shown.chars().find(|&c| (c.is_control() && c != '\n') || c == '\u{202E}');
                assert_eq!(acting, None, "{shown}");
            }
            // Every line of concise is one that we wrote.
            let lines = concise(&report, lang);
            assert_eq!(lines.lines().count(), report.findings.len() + report.omitted.len() + 1 + 1, "{lines}");
        }
        assert_eq!(serde_json::from_str::<Report>(&json(&report)).unwrap().inputs[0].name, name);
    }
}

#[test]
fn colours_are_used_only_where_they_are_asked_for() {
    let report = report(&day_that_does_not_exist(), &Setup::default());
    let coloured = text(&report, Lang::Ja, Style { color: true });
    assert!(coloured.contains("\x1B[1m\x1B[31mエラー[cell/date-does-not-exist]\x1B[0m"), "{coloured:?}");
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\x1B') {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_eq!(plain, text(&report, Lang::Ja, PLAIN));
}

#[test]
fn an_error_below_the_level_to_fail_on_is_still_shown() {
    let report = report(&day_that_does_not_exist(), &Setup { fail_on: None, ..Setup::default() });
    assert!(text(&report, Lang::En, PLAIN).starts_with("error[cell/date-does-not-exist]"));
    let strict = Setup { fail_on: Some(Severity::Info), ..Setup::default() };
    let strict = common::report(&day_that_does_not_exist(), &strict);
    assert_eq!(strict.verdict, renkei_reports::Verdict::Invalid);
}
