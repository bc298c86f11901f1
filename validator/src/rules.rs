//! All rules, one file each, in the order they run: name, bytes, csv, cell, row, file, set.
//!
//! A rule is registered in its layer's list. Ids are append-only; a retired id stands in `RETIRED`
//! with its successor.

mod bytes;
mod cell;
pub(crate) mod csv;
mod file;
mod name;
mod row;
mod set;

use std::sync::LazyLock;

use crate::rule::{Citation, Rule};
use crate::spec::Version;

static ALL: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    [name::RULES, bytes::RULES, csv::RULES, cell::RULES, row::RULES, file::RULES, set::RULES].concat()
});

/// Ids that are no more, with the ids that took their place.
pub const RETIRED: &[(&str, &str)] = &[];

/// All rules, in the order they run.
pub fn all() -> &'static [&'static Rule] {
    &ALL
}

/// The rule of an id, or the successor of a retired one.
pub fn find(id: &str) -> Option<&'static Rule> {
    let id = RETIRED.iter().find(|(old, _)| *old == id).map_or(id, |(_, new)| *new);
    all().iter().copied().find(|rule| rule.id == id)
}

/// Every version these tables cover.
const EVERY: &[Version] = &Version::ALL;

/// Only the versions with equipment codes, 第3表 and the kinds of 介護予防.
const SINCE_202407: &[Version] = &[Version::V202407];

/// The item tables as a whole; each finding adds the cite of its own item.
const ITEM_TABLES: &[Citation] = &[Citation { source: "v41l", place: "各帳票の項目一覧" }];
