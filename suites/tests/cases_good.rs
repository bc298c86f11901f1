//! The good program of our own passes every case, in each role, and the cases hold what they promise.

use std::collections::BTreeSet;

use renkei_reports::{Outcome, OutcomeRecord, Pattern};
use renkei_suites::suite::case::{Case, cases};
use renkei_suites::suite::program::{PATTERNS, Program};
use renkei_suites::suite::run::{Options, run, select};
use renkei_suites::suite::sut::Role;

/// Only cases whose ids hold this text, where it is set: for those who work on a few.
const ONLY: &str = "RENKEI_CASES";

fn chosen(patterns: &[Pattern]) -> Vec<&'static Case> {
    let only = std::env::var(ONLY).unwrap_or_default();
    select(cases(), patterns, None).into_iter().filter(|case| case.id.contains(&only)).collect()
}

fn outcomes(patterns: &[Pattern]) -> Vec<OutcomeRecord> {
    let out = std::env::var_os("RENKEI_CASES_OUT").filter(|path| !path.is_empty()).map(std::path::PathBuf::from);
    let options = Options { smoke: true, out: out.as_deref(), ..Options::default() };
    let mut program = Program::good(Role::ALL);
    run(&mut program, &chosen(patterns), &options, &mut |_| {}).expect("nothing is written")
}

#[track_caller]
fn all_pass(outcomes: &[OutcomeRecord]) {
    let failed: Vec<String> = outcomes
        .iter()
        .filter(|outcome| outcome.outcome != Outcome::Pass)
        .map(|outcome| {
            let why = outcome.why.as_ref().map_or("", |why| why.en.as_str());
            format!("{} {}: {why}", outcome.outcome.word(), outcome.case)
        })
        .collect();
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), outcomes.len(), failed.join("\n"));
}

#[test]
fn the_good_program_passes_every_case_without_a_platform() {
    let patterns: Vec<Pattern> = PATTERNS.into_iter().filter(|pattern| *pattern != Pattern::Transport).collect();
    let outcomes = outcomes(&patterns);
    assert!(!outcomes.is_empty());
    all_pass(&outcomes);
}

#[test]
fn the_good_program_passes_every_case_with_a_platform() {
    let outcomes = outcomes(&[Pattern::Transport]);
    assert!(!outcomes.is_empty());
    all_pass(&outcomes);
}

#[test]
fn ids_are_unique_and_every_pattern_has_cases_of_both_directions() {
    let ids: BTreeSet<&str> = cases().iter().map(|case| case.id.as_str()).collect();
    assert_eq!(ids.len(), cases().len());
    for pattern in PATTERNS {
        assert!(cases().iter().any(|case| case.pattern == pattern), "{}", pattern.word());
    }
}
