//! `report.json` has the shape that its schema says, no more and no less.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Setup, report, sample, small};
use jsonschema::Validator;
use renkei_reports::{Report, json, schema};
use renkei_validator::draft::Draft;
use renkei_validator::text::Message;
use renkei_validator::{NotChecked, rules};
use serde_json::{Value, json as value};

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(schema()).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "the schema itself is no JSON Schema");
    jsonschema::validator_for(&schema).unwrap()
}

fn as_value(report: &Report) -> Value {
    serde_json::from_str(&json(report)).unwrap()
}

fn errors(validator: &Validator, report: &Value) -> Vec<String> {
    validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Reports that fill every field between them.
fn reports() -> Vec<Report> {
    let mut reports = Vec::new();
    for rule in rules::all() {
        for case in rule.bad {
            let mut draft = Draft::sample(case.on).unwrap();
            (case.edit)(&mut draft).unwrap();
            reports.push(report(&draft.to_files(), &Setup::default()));
            reports.push(report(&draft.to_files(), &Setup { show_values: true, keep: 0, ..Setup::default() }));
        }
    }
    for sample in Draft::sample_names() {
        reports.push(report(&Draft::sample(sample).unwrap().to_files(), &Setup { fail_on: None, ..Setup::default() }));
    }
    reports.push(report(&Vec::new(), &Setup::default()));
    reports.push(full());
    reports
}

/// A report with something in every list.
fn full() -> Report {
    let not_checked =
        [NotChecked {
            what: Message::same("x.zip"), why: Message::pair("読めません", "cannot be read"), blocks: true
        }];
    let mut draft = Draft::sample("202407-result").unwrap();
    for row in &mut draft.files[0].rows[1..] {
        row.cells[4] = b"202505".to_vec();
    }
    let mut files = draft.to_files();
    files.extend(small("メモ.pdf", b"%PDF"));
    files.extend(small("x.csv", b"a"));
    let report = report(&files, &Setup { keep: 1, not_checked: &not_checked, ..Setup::default() });
    assert!(!report.omitted.is_empty() && report.findings.iter().any(|finding| !finding.related.is_empty()));
    // What was known, and outcomes of cases.
    let known = sample("known");
    let mut finding = known.findings[0].clone();
    assert!(finding.baselined.is_some() && known.outcomes.iter().any(|outcome| !outcome.evidence.is_empty()));
    finding.file = report.findings[0].file.clone();
    let mut findings = report.findings;
    findings.push(finding);
    Report { findings, baseline: known.baseline, outcomes: known.outcomes, key: known.key, ..report }
}

#[test]
fn every_report_fits_the_schema_and_comes_back_from_its_json() {
    let validator = validator();
    let reports = reports();
    assert!(reports.len() > 20);
    for report in &reports {
        assert_eq!(errors(&validator, &as_value(report)), Vec::<String>::new());
        assert_eq!(&serde_json::from_str::<Report>(&json(report)).unwrap(), report);
    }
}

/// Every object in a value, by its path.
fn objects(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                objects(value, format!("{path}/{}", key.replace('/', "~1")), found);
            }
            found.push(path);
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                objects(value, format!("{path}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_report_with_a_field_too_many_or_too_few_is_refused() {
    let validator = validator();
    let report = as_value(&full());
    let mut paths = Vec::new();
    objects(&report, String::new(), &mut paths);
    assert!(paths.len() > 40, "only {} objects", paths.len());
    for path in paths.iter().filter(|path| !path.ends_with("/by_rule")) {
        let mut more = report.clone();
        more.pointer_mut(path).unwrap().as_object_mut().unwrap().insert("extra".to_owned(), value!(1));
        assert!(!validator.is_valid(&more), "a field more is accepted at `{path}`");
        assert!(serde_json::from_value::<Report>(more).is_err(), "a field more is read at `{path}`");
        let keys: Vec<String> = report.pointer(path).unwrap().as_object().unwrap().keys().cloned().collect();
        for key in keys {
            let mut fewer = report.clone();
            fewer.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(&key);
            assert!(!validator.is_valid(&fewer), "`{path}` without {key} is accepted");
        }
    }
}

#[test]
fn words_outside_the_vocabularies_are_refused() {
    let validator = validator();
    let report = as_value(&full());
    for (path, wrong) in [
        ("/schema", value!("renkei-report/2")),
        ("/verdict", value!("ok")),
        ("/fail_on", value!("fatal")),
        ("/values", value!("some")),
        ("/as_of", value!("2026/11/20")),
        ("/inputs/0/sha256", value!("ABC")),
        ("/findings/0/severity", value!("fatal")),
        ("/findings/0/authority", value!("me")),
        ("/findings/0/rule", value!("no rule")),
        ("/findings/0/row", value!("0000000101")),
        ("/key", value!("key")),
        ("/baseline/findings/0/severity", value!("fatal")),
        ("/outcomes/0/pattern", value!("D8")),
        ("/outcomes/0/kind", value!("both")),
        ("/outcomes/0/outcome", value!("ok")),
        ("/totals/by_rule/no rule", value!(1)),
    ] {
        let mut broken = report.clone();
        match broken.pointer_mut(path) {
            Some(value) => *value = wrong,
            None => drop(broken["totals"]["by_rule"].as_object_mut().unwrap().insert("no rule".to_owned(), wrong)),
        }
        assert!(!validator.is_valid(&broken), "{path} is accepted");
    }
}

#[test]
fn every_property_is_described() {
    fn walk(schema: &Value, path: &str, count: &mut usize) {
        let Some(object) = schema.as_object() else { return };
        if let Some(properties) = object.get("properties").and_then(Value::as_object) {
            assert_eq!(object.get("additionalProperties"), Some(&Value::Bool(false)), "{path} is open");
            for (key, property) in properties {
                let described =
                    property.get("description").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
                assert!(described, "{path}/{key} is not described");
                *count += 1;
            }
        }
        for (key, value) in object {
            walk(value, &format!("{path}/{key}"), count);
        }
    }
    let mut count = 0;
    walk(&serde_json::from_str(schema()).unwrap(), "", &mut count);
    assert!(count > 60, "only {count} properties");
}
