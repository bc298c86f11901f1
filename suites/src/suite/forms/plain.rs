//! What is to be deleted: no official form has it, so it is told item by item.

use super::Source;
use super::filler::Filler;
use super::model::{Block, Cell, Form, Grid, Tr};

/// A file that asks for deletions: a row for each.
pub(crate) fn deletion(source: &Source<'_>, forms: &mut Vec<Form>) {
    let Some(table) = source.document.table else { return };
    let rows: Vec<usize> = (0..source.document.rows.len()).collect();
    let f = Filler::of(source, &rows);
    let head = table.items.iter().map(|item| Cell::head(item.name_ja.as_str(), "")).collect();
    let line = |row: &usize| Tr {
        class: "",
        rows: f.names(&[*row]),
        cells: table.items.iter().map(|item| f.cell(*row, item.key, "")).collect(),
    };
    let grid = Grid {
        class: "deleted",
        caption: "削除するもの".to_owned(),
        columns: &[],
        head: vec![head],
        body: rows.iter().map(line).collect(),
    };
    let title = table.name_ja.replace("_削除", "の削除").replace('_', " ");
    let form = f.form("", &title, false, vec![Block::Grid(grid)]);
    forms.push(form);
}
