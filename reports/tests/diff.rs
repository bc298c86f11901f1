//! What two records are compared by, and what is said where they cannot be.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Files, Setup, report, small};
use renkei_reports::diff::{Counts, Diff, Group};
use renkei_reports::{
    Key, Lang, Report, Run, Style, build, diff, diff_json, diff_markdown, diff_schema, diff_text, schema,
};
use renkei_validator::draft::Draft;
use renkei_validator::{Judgement, Options, judge, rules, spec};
use serde_json::{Value, json};

const NAME: &str = "予定/DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
const LATER: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20261015120000.CSV";
const ROLE: &str = "DLTPLAN_202610_9970100013_43_9970100021_11";

/// A row of 削除 of a person, good or with a month that does not exist.
fn row(person: u8, bad: bool) -> String {
    format!("202407,990010,00000001{person:02},{}\r\n", if bad { "202613" } else { "202610" })
}

fn file(name: &str, rows: &[String]) -> Files {
    small(name, rows.concat().as_bytes())
}

fn of(files: &Files) -> Report {
    report(files, &Setup::default())
}

/// The report of a run that had a key.
fn keyed(files: &Files, key: &Key) -> Report {
    let as_of = spec::parse_date(b"20261120");
    let Judgement { files, sets } = judge(files, &Options { as_of, keep: 20, ..Options::default() });
    let files: Vec<_> = files.into_iter().map(|file| (file, "0123456789abcdef".repeat(4))).collect();
    build(&Run {
        as_of,
        fail_on: Some(renkei_validator::finding::Severity::Error),
        show_values: false,
        keep: 20,
        files: &files,
        sets: Some(&sets),
        not_checked: &[],
        key: Some(key),
        baseline: None,
    })
}

fn counts(diff: &Diff) -> (u64, u64, u64) {
    (diff.totals.began, diff.totals.stopped, diff.totals.stayed)
}

fn lines(findings: &[renkei_reports::FindingRecord]) -> Vec<Option<u64>> {
    findings.iter().map(|finding| finding.line).collect()
}

