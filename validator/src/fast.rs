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
//! The columns that are the same in many rows, one after the other, as those that say whose rows they are,
//! are the head of a row and are proved once for all of them. All of the above is about the rest, the tail:
//! it comes again under other heads. Where a rule looks at columns of both, and such a column of the head
//! changes, all that is known of tails is forgotten.
//!
//! So every rule has one home, and this module knows none of them.
//!
//! [`Check::Shape`]: crate::rule::Check::Shape
//! [`Check::Row`]: crate::rule::Check::Row

mod cells;
mod columns;
mod endings;
mod head;
mod layout;
mod masks;
mod memo;
mod observer;
mod program;
mod proved;
mod template;

use std::sync::Arc;

use self::cells::Cells;
pub(crate) use self::cells::{Look, Room};
pub(crate) use self::columns::{Columns, each};
use self::endings::{Context, Endings};
use self::head::Head;
use self::layout::{Layouts, Structure};
use self::masks::{BLOCK, Lanes, MOST_BLOCKS, Way, Work};
pub(crate) use self::memo::{Memo, Short, short};
use self::program::Program;
pub(crate) use self::program::{CellRule, Doubts, RowReads, RowRule, Rules};
pub(crate) use self::proved::{Plain, Proved};
use self::template::{Changes, Difference, Learnt, Template, Templates, fixed_hash};
use crate::bind::Row;
use crate::decode::Script;
use crate::scan::{Begin, LineEnd};
use crate::spec::{Key, Table};

/// What is remembered of the rows of one table.
#[derive(Debug)]
pub(crate) struct Fast {
    pub(crate) table: &'static Table,
    program: Program,
    way: Way,
    head: Head,
    /// Whether no row of that head was proved yet.
    head_is_new: bool,
    /// That of the tail looked at.
    structure: Structure,
    layouts: Layouts,
    templates: Templates,
    endings: Endings,
    /// The cells of what is looked at.
    cells: Cells,
    /// The columns whose changes others want to know of.
    watched: Columns,
    /// What is in doubt of the row proved last.
    doubts: Doubts,
}

/// How many bytes the line end has.
const END: usize = LineEnd::CrLf.bytes().len();

