//! Whatever rule speaks: what was found once is known the next time, however little is listed.

#![allow(clippy::unwrap_used)]

mod common;

use common::Files;
use renkei_reports::{Baseline, Key, Lang, Report, Run, Style, Verdict, build, json, read, renewed_baseline, text};
use renkei_validator::draft::Draft;
use renkei_validator::finding::Severity;
use renkei_validator::{Judgement, NotChecked, Options, judge, rules, spec, text::Message};
use time::{Date, Month};

/// The last day of every entry here.
fn until() -> Date {
    Date::from_calendar_date(2027, Month::March, 31).unwrap()
}

struct Setup<'a> {
    keep: usize,
    alone: bool,
    baseline: Option<&'a Baseline>,
    not_checked: &'a [NotChecked],
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Setup { keep: 20, alone: false, baseline: None, not_checked: &[] }
    }
}

/// Judges files and hands the run to a function.
fn with_run<T>(files: &Files, setup: &Setup<'_>, then: impl FnOnce(&Run<'_>) -> T) -> T {
    let as_of = spec::parse_date(b"20261120");
    let Judgement { files, sets } = judge(files, &Options { as_of, keep: setup.keep, ..Options::default() });
    let files: Vec<_> = files.into_iter().map(|file| (file, "0123456789abcdef".repeat(4))).collect();
    let key = Key::new([7; 32]);
    then(&Run {
        as_of,
        fail_on: Some(Severity::Info),
        show_values: false,
        keep: setup.keep,
        files: &files,
        sets: (!setup.alone).then_some(&sets),
        not_checked: setup.not_checked,
        key: Some(&key),
        baseline: setup.baseline,
    })
}

fn report(files: &Files, setup: &Setup<'_>) -> Report {
    with_run(files, setup, build)
}

fn renewed(files: &Files, setup: &Setup<'_>) -> Option<Baseline> {
    with_run(files, setup, |run| renewed_baseline(run, "known.toml", "見本", until()))
}

/// Every bad example of every rule, as files.
fn mutants() -> Vec<(&'static str, Files)> {
    let mut mutants = Vec::new();
    for rule in rules::all() {
        for case in rule.bad {
            let mut draft = Draft::sample(case.on).unwrap();
            (case.edit)(&mut draft).unwrap();
            mutants.push((rule.id, draft.to_files()));
        }
    }
    assert!(mutants.len() > 100, "only {}", mutants.len());
    mutants
}

#[test]
fn what_a_run_found_is_known_the_next_time_whatever_the_cap() {
    for (rule, files) in mutants() {
        for keep in [0, 1, 20] {
            let before = report(&files, &Setup { keep, ..Setup::default() });
            let baseline = renewed(&files, &Setup { keep, ..Setup::default() }).unwrap();
            // As it stands in the file.
            let baseline = Baseline::read("known.toml", &baseline.text()).unwrap();
            assert!(!baseline.entries.is_empty(), "{rule}");
            for keep in [keep, keep + baseline.most_of_one()] {
                let after = report(&files, &Setup { keep, baseline: Some(&baseline), ..Setup::default() });
                assert_eq!(after.verdict, Verdict::Valid, "{rule}, {keep} kept");
                let known = after.baseline.as_ref().unwrap();
                assert_eq!((&known.covered, known.findings.len()), (&before.totals, 0), "{rule}, {keep} kept");
                assert_eq!(after.totals, before.totals, "{rule}");
                assert_eq!(read(json(&after).as_bytes()).as_ref(), Ok(&after), "{rule}");
            }
        }
    }
}

#[test]
fn what_is_mended_leaves_its_entries_stale_and_what_is_written_then_knows_nothing() {
    let mut told = 0;
    for (rule, files) in mutants() {
        let baseline = renewed(&files, &Setup::default()).unwrap();
        // Files of the same names with nothing in them that the rules of cells and rows could find.
        let clean: Files = files.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
        let after = report(&clean, &Setup { baseline: Some(&baseline), ..Setup::default() });
        let known = after.baseline.as_ref().unwrap();
        let stale: u64 = known.findings.iter().filter(|finding| finding.rule == "baseline/stale-entry").count() as u64;
        let covered = known.covered.error + known.covered.warning + known.covered.info;
        assert!(stale + covered >= known.entries - known.not_judged, "{rule}: an entry of which nothing is said");
        told += stale;
        let setup = Setup { baseline: Some(&baseline), ..Setup::default() };
        let again = renewed(&clean, &setup).unwrap();
        let last = report(&clean, &Setup { baseline: Some(&again), ..Setup::default() });
        assert_eq!((last.verdict, last.baseline.unwrap().findings.len()), (Verdict::Valid, 0), "{rule}");
    }
    assert!(told > 100, "only {told}");
}

