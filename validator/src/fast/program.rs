//! The rules of one table by what they look at, and what they had nothing to say on. Knows no rule in
//! particular: a value not seen before is put before the rules themselves.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::cells::{Look, Room};
use super::endings::{Around, BESIDE, ENDING, Ending};
use super::memo::{EMPTY, Memo, Short, Texts, count_of_digits, shape, short};
use super::observer::{Observer, Reads, What, of_empty};
use super::{Columns, each};
use crate::bind::Row;
use crate::finding::Finding;
use crate::ms932::odd_characters;
use crate::rule::{self, CellCheck, CellView, Out, RecordCheck, RecordView, Role, RowCheck, Rule};
use crate::spec::{Item, ItemType, Table};

/// A rule about cells, for the columns it picks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CellRule {
    pub(crate) rule: &'static Rule,
    pub(crate) picks: fn(&Item) -> bool,
    pub(crate) check: CellCheck,
    /// Whether all digits are alike to it.
    pub(crate) shape: bool,
}

/// A rule about rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowRule {
    pub(crate) rule: &'static Rule,
    pub(crate) reads: RowReads,
    pub(crate) check: RowCheck,
}

/// What it looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RowReads {
    /// The values of some items.
    Values(rule::Reads),
    /// Something of each.
    Glance(rule::Glances),
}

/// The rules about single rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    /// The tables that rows may belong to.
    pub(crate) tables: &'static [Table],
    /// Those about the structure of records.
    pub(crate) records: &'a [(&'static Rule, RecordCheck)],
    /// Those about cells, by column of one table.
    pub(crate) cells: &'a [Vec<CellRule>],
    /// Those about rows.
    pub(crate) rows: &'a [RowRule],
}

#[derive(Debug)]
pub(super) struct Program {
    tables: &'static [Table],
    /// The rules about records.
    records: Vec<(&'static Rule, RecordCheck)>,
    columns: Vec<Column>,
    observers: Vec<Observer>,
    all: Columns,
    /// Those of the tail.
    tail: Columns,
    /// The observers that look at columns of the head alone, one bit for each.
    of_head: u64,
    /// The columns of the head that others look at.
    spanned: Columns,
    /// The columns of which no rule tells digits apart.
    free: Columns,
    /// Those, and those with a date: rows that differ in their digits only are taken together.
    varying: Columns,
    texts: Texts,
    /// The cells of the row looked at.
    pub(super) room: Room,
}

#[derive(Debug)]
struct Column {
    rules: Vec<CellRule>,
    /// Whether no rule tells its digits apart.
    shape: bool,
    /// One bit for each observer that looks at it.
    observers: u64,
    /// The columns that they look at.
    beside: Columns,
    /// Whether an observer asks its rules while it is empty.
    observed_empty: bool,
    /// Where digits are all alike: of how many of them no rule has anything to say, one bit for each number.
    digits: u16,
    /// Values on which no rule had anything to say; shapes where digits are all alike.
    clean: Memo,
}

impl Program {
    /// `None` where a table has more than there are bits for.
    pub(super) fn of(table: &'static Table, rules: &Rules<'_>) -> Option<Program> {
        let Rules { tables, records, cells, rows } = *rules;
        let mut observers: Vec<Observer> = Vec::new();
        for row in rows.iter().filter(|row| row.rule.versions.contains(&table.version)) {
            let reads = match row.reads {
                RowReads::Values(reads) => Reads::Values(reads(table)),
                RowReads::Glance(glance) => Reads::Glance(glance(table)),
            };
            Observer::add(&mut observers, table, What::Row(row.rule, row.check), reads);
        }
        for (column, item) in table.items.iter().enumerate().filter(|(column, _)| !cells[*column].is_empty()) {
            if let Some(reads) = of_empty(table.kind, item) {
                Observer::add(&mut observers, table, What::Empty(column), reads);
            }
        }
        if observers.len() > u64::BITS as usize || table.items.len() > Columns::BITS as usize {
            return None;
        }
        let observers_of =
            |column: usize| observers.iter().enumerate().filter(move |(_, own)| own.columns >> column & 1 == 1);
        let observed: Vec<usize> =
            observers.iter().flat_map(|observer| &observer.what).filter_map(|what| what.empty()).collect();
        let column = |(column, rules): (usize, &Vec<CellRule>)| Column {
            rules: rules.clone(),
            shape: rules.iter().all(|rule| rule.shape),
            observers: observers_of(column).fold(0, |bits, (i, _)| bits | 1 << i),
            beside: observers_of(column).fold(0, |bits, (_, observer)| bits | observer.columns),
            observed_empty: observed.contains(&column),
            digits: 0,
            clean: Memo::default(),
        };
        let columns: Vec<Column> = cells.iter().enumerate().map(column).collect();
        let is_free = |(column, own): &(usize, &Column)| {
            own.shape && !observers.iter().any(|observer| observer.tells_digits(*column))
        };
        let free = columns.iter().enumerate().filter(is_free).fold(0, |bits, (i, _)| bits | 1 << i);
        let counts = |item: &Item| {
            matches!(item.form, ItemType::Date | ItemType::Digits | ItemType::Integer | ItemType::Decimal)
        };
        let counting =
            table.items.iter().enumerate().filter(|(_, item)| counts(item)).fold(0, |bits, (i, _)| bits | 1 << i);
        let all = (0..table.items.len()).fold(0, |bits, column| bits | 1 << column);
        Some(Program {
            tables,
            records: records.to_vec(),
            columns,
            observers,
            all,
            tail: all,
            of_head: 0,
            spanned: 0,
            free,
            varying: free | counting,
            texts: Texts::default(),
            room: Room::default(),
        })
    }

