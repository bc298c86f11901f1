//! Layouts: where quotes and commas stand in a row, with all that follows from it. Knows no rule.
//!
//! Quotes and commas decide how many cells a row has, how long each is, whether it is quoted and
//! whether it is empty. The last row of a layout that was proved clean stands for the next one:
//! what is equal in both need not be proved again.

use super::masks::{BLOCK, Masks, block, digits, structure};
use crate::decode::Script;
use crate::scan::Cell;

/// Rows longer than so many blocks are left to the rules.
const MOST_BLOCKS: usize = 16;

/// How many layouts are remembered, one to a slot.
const SLOTS: usize = 2048;

/// The index of a layout.
pub(crate) type Index = usize;

#[derive(Debug)]
pub(super) struct Layout {
    structure: Vec<[u64; 2]>,
    length: usize,
    pub(super) cells: Vec<Cell>,
    /// The column of each byte.
    pub(super) columns: Vec<u8>,
    /// The last row proved clean, with zeros behind it up to a whole block.
    pub(super) last: Vec<u8>,
    /// Which of its digits may be any others.
    pub(super) free: Vec<u64>,
    /// What the row's characters beyond ASCII look like.
    pub(super) script: Script,
}

impl Layout {
    /// How many blocks the row has.
    pub(super) fn blocks(&self) -> usize {
        self.structure.len()
    }

    pub(super) fn row(&self) -> &[u8] {
        &self.last[..self.length]
    }

    /// Keeps a row of this layout.
    pub(super) fn keep(&mut self, row: &[u8]) {
        self.last[..self.length].copy_from_slice(row);
    }

    /// Marks the digits of a column as free, or not.
    pub(super) fn set_free(&mut self, column: usize, free: bool) {
        for at in self.cells[column].content() {
            let bit = 1 << (at % BLOCK);
            if free && self.last[at].is_ascii_digit() {
                self.free[at / BLOCK] |= bit;
            } else {
                self.free[at / BLOCK] &= !bit;
            }
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Layouts {
    list: Vec<Layout>,
    /// Indexes into the list, one more each; 0 where there is none.
    slots: Vec<u16>,
}

impl Layouts {
    pub(super) fn get(&self, index: Index) -> &Layout {
        &self.list[index]
    }

    pub(super) fn get_mut(&mut self, index: Index) -> &mut Layout {
        &mut self.list[index]
    }

    /// The layout of a row in a buffer whose masks these are.
    #[inline]
    pub(super) fn find(&self, masks: &Masks, from: usize, length: usize) -> Option<Index> {
        let count = length.div_ceil(BLOCK);
        if count == 0 || count > MOST_BLOCKS {
            return None;
        }
        let mut words = [[0; 2]; MOST_BLOCKS];
        let words = &mut words[..count];
        for (i, word) in words.iter_mut().enumerate() {
            *word = masks.window(from + i * BLOCK);
        }
        let behind = count * BLOCK - length;
        let last = &mut words[count - 1];
        *last = last.map(|word| word & u64::MAX >> behind);
        let index = usize::from(*self.slots.get(slot(words, length))?).checked_sub(1)?;
        let layout = &self.list[index];
        (layout.length == length && layout.structure == words).then_some(index)
    }

    /// Learns the layout of a row that was proved clean, in place of another. `false` where the row is
    /// too long.
    pub(super) fn learn(&mut self, row: &[u8], cells: &[Cell], script: Script, free: impl Fn(usize) -> bool) -> bool {
        let count = row.len().div_ceil(BLOCK);
        if count == 0 || count > MOST_BLOCKS {
            return false;
        }
        let structure: Vec<[u64; 2]> = structure(row).collect();
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, 0);
        }
        let mut last = row.to_vec();
        last.resize(count * BLOCK, 0);
        let mut columns = vec![0; row.len()];
        for (column, cell) in cells.iter().enumerate() {
            for at in cell.content() {
                columns[at] = column as u8;
            }
        }
        let slot = &mut self.slots[slot(&structure, row.len())];
        let mut layout =
            Layout { structure, length: row.len(), cells: cells.to_vec(), columns, last, free: vec![0; count], script };
        for column in (0..cells.len()).filter(|column| free(*column)) {
            let span = cells[column].content();
            for index in span.start / BLOCK..span.end.div_ceil(BLOCK) {
                layout.free[index] |= digits(&block(&layout.last, index * BLOCK)) & within(index, &span);
            }
        }
        match usize::from(*slot).checked_sub(1) {
            Some(index) => self.list[index] = layout,
            None => {
                self.list.push(layout);
                *slot = self.list.len() as u16;
            }
        }
        true
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.slots.fill(0);
    }
}

/// The bits of a range of bytes in a block.
fn within(index: usize, range: &std::ops::Range<usize>) -> u64 {
    let start = range.start.saturating_sub(index * BLOCK).min(BLOCK);
    let end = range.end.saturating_sub(index * BLOCK).min(BLOCK);
    if start >= end { 0 } else { u64::MAX >> (BLOCK - (end - start)) << start }
}

fn slot(words: &[[u64; 2]], length: usize) -> usize {
    let mut hash = length as u64;
    for [quotes, commas] in words {
        hash = (hash.rotate_left(23) ^ quotes.rotate_left(32) ^ commas).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    (hash >> (64 - SLOTS.ilog2())) as usize
}
