//! Which requirement is verified by what: its rules, its cases, and how these ended in the last run.
//! Knows no format of its own; the renderings are below it.

mod render;

use std::collections::{BTreeMap, BTreeSet};

use renkei_reports::{Outcome, Pair, Report};
use serde::Serialize;

use super::requirement::Requirement;

pub use render::{csv, json, markdown, text};

/// A case, as far as coverage is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Its id.
    pub case: String,
    /// The requirements that it verifies.
    pub requirements: Vec<String>,
}

/// The requirements with what verifies them.
#[derive(Clone, Debug, Serialize)]
pub struct Coverage {
    /// `renkei-coverage/1`
    pub schema: &'static str,
    /// How many requirements there are, verified or not.
    pub totals: Totals,
    /// In the order of the table.
    pub requirements: Vec<Covered>,
}

/// How many requirements are verified, and by what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// All of them.
    pub requirements: usize,
    /// By at least one rule.
    pub by_rule: usize,
    /// By at least one case.
    pub by_case: usize,
    /// By neither, with a reason.
    pub reasoned: usize,
    /// By neither, without one.
    pub open: usize,
}

/// A requirement with what verifies it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// Its id.
    pub id: String,
    /// What it asks.
    pub text: Pair,
    /// The versions that ask it.
    pub versions: Vec<&'static str>,
    /// Where it is written.
    pub cites: Vec<String>,
    /// The rules that verify it.
    pub rules: Vec<RuleEvidence>,
    /// The cases that verify it.
    pub cases: Vec<CaseEvidence>,
    /// Why nothing else does.
    pub reason: Option<Pair>,
}

impl Covered {
    /// Whether it is neither verified nor reasoned.
    pub fn is_open(&self) -> bool {
        self.rules.is_empty() && self.cases.is_empty() && self.reason.is_none()
    }
}

/// A rule, and what it said in the last run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleEvidence {
    /// Its id.
    pub id: &'static str,
    /// Whether it ran; `null` without a run.
    pub ran: Option<bool>,
    /// How often it found something; `null` where it did not run.
    pub findings: Option<u64>,
}

/// A case, and how it ended in the last run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseEvidence {
    /// Its id.
    pub id: String,
    /// How it ended; `null` where it did not run.
    pub outcome: Option<Outcome>,
}

/// Joins requirements with the cases that name them, and with a run, if there was one. A case of the run
/// that is not among `cases` counts, too: it was run by whoever has it.
pub fn coverage(requirements: &[Requirement], cases: &[Tried], run: Option<&Report>) -> Coverage {
    let by_requirement = by_requirement(cases, run);
    let ran: Option<BTreeSet<&str>> =
        run.map(|run| run.scopes.iter().flat_map(|scope| &scope.ran).map(String::as_str).collect());
    let rule = |id: &'static str| {
        let ran = ran.as_ref().map(|ran| ran.contains(id));
        let found = || run.and_then(|run| run.totals.by_rule.get(id)).copied().unwrap_or(0);
        RuleEvidence { id, ran, findings: (ran == Some(true)).then(found) }
    };
    let requirements: Vec<Covered> = requirements
        .iter()
        .map(|requirement| Covered {
            id: requirement.id.clone(),
            text: requirement.text.clone(),
            versions: requirement.versions.iter().map(|version| version.value()).collect(),
            cites: requirement.cites.clone(),
            rules: requirement.rules.iter().map(|one| rule(one.id)).collect(),
            cases: by_requirement.get(requirement.id.as_str()).map_or_else(Vec::new, |cases| {
                cases.iter().map(|(id, outcome)| CaseEvidence { id: (*id).to_owned(), outcome: *outcome }).collect()
            }),
            reason: requirement.reason.clone(),
        })
        .collect();
    Coverage { schema: "renkei-coverage/1", totals: totals(&requirements), requirements }
}

type Cases<'a> = BTreeMap<&'a str, Option<Outcome>>;

fn by_requirement<'a>(cases: &'a [Tried], run: Option<&'a Report>) -> BTreeMap<&'a str, Cases<'a>> {
    let mut all: BTreeMap<&str, Cases<'_>> = BTreeMap::new();
    for case in cases {
        for id in &case.requirements {
            all.entry(id).or_default().insert(&case.case, None);
        }
    }
    for record in run.iter().flat_map(|run| &run.outcomes) {
        for id in &record.requirements {
            all.entry(id).or_default().insert(&record.case, Some(record.outcome));
        }
    }
    all
}

fn totals(requirements: &[Covered]) -> Totals {
    let count = |is: &dyn Fn(&Covered) -> bool| requirements.iter().filter(|one| is(one)).count();
    let unverified = |one: &Covered| one.rules.is_empty() && one.cases.is_empty();
    Totals {
        requirements: requirements.len(),
        by_rule: count(&|one| !one.rules.is_empty()),
        by_case: count(&|one| !one.cases.is_empty()),
        reasoned: count(&|one| unverified(one) && one.reason.is_some()),
        open: count(&Covered::is_open),
    }
}
