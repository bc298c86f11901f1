//! What others make of the formats: the official schema of SARIF, a JUnit reader from the registry, and
//! what GitLab and GitHub ask for.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;

use common::{Files, SAMPLES, Setup, manner, rendered, report, sample, small};
use junit_parser::{TestCase, TestStatus, TestSuites};
use renkei_reports::{Kind, Lang, Report};
use renkei_validator::draft::Draft;
use renkei_validator::rules;
use renkei_validator::spec::Kind as FileKind;
use renkei_validator::spec::keys::up1kyo;
use serde_json::Value;

const BOTH: [Lang; 2] = [Lang::Ja, Lang::En];

fn shown(report: &Report, kind: Kind, lang: Lang) -> String {
    String::from_utf8(rendered(report, kind, &manner(lang))).unwrap()
}

/// The samples, and one report per defect that the rules know.
fn reports() -> Vec<Report> {
    let mut reports: Vec<Report> = SAMPLES.iter().map(|name| sample(name)).collect();
    for rule in rules::all() {
        for (index, case) in rule.bad.iter().enumerate() {
            let mut draft = Draft::sample(case.on).unwrap();
            (case.edit)(&mut draft).unwrap();
            reports.push(report(&draft.to_files(), &Setup { show_values: index == 0, keep: 3, ..Setup::default() }));
        }
    }
    reports
}

#[test]
fn a_rule_that_found_something_is_among_those_that_ran() {
    let mut seen = BTreeSet::new();
    for report in reports() {
        let of_sets = &report.scopes[report.sets_scope];
        for finding in &report.findings {
            let input = report.inputs.iter().find(|input| input.name == finding.file).unwrap();
            let scope = if finding.rule.starts_with("set/") { of_sets } else { &report.scopes[input.scope] };
            assert!(scope.ran.contains(&finding.rule), "{} in {}", finding.rule, finding.file);
            seen.insert(finding.rule.clone());
        }
    }
    assert!(seen.len() >= rules::all().len(), "only {} rules spoke", seen.len());
}

fn two_bad_days(swapped: bool) -> Files {
    let mut draft = Draft::sample("202407-plan").unwrap();
    for row in [0, 1] {
        draft.set(FileKind::Up1kyo, row, up1kyo::CERTIFIED_ON, b"20250229").unwrap();
    }
    if swapped {
        let file = draft.index(FileKind::Up1kyo).unwrap();
        draft.files[file].rows.swap(0, 1);
    }
    draft.to_files()
}

#[test]
fn the_context_of_a_region_is_the_lines_around_it() {
    let mut draft = Draft::sample("202407-plan").unwrap();
    draft.set(FileKind::Up1kyo, 1, up1kyo::LIVING_SUPPORT_REASON, b"9").unwrap();
    let report = report(&draft.to_files(), &Setup { show_values: true, ..Setup::default() });
    let log: Value = serde_json::from_str(&shown(&report, Kind::Sarif, Lang::En)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let found = results.iter().find(|result| result["ruleId"] == "cell/code-not-in-list").unwrap();
    let place = &found["locations"][0]["physicalLocation"];
    let (region, context) = (&place["region"], &place["contextRegion"]);
    assert_eq!((&region["startLine"], &region["startColumn"], region.get("endLine")), (&8.into(), &33.into(), None));
    assert_eq!((&context["startLine"], &context["endLine"]), (&7.into(), &8.into()));
    assert_eq!(context["snippet"]["text"].as_str().unwrap().matches("␍␊").count(), 1);
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    // One of its patterns has a bracket that only older dialects take as it stands.
    let schema = include_str!("schemas/sarif-schema-2.1.0.json").replace("{2}]?$", "{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    assert!(
        !validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })),
        "the schema refuses nothing"
    );
    let reports = reports();
    assert!(reports.len() > 100, "only {} reports", reports.len());
    for report in &reports {
        for lang in BOTH {
            let log: Value = serde_json::from_str(&shown(report, Kind::Sarif, lang)).unwrap();
            let results = log["runs"][0]["results"].as_array().unwrap();
            let lines = results.iter().map(|it| &it["locations"][0]["physicalLocation"]["region"]["startLine"]);
            assert!(lines.clone().all(Value::is_u64), "code scanning takes no result without a line");
            let errors: Vec<String> =
                validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert_eq!(errors, Vec::<String>::new());
        }
    }
}

