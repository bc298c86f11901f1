//! Rules about files that travel together.

mod version_differs;

use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[&version_differs::RULE];
