//! What rows are like that rules need never see. Knows values of cells; judges nothing.

use crate::bind::Row;
use crate::fast::{Short, short};
use crate::spec::Key;

/// The rules that said so, each with what it named.
#[derive(Debug, Default)]
pub(super) struct Likes {
    rules: Vec<Alike>,
}

#[derive(Debug)]
struct Alike {
    /// The bit of the rule.
    rule: u64,
    keys: &'static [Key],
    /// The columns of those.
    columns: Vec<usize>,
    /// Values in them; where two meet, the later one stays.
    slots: Vec<Option<Values>>,
}

/// The most items that are looked at.
const MOST: usize = 2;

type Values = [Short; MOST];

/// How many values of one rule are remembered.
const SLOTS: usize = 256;

impl Likes {
    /// Remembers that a rule need not see rows that have in some items what this one has.
    pub(super) fn add(&mut self, index: usize, keys: &'static [Key], row: &Row<'_>) {
        if keys.len() > MOST {
            return;
        }
        let rule = 1 << index;
        let alike = match self.rules.iter_mut().find(|alike| alike.rule == rule && alike.keys == keys) {
            Some(alike) => alike,
            None => {
                let columns = keys.iter().filter_map(|key| row.table.column(*key)).collect();
                self.rules.push(Alike { rule, keys, columns, slots: vec![None; SLOTS] });
                let Some(alike) = self.rules.last_mut() else { return };
                alike
            }
        };
        if let Some(values) = values(&alike.columns, row) {
            alike.slots[slot(&values)] = Some(values);
        }
    }

    /// Those among some rules, one bit for each, that must see a row.
    #[inline]
    pub(super) fn must_see(&self, mut rules: u64, row: &Row<'_>) -> u64 {
        for alike in &self.rules {
            if rules & alike.rule != 0
                && let Some(values) = values(&alike.columns, row)
                && alike.slots[slot(&values)] == Some(values)
            {
                rules &= !alike.rule;
            }
        }
        rules
    }
}

/// What stands in some columns; `None` where it is long.
#[inline]
fn values(columns: &[usize], row: &Row<'_>) -> Option<Values> {
    let mut values = [0; MOST];
    for (value, column) in values.iter_mut().zip(columns) {
        let range = row.record.cells[*column].content();
        *value = short(row.record.bytes, range.start, range.end)?;
    }
    Some(values)
}

#[inline]
fn slot(values: &Values) -> usize {
    let hash = values.iter().fold(0_u64, |hash, value| {
        (hash.rotate_left(23) ^ *value as u64 ^ (value >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    });
    (hash >> (u64::BITS - SLOTS.ilog2())) as usize
}
