//! Every mutant of every rule is what its manifest says, and the same seed makes the same bytes.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops where it cannot go on, and shows its table")]

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::rc::Rc;

use renkei_generators::manifest::{Expect, Manifest};
use renkei_generators::mutate::{Files, Parent, Parents, Request, Unmade, make, mutate, options};
use renkei_validator::draft::Draft;
use renkei_validator::finding::Severity;
use renkei_validator::rule::Rule;
use renkei_validator::{judge, rules, spec};

struct Samples(Vec<Rc<Parent>>);

impl Parents for Samples {
    type Error = Infallible;

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|parent| parent.name.clone()).collect()
    }

    fn get(&mut self, index: usize) -> Result<Rc<Parent>, Infallible> {
        Ok(Rc::clone(&self.0[index]))
    }
}

fn samples() -> Samples {
    let options = options(spec::parse_date(b"20261120"));
    let parent = |name| Parent::new(name, Draft::sample(name).unwrap().to_files(), &options).unwrap();
    let samples: Vec<Rc<Parent>> = Draft::sample_names().map(|name| Rc::new(parent(name))).collect();
    assert!(samples.len() >= 7, "only {} samples were found", samples.len());
    samples_are_sorted(&samples);
    Samples(samples)
}

fn samples_are_sorted(samples: &[Rc<Parent>]) {
    assert!(samples.is_sorted_by(|a, b| a.name < b.name));
}

