//! The findings by rule and file, as a table whose cells are shaded by their numbers. Takes exact totals
//! from the record.

use std::collections::BTreeMap;

use super::index::{FileEntry, Index, rank};
use super::text::{Both, Shown, grouped};
use renkei_validator::rules;

/// More rules than these are one row.
const MOST_RULES: usize = 15;
/// More files than these are one column.
const MOST_FILES: usize = 6;

pub(super) struct Chart<'a> {
    pub(super) files: Vec<Head<'a>>,
    /// How many files the last column stands for; 0 where there is none.
    pub(super) other_files: u64,
    pub(super) rows: Vec<Row<'a>>,
    /// How many rules are not shown, and how many findings they have.
    pub(super) other_rules: Option<Both<'static>>,
}

/// A file by its number in the report.
pub(super) struct Head<'a> {
    pub(super) number: usize,
    pub(super) kind: Shown<'a>,
    pub(super) name: Shown<'a>,
}

pub(super) struct Row<'a> {
    pub(super) rule: Shown<'a>,
    pub(super) severity: Shown<'a>,
    pub(super) severity_name: Both<'a>,
    pub(super) title: Option<Both<'a>>,
    pub(super) total: String,
    /// Of the longest bar, 1 to 100.
    pub(super) percent: u64,
    pub(super) cells: Vec<Cell>,
    /// In the files of the last column.
    pub(super) others: Cell,
}

#[derive(Default)]
pub(super) struct Cell {
    /// Empty for none.
    pub(super) text: String,
    /// 1 to 4; 0 for none.
    pub(super) shade: u8,
    /// The file, and its group of findings.
    pub(super) place: (usize, usize),
}

pub(super) fn chart<'a>(index: &Index<'a>) -> Chart<'a> {
    let baseline = index.report.baseline.iter().flat_map(|baseline| &baseline.totals.by_rule);
    let mut severity: BTreeMap<&str, &str> = BTreeMap::new();
    let listed = index.report.all_findings().map(|finding| (&finding.rule, &finding.severity));
    let omitted = index.report.omitted.iter().map(|omitted| (&omitted.rule, &omitted.severity));
    for (rule, of_rule) in listed.chain(omitted) {
        let worst = severity.entry(rule).or_insert(of_rule);
        if rank(of_rule) < rank(worst) {
            *worst = of_rule;
        }
    }
    let worst = |rule: &str| severity.get(rule).copied().unwrap_or("info");
    let totals = index.report.totals.by_rule.iter().chain(baseline);
    let mut rules: Vec<(&str, u64)> = totals.map(|(rule, total)| (rule.as_str(), *total)).collect();
    rules.sort_by_key(|&(rule, total)| (rank(worst(rule)), std::cmp::Reverse(total), rule));
    let rest = rules.split_off(rules.len().min(MOST_RULES));
    let most = rules.iter().map(|(_, total)| *total).max().unwrap_or(0).max(1);
    let files = most_found(index);
    let places: Vec<BTreeMap<&str, usize>> = files
        .iter()
        .map(|(_, file)| file.groups.iter().enumerate().map(|(i, group)| (group.rule, i)).collect())
        .collect();
    let rows = rules.iter().map(|&(rule, total)| {
        let mut left = total;
        let cells = files.iter().zip(&places).map(|((number, file), places)| {
            let Some(&at) = places.get(rule) else { return Cell::default() };
            let count = file.groups[at].count;
            left = left.saturating_sub(count.known);
            let more = if count.at_least { "+" } else { "" };
            Cell { text: grouped(count.known) + more, shade: shade(count.known), place: (*number, at + 1) }
        });
        let cells = cells.collect();
        let others = match left {
            0 => Cell::default(),
            left => Cell { text: grouped(left), shade: shade(left), place: (0, 0) },
        };
        Row {
            rule: Shown::of(rule),
            severity: Shown::of(worst(rule)),
            severity_name: Both::severity(worst(rule)),
            title: rules::find(rule).map(|rule| Both::of(rule.title.ja, rule.title.en)),
            total: grouped(total),
            percent: (total.saturating_mul(100) / most).clamp(1, 100),
            cells,
            others,
        }
    });
    let rows: Vec<Row<'_>> = rows.collect();
    let other_files = (index.files.len() - files.len()) as u64;
    Chart {
        files: files.iter().map(|(number, file)| head(*number, file)).collect(),
        // Findings of sets beyond the cap belong to some file, too.
        other_files: if rows.iter().any(|row| row.others.shade > 0) { other_files.max(1) } else { other_files },
        rows,
        other_rules: (!rest.is_empty()).then(|| {
            let (count, sum) = (rest.len(), grouped(rest.iter().map(|(_, total)| total).sum()));
            Both::made(format!("ほか{count}ルール、計{sum}件"), format!("{count} more rules, {sum} findings"))
        }),
    }
}

/// The files with the most findings, with their numbers, in the order of these.
fn most_found<'i, 'a>(index: &'i Index<'a>) -> Vec<(usize, &'i FileEntry<'a>)> {
    let found = |file: &FileEntry<'_>| file.groups.iter().map(|group| group.count.known).sum::<u64>();
    let mut files: Vec<_> = index.files.iter().enumerate().map(|(i, file)| (i + 1, file)).collect();
    files.sort_by_key(|(number, file)| (std::cmp::Reverse(found(file)), *number));
    files.truncate(MOST_FILES);
    files.sort_by_key(|(number, _)| *number);
    files
}

fn head<'a>(number: usize, file: &FileEntry<'a>) -> Head<'a> {
    let kind = file.input.and_then(|input| input.kind.as_deref());
    Head { number, kind: Shown::of(kind.unwrap_or("?")), name: Shown::of(file.name) }
}

/// By order of magnitude.
fn shade(count: u64) -> u8 {
    match count {
        0 => 0,
        1..=4 => 1,
        5..=19 => 2,
        20..=99 => 3,
        _ => 4,
    }
}
