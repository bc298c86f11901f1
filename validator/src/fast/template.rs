//! Templates: rows that were proved, each standing for all rows that differ from it in some digits
//! only. Knows no rule.

use std::ops::Range;

use super::layout::{self, Layout};
use super::masks::{BLOCK, Bytes, Lanes, with_block, with_blocks};
use super::{Columns, Doubts};
use crate::decode::Script;

/// How many are kept. A new one takes the place of an old one.
const MOST: usize = 512;

/// How many places a template may stand in.
const WAYS: usize = 4;

/// How many that came after one are remembered.
const NEXT: usize = 2;

/// The index of a template.
pub(super) type Index = usize;

/// A row with what is known of it.
#[derive(Debug, Default)]
pub(super) struct Template {
    pub(super) layout: layout::Index,
    /// Its bytes, line end included.
    pub(super) length: usize,
    blocks: Vec<Block>,
    pub(super) learnt: Learnt,
    /// Those that came after it last, the latest first.
    next: [Index; NEXT],
    /// What others want to know of it; 0 on a new one.
    pub(super) mark: u64,
    /// Likewise; none on a new one.
    pub(super) skips: u64,
}

/// What is learnt of a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Learnt {
    /// What the rules have to look at in each row of the template.
    pub(super) doubts: Doubts,
    pub(super) endings: Endings,
    /// What its characters beyond ASCII look like.
    pub(super) script: Script,
}

/// 64 bytes of a row.
#[derive(Clone, Copy, Debug)]
struct Block {
    bytes: Bytes,
    /// Those that are of the row or its line end.
    valid: u64,
    /// Digits that may be any others.
    free: u64,
    /// Digits that may be others, which is to be noticed, and those that may be any.
    varying: u64,
}

/// Endings of one column that were proved clean while all else in the row was as in the template: most rows
/// of a template differ in a day alone.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Endings {
    column: u8,
    /// One bit for each pair of digits.
    clean: u128,
}

impl Endings {
    /// Whether a pair of digits at the end of a column is known to be clean.
    #[inline(always)]
    pub(super) fn hold(self, column: usize, ending: [u8; 2]) -> bool {
        usize::from(self.column) == column && self.clean >> pair(ending) & 1 == 1
    }

    /// The column.
    pub(super) fn column(self) -> usize {
        usize::from(self.column)
    }

    /// Remembers a pair of digits. Of two columns, only the last one is known.
    pub(super) fn add(&mut self, column: usize, ending: [u8; 2]) {
        if usize::from(self.column) != column {
            *self = Endings { column: column as u8, clean: 0 };
        }
        self.clean |= 1 << pair(ending);
    }
}

/// Two digits as a number below 128, whatever bytes they are.
#[inline(always)]
fn pair([tens, ones]: [u8; 2]) -> u32 {
    (u32::from(tens.wrapping_sub(b'0')) * 10 + u32::from(ones.wrapping_sub(b'0'))) % 128
}

impl Template {
    /// Tells in which columns a row differs from it, free digits aside. `None` where it is another row.
    #[inline(always)]
    fn compare<L: Lanes>(&self, lanes: L, columns: &[u8], row: &[u8]) -> Option<Columns> {
        with_blocks(row, self.blocks.len(), |new| {
            let mut changed = 0;
            for (index, (new, own)) in new.iter().zip(&self.blocks).enumerate() {
                let bytes = lanes.changes(new, &own.bytes) & own.valid;
                if bytes == 0 {
                    continue;
                }
                if bytes & !(lanes.digits(new) & own.varying) != 0 {
                    return None;
                }
                changed |= columns_of(bytes & !own.free, &columns[index * BLOCK..]);
            }
            Some(changed)
        })
    }

    /// Puts a row of it in its place: the next ones will differ less from that.
    pub(super) fn rebase(&mut self, row: &[u8], endings: Endings) {
        for (index, own) in self.blocks.iter_mut().enumerate() {
            own.bytes = with_block(row, index * BLOCK, |block| *block);
        }
        self.learnt.endings = endings;
        self.mark = 0;
    }

    /// What holds of the endings for a row that differs in some columns; `beside` are those that are looked at
    /// together with theirs.
    pub(super) fn endings_for(&self, changed: Columns, beside: Columns, content: Range<usize>, row: &[u8]) -> Endings {
        let column = self.learnt.endings.column();
        let others = changed & !(1 << column) & beside;
        let kept = others == 0 && (changed >> column & 1 == 0 || self.ending(content, row).is_some());
        if kept { self.learnt.endings } else { Endings::default() }
    }

    /// Where a column of a row ends in two digits and is equal before them, these.
    #[inline(always)]
    pub(super) fn ending(&self, content: Range<usize>, row: &[u8]) -> Option<[u8; 2]> {
        let end = content.end.checked_sub(2).filter(|end| *end >= content.start)?;
        let equal = (content.start..end).all(|at| self.blocks[at / BLOCK].bytes[at % BLOCK] == row[at]);
        row[end..].first_chunk().copied().filter(|_| equal)
    }

    /// In what a row of the same layout differs, digits that are free in both aside.
    #[inline(always)]
    pub(super) fn difference<L: Lanes>(&self, lanes: L, columns: &[u8], row: &[u8]) -> Difference {
        with_blocks(row, self.blocks.len(), |new| {
            let mut difference = Difference::default();
            for (index, (new, own)) in new.iter().zip(&self.blocks).enumerate() {
                let bytes = lanes.changes(new, &own.bytes) & own.valid;
                if bytes != 0 {
                    difference.columns |=
                        columns_of(bytes & !(lanes.digits(new) & own.free), &columns[index * BLOCK..]);
                    difference.beyond_ascii |= bytes & (lanes.beyond_ascii(new) | lanes.beyond_ascii(&own.bytes)) != 0;
                }
            }
            difference
        })
    }
}