#[test]
fn sarif_says_what_the_record_says() {
    let report = sample("everything");
    let log: Value = serde_json::from_str(&shown(&report, Kind::Sarif, Lang::Ja)).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["results"].as_array().unwrap().len(), 6);
    let region = &run["results"][2]["locations"][0]["physicalLocation"]["region"];
    let expected = serde_json::json!({ "startLine": 1, "startColumn": 170, "byteOffset": 224, "byteLength": 8 });
    assert_eq!(*region, expected);
    for result in run["results"].as_array().unwrap() {
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["text"].as_str().is_some_and(|help| !help.is_ascii()), "{rule}");
    }
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let translated = run["translations"][0]["rules"].as_array().unwrap();
    assert_eq!((rules.len(), run["translations"][0]["language"].as_str()), (translated.len(), Some("en")));
    let valid: Value = serde_json::from_str(&shown(&sample("valid"), Kind::Sarif, Lang::Ja)).unwrap();
    assert_eq!(valid["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn sarif_holds_a_snippet_only_where_values_are_shown() {
    let masked = shown(&report(&two_bad_days(false), &Setup::default()), Kind::Sarif, Lang::Ja);
    assert!(!masked.contains("snippet") && masked.contains("########"));
    let setup = Setup { show_values: true, ..Setup::default() };
    let shown = shown(&report(&two_bad_days(false), &setup), Kind::Sarif, Lang::Ja);
    assert!(shown.contains("\"snippet\"") && shown.contains("\"text\": \"20250229\""));
}

fn fingerprints(report: &Report) -> BTreeSet<String> {
    let log: Value = serde_json::from_str(&shown(report, Kind::Sarif, Lang::Ja)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let found: BTreeSet<String> =
        results.iter().map(|it| it["partialFingerprints"]["renkei/v1"].as_str().unwrap().to_owned()).collect();
    assert_eq!(found.len(), results.len(), "two results share a fingerprint");
    assert!(!found.is_empty());
    found
}

#[test]
fn fingerprints_survive_other_rows_another_order_another_export_and_masking() {
    let before = report(&two_bad_days(false), &Setup::default());
    let swapped = report(&two_bad_days(true), &Setup::default());
    let lines = |report: &Report| report.findings.iter().map(|it| it.bytes.unwrap().start).collect::<Vec<_>>();
    assert_ne!(lines(&before), lines(&swapped), "nothing moved");
    assert_eq!(fingerprints(&before), fingerprints(&swapped));
    let mut later = two_bad_days(false);
    for (name, _) in &mut later {
        *name = format!("later/{}", name.replace("20260915093000", "20260916101500"));
    }
    assert_eq!(fingerprints(&before), fingerprints(&report(&later, &Setup::default())));
    let values = report(&two_bad_days(false), &Setup { show_values: true, ..Setup::default() });
    assert_eq!(fingerprints(&before), fingerprints(&values));
}

fn junit(report: &Report, lang: Lang) -> TestSuites {
    junit_parser::from_reader(shown(report, Kind::Junit, lang).as_bytes()).unwrap()
}

fn case<'a>(junit: &'a TestSuites, suite: &str, name: &str) -> &'a TestCase {
    let suite = junit.suites.iter().find(|it| it.name.contains(suite)).unwrap_or_else(|| panic!("no suite {suite}"));
    suite.cases.iter().find(|it| it.original_name == name).unwrap_or_else(|| panic!("no case {name}"))
}