impl Fast {
    /// `None` where a table is too large.
    pub(crate) fn of(table: &'static Table, rules: &Rules<'_>) -> Option<Fast> {
        Some(Fast {
            table,
            program: Program::of(table, rules)?,
            way: Way::best(),
            head: Head::default(),
            head_is_new: false,
            structure: Structure::default(),
            layouts: Layouts::default(),
            templates: Templates::default(),
            endings: Endings::default(),
            cells: Cells::default(),
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
        pass: impl FnMut(&Look<'_>, Script, &mut Room) -> bool,
    ) -> Option<Proved> {
        let way = self.way;
        way.run(Prove { fast: self, begin, file, plain, pass })
    }

    /// Proves the head of a row, whose tail is to be proved then. `false` where the row is not sound.
    #[inline(never)]
    fn take_head<L: Lanes>(&mut self, lanes: L, here: &Here<'_>) -> bool {
        if !self.structure.read(lanes, here.around) || !self.read_head() {
            return false;
        }
        let unlike = self.head.unlike(here.around, &self.cells);
        let no_tail = Cells::default();
        let look = here.look(self.table, self.structure.length, &self.cells, &no_tail, 0);
        let mut doubts = Doubts::default();
        if !self.program.knows_head(unlike, &look) {
            // A rule sees the whole row.
            if !self.read_cells(0) {
                return false;
            }
            let look = here.look(self.table, self.structure.length, &self.cells, &no_tail, 0);
            doubts = self.program.head_doubts(unlike, &look);
        }
        doubts.cells |= self.head.doubts.cells & !unlike;
        let as_before = self.head.become_of(here.around, &self.cells, doubts);
        let forgets = !as_before || unlike & self.program.spanned() != 0;
        if forgets {
            self.forget();
        }
        if !self.head.is_of_use(here.begin.index, forgets) {
            self.choose(Head::again());
        }
        true
    }

    /// Chooses by some rows which columns are the head of a row.
    #[inline(never)]
    fn try_head<L: Lanes>(&mut self, lanes: L, here: &Here<'_>) {
        if self.read_whole(lanes, here) && self.head.tries(&here.around[..self.structure.length], &self.cells) {
            let chosen = std::mem::take(&mut self.head);
            self.choose(chosen);
        }
    }

    fn choose(&mut self, head: Head) {
        self.program.divide(head.columns);
        self.head = head;
        self.forget();
    }

    /// Reads the cells of a whole row. `false` where it is not sound.
    fn read_whole<L: Lanes>(&mut self, lanes: L, here: &Here<'_>) -> bool {
        self.structure.read(lanes, here.around) && self.read_cells(0)
    }

    /// Reads the cells of the head alone. `false` where it is not sound, or all there is of the row.
    fn read_head(&mut self) -> bool {
        let columns = self.head.columns;
        let is_sound = columns == 0 || self.structure.first_cells(columns, &mut self.cells.list);
        self.cells.list.truncate(columns);
        self.cells.note_contents();
        is_sound && self.cells.list.len() == columns && self.cells.reach() < self.structure.length
    }

    /// Reads the cells of what the structure is that of, which begins with a column. `false` where it is not
    /// sound.
    fn read_cells(&mut self, first: usize) -> bool {
        let is_sound =
            self.structure.cells(&mut self.cells.list) && self.cells.list.len() + first == self.table.items.len();
        self.cells.note_contents();
        is_sound
    }

    /// Proves the tail of a row of a template.
    #[inline(always)]
    fn prove_by(&mut self, index: template::Index, changes: Changes, here: &Here<'_>, tail: &[u8]) -> Proved {
        let template = self.templates.get(index);
        let Learnt { mut doubts, context, script } = template.learnt;
        let Changes { columns: changed, is_usual } = changes;
        if changed != 0 {
            doubts.cells &= !changed;
            let is_clean = is_usual && {
                let ending = tail.get(template.ending..).and_then(|rest| rest.first_chunk());
                ending.is_some_and(|ending| self.endings.hold(context, *ending))
            };
            if !is_clean {
                doubts = doubts.or(self.doubts(index, changed, here, tail));
            }
        }
        self.proved(index, doubts, script, changed & self.watched != 0)
    }

    #[inline(always)]
    fn proved(&mut self, template: template::Index, doubts: Doubts, script: Script, watched: bool) -> Proved {
        self.doubts = doubts.or(self.head.doubts);
        let bytes = (self.head.length + self.templates.get(template).length) as u32;
        Proved {
            template: template as u32,
            bytes,
            script: self.head.script.and(script),
            of_template: true,
            new_head: false,
            watched,
            in_doubt: !self.doubts.none(),
        }
    }

    /// What is not proved of a row of a template in which some columns have changed.
    #[inline(never)]
    fn doubts(&mut self, index: template::Index, changed: Columns, here: &Here<'_>, tail: &[u8]) -> Doubts {
        let template = self.templates.get_mut(index);
        let cells = &self.layouts.get(template.layout).cells;
        let look = here.look(self.table, template.length - END, &self.head.cells, cells, self.head.length);
        let doubts = self.program.doubts(changed, &look);
        if doubts.none() {
            // What is to be expected next.
            let column = changed.trailing_zeros() as usize;
            let content = cells.contents[column - self.head.columns];
            if changed & (changed - 1) != 0 || !template.is_equal_before(content, tail) {
                template.rebase(tail);
            } else if let Some((context, ending)) = self.program.around(column, &look) {
                template.expect(self.endings.add(context, ending), content);
            }
        }
        doubts
    }

    #[inline(always)]
    fn prove_by_structure<L: Lanes>(&mut self, lanes: L, here: &Here<'_>, tail: &[u8]) -> Option<Proved> {
        if !self.structure.read(lanes, tail) {
            return None;
        }
        let Some(index) = self.layouts.find(&self.structure) else {
            return self.prove_alone(lanes, here, tail);
        };
        let layout = self.layouts.get(index);
        let base = self.templates.get(layout.base);
        let is_known = base.layout == index && base.learnt.doubts.none();
        let learns = self.templates.are_worth_learning();
        let hash = if learns { fixed_hash(lanes, index, layout, tail) } else { 0 };
        if learns && let Some((template, changes)) = self.templates.find(lanes, layout, hash, tail) {
            return Some(self.prove_by(template, changes, here, tail));
        }
        let look = here.look(self.table, layout.length, &self.head.cells, &layout.cells, self.head.length);
        let base = self.templates.get(layout.base);
        let learnt = if is_known {
            let Difference { columns, beyond_ascii } = base.difference(lanes, layout, tail);
            let script = if beyond_ascii { Script::of(&tail[..layout.length]) } else { base.learnt.script };
            let doubts = self.program.doubts(columns, &look);
            if !learns {
                let base = layout.base;
                let proved = self.proved(base, doubts, script, columns & self.watched != 0);
                return Some(Proved { of_template: false, ..proved });
            }
            Learnt { doubts, context: Context::default(), script }
        } else {
            Learnt::alone(
                &mut self.program,
                unlike(self.templates.last(), &self.layouts, &layout.cells, tail, self.head.columns),
                &look,
            )?
        };
        Some(self.learn(lanes, index, hash, tail, learnt))
    }

    /// Learns a row of a layout.
    fn learn<L: Lanes>(&mut self, lanes: L, index: layout::Index, hash: u64, tail: &[u8], learnt: Learnt) -> Proved {
        let template = self.templates.learn(lanes, &self.layouts, index, hash, tail, learnt);
        self.layouts.get_mut(index).base = template;
        self.proved(template, learnt.doubts, learnt.script, false)
    }

    /// Proves the tail of a row by its cells, and learns its layout.
    fn prove_alone<L: Lanes>(&mut self, lanes: L, here: &Here<'_>, tail: &[u8]) -> Option<Proved> {
        if !self.read_cells(self.head.columns) {
            return None;
        }
        let look = here.look(self.table, self.structure.length, &self.head.cells, &self.cells, self.head.length);
        let unlike = unlike(self.templates.last(), &self.layouts, &self.cells, tail, self.head.columns);
        let learnt = Learnt::alone(&mut self.program, unlike, &look)?;
        if !self.layouts.has_room(&self.structure) {
            self.forget();
        }
        let (varying, free) = (self.program.varying(), self.program.free());
        let index = self.layouts.learn(&self.structure, self.cells.clone(), self.head.columns, varying, free);
        let hash = fixed_hash(lanes, index, self.layouts.get(index), tail);
        Some(self.learn(lanes, index, hash, tail, learnt))
    }

    /// The row that was proved last.
    #[inline]
    pub(crate) fn row<'a>(&self, proved: &Proved, begin: &Begin<'a>, room: &'a mut Room) -> Row<'a> {
        let tail = &self.layouts.get(self.template(proved).layout).cells;
        room.put_together([&self.head.cells, tail], self.head.length);
        room.filled(self.table, begin, proved.bytes() - END)
    }

    /// The room for the cells of that row.
    pub(crate) fn room(&mut self) -> &mut Room {
        &mut self.program.room
    }

    /// Likewise, its cells not yet put together.
    #[inline]
    pub(crate) fn look<'a>(&'a self, proved: &Proved, begin: &'a Begin<'a>, file: &'a Arc<str>) -> Look<'a> {
        let template = self.template(proved);
        let tail = &self.layouts.get(template.layout).cells;
        let here = Here { begin, around: &begin.buffer[begin.from..], file };
        here.look(self.table, template.length - END, &self.head.cells, tail, self.head.length)
    }

    /// What the rules have to look at of the row proved last.
    pub(crate) fn doubts_of_row(&self) -> Doubts {
        self.doubts
    }

    #[inline]
    fn template(&self, proved: &Proved) -> &Template {
        self.templates.get(proved.template as usize)
    }

    /// What the characters of the row proved last look like.
    #[inline]
    pub(crate) fn script(&self, proved: &Proved) -> Script {
        proved.script
    }

    /// What was marked on the template of a row; 0 on a new one.
    #[inline]
    pub(crate) fn mark(&mut self, proved: &Proved) -> &mut u64 {
        &mut self.templates.get_mut(proved.template as usize).mark
    }

    /// Whether items are the same in all rows of any template.
    pub(crate) fn is_fixed(&self, keys: &[Key]) -> bool {
        let varying = self.program.varying() | ((1 << self.head.columns) - 1);
        keys.iter().filter_map(|key| self.table.column(*key)).all(|column| varying >> column & 1 == 0)
    }

    /// Whether a column is one of the head.
    #[inline]
    pub(crate) fn is_of_head(&self, column: usize) -> bool {
        column < self.head.columns
    }

    /// The rules that need not see rows of this template, one bit for each.
    #[inline]
    pub(crate) fn skips(&self, proved: &Proved) -> u64 {
        if proved.of_template { self.template(proved).skips } else { 0 }
    }

    /// Adds to them.
    pub(crate) fn skip(&mut self, proved: &Proved, rules: u64) {
        if proved.of_template {
            self.templates.get_mut(proved.template as usize).skips |= rules;
        }
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

impl<F: FnMut(&Look<'_>, Script, &mut Room) -> bool> Work for Prove<'_, '_, F> {
    type Outcome = Option<Proved>;

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) -> Option<Proved> {
        let Prove { fast, begin, file, plain, .. } = self;
        loop {
            let here = Here { begin, around: &begin.buffer[begin.from..], file };
            fast.program.room.clear();
            if fast.head.is_tried() {
                fast.try_head(lanes, &here);
            }
            if !fast.head.is_of(lanes, here.around) {
                if !fast.take_head(lanes, &here) {
                    return None;
                }
                fast.head_is_new = true;
            }
            let tail = here.around.get(fast.head.length..)?;
            let proved = match fast.templates.expected(lanes, &fast.layouts, tail) {
                Some((index, changes)) => fast.prove_by(index, changes, &here, tail),
                None => fast.prove_by_structure(lanes, &here, tail)?,
            };
            let proved = Proved { new_head: std::mem::take(&mut fast.head_is_new), ..proved };
            let template = fast.template(&proved);
            let is_plain = |plain: Plain| {
                !(proved.new_head | proved.in_doubt | proved.watched)
                    && template.mark == plain.mark
                    && plain.rules & !fast.skips(&proved) == 0
            };
            let script = proved.script;
            if script == Script::Other || !plain.is_some_and(is_plain) {
                return Some(proved);
            }
            let cells = &fast.layouts.get(template.layout).cells;
            let look = here.look(fast.table, template.length - END, &fast.head.cells, cells, fast.head.length);
            let goes_on = (self.pass)(&look, script, &mut fast.program.room);
            begin.pass(proved.bytes());
            if !goes_on {
                return None;
            }
        }
    }
}

/// Where a row begins.
#[derive(Clone, Copy)]
struct Here<'a> {
    begin: &'a Begin<'a>,
    /// What is in memory from there on.
    around: &'a [u8],
    file: &'a Arc<str>,
}

impl<'a> Here<'a> {
    /// The row with a tail of so many bytes, that begins there.
    #[inline(always)]
    fn look(&self, table: &'static Table, length: usize, head: &'a Cells, tail: &'a Cells, shift: usize) -> Look<'a> {
        let Here { begin, around, file } = *self;
        Look { table, begin, around, length: shift + length, file, head, tail, shift }
    }
}

impl Learnt {
    /// What is learnt of a row of another layout than those before, but for some columns.
    fn alone(program: &mut Program, changed: Columns, look: &Look<'_>) -> Option<Learnt> {
        let doubts = program.all_doubts(changed, look)?;
        let script = Script::of(&look.bytes()[look.shift..]);
        Some(Learnt { doubts, context: Context::default(), script })
    }
}

/// The columns in which a tail is not as the last one, of whatever layout that is; all of them where that
/// was not proved clean.
fn unlike(last: Option<&Template>, layouts: &Layouts, cells: &Cells, tail: &[u8], first: usize) -> Columns {
    let Some(last) = last.filter(|last| last.learnt.doubts.none()) else { return Columns::MAX };
    let mut room = [[0; BLOCK]; MOST_BLOCKS];
    let old = last.row(&mut room);
    let mut unlike = 0;
    for (column, (new, known)) in cells.contents.iter().zip(&layouts.get(last.layout).cells.contents).enumerate() {
        let [new, known] = [new, known].map(|[start, end]| usize::from(*start)..usize::from(*end));
        if tail[new] != old[known] {
            unlike |= 1 << (first + column);
        }
    }
    unlike
}
