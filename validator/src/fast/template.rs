//! Templates: rows that were proved, each standing for all rows that differ from it in some digits
//! only. Knows no rule.

use super::cells::Content;
use super::endings::{Context, ENDING};
use super::layout::{self, Layout, Layouts};
use super::masks::{BLOCK, Bytes, Lanes, MOST_BLOCKS, padded};
use super::{Columns, Doubts, END};
use crate::decode::Script;

/// How many are kept. A new one takes the place of an old one.
const MOST: usize = 2048;

/// How many are asked to give way to a new one.
const CHANCES: usize = 8;

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
    /// Where the endings whose context is known begin.
    pub(super) ending: usize,
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
    /// That of the endings of one of its columns.
    pub(super) context: Context,
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
    /// Those among them that most often are: the endings whose context is known.
    usual: u64,
}

impl Template {
    /// Tells in what a row differs from it, free digits aside. `None` where it is another row.
    #[inline(always)]
    fn compare<L: Lanes>(&self, lanes: L, layout: &Layout, row: &[u8]) -> Option<Changes> {
        // No block is left out: what is done costs less than guessing whether to do it.
        let (mut others, mut noticed, mut unusual) = (0, 0, 0);
        for (index, own) in self.blocks.iter().enumerate() {
            let new = lanes.block(row, index * BLOCK);
            let bytes = lanes.changes(new, lanes.load(&own.bytes)) & own.valid;
            others |= bytes & !(lanes.digits(new) & own.varying);
            noticed |= bytes & !own.free;
            unusual |= bytes & !own.free & !own.usual;
        }
        if others != 0 {
            return None;
        }
        let is_usual = unusual == 0;
        let columns = match noticed {
            0 => 0,
            _ if is_usual => 1 << self.learnt.context.column(),
            _ => self.noticed(lanes, layout, row),
        };
        Some(Changes { columns, is_usual })
    }

    /// The columns in which blocks differ, free digits aside.
    #[inline(always)]
    fn noticed<L: Lanes>(&self, lanes: L, layout: &Layout, row: &[u8]) -> Columns {
        let mut noticed = 0;
        for (index, (own, places)) in self.blocks.iter().zip(&layout.blocks).enumerate() {
            let new = lanes.block(row, index * BLOCK);
            let bytes = lanes.changes(new, lanes.load(&own.bytes)) & own.valid & !own.free;
            noticed |= places.columns(bytes);
        }
        noticed
    }

    /// Becomes a row of a layout.
    #[inline(always)]
    fn become_row<L: Lanes>(&mut self, lanes: L, layout: &Layout, row: &[u8], learnt: Learnt) {
        self.length = layout.length + END;
        self.learnt = learnt;
        self.mark = 0;
        self.skips = 0;
        self.blocks.clear();
        self.blocks.reserve_exact(layout.blocks.len());
        for (index, places) in layout.blocks.iter().enumerate() {
            let at = index * BLOCK;
            let digits = lanes.digits(lanes.block(row, at));
            let rest = self.length - at;
            let valid = if rest < BLOCK { (1 << rest) - 1 } else { u64::MAX };
            let (free, varying) = (places.free & digits, places.varying & digits);
            self.blocks.push(Block { bytes: block(row, at), valid, free, varying, usual: 0 });
        }
    }

    /// Remembers the context of the endings of a column.
    pub(super) fn expect(&mut self, context: Context, [_, end]: Content) {
        self.forget_context();
        self.learnt.context = context;
        let end = usize::from(end);
        self.ending = end.saturating_sub(ENDING);
        for at in self.ending..end {
            if let Some(block) = self.blocks.get_mut(at / BLOCK) {
                block.usual |= 1 << (at % BLOCK);
            }
        }
    }

    fn forget_context(&mut self) {
        self.learnt.context = Context::default();
        for block in &mut self.blocks {
            block.usual = 0;
        }
    }

    /// Puts a row of it in its place: the next ones will differ less from that.
    pub(super) fn rebase(&mut self, row: &[u8]) {
        for (index, own) in self.blocks.iter_mut().enumerate() {
            own.bytes = block(row, index * BLOCK);
        }
        self.forget_context();
        self.mark = 0;
    }

    /// The row, line end included, put together.
    pub(super) fn row<'a>(&self, room: &'a mut [Bytes; MOST_BLOCKS]) -> &'a [u8] {
        for (bytes, block) in room.iter_mut().zip(&self.blocks) {
            *bytes = block.bytes;
        }
        room.as_flattened().get(..self.length).unwrap_or_default()
    }

    /// Whether a column of a row is as here but for its ending.
    pub(super) fn is_equal_before(&self, [start, end]: Content, row: &[u8]) -> bool {
        let mut before = usize::from(start)..usize::from(end).saturating_sub(ENDING);
        before.all(|at| self.blocks[at / BLOCK].bytes[at % BLOCK] == row[at])
    }

    /// In what a row of the same layout differs, digits that are free in both aside.
    #[inline(always)]
    pub(super) fn difference<L: Lanes>(&self, lanes: L, layout: &Layout, row: &[u8]) -> Difference {
        let mut difference = Difference::default();
        for (index, (own, places)) in self.blocks.iter().zip(&layout.blocks).enumerate() {
            let (new, old) = (lanes.block(row, index * BLOCK), lanes.load(&own.bytes));
            let bytes = lanes.changes(new, old) & own.valid;
            if bytes != 0 {
                difference.columns |= places.columns(bytes & !(lanes.digits(new) & own.free));
                difference.beyond_ascii |= bytes & (lanes.beyond_ascii(new) | lanes.beyond_ascii(old)) != 0;
            }
        }
        difference
    }
}