#[test]
fn a_reader_of_junit_counts_what_the_suites_say() {
    for report in reports() {
        for lang in BOTH {
            let junit = junit(&report, lang);
            let patterns: BTreeSet<_> = report.outcomes.iter().map(|record| record.pattern).collect();
            assert_eq!(junit.suites.len(), report.inputs.len() + patterns.len() + 1);
            let mut sums = (0, 0, 0);
            for suite in &junit.suites {
                let count = |of: fn(&TestStatus) -> bool| suite.cases.iter().filter(|it| of(&it.status)).count() as u64;
                assert_eq!(suite.tests, suite.cases.len() as u64, "{}", suite.name);
                assert_eq!(suite.failures, count(TestStatus::is_failure), "{}", suite.name);
                assert_eq!(suite.errors, count(TestStatus::is_error), "{}", suite.name);
                assert_eq!(suite.skipped, count(TestStatus::is_skipped), "{}", suite.name);
                sums = (sums.0 + suite.tests, sums.1 + suite.failures, sums.2 + suite.errors);
            }
            assert_eq!((junit.tests, junit.failures, junit.errors), sums);
        }
    }
}

#[test]
fn rules_pass_fail_break_off_and_are_skipped_as_the_record_says() {
    let junit = junit(&sample("everything"), Lang::En);
    assert!(case(&junit, "UP1KYO", "file/duplicate-row").status.is_success());
    let failed = case(&junit, "UP1KYO", "cell/date-does-not-exist");
    assert_eq!(failed.status.failure_as_ref().message, "the date does not exist (1)");
    assert_eq!(failed.file.as_deref(), Some("計画/UP1KYO_9970100013_43_9970100021_11_20260915093000.CSV"));
    let skipped = case(&junit, "UPPLAN", "row/end-before-start");
    assert_eq!(skipped.status.skipped_as_ref().message, "the rule does not apply to this CSV version");
    let warned = case(&junit, "UPPLAN", "cell/date-does-not-exist");
    assert!(warned.status.is_success());
    assert!(warned.system_out.as_ref().unwrap().contains("cell/date-does-not-exist: 1 of 9 shown"));
    let error = case(&junit, "as a whole", "受信.zip");
    assert_eq!(error.status.error_as_ref().message, "it cannot be read as a zip archive");
    let set = case(&junit, "as a whole", "set/companion-missing");
    assert_eq!(set.status.failure_as_ref().message, "the set lacks a file (2)");
    assert!(case(&junit, "as a whole", "set/version-differs").status.is_success());
    // The same findings reach a lower level to fail on.
    let strict = Report { fail_on: "warning".to_owned(), ..sample("everything") };
    assert!(case(&self::junit(&strict, Lang::En), "UPPLAN", "cell/date-does-not-exist").status.is_failure());
    let never = Report { fail_on: "none".to_owned(), ..sample("everything") };
    assert_eq!(self::junit(&never, Lang::En).failures, 0);
}

#[test]
fn junit_folds_many_clean_files_into_one_suite_and_says_how_many() {
    let mut report = sample("everything");
    let clean = report.inputs.last().unwrap().clone();
    for index in 0..200 {
        report.inputs.push(renkei_reports::InputRecord { name: format!("clean/{index}.CSV"), ..clean.clone() });
    }
    let junit = junit(&report, Lang::Ja);
    let names: Vec<&str> = junit.suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(names.len(), 1 + 3 + 1, "{names:?}");
    // The note and the file that was clean before are among them.
    assert_eq!(names[4], "指摘のないファイル（202件）");
    let passed = case(&junit, "指摘のない", "file/duplicate-row");
    assert_eq!((passed.status.is_success(), &passed.properties.vec[..]), (true, &[("files".into(), "201".into())][..]));
    let left_out = ("cases_without_findings_left_out".to_owned(), "5".to_owned());
    assert!(junit.suites[2].properties.vec.contains(&left_out), "{:?}", junit.suites[2].properties.vec);
    assert_eq!((junit.failures, junit.errors), (3, 1));
}

