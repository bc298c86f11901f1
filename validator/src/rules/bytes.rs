//! Rules about the bytes of characters and files.

mod ambiguous_mapping;
mod byte_order_mark;
mod control_character;
mod gaiji;
mod lead_without_trail;
mod not_csv;
mod not_shift_jis;
mod single_byte_undefined;
mod trail_out_of_range;
mod unmapped_cell;

use crate::draft::{Draft, Site};
use crate::rule::{Citation, Rule};
use crate::spec::Kind;
use crate::spec::keys::upplan;

pub(super) static RULES: &[&Rule] = &[
    &not_csv::RULE,
    &not_shift_jis::RULE,
    &byte_order_mark::RULE,
    &lead_without_trail::RULE,
    &trail_out_of_range::RULE,
    &gaiji::RULE,
    &single_byte_undefined::RULE,
    &control_character::RULE,
    &unmapped_cell::RULE,
    &ambiguous_mapping::RULE,
];

/// Where the standard names the encoding.
const ENCODING: &[Citation] = &[Citation { source: "v41", place: "文字コード（Shift-JIS、MS932）" }];

/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Puts 表, the bytes and 表 into a free text; the site is that of the bytes. 表 ends in 5C.
fn put(draft: &mut Draft, bytes: &[u8]) -> Option<Site> {
    let text = [b"\x95\x5C", bytes, b"\x95\x5C"].concat();
    let site = draft.set(Kind::Upplan, 0, upplan::SERVICE_OFFICE_NAME, &text)?;
    let Site::Cell(file, row, column) = site else { return None };
    Some(Site::InCell(file, row, column, 3..3 + bytes.len()))
}
