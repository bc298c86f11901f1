//! Compares two records: what began, what stopped, what stayed. Knows findings by what they say and whose
//! they are, never by line; judges nothing.
//!
//! Findings of a rule and a role (a file's name without folder, timestamp and extension) are compared as
//! multisets. Where both records name rows with the same key, two findings are the same when rule, role, item
//! and row are; otherwise when rule, role, item and message are, those with equal rows around them first.
//! Where a record does not list all findings of a rule and role, there is nothing to match: their counts are
//! compared.

mod conditions;
mod pairing;

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::name::FileName;
use serde::{Deserialize, Serialize};

use crate::model::{FindingRecord, Pair, Report, Verdict};
use crate::words::{rank, reaches};

/// What differs between two records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diff {
    /// `renkei-diff/1`
    pub schema: String,
    /// What findings are known by: `row` or `message`.
    pub known_by: String,
    /// The verdict of the first record.
    pub before: Verdict,
    /// The verdict of the second record.
    pub after: Verdict,
    /// The severity from which on what began counts: that of the second record.
    pub fail_on: String,
    /// In what the two runs differ beside their findings.
    pub conditions: Vec<Pair>,
    /// What happened to the inputs.
    pub inputs: InputsDiff,
    /// All groups together.
    pub totals: Counts,
    /// How many of those that began reach `fail_on` and are not known to the baseline of the second record.
    pub counting: u64,
    /// By role and rule, those in which anything is found.
    pub groups: Vec<Group>,
    /// Findings of the second record alone, in its order.
    pub began: Vec<FindingRecord>,
    /// Findings of the first record alone, in its order.
    pub stopped: Vec<FindingRecord>,
}

/// What happened to the inputs, by role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputsDiff {
    /// Roles that the first record alone has.
    pub only_before: Vec<String>,
    /// Roles that the second record alone has.
    pub only_after: Vec<String>,
    /// How many files of the second record have the bytes of one of the same role in the first.
    pub same: u64,
    /// How many have not.
    pub changed: u64,
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// In the second record alone.
    pub began: u64,
    /// In the first alone.
    pub stopped: u64,
    /// In both.
    pub stayed: u64,
}

/// The findings of one rule in files of one role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The role; `null` where a rule about sets is counted for all inputs together.
    pub role: Option<String>,
    /// Rule id.
    pub rule: String,
    /// How many.
    pub counts: Counts,
    /// Whether single findings were matched; otherwise one of the records does not list them all, and only
    /// their counts are compared.
    pub matched: bool,
}

type Place = (Option<String>, String);

/// Compares two records.
pub fn diff(before: &Report, after: &Report) -> Diff {
    let by_row = before.key.is_some() && before.key == after.key;
    let same_words = before.tool == after.tool;
    let (mut olds, mut news) = (gather(before), gather(after));
    merge_sets(&mut olds, &mut news);
    let places: BTreeSet<Place> = olds.keys().chain(news.keys()).cloned().collect();
    let mut diff = Diff {
        schema: "renkei-diff/1".to_owned(),
        known_by: if by_row { "row" } else { "message" }.to_owned(),
        before: before.verdict,
        after: after.verdict,
        fail_on: after.fail_on.clone(),
        conditions: conditions::conditions(before, after),
        inputs: inputs(before, after),
        totals: Counts::default(),
        counting: 0,
        groups: Vec::new(),
        began: Vec::new(),
        stopped: Vec::new(),
    };
    let (mut began, mut stopped) = (Vec::new(), Vec::new());
    for place in places {
        let (old, new) = (olds.remove(&place).unwrap_or_default(), news.remove(&place).unwrap_or_default());
        let matched = old.unlisted == 0 && new.unlisted == 0;
        let counts = if matched {
            let pairs = pairing::pair(&old.listed, &new.listed, by_row, same_words);
            let counts = Counts {
                began: pairs.began.len() as u64,
                stopped: pairs.stopped.len() as u64,
                stayed: (new.listed.len() - pairs.began.len()) as u64,
            };
            diff.counting += pairs.began.iter().filter(|(_, finding)| counts_in(after, finding)).count() as u64;
            began.extend(pairs.began);
            stopped.extend(pairs.stopped);
            counts
        } else {
            let (old_count, new_count) = (old.count(), new.count());
            let began = new_count.saturating_sub(old_count);
            diff.counting += counting_unlisted(after, &place.1, &new, began);
            Counts { began, stopped: old_count.saturating_sub(new_count), stayed: old_count.min(new_count) }
        };
        diff.totals.began += counts.began;
        diff.totals.stopped += counts.stopped;
        diff.totals.stayed += counts.stayed;
        let (role, rule) = place;
        diff.groups.push(Group { role, rule, counts, matched });
    }
    diff.began = in_order(began);
    diff.stopped = in_order(stopped);
    diff
}

