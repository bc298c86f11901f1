//! What `report.json` records of a run.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Files, Setup, report, small};
use renkei_reports::{LeftOut, NotCheckedRecord, OmittedRecord, Pair, Run, Verdict, build, json};
use renkei_validator::decode::{Encoding, display};
use renkei_validator::draft::Draft;
use renkei_validator::finding::Severity;
use renkei_validator::spec::Kind;
use renkei_validator::spec::keys::{up1kyo, upplan};
use renkei_validator::text::Message;
use renkei_validator::{NotChecked, Options, judge, rules, set_rules};

fn clean(sample: &str) -> Files {
    Draft::sample(sample).unwrap().to_files()
}

fn with_an_error() -> Files {
    let mut draft = Draft::sample("202407-plan").unwrap();
    draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"20250229").unwrap();
    draft.to_files()
}

fn with_a_warning() -> Files {
    let mut draft = Draft::sample("202208-table").unwrap();
    draft.set(Kind::Upplan, 0, upplan::CREATED_ON, b"20241131").unwrap();
    draft.to_files()
}

fn entry(blocks: bool) -> NotChecked {
    NotChecked { what: Message::same("x.zip"), why: Message::pair("読めません", "cannot be read"), blocks }
}

fn pair(ja: &str, en: &str) -> Pair {
    Pair { ja: ja.to_owned(), en: en.to_owned() }
}

#[test]
fn the_verdict_follows_from_what_was_not_checked_and_from_the_level_to_fail_on() {
    use Severity::{Error, Info, Warning};
    for (files, fail_on, not_checked, verdict) in [
        (clean("202407-plan"), Some(Info), vec![], Verdict::Valid),
        (with_an_error(), Some(Error), vec![], Verdict::Invalid),
        (with_an_error(), Some(Info), vec![], Verdict::Invalid),
        (with_an_error(), None, vec![], Verdict::Valid),
        (with_a_warning(), Some(Error), vec![], Verdict::Valid),
        (with_a_warning(), Some(Warning), vec![], Verdict::Invalid),
        (clean("202407-plan"), Some(Error), vec![entry(true)], Verdict::Incomplete),
        (with_an_error(), Some(Error), vec![entry(true)], Verdict::Incomplete),
        (with_an_error(), None, vec![entry(true)], Verdict::Incomplete),
        (clean("202407-plan"), Some(Error), vec![entry(false)], Verdict::Valid),
        (with_an_error(), Some(Error), vec![entry(false)], Verdict::Invalid),
    ] {
        let report = report(&files, &Setup { fail_on, not_checked: &not_checked, ..Setup::default() });
        assert_eq!(report.verdict, verdict, "{fail_on:?} {not_checked:?}");
    }
}

#[test]
fn a_capped_warning_says_so() {
    let report = report(&with_a_warning(), &Setup::default());
    let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert_eq!((finding.severity.as_str(), finding.capped.as_deref()), ("warning", Some("likely")));
    assert_eq!((report.totals.error, report.totals.warning), (0, 1));
    assert_eq!(
        finding.cites,
        [pair(
            "第3.2版（第4.1版 別紙と改訂履歴からの推定） UPPLAN No.4",
            "第3.2版（第4.1版 別紙と改訂履歴からの推定） (version 3.2, inferred from 4.1 and its change history) UPPLAN No.4",
        )]
    );
}

#[test]
fn nothing_to_check_is_no_valid_input() {
    for files in [vec![], small("メモ.pdf", b"%PDF")] {
        let report = report(&files, &Setup::default());
        assert_eq!(report.verdict, Verdict::Incomplete);
        assert_eq!(report.not_checked[0].why, pair("検査できるファイルがありません", "it holds no file to check"));
    }
}

#[test]
fn inputs_are_listed_by_name_with_their_kinds() {
    let mut files = clean("202407-prevention");
    files.extend(small("メモ.pdf", b"%PDF"));
    files.extend(small("data.csv", b"202407,991018\r\n"));
    files.reverse();
    let report = report(&files, &Setup::default());
    let names: Vec<&str> = report.inputs.iter().map(|input| input.name.as_str()).collect();
    assert!(names.is_sorted(), "{names:?}");
    let kind = |name: &str| report.inputs.iter().find(|input| input.name.starts_with(name)).unwrap().kind.as_deref();
    assert_eq!(kind("UPKIHON_9"), Some("UPKIHON"));
    assert_eq!(kind("UPKIHON_IMAGE"), Some("UPKIHON_IMAGE"));
    assert_eq!(kind("メモ.pdf"), Some("attachment"));
    assert_eq!(kind("data.csv"), None);
}

