//! Rules about the bytes of characters and files.

mod lead_without_trail;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[&lead_without_trail::RULE];
