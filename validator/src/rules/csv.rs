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

use crate::rule::{Citation, Rule};

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
