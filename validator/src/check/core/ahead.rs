//! Rows that are proved clean go past the rules about single rows, and of others these see what is in
//! doubt; the rules that remember rows see those they must. Judges nothing itself.

use std::sync::Arc;

use super::owners::OWNER;
use super::rows::Bound;
use super::{Context, Core, Plan};
use crate::bind::Row;
use crate::decode::Script;
use crate::fast::{Doubts, Fast, Look, Memo, Plain, Proved, Room, Rules, Short, each, short};
use crate::ms932::odd_characters;
use crate::rule::{Next, RecordView, Role};
use crate::scan::{Begin, Taken};
use crate::spec::{Key, Table, Version};
use crate::times::{Stage, enter};

/// So many rows of another table make it the one that is proved.
const OTHERS: u32 = 16;

/// What proves rows clean, and which rules must see the next of them.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    fast: Option<Box<Fast>>,
    /// Rows of another table since the last one of this.
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
    /// Counts what stood in those of the tail. Templates in which the same stands are marked with it.
    epoch: u64,
    /// Whether the row before was proved and shown to all rules that must see it.
    goes_on: bool,
    /// Whether whose row it is is told by these columns.
    tells_owner: bool,
    alike: Vec<Alike>,
}

/// Which rules must see a row, one bit for each.
struct Seen {
    rules: u64,
    /// Whether it is known to be of the owner of the row before.
    same_owner: bool,
}

/// What a rule need not see rows with.
#[derive(Debug)]
struct Alike {
    /// Its bit.
    rule: u64,
    column: usize,
    values: Memo,
}

