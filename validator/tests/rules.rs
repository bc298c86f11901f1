//! Every rule is held to its own words: examples, mutants, texts, registration.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{line, unjudged};
use renkei_validator::draft::{Draft, Expected};
use renkei_validator::finding::{Finding, Severity};
use renkei_validator::rule::{Basis, Rule};
use renkei_validator::{Options, judge, rules, spec};

fn options() -> Options {
    Options { as_of: spec::parse_date(b"20261120"), keep: 1000, ..Options::default() }
}

fn lines(found: &[&Finding]) -> Vec<String> {
    found.iter().map(|finding| line(finding)).collect()
}

fn is_at(finding: &Finding, rule: &Rule, expected: &Expected) -> bool {
    finding.rule.id == rule.id
        && *finding.at.file == *expected.file
        && finding.at.line == expected.line
        && finding.at.bytes == expected.bytes
}

#[test]
fn samples_are_clean() {
    let mut count = 0;
    for sample in Draft::sample_names() {
        let judgement = judge(&Draft::sample(sample).unwrap().to_files(), &options());
        assert_eq!(lines(&judgement.findings()), Vec::<String>::new(), "{sample}");
        assert_eq!(unjudged(&judgement), Vec::<&str>::new(), "{sample}");
        count += judgement.files.len();
    }
    assert!(count >= 20, "only {count} sample files were found");
}

#[test]
fn a_draft_taken_apart_and_put_together_is_the_same() {
    for sample in Draft::sample_names() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/clean").join(sample);
        let files = Draft::sample(sample).unwrap().to_files();
        assert_eq!(files.len(), std::fs::read_dir(&folder).unwrap().count());
        for (name, bytes) in files {
            assert_eq!(bytes, std::fs::read(folder.join(&name)).unwrap(), "{name}");
        }
    }
}

#[test]
fn good_examples_yield_nothing() {
    for rule in rules::all() {
        assert!(!rule.good.is_empty(), "{} has no good example", rule.id);
        for (index, case) in rule.good.iter().enumerate() {
            let mut draft = Draft::sample(case.on).unwrap_or_else(|| panic!("{}: no sample {}", rule.id, case.on));
            assert!((case.edit)(&mut draft).is_some(), "{}: good example {index} does not apply", rule.id);
            let judgement = judge(&draft.to_files(), &options());
            let mut found = judgement.findings();
            found.retain(|finding| !case.also.contains(&finding.rule.id));
            assert_eq!(lines(&found), Vec::<String>::new(), "{}: good example {index}", rule.id);
            assert_eq!(unjudged(&judgement), Vec::<&str>::new(), "{}: good example {index}", rule.id);
        }
    }
}

#[test]
fn bad_examples_yield_exactly_their_finding_at_their_place() {
    for rule in rules::all() {
        assert!(rule.bad.iter().any(|case| case.also.is_empty()), "{}: no bad example trips it alone", rule.id);
        for (index, case) in rule.bad.iter().enumerate() {
            let mut draft = Draft::sample(case.on).unwrap_or_else(|| panic!("{}: no sample {}", rule.id, case.on));
            let Some(site) = (case.edit)(&mut draft) else {
                panic!("{}: bad example {index} does not apply to {}", rule.id, case.on)
            };
            let expected = draft.resolve(&site);
            let judgement = judge(&draft.to_files(), &options());
            let found = judgement.findings();
            let (own, others): (Vec<&Finding>, Vec<&Finding>) =
                found.into_iter().partition(|finding| finding.rule.id == rule.id);
            assert!(
                own.len() == 1 && is_at(own[0], rule, &expected),
                "{}: bad example {index} should yield one finding at {expected:?}, yields {:?} and {:?}",
                rule.id,
                lines(&own),
                lines(&others),
            );
            let others: BTreeSet<&str> = others.iter().map(|finding| finding.rule.id).collect();
            let also: BTreeSet<&str> = case.also.iter().copied().collect();
            assert_eq!(others, also, "{}: bad example {index} trips other rules than it says", rule.id);
        }
    }
}

#[test]
fn every_mutant_is_caught_by_its_own_rule_on_every_clean_set() {
    let mut applied: BTreeMap<&str, u32> = BTreeMap::new();
    for rule in rules::all() {
        for (index, case) in rule.bad.iter().enumerate() {
            for sample in Draft::sample_names() {
                let mut draft = Draft::sample(sample).unwrap();
                let Some(version) = draft.files.iter().find_map(|file| file.version()) else { continue };
                if !rule.versions.contains(&version) {
                    continue;
                }
                let Some(site) = (case.edit)(&mut draft) else { continue };
                let expected = draft.resolve(&site);
                let judgement = judge(&draft.to_files(), &options());
                let found = judgement.findings();
                assert!(
                    found.iter().any(|finding| is_at(finding, rule, &expected)),
                    "{}: mutant {index} on {sample} is not caught at {expected:?}: {:?}",
                    rule.id,
                    lines(&found),
                );
                let strangers: Vec<String> = found
                    .iter()
                    .filter(|finding| finding.rule.id != rule.id && !case.also.contains(&finding.rule.id))
                    .map(|finding| line(finding))
                    .collect();
                assert_eq!(strangers, Vec::<String>::new(), "{}: mutant {index} on {sample}", rule.id);
                *applied.entry(rule.id).or_default() += 1;
            }
        }
    }
    for rule in rules::all() {
        assert!(applied.contains_key(rule.id), "no mutant of {} was applied", rule.id);
    }
}

#[test]
fn every_rule_is_told_in_both_languages_and_cites_a_known_source() {
    for rule in rules::all() {
        for text in [rule.title, rule.why, rule.fix] {
            assert!(!text.ja.is_empty() && !text.en.is_empty(), "{}", rule.id);
            assert!(!text.ja.is_ascii(), "{}: the Japanese text is not Japanese", rule.id);
            assert!(text.en.is_ascii() || text.en.chars().any(|c| c.is_ascii_lowercase()), "{}", rule.id);
        }
        assert!(
            !rule.title.ja.ends_with('。') && !rule.title.en.ends_with('.'),
            "{}: a title has no full stop",
            rule.id
        );
        for citation in rule.basis.citations() {
            assert!(spec::source(citation.source).is_some(), "{}: no source {}", rule.id, citation.source);
        }
        match rule.basis {
            Basis::Spec(cites) | Basis::Derived { from: cites, .. } => {
                assert!(!cites.is_empty(), "{} cites nothing", rule.id);
            }
            Basis::Practice(_) => {
                assert!(rule.severity < Severity::Error, "{}: practice is no authority for an error", rule.id);
            }
        }
        assert!(!rule.versions.is_empty(), "{} applies to no version", rule.id);
    }
}

#[test]
fn the_folder_and_the_list_of_rules_are_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files = BTreeSet::new();
    for layer in std::fs::read_dir(&root).unwrap() {
        let layer = layer.unwrap();
        if !layer.file_type().unwrap().is_dir() {
            continue;
        }
        for file in std::fs::read_dir(layer.path()).unwrap() {
            let path = file.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().replace('_', "-");
            files.insert(format!("{}/{stem}", layer.file_name().to_str().unwrap()));
        }
    }
    let ids: BTreeSet<String> = rules::all().iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(ids.len(), rules::all().len(), "an id is used twice");
    assert_eq!(files, ids);
}
