//! Proves rows clean by what was proved before. Makes no finding, and has an opinion on clean cells
//! only: whatever it cannot prove is left to the rules.
//!
//! Rows that differ in some digits only, those of dates and of columns in which no rule tells digits
//! apart ([`Check::Shape`]), have one template. It is guessed from the row before, as rows come in the
//! same order day by day: then a row is compared with it and read no further. Otherwise it is looked
//! for by where quotes and commas stand, the layout, and by what cannot vary. Where there is none, the
//! row is compared with the last one of its layout, and becomes a template.
//!
//! Cells that are equal to those compared with are as clean as they are. The others are looked up among
//! values seen before, or put before the rules. Rules that look at more than one cell say which
//! ([`Check::Row`]), and are asked where one of those has changed. Cells that are not clean are named,
//! so that the rules look at nothing else.
//!
//! So every rule has one home, and this module knows none of them.
//!
//! [`Check::Shape`]: crate::rule::Check::Shape
//! [`Check::Row`]: crate::rule::Check::Row

mod endings;
mod layout;
mod masks;
mod memo;
mod program;
mod template;

use std::sync::Arc;

use self::endings::{Context, ENDING, Endings};
use self::layout::{Layouts, Structure};
use self::masks::{Lanes, Way, Work};
pub(crate) use self::memo::{Short, short};
use self::program::Program;
pub(crate) use self::program::{CellRule, Doubts, RowRule, Rules};
use self::template::{Changes, Difference, Learnt, Templates, fixed_hash};
use crate::bind::Row;
use crate::decode::Script;
use crate::scan::{Begin, Cell, LineEnd, Record};
use crate::spec::{Key, Table};

/// What is remembered of the rows of one table.
#[derive(Debug)]
pub(crate) struct Fast {
    pub(crate) table: &'static Table,
    program: Program,
    way: Way,
    /// That of the row looked at.
    structure: Structure,
    layouts: Layouts,
    templates: Templates,
    endings: Endings,
    /// The cells of a row whose layout is new.
    cells: Vec<Cell>,
}

/// Some columns of a table, one bit for each.
pub(crate) type Columns = u128;

/// How many bytes the line end has.
const END: usize = LineEnd::CrLf.bytes().len();

/// A row that was proved, but for what is in doubt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proved {
    template: template::Index,
    /// The columns in which it differs from its template, except for digits of columns that need not be
    /// noticed.
    pub(crate) changed: Columns,
    /// What the rules have to look at.
    pub(crate) doubts: Doubts,
    /// Its bytes in the file, line end included.
    pub(crate) bytes: usize,
}

impl Fast {
    /// `None` where a table is too large.
    pub(crate) fn of(table: &'static Table, rules: &Rules<'_>) -> Option<Fast> {
        Some(Fast {
            table,
            program: Program::of(table, rules)?,
            way: Way::best(),
            structure: Structure::default(),
            layouts: Layouts::default(),
            templates: Templates::default(),
            endings: Endings::default(),
            cells: Vec::new(),
        })
    }

    /// Forgets what was marked on templates: the next row is one of another file.
    pub(crate) fn leave_file(&mut self) {
        if self.layouts.are_many() {
            self.forget();
        }
        self.templates.unmark();
    }

    /// Proves the row that begins there, as far as it can. `None` where it is no sound row that ends in
    /// CR LF.
    #[inline(always)]
    pub(crate) fn prove(&mut self, begin: &Begin<'_>, file: &Arc<str>) -> Option<Proved> {
        self.way.run(Prove { fast: self, begin, file })
    }

    #[inline(always)]
    fn prove_with<L: Lanes>(&mut self, lanes: L, begin: &Begin<'_>, file: &Arc<str>) -> Option<Proved> {
        let around = &begin.buffer[begin.from..];
        match self.templates.expected(lanes, &self.layouts, around) {
            Some((template, changed)) => Some(self.prove_by(template, changed, begin, around, file)),
            None => self.prove_by_structure(lanes, begin, around, file),
        }
    }

