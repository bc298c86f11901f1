//! What belongs together in a record: the findings of each file by rule, their exact counts, their rows.
//! Joins entries of the record; makes no count that the record does not hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FindingRecord, InputRecord, Report, RowRecord};

/// A report, with ways into it.
pub(super) struct Index<'a> {
    pub(super) report: &'a Report,
    /// Files with findings: those with errors first, then those with warnings, each by name.
    pub(super) files: Vec<FileEntry<'a>>,
    /// Inputs without findings, as recorded.
    pub(super) clean: Vec<&'a InputRecord>,
    rows: BTreeMap<&'a str, Vec<&'a RowRecord>>,
    /// Severities of the findings that are not listed.
    unlisted: Vec<&'static str>,
}

/// A file with findings.
pub(super) struct FileEntry<'a> {
    pub(super) name: &'a str,
    pub(super) input: Option<&'a InputRecord>,
    /// By rule: the worst first, then as they stand in the file.
    pub(super) groups: Vec<GroupEntry<'a>>,
}

/// The findings of one rule in one file.
pub(super) struct GroupEntry<'a> {
    pub(super) rule: &'a str,
    pub(super) severity: &'a str,
    pub(super) listed: Vec<&'a FindingRecord>,
    pub(super) count: Count,
    /// Those of this file that are not listed.
    unlisted: Option<Unlisted<'a>>,
    /// Those of all sets that are not listed: some may be about this file.
    of_sets: Option<Unlisted<'a>>,
}

/// Findings that are counted and not listed.
#[derive(Clone, Copy)]
struct Unlisted<'a> {
    count: u64,
    /// The worst severity of the rule's findings, listed or not.
    worst: &'a str,
}

/// How many findings of a rule a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) known: u64,
    /// Whether there may be more: sets are counted all together.
    pub(super) at_least: bool,
}

impl<'a> Index<'a> {
    pub(super) fn of(report: &'a Report) -> Index<'a> {
        let inputs: BTreeMap<&str, &InputRecord> =
            report.inputs.iter().map(|input| (input.name.as_str(), input)).collect();
        let unlisted = unlisted(report);
        let mut by_file: BTreeMap<&str, Vec<&FindingRecord>> = BTreeMap::new();
        for finding in report.all_findings() {
            by_file.entry(&finding.file).or_default().push(finding);
        }
        // With a cap of none, a file may have findings of which none is listed.
        for omitted in &report.omitted {
            if let Some(file) = &omitted.file {
                by_file.entry(file).or_default();
            }
        }
        let mut files: Vec<FileEntry<'_>> = by_file
            .into_iter()
            .map(|(name, findings)| FileEntry {
                name,
                input: inputs.get(name).copied(),
                groups: groups(name, &findings, &unlisted),
            })
            .collect();
        files.sort_by_key(|file| (file.groups.iter().map(|group| rank(group.severity)).min(), file.name));
        let with_findings: BTreeSet<&str> = files.iter().map(|file| file.name).collect();
        let mut rows: BTreeMap<&str, Vec<&RowRecord>> = BTreeMap::new();
        for row in &report.rows {
            rows.entry(&row.file).or_default().push(row);
        }
        Index {
            report,
            files,
            clean: report.inputs.iter().filter(|input| !with_findings.contains(input.name.as_str())).collect(),
            rows,
            unlisted: severities_unlisted(report),
        }
    }

    /// How many findings of a severity a file has: at least so many, where the record does not tell of which
    /// severity those are that are not listed.
    pub(super) fn count(&self, file: &FileEntry<'_>, severity: &str) -> Count {
        let mut count = Count { known: 0, at_least: false };
        for group in &file.groups {
            let listed = group.listed.iter().filter(|finding| finding.severity == severity).count() as u64;
            count.known = count.known.saturating_add(listed);
            if let Some(unlisted) = group.unlisted {
                match &self.possible(unlisted)[..] {
                    [only] if *only == severity => count.known = count.known.saturating_add(unlisted.count),
                    possible if possible.contains(&severity) => {
                        count.at_least = true;
                        count.known = count.known.saturating_add(u64::from(listed == 0 && unlisted.worst == severity));
                    }
                    _ => {}
                }
            }
            count.at_least |= group.of_sets.is_some_and(|unlisted| self.possible(unlisted).contains(&severity));
        }
        count
    }

    /// The severities that they may be of.
    fn possible(&self, unlisted: Unlisted<'_>) -> Vec<&'static str> {
        let worst = rank(unlisted.worst);
        self.unlisted.iter().copied().filter(|severity| rank(severity) >= worst).collect()
    }

    /// The rows of a file, in their order.
    pub(super) fn rows(&self, file: &str) -> &[&'a RowRecord] {
        self.rows.get(file).map_or(&[], Vec::as_slice)
    }
}

/// What is not listed, by file and rule. Inputs that share a name are one file here.
fn unlisted(report: &Report) -> BTreeMap<(Option<&str>, &str), Unlisted<'_>> {
    let mut unlisted = BTreeMap::new();
    for omitted in &report.omitted {
        let key = (omitted.file.as_deref(), omitted.rule.as_str());
        let worst = omitted.severity.as_str();
        let all = unlisted.entry(key).or_insert(Unlisted { count: 0, worst });
        all.count = all.count.saturating_add(omitted.total.saturating_sub(omitted.kept));
        if rank(worst) < rank(all.worst) {
            all.worst = worst;
        }
    }
    unlisted
}

/// The severities of which there are more findings than are listed.
fn severities_unlisted(report: &Report) -> Vec<&'static str> {
    let totals = [("error", report.totals.error), ("warning", report.totals.warning), ("info", report.totals.info)];
    let listed = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    totals.into_iter().filter(|(severity, total)| *total > listed(*severity)).map(|(severity, _)| severity).collect()
}

