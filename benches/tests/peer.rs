//! What the baseline checks and what it does not, by the samples and the mutants of the rules.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeSet;

use renkei_benches::peer;
use renkei_validator::draft::Draft;
use renkei_validator::rules;
use renkei_validator::{Options, judge};

/// The values that the baseline counts as wrong in some files, each read by the table that it is of.
fn wrong(draft: &Draft) -> u64 {
    let files = draft.to_files();
    let judged = judge(&files, &Options::default());
    let tables = judged.files.iter().map(|file| file.table);
    let of_tables = tables.zip(&files).filter_map(|(table, (_, bytes))| Some((table?, bytes)));
    of_tables.map(|(table, bytes)| peer::count(table, bytes.as_slice()).unwrap().wrong).sum()
}

#[test]
fn clean_samples_have_nothing_wrong() {
    let samples: Vec<(&str, u64)> =
        Draft::sample_names().map(|name| (name, wrong(&Draft::sample(name).unwrap()))).collect();
    assert!(samples.len() > 3);
    assert_eq!(samples.iter().filter(|(_, wrong)| *wrong > 0).collect::<Vec<_>>(), Vec::<&(&str, u64)>::new());
}

#[test]
fn every_rule_about_characters_and_cells_is_checked_but_those_named_here() {
    let mut missed = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for rule in rules::all().iter().filter(|rule| rule.id.starts_with("cell/") || rule.id.starts_with("bytes/")) {
        for (number, case) in (1..).zip(rule.bad) {
            let mut draft = Draft::sample(case.on).unwrap();
            (case.edit)(&mut draft).unwrap();
            let found = if wrong(&draft) > 0 { &mut seen } else { &mut missed };
            found.insert(format!("{}/{number:02}", rule.id));
        }
    }
    assert!(seen.len() > 50, "{}", seen.len());
    // The csv crate takes the mark away; what is no CSV at all has no items.
    let (whole_file, others): (Vec<String>, Vec<String>) =
        missed.into_iter().partition(|case| case.starts_with("bytes/not-csv/"));
    assert_eq!(others, ["bytes/byte-order-mark/01", "bytes/byte-order-mark/02"]);
    assert!(!whole_file.is_empty());
}