    /// Has so many columns be the head of a row.
    pub(super) fn divide(&mut self, columns: usize) {
        let head = (1 << columns) - 1;
        self.tail = self.all & !head;
        (self.of_head, self.spanned) = (0, 0);
        for (index, observer) in self.observers.iter().enumerate() {
            if observer.columns & self.tail == 0 {
                self.of_head |= 1 << index;
            } else {
                self.spanned |= observer.columns & head;
            }
        }
    }

    /// The columns of the head that something beyond the head depends on.
    pub(super) fn spanned(&self) -> Columns {
        self.spanned
    }

    /// The columns of which digits may be any others, unnoticed.
    pub(super) fn free(&self) -> Columns {
        self.free
    }

    /// Has every change of some columns noticed from now on. `true` where it was not so before.
    pub(super) fn notice(&mut self, columns: Columns) -> bool {
        let were_free = self.free & columns != 0;
        self.free &= !columns;
        were_free
    }

    /// The columns in which rows of one template may differ in digits.
    pub(super) fn varying(&self) -> Columns {
        self.varying
    }

    /// The ending of a cell, with what it is looked at with. `None` where that is much, or it is no two
    /// digits.
    pub(super) fn around(&self, column: usize, look: &Look<'_>) -> Option<(Around, Ending)> {
        let (before, ending) = look.content(column).split_last_chunk::<ENDING>()?;
        let ending = Some(*ending).filter(|ending| ending.iter().all(u8::is_ascii_digit))?;
        let [start, _] = look.place(column);
        let before = short(look.around, start, start + before.len())?;
        let mut around = Around { column: column as u8, before, beside: [0; BESIDE] };
        let mut values = around.beside.iter_mut();
        for beside in each(self.columns[column].beside & !(1 << column)) {
            *values.next()? = look.short(beside)?;
        }
        Some((around, ending))
    }

    /// What is not proved of a row in which these columns are new, and the structure is not.
    #[inline]
    pub(super) fn doubts(&mut self, changed: Columns, look: &Look<'_>) -> Doubts {
        self.doubts_among(u64::MAX, changed, look)
    }

    /// Whether nothing is in doubt of the head of a row, of which these columns are new, by what is known
    /// already.
    pub(super) fn knows_head(&self, changed: Columns, look: &Look<'_>) -> bool {
        let mut observers = 0;
        let known = each(changed).all(|column| {
            observers |= self.columns[column].observers;
            self.knows_cell(column, look.short(column), look)
        });
        known && each(Columns::from(observers & self.of_head)).all(|index| self.observers[index].is_clean(look))
    }

    /// Whether it is known that no rule has anything to say on a cell.
    #[inline(always)]
    fn knows_cell(&self, column: usize, short: Option<Short>, look: &Look<'_>) -> bool {
        let own = &self.columns[column];
        match short {
            // An empty cell is asked about by the observers.
            Some(EMPTY) if own.observed_empty => true,
            Some(value) if own.shape => {
                count_of_digits(value).is_some_and(|count| own.digits >> count & 1 == 1)
                    || own.clean.holds(shape(value))
            }
            Some(value) => own.clean.holds(value),
            None => self.texts.holds(column, look.content(column)),
        }
    }