    /// Proves a row of a template.
    #[inline(always)]
    fn prove_by(
        &mut self,
        index: template::Index,
        changes: Changes,
        begin: &Begin<'_>,
        around: &[u8],
        file: &Arc<str>,
    ) -> Proved {
        let template = self.templates.get(index);
        let mut doubts = template.learnt.doubts;
        let Changes { columns: changed, is_usual } = changes;
        if changed != 0 {
            doubts.cells &= !changed;
            let column = changed.trailing_zeros() as usize;
            let is_clean = is_usual && {
                let end = self.layouts.get(template.layout).cells[column].content().end;
                let ending = around.get(end - ENDING..).and_then(|rest| rest.first_chunk());
                ending.is_some_and(|ending| self.endings.hold(template.learnt.context, *ending))
            };
            if !is_clean {
                doubts = doubts.or(self.doubts(index, changed, begin, around, file));
            }
        }
        Proved { template: index, changed, doubts, bytes: self.templates.get(index).length }
    }

    /// What is not proved of a row of a template in which some columns have changed.
    #[inline(never)]
    fn doubts(
        &mut self,
        index: template::Index,
        changed: Columns,
        begin: &Begin<'_>,
        around: &[u8],
        file: &Arc<str>,
    ) -> Doubts {
        let template = self.templates.get_mut(index);
        let cells = &self.layouts.get(template.layout).cells;
        let row = Row { table: self.table, record: record(begin, &around[..template.length - END], cells) };
        let doubts = self.program.doubts(changed, &row, around, file);
        if doubts.none() {
            // What is to be expected next.
            let column = changed.trailing_zeros() as usize;
            let content = cells[column].content();
            if changed & (changed - 1) != 0 || !template.is_equal_before(content.clone(), around) {
                template.rebase(around);
            } else if let Some((context, ending)) = self.program.around(column, cells, around) {
                template.expect(self.endings.add(context, ending), content.end);
            }
        }
        doubts
    }

    #[inline(always)]
    fn prove_by_structure<L: Lanes>(
        &mut self,
        lanes: L,
        begin: &Begin<'_>,
        around: &[u8],
        file: &Arc<str>,
    ) -> Option<Proved> {
        if !self.structure.read(lanes, around) {
            return None;
        }
        let Some(index) = self.layouts.find(&self.structure) else {
            return self.prove_alone(lanes, begin, around, file);
        };
        let layout = self.layouts.get(index);
        let base = self.templates.get(layout.base);
        let is_known = base.layout == index && base.learnt.doubts.none();
        let hash = if is_known && !self.templates.are_worth_learning() {
            None
        } else {
            let hash = fixed_hash(index, layout, around);
            if let Some((template, changes)) = self.templates.find(lanes, layout, hash, around) {
                return Some(self.prove_by(template, changes, begin, around, file));
            }
            Some(hash)
        };
        let bytes = &around[..self.structure.length];
        let row = Row { table: self.table, record: record(begin, bytes, &layout.cells) };
        let base = self.templates.get(layout.base);
        let learnt = if is_known {
            let Difference { columns, beyond_ascii } = base.difference(lanes, &layout.columns, around);
            let script = if beyond_ascii { Script::of(bytes) } else { base.learnt.script };
            Learnt { doubts: self.program.doubts(columns, &row, around, file), context: Context::default(), script }
        } else {
            let doubts = self.program.all_doubts(&row, around, file)?;
            Learnt { doubts, context: Context::default(), script: Script::of(bytes) }
        };
        let template = if hash.is_none() && learnt.doubts.none() {
            self.templates.replace(lanes, layout.base, layout, around, learnt);
            layout.base
        } else {
            let hash = hash.unwrap_or_else(|| fixed_hash(index, layout, around));
            let template = self.templates.learn(lanes, &self.layouts, index, hash, around, learnt);
            self.layouts.get_mut(index).base = template;
            template
        };
        Some(Proved { template, changed: 0, doubts: learnt.doubts, bytes: bytes.len() + END })
    }

