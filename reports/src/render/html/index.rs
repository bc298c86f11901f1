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
        let omitted: BTreeMap<(Option<&str>, &str), u64> = report
            .omitted
            .iter()
            .map(|omitted| ((omitted.file.as_deref(), omitted.rule.as_str()), omitted.total))
            .collect();
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
                groups: groups(name, &findings, &omitted),
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
        }
    }

    /// The rows of a file, in their order.
    pub(super) fn rows(&self, file: &str) -> &[&'a RowRecord] {
        self.rows.get(file).map_or(&[], Vec::as_slice)
    }
}

fn groups<'a>(
    file: &'a str,
    findings: &[&'a FindingRecord],
    omitted: &BTreeMap<(Option<&'a str>, &'a str), u64>,
) -> Vec<GroupEntry<'a>> {
    let mut groups: Vec<GroupEntry<'a>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut add = |rule: &'a str, finding: Option<&'a FindingRecord>| {
        let place = *places.entry(rule).or_insert_with(|| {
            let count = Count { known: 0, at_least: false };
            groups.push(GroupEntry { rule, severity: "info", listed: Vec::new(), count });
            groups.len() - 1
        });
        if let Some(finding) = finding {
            groups[place].listed.push(finding);
            if rank(&finding.severity) < rank(groups[place].severity) {
                groups[place].severity = &finding.severity;
            }
        }
    };
    for finding in findings {
        add(&finding.rule, Some(finding));
    }
    for &(of, rule) in omitted.keys() {
        if of == Some(file) {
            add(rule, None);
        }
    }
    for group in &mut groups {
        let total = omitted.get(&(Some(file), group.rule)).copied();
        group.count = Count {
            known: total.unwrap_or(group.listed.len() as u64),
            at_least: total.is_none() && omitted.contains_key(&(None, group.rule)),
        };
    }
    groups.sort_by_key(|group| rank(group.severity));
    groups
}

/// The worst first.
pub(super) fn rank(severity: &str) -> u8 {
    match severity {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    }
}
