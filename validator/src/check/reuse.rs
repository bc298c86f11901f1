//! What the check of one file leaves for the next: the rules, sorted, and what was learnt of clean rows.
//! Knows what may be kept and how much of it; judges nothing.

use std::fmt;
use std::sync::Arc;

use super::core::Plan;
use crate::fast::{CellRule, Fast};
use crate::rule::Rule;
use crate::spec::Table;
use crate::times::Times;

/// What was learnt is kept for so many tables: a delivery has files of few kinds.
const TABLES: usize = 12;

/// What one file after the other is judged with. It changes nothing but the time.
///
/// ```
/// use renkei_validator::{FileCheck, Options, Reuse};
///
/// let mut reuse = Reuse::default();
/// for month in ["202610", "202611"] {
///     let name = format!("DLTPLAN_{month}_9970100013_43_9970100021_11_20261201090000.CSV");
///     let mut check = FileCheck::reusing(name, &Options::default(), reuse);
///     check.push(format!("202407,990010,0000000101,{month}\r\n").as_bytes());
///     let (judgement, left) = check.finish_reusable();
///     assert!(judgement.findings.kept.is_empty());
///     reuse = left;
/// }
/// ```
pub struct Reuse {
    pub(super) plan: Arc<Plan>,
    pub(super) learnt: Learnt,
    pub(super) times: Option<Box<Times>>,
}

impl Default for Reuse {
    /// With all rules.
    fn default() -> Reuse {
        Reuse::of(crate::rules::all())
    }
}

impl fmt::Debug for Reuse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was learnt are values of people.
        formatter.debug_struct("Reuse").field("tables", &self.learnt.tables.len()).finish_non_exhaustive()
    }
}

impl Reuse {
    /// With other rules than all of them.
    pub fn of(rules: &[&'static Rule]) -> Reuse {
        Reuse { plan: Arc::new(Plan::of(rules)), learnt: Learnt::default(), times: None }
    }

    /// Where the time of all checks so far went, where they were told a clock.
    pub fn times(&self) -> Option<&Times> {
        self.times.as_deref()
    }
}

/// The rules about cells, by column of one table.
pub(super) type ByColumn = Arc<[Vec<CellRule>]>;

/// What is known of tables, the one used last at the end.
#[derive(Default)]
pub(super) struct Learnt {
    tables: Vec<Known>,
}

struct Known {
    table: &'static Table,
    columns: ByColumn,
    /// What proves its rows, unless a check has it.
    fast: Option<Box<Fast>>,
}

impl Learnt {
    /// The rules about the cells of a table.
    pub(super) fn columns(&mut self, table: &'static Table, plan: &Plan) -> ByColumn {
        let known = match self.tables.iter().position(|known| std::ptr::eq(known.table, table)) {
            Some(index) => self.tables.remove(index),
            None => {
                if self.tables.len() == TABLES {
                    self.tables.remove(0);
                }
                Known { table, columns: plan.columns(table), fast: None }
            }
        };
        let columns = Arc::clone(&known.columns);
        self.tables.push(known);
        columns
    }

    /// What was learnt of the rows of a table.
    pub(super) fn take(&mut self, table: &'static Table) -> Option<Box<Fast>> {
        self.tables.iter_mut().find(|known| std::ptr::eq(known.table, table))?.fast.take()
    }

    /// What was learnt of the rows of one of some tables, the one used last.
    pub(super) fn take_one_of(&mut self, tables: &'static [Table]) -> Option<Box<Fast>> {
        let is_one = |known: &&mut Known| tables.iter().any(|table| std::ptr::eq(known.table, table));
        self.tables.iter_mut().rev().find(is_one)?.fast.take()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Keeps what was learnt for a file to come.
    pub(super) fn keep(&mut self, mut fast: Box<Fast>) {
        if let Some(known) = self.tables.iter_mut().find(|known| std::ptr::eq(known.table, fast.table)) {
            fast.leave_file();
            known.fast = Some(fast);
        }
    }
}
