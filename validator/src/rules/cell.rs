//! Rules about single cells, in order of precedence: a cell gets the first finding only.

mod date_does_not_exist;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[&date_does_not_exist::RULE];