#[test]
fn nothing_differs_from_itself_whatever_rule_speaks() {
    let mut compared = 0;
    for rule in rules::all() {
        for case in rule.bad {
            let mut draft = Draft::sample(case.on).unwrap();
            (case.edit)(&mut draft).unwrap();
            for keep in [0, 1, 20] {
                let report = report(&draft.to_files(), &Setup { keep, ..Setup::default() });
                let diff = diff(&report, &report);
                assert_eq!((diff.totals.began, diff.totals.stopped, diff.counting), (0, 0, 0), "{}", rule.id);
                let totals = &report.totals;
                assert_eq!(diff.totals.stayed, totals.error + totals.warning + totals.info, "{}", rule.id);
                assert_eq!((diff.conditions.len(), diff.inputs.changed), (0, 0));
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "only {compared}");
}

#[test]
fn a_finding_is_the_same_on_another_line_in_another_folder_at_another_time() {
    let before = of(&file(NAME, &[row(1, true), row(2, false), row(3, false)]));
    let after = of(&file(LATER, &[row(3, false), row(2, false), row(1, true)]));
    let diff = diff(&before, &after);
    let same = Group {
        role: Some(ROLE.to_owned()),
        rule: "cell/not-a-month".to_owned(),
        counts: Counts { began: 0, stopped: 0, stayed: 1 },
        matched: true,
    };
    let own: Vec<&Group> = diff.groups.iter().filter(|group| group.rule == same.rule).collect();
    assert_eq!(own, [&same]);
    assert_eq!((diff.totals.began, diff.totals.stopped), (0, 0), "{:?}", diff.groups);
    assert_eq!((diff.inputs.same, diff.inputs.changed), (1, 0));
    assert!(diff.inputs.only_before.is_empty() && diff.inputs.only_after.is_empty());
}

#[test]
fn what_began_and_what_stopped_are_told_with_their_places() {
    let before = of(&file(NAME, &[row(1, true), row(2, false), row(3, true)]));
    let after = of(&file(NAME, &[row(1, true), row(2, true), row(3, true)]));
    let forth = diff(&before, &after);
    assert_eq!((forth.totals.began, forth.totals.stopped, forth.counting), (1, 0, 1));
    let back = diff(&after, &before);
    assert_eq!((back.totals.began, back.totals.stopped, back.counting), (0, 1, 0));
    assert_eq!((forth.began.len(), forth.stopped.len(), back.began.len(), back.stopped.len()), (1, 0, 0, 1));
}

#[test]
fn without_a_key_the_row_around_a_finding_tells_which_is_new_as_far_as_it_is_shown() {
    // The length of the wrong month is seen in the masked rows, too.
    let wrong = |person: u8, month: &str| format!("202407,990010,00000001{person:02},{month}\r\n");
    let before = of(&file(NAME, &[wrong(1, "2026"), wrong(3, "202")]));
    let after = of(&file(NAME, &[wrong(1, "2026"), wrong(2, "20"), wrong(3, "202")]));
    let diff = diff(&before, &after);
    assert_eq!(lines(&diff.began), [Some(2)]);
    assert_eq!(diff.known_by, "message");
}

#[test]
fn with_the_same_key_rows_are_told_apart() {
    let key = Key::new([7; 32]);
    // The person of line 1 is mended, that of line 2 is broken: without a key that is one finding that moved.
    let before = file(NAME, &[row(1, true), row(2, false)]);
    let after = file(NAME, &[row(1, false), row(2, true)]);
    let with = diff(&keyed(&before, &key), &keyed(&after, &key));
    assert_eq!((with.known_by.as_str(), counts(&with).0, counts(&with).1), ("row", 1, 1));
    assert_eq!((lines(&with.began), lines(&with.stopped)), (vec![Some(2)], vec![Some(1)]));
    let without = diff(&of(&before), &of(&after));
    assert_eq!((without.totals.began, without.totals.stopped), (0, 0));
    let other = diff(&keyed(&before, &key), &keyed(&after, &Key::new([8; 32])));
    assert_eq!(other.known_by, "message");
    assert_eq!(
        other.conditions[0].en,
        "key that rows are named with: 4b8ebc62ead4e2ed before, b5c9b0bd1c04d8c0 after"
            .replace("b5c9b0bd1c04d8c0", &Key::new([8; 32]).id())
    );
}

#[test]
fn beyond_the_cap_counts_are_compared_and_that_is_said() {
    let rows = |count: u8| (1..=count).map(|person| row(person, true)).collect::<Vec<_>>();
    let capped = |count| report(&file(NAME, &rows(count)), &Setup { keep: 2, ..Setup::default() });
    let diff = diff(&capped(5), &capped(8));
    let group = diff.groups.iter().find(|group| group.rule == "cell/not-a-month").unwrap();
    assert_eq!((group.counts, group.matched), (Counts { began: 3, stopped: 0, stayed: 5 }, false));
    assert!(diff.began.is_empty());
    assert_eq!(diff.counting, 3);
    let text = diff_text(&diff, Lang::En, Style::default());
    assert!(text.contains("cell/not-a-month  3 began, 0 stopped, 5 stayed (counts only)"), "{text}");
    assert!(text.contains("Findings beyond the cap cannot be matched one by one"), "{text}");
}

#[test]
fn what_the_runs_differ_in_is_told() {
    let files = file(NAME, &[row(1, true)]);
    let before = of(&files);
    let mut after =
        report(&files, &Setup { keep: 5, show_values: true, alone: true, fail_on: None, ..Setup::default() });
    after.tool.version = "9.9.9".to_owned();
    after.as_of = Some("2027-01-01".to_owned());
    let told: Vec<String> = diff(&before, &after).conditions.into_iter().map(|condition| condition.en).collect();
    let expected = [
        "version of renkei: 0.1.0 before, 9.9.9 after",
        "judged as of: 2026-11-20 before, 2027-01-01 after",
        "fail_on: error before, none after",
        "values: masked before, shown after",
        "examples kept per rule and file: 20 before, 5 after",
        "sets of files were judged in the first run only",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_file_that_one_run_alone_has_is_named() {
    let before = of(&file(NAME, &[row(1, false)]));
    let other = "DLTJSK_202610_9970100021_11_9970100013_43_20261015120000.CSV";
    let after = of(&file(other, &[row(1, false)]));
    let diff = diff(&before, &after);
    assert_eq!(diff.inputs.only_before, [ROLE]);
    assert_eq!(diff.inputs.only_after, ["DLTJSK_202610_9970100021_11_9970100013_43"]);
    assert_eq!((diff.inputs.same, diff.inputs.changed), (0, 0));
}

#[test]
fn a_comparison_fits_its_schema() {
    let with = |schema: &str| serde_json::from_str::<Value>(schema).unwrap();
    let validator = jsonschema::options()
        .with_registry(
            &jsonschema::Registry::new().add("urn:renkei:report:1", with(schema())).unwrap().prepare().unwrap(),
        )
        .build(&with(diff_schema()))
        .unwrap();
    let before = of(&file(NAME, &[row(1, true), row(2, false)]));
    let after = of(&file(LATER, &[row(1, false), row(2, true), row(3, true)]));
    let key = Key::new([7; 32]);
    let files = [file(NAME, &[row(1, true)]), file(NAME, &[row(2, true)])];
    let diffs = [
        diff(&before, &after),
        diff(&keyed(&files[0], &key), &keyed(&files[1], &key)),
        diff(&report(&files[0], &Setup { keep: 0, ..Setup::default() }), &after),
    ];
    assert!(!diffs[1].began.is_empty() && !diffs[1].stopped.is_empty());
    for diff in diffs {
        let value: Value = serde_json::from_str(&diff_json(&diff)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(serde_json::from_value::<Diff>(value.clone()).unwrap(), diff);
        let mut more = value;
        more["extra"] = json!(1);
        assert!(!validator.is_valid(&more));
    }
}

#[test]
fn text_and_markdown_say_the_same_in_both_languages() {
    let before = of(&file(NAME, &[row(1, true), row(2, false)]));
    let after = of(&file(NAME, &[row(1, true), row(2, true)]));
    let diff = diff(&before, &after);
    insta::assert_snapshot!("diff_text_ja", diff_text(&diff, Lang::Ja, Style::default()));
    insta::assert_snapshot!("diff_text_en", diff_text(&diff, Lang::En, Style::default()));
    insta::assert_snapshot!("diff_markdown_ja", diff_markdown(&diff, Lang::Ja));
    insta::assert_snapshot!("diff_markdown_en", diff_markdown(&diff, Lang::En));
}
