//! Proves rows clean by what was proved before. Makes no finding, and has an opinion on clean rows
//! only: whatever it cannot prove goes through the rules.
//!
//! Where quotes and commas stand in a row is its layout. A row of a layout that was met before is
//! compared with the last one of it. Cells that are equal are clean; so are cells in which digits
//! became other digits, where no rule tells digits apart ([`Check::Shape`]); the rest is looked up
//! among values seen before, or put before the rules. Rules that look at more than one cell say which
//! ([`Check::Row`]), and are asked where one of those has changed. Of a row of a new layout, every cell
//! is proved in this way, and the layout is learnt.
//!
//! So every rule has one home, and this module knows none of them.
//!
//! [`Check::Shape`]: crate::rule::Check::Shape
//! [`Check::Row`]: crate::rule::Check::Row

mod layout;
mod masks;
mod memo;
mod program;

use std::sync::Arc;

pub(crate) use self::layout::Index;
use self::layout::{Block, Layouts, Structure};
use self::masks::{BLOCK, Difference, Masks, difference, padded};
pub(crate) use self::memo::{Short, short};
use self::program::Program;
pub(crate) use self::program::{CellRule, RowRule, Rules};
use crate::bind::Row;
use crate::decode::Script;
use crate::scan::{Begin, LineEnd, Record};
use crate::spec::Table;

/// What is remembered of the clean rows of one table.
#[derive(Debug)]
pub(crate) struct Fast {
    pub(crate) table: &'static Table,
    program: Program,
    masks: Masks,
    /// Offset in the file and length of the buffer that the masks are of.
    read: Option<(u64, usize)>,
    /// That of the row looked at.
    structure: Structure,
    layouts: Layouts,
    /// The columns that changed in the row just proved.
    changed: Vec<u8>,
    /// The cells of a row whose layout is new.
    cells: Vec<crate::scan::Cell>,
}

/// A row that was proved clean. Its layout holds its bytes until the next one comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proved {
    pub(crate) layout: Index,
    /// Whether the layout is new, maybe in place of another.
    pub(crate) is_new: bool,
    /// Its bytes in the file, line end included.
    pub(crate) bytes: usize,
}

impl Fast {
    /// `None` where a table is too large.
    pub(crate) fn of(table: &'static Table, rules: &Rules<'_>) -> Option<Fast> {
        let program = Program::of(table, rules)?;
        Some(Fast {
            table,
            program,
            masks: Masks::default(),
            read: None,
            structure: Structure::default(),
            layouts: Layouts::default(),
            changed: Vec::new(),
            cells: Vec::new(),
        })
    }

    /// Proves the row that begins there, if it can.
    pub(crate) fn prove(&mut self, begin: &Begin<'_>, file: &Arc<str>) -> Option<Proved> {
        let Begin { buffer, from, .. } = *begin;
        let read = (begin.at - from as u64, buffer.len());
        if self.read != Some(read) {
            self.masks.read(buffer);
            self.read = Some(read);
        }
        let feed = self.masks.feed(from)?;
        let length = (feed - from).checked_sub(1)?;
        if buffer[feed - 1] != b'\r' {
            return None;
        }
        if !self.structure.read(&self.masks, from, length) {
            return None;
        }
        let around = &buffer[from..];
        let known = self.layouts.find(&self.structure);
        let layout = match known {
            Some(layout) => self.prove_alike(layout, begin, around, length, file)?,
            None => self.prove_alone(begin, around, length, file)?,
        };
        Some(Proved { layout, is_new: known.is_none(), bytes: length + LineEnd::CrLf.bytes().len() })
    }