#[test]
fn what_no_rule_looks_at_is_listed_and_blocks_nothing() {
    let mut files = clean("202407-prevention");
    files.extend(small("メモ.pdf", b"%PDF"));
    let report = report(&files, &Setup::default());
    let image = "UPKIHON_IMAGE_9900100018_46_9970100013_43_20260917113000_0001.jpg";
    assert_eq!(
        report.not_checked,
        [
            NotCheckedRecord {
                what: pair(image, image),
                why: pair(
                    "画像の内容は検査の対象外です（ファイル名と組み合わせだけを検査します）",
                    "the content of images is not checked, only their names and their place in a set",
                ),
                blocks: false,
            },
            NotCheckedRecord {
                what: pair("メモ.pdf", "メモ.pdf"),
                why: pair("添付ファイルは検査の対象外です", "attachments are not checked"),
                blocks: false,
            },
        ]
    );
    assert_eq!(report.verdict, Verdict::Valid);
}

#[test]
fn a_file_judged_alone_lists_the_rules_about_sets() {
    let report = report(&clean("202407-result"), &Setup { alone: true, ..Setup::default() });
    assert_eq!((report.verdict, report.sets), (Verdict::Valid, None));
    let [entry] = &report.not_checked[..] else { panic!("{:?}", report.not_checked) };
    assert!(!entry.blocks);
    for rule in set_rules() {
        assert!(entry.what.ja.contains(rule.id) && entry.what.en.contains(rule.id), "{}", rule.id);
    }
}

#[test]
fn what_blocks_the_verdict_is_listed_first_and_once() {
    let not_checked = [entry(false), entry(true), entry(true)];
    let report = report(&small("メモ.pdf", b"%PDF"), &Setup { not_checked: &not_checked, ..Setup::default() });
    let blocks: Vec<bool> = report.not_checked.iter().map(|entry| entry.blocks).collect();
    assert_eq!(blocks, [true, true, false, false]);
}

#[test]
fn counts_are_exact_whatever_is_kept() {
    let row = b"202407,991018,0000000101\r\n";
    let name = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
    let files = small(name, &row.repeat(7));
    let few = report(&files, &Setup { keep: 3, ..Setup::default() });
    let all = report(&files, &Setup::default());
    assert_eq!(few.totals, all.totals);
    assert_eq!(few.totals.by_rule["csv/too-few-items"], 7);
    assert_eq!(few.findings.iter().filter(|finding| finding.rule == "csv/too-few-items").count(), 3);
    let omitted = OmittedRecord {
        rule: "csv/too-few-items".to_owned(),
        file: Some(name.to_owned()),
        kept: 3,
        total: 7,
        severity: "error".to_owned(),
        left_out: LeftOut { error: 4, warning: 0, info: 0 },
    };
    assert!(few.omitted.contains(&omitted), "{:?}", few.omitted);
    assert_eq!(all.omitted, []);
}

/// The line and the column in a text file, as an editor counts them.
fn in_an_editor(text: &str, at: usize) -> (Option<u64>, Option<u64>) {
    let line = text[..at].split("\r\n").count();
    let column = text[..at].split("\r\n").last().unwrap().chars().count() + 1;
    (Some(line as u64), Some(column as u64))
}

#[test]
fn behind_a_line_break_in_a_cell_line_and_column_are_those_of_an_editor() {
    let mut draft = Draft::sample("202407-plan").unwrap();
    draft.set(Kind::Up1kyo, 1, up1kyo::LIVING_SUPPORT_REASON, b"9").unwrap();
    let finding = |files: &Files| {
        let report = report(files, &Setup::default());
        report.findings.into_iter().find(|finding| finding.rule == "cell/code-not-in-list").unwrap()
    };
    let mut files = draft.to_files();
    let found = finding(&files);
    assert_eq!((found.line, found.column), (Some(8), Some(33)));

    let bytes = found.bytes.unwrap();
    let (start, end) = (bytes.start as usize, bytes.end as usize);
    let up1kyo = files.iter_mut().find(|(name, _)| *name == found.file).unwrap();
    let before = encoding_rs::SHIFT_JIS.decode(&up1kyo.1[..start]).0.into_owned();
    let after = encoding_rs::SHIFT_JIS.decode(&up1kyo.1[end..]).0.into_owned();
    let utf8 = format!("{before}9{after}");
    assert_eq!(in_an_editor(&utf8, before.len()), (Some(8), Some(33)));
    up1kyo.1 = utf8.into_bytes();
    let in_utf8 = finding(&files);
    assert_eq!((in_utf8.line, in_utf8.column), (Some(8), Some(33)));
    assert_eq!(in_utf8.bytes.unwrap().start, before.len() as u64);
}

