//! Rules about the rows of one file taken together.

mod month_mixed;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[&month_mixed::RULE];