#[test]
fn gitlab_gets_what_it_asks_for_and_no_fingerprint_twice() {
    for report in reports() {
        for lang in BOTH {
            let issues: Vec<Value> = serde_json::from_str(&shown(&report, Kind::Gitlab, lang)).unwrap();
            let blocking = report.not_checked.iter().filter(|entry| entry.blocks).count();
            assert_eq!(issues.len(), report.all_findings().count() + report.omitted.len() + blocking);
            let mut seen = BTreeSet::new();
            for issue in &issues {
                assert!(seen.insert(issue["fingerprint"].as_str().unwrap()), "{issue}");
                assert!(
                    ["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap())
                );
                assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
                for key in ["description", "check_name"] {
                    assert!(issue[key].as_str().is_some_and(|text| !text.is_empty()), "{issue}");
                }
                assert!(issue["location"]["path"].as_str().is_some_and(|path| !path.is_empty()));
            }
        }
    }
}

#[test]
fn github_gets_no_more_annotations_than_it_shows_and_the_rest_is_counted() {
    let rows = "202407,991018,0000000101\r\n".repeat(14);
    let files = small("DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV", rows.as_bytes());
    let report = report(&files, &Setup { keep: 12, ..Setup::default() });
    let totals = &report.totals;
    let shown = shown(&report, Kind::Github, Lang::En);
    let count = |start: &str| shown.lines().filter(|line| line.starts_with(start)).count() as u64;
    assert_eq!(count("::error "), 10);
    assert!(totals.error >= 14, "{totals:?}");
    let rest = format!(
        "::notice title=renkei::findings not annotated: {} errors, {} warnings, 0 infos",
        totals.error - 10,
        totals.warning - count("::warning ")
    );
    assert!(shown.lines().any(|line| line == rest), "{shown}");
    assert!(shown.lines().last().unwrap().starts_with("verdict [invalid]: "));
}

#[test]
fn markdown_fits_a_comment_and_the_rest_is_counted() {
    let mut report = sample("everything");
    let finding = report.findings[0].clone();
    report.findings = vec![finding; 5000];
    for (kind, limit, least) in [(Kind::Markdown, 65_536, 60_000), (Kind::GithubSummary, 1 << 20, 990_000)] {
        for lang in BOTH {
            let text = shown(&report, kind, lang);
            assert!((least..limit).contains(&text.len()), "{kind:?}: {} bytes", text.len());
            let entries = text.lines().filter(|line| line.starts_with("- **")).count();
            let rest = match lang {
                Lang::Ja => format!("- ほか{}件は、長くなるため載せていません。", 5000 - entries),
                Lang::En => format!("- {} more do not fit here.", 5000 - entries),
            };
            assert!(text.lines().any(|line| line == rest), "{kind:?}");
        }
    }
}

#[test]
fn the_table_begins_with_a_mark_and_its_lines_end_as_spreadsheets_write_them() {
    for report in reports() {
        for lang in BOTH {
            let bytes = rendered(&report, Kind::Csv, &manner(lang));
            assert!(bytes.starts_with(b"\xEF\xBB\xBF") && bytes.ends_with(b"\r\n"));
            let mut reader = csv::ReaderBuilder::new().from_reader(&bytes[3..]);
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            let entries = report.all_findings().count()
                + report.omitted.len()
                + report.outcomes.len()
                + report.not_checked.len()
                + 1;
            assert_eq!(rows.len(), entries);
            for (row, finding) in rows.iter().zip(report.all_findings()) {
                assert_eq!(&row[7], finding.rule.as_str());
                assert!(row[12].starts_with(finding.message.get(lang)), "{row:?}");
            }
        }
    }
}
