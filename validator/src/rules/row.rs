//! Rules about the items of one row.

mod bitmap_beyond_month_end;
mod detail_number_misused;
mod end_before_start;
mod equipment_code_missing;
mod limit_slot_short_stay_type;
mod limit_slot_skipped;
mod limit_slot_without_type;
mod plan_date_contradicts_month;
mod service_date_outside_month;
mod service_type_not_linked;
mod subtotal_row_discount_filled;
mod subtotal_row_units_not_zero;
mod total_row_office_not_nines;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[
    &end_before_start::RULE,
    &service_date_outside_month::RULE,
    &bitmap_beyond_month_end::RULE,
    &service_type_not_linked::RULE,
    &equipment_code_missing::RULE,
    &detail_number_misused::RULE,
    &subtotal_row_units_not_zero::RULE,
    &subtotal_row_discount_filled::RULE,
    &total_row_office_not_nines::RULE,
    &limit_slot_without_type::RULE,
    &limit_slot_skipped::RULE,
    &limit_slot_short_stay_type::RULE,
    &plan_date_contradicts_month::RULE,
];