/// What tells a row from another of its layout.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Difference {
    pub(super) columns: Columns,
    /// Whether bytes beyond ASCII are among it: these alone tell the script of a row.
    pub(super) beyond_ascii: bool,
}

/// The columns that some bytes of a block, one bit for each, stand in.
#[inline(always)]
fn columns_of(mut bytes: u64, columns: &[u8]) -> Columns {
    let mut found = 0;
    let Some(columns) = columns.first_chunk::<BLOCK>() else { return found };
    let mut last = u8::MAX;
    while bytes != 0 {
        let column = columns[(bytes.trailing_zeros() % BLOCK as u32) as usize];
        bytes &= bytes - 1;
        if column != last {
            found |= 1 << (column & 127);
            last = column;
        }
    }
    found
}

#[derive(Debug, Default)]
pub(super) struct Templates {
    list: Vec<Template>,
    /// Hashes of what cannot vary, with indexes into the list.
    slots: Vec<(u32, u32)>,
    /// The one that is replaced next.
    oldest: Index,
    /// The one that the last row was of.
    last: Index,
}

impl Templates {
    pub(super) fn get(&self, index: Index) -> &Template {
        &self.list[index]
    }

    pub(super) fn get_mut(&mut self, index: Index) -> &mut Template {
        &mut self.list[index]
    }

    /// The template of a row, by what came after the last one before, with the columns that have changed.
    #[inline(always)]
    pub(super) fn expected<L: Lanes>(
        &mut self,
        lanes: L,
        layouts: &layout::Layouts,
        row: &[u8],
    ) -> Option<(Index, Columns)> {
        let next = self.list.get(self.last)?.next;
        for (place, index) in next.into_iter().enumerate() {
            let template = self.list.get(index)?;
            if let Some(changed) = template.compare(lanes, &layouts.get(template.layout).columns, row) {
                if place > 0 {
                    self.came(index);
                } else {
                    self.last = index;
                }
                return Some((index, changed));
            }
        }
        None
    }

    /// The template of a row of a layout, with the columns that have changed.
    #[inline(always)]
    pub(super) fn find<L: Lanes>(
        &mut self,
        lanes: L,
        layout: &Layout,
        hash: u64,
        row: &[u8],
    ) -> Option<(Index, Columns)> {
        let start = place(hash);
        for (tag, index) in self.slots.get(start..start + WAYS)?.iter().copied() {
            if tag == tag_of(hash)
                && let Some(template) = self.list.get(index as usize)
                && let Some(changed) = template.compare(lanes, &layout.columns, row)
            {
                self.came(index as usize);
                return Some((index as usize, changed));
            }
        }
        None
    }

    /// Remembers that a row of a template came next.
    fn came(&mut self, index: Index) {
        let Some(last) = self.list.get_mut(self.last) else { return };
        if last.next[0] != index {
            last.next[1] = last.next[0];
            last.next[0] = index;
        }
        self.last = index;
    }

    /// Learns a row, in place of an old one where there are many.
    #[inline(always)]
    pub(super) fn learn<L: Lanes>(
        &mut self,
        lanes: L,
        index: layout::Index,
        layout: &Layout,
        hash: u64,
        row: &[u8],
        learnt: Learnt,
    ) -> Index {
        if self.slots.is_empty() {
            self.slots.resize(2 * MOST + WAYS, (0, u32::MAX));
        }
        let new = if self.list.len() < MOST {
            self.list.push(Template::default());
            self.list.len() - 1
        } else {
            self.oldest = (self.oldest + 1) % MOST;
            self.oldest
        };
        let template = &mut self.list[new];
        template.layout = index;
        template.length = layout.length + 2;
        template.next = [new; NEXT];
        template.learnt = learnt;
        template.mark = 0;
        template.skips = 0;
        template.blocks.clear();
        template.blocks.extend(layout.varying.iter().zip(&layout.free).enumerate().map(|(index, (varying, free))| {
            let at = index * BLOCK;
            let (bytes, digits) = with_block(row, at, |block| (*block, lanes.digits(block)));
            let rest = template.length - at;
            let valid = if rest < BLOCK { (1 << rest) - 1 } else { u64::MAX };
            Block { bytes, valid, free: free & digits, varying: varying & digits }
        }));
        let slots = &mut self.slots[place(hash)..][..WAYS];
        let slot = slots.iter().position(|(_, index)| *index == u32::MAX).unwrap_or(new % WAYS);
        slots[slot] = (tag_of(hash), new as u32);
        self.came(new);
        new
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        *self = Templates::default();
    }
}

fn place(hash: u64) -> usize {
    (hash >> (64 - (2 * MOST).ilog2())) as usize
}

fn tag_of(hash: u64) -> u32 {
    hash as u32
}

/// A hash of what cannot vary in a row of a layout.
#[inline(always)]
pub(super) fn fixed_hash(index: layout::Index, layout: &Layout, row: &[u8]) -> u64 {
    const KEYS: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03];
    let mut hash = index as u64;
    for (number, fixed) in layout.fixed.iter().enumerate() {
        with_block(row, number * BLOCK, |bytes| {
            for (bytes, fixed) in bytes.as_chunks::<16>().0.iter().zip(fixed) {
                let word = u128::from_le_bytes(*bytes) & fixed;
                let product = u128::from(word as u64 ^ KEYS[0]) * u128::from((word >> 64) as u64 ^ KEYS[1]);
                hash = hash.rotate_left(7).wrapping_add(product as u64 ^ (product >> 64) as u64);
            }
        });
    }
    hash.wrapping_mul(KEYS[0])
}
