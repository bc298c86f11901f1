//! Layouts: where quotes and commas stand in a row, with all that follows from it. Knows no rule.
//!
//! Quotes and commas decide how many cells a row has, how long each is, whether it is quoted and
//! whether it is empty.

use super::cells::Cells;
use super::masks::{BLOCK, Bytes, Lanes, MOST_BLOCKS, Marks};
use super::template;
use super::{Columns, END};
use crate::scan::Cell;

/// How many layouts are remembered. Where there are more, all are learnt anew.
const MOST: usize = 4096;

/// How many are kept for a file to come.
const KEPT: usize = 256;

/// Where they are looked for: more places than layouts, so that few share one.
const SLOTS: usize = 2 * MOST;

/// How many places a layout may stand in.
const WAYS: usize = 4;

/// The index of a layout.
pub(super) type Index = usize;

#[derive(Debug)]
pub(super) struct Layout {
    /// Without the line end.
    pub(super) length: usize,
    /// The last one may have nothing but the line end.
    pub(super) blocks: Vec<Block>,
    pub(super) cells: Cells,
    /// The row of it that was learnt last.
    pub(super) base: template::Index,
}

/// What stands where in 64 bytes of a row, one bit for each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    marks: [u64; 2],
    /// The first bytes of cells.
    starts: u64,
    /// How many columns stand before these.
    before: u32,
    /// Bytes of columns that may vary.
    pub(super) varying: u64,
    /// Bytes of columns that are free.
    pub(super) free: u64,
    /// All bits of each byte of columns that may not vary.
    pub(super) fixed: Bytes,
}

impl Block {
    /// The columns that some bytes stand in.
    #[inline(always)]
    pub(super) fn columns(&self, mut bytes: u64) -> Columns {
        let mut columns = 0;
        while bytes != 0 {
            let until = bytes ^ bytes.wrapping_sub(1);
            let column = self.before + (self.starts & until).count_ones() - 1;
            columns |= 1 << (column % Columns::BITS);
            // On to the next one.
            let next = self.starts & !until;
            bytes &= 0_u64.wrapping_sub(next & next.wrapping_neg());
        }
        columns
    }
}

impl Layout {
    fn is_of(&self, structure: &Structure) -> bool {
        self.length == structure.length
            && self.blocks.iter().zip(structure.words()).all(|(block, marks)| block.marks == *marks)
    }

    fn of(structure: &Structure, cells: Cells, first: usize, varying: Columns, free: Columns) -> Layout {
        let length = structure.length;
        let count = (length + END).div_ceil(BLOCK);
        let mut blocks = Vec::with_capacity(count);
        for index in 0..count {
            let mut fixed = [0; BLOCK];
            fixed[..BLOCK.min(length.saturating_sub(index * BLOCK))].fill(0xFF);
            let marks = structure.words().get(index).copied().unwrap_or_default();
            blocks.push(Block { marks, starts: 0, before: 0, varying: 0, free: 0, fixed });
        }
        for (column, cell) in (first..).zip(&cells.list) {
            let start = cell.span().start;
            blocks[start / BLOCK].starts |= 1 << (start % BLOCK);
            let is_varying = varying >> column & 1 == 1;
            let is_free = free >> column & 1 == 1;
            if !is_varying && !is_free {
                continue;
            }
            let content = cell.content();
            let mut start = content.start;
            while start < content.end {
                let (block, from) = (&mut blocks[start / BLOCK], start % BLOCK);
                let count = (content.end - start).min(BLOCK - from);
                let bits = u64::MAX >> (BLOCK - count) << from;
                if is_varying {
                    block.varying |= bits;
                    block.fixed[from..from + count].fill(0);
                }
                if is_free {
                    block.free |= bits;
                }
                start += count;
            }
        }
        let mut before = first as u32;
        for block in &mut blocks {
            block.before = before;
            before += block.starts.count_ones();
        }
        Layout { length, blocks, cells, base: 0 }
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

    /// The layout of a row.
    pub(super) fn find(&self, structure: &Structure) -> Option<Index> {
        for slot in self.slots.get(structure.slot()..)?.iter().take(WAYS) {
            let index = usize::from(*slot).checked_sub(1)?;
            if self.list[index].is_of(structure) {
                return Some(index);
            }
        }
        None
    }

    /// Whether another layout can be learnt without forgetting one.
    pub(super) fn has_room(&self, structure: &Structure) -> bool {
        let free = |slots: &[u16]| slots.iter().take(WAYS).any(|slot| *slot == 0);
        self.slots.get(structure.slot()..).is_none_or(free) && self.list.len() < MOST
    }

    /// Learns the layout of a row, of which the cells are those from a column on. There must be room.
    pub(super) fn learn(
        &mut self,
        structure: &Structure,
        cells: Cells,
        first: usize,
        varying: Columns,
        free: Columns,
    ) -> Index {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS + WAYS, 0);
        }
        self.list.push(Layout::of(structure, cells, first, varying, free));
        let slots = &mut self.slots[structure.slot()..][..WAYS];
        if let Some(slot) = slots.iter_mut().find(|slot| **slot == 0) {
            *slot = self.list.len() as u16;
        }
        self.list.len() - 1
    }

    /// Whether they take so much room that a file to come is better served without.
    pub(super) fn are_many(&self) -> bool {
        self.list.len() > KEPT
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
    pub(super) length: usize,
}

