//! Rules about records, cells and quotes.

mod blank_line;
mod empty_file;
mod free_text_not_quoted;
mod header_row;
mod line_end_not_crlf;
mod no_final_line_end;
mod stray_quote;
mod text_after_quote;
mod too_few_items;
mod too_many_items;
mod unclosed_quote;
mod wrong_separator;

use crate::finding::Finding;
use crate::rule::{Citation, RecordView, Rule};
use crate::spec::{Certainty, Version, tables};

pub(super) static RULES: &[&Rule] = &[
    &wrong_separator::RULE,
    &header_row::RULE,
    &blank_line::RULE,
    &unclosed_quote::RULE,
    &stray_quote::RULE,
    &text_after_quote::RULE,
    &too_few_items::RULE,
    &too_many_items::RULE,
    &free_text_not_quoted::RULE,
    &line_end_not_crlf::RULE,
    &no_final_line_end::RULE,
    &empty_file::RULE,
];

/// Free text stands in quotes; a quote inside is doubled; commas and line breaks inside are kept.
const QUOTING: &[Citation] =
    &[Citation { source: "v41", place: "フリーテキスト項目の出力（「\"」で囲む）" }];

/// Says how many items the row should have and how many it has, and which other version has so many.
fn tell_counts(view: &RecordView<'_>, finding: &mut Finding) {
    let counts: Vec<String> = view.tables.iter().rev().map(|table| table.items.len().to_string()).collect();
    let cells = view.record.cells.len();
    let kind = view.tables.first().map(|table| table.kind);
    let others: Vec<&str> = Version::ALL
        .into_iter()
        .filter(|version| {
            kind.is_some_and(|kind| tables(*version, kind).iter().any(|table| table.items.len() == cells))
        })
        .map(Version::value)
        .collect();
    finding.expected(format!("{}項目", counts.join("または")), format!("{} items", counts.join(" or ")));
    if others.is_empty() {
        finding.got(format!("{cells}項目"), format!("{cells} items"));
    } else {
        finding.got(
            format!("{cells}項目（CSVバージョン{}の項目数）", others.join("・")),
            format!("{cells} items, as in CSV version {}", others.join(" and ")),
        );
    }
    if view.tables.len() == 1 {
        finding.plain();
    }
}

/// The rules about the number of items in a row.
pub(crate) const COUNTS: [&str; 2] = [too_few_items::RULE.id, too_many_items::RULE.id];

/// Makes what was found in the first row the one finding about all of them, which agree in another number than
/// the table's, of which it is not sure.
pub(crate) fn doubt_table(finding: &mut Finding, certainty: Certainty) {
    finding.cap_by(certainty).say(
        "どの行も、推定による表の項目数と異なります",
        "no row has the number of items of the table, which is inferred",
    );
}