#[derive(Debug)]
struct Watched {
    column: usize,
    of_owner: bool,
    /// The rules that look at it.
    rules: u64,
    /// What stood there in the row before; `None` where that was long.
    value: Option<Short>,
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
        let table = self.bound.as_ref().and_then(|bound| bound.table);
        self.prepare_columns(fast.table, context);
        let first = begin;
        loop {
            let plain = self.ahead.watch.plain().filter(|_| self.owners.is_somebody());
            let proved = fast.prove(&mut begin, context.file, plain, |look, script, room| {
                self.go_on(look, script, room, context);
                self.broken.is_empty()
            });
            let Some(proved) = proved else { break };
            // Without a version it may be a row without any value, which is looked at as a whole.
            let row = &begin.buffer[begin.from..];
            if proved.in_doubt && (row.starts_with(b",") || row.starts_with(b"\"\",")) {
                break;
            }
            let mut room = std::mem::take(fast.room());
            self.pass(&mut fast, &proved, (&begin, &mut room), context);
            *fast.room() = room;
            begin.pass(proved.bytes());
            if !self.broken.is_empty() {
                break;
            }
        }
        taken.records = begin.index - first.index;
        taken.bytes = begin.from - first.from;
        if taken.records == 0
            && let Some(table) = table
        {
            self.prepare_columns(table, context);
        }
        enter(&mut self.times, before);
        self.records += taken.records;
        self.line_ends.crlf += taken.records;
        self.ahead.fast = Some(fast);
        taken
    }

    /// At the first row, goes on from what was learnt on other files, if that knows the row. If not,
    /// nothing has happened.
    fn go_on_from_other_files(&mut self, begin: &Begin<'_>, context: &Context<'_>) {
        // A row that begins like this is one of data, and states this version, whatever follows.
        let version = begin.buffer[begin.from..].first_chunk::<7>().and_then(|start| start.strip_suffix(b","));
        let Some(version) = version.and_then(Version::parse).filter(|_| context.options.fast) else { return };
        if self.bound.is_some() || self.learnt.is_empty() {
            return;
        }
        self.bind(Some(version), context);
        if let Some(bound) = &self.bound
            && let Some(mut fast) = self.learnt.take_one_of(bound.tables)
            && let Some(watch) = Watch::of(bound, &mut fast)
        {
            if fast.prove(&mut begin.clone(), context.file, None, |_, _, _| true).is_some() {
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

    #[inline(always)]
    fn pass(
        &mut self,
        fast: &mut Fast,
        proved: &Proved,
        (begin, room): (&Begin<'_>, &mut Room),
        context: &Context<'_>,
    ) {
        let Seen { mut rules, same_owner } = self.ahead.watch.must_see(fast, proved, (begin, context.file));
        let mut script = fast.script(proved);
        if rules == 0 && same_owner && !proved.in_doubt && script != Script::Other && self.owners.is_somebody() {
            let look = fast.look(proved, begin, context.file);
            return self.go_on(&look, script, room, context);
        }
        let row = fast.row(proved, begin, room);
        let hash = self.hash(&row, context);
        if self.arrive(&row, hash, context) {
            rules = self.ahead.watch.all_rules();
        }
        if !proved.in_doubt {
            self.ahead.proved += 1;
        } else if !self.judge_doubts(&row, fast.doubts_of_row(), context) {
            script = Script::Other;
        }
        match script {
            Script::Ascii => {}
            Script::Ms932 => self.encoding.ms932_record(),
            Script::Other => self.encoding.record(&row.record),
        }
        if rules != 0 {
            self.show(rules, fast, proved, &row, context);
        }
    }

    /// Takes a row of the owner of the one before, who is somebody, that is clean and that no file rule must
    /// see.
    #[inline(always)]
    fn go_on(&mut self, look: &Look<'_>, script: Script, room: &mut Room, context: &Context<'_>) {
        self.arrive_again(look, room, context);
        self.ahead.proved += 1;
        if script == Script::Ms932 {
            self.encoding.ms932_record();
        }
    }

    /// Shows a row to file rules, one bit for each.
    #[inline(never)]
    fn show(&mut self, mut rules: u64, fast: &mut Fast, proved: &Proved, row: &Row<'_>, context: &Context<'_>) {
        let (mut others, mut alike) = (false, 0);
        while rules != 0 {
            let index = rules.trailing_zeros() as usize;
            rules &= rules - 1;
            let next = match self.file_rule(index, row, context) {
                Next::Like(keys) => {
                    if fast.is_fixed(keys) {
                        alike |= 1 << index;
                        self.ahead.watch.alike(index, keys, row);
                    }
                    Next::Every
                }
                next @ (Next::Every | Next::Changed(_) | Next::Never) => next,
            };
            let known = &mut self.ahead.watch.next[index];
            if *known != next {
                *known = next;
                others = true;
            }
        }
        if alike != 0 {
            fast.skip(proved, alike);
        }
        self.ahead.watch.goes_on = true;
        if others {
            self.ahead.watch.arrange(fast);
        }
    }

    /// Has the rules about single rows look at what could not be proved. `true` where all of that is
    /// plain.
    #[inline(never)]
    fn judge_doubts(&mut self, row: &Row<'_>, doubts: Doubts, context: &Context<'_>) -> bool {
        let Some(bound) = &self.bound else { return false };
        // Those that are not in doubt have none.
        let is_plain = |column: usize| {
            let content = &row.record.bytes[row.record.cells[column].content()];
            content.iter().all(|byte| matches!(byte, 0x20..=0x7E))
        };
        let is_plain = each(doubts.cells).all(is_plain);
        let odd = if is_plain { Vec::new() } else { odd_characters(row.record.bytes) };
        let view =
            RecordView { record: row.record, odd: &odd, role: Role::Data, tables: bound.tables, row: Some(*row) };
        self.stateless(&view, Some(doubts), context);
        is_plain
    }

    /// Begins to prove rows of a table once one was read.
    pub(super) fn prove_more(&mut self, table: &'static Table, context: &Context<'_>) {
        let Ahead { fast, others, watch, .. } = &mut self.ahead;
        watch.goes_on = false;
        let Some(bound) = self.bound.as_ref().filter(|_| context.options.fast) else { return };
        if fast.as_ref().is_some_and(|fast| std::ptr::eq(fast.table, table)) {
            *others = 0;
            return;
        }
        *others += 1;
        if fast.is_some() && *others < OTHERS {
            return;
        }
        if let Some(fast) = fast.take() {
            self.learnt.keep(fast);
        }
        let new = self.learnt.take(table).or_else(|| {
            let Plan { csv: records, row: rows, .. } = context.plan;
            let rules = Rules { tables: bound.tables, records, cells: &bound.columns, rows };
            Fast::of(table, &rules).map(Box::new)
        });
        *others = 0;
        if let Some(mut new) = new
            && let Some(fresh) = Watch::of(bound, &mut new)
        {
            (*fast, *watch) = (Some(new), fresh);
        }
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
    fn of(bound: &Bound, fast: &mut Fast) -> Option<Watch> {
        let count = bound.file_rules.len();
        if !(1..=u64::BITS as usize).contains(&count) {
            return None;
        }
        let owner = OWNER.map(|key| fast.table.column(key));
        let columns = owner
            .into_iter()
            .flatten()
            .map(|column| Watched { column, of_owner: true, rules: 0, value: None })
            .collect();
        let tells_owner = owner.iter().all(Option::is_some);
        let mut watch = Watch { next: vec![Next::Every; count], columns, tells_owner, ..Watch::default() };
        watch.arrange(fast);
        Some(watch)
    }

    /// Which rows are plain after the row before, where some are.
    #[inline]
    fn plain(&self) -> Option<Plain> {
        (self.goes_on && self.tells_owner).then_some(Plain { mark: self.epoch, rules: self.every })
    }

    #[inline]
    fn must_see(&mut self, fast: &mut Fast, proved: &Proved, at: (&Begin<'_>, &Arc<str>)) -> Seen {
        if self.goes_on && !proved.new_head && !proved.watched && *fast.mark(proved) == self.epoch {
            return Seen { rules: self.every & !fast.skips(proved), same_owner: self.tells_owner };
        }
        self.look(fast, proved, at)
    }

    fn all_rules(&self) -> u64 {
        u64::MAX >> (u64::BITS as usize - self.next.len())
    }

    #[inline(never)]
    fn look(&mut self, fast: &mut Fast, proved: &Proved, (begin, file): (&Begin<'_>, &Arc<str>)) -> Seen {
        let mut rules = self.every & !fast.skips(proved);
        let (mut marks, mut same_owner) = (!proved.watched, self.tells_owner && self.goes_on);
        let look = fast.look(proved, begin, file);
        // Rows of one head are alike in its columns.
        let same_head = self.goes_on && !proved.new_head;
        for Watched { column, rules: own, value, of_owner } in &mut self.columns {
            let of_head = fast.is_of_head(*column);
            if of_head && same_head {
                continue;
            }
            let new = look.short(*column);
            let is_new = new.is_none() || *value != new;
            if is_new {
                rules |= *own;
                *value = new;
                same_owner &= !*of_owner;
            }
            if !of_head {
                marks &= new.is_some();
                self.epoch += u64::from(is_new);
            }
        }
        // Templates are those of tails: what stands in a head says nothing of the next row of one.
        let is_alike = |alike: &&Alike| {
            !fast.is_of_head(alike.column) && look.short(alike.column).is_some_and(|value| alike.values.holds(value))
        };
        let skips = self.alike.iter().filter(is_alike).fold(0, |bits, alike| bits | alike.rule) & rules;
        if marks {
            *fast.mark(proved) = self.epoch;
        }
        if skips != 0 {
            fast.skip(proved, skips);
        }
        Seen { rules: if self.goes_on { rules & !skips } else { self.all_rules() }, same_owner }
    }

    /// A rule need not see rows that have the same in these items as a row.
    fn alike(&mut self, rule: usize, keys: &[Key], row: &Row<'_>) {
        let [key] = keys else { return };
        let Some(column) = row.table.column(*key) else { return };
        let content = row.record.cells[column].content();
        let Some(value) = short(row.record.bytes, content.start, content.end) else { return };
        let rule = 1 << rule;
        let known = match self.alike.iter().position(|alike| alike.rule == rule && alike.column == column) {
            Some(known) => known,
            None => {
                self.alike.push(Alike { rule, column, values: Memo::default() });
                self.alike.len() - 1
            }
        };
        self.alike[known].values.add(value);
    }

    /// Sorts the rules by what they must see.
    fn arrange(&mut self, fast: &mut Fast) {
        self.every = 0;
        self.epoch += 1;
        for watched in &mut self.columns {
            watched.rules = 0;
        }
        for (index, next) in self.next.iter().enumerate() {
            let bit = 1 << index;
            match next {
                Next::Every | Next::Like(_) => self.every |= bit,
                Next::Never => {}
                Next::Changed(keys) => {
                    for column in keys.iter().filter_map(|key| fast.table.column(*key)) {
                        match self.columns.iter_mut().find(|known| known.column == column) {
                            Some(known) => known.rules |= bit,
                            None => self.columns.push(Watched { column, of_owner: false, rules: bit, value: None }),
                        }
                    }
                }
            }
        }
        fast.watch(self.columns.iter().fold(0, |all, watched| all | 1 << watched.column));
    }
}