#[test]
fn entries_about_sets_are_not_called_stale_where_one_file_is_judged_alone() {
    let (_, files) = mutants().into_iter().find(|(rule, _)| *rule == "set/companion-missing").unwrap();
    let baseline = renewed(&files, &Setup::default()).unwrap();
    let about_sets = baseline.entries.iter().filter(|entry| entry.what.rule.starts_with("set/")).count() as u64;
    assert!(about_sets > 0);
    let alone = report(&files, &Setup { alone: true, baseline: Some(&baseline), ..Setup::default() });
    let known = alone.baseline.unwrap();
    assert_eq!((known.not_judged, known.findings.len()), (about_sets, 0));
}

#[test]
fn an_incomplete_run_has_no_baseline_and_stays_incomplete_with_one() {
    let (_, files) = mutants().remove(0);
    let not_checked = [NotChecked {
        what: Message::same("受信.zip"),
        why: Message::pair("読めません", "cannot be read"),
        blocks: true,
    }];
    let incomplete = |baseline| Setup { not_checked: &not_checked, baseline, ..Setup::default() };
    assert_eq!(renewed(&files, &incomplete(None)), None);
    let baseline = renewed(&files, &Setup::default()).unwrap();
    let report = report(&files, &incomplete(Some(&baseline)));
    assert_eq!(report.verdict, Verdict::Incomplete);
    assert_eq!(report.baseline.unwrap().not_judged, baseline.entries.len() as u64);
}

#[test]
fn what_is_written_by_hand_is_read_and_written_the_same() {
    let text = "\
# renkei: 既知の指摘の一覧（ベースライン）です。docs/BASELINE.ja.md に説明があります。
# renkei: findings that are known; see docs/BASELINE.md.
schema = \"renkei-baseline/1\"
key = \"4b8ebc62ead4e2ed\"

[[finding]]
rule = \"cell/too-long\"
count = 12
reason = \"\\\"引用\\\" と \\\\ と ①\"
expires = 2027-03-31

[[finding]]
rule = \"cell/too-long\"
role = \"UPPLAN_202610_9970100013_43_9970100021_11\"
item = \"units\"
row = \"00112233445566778899aabbccddeeff\"
count = 1
reason = \"見本\"
expires = 2026-12-31
";
    let baseline = Baseline::read("known.toml", text).unwrap();
    assert_eq!(baseline.entries.len(), 2);
    assert_eq!(baseline.entries[0].reason, "\"引用\" と \\ と ①");
    assert_eq!((baseline.entries[0].line, baseline.entries[1].line), (6, 12));
    assert_eq!(baseline.text(), text);
    assert_eq!(Baseline::read("known.toml", &text.replace('\n', "\r\n")).unwrap().text(), text);
}

#[test]
fn a_record_that_contradicts_its_baseline_is_refused() {
    let report = common::sample("known");
    let refused = |edit: fn(&mut Report)| {
        let mut report = report.clone();
        edit(&mut report);
        read(json(&report).as_bytes()).unwrap_err().path
    };
    assert_eq!(refused(|report| report.baseline = None), "findings[0].baselined");
    assert_eq!(refused(|report| report.baseline.as_mut().unwrap().covered.warning = 3), "baseline.covered");
    assert_eq!(refused(|report| report.baseline.as_mut().unwrap().covered.warning = 0), "baseline.covered");
    assert_eq!(refused(|report| report.baseline.as_mut().unwrap().totals.warning = 1), "baseline.totals");
    assert_eq!(refused(|report| report.verdict = Verdict::Valid), "verdict");
}

#[test]
fn what_the_entries_say_acts_on_no_terminal() {
    let mut report = common::sample("known");
    let baseline = report.baseline.as_mut().unwrap();
    baseline.file = "known\u{1B}[2J.toml".to_owned();
    baseline.findings[0].file = baseline.file.clone();
    report.findings[0].baselined.as_mut().unwrap().reason = "::error::\u{202E}x".to_owned();
    for lang in [Lang::Ja, Lang::En] {
        let text = text(&report, lang, Style::default());
        assert!(!text.contains(['\u{1B}', '\u{202E}']), "{text}");
    }
}
