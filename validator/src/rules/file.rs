//! Rules about the rows of one file taken together.

mod month_mixed;
mod version_mixed;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[&version_mixed::RULE, &month_mixed::RULE];
