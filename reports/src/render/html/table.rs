//! The table of rows around the findings of one rule in one file. Marks the cells that findings name and
//! keeps the columns near them in sight; knows nothing of what is wrong.

use std::collections::BTreeMap;

use super::text::{Both, Shown};
use crate::model::{FindingRecord, ItemRecord, LayoutRecord, RowRecord};

/// Columns on either side of a marked one that stay in sight.
const BESIDE: usize = 2;
/// The first columns of a row that stay in sight where no cell is marked; no table this narrow is folded.
const FIRST: usize = 8;

/// Rows of one layout.
pub(super) struct RowTable<'a> {
    pub(super) columns: Vec<Column<'a>>,
    pub(super) rows: Vec<Row<'a>>,
    /// How many columns there are, those out of sight included.
    pub(super) total: usize,
    /// Whether some are out of sight.
    pub(super) folded: bool,
}

/// A column, or a fold.
pub(super) enum Column<'a> {
    /// With its number, its item where it is known, and whether it is in sight.
    Item { number: usize, item: Option<&'a ItemRecord>, near: bool },
    /// Stands for the columns out of sight.
    Fold,
}

/// One row.
pub(super) struct Row<'a> {
    pub(super) line: u64,
    /// Whether lines are left out before it.
    pub(super) gap: bool,
    /// Numbers of the findings about this row.
    pub(super) hits: Vec<usize>,
    /// Whether one of them is about no single cell of it.
    pub(super) whole: bool,
    /// As many as there are columns.
    pub(super) cells: Vec<Cell<'a>>,
}

/// One cell.
pub(super) struct Cell<'a> {
    /// `None` for a fold, or where the row has no such cell.
    pub(super) text: Option<Shown<'a>>,
    pub(super) cut: bool,
    pub(super) near: bool,
    pub(super) fold: bool,
    /// Numbers of the findings that mark it.
    pub(super) hits: Vec<usize>,
}

impl Column<'_> {
    pub(super) fn is_near(&self) -> bool {
        matches!(self, Column::Item { near: true, .. })
    }
}

impl<'a> RowTable<'a> {
    /// `全60項目のうち、指摘の前後の5項目を表示しています`
    pub(super) fn folded_note(&self) -> Both<'static> {
        let total = self.total;
        let near = self.columns.iter().filter(|column| column.is_near()).count();
        Both::made(
            format!("全{total}項目のうち、指摘の前後の{near}項目を表示しています"),
            format!("{near} of {total} items are shown: those beside the findings"),
        )
    }
}

/// Whether a row is one that a finding is about.
pub(super) fn holds(row: &RowRecord, finding: &FindingRecord) -> bool {
    finding.bytes.is_some_and(|bytes| row.bytes.start <= bytes.start && bytes.end <= row.bytes.end)
}

/// The tables of the rows that hold the findings, with their neighbours, by layout. With `whole` every
/// column is there, in sight or not. Findings are numbered from 1.
pub(super) fn tables<'a>(
    rows: &[&'a RowRecord],
    layouts: &'a [LayoutRecord],
    findings: &[&FindingRecord],
    whole: bool,
) -> Vec<RowTable<'a>> {
    let about: Vec<Vec<usize>> = rows
        .iter()
        .map(|row| (0..findings.len()).filter(|&i| holds(row, findings[i])).map(|i| i + 1).collect())
        .collect();
    let is_near = |at: usize| {
        let beside = [at.checked_sub(1), Some(at), at.checked_add(1)];
        beside.into_iter().flatten().any(|other| {
            let adjacent = rows.get(other).is_some_and(|row| row.line.abs_diff(rows[at].line) <= reach(rows[at], row));
            adjacent && !about[other].is_empty()
        })
    };
    let mut by_layout: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for at in (0..rows.len()).filter(|&at| is_near(at)) {
        by_layout.entry(rows[at].layout).or_default().push(at);
    }
    by_layout
        .into_iter()
        .map(|(layout, places)| {
            let items = layout.and_then(|layout| layouts.get(layout)).map_or(&[][..], |layout| &layout.items);
            let picked: Vec<(&RowRecord, &[usize])> = places.iter().map(|&at| (rows[at], &about[at][..])).collect();
            table(&picked, items, findings, whole)
        })
        .collect()
}

/// Rows may take several lines: the next one begins where this one ends, a line end later.
fn reach(row: &RowRecord, other: &RowRecord) -> u64 {
    let (first, second) = if row.line <= other.line { (row, other) } else { (other, row) };
    match second.bytes.start.saturating_sub(first.bytes.end) {
        0..=2 => u64::MAX,
        _ => 0,
    }
}

fn table<'a>(
    rows: &[(&'a RowRecord, &[usize])],
    items: &'a [ItemRecord],
    findings: &[&FindingRecord],
    whole: bool,
) -> RowTable<'a> {
    let total = rows.iter().map(|(row, _)| row.cells.len()).max().unwrap_or(0).max(items.len());
    let mark = |hit: &usize| column_of(findings[hit - 1], items);
    let marked: Vec<usize> = rows.iter().flat_map(|(_, hits)| hits.iter().filter_map(mark)).collect();
    let near = |column: usize| match marked.is_empty() || total <= FIRST {
        true => column < FIRST,
        false => marked.iter().any(|&at| column.abs_diff(at) <= BESIDE),
    };
    let mut columns = Vec::new();
    let mut folding = false;
    for column in 0..total {
        if near(column) {
            columns.push(Column::Item { number: column + 1, item: items.get(column), near: true });
        } else {
            if !folding {
                columns.push(Column::Fold);
            }
            if whole {
                columns.push(Column::Item { number: column + 1, item: items.get(column), near: false });
            }
        }
        folding = !near(column);
    }
    let folded = columns.iter().any(|column| matches!(column, Column::Fold));
    let mut before: Option<&RowRecord> = None;
    let rows = rows
        .iter()
        .map(|(row, hits)| {
            let gap = before.is_some_and(|before| reach(before, row) == 0);
            before = Some(row);
            let cell = |column: &Column<'a>| match *column {
                Column::Fold => Cell { text: None, cut: false, near: true, fold: true, hits: Vec::new() },
                Column::Item { number, near, .. } => Cell {
                    text: row.cells.get(number - 1).map(|text| Shown::of(text)),
                    cut: row.cut.contains(&(number as u64)),
                    near,
                    fold: false,
                    hits: hits.iter().copied().filter(|hit| mark(hit) == Some(number - 1)).collect(),
                },
            };
            Row {
                line: row.line,
                gap,
                hits: hits.to_vec(),
                whole: hits.iter().any(|hit| mark(hit).is_none_or(|column| column >= row.cells.len())),
                cells: columns.iter().map(cell).collect(),
            }
        })
        .collect();
    RowTable { columns, rows, total, folded }
}

/// Which column a finding marks. Items stand in the order of their numbers.
fn column_of(finding: &FindingRecord, items: &[ItemRecord]) -> Option<usize> {
    let no = finding.item.as_ref()?.no;
    match items.is_empty() {
        true => usize::from(no).checked_sub(1),
        false => items.iter().position(|item| item.no == no),
    }
}