/// The 64 bytes of a row from a place on, with zeros behind the end.
#[inline(always)]
fn block(row: &[u8], from: usize) -> Bytes {
    let rest = row.get(from..).unwrap_or_default();
    rest.first_chunk().copied().unwrap_or_else(|| padded(rest))
}

/// In what a row differs from its template.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changes {
    /// The columns, free digits aside.
    pub(super) columns: Columns,
    /// Whether nothing but an ending whose context is known is among it.
    pub(super) is_usual: bool,
}

/// What tells a row from another of its layout.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Difference {
    pub(super) columns: Columns,
    /// Whether bytes beyond ASCII are among it: these alone tell the script of a row.
    pub(super) beyond_ascii: bool,
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
    use_of: Use,
}

/// How often rows were of a template that was known.
#[derive(Debug, Default)]
struct Use {
    rows: u32,
    /// How many were of the one that was expected.
    expected: u32,
    learnt: u32,
    /// Whether too many were learnt.
    gave_up: bool,
}

/// So many rows are learnt before that is judged.
const TRIED: u32 = 512;

/// If one row in so many was learnt of them, learning is given up.
const FEW: u32 = 4;

/// After so many it is judged anew.
const ROWS: u32 = 16_384;

impl Templates {
    pub(super) fn get(&self, index: Index) -> &Template {
        &self.list[index]
    }

    pub(super) fn get_mut(&mut self, index: Index) -> &mut Template {
        &mut self.list[index]
    }

    /// The one that the last row was of.
    pub(super) fn last(&self) -> Option<&Template> {
        self.list.get(self.last)
    }

    /// The template of a row, by what came after the last one before, with the columns that have
    /// changed.
    #[inline(always)]
    pub(super) fn expected<L: Lanes>(&mut self, lanes: L, layouts: &Layouts, row: &[u8]) -> Option<(Index, Changes)> {
        self.use_of.rows += 1;
        if self.use_of.rows > ROWS {
            self.use_of = Use::default();
        }
        if self.use_of.rows > TRIED && self.use_of.expected < self.use_of.rows / 8 {
            return None;
        }
        let next = self.list.get(self.last)?.next;
        for (place, index) in next.into_iter().enumerate() {
            let template = self.list.get(index)?;
            if let Some(changed) = template.compare(lanes, layouts.get(template.layout), row) {
                self.use_of.expected += 1;
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
    ) -> Option<(Index, Changes)> {
        let start = place(hash);
        for (tag, index) in self.slots.get(start..start + WAYS)?.iter().copied() {
            if tag == tag_of(hash)
                && let Some(template) = self.list.get(index as usize)
                && let Some(changed) = template.compare(lanes, layout, row)
            {
                self.came(index as usize);
                return Some((index as usize, changed));
            }
        }
        None
    }

    /// Whether rows come again often enough to learn each, and to look for them. Where they do not, one of each
    /// layout is kept.
    #[inline]
    pub(super) fn are_worth_learning(&self) -> bool {
        !self.use_of.gave_up
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
        layouts: &Layouts,
        index: layout::Index,
        hash: u64,
        row: &[u8],
        learnt: Learnt,
    ) -> Index {
        let layout = layouts.get(index);
        if self.slots.is_empty() {
            self.slots.resize(2 * MOST + WAYS, (0, u32::MAX));
        }
        let new = if self.list.len() < MOST {
            self.list.push(Template::default());
            self.list.len() - 1
        } else {
            // One that rows of its layout are compared with gives way last.
            for _ in 0..CHANCES {
                self.oldest = (self.oldest + 1) % MOST;
                if layouts.get(self.list[self.oldest].layout).base != self.oldest {
                    break;
                }
            }
            self.oldest
        };
        let template = &mut self.list[new];
        template.layout = index;
        template.next = [new; NEXT];
        template.become_row(lanes, layout, row, learnt);
        self.use_of.learnt += 1;
        self.use_of.gave_up |= self.use_of.learnt >= TRIED && self.use_of.rows < FEW * self.use_of.learnt;
        let slots = &mut self.slots[place(hash)..][..WAYS];
        let slot = slots.iter().position(|(_, index)| *index == u32::MAX).unwrap_or(new % WAYS);
        slots[slot] = (tag_of(hash), new as u32);
        self.came(new);
        new
    }

    /// Takes away what others wanted to know of them.
    pub(super) fn unmark(&mut self) {
        for template in &mut self.list {
            (template.mark, template.skips) = (0, 0);
        }
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

/// A hash of what cannot vary in a row of a layout. Rows that it does not tell apart are compared.
#[inline(always)]
pub(super) fn fixed_hash<L: Lanes>(lanes: L, index: layout::Index, layout: &Layout, row: &[u8]) -> u64 {
    const KEYS: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03];
    let mut folded = lanes.load(&[0; BLOCK]);
    for (number, places) in layout.blocks.iter().enumerate() {
        folded = lanes.fold(folded, lanes.block(row, number * BLOCK), lanes.load(&places.fixed));
    }
    let mut hash = index as u64;
    for bytes in lanes.store(folded).as_chunks::<16>().0 {
        let word = u128::from_le_bytes(*bytes);
        let product = u128::from(word as u64 ^ KEYS[0]) * u128::from((word >> 64) as u64 ^ KEYS[1]);
        hash = hash.rotate_left(7).wrapping_add(product as u64 ^ (product >> 64) as u64);
    }
    hash.wrapping_mul(KEYS[0])
}
