//! Rows that are proved clean go past the rules about single rows; the rules that remember rows see
//! those they must. Judges nothing itself.

use super::{Bound, Context, Core, Plan};
use crate::bind::Row;
use crate::fast::{Fast, Proved, Rules, Short, short};
use crate::rule::Next;
use crate::scan::{Begin, Taken};
use crate::spec::{Table, Version};
use crate::times::{Stage, enter};

/// So many rows of another table make it the one that is proved.
const OTHERS: u32 = 16;

/// What proves rows clean, and which rules must see the next of them.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    fast: Option<Box<Fast>>,
    /// Clean rows of another table since the last one of this.
    others: u32,
    watch: Watch,
    proved: u64,
}

/// Which file rules must see a row, by what has changed in it. One bit for each rule.
#[derive(Debug, Default)]
struct Watch {
    next: Vec<Next>,
    /// Those that must see every row.
    every: u64,
    /// The columns that some of them look at.
    columns: Vec<Watched>,
    /// Whether the row before was proved and shown to all rules that must see it.
    goes_on: bool,
}

#[derive(Debug)]
struct Watched {
    column: usize,
    /// The rules that look at it.
    rules: u64,
    /// What stood there in the row before; `None` where that was long.
    value: Option<Short>,
    /// The number of the proved row since which it does.
    since: u64,
}

impl Core {
    /// Takes rows as long as they can be proved clean.
    pub(super) fn take_ahead(&mut self, mut begin: Begin<'_>, context: &Context<'_>) -> Taken {
        let mut taken = Taken::default();
        if !self.broken.is_empty() || self.unreadable {
            return taken;
        }
        if self.records == 0 {
            self.go_on_from_other_files(&begin, context);
        }
        let Some(mut fast) = self.ahead.fast.take() else { return taken };
        let before = enter(&mut self.times, Stage::Prove);
        while let Some(proved) = fast.prove(&begin, context.file) {
            self.pass(&mut fast, &proved, &begin, context);
            taken.records += 1;
            taken.bytes += proved.bytes;
            begin.from += proved.bytes;
            begin.index += 1;
            begin.line += 1;
            begin.at += proved.bytes as u64;
            if !self.broken.is_empty() {
                break;
            }
        }
        enter(&mut self.times, before);
        self.ahead.fast = Some(fast);
        taken
    }

    /// At the first row, goes on from what was learnt on other files, if that proves it. If not, nothing
    /// has happened.
    fn go_on_from_other_files(&mut self, begin: &Begin<'_>, context: &Context<'_>) {
        // A row that begins like this is one of data, and states this version, whatever follows.
        let version = begin.buffer[begin.from..].first_chunk::<7>().and_then(|start| start.strip_suffix(b","));
        let Some(version) = version.and_then(Version::parse).filter(|_| context.options.fast) else { return };
        if self.bound.is_some() || self.learnt.is_empty() {
            return;
        }
        self.bind(Some(version), context);
        if let Some(bound) = &self.bound
            && let Some(watch) = Watch::of(bound)
            && let Some(mut fast) = self.learnt.take_one_of(bound.tables)
        {
            if fast.prove(begin, context.file).is_some() {
                self.ahead = Ahead { fast: Some(fast), watch, ..Ahead::default() };
                return;
            }
            self.learnt.keep(fast);
        }
        (self.bound, self.stated) = (None, None);
    }

    /// How many rows were proved clean.
    pub(in super::super) fn proved(&self) -> u64 {
        self.ahead.proved
    }

    fn pass(&mut self, fast: &mut Fast, proved: &Proved, begin: &Begin<'_>, context: &Context<'_>) {
        self.records += 1;
        self.ahead.proved += 1;
        self.line_ends.crlf += 1;
        self.prepare_columns(fast.table, context);
        let row = fast.row(proved, begin);
        self.encoding.plain_record(&row.record, fast.script(proved));
        let mut rules = self.ahead.watch.must_see(proved, &row);
        let mut others = false;
        while rules != 0 {
            let index = rules.trailing_zeros() as usize;
            rules &= rules - 1;
            let next = self.file_rule(index, &row, context);
            let known = &mut self.ahead.watch.next[index];
            if *known != next {
                *known = next;
                others = true;
            }
        }
        self.gather(&row, context);
        self.ahead.watch.goes_on = true;
        if others {
            self.ahead.watch.arrange(fast);
        }
    }

    /// Begins to prove rows of a table once the rules had nothing to say on one.
    pub(super) fn prove_more(&mut self, table: &'static Table, clean: bool, context: &Context<'_>) {
        let Ahead { fast, others, watch, .. } = &mut self.ahead;
        watch.goes_on = false;
        let Some(bound) = self.bound.as_ref().filter(|_| clean && context.options.fast) else { return };
        if fast.as_ref().is_some_and(|fast| std::ptr::eq(fast.table, table)) {
            *others = 0;
            return;
        }
        *others += 1;
        if fast.is_some() && *others < OTHERS {
            return;
        }
        let Some(fresh) = Watch::of(bound) else { return };
        if let Some(fast) = fast.take() {
            self.learnt.keep(fast);
        }
        *fast = self.learnt.take(table).or_else(|| {
            let Plan { csv: records, row: rows, .. } = context.plan;
            let rules = Rules { tables: bound.tables, records, cells: &bound.columns, rows };
            Fast::of(table, &rules).map(Box::new)
        });
        *others = 0;
        *watch = fresh;
    }
}

impl Ahead {
    /// What was learnt of the table proved last.
    pub(super) fn leave(&mut self) -> Option<Box<Fast>> {
        self.fast.take()
    }
}

impl Watch {
    /// All rules must see the next row; `None` where there are more than bits.
    fn of(bound: &Bound) -> Option<Watch> {
        let count = bound.file_rules.len();
        let fits = (1..=u64::BITS as usize).contains(&count);
        fits.then(|| Watch { next: vec![Next::Every; count], ..Watch::default() })
    }

    fn must_see(&mut self, proved: &Proved, row: &Row<'_>) -> u64 {
        let mut rules = self.every;
        for Watched { column, rules: own, value, since } in &mut self.columns {
            // As in the row that it was proved by, and since then in all of them.
            if proved.by >= *since && proved.changed >> *column & 1 == 0 {
                continue;
            }
            let range = row.record.cells[*column].content();
            let new = short(row.record.bytes, range.start, range.end);
            if new.is_none() || *value != new {
                rules |= *own;
                *value = new;
                *since = proved.number;
            }
        }
        if self.goes_on { rules } else { u64::MAX >> (u64::BITS as usize - self.next.len()) }
    }

    /// Sorts the rules by what they must see.
    fn arrange(&mut self, fast: &mut Fast) {
        self.every = 0;
        for watched in &mut self.columns {
            watched.rules = 0;
        }
        for (index, next) in self.next.iter().enumerate() {
            let bit = 1 << index;
            match next {
                Next::Every => self.every |= bit,
                Next::Never => {}
                Next::Changed(keys) => {
                    for column in keys.iter().filter_map(|key| fast.table.column(*key)) {
                        match self.columns.iter_mut().find(|known| known.column == column) {
                            Some(known) => known.rules |= bit,
                            None => self.columns.push(Watched { column, rules: bit, value: None, since: u64::MAX }),
                        }
                    }
                }
            }
        }
        for watched in &self.columns {
            fast.notice(watched.column);
        }
    }
}
