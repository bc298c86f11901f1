//! What is masked never appears, whatever rule speaks and whatever format is asked for.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;

use common::{Files, Setup, report};
use renkei_reports::catalogue::list_json;
use renkei_reports::{Lang, Report, Style, concise, diff, diff_json, diff_markdown, diff_text, html, json, text};
use renkei_validator::decode::{Encoding, display};
use renkei_validator::draft::{Draft, DraftFile};
use renkei_validator::rules;
use renkei_validator::spec::{Item, Version, service_types, tables};

const SAMPLES: [&str; 2] = ["202407-plan", "202407-prevention"];

/// Every cell of a file that can be read, with its item and its content.
fn cells(file: &DraftFile) -> impl Iterator<Item = (&'static Item, &[u8])> {
    let tables = file.version().zip(file.kind()).map_or(&[][..], |(version, kind)| tables(version, kind));
    file.rows.iter().flat_map(move |row| {
        let table = tables.iter().find(|table| table.items.len() == row.cells.len());
        table.into_iter().flat_map(|table| &table.items).zip(row.cells.iter().map(|cell| content(cell)))
    })
}

fn content(cell: &[u8]) -> &[u8] {
    cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell)
}

/// All values of the samples that must not be shown, and the parts of the long ones, of four characters
/// or more; not those which a value that may be shown, a file name, the name of an item or of a service
/// type or the text of a rule holds as well.
fn secrets() -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    // Rules name the special values of the standard.
    let mut public = vec![list_json(), "00000000".to_owned()];
    public.extend(service_types(Version::V202407).iter().map(|row| row.name_ja.clone()));
    for sample in SAMPLES {
        for file in Draft::sample(sample).unwrap().files {
            public.push(file.name.clone());
            for (item, content) in cells(&file) {
                let value = display(content, Encoding::Ms932);
                public.push(item.name_ja.clone());
                if item.shown {
                    public.push(value);
                    continue;
                }
                let parts = value.split(|c: char| "␍␊ 　、。，：「」（）\",・".contains(c));
                secrets.extend(parts.chain([value.as_str()]).map(str::to_owned));
            }
        }
    }
    secrets.retain(|secret| secret.chars().count() >= 4 && !public.iter().any(|value| value.contains(secret)));
    secrets
}

fn outputs(report: &Report) -> Vec<String> {
    let both = [Lang::Ja, Lang::En];
    let mut outputs = vec![json(report)];
    outputs.extend(both.map(|lang| text(report, lang, Style::default())));
    outputs.extend(both.map(|lang| concise(report, lang)));
    let mut page = Vec::new();
    html(report, Lang::Ja, &mut page).unwrap();
    outputs.push(String::from_utf8(page).unwrap());
    // All of it began, and all of it stopped.
    let none = common::report(&Vec::new(), &Setup::default());
    for diff in [diff(&none, report), diff(report, &none)] {
        if report.omitted.is_empty() {
            assert_eq!(diff.began.len() + diff.stopped.len(), report.findings.len());
        }
        outputs.push(diff_json(&diff));
        outputs.extend(both.map(|lang| diff_text(&diff, lang, Style::default())));
        outputs.extend(both.map(|lang| diff_markdown(&diff, lang)));
    }
    outputs
}

#[track_caller]
fn assert_masked(files: &Files, secrets: &BTreeSet<String>, what: &str) -> usize {
    let report = report(files, &Setup { keep: 1000, ..Setup::default() });
    assert_hidden(&outputs(&report), secrets, what);
    report.findings.len()
}

#[track_caller]
fn assert_hidden(outputs: &[String], secrets: &BTreeSet<String>, what: &str) {
    for output in outputs {
        for secret in secrets {
            if let Some(at) = output.find(secret) {
                let from = output[..at].rfind('\n').map_or(0, |at| at + 1);
                let line = output[from..].lines().next().unwrap_or_default();
                panic!("{what}: `{secret}` is shown: {line}");
            }
        }
    }
}

#[test]
fn the_secrets_are_what_one_would_call_secret() {
    let secrets = secrets();
    for secret in ["0000000101", "H000000012", "見本　連子", "架空県架空市見本町一丁目", "19480105", "000-0000-0002"]
    {
        assert!(secrets.contains(secret), "{secret} is not among them");
    }
    assert!(secrets.iter().any(|secret| secret.contains("ｼﾞﾛｳ") || secret.contains("ジロウ")));
    assert!(secrets.len() > 50, "only {} secrets", secrets.len());
}

#[test]
fn no_rule_shows_a_masked_value() {
    let secrets = secrets();
    let mut findings = 0;
    for rule in rules::all() {
        for (index, case) in rule.bad.iter().enumerate() {
            for sample in SAMPLES.into_iter().chain([case.on]).collect::<BTreeSet<&str>>() {
                let mut draft = Draft::sample(sample).unwrap();
                if (case.edit)(&mut draft).is_some() {
                    let what = format!("{}, mutant {index} on {sample}", rule.id);
                    findings += assert_masked(&draft.to_files(), &secrets, &what);
                }
            }
        }
    }
    assert!(findings >= rules::all().len(), "only {findings} findings");
}

#[test]
fn a_broken_byte_in_any_cell_shows_no_masked_value_beside_it() {
    let secrets = secrets();
    for sample in SAMPLES {
        let mut draft = Draft::sample(sample).unwrap();
        for file in &mut draft.files {
            // Free text keeps what it holds, so that it would be seen.
            for cell in file.rows.iter_mut().flat_map(|row| &mut row.cells) {
                let at = if cell.starts_with(b"\"") { cell.len() - 1 } else { cell.len() };
                cell.insert(at, 0x83);
            }
        }
        assert!(assert_masked(&draft.to_files(), &secrets, sample) > 100);
    }
}

#[test]
fn shifted_columns_show_neither_names_nor_numbers_of_people() {
    // Days since 2000, codes and numbers of insurers look like what may be shown, and are shown where they
    // stand in its place. Days of birth and postal codes do not.
    let mut secrets = secrets();
    secrets.retain(|secret| {
        let birthday = secret.len() == 8 && secret.starts_with("19");
        !secret.is_ascii() || secret.len() > 8 || birthday || secret.contains('-')
    });
    assert!(secrets.contains("19420228") && secrets.contains("999-0001"), "{secrets:?}");
    for sample in SAMPLES {
        let draft = Draft::sample(sample).unwrap();
        let columns = draft.files.iter().flat_map(|file| &file.rows).map(|row| row.cells.len()).max().unwrap();
        for by in 1..columns {
            let mut draft = draft.clone();
            for row in draft.files.iter_mut().flat_map(|file| &mut file.rows) {
                let others = row.cells.len() - 1;
                row.cells[1..].rotate_left(by % others);
            }
            // Other formats show nothing that the record does not hold.
            let report = report(&draft.to_files(), &Setup { keep: 5, ..Setup::default() });
            assert_hidden(&[json(&report)], &secrets, &format!("{sample}, columns rotated by {by}"));
        }
    }
}

#[test]
fn values_are_shown_when_asked_for() {
    let mut draft = Draft::sample("202407-plan").unwrap();
    for row in draft.files.iter_mut().flat_map(|file| &mut file.rows) {
        row.cells.pop();
    }
    let report = report(&draft.to_files(), &Setup { show_values: true, ..Setup::default() });
    let shown = outputs(&report).concat();
    assert!(shown.contains("0000000101"));
    assert!(shown.contains("長女 試験　月子"));
    assert_eq!(report.values, "shown");
}
