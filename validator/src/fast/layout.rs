//! Layouts: where quotes and commas stand in a row, with all that follows from it. Knows no rule.
//!
//! Quotes and commas decide how many cells a row has, how long each is, whether it is quoted and
//! whether it is empty. The last row of a layout that was proved clean stands for the next one:
//! what is equal in both need not be proved again.

use super::masks::{BLOCK, Masks, block, digits};
use crate::decode::Script;
use crate::scan::Cell;

/// Rows longer than so many blocks are left to the rules.
const MOST_BLOCKS: usize = 16;

/// How many layouts are remembered, one to a slot.
const SLOTS: usize = 2048;

/// The index of a layout.
pub(crate) type Index = usize;

#[derive(Debug, Default)]
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
    pub(super) fn find(&self, structure: &Structure) -> Option<Index> {
        let index = usize::from(*self.slots.get(structure.slot())?).checked_sub(1)?;
        let layout = &self.list[index];
        (layout.length == structure.length && layout.structure == structure.words()).then_some(index)
    }

    /// Learns the layout of a row that was proved clean, in place of another.
    pub(super) fn learn(
        &mut self,
        structure: &Structure,
        row: &[u8],
        cells: &[Cell],
        script: Script,
        free: impl Fn(usize) -> bool,
    ) -> Index {
        let count = structure.words().len();
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, 0);
        }
        let slot = &mut self.slots[structure.slot()];
        let index = match usize::from(*slot).checked_sub(1) {
            Some(index) => index,
            None => {
                self.list.push(Layout::default());
                *slot = self.list.len() as u16;
                self.list.len() - 1
            }
        };
        let layout = &mut self.list[index];
        layout.structure.clear();
        layout.structure.extend_from_slice(structure.words());
        layout.length = row.len();
        layout.script = script;
        layout.cells.clear();
        layout.cells.extend_from_slice(cells);
        layout.last.clear();
        layout.last.extend_from_slice(row);
        layout.last.resize(count * BLOCK, 0);
        layout.columns.clear();
        layout.columns.resize(row.len(), 0);
        layout.free.clear();
        layout.free.resize(count, 0);
        for (column, cell) in cells.iter().enumerate() {
            layout.columns[cell.content()].fill(column as u8);
            if free(column) {
                let span = cell.content();
                for index in span.start / BLOCK..span.end.div_ceil(BLOCK) {
                    layout.free[index] |= within(index, &span);
                }
            }
        }
        for (index, free) in layout.free.iter_mut().enumerate() {
            *free &= digits(&block(&layout.last, index * BLOCK));
        }
        index
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

/// Where the quotes and commas of one row stand, 64 bytes to a word.
#[derive(Debug)]
pub(super) struct Structure {
    words: [[u64; 2]; MOST_BLOCKS],
    count: usize,
    length: usize,
}

impl Structure {
    /// That of a row in a buffer whose masks these are; `None` where the row is empty or too long.
    #[inline]
    pub(super) fn read(masks: &Masks, from: usize, length: usize) -> Option<Structure> {
        let count = length.div_ceil(BLOCK);
        if count == 0 || count > MOST_BLOCKS {
            return None;
        }
        let mut words = [[0; 2]; MOST_BLOCKS];
        for (i, word) in words[..count].iter_mut().enumerate() {
            *word = masks.window(from + i * BLOCK);
        }
        let behind = count * BLOCK - length;
        let last = &mut words[count - 1];
        *last = last.map(|word| word & u64::MAX >> behind);
        Some(Structure { words, count, length })
    }

    fn words(&self) -> &[[u64; 2]] {
        &self.words[..self.count]
    }

    #[inline]
    fn slot(&self) -> usize {
        let mut hash = self.length as u64;
        for [quotes, commas] in self.words() {
            hash = (hash.rotate_left(23) ^ quotes.rotate_left(32) ^ commas).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        (hash >> (64 - SLOTS.ilog2())) as usize
    }

    /// The cells, for a row without line breaks. `false` where a quote is out of place.
    pub(super) fn cells(&self, cells: &mut Vec<Cell>) -> bool {
        let (quote, comma) = (0, 1);
        cells.clear();
        let mut start = 0;
        loop {
            let is_quoted = self.has(quote, start);
            let end = if is_quoted {
                let mut closing = self.next(quote, start + 1);
                while self.has(quote, closing + 1) {
                    closing = self.next(quote, closing + 2);
                }
                if closing >= self.length {
                    return false;
                }
                closing + 1
            } else {
                self.next(comma, start)
            };
            if is_quoted && end < self.length && !self.has(comma, end) || !is_quoted && self.next(quote, start) < end {
                return false;
            }
            cells.push(Cell::sound(start, end, is_quoted));
            if end >= self.length {
                return true;
            }
            start = end + 1;
        }
    }

    fn has(&self, which: usize, at: usize) -> bool {
        at < self.length && self.words[at / BLOCK][which] >> (at % BLOCK) & 1 == 1
    }

    /// The first from a place on; the length where there is none.
    fn next(&self, which: usize, from: usize) -> usize {
        let mut index = from / BLOCK;
        if index >= self.count {
            return self.length;
        }
        let mut word = self.words[index][which] & u64::MAX << (from % BLOCK);
        while word == 0 {
            index += 1;
            if index == self.count {
                return self.length;
            }
            word = self.words[index][which];
        }
        index * BLOCK + word.trailing_zeros() as usize
    }
}