#[test]
fn findings_are_in_order_of_file_first_byte_and_rule_whatever_the_order_of_files() {
    let mut draft = Draft::sample("202407-plan").unwrap();
    for row in [1, 0] {
        draft.set(Kind::Up1kyo, row, up1kyo::CERTIFIED_ON, b"20250229").unwrap();
    }
    let uphosoku = draft.index(Kind::Uphosoku).unwrap();
    draft.files[uphosoku].rows[0].cells.pop();
    draft.rename_text(Kind::Up2kyo, "UP2KYO", "UP2KYOO").unwrap();
    let mut files = draft.to_files();
    let forwards = report(&files, &Setup::default());
    files.reverse();
    assert_eq!(json(&report(&files, &Setup::default())), json(&forwards));
    let order: Vec<_> = forwards
        .findings
        .iter()
        .map(|finding| (finding.file.clone(), finding.bytes.map(|bytes| bytes.start), finding.rule.clone()))
        .collect();
    assert!(order.len() >= 4 && order.is_sorted(), "{order:?}");
}

#[test]
fn findings_of_sets_stand_among_those_of_files() {
    let mut draft = Draft::sample("202407-plan").unwrap();
    let uphosoku = draft.index(Kind::Uphosoku).unwrap();
    for row in &mut draft.files[uphosoku].rows {
        row.cells[0] = b"202208".to_vec();
    }
    let report = report(&draft.to_files(), &Setup::default());
    let finding = report.findings.iter().find(|finding| finding.rule == "set/version-differs").unwrap();
    assert_eq!((finding.line, finding.column, finding.bytes), (None, None, None));
    assert_eq!(finding.authority, "derived");
    assert_eq!(
        finding.because,
        Some(pair(
            "バージョンは対象年月から決まり、組のファイルは対象年月が同じです。",
            "The version follows from the month, and the files of a set are of one month.",
        ))
    );
    assert_eq!(finding.related.len(), 1);
    assert_eq!(report.totals.by_rule["set/version-differs"], 1);
    assert_eq!(report.sets, Some(1));
}

#[test]
fn a_column_counts_the_characters_of_the_row_though_the_excerpt_begins_later() {
    let mut draft = Draft::sample("202407-plan").unwrap();
    draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"20250229").unwrap();
    let row = draft.files[0].rows[0].cells.iter();
    let before: usize = row.take(17).map(|cell| display(cell, Encoding::Ms932).chars().count() + 1).sum();
    let report = report(&draft.to_files(), &Setup::default());
    let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert!(finding.excerpt.as_ref().unwrap().cut.before);
    assert_eq!(finding.column, Some(before as u64 + 1));
}

#[test]
fn rows_of_a_file_in_utf_8_are_masked_as_utf_8_reads_them() {
    let utf8 = |bytes: Vec<u8>| display(&bytes, Encoding::Ms932).replace('␍', "\r").replace('␊', "\n").into_bytes();
    let files: Files = clean("202407-plan").into_iter().map(|(name, bytes)| (name, utf8(bytes))).collect();
    let cells = |show_values| {
        let report = report(&files, &Setup { show_values, ..Setup::default() });
        report.rows.into_iter().flat_map(|row| row.cells).collect::<Vec<_>>().join(",")
    };
    assert!(cells(false).contains("〇〇　〇〇") && !cells(false).contains('\u{FFFD}'), "{}", cells(false));
    assert!(cells(true).contains("見本　") && !cells(true).contains('\u{FFFD}'), "{}", cells(true));
}

#[test]
fn the_head_of_a_report_says_how_it_was_made() {
    let judgement = judge(&clean("202407-result"), &Options::default());
    let files: Vec<_> = judgement.files.into_iter().map(|file| (file, "00".repeat(32))).collect();
    let report = build(&Run {
        as_of: None,
        fail_on: Some(Severity::Warning),
        show_values: true,
        keep: 5,
        files: &files,
        sets: Some(&judgement.sets),
        not_checked: &[],
        key: None,
        baseline: None,
    });
    assert_eq!(report.schema, "renkei-report/1");
    assert_eq!(
        (report.tool.name.as_str(), &report.tool.spec[..]),
        ("renkei", &["202003", "202208", "202407"].map(str::to_owned)[..])
    );
    assert_eq!((report.as_of, report.fail_on.as_str(), report.values.as_str()), (None, "warning", "shown"));
    assert_eq!(report.kept_per_rule_and_file, 5);
    let dated = common::report(&clean("202407-result"), &Setup::default());
    assert_eq!(dated.as_of.as_deref(), Some("2026-11-20"));
}

/// Four rows of 削除, the third with a month that does not exist.
const ROWS: &[u8] = b"202407,990010,0000000101,202610\r\n202407,990010,0000000102,202610\r\n\
    202407,990010,0000000103,202613\r\n202407,990010,0000000104,202610\r\n202407,990010,0000000105,202610\r\n";