    /// Proves a row by the last one of its layout.
    fn prove_alike(
        &mut self,
        index: Index,
        begin: &Begin<'_>,
        around: &[u8],
        length: usize,
        file: &Arc<str>,
    ) -> Option<Index> {
        let layout = self.layouts.get(index);
        let is_new_beyond_ascii = compare(layout, around, length, &mut self.changed);
        let row = Row { table: self.table, record: record(begin, &around[..length], &layout.cells) };
        let mut observers = 0;
        for &column in &self.changed {
            let column = usize::from(column);
            if !self.program.cell_is_clean(column, &row, around, file) {
                return None;
            }
            observers |= self.program.observers(column);
        }
        if observers != 0 && !self.program.observers_are_silent(observers, &row, around, file) {
            return None;
        }
        let layout = self.layouts.get_mut(index);
        layout.keep(&around[..length]);
        if is_new_beyond_ascii {
            layout.script = Script::of(&around[..length]);
        }
        for &column in &self.changed {
            if self.program.is_free(usize::from(column)) {
                layout.set_free(usize::from(column));
            }
        }
        Some(index)
    }

    /// Proves a row by its cells, and learns its layout.
    fn prove_alone(&mut self, begin: &Begin<'_>, around: &[u8], length: usize, file: &Arc<str>) -> Option<Index> {
        let bytes = &around[..length];
        if !self.structure.cells(&mut self.cells) || self.cells.len() != self.table.items.len() {
            return None;
        }
        let row = Row { table: self.table, record: record(begin, bytes, &self.cells) };
        if !self.program.row_is_clean(&row, around, file) {
            return None;
        }
        self.changed.clear();
        Some(self.layouts.learn(&self.structure, bytes, &self.cells, Script::of(bytes), |c| self.program.is_free(c)))
    }

    /// A row as it was proved.
    pub(crate) fn row<'a>(&'a self, proved: &Proved, begin: &Begin<'a>) -> Row<'a> {
        let length = proved.bytes - LineEnd::CrLf.bytes().len();
        let bytes = &begin.buffer[begin.from..begin.from + length];
        Row { table: self.table, record: record(begin, bytes, &self.layouts.get(proved.layout).cells) }
    }

    /// What the characters of the row just proved look like.
    pub(crate) fn script(&self, proved: &Proved) -> Script {
        self.layouts.get(proved.layout).script
    }

    /// The columns in which the row just proved differs from the row of its layout before it, except
    /// for digits of columns that need not be noticed.
    pub(crate) fn changed(&self) -> &[u8] {
        &self.changed
    }

    /// Has every change of a column noticed from now on. `true` where layouts were forgotten for it.
    pub(crate) fn notice(&mut self, column: usize) -> bool {
        let forget = self.program.notice(column);
        if forget {
            self.layouts.clear();
        }
        forget
    }
}

fn record<'a>(begin: &Begin<'_>, bytes: &'a [u8], cells: &'a [crate::scan::Cell]) -> Record<'a> {
    Record { index: begin.index, line: begin.line, at: begin.at, bytes, end: LineEnd::CrLf, cells }
}

/// Lists the columns in which a row differs from the last one of its layout, free digits aside, and
/// tells whether characters beyond ASCII are among it.
#[inline]
fn compare(layout: &layout::Layout, around: &[u8], length: usize, changed: &mut Vec<u8>) -> bool {
    changed.clear();
    let mut beyond_ascii = 0;
    let mut last = u8::MAX;
    for (index, Block { structure, free, last: old, columns }) in layout.blocks.iter().enumerate() {
        let at = index * BLOCK;
        let rest = &around[at..];
        let Difference { bytes, digits, beyond } = match rest.first_chunk::<BLOCK>() {
            Some(new) => difference(new, old),
            None => difference(&padded(rest), old),
        };
        let mut rest = bytes & !(digits & free);
        if at + BLOCK > length {
            rest &= u64::MAX >> (at + BLOCK - length);
        }
        beyond_ascii |= rest & beyond;
        let delimiters = structure[0] | structure[1];
        while rest != 0 {
            let byte = rest.trailing_zeros();
            let column = columns[byte as usize];
            if column != last {
                changed.push(column);
                last = column;
            }
            // What is left up to the next quote or comma is of the same cell.
            let next = (delimiters & u64::MAX << byte).trailing_zeros();
            rest = if next == u64::BITS { 0 } else { rest & u64::MAX << next };
        }
    }
    beyond_ascii != 0
}