    /// Proves a row by its cells, and learns its layout.
    fn prove_alone<L: Lanes>(&mut self, lanes: L, begin: &Begin<'_>, around: &[u8], file: &Arc<str>) -> Option<Proved> {
        if !self.structure.cells(&mut self.cells) || self.cells.len() != self.table.items.len() {
            return None;
        }
        let bytes = &around[..self.structure.length];
        let row = Row { table: self.table, record: record(begin, bytes, &self.cells) };
        let doubts = self.program.all_doubts(&row, around, file)?;
        if !self.layouts.has_room(&self.structure) {
            self.forget();
        }
        let (varying, free) = (self.program.varying(), self.program.free());
        let index = self.layouts.learn(&self.structure, &self.cells, varying, free);
        let layout = self.layouts.get(index);
        let learnt = Learnt { doubts, context: Context::default(), script: Script::of(bytes) };
        let template =
            self.templates.learn(lanes, &self.layouts, index, fixed_hash(index, layout, around), around, learnt);
        self.layouts.get_mut(index).base = template;
        Some(Proved { template, changed: 0, doubts, bytes: bytes.len() + END })
    }

    /// A row as it was proved.
    #[inline]
    pub(crate) fn row<'a>(&'a self, proved: &Proved, begin: &Begin<'a>) -> Row<'a> {
        let bytes = &begin.buffer[begin.from..begin.from + proved.bytes - END];
        let cells = &self.layouts.get(self.templates.get(proved.template).layout).cells;
        Row { table: self.table, record: record(begin, bytes, cells) }
    }

    /// What the characters of a row look like.
    #[inline]
    pub(crate) fn script(&self, proved: &Proved) -> Script {
        self.templates.get(proved.template).learnt.script
    }

    /// What was marked on the template of a row; 0 on a new one.
    #[inline]
    pub(crate) fn mark(&mut self, proved: &Proved) -> &mut u64 {
        &mut self.templates.get_mut(proved.template).mark
    }

    /// Whether items are the same in all rows of any template.
    pub(crate) fn is_fixed(&self, keys: &[Key]) -> bool {
        let varying = self.program.varying();
        keys.iter().filter_map(|key| self.table.column(*key)).all(|column| varying >> column & 1 == 0)
    }

    /// The rules that need not see rows of this template, one bit for each.
    #[inline]
    pub(crate) fn skips(&self, proved: &Proved) -> u64 {
        self.templates.get(proved.template).skips
    }

    /// Adds to them.
    pub(crate) fn skip(&mut self, proved: &Proved, rules: u64) {
        self.templates.get_mut(proved.template).skips |= rules;
    }

    /// Has every change of a column noticed from now on.
    pub(crate) fn notice(&mut self, column: usize) {
        if self.program.notice(column) {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.layouts.clear();
        self.templates.clear();
    }
}

/// A row to be proved.
struct Prove<'a> {
    fast: &'a mut Fast,
    begin: &'a Begin<'a>,
    file: &'a Arc<str>,
}

impl Work for Prove<'_> {
    type Outcome = Option<Proved>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Option<Proved> {
        self.fast.prove_with(lanes, self.begin, self.file)
    }
}

fn record<'a>(begin: &Begin<'_>, bytes: &'a [u8], cells: &'a [Cell]) -> Record<'a> {
    Record { index: begin.index, line: begin.line, at: begin.at, bytes, end: LineEnd::CrLf, cells }
}

/// The columns among some.
#[inline]
pub(crate) fn each(mut columns: Columns) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let column = (columns != 0).then(|| columns.trailing_zeros() as usize)?;
        columns &= columns - 1;
        Some(column)
    })
}
