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

use self::layout::{Block, Index, Layout, Layouts, Structure};
use self::masks::{BLOCK, Masks, beyond, changes, digits, padded};
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
    /// How many rows were proved.
    rows: u64,
    /// The cells of a row whose layout is new.
    cells: Vec<crate::scan::Cell>,
}

/// Some columns of a table, one bit for each.
pub(crate) type Columns = u128;

/// A row that was proved clean. Its layout holds its bytes until the next one comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proved {
    layout: Index,
    /// The number of the row, counted from 1.
    pub(crate) number: u64,
    /// The number of the row that it was proved by; 0 where it was proved by its cells.
    pub(crate) by: u64,
    /// The columns in which it differs from that row, except for digits of columns that need not be
    /// noticed.
    pub(crate) changed: Columns,
    /// Its bytes in the file, line end included.
    pub(crate) bytes: usize,
}

/// What tells a row from the last one of its layout.
#[derive(Clone, Copy, Debug, Default)]
struct Difference {
    /// The columns, free digits aside.
    columns: Columns,
    /// One bit for each block in which any byte is another.
    blocks: u32,
    /// Whether characters beyond ASCII are among it.
    beyond_ascii: bool,
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
            rows: 0,
            cells: Vec::new(),
        })
    }

    /// Forgets where it is: the next row is one of another file.
    pub(crate) fn leave_file(&mut self) {
        self.read = None;
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
        let (layout, changed) = match known {
            Some(layout) => (layout, self.prove_alike(layout, begin, around, length, file)?),
            None => (self.prove_alone(begin, around, length, file)?, 0),
        };
        self.rows += 1;
        let by = std::mem::replace(&mut self.layouts.get_mut(layout).row, self.rows);
        Some(Proved { layout, number: self.rows, by, changed, bytes: length + LineEnd::CrLf.bytes().len() })
    }

    /// Proves a row by the last one of its layout, and gives the columns that have changed.
    #[inline]
    fn prove_alike(
        &mut self,
        index: Index,
        begin: &Begin<'_>,
        around: &[u8],
        length: usize,
        file: &Arc<str>,
    ) -> Option<Columns> {
        let layout = self.layouts.get(index);
        let difference = compare(layout, around, length);
        if difference.columns != 0 {
            let row = Row { table: self.table, record: record(begin, &around[..length], &layout.cells) };
            let mut observers = 0;
            for column in each(difference.columns) {
                if !self.program.cell_is_clean(column, &row, around, file) {
                    return None;
                }
                observers |= self.program.observers(column);
            }
            if observers != 0 && !self.program.observers_are_silent(observers, &row, around, file) {
                return None;
            }
        }
        let layout = self.layouts.get_mut(index);
        layout.keep(difference.blocks, around);
        if difference.beyond_ascii {
            layout.script = Script::of(&around[..length]);
        }
        for column in each(difference.columns & self.program.free()) {
            layout.set_free(column);
        }
        Some(difference.columns)
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
        Some(self.layouts.learn(&self.structure, bytes, &self.cells, Script::of(bytes), self.program.free()))
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

    /// Has every change of a column noticed from now on.
    pub(crate) fn notice(&mut self, column: usize) {
        if self.program.notice(column) {
            self.layouts.clear();
        }
    }
}

fn record<'a>(begin: &Begin<'_>, bytes: &'a [u8], cells: &'a [crate::scan::Cell]) -> Record<'a> {
    Record { index: begin.index, line: begin.line, at: begin.at, bytes, end: LineEnd::CrLf, cells }
}

/// The columns among some.
fn each(mut columns: Columns) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let column = (columns != 0).then(|| columns.trailing_zeros() as usize)?;
        columns &= columns - 1;
        Some(column)
    })
}

/// Tells in what a row differs from the last one of its layout.
#[inline]
fn compare(layout: &Layout, around: &[u8], length: usize) -> Difference {
    let mut difference = Difference::default();
    for (index, Block { structure, free, last: old, columns }) in layout.blocks.iter().enumerate() {
        let at = index * BLOCK;
        let rest = &around[at..];
        let end;
        let new = match rest.first_chunk::<BLOCK>() {
            Some(new) => new,
            None => {
                end = padded(rest);
                &end
            }
        };
        let mut bytes = changes(new, old);
        if at + BLOCK > length {
            bytes &= u64::MAX >> (at + BLOCK - length);
        }
        if bytes == 0 {
            continue;
        }
        difference.blocks |= 1 << index;
        let mut rest = if bytes & free == 0 { bytes } else { bytes & !(digits(new) & free) };
        if rest == 0 {
            continue;
        }
        difference.beyond_ascii |= rest & beyond(new, old) != 0;
        let delimiters = structure[0] | structure[1];
        while rest != 0 {
            let byte = rest.trailing_zeros();
            difference.columns |= 1 << columns[byte as usize];
            // What is left up to the next quote or comma is of the same cell.
            let next = (delimiters & u64::MAX << byte).trailing_zeros();
            rest = if next == u64::BITS { 0 } else { rest & u64::MAX << next };
        }
    }
    difference
}