#[test]
fn rows_around_a_finding_are_recorded_with_the_names_of_their_items_once() {
    let report =
        report(&small("DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV", ROWS), &Setup::default());
    let rows: Vec<(u64, u64, u64, Vec<&str>)> = report
        .rows
        .iter()
        .map(|row| (row.line, row.bytes.start, row.bytes.end, row.cells.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        rows,
        [
            (2, 33, 64, vec!["202407", "######", "##########", "202610"]),
            (3, 66, 97, vec!["202407", "######", "##########", "202613"]),
            (4, 99, 130, vec!["202407", "######", "##########", "202610"]),
        ]
    );
    assert!(report.rows.iter().all(|row| row.layout == Some(0) && row.total_cells == 4 && row.cut.is_empty()));
    let [layout] = &report.layouts[..] else { panic!("{:?}", report.layouts) };
    assert_eq!((layout.kind.as_str(), layout.version.as_str()), ("DLTPLAN", "202407"));
    let items: Vec<(u16, &str)> = layout.items.iter().map(|item| (item.no, item.name_ja.as_str())).collect();
    assert_eq!(items, [(1, "CSVバージョン"), (2, "保険者番号"), (3, "被保険者番号"), (4, "削除対象年月")]);
    assert!(report.rows_omitted.is_empty());
}

#[test]
fn rows_beyond_the_limit_are_counted() {
    let rows: String = (0..40).flat_map(|i| [format!("202407,990010,00000001{i:02},2026{}\r\n", 13 + i)]).collect();
    let files = small("DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV", rows.as_bytes());
    let report = report(&files, &Setup { keep: 100, ..Setup::default() });
    assert_eq!(report.rows.len(), 31);
    let [omitted] = &report.rows_omitted[..] else { panic!("{:?}", report.rows_omitted) };
    assert_eq!((omitted.kept, omitted.total, omitted.why.en.as_str()), (30, 40, "the number of rows given is limited"));
}

#[test]
fn a_row_that_its_table_does_not_fit_shows_nothing_and_has_no_layout() {
    let rows = b"202407,990010,0000000101,202610,202610\r\n";
    let report =
        report(&small("DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV", rows), &Setup::default());
    let [row] = &report.rows[..] else { panic!("{:?}", report.rows) };
    assert_eq!(
        (row.layout, &row.cells[..]),
        (None, &["######", "######", "##########", "######", "######"].map(str::to_owned)[..])
    );
    assert!(report.layouts.is_empty());
}

#[test]
fn which_rules_ran_is_told_once_for_inputs_that_are_alike() {
    let mut files = clean("202407-plan");
    let one = report(&files, &Setup::default());
    files.extend(small("メモ.pdf", b"%PDF"));
    files.extend(small("空.CSV", b""));
    let report = report(&files, &Setup::default());
    let scope = |report: &renkei_reports::Report, name: &str| {
        let input = report.inputs.iter().find(|input| input.name.starts_with(name)).unwrap();
        report.scopes[input.scope].clone()
    };
    let rules: Vec<&str> = rules::all().iter().map(|rule| rule.id).filter(|id| !id.starts_with("set/")).collect();
    for report in [&one, &report] {
        for input in &report.inputs {
            let scope = &report.scopes[input.scope];
            let mut all: Vec<&str> =
                scope.ran.iter().chain(scope.not_run.iter().flat_map(|it| &it.rules)).map(String::as_str).collect();
            all.sort_unstable();
            let mut expected = rules.clone();
            expected.sort_unstable();
            assert_eq!(all, expected, "{}", input.name);
        }
    }
    let plan = scope(&report, "UP1KYO");
    assert!(plan.ran.len() > 60, "only {} rules ran", plan.ran.len());
    let not_run: Vec<&str> = plan.not_run.iter().map(|it| it.why.en.as_str()).collect();
    assert_eq!(not_run, ["this kind of file has no item that the rule is about"]);
    let memo = scope(&report, "メモ");
    assert_eq!(memo.ran, Vec::<String>::new());
    assert_eq!(memo.not_run[0].why, pair("添付ファイルは検査の対象外です", "attachments are not checked"));
    let sets = &report.scopes[report.sets_scope];
    assert_eq!(sets.ran, set_rules().map(|rule| rule.id.to_owned()).collect::<Vec<_>>());
    let alone = common::report(&clean("202407-plan"), &Setup { alone: true, ..Setup::default() });
    let sets = &alone.scopes[alone.sets_scope];
    assert_eq!((sets.ran.len(), sets.not_run[0].rules.len()), (0, set_rules().count()));
}
