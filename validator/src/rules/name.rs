//! Rules about file names.

mod not_a_standard_name;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[&not_a_standard_name::RULE];