fn made(rules: &[&'static Rule], seed: u64) -> (Manifest, BTreeMap<String, Files>) {
    let mut kept = BTreeMap::new();
    let request = Request { rules: rules.to_vec(), seed, as_of: spec::parse_date(b"20261120") };
    let manifest = mutate(&mut samples(), &request, &mut |folder, files| {
        assert!(kept.insert(folder.to_owned(), files.clone()).is_none(), "{folder} is kept twice");
        Ok(())
    })
    .unwrap();
    (manifest, kept)
}

#[test]
fn the_mutation_score_over_all_rules_mutants_and_samples_is_100_percent() {
    let options = options(spec::parse_date(b"20261120"));
    let parents = samples().0;
    let mut wrong = Vec::new();
    let mut layers: BTreeMap<&str, (u64, u64, u64, u64)> = BTreeMap::new();
    println!("{:<44} {:>7} {:>7} {:>6}", "rule", "mutants", "applied", "caught");
    for rule in rules::all() {
        let (mut applied, mut caught) = (0, 0);
        for (number, case) in (1..).zip(rule.bad) {
            for parent in &parents {
                match make(parent, rule, case, &options) {
                    Ok(_) => (applied, caught) = (applied + 1, caught + 1),
                    Err(Unmade::Misfit(_)) => {}
                    Err(Unmade::Untrue(why)) => {
                        applied += 1;
                        wrong.push(format!("{}/{number:02} of {}: {}", rule.id, parent.name, why.en));
                    }
                }
            }
        }
        let mutants = rule.bad.len() as u64;
        println!("{:<44} {mutants:>7} {applied:>7} {caught:>6}", rule.id);
        assert!(applied > 0, "{} applies to no sample", rule.id);
        let layer = layers.entry(rule.id.split('/').next().unwrap()).or_default();
        *layer = (layer.0 + 1, layer.1 + mutants, layer.2 + applied, layer.3 + caught);
    }
    println!("\n{:<8} {:>6} {:>7} {:>7} {:>6} {:>6}", "layer", "rules", "mutants", "applied", "caught", "score");
    let mut all = (0, 0, 0, 0);
    for (layer, (rules, mutants, applied, caught)) in layers {
        let score = 100.0 * caught as f64 / applied as f64;
        println!("{layer:<8} {rules:>6} {mutants:>7} {applied:>7} {caught:>6} {score:>5.1}%");
        all = (all.0 + rules, all.1 + mutants, all.2 + applied, all.3 + caught);
    }
    let score = 100.0 * all.3 as f64 / all.2 as f64;
    println!("{:<8} {:>6} {:>7} {:>7} {:>6} {score:>5.1}%", "all", all.0, all.1, all.2, all.3);
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_mutant_kept_is_what_its_manifest_says() {
    let (manifest, kept) = made(rules::all(), 1);
    let options = options(spec::parse_date(b"20261120"));
    assert_eq!(manifest.not_applied, []);
    assert_eq!(manifest.mutants.len(), rules::all().iter().map(|rule| rule.bad.len()).sum::<usize>());
    assert_eq!(kept.len(), manifest.mutants.len() + manifest.controls.len());
    for mutant in &manifest.mutants {
        let files = &kept[&mutant.folder];
        let judgement = judge(files, &options);
        let found = judgement.findings();
        let here = found.iter().any(|finding| {
            finding.rule.id == mutant.rule
                && finding.severity.word() == mutant.severity
                && *finding.at.file == mutant.at.file
                && finding.line() == mutant.at.line
                && finding.at.bytes.as_ref().map(|b| (b.start, b.end))
                    == mutant.at.bytes.as_ref().map(|b| (b.start, b.end))
        });
        assert!(here, "{}", mutant.id);
        if let (Some(line), Some(place)) = (mutant.at.line, &mutant.at.bytes) {
            let (_, bytes) = files.iter().find(|(name, _)| *name == mutant.at.file).unwrap();
            assert_eq!(line, line_of(bytes, place.start as usize), "{}", mutant.id);
        }
        let others: BTreeSet<&str> =
            found.iter().map(|finding| finding.rule.id).filter(|id| *id != mutant.rule).collect();
        assert_eq!(others, mutant.also.iter().map(String::as_str).collect(), "{}", mutant.id);
        let errors = found.iter().any(|finding| finding.severity == Severity::Error);
        assert_eq!(mutant.expect == Expect::Rejected, errors, "{}", mutant.id);
        let title = rules::find(&mutant.rule).unwrap().title;
        assert!(mutant.change.ja.len() > title.ja.len() + 2, "{}: {}", mutant.id, mutant.change.ja);
        assert!(mutant.change.en.len() > title.en.len() + 2, "{}: {}", mutant.id, mutant.change.en);
        for length in 1..100 {
            let same = format!("（{length}バイトから{length}バイト）");
            assert!(!mutant.change.ja.contains(&same), "{}: {}", mutant.id, mutant.change.ja);
        }
    }
    for control in &manifest.controls {
        assert!(judge(&kept[&control.folder], &options).findings().is_empty(), "{}", control.id);
        assert_eq!(kept[&control.folder], Draft::sample(&control.parent).unwrap().to_files());
    }
    let parents: BTreeSet<&str> = manifest.controls.iter().map(|control| control.parent.as_str()).collect();
    let used: BTreeSet<&str> = manifest.mutants.iter().map(|mutant| mutant.parent.as_str()).collect();
    assert_eq!(parents, used);
    assert_eq!(Manifest::from_json(manifest.to_json().as_bytes()).unwrap(), manifest);
}

/// The line that holds a byte; between CR and LF none begins.
fn line_of(bytes: &[u8], at: usize) -> u64 {
    let ends = |at: &usize| bytes[*at] == b'\n' || bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    1 + (0..at).filter(ends).count() as u64
}

#[test]
fn the_words_of_a_change_name_what_was_changed() {
    let words = |id: &str| {
        let (manifest, _) = made(&[rules::find(id).unwrap()], 1);
        (manifest.mutants[0].change.ja.clone(), manifest.mutants[0].change.en.clone())
    };
    let (ja, en) = words("set/companion-missing");
    assert!(ja.contains("UPHOSOKU_") && ja.ends_with(" を取り除きました"), "{ja}");
    assert!(en.contains(": removed UPHOSOKU_"), "{en}");
    let (ja, en) = words("name/timestamp-impossible");
    assert!(ja.contains("ファイル名を ") && ja.ends_with(" に変えました"), "{ja}");
    assert!(en.contains(": renamed ") && en.contains("20260931101500"), "{en}");
    // In a row with line breaks, the line of the item.
    let (manifest, _) = made(&[rules::find("cell/conditionally-required-missing").unwrap()], 1);
    let mutant = manifest.mutants.iter().find(|mutant| mutant.at.file.starts_with("UP1KYO")).unwrap();
    assert!(mutant.at.line == Some(4) && mutant.change.en.contains(" line 4: "), "{mutant:?}");
}

#[test]
fn the_same_seed_makes_the_same_and_another_seed_other_choices() {
    let (first, first_kept) = made(rules::all(), 7);
    let (second, second_kept) = made(rules::all(), 7);
    assert_eq!(first.to_json(), second.to_json());
    assert_eq!(first_kept, second_kept);
    let (other, _) = made(rules::all(), 8);
    let parents = |manifest: &Manifest| manifest.mutants.iter().map(|m| m.parent.clone()).collect::<Vec<_>>();
    assert_ne!(parents(&first), parents(&other));
}

#[test]
fn a_rule_alone_has_the_mutants_it_has_among_all() {
    let (all, all_kept) = made(rules::all(), 3);
    let rule = rules::find("cell/date-does-not-exist").unwrap();
    let (alone, alone_kept) = made(&[rule], 3);
    let among: Vec<_> = all.mutants.iter().filter(|mutant| mutant.rule == rule.id).cloned().collect();
    assert!(!among.is_empty());
    assert_eq!(alone.mutants, among);
    for mutant in &alone.mutants {
        assert_eq!(alone_kept[&mutant.folder], all_kept[&mutant.folder]);
    }
}

#[test]
fn what_no_parent_is_fit_for_is_listed_with_the_reason() {
    let mut parents = samples();
    parents.0.retain(|parent| parent.name == "202003-table");
    let rules = [rules::find("set/image-named-but-absent").unwrap(), rules::find("cell/too-long").unwrap()];
    let request = Request { rules: rules.to_vec(), seed: 1, as_of: None };
    let manifest = mutate(&mut parents, &request, &mut |_, _| Ok(())).unwrap();
    assert_eq!(manifest.not_applied[0].id, "set/image-named-but-absent/01");
    assert_eq!(manifest.not_applied[0].reason.en, "there is no set of a version that the rule applies to");
    assert!(!manifest.mutants.is_empty());
    assert_eq!(manifest.parents, 1);
}

#[test]
fn a_set_with_a_fault_is_no_parent() {
    let mut draft = Draft::sample("202407-table").unwrap();
    draft.files.retain(|file| !file.name.starts_with("UPHOSOKU"));
    let refused = Parent::new("x", draft.to_files(), &options(None)).unwrap_err();
    assert_eq!(refused.findings.len(), 1);
    assert!(refused.findings[0].en.ends_with("[set/companion-missing]"), "{}", refused.findings[0].en);
}
