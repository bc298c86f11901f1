//! The cells of a row, put together from those of its head and those of its tail. Knows where they stand;
//! knows no value.

use std::sync::Arc;

use super::Columns;
use super::memo::{Short, short};
use crate::bind::{Contents, Known, Row};
use crate::finding::Place;
use crate::scan::{Begin, Cell, LineEnd, Record};
use crate::spec::Table;

/// Some cells in a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub(super) list: Vec<Cell>,
    /// Where their contents stand: that is all that is looked at for most rows.
    pub(super) contents: Vec<Content>,
    /// Which of them are not empty, one bit for each.
    pub(super) filled: Columns,
}

/// Where the content of a cell begins and ends.
pub(super) type Content = [u16; 2];

impl Cells {
    /// Takes up what was put into the list. No row is longer than so many bytes.
    pub(super) fn note_contents(&mut self) {
        self.contents.clear();
        self.contents.extend(self.list.iter().map(|cell| {
            let content = cell.content();
            [content.start as u16, content.end as u16]
        }));
        self.note_filled();
    }

    /// Where the last one ends.
    pub(super) fn reach(&self) -> usize {
        self.list.last().map_or(0, |cell| cell.span().end)
    }

    fn note_filled(&mut self) {
        self.filled = 0;
        for [start, end] in self.contents.iter().rev() {
            self.filled = self.filled << 1 | Columns::from(start < end);
        }
    }

    /// Becomes the first of others.
    pub(super) fn take_first(&mut self, count: usize, others: &Cells) {
        self.list.clear();
        self.list.extend_from_slice(&others.list[..count]);
        self.contents.clear();
        self.contents.extend_from_slice(&others.contents[..count]);
        self.note_filled();
    }
}

/// A row that is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<'a> {
    pub(crate) table: &'static Table,
    pub(crate) begin: &'a Begin<'a>,
    /// What is in memory from its beginning on.
    pub(super) around: &'a [u8],
    /// How many bytes it has, line end aside.
    pub(super) length: usize,
    pub(super) file: &'a Arc<str>,
    pub(super) head: &'a Cells,
    pub(super) tail: &'a Cells,
    /// Where the tail begins, from which the places of its cells are counted.
    pub(super) shift: usize,
}

impl<'a> Look<'a> {
    pub(crate) fn bytes(&self) -> &'a [u8] {
        &self.around[..self.length]
    }

    #[inline(always)]
    pub(super) fn place(&self, column: usize) -> [usize; 2] {
        let before = self.head.contents.len();
        if column < before {
            let [start, end] = self.head.contents[column];
            [usize::from(start), usize::from(end)]
        } else {
            let [start, end] = self.tail.contents[column - before];
            [usize::from(start) + self.shift, usize::from(end) + self.shift]
        }
    }

    /// The columns that are not empty.
    #[inline]
    pub(super) fn filled(&self) -> Columns {
        self.head.filled | self.tail.filled << (self.head.contents.len() as u32 % Columns::BITS)
    }

    #[inline]
    pub(super) fn content(&self, column: usize) -> &'a [u8] {
        let [start, end] = self.place(column);
        self.around.get(start..end).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn short(&self, column: usize) -> Option<Short> {
        let [start, end] = self.place(column);
        short(self.around, start, end)
    }
}

impl Contents for Look<'_> {
    #[inline]
    fn table(&self) -> &'static Table {
        self.table
    }

    #[inline(always)]
    fn filled(&self) -> u128 {
        Look::filled(self)
    }

    // All of its cells are sound.
    #[inline(always)]
    fn content(&self, column: usize) -> Known<&[u8]> {
        match Look::content(self, column) {
            b"" => Known::Absent,
            content => Known::Is(content),
        }
    }

    #[inline(always)]
    fn start(&self, column: usize) -> Option<([u8; 8], usize)> {
        let [start, end] = Look::place(self, column);
        let bytes = self.around.get(start..)?.first_chunk()?;
        Some((*bytes, end.wrapping_sub(start)))
    }

    fn place(&self, column: Option<usize>) -> Place {
        let [start, end] = column.map_or([0, self.length], |column| Look::place(self, column));
        Place {
            line: self.begin.line,
            record: self.begin.at,
            record_length: self.length as u32,
            start: start as u32,
            end: end as u32,
            column: column.map_or(u16::MAX, |column| column as u16),
        }
    }
}

/// The cells of one row, put together when they are first asked for.
#[derive(Debug, Default)]
pub(crate) struct Room {
    cells: Vec<Cell>,
    is_filled: bool,
}

impl Room {
    /// Goes on to another row.
    pub(super) fn clear(&mut self) {
        self.is_filled = false;
    }

    /// The row that is looked at, as the rules see it.
    pub(crate) fn row<'b, 'a: 'b>(&'b mut self, look: &Look<'a>) -> Row<'b> {
        self.put_together([look.head, look.tail], look.shift);
        self.filled(look.table, look.begin, look.length)
    }

    /// Puts the cells of a head and of a tail, which begins at a place, together.
    pub(super) fn put_together(&mut self, [head, tail]: [&Cells; 2], shift: usize) {
        if !self.is_filled {
            self.cells.clear();
            self.cells.extend_from_slice(&head.list);
            self.cells.extend(tail.list.iter().map(|cell| cell.shifted(shift)));
            self.is_filled = true;
        }
    }

    /// The row of so many bytes, line end aside, that they are of.
    pub(super) fn filled<'b>(&'b self, table: &'static Table, begin: &Begin<'b>, length: usize) -> Row<'b> {
        let Begin { buffer, from, index, line, at } = *begin;
        let bytes = &buffer[from..from + length];
        Row { table, record: Record { index, line, at, bytes, end: LineEnd::CrLf, cells: &self.cells } }
    }
}
