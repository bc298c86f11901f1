//! The rows around the findings, masked. Knows tables by their place in the list of layouts only.

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::FileJudgement;
use renkei_validator::rows::{PickedCell, PickedRow, PickedRows};
use renkei_validator::spec::Table;

use super::Listed;
use crate::mask;
use crate::model::{ByteRange, ItemRecord, LayoutRecord, Pair, RowRecord, RowsOmittedRecord};

/// What a report says of rows.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) layouts: Vec<LayoutRecord>,
    pub(super) rows: Vec<RowRecord>,
    pub(super) rows_omitted: Vec<RowsOmittedRecord>,
}

/// Those that the listed findings are about, and their neighbours.
pub(super) fn rows(files: &[(FileJudgement, String)], listed: &[Listed<'_>], show_values: bool) -> Rows {
    let about = records(listed);
    let has_some = |rows: &PickedRows| rows.total > 0 || !rows.rows.is_empty();
    let files = files.iter().filter(|(file, _)| has_some(&file.rows));
    let mut files: Vec<(&FileJudgement, &str)> = files.map(|(file, sha256)| (file, sha256.as_str())).collect();
    files.sort_by(|(a, a_sha256), (b, b_sha256)| (&a.name, a_sha256).cmp(&(&b.name, b_sha256)));
    let mut known: Vec<&Table> = Vec::new();
    let mut rows = Rows::default();
    for (file, _) in files {
        let of_interest = about.get(&*file.name).unwrap_or(&NONE);
        let (near, picked, total) = near(&file.rows, of_interest);
        for row in near {
            let layout = row.table.map(|table| layout(table, &mut known));
            rows.rows.push(record(file, row, layout, show_values));
        }
        rows.rows_omitted.extend(omitted(&file.name, picked, total, file.rows.lost));
    }
    rows.layouts = known.into_iter().map(layout_record).collect();
    rows
}

/// Where records of no file begin.
static NONE: BTreeSet<u64> = BTreeSet::new();

/// By file, where the records begin that findings are about.
fn records<'a>(listed: &[Listed<'a>]) -> BTreeMap<&'a str, BTreeSet<u64>> {
    let mut records: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for (_, finding) in listed {
        let of_file = finding.place.map(|place| place.record);
        records.entry(&finding.at.file).or_default().extend(of_file);
    }
    records
}

/// Rows that begin at these places and those beside them, how many of the former there are, and how many there
/// would be. Some rows may have been picked for findings that are not listed.
fn near<'a>(picked: &'a PickedRows, wanted: &BTreeSet<u64>) -> (Vec<&'a PickedRow>, u64, u64) {
    let rows = &picked.rows;
    if wanted.len() as u64 >= picked.total {
        return (rows.iter().collect(), picked.picked, picked.total);
    }
    let is_wanted = |at: usize| wanted.contains(&rows[at].bytes.start);
    // A line end has two bytes at most.
    let follows = |at: usize| at > 0 && at < rows.len() && rows[at].bytes.start <= rows[at - 1].bytes.end + 2;
    let is_near =
        |&at: &usize| is_wanted(at) || (follows(at) && is_wanted(at - 1)) || (follows(at + 1) && is_wanted(at + 1));
    let given = (0..rows.len()).filter(|&at| is_wanted(at)).count() as u64;
    ((0..rows.len()).filter(is_near).map(|at| &rows[at]).collect(), given, wanted.len() as u64)
}

fn layout(table: &'static Table, known: &mut Vec<&'static Table>) -> usize {
    known.iter().position(|other| std::ptr::eq(*other, table)).unwrap_or_else(|| {
        known.push(table);
        known.len() - 1
    })
}

fn layout_record(table: &Table) -> LayoutRecord {
    let item = |item: &renkei_validator::spec::Item| ItemRecord {
        no: item.no,
        key: item.key.name().to_owned(),
        name_ja: item.name_ja.clone(),
    };
    LayoutRecord {
        kind: table.kind.name().to_owned(),
        version: table.version.value().to_owned(),
        name_ja: table.name_ja.clone(),
        items: table.items.iter().map(item).collect(),
    }
}

fn record(file: &FileJudgement, row: &PickedRow, layout: Option<usize>, show_values: bool) -> RowRecord {
    let value = |cell: &PickedCell| mask::value(&cell.bytes, file.encoding, cell.shown, show_values);
    let cut = row.cells.iter().zip(1..).filter(|(cell, _)| cell.cut).map(|(_, number)| number);
    RowRecord {
        file: file.name.to_string(),
        line: row.line,
        bytes: ByteRange { start: row.bytes.start, end: row.bytes.end },
        layout,
        cells: row.cells.iter().map(value).collect(),
        total_cells: row.total_cells,
        cut: cut.collect(),
    }
}

fn omitted(file: &str, kept: u64, total: u64, lost: bool) -> Option<RowsOmittedRecord> {
    let (ja, en) = match lost {
        true => (
            "入力をもう一度読めないため（標準入力など）、行を載せられません",
            "the input could not be read once more (standard input, for instance)",
        ),
        false => ("載せる行の数に上限があります", "the number of rows given is limited"),
    };
    (kept < total).then(|| RowsOmittedRecord {
        file: file.to_owned(),
        kept,
        total,
        why: Pair { ja: ja.to_owned(), en: en.to_owned() },
    })
}