fn groups<'a>(
    file: &'a str,
    findings: &[&'a FindingRecord],
    unlisted: &BTreeMap<(Option<&'a str>, &'a str), Unlisted<'a>>,
) -> Vec<GroupEntry<'a>> {
    let mut listed: BTreeMap<&str, Vec<&'a FindingRecord>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    let of_file = unlisted.keys().filter(|(of, _)| *of == Some(file)).map(|(_, rule)| (*rule, None));
    for (rule, finding) in findings.iter().map(|finding| (finding.rule.as_str(), Some(*finding))).chain(of_file) {
        let own = listed.entry(rule).or_insert_with(|| {
            order.push(rule);
            Vec::new()
        });
        own.extend(finding);
    }
    let group = |rule| {
        let listed = listed.remove(rule).unwrap_or_default();
        group(rule, listed, unlisted.get(&(Some(file), rule)).copied(), unlisted.get(&(None, rule)).copied())
    };
    let mut groups: Vec<GroupEntry<'a>> = order.into_iter().map(group).collect();
    groups.sort_by_key(|group| rank(group.severity));
    groups
}

fn group<'a>(
    rule: &'a str,
    listed: Vec<&'a FindingRecord>,
    unlisted: Option<Unlisted<'a>>,
    of_sets: Option<Unlisted<'a>>,
) -> GroupEntry<'a> {
    let severities = listed.iter().map(|finding| finding.severity.as_str());
    let worst = severities.chain(unlisted.map(|unlisted| unlisted.worst)).min_by_key(|severity| rank(severity));
    let known = (listed.len() as u64).saturating_add(unlisted.map_or(0, |unlisted| unlisted.count));
    let count = Count { known, at_least: unlisted.is_none() && of_sets.is_some() };
    GroupEntry { rule, severity: worst.unwrap_or("info"), listed, count, unlisted, of_sets }
}

/// The worst first.
pub(super) fn rank(severity: &str) -> u8 {
    match severity {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    }
}
