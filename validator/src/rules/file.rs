//! Rules about the rows of one file taken together.

mod detail_number_not_sequential;
mod duplicate_row;
mod issue_order_broken;
mod month_differs_from_name;
mod month_mixed;
mod office_differs_from_name;
mod repeated_block_not_blank;
mod subtotal_row_missing;
mod subtotal_sum_wrong;
mod total_row_missing;
mod total_rows_differ;
mod total_sum_wrong;
mod version_mixed;
mod version_not_in_force;
mod version_unknown;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[
    &version_mixed::RULE,
    &version_unknown::RULE,
    &version_not_in_force::RULE,
    &month_mixed::RULE,
    &month_differs_from_name::RULE,
    &office_differs_from_name::RULE,
    &duplicate_row::RULE,
    &total_row_missing::RULE,
    &total_rows_differ::RULE,
    &subtotal_row_missing::RULE,
    &subtotal_sum_wrong::RULE,
    &total_sum_wrong::RULE,
    &detail_number_not_sequential::RULE,
    &issue_order_broken::RULE,
    &repeated_block_not_blank::RULE,
];
