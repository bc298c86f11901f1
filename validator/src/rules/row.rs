//! Rules about the items of one row.

mod service_date_outside_month;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[&service_date_outside_month::RULE];
