//! What belongs together in a record: the findings of each file by rule, their exact counts, their rows.
//! Joins entries of the record; makes no count that the record does not hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FindingRecord, InputRecord, LeftOut, Report, RowRecord};

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
    /// Those of this file that are not listed.
    left_out: LeftOut,
    /// Those of all sets that are not listed: some may be about this file.
    of_sets: LeftOut,
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
        let left_out = left_out(report);
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
                groups: groups(name, &findings, &left_out),
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

/// What is not listed, by file and rule. Inputs that share a name are one file here.
fn left_out(report: &Report) -> BTreeMap<(Option<&str>, &str), LeftOut> {
    let mut all: BTreeMap<_, LeftOut> = BTreeMap::new();
    for omitted in &report.omitted {
        let own = all.entry((omitted.file.as_deref(), omitted.rule.as_str())).or_default();
        *own = own.and(omitted.left_out);
    }
    all
}

fn groups<'a>(
    file: &'a str,
    findings: &[&'a FindingRecord],
    left_out: &BTreeMap<(Option<&'a str>, &'a str), LeftOut>,
) -> Vec<GroupEntry<'a>> {
    let mut listed: BTreeMap<&str, Vec<&'a FindingRecord>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    let of_file = left_out.keys().filter(|(of, _)| *of == Some(file)).map(|(_, rule)| (*rule, None));
    for (rule, finding) in findings.iter().map(|finding| (finding.rule.as_str(), Some(*finding))).chain(of_file) {
        let own = listed.entry(rule).or_insert_with(|| {
            order.push(rule);
            Vec::new()
        });
        own.extend(finding);
    }
    let of = |file, rule| left_out.get(&(file, rule)).copied().unwrap_or_default();
    let group = |rule| group(rule, listed.remove(rule).unwrap_or_default(), of(Some(file), rule), of(None, rule));
    let mut groups: Vec<GroupEntry<'a>> = order.into_iter().map(group).collect();
    groups.sort_by_key(|group| rank(group.severity));
    groups
}

fn group<'a>(rule: &'a str, listed: Vec<&'a FindingRecord>, left_out: LeftOut, of_sets: LeftOut) -> GroupEntry<'a> {
    let known = (listed.len() as u64).saturating_add(left_out.total());
    let count = Count { known, at_least: of_sets.total() > 0 };
    let mut group = GroupEntry { rule, severity: "info", listed, count, left_out, of_sets };
    group.severity = SEVERITIES.into_iter().find(|severity| group.count_of(severity).known > 0).unwrap_or("info");
    group
}

impl GroupEntry<'_> {
    /// How many of its findings are of a severity.
    fn count_of(&self, severity: &str) -> Count {
        let listed = self.listed.iter().filter(|finding| finding.severity == severity).count() as u64;
        Count { known: listed.saturating_add(self.left_out.of(severity)), at_least: self.of_sets.of(severity) > 0 }
    }
}

impl FileEntry<'_> {
    /// How many of its findings are of a severity.
    pub(super) fn count_of(&self, severity: &str) -> Count {
        let counts = self.groups.iter().map(|group| group.count_of(severity));
        counts.fold(Count { known: 0, at_least: false }, |sum, own| Count {
            known: sum.known.saturating_add(own.known),
            at_least: sum.at_least || own.at_least,
        })
    }
}

/// The worst first.
pub(super) const SEVERITIES: [&str; 3] = ["error", "warning", "info"];

/// The worst first.
pub(super) fn rank(severity: &str) -> u8 {
    match severity {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    }
}
