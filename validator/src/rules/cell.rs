//! Rules about single cells, in order of precedence: a cell gets the first finding only.

mod bitmap_malformed;
mod code_not_in_list;
mod conditionally_required_missing;
mod date_does_not_exist;
mod fixed_value_wrong;
mod full_width_digits;
mod image_name_malformed;
mod insured_number_malformed;
mod insurer_check_digit;
mod leading_or_trailing_space;
mod not_a_date;
mod not_a_month;
mod not_a_time;
mod not_alphanumeric;
mod not_decimal_form;
mod not_digits;
mod not_integer;
mod office_number_malformed;
mod out_of_range;
mod phone_malformed;
mod postal_malformed;
mod required_missing;
mod service_type_unknown;
mod tais_malformed;
mod too_long;
mod unused_item_filled;
mod wrong_length;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[
    &required_missing::RULE,
    &conditionally_required_missing::RULE,
    &unused_item_filled::RULE,
    &leading_or_trailing_space::RULE,
    &full_width_digits::RULE,
    &fixed_value_wrong::RULE,
    &not_digits::RULE,
    &not_integer::RULE,
    &not_decimal_form::RULE,
    &insured_number_malformed::RULE,
    &office_number_malformed::RULE,
    &not_alphanumeric::RULE,
    &not_a_date::RULE,
    &date_does_not_exist::RULE,
    &not_a_month::RULE,
    &not_a_time::RULE,
    &bitmap_malformed::RULE,
    &postal_malformed::RULE,
    &phone_malformed::RULE,
    &tais_malformed::RULE,
    &wrong_length::RULE,
    &too_long::RULE,
    &out_of_range::RULE,
    &code_not_in_list::RULE,
    &image_name_malformed::RULE,
    &service_type_unknown::RULE,
    &insurer_check_digit::RULE,
];
