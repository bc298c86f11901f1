//! Every requirement is verified or reasoned, and every rule is there for a requirement.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::collections::BTreeSet;

use common::{folder, run};
use renkei_suites::suite::requirement::requirements;
use renkei_validator::rule::Check;
use renkei_validator::rules;
use renkei_validator::spec::{Kind, Version, tables};
use serde_json::Value;

#[test]
fn every_rule_is_named_by_a_requirement() {
    let named: BTreeSet<&str> = requirements().iter().flat_map(|one| &one.rules).map(|rule| rule.id).collect();
    let unnamed: Vec<&str> = rules::all().iter().map(|rule| rule.id).filter(|id| !named.contains(id)).collect();
    assert!(!named.is_empty());
    assert_eq!(unnamed, [] as [&str; 0]);
}

#[test]
fn every_kind_of_every_version_has_its_layout_among_the_requirements() {
    let mut seen = 0;
    for &kind in Kind::ALL.iter().filter(|kind| **kind != Kind::UpkihonImage) {
        let id = format!("layout.{}", kind.name().to_lowercase().replace('_', "-"));
        let one = requirements().iter().find(|one| one.id == id).unwrap_or_else(|| panic!("{id} is missing"));
        let having: Vec<Version> =
            Version::ALL.into_iter().filter(|version| !tables(*version, kind).is_empty()).collect();
        assert_eq!(one.versions, having, "{id}");
        seen += 1;
    }
    assert_eq!(seen, 17);
}

#[test]
fn every_item_is_looked_at_by_a_rule_that_a_requirement_of_items_names() {
    let of_items: BTreeSet<&str> = requirements()
        .iter()
        .filter(|one| one.id.starts_with("item."))
        .flat_map(|one| &one.rules)
        .map(|r| r.id)
        .collect();
    let (mut items, mut unseen) = (0, Vec::new());
    for version in Version::ALL {
        for table in Kind::ALL.iter().flat_map(|kind| tables(version, *kind)) {
            for item in &table.items {
                items += 1;
                let looks = |rule: &&&renkei_validator::rule::Rule| match rule.check {
                    Check::Cell(picks, _) | Check::Shape(picks, _) => picks(item) && of_items.contains(rule.id),
                    _ => false,
                };
                if rules::all().iter().find(looks).is_none() {
                    unseen.push(format!("{version} {} {}", table.kind, item.key.name()));
                }
            }
        }
    }
    assert!(items > 500, "{items}");
    // The name of an image is held against the images of the set: set.image.
    assert_eq!(unseen, ["202407 UPKIHON family_image_file"]);
}

#[test]
fn a_requirement_asks_no_more_of_a_version_than_its_rules_do() {
    for one in requirements() {
        for rule in &one.rules {
            assert!(
                one.versions.iter().any(|version| rule.versions.contains(version)),
                "{} names {}, which is of none of its versions",
                one.id,
                rule.id
            );
        }
    }
}

#[test]
fn no_requirement_is_open() {
    let folder = folder();
    let outcome = run(folder.path(), ["coverage", "--format", "json"]).code_is(0);
    let coverage: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(coverage["schema"], "renkei-coverage/1");
    assert_eq!(coverage["totals"]["open"], 0);
    assert_eq!(coverage["totals"]["requirements"], requirements().len());
    assert!(requirements().len() >= 90, "{}", requirements().len());
}

#[test]
fn a_run_is_shown_as_evidence_of_rules_and_cases() {
    let folder = folder();
    let outcome = common::check_json(folder.path(), [common::clean("202407-result")]).code_is(0);
    let mut report = outcome.report();
    report["outcomes"] = serde_json::json!([{
        "case": "D3/own", "title": { "ja": "独自", "en": "own" }, "pattern": "D3", "kind": "export",
        "outcome": "pass", "why": null, "requirements": ["item.no-padding"], "evidence": []
    }]);
    std::fs::write(folder.path().join("report.json"), report.to_string()).unwrap();
    let table = |format| run(folder.path(), ["coverage", "--lang", "en", "--from", "report.json", "--format", format]);
    let coverage: Value = serde_json::from_str(&table("json").code_is(0).out).unwrap();
    let rows = coverage["requirements"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == "item.no-padding").unwrap();
    assert_eq!(
        row["rules"],
        serde_json::json!([{ "id": "cell/leading-or-trailing-space", "ran": true, "findings": 0 }])
    );
    assert_eq!(row["cases"], serde_json::json!([{ "id": "D3/own", "outcome": "pass" }]));
    let text = table("text").out;
    assert!(text.contains("  rule: cell/leading-or-trailing-space (nothing found)\n  case: D3/own (pass)\n"), "{text}");
    assert!(table("csv").out.contains("\"cell/leading-or-trailing-space (nothing found)\",\"D3/own (pass)\",\"\"\r\n"));
    assert!(table("markdown").out.contains("| cell/leading-or-trailing-space (nothing found) | D3/own (pass) |  |\n"));
}
