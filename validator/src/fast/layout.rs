//! Layouts: where quotes and commas stand in a row, with all that follows from it. Knows no rule.
//!
//! Quotes and commas decide how many cells a row has, how long each is, whether it is quoted and
//! whether it is empty. The last row of a layout that was proved clean stands for the next one:
//! what is equal in both need not be proved again.

use std::ops::Range;

use super::Columns;
use super::masks::{BLOCK, Masks, digits, padded};
use crate::decode::Script;
use crate::scan::Cell;

/// Rows longer than so many blocks are left to the rules.
const MOST_BLOCKS: usize = 16;

/// How many layouts are remembered.
const MOST: usize = 2048;

/// Where they are looked for: more places than layouts, so that few share one.
const SLOTS: usize = 4 * MOST;

/// How many places a layout may stand in.
const WAYS: usize = 4;

/// The index of a layout.
pub(crate) type Index = usize;

#[derive(Debug, Default)]
pub(super) struct Layout {
    length: usize,
    pub(super) blocks: Vec<Block>,
    pub(super) cells: Vec<Cell>,
    /// What the row's characters beyond ASCII look like.
    pub(super) script: Script,
    /// The number of the last row.
    pub(super) row: u64,
}

/// 64 bytes of the last row that was proved clean, with anything behind its end. All that is looked at for
/// every row lies together.
#[derive(Debug)]
pub(super) struct Block {
    /// Where quotes and commas stand.
    pub(super) structure: [u64; 2],
    /// Which of the digits may be any others.
    pub(super) free: u64,
    pub(super) last: [u8; BLOCK],
    /// The column of each byte.
    pub(super) columns: [u8; BLOCK],
}

impl Layout {
    /// Whether quotes and commas stand where they do here.
    #[inline]
    fn is_of(&self, structure: &Structure) -> bool {
        let same = |(block, words): (&Block, &[u64; 2])| {
            (block.structure[0] ^ words[0]) | (block.structure[1] ^ words[1]) == 0
        };
        self.length == structure.length && self.blocks.iter().zip(structure.words()).all(same)
    }

    /// Keeps some blocks, one bit for each, of a row of this layout. What begins with the row may go
    /// on behind it.
    #[inline]
    pub(super) fn keep(&mut self, mut blocks: u32, around: &[u8]) {
        while blocks != 0 {
            let index = blocks.trailing_zeros() as usize;
            blocks &= blocks - 1;
            let rest = &around[index * BLOCK..];
            self.blocks[index].last = rest.first_chunk().copied().unwrap_or_else(|| padded(rest));
        }
    }

    /// Marks the digits of a column as free.
    pub(super) fn set_free(&mut self, column: usize) {
        for at in self.cells[column].content() {
            let block = &mut self.blocks[at / BLOCK];
            let bit = 1 << (at % BLOCK);
            if block.last[at % BLOCK].is_ascii_digit() {
                block.free |= bit;
            } else {
                block.free &= !bit;
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
        for slot in self.slots.get(structure.slots())? {
            let index = usize::from(*slot).checked_sub(1)?;
            if self.list[index].is_of(structure) {
                return Some(index);
            }
        }
        None
    }

    /// Learns the layout of a row that was proved clean, maybe in place of another.
    pub(super) fn learn(
        &mut self,
        structure: &Structure,
        row: &[u8],
        cells: &[Cell],
        script: Script,
        free: Columns,
    ) -> Index {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS + WAYS, 0);
        }
        if self.list.len() == MOST {
            self.clear();
        }
        let slots = &mut self.slots[structure.slots()];
        let index = match slots.iter_mut().find(|slot| **slot == 0) {
            Some(slot) => {
                self.list.push(Layout::default());
                *slot = self.list.len() as u16;
                self.list.len() - 1
            }
            None => usize::from(slots[structure.length % WAYS]) - 1,
        };
        let layout = &mut self.list[index];
        layout.length = row.len();
        layout.script = script;
        layout.row = 0;
        layout.cells.clear();
        layout.cells.extend_from_slice(cells);
        layout.blocks.clear();
        layout.blocks.extend(row.chunks(BLOCK).zip(structure.words()).map(|(bytes, words)| Block {
            structure: *words,
            free: 0,
            last: padded(bytes),
            columns: [0; BLOCK],
        }));
        for (column, cell) in cells.iter().enumerate() {
            let is_free = free >> column & 1 == 1;
            let Range { start, end } = cell.content();
            for index in start / BLOCK..end.div_ceil(BLOCK) {
                let block = &mut layout.blocks[index];
                let from = start.saturating_sub(index * BLOCK);
                let to = (end - index * BLOCK).min(BLOCK);
                block.columns[from..to].fill(column as u8);
                if is_free && from < to {
                    block.free |= u64::MAX >> (BLOCK - (to - from)) << from;
                }
            }
        }
        for block in &mut layout.blocks {
            block.free &= digits(&block.last);
        }
        index
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.slots.fill(0);
    }
}

/// Where the quotes and commas of one row stand, 64 bytes to a word.
#[derive(Debug, Default)]
pub(super) struct Structure {
    words: [[u64; 2]; MOST_BLOCKS],
    count: usize,
    length: usize,
}

impl Structure {
    /// Takes that of a row in a buffer whose masks these are. `false` where the row is empty or too long.
    #[inline]
    pub(super) fn read(&mut self, masks: &Masks, from: usize, length: usize) -> bool {
        let count = length.div_ceil(BLOCK);
        if count == 0 || count > MOST_BLOCKS {
            return false;
        }
        for (i, word) in self.words[..count].iter_mut().enumerate() {
            *word = masks.window(from + i * BLOCK);
        }
        let behind = count * BLOCK - length;
        let last = &mut self.words[count - 1];
        *last = [last[0] & u64::MAX >> behind, last[1] & u64::MAX >> behind];
        self.count = count;
        self.length = length;
        true
    }

    fn words(&self) -> &[[u64; 2]] {
        &self.words[..self.count]
    }

    /// Where its layout may be found.
    #[inline]
    fn slots(&self) -> Range<usize> {
        let mut hash = self.length as u64;
        for [quotes, commas] in self.words() {
            hash = (hash.rotate_left(23) ^ quotes.rotate_left(32) ^ commas).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        let first = (hash >> (64 - SLOTS.ilog2())) as usize;
        first..first + WAYS
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
