//! Rules about records, cells and quotes.

mod too_few_items;

mod empty_file;
mod line_end_not_crlf;
mod no_final_line_end;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] =
    &[&too_few_items::RULE, &line_end_not_crlf::RULE, &no_final_line_end::RULE, &empty_file::RULE];