impl Structure {
    /// Takes that of the row that bytes begin with. `false` where it does not end in CR LF there, is
    /// empty or too long, or has a CR within.
    #[inline(always)]
    pub(super) fn read<L: Lanes>(&mut self, lanes: L, bytes: &[u8]) -> bool {
        for index in 0..MOST_BLOCKS {
            let Marks { quotes, commas, feeds, returns } = lanes.marks(lanes.block(bytes, index * BLOCK));
            if feeds == 0 {
                let after_return = index > 0 && bytes[index * BLOCK - 1] == b'\r';
                if after_return || returns & (u64::MAX >> 1) != 0 || bytes.len() <= (index + 1) * BLOCK {
                    return false;
                }
                self.words[index] = [quotes, commas];
                continue;
            }
            let feed = feeds.trailing_zeros();
            let before = (1 << feed) - 1;
            self.words[index] = [quotes & before, commas & before];
            let end = index * BLOCK + feed as usize;
            let returns = returns & before;
            let ends_well = match feed {
                // The CR is the last of the block before.
                0 => index > 0 && bytes[end - 1] == b'\r',
                _ => returns == 1 << (feed - 1) && (index == 0 || bytes[index * BLOCK - 1] != b'\r'),
            };
            if end < 2 || !ends_well {
                return false;
            }
            self.length = end - 1;
            self.count = self.length.div_ceil(BLOCK);
            return true;
        }
        false
    }

    fn words(&self) -> &[[u64; 2]] {
        &self.words[..self.count]
    }

