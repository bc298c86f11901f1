//! Rules about records, cells and quotes.

mod too_few_items;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[&too_few_items::RULE];