    /// What is not proved of the head of a row, of which these columns are new.
    pub(super) fn head_doubts(&mut self, changed: Columns, look: &Look<'_>) -> Doubts {
        self.doubts_among(self.of_head, changed, look)
    }

    #[inline(always)]
    fn doubts_among(&mut self, asked: u64, changed: Columns, look: &Look<'_>) -> Doubts {
        let mut doubts = Doubts::default();
        let mut observers = 0;
        for column in each(changed) {
            observers |= self.columns[column].observers;
            let short = look.short(column);
            if !self.knows_cell(column, short, look) && !self.ask_cell(column, short, look) {
                doubts.cells |= 1 << column;
            }
        }
        observers &= asked;
        while observers != 0 {
            let index = observers.trailing_zeros() as usize;
            observers &= observers - 1;
            if !self.observers[index].is_clean(look) {
                self.ask_observer(index, look, &mut doubts);
            }
        }
        doubts
    }

    /// What is not proved of the tail of a row, of which these columns are new, and the structure is, too.
    /// `None` where that is not sound.
    pub(super) fn all_doubts(&mut self, changed: Columns, look: &Look<'_>) -> Option<Doubts> {
        let doubts = self.doubts(changed & self.tail, look);
        let (row, file) = (self.room.row(look), look.file);
        let view = RecordView { record: row.record, odd: &[], role: Role::Data, tables: self.tables, row: Some(row) };
        let sound = has_nothing_to_say(|found| {
            for &(rule, check) in &self.records {
                check(&view, &mut Out { rule, file, found });
            }
        });
        sound.then_some(doubts)
    }

    /// Whether no rule has anything to say on a cell.
    #[inline(never)]
    fn ask_cell(&mut self, column: usize, value: Option<Short>, look: &Look<'_>) -> bool {
        let own = &mut self.columns[column];
        let content = look.content(column);
        let clean = odd_characters(content).is_empty() && {
            let row = self.room.row(look);
            has_nothing_to_say(|found| run_cell(&own.rules, column, &row, look.file, found))
        };
        if clean {
            match value {
                Some(value) => match count_of_digits(value).filter(|_| own.shape) {
                    Some(count) => own.digits |= 1 << count,
                    None => own.clean.add(if own.shape { shape(value) } else { value }),
                },
                None => self.texts.add(column, content),
            }
        }
        clean
    }

    #[inline(never)]
    fn ask_observer(&mut self, index: usize, look: &Look<'_>, doubts: &mut Doubts) {
        let observer = &mut self.observers[index];
        let row = self.room.row(look);
        let mut silent = true;
        for what in &observer.what {
            match *what {
                What::Row(rule, check) => {
                    if !has_nothing_to_say(|found| check(&row, &mut Out { rule, file: look.file, found })) {
                        doubts.row = true;
                        silent = false;
                    }
                }
                What::Empty(column) if look.content(column).is_empty() => {
                    if !has_nothing_to_say(|found| {
                        run_cell(&self.columns[column].rules, column, &row, look.file, found)
                    }) {
                        doubts.cells |= 1 << column;
                        silent = false;
                    }
                }
                What::Empty(_) => {}
            }
        }
        if silent {
            observer.learn(look);
        }
    }
}

/// What the rules have to look at of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Doubts {
    /// The columns whose cells they must see.
    pub(crate) cells: Columns,
    /// Whether those about rows must see it.
    pub(crate) row: bool,
}

impl Doubts {
    /// Everything.
    pub(crate) const ALL: Doubts = Doubts { cells: Columns::MAX, row: true };

    pub(crate) fn none(self) -> bool {
        self == Doubts::default()
    }

    pub(super) fn or(self, other: Doubts) -> Doubts {
        Doubts { cells: self.cells | other.cells, row: self.row | other.row }
    }
}

fn run_cell(rules: &[CellRule], column: usize, row: &Row<'_>, file: &Arc<str>, found: &mut Vec<Finding>) {
    let cell = &row.record.cells[column];
    let view = CellView { row, item: &row.table.items[column], cell, content: &row.record.bytes[cell.content()] };
    for rule in rules {
        (rule.check)(&view, &mut Out { rule: rule.rule, file, found });
    }
}

/// Runs rules. One that breaks is not silent: it will break again where that is told.
fn has_nothing_to_say(run: impl FnOnce(&mut Vec<Finding>)) -> bool {
    let mut found = Vec::new();
    catch_unwind(AssertUnwindSafe(|| run(&mut found))).is_ok() && found.is_empty()
}
