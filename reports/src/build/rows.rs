//! The rows around the findings, masked. Knows tables by their place in the list of layouts only.

use renkei_validator::FileJudgement;
use renkei_validator::rows::{PickedCell, PickedRow, PickedRows};
use renkei_validator::spec::Table;

use crate::mask;
use crate::model::{ByteRange, ItemRecord, LayoutRecord, Pair, RowRecord, RowsOmittedRecord};

/// What a report says of rows.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) layouts: Vec<LayoutRecord>,
    pub(super) rows: Vec<RowRecord>,
    pub(super) rows_omitted: Vec<RowsOmittedRecord>,
}

pub(super) fn rows(files: &[(FileJudgement, String)], show_values: bool) -> Rows {
    let has_some = |rows: &PickedRows| rows.total > 0 || !rows.rows.is_empty();
    let files = files.iter().filter(|(file, _)| has_some(&file.rows));
    let mut files: Vec<(&FileJudgement, &str)> = files.map(|(file, sha256)| (file, sha256.as_str())).collect();
    files.sort_by(|(a, a_sha256), (b, b_sha256)| (&a.name, a_sha256).cmp(&(&b.name, b_sha256)));
    let mut known: Vec<&Table> = Vec::new();
    let mut rows = Rows::default();
    for (file, _) in files {
        for row in &file.rows.rows {
            let layout = row.table.map(|table| layout(table, &mut known));
            rows.rows.push(record(file, row, layout, show_values));
        }
        rows.rows_omitted.extend(omitted(&file.name, &file.rows));
    }
    rows.layouts = known.into_iter().map(layout_record).collect();
    rows
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

fn omitted(file: &str, rows: &PickedRows) -> Option<RowsOmittedRecord> {
    let (ja, en) = match rows.lost {
        true => (
            "入力をもう一度読むことができないため（標準入力など）、行を載せられません",
            "the input could not be read once more (standard input, for instance)",
        ),
        false => ("載せる行の数に上限があります", "the number of rows given is limited"),
    };
    (rows.picked < rows.total).then(|| RowsOmittedRecord {
        file: file.to_owned(),
        kept: rows.picked,
        total: rows.total,
        why: Pair { ja: ja.to_owned(), en: en.to_owned() },
    })
}