    /// Where its layout may be found.
    #[inline]
    fn slot(&self) -> usize {
        let mut hash = self.length as u64;
        for [quotes, commas] in self.words() {
            hash = (hash.rotate_left(23) ^ quotes.rotate_left(32) ^ commas).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        (hash >> (64 - SLOTS.ilog2())) as usize
    }

    /// The cells. `false` where a quote is out of place.
    pub(super) fn cells(&self, cells: &mut Vec<Cell>) -> bool {
        self.first_cells(usize::MAX, cells)
    }

    /// The first so many cells, or all where there are fewer; looks no further than they reach. `false` where a
    /// quote is out of place.
    pub(super) fn first_cells(&self, most: usize, cells: &mut Vec<Cell>) -> bool {
        cells.clear();
        let mut start = 0;
        // As of the block before: whether a cell has been opened and not closed, whether its last byte divides
        // cells, and whether it closes one. All at once it tells what bytes are within quotes.
        let (mut within, mut divided, mut closed) = (0, 1, 0);
        for (index, &[quotes, commas]) in self.words().iter().enumerate() {
            let last = index + 1 == self.count;
            let rest = self.length - index * BLOCK;
            let end = if last && rest < BLOCK { 1 << rest } else { 0 };
            // Behind an odd number of quotes.
            let mut behind = quotes;
            for by in [1, 2, 4, 8, 16, 32] {
                behind ^= behind << by;
            }
            behind ^= within;
            let (opening, closing) = (quotes & behind, quotes & !behind);
            let dividing = commas & !behind;
            // A quote stands at the start of a cell, at its end, or twice.
            let after_closing = closing << 1 | closed;
            let is_sound = opening & !(dividing << 1 | divided | after_closing) == 0
                && after_closing & !(opening | dividing | end) == 0;
            if !is_sound {
                return false;
            }
            let mut each = dividing;
            while each != 0 {
                let end = index * BLOCK + each.trailing_zeros() as usize;
                each &= each - 1;
                cells.push(self.cell(start, end));
                if cells.len() >= most {
                    return true;
                }
                start = end + 1;
            }
            (within, divided, closed) = (0_u64.wrapping_sub(behind >> 63), dividing >> 63, closing >> 63);
        }
        cells.push(self.cell(start, self.length));
        within == 0
    }

    #[inline(always)]
    fn cell(&self, start: usize, end: usize) -> Cell {
        let quotes = self.words[start / BLOCK % MOST_BLOCKS][0];
        Cell::sound(start, end, start < self.length && quotes >> (start % BLOCK) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::masks::Any;
    use super::*;

    fn length(bytes: &[u8]) -> Option<usize> {
        let mut structure = Structure::default();
        structure.read(Any, bytes).then_some(structure.length)
    }

    #[test]
    fn a_row_of_any_length_ends_at_its_cr_lf() {
        for content in 1..=MOST_BLOCKS * BLOCK - 2 {
            let row = [vec![b'x'; content], b"\r\n".to_vec()].concat();
            assert_eq!(length(&row), Some(content), "{content}");
            assert_eq!(length(&[&row[..], b"1,2\r\n"].concat()), Some(content), "{content}");
            assert_eq!(length(&row[..content + 1]), None, "{content} without LF");
            assert_eq!(length(&[&row[..content], b"\n"].concat()), None, "{content} without CR");
        }
        for content in [0, MOST_BLOCKS * BLOCK - 1, MOST_BLOCKS * BLOCK] {
            assert_eq!(length(&[vec![b'x'; content], b"\r\n".to_vec()].concat()), None, "{content}");
        }
    }

    #[test]
    fn a_row_with_a_cr_within_is_left_alone() {
        for content in [3, 63, 64, 65, 127, 128, 200] {
            for at in 0..content {
                let mut row = [vec![b'x'; content], b"\r\n".to_vec()].concat();
                row[at] = b'\r';
                assert_eq!(length(&row), None, "{content}, {at}");
            }
        }
    }

    /// The cells that the scanner finds in a row.
    fn scanned(row: &[u8]) -> Vec<Cell> {
        let mut cells = Vec::new();
        crate::scan::scan(row, &mut |piece| {
            if let crate::scan::Piece::Record(record) = piece {
                cells = record.cells.to_vec();
            }
        });
        cells
    }

    #[test]
    fn quotes_are_sound_where_the_scanner_says_so_and_cells_are_the_same() {
        let mut sound = 0;
        // Every row of up to seven characters of these, over the end of a block and before it.
        for length in 1..=7 {
            for number in 0..3_usize.pow(length) {
                let row: Vec<u8> = (0..length).map(|at| b"\",x"[number / 3_usize.pow(at) % 3]).collect();
                for before in [0, 60] {
                    let start = [&vec![b'y'; before][..], if before > 0 { b"," } else { b"" }].concat();
                    let row = [&start, &row[..], b"\r\n"].concat();
                    let (mut structure, mut cells) = (Structure::default(), Vec::new());
                    assert!(structure.read(Any, &row));
                    let is_sound = structure.cells(&mut cells);
                    let expected = scanned(&row);
                    assert_eq!(is_sound, expected.iter().all(Cell::is_sound), "{}", String::from_utf8_lossy(&row));
                    if is_sound {
                        sound += 1;
                        assert_eq!(cells, expected, "{}", String::from_utf8_lossy(&row));
                        let mut first = Vec::new();
                        for most in 1..=cells.len() {
                            assert!(structure.first_cells(most, &mut first));
                            assert_eq!(first, expected[..most]);
                        }
                    }
                }
            }
        }
        assert!(sound > 500, "{sound}");
    }

    #[test]
    fn cells_are_those_that_the_scanner_finds() {
        let rows: [&[u8]; 6] = [b"1,2,3", b",,", b"\"a\",\"b\"\"c,d\",\"\"", b"\"\x83\x5C\",x,", b"1", b"\"a,\"\"\",b"];
        for row in rows {
            // Put off, so that it lies over the end of a block.
            for before in [0, 60, 64, 120] {
                let row = [&vec![b'y'; before][..], if before > 0 { b"," } else { b"" }, row, b"\r\n"].concat();
                let mut structure = Structure::default();
                assert!(structure.read(Any, &row));
                let mut cells = Vec::new();
                assert!(structure.cells(&mut cells));
                assert_eq!(cells, scanned(&row));
            }
        }
        for row in [&b"a\"b,c\r\n"[..], b"\"a\"b,c\r\n", b"\"a,b\r\n", b"\"a\"\",b\r\n"] {
            let mut structure = Structure::default();
            assert!(structure.read(Any, row));
            assert!(!structure.cells(&mut Vec::new()), "{}", String::from_utf8_lossy(row));
        }
    }
}
