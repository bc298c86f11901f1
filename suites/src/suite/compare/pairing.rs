//! Which row was meant to be which, among the rows of one person and plan, month or day. Equal rows first,
//! then those that differ least. Knows weights of items; knows no file.

use std::collections::BTreeMap;

use renkei_validator::spec::{ItemType, Table};

use super::value::loss;
use super::{Difference, Loss, whole_file};
use crate::suite::sheet::{SheetRow, Value};

/// Pairs of rows that are weighed. Beyond it rows are taken in their order.
const MOST: usize = 1 << 20;

/// Compares rows by some of their columns, and hands on what differs.
pub(super) fn compare(
    table: &'static Table,
    columns: &[usize],
    want: &[&SheetRow],
    got: &[&SheetRow],
    take: &mut dyn FnMut(Difference),
) {
    let (mut want, mut got) = (want.to_vec(), got.to_vec());
    take_equal(columns, &mut want, &mut got);
    for (expected, found) in pairs(table, columns, &mut want, &mut got) {
        row(table, columns, expected, found, take);
    }
    for expected in want {
        take(Difference { expected_line: Some(expected.line), ..whole_file("", Loss::Dropped) });
    }
    for found in got {
        take(Difference { line: Some(found.line), ..whole_file("", Loss::Invented) });
    }
}

fn differing(table: &'static Table, columns: &[usize], a: &SheetRow, b: &SheetRow) -> Vec<(usize, Loss)> {
    let of = |&column: &usize| Some((column, loss(&table.items[column], &a.cells[column], &b.cells[column])?));
    columns.iter().filter_map(of).collect()
}

/// What rows say in some of their columns, in whatever order.
pub(super) fn said(columns: &[usize], rows: &[&SheetRow]) -> Vec<Vec<Value>> {
    let cells = |row: &&SheetRow| columns.iter().map(|&column| row.cells[column].clone()).collect::<Vec<_>>();
    let mut said: Vec<_> = rows.iter().map(cells).collect();
    said.sort();
    said
}

/// Takes out of both what is in both. Rows that say the same in another form are paired later, at no cost.
fn take_equal(columns: &[usize], want: &mut Vec<&SheetRow>, got: &mut Vec<&SheetRow>) {
    let cells = |row: &SheetRow| columns.iter().map(|&column| row.cells[column].clone()).collect::<Vec<_>>();
    let mut found: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, row) in got.iter().enumerate().rev() {
        found.entry(cells(row)).or_default().push(at);
    }
    let mut gone = vec![false; got.len()];
    want.retain(|row| match found.get_mut(&cells(row)).and_then(Vec::pop) {
        Some(at) => {
            gone[at] = true;
            false
        }
        None => true,
    });
    let mut gone = gone.into_iter();
    got.retain(|_| gone.next() != Some(true));
}

/// What it costs to take one row for another: what tells rows apart weighs more.
fn weight(form: ItemType) -> usize {
    match form {
        ItemType::Date | ItemType::Office | ItemType::ServiceCode | ItemType::Integer => 3,
        _ => 2,
    }
}

/// The pairs of rows that were meant to be each other, taken out of both. With a key there is one at most;
/// without one, less than half of what is filled may differ.
fn pairs<'a>(
    table: &'static Table,
    columns: &[usize],
    want: &mut Vec<&'a SheetRow>,
    got: &mut Vec<&'a SheetRow>,
) -> Vec<(&'a SheetRow, &'a SheetRow)> {
    let mut candidates: Vec<(usize, usize, usize)> = Vec::new();
    let keyed = !table.row_key.is_empty();
    let in_order = keyed || want.len().saturating_mul(got.len()) > MOST;
    for (i, expected) in want.iter().enumerate() {
        let filled = columns.iter().filter(|&&column| !expected.cells[column].text().is_empty());
        let most: usize = filled.map(|&column| weight(table.items[column].form)).sum();
        for (j, found) in got.iter().enumerate().filter(|(j, _)| !in_order || *j == i) {
            let differing = differing(table, columns, expected, found);
            let cost: usize = differing.iter().map(|(column, _)| weight(table.items[*column].form)).sum();
            if keyed || cost * 2 < most {
                candidates.push((cost, i, j));
            }
        }
    }
    candidates.sort_unstable();
    let (mut used_want, mut used_got) = (vec![false; want.len()], vec![false; got.len()]);
    let mut pairs = Vec::new();
    for (_, i, j) in candidates {
        if !used_want[i] && !used_got[j] {
            (used_want[i], used_got[j]) = (true, true);
            pairs.push((want[i], got[j]));
        }
    }
    let (mut used_want, mut used_got) = (used_want.into_iter(), used_got.into_iter());
    want.retain(|_| used_want.next() != Some(true));
    got.retain(|_| used_got.next() != Some(true));
    pairs
}

fn row(
    table: &'static Table,
    columns: &[usize],
    expected: &SheetRow,
    found: &SheetRow,
    take: &mut dyn FnMut(Difference),
) {
    let differing = differing(table, columns, expected, found);
    for &(column, loss) in &differing {
        // The value stands in the place of another, whose value stands elsewhere.
        let moved = |&(other, _): &(usize, Loss)| {
            other != column && !found.cells[column].text().is_empty() && expected.cells[other] == found.cells[column]
        };
        let went = |&(other, _): &(usize, Loss)| {
            other != column && !expected.cells[column].text().is_empty() && found.cells[other] == expected.cells[column]
        };
        let loss = if differing.iter().any(moved) && differing.iter().any(went) { Loss::ReOrdered } else { loss };
        take(Difference {
            expected_line: Some(expected.line),
            line: Some(found.line),
            item: Some(&table.items[column]),
            expected: Some(expected.cells[column].clone()),
            got: Some(found.cells[column].clone()),
            ..whole_file("", loss)
        });
    }
}