/// Findings of one rule and role, each with its place in the record.
#[derive(Default)]
struct Found<'a> {
    listed: Vec<(usize, &'a FindingRecord)>,
    unlisted: u64,
    /// The highest severity among them all, where some are not listed.
    worst: &'a str,
}

impl Found<'_> {
    fn count(&self) -> u64 {
        self.listed.len() as u64 + self.unlisted
    }
}

fn gather(report: &Report) -> BTreeMap<Place, Found<'_>> {
    let mut roles: BTreeMap<&str, String> = BTreeMap::new();
    let mut found: BTreeMap<Place, Found<'_>> = BTreeMap::new();
    for (index, finding) in report.findings.iter().enumerate() {
        let role = roles.entry(&finding.file).or_insert_with(|| role(&finding.file)).clone();
        found.entry((Some(role), finding.rule.clone())).or_default().listed.push((index, finding));
    }
    for omitted in &report.omitted {
        let place = (omitted.file.as_deref().map(role), omitted.rule.clone());
        let found = found.entry(place).or_default();
        found.unlisted += omitted.total.saturating_sub(omitted.kept);
        if found.worst.is_empty() || rank(&omitted.severity) > rank(found.worst) {
            found.worst = &omitted.severity;
        }
    }
    found
}

/// Where either record counts a rule for all inputs together, both are counted so.
fn merge_sets<'a>(olds: &mut BTreeMap<Place, Found<'a>>, news: &mut BTreeMap<Place, Found<'a>>) {
    let whole: BTreeSet<String> =
        olds.keys().chain(news.keys()).filter(|(role, _)| role.is_none()).map(|(_, rule)| rule.clone()).collect();
    for found in [olds, news] {
        for rule in &whole {
            let places: Vec<Place> = found.keys().filter(|(role, of)| role.is_some() && of == rule).cloned().collect();
            let parts: Vec<Found<'a>> = places.iter().filter_map(|place| found.remove(place)).collect();
            let all = found.entry((None, rule.clone())).or_default();
            for part in parts {
                all.listed.extend(part.listed);
                if all.worst.is_empty() {
                    all.worst = part.worst;
                }
                all.unlisted += part.unlisted;
            }
        }
    }
}

fn role(file: &str) -> String {
    FileName::parse(file).role()
}

/// Whether a finding that began counts.
fn counts_in(after: &Report, finding: &FindingRecord) -> bool {
    finding.baselined.is_none() && reaches(&finding.severity, &after.fail_on)
}

/// How many of those that began count, where they are not all listed: all, unless the worst of them does
/// not, or the baseline knows every finding of the rule.
fn counting_unlisted(after: &Report, rule: &str, found: &Found<'_>, began: u64) -> u64 {
    let listed = found.listed.iter().map(|(_, finding)| finding.severity.as_str());
    let counts = listed.chain([found.worst]).any(|severity| !severity.is_empty() && reaches(severity, &after.fail_on));
    if counts && !after.knows_all(rule) { began } else { 0 }
}

fn in_order(mut found: Vec<(usize, &FindingRecord)>) -> Vec<FindingRecord> {
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, finding)| finding.clone()).collect()
}

fn inputs(before: &Report, after: &Report) -> InputsDiff {
    let by_role = |report: &Report| {
        let mut digests: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for input in &report.inputs {
            digests.entry(role(&input.name)).or_default().push(input.sha256.clone());
        }
        digests
    };
    let (mut olds, news) = (by_role(before), by_role(after));
    let mut inputs = InputsDiff {
        only_before: olds.keys().filter(|role| !news.contains_key(*role)).cloned().collect(),
        only_after: news.keys().filter(|role| !olds.contains_key(*role)).cloned().collect(),
        ..InputsDiff::default()
    };
    for (role, digests) in news {
        let Some(old) = olds.get_mut(&role) else { continue };
        for digest in digests {
            match old.iter().position(|other| *other == digest) {
                Some(at) => {
                    old.swap_remove(at);
                    inputs.same += 1;
                }
                None => inputs.changed += 1,
            }
        }
    }
    inputs
}
