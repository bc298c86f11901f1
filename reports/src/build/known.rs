//! Holds a run against its baseline: which findings are known, and what has become of the entries.

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::finding::{Finding, Severity};
use renkei_validator::name::FileName;
use renkei_validator::{Findings, set_rules};
use time::Date;

use super::{Run, add, sorted};
use crate::baseline::{self, Baseline, Claim, Entry, Judged, Known, Unlisted};
use crate::identity::Key;
use crate::model::{BaselineRecord, BaselinedRecord, FindingRecord, Totals};

/// A run held against a baseline.
pub(super) struct Held<'a> {
    baseline: &'a Baseline,
    claims: Vec<Claim>,
    judged: Judged,
    roles: BTreeSet<String>,
    sets: bool,
    complete: bool,
}

impl<'a> Held<'a> {
    /// Matches all that a run found, listed or not. `complete` is whether everything could be checked.
    pub(super) fn new(baseline: &'a Baseline, run: &Run<'_>, complete: bool) -> Held<'a> {
        let all = run.files.iter().map(|(file, _)| &file.findings).chain(run.sets.map(|sets| &sets.findings));
        let claims = claims(sorted(all).into_iter().map(|(_, finding)| finding), run.key);
        let judged = baseline::judge(baseline, &claims, &unlisted(run), run.as_of);
        let roles = run.files.iter().map(|(file, _)| FileName::parse(&file.name).role()).collect();
        Held { baseline, claims, judged, roles, sets: run.sets.is_some(), complete }
    }

    /// Marks the findings that are known, and tells of the entries.
    pub(super) fn mark(&self, findings: &mut [FindingRecord]) -> BaselineRecord {
        let mut covered = Totals::default();
        for (i, finding) in findings.iter_mut().enumerate() {
            let Some(entry) = self.judged.passes(i).map(|entry| &self.baseline.entries[entry]) else { continue };
            let expires = entry.expires.to_string();
            finding.baselined = Some(BaselinedRecord { reason: entry.reason.clone(), expires });
            add(&mut covered, &finding.rule, self.claims[i].severity, 1);
        }
        for ((rule, severity), count) in &self.judged.covered_unlisted {
            add(&mut covered, rule, *severity, *count);
        }
        let notices = baseline::notices(self.baseline, &self.judged, |entry| self.is_judged(entry));
        let mut totals = Totals::default();
        for notice in &notices {
            add(&mut totals, &notice.rule, Severity::Warning, 1);
        }
        let entries = &self.baseline.entries;
        BaselineRecord {
            file: self.baseline.file.clone(),
            entries: entries.len() as u64,
            covered,
            not_judged: entries.iter().filter(|entry| !self.is_judged(entry)).count() as u64,
            totals,
            findings: notices,
        }
    }

    /// The baseline after this run.
    pub(super) fn renew(&self, reason: &str, expires: Date, key: Option<&Key>) -> Baseline {
        let key = key.map(Key::id);
        let is_judged = |entry: &Entry| self.is_judged(entry);
        baseline::renew(self.baseline, &self.judged, &self.claims, is_judged, reason, expires, key)
    }

    /// Whether the run would have seen what the entry is about.
    fn is_judged(&self, entry: &Entry) -> bool {
        let what = &entry.what;
        let given = what.role.as_ref().is_none_or(|role| self.roles.contains(role));
        let ran = self.sets || !set_rules().any(|rule| rule.id == what.rule);
        // A row may be among those that are not listed.
        let left = |role: Option<String>| self.judged.left.contains_key(&(what.rule.clone(), role));
        let listed = what.row.is_none() && what.item.is_none() || !(left(what.role.clone()) || left(None));
        self.complete && given && ran && listed
    }
}

fn claims<'f>(findings: impl Iterator<Item = &'f Finding>, key: Option<&Key>) -> Vec<Claim> {
    let mut roles: BTreeMap<&str, String> = BTreeMap::new();
    let claim = |finding: &'f Finding| {
        let file: &str = &finding.at.file;
        let role = roles.entry(file).or_insert_with(|| FileName::parse(file).role()).clone();
        let what = Known {
            rule: finding.rule.id.to_owned(),
            role: Some(role).filter(|role| !role.is_empty()),
            item: finding.at.item.as_ref().map(|item| item.key.to_owned()),
            row: row(finding, key),
        };
        Claim { what, severity: finding.severity }
    };
    findings.map(claim).collect()
}

/// The name of the row that a finding is about.
pub(super) fn row(finding: &Finding, key: Option<&Key>) -> Option<String> {
    key.zip(finding.row.as_ref()).map(|(key, row)| key.row(row))
}

/// What is counted and not listed, by rule and role.
fn unlisted(run: &Run<'_>) -> Vec<Unlisted> {
    let mut groups: BTreeMap<(&'static str, Option<String>), BTreeMap<Severity, u64>> = BTreeMap::new();
    let mut gather = |findings: &Findings, role: Option<String>| {
        let mut counts = findings.totals.clone();
        for finding in &findings.kept {
            if let Some(count) = counts.get_mut(&(finding.rule.id, finding.severity)) {
                *count = count.saturating_sub(1);
            }
        }
        for ((rule, severity), count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            *groups.entry((rule, role.clone())).or_default().entry(severity).or_default() += count;
        }
    };
    for (file, _) in run.files {
        gather(&file.findings, Some(FileName::parse(&file.name).role()));
    }
    if let Some(sets) = run.sets {
        gather(&sets.findings, None);
    }
    let group = |((rule, role), counts): ((&str, _), _)| Unlisted { rule: rule.to_owned(), role, counts };
    groups.into_iter().map(group).collect()
}
