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

use self::endings::{Context, Endings};
use self::layout::{Content, Layout, Layouts, Structure};
use self::masks::{BLOCK, Lanes, MOST_BLOCKS, Way, Work};
pub(crate) use self::memo::{Short, short};
pub(crate) use self::program::{CellRule, Doubts, RowRule, Rules};
use self::program::{Look, Program};
use self::template::{Changes, Difference, Learnt, Template, Templates, fixed_hash};
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
    contents: Vec<Content>,
    /// The columns whose changes others want to know of.
    watched: Columns,
    /// What is in doubt of the row proved last.
    doubts: Doubts,
}

/// Some columns of a table, one bit for each.
pub(crate) type Columns = u128;

/// How many bytes the line end has.
const END: usize = LineEnd::CrLf.bytes().len();

/// A row that was proved, but for what is in doubt. Small, as there is one for each row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proved {
    template: u32,
    bytes: u32,
    /// Whether it may differ from its template in one of the columns that are watched.
    pub(crate) watched: bool,
    /// Whether something is in doubt: [`Fast::doubts_of_row`].
    pub(crate) in_doubt: bool,
}

impl Proved {
    /// Its bytes in the file, line end included.
    #[inline(always)]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes as usize
    }
}

/// Tells which rows are plain: nothing of them is in doubt, the columns that are watched are as in the row
/// before, and no rule must see them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    /// What is marked on templates in which the watched columns are as in the row before.
    pub(crate) mark: u64,
    /// The rules that must see every row.
    pub(crate) rules: u64,
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
            contents: Vec::new(),
            watched: 0,
            doubts: Doubts::default(),
        })
    }

    /// Forgets what was marked on templates: the next row is one of another file.
    pub(crate) fn leave_file(&mut self) {
        if self.layouts.are_many() {
            self.forget();
        }
        self.templates.unmark();
    }

    /// Proves the row that begins there, as far as it can, after those before it that are plain, which are
    /// passed. `None` where what begins there then is no sound row that ends in CR LF, or where passing one
    /// gives `false`.
    #[inline(always)]
    pub(crate) fn prove(
        &mut self,
        begin: &mut Begin<'_>,
        file: &Arc<str>,
        plain: Option<Plain>,
        pass: impl FnMut(&Row<'_>, Script) -> bool,
    ) -> Option<Proved> {
        let way = self.way;
        way.run(Prove { fast: self, begin, file, plain, pass })
    }

    /// Proves a row of a template.
    #[inline(always)]
    fn prove_by(&mut self, index: template::Index, changes: Changes, here: &Here<'_>) -> Proved {
        let template = self.templates.get(index);
        let bytes = template.length as u32;
        let mut doubts = template.learnt.doubts;
        let Changes { columns: changed, is_usual } = changes;
        if changed != 0 {
            doubts.cells &= !changed;
            let is_clean = is_usual && {
                let ending = here.around.get(template.ending..).and_then(|rest| rest.first_chunk());
                ending.is_some_and(|ending| self.endings.hold(template.learnt.context, *ending))
            };
            if !is_clean {
                doubts = doubts.or(self.doubts(index, changed, here));
            }
        }
        self.doubts = doubts;
        Proved { template: index as u32, bytes, watched: changed & self.watched != 0, in_doubt: !doubts.none() }
    }

    /// A row that is its own template.
    #[inline(always)]
    fn learnt(&mut self, template: template::Index, doubts: Doubts) -> Proved {
        self.doubts = doubts;
        let bytes = self.templates.get(template).length as u32;
        Proved { template: template as u32, bytes, watched: false, in_doubt: !doubts.none() }
    }

    /// What is not proved of a row of a template in which some columns have changed.
    #[inline(never)]
    fn doubts(&mut self, index: template::Index, changed: Columns, here: &Here<'_>) -> Doubts {
        let template = self.templates.get_mut(index);
        let Layout { cells, contents, .. } = self.layouts.get(template.layout);
        let look = here.look(self.table, template.length - END, cells, contents);
        let doubts = self.program.doubts(changed, &look);
        if doubts.none() {
            // What is to be expected next.
            let column = changed.trailing_zeros() as usize;
            let content = contents[column];
            if changed & (changed - 1) != 0 || !template.is_equal_before(content, here.around) {
                template.rebase(here.around);
            } else if let Some((context, ending)) = self.program.around(column, &look) {
                template.expect(self.endings.add(context, ending), content);
            }
        }
        doubts
    }

    #[inline(always)]
    fn prove_by_structure<L: Lanes>(&mut self, lanes: L, here: &Here<'_>) -> Option<Proved> {
        let around = here.around;
        if !self.structure.read(lanes, around) {
            return None;
        }
        let Some(index) = self.layouts.find(&self.structure) else {
            return self.prove_alone(lanes, here);
        };
        let layout = self.layouts.get(index);
        let base = self.templates.get(layout.base);
        let is_known = base.layout == index && base.learnt.doubts.none();
        let hash = if is_known && !self.templates.are_worth_learning() {
            None
        } else {
            let hash = fixed_hash(lanes, index, layout, around);
            if let Some((template, changes)) = self.templates.find(lanes, layout, hash, around) {
                return Some(self.prove_by(template, changes, here));
            }
            Some(hash)
        };
        let look = here.look(self.table, layout.length, &layout.cells, &layout.contents);
        let base = self.templates.get(layout.base);
        let learnt = if is_known {
            let Difference { columns, beyond_ascii } = base.difference(lanes, layout, around);
            let script = if beyond_ascii { Script::of(look.row.record.bytes) } else { base.learnt.script };
            Learnt { doubts: self.program.doubts(columns, &look), context: Context::default(), script }
        } else {
            Learnt::alone(&mut self.program, unlike(self.templates.last(), &self.layouts, &look), &look)?
        };
        let template = if hash.is_none() && learnt.doubts.none() {
            self.templates.replace(lanes, layout.base, layout, around, learnt);
            layout.base
        } else {
            let hash = hash.unwrap_or_else(|| fixed_hash(lanes, index, layout, around));
            let template = self.templates.learn(lanes, &self.layouts, index, hash, around, learnt);
            self.layouts.get_mut(index).base = template;
            template
        };
        Some(self.learnt(template, learnt.doubts))
    }

    /// Proves a row by its cells, and learns its layout.
    fn prove_alone<L: Lanes>(&mut self, lanes: L, here: &Here<'_>) -> Option<Proved> {
        if !self.structure.cells(&mut self.cells) || self.cells.len() != self.table.items.len() {
            return None;
        }
        self.contents.clear();
        self.contents.extend(self.cells.iter().map(layout::content));
        let look = here.look(self.table, self.structure.length, &self.cells, &self.contents);
        let learnt = Learnt::alone(&mut self.program, unlike(self.templates.last(), &self.layouts, &look), &look)?;
        if !self.layouts.has_room(&self.structure) {
            self.forget();
        }
        let (varying, free) = (self.program.varying(), self.program.free());
        let index = self.layouts.learn(&self.structure, &self.cells, &self.contents, varying, free);
        let hash = fixed_hash(lanes, index, self.layouts.get(index), here.around);
        let template = self.templates.learn(lanes, &self.layouts, index, hash, here.around, learnt);
        self.layouts.get_mut(index).base = template;
        Some(self.learnt(template, learnt.doubts))
    }

    /// A row as it was proved.
    #[inline]
    pub(crate) fn row<'a>(&'a self, proved: &Proved, begin: &Begin<'a>) -> Row<'a> {
        let bytes = &begin.buffer[begin.from..begin.from + proved.bytes() - END];
        let cells = &self.layouts.get(self.template(proved).layout).cells;
        Row { table: self.table, record: record(begin, bytes, cells) }
    }

    /// What the rules have to look at of the row proved last.
    pub(crate) fn doubts_of_row(&self) -> Doubts {
        self.doubts
    }

    #[inline]
    fn template(&self, proved: &Proved) -> &Template {
        self.templates.get(proved.template as usize)
    }

    /// What the characters of a row look like.
    #[inline]
    pub(crate) fn script(&self, proved: &Proved) -> Script {
        self.template(proved).learnt.script
    }

    /// What was marked on the template of a row; 0 on a new one.
    #[inline]
    pub(crate) fn mark(&mut self, proved: &Proved) -> &mut u64 {
        &mut self.templates.get_mut(proved.template as usize).mark
    }

    /// Whether items are the same in all rows of any template.
    pub(crate) fn is_fixed(&self, keys: &[Key]) -> bool {
        let varying = self.program.varying();
        keys.iter().filter_map(|key| self.table.column(*key)).all(|column| varying >> column & 1 == 0)
    }

    /// The rules that need not see rows of this template, one bit for each.
    #[inline]
    pub(crate) fn skips(&self, proved: &Proved) -> u64 {
        self.template(proved).skips
    }

    /// Adds to them.
    pub(crate) fn skip(&mut self, proved: &Proved, rules: u64) {
        self.templates.get_mut(proved.template as usize).skips |= rules;
    }

    /// Has every change of some columns noticed from now on.
    pub(crate) fn watch(&mut self, columns: Columns) {
        self.watched = columns;
        if self.program.notice(columns) {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.layouts.clear();
        self.templates.clear();
    }
}

/// Rows to be proved.
struct Prove<'a, 'b, F> {
    fast: &'a mut Fast,
    begin: &'a mut Begin<'b>,
    file: &'a Arc<str>,
    plain: Option<Plain>,
    pass: F,
}

impl<F: FnMut(&Row<'_>, Script) -> bool> Work for Prove<'_, '_, F> {
    type Outcome = Option<Proved>;

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) -> Option<Proved> {
        let Prove { fast, begin, file, plain, .. } = self;
        loop {
            let here = Here { begin, around: &begin.buffer[begin.from..], file };
            let Some((index, changes)) = fast.templates.expected(lanes, &fast.layouts, here.around) else {
                return fast.prove_by_structure(lanes, &here);
            };
            let proved = fast.prove_by(index, changes, &here);
            let template = fast.templates.get(index);
            let is_plain = |plain: Plain| {
                !proved.in_doubt && !proved.watched && template.mark == plain.mark && plain.rules & !template.skips == 0
            };
            let script = template.learnt.script;
            if script == Script::Other || !plain.is_some_and(is_plain) {
                return Some(proved);
            }
            let goes_on = (self.pass)(&fast.row(&proved, begin), script);
            begin.pass(proved.bytes());
            if !goes_on {
                return None;
            }
        }
    }
}

/// Where a row begins.
struct Here<'a> {
    begin: &'a Begin<'a>,
    /// What is in memory from there on.
    around: &'a [u8],
    file: &'a Arc<str>,
}

impl<'a> Here<'a> {
    #[inline(always)]
    fn look(&self, table: &'static Table, length: usize, cells: &'a [Cell], contents: &'a [Content]) -> Look<'a> {
        let row = Row { table, record: record(self.begin, &self.around[..length], cells) };
        Look { row, contents, around: self.around, file: self.file }
    }
}

impl Learnt {
    /// What is learnt of a row of another layout than those before, but for some columns.
    fn alone(program: &mut Program, changed: Columns, look: &Look<'_>) -> Option<Learnt> {
        let doubts = program.all_doubts(changed, look)?;
        Some(Learnt { doubts, context: Context::default(), script: Script::of(look.row.record.bytes) })
    }
}

/// The columns in which a row is not as the last one, of whatever layout that is; all of them where that
/// was not proved clean.
fn unlike(last: Option<&Template>, layouts: &Layouts, look: &Look<'_>) -> Columns {
    let Some(last) = last.filter(|last| last.learnt.doubts.none()) else { return Columns::MAX };
    let mut room = [[0; BLOCK]; MOST_BLOCKS];
    let old = last.row(&mut room);
    let mut unlike = 0;
    for (column, (new, known)) in look.contents.iter().zip(&layouts.get(last.layout).contents).enumerate() {
        let ([start, end], [old_start, old_end]) = (new.map(usize::from), known.map(usize::from));
        if look.around[start..end] != old[old_start..old_end] {
            unlike |= 1 << column;
        }
    }
    unlike
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
