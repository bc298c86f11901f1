//! Shows rows to the rules that remember them: whose row it is, whether it was seen before, and what was
//! forgotten of its owner comes first. Judges nothing itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::owners::{Past, Turn, owner, person};
use super::role::role;
use super::{Context, Core};
use crate::bind::Row;
use crate::check::reuse::ByColumn;
use crate::check::{ReadAgain, describe};
use crate::facts::Person;
use crate::fast::{Look, Room};
use crate::finding::Finding;
use crate::rowhash::row_hash;
use crate::rule::{FileRule, FileStart, Next, Out, Role, Rule, SumsCheck};
use crate::scan::{Piece, Scanner, Visit};
use crate::seen::SeenRows;
use crate::spec::{Kind, Table, Version, tables};
use crate::table7::{AllSums, Sums};
use crate::times::{Stage, answered, asked, enter};

/// How the rows are read, and the rules that are told of them.
pub(in super::super) struct Bound {
    pub(in super::super) version: Version,
    pub(super) tables: &'static [Table],
    pub(in super::super) table: Option<&'static Table>,
    pub(super) columns: ByColumn,
    pub(super) file_rules: Vec<(&'static Rule, Box<dyn FileRule>)>,
    sum_rules: Vec<(&'static Rule, SumsCheck)>,
    /// What those need, where the kind has sums.
    sums: Option<AllSums>,
}

/// The bit of the sums among those of the file rules.
const SUMS: u16 = 1 << 15;

/// The first so many file rules may forget.
const FORGETFUL: usize = 15;

/// How much is read again at once.
const PART: u64 = 4 << 10;

impl Core {
    /// Chooses the tables, by the version that the first row states.
    pub(super) fn bind(&mut self, stated: Option<Version>, context: &Context<'_>) {
        let Some(kind) = context.name.meant_kind() else { return };
        self.stated = stated;
        let by_name = context.name.version_by_shape();
        // A kind that the stated version lacks is read by a version that has it: name/kind-not-in-version
        // speaks of it, and the rows can still be judged.
        let version = [stated.unwrap_or(by_name), by_name, Version::V202407]
            .into_iter()
            .find(|version| !tables(*version, kind).is_empty());
        let Some(version) = version else { return };
        let tables = tables(version, kind);
        let start = FileStart { name: context.name, kind, version, as_of: context.options.as_of };
        let applies = |rule: &Rule| rule.versions.contains(&version);
        let rules = context.plan.file.iter().filter(|(rule, _)| applies(rule));
        let file_rules = rules.map(|(rule, make)| (*rule, make(&start))).collect();
        let sum_rules: Vec<_> = context.plan.sums.iter().filter(|(rule, _)| applies(rule)).copied().collect();
        let sums = (kind == Kind::Upsikyu && !sum_rules.is_empty()).then(AllSums::default);
        self.bound =
            Some(Bound { version, tables, table: None, columns: ByColumn::default(), file_rules, sum_rules, sums });
    }

    pub(in super::super) fn reading_again(&mut self, again: ReadAgain) {
        self.owners.reading_again(again);
    }

    /// Shows a row to every rule that remembers rows.
    pub(super) fn stateful(&mut self, row: &Row<'_>, context: &Context<'_>) {
        let hash = self.hash(row, context);
        self.arrive(row, hash, context);
        for index in 0..self.bound.as_ref().map_or(0, |bound| bound.file_rules.len()) {
            self.file_rule(index, row, context);
        }
    }

    /// Takes a row, by its hash, before the file rules see it. `true` where they have been shown others in
    /// between.
    pub(super) fn arrive(&mut self, row: &Row<'_>, hash: u64, context: &Context<'_>) -> bool {
        let before = enter(&mut self.times, Stage::FileRules);
        let turn = if self.owners.goes_on(row) { Turn::Same } else { self.turn(row, context) };
        let compares = row.table.row_key.is_empty();
        let first = if compares { self.owners.row(hash, row.record.line) } else { None };
        self.gather(row, turn == Turn::Same, context);
        if let Some(first) = first {
            self.repeated(row, first, context);
        }
        enter(&mut self.times, before);
        matches!(turn, Turn::Back(_))
    }

    /// Takes a row of the owner of the one before, who is somebody, that no file rule must see.
    #[inline(always)]
    pub(super) fn arrive_again(&mut self, look: &Look<'_>, room: &mut Room, context: &Context<'_>) {
        let before = enter(&mut self.times, Stage::FileRules);
        let compares = look.table.row_key.is_empty();
        let first = if compares {
            let hash = context.hashed.row_hash(&mut self.next_hash, look.begin.at, look.bytes());
            self.owners.row(hash, look.begin.line)
        } else {
            None
        };
        if let Some(sums) = self.bound.as_mut().and_then(|bound| bound.sums.as_mut()) {
            sums.row_again(look);
        }
        if context.options.sets {
            self.gather_facts(&room.row(look), true);
        }
        if let Some(first) = first {
            self.repeated(&room.row(look), first, context);
        }
        enter(&mut self.times, before);
    }

    /// The hash of a row, where rows are compared as a whole.
    pub(super) fn hash(&mut self, row: &Row<'_>, context: &Context<'_>) -> u64 {
        if !row.table.row_key.is_empty() {
            return 0;
        }
        context.hashed.row_hash(&mut self.next_hash, row.record.at, row.record.bytes)
    }

    /// Has those take a row who take all of them. `same` says that it is of the owner of the one before.
    #[inline]
    fn gather(&mut self, row: &Row<'_>, same: bool, context: &Context<'_>) {
        if let Some(sums) = self.bound.as_mut().and_then(|bound| bound.sums.as_mut()) {
            sums.row(row, same);
        }
        if context.options.sets {
            self.gather_facts(row, same);
        }
    }

    #[inline]
    fn gather_facts(&mut self, row: &Row<'_>, same: bool) {
        enter(&mut self.times, Stage::Facts);
        self.facts.row(row, same);
    }

    #[cold]
    fn turn(&mut self, row: &Row<'_>, context: &Context<'_>) -> Turn {
        let rules = match self.owners.run() {
            Some((owner, true)) => Some(self.forget(&owner, context)),
            Some((_, false)) | None => None,
        };
        self.owners.end_run(rules);
        let turn = self.owners.begin(row);
        if let (Turn::Back(past), Some((owner, _))) = (turn, self.owners.run()) {
            self.show_again(past, owner, row.record.at, context);
        }
        turn
    }

    /// Has everybody forget an owner, who can. Gives one bit for each that did.
    fn forget(&mut self, owner: &Person, context: &Context<'_>) -> u16 {
        let Some(bound) = &mut self.bound else { return 0 };
        let mut bits = 0;
        for (index, (rule, state)) in bound.file_rules.iter_mut().enumerate().take(FORGETFUL) {
            if self.broken.contains(rule.id) {
                continue;
            }
            match catch_unwind(AssertUnwindSafe(|| state.forget(owner))) {
                Ok(true) => bits |= 1 << index,
                Ok(false) => {}
                Err(_) => {
                    self.broken.insert(rule.id);
                }
            }
        }
        if let Some(sums) = &mut bound.sums {
            let scratch = &mut self.scratch;
            let rules = &bound.sum_rules;
            if sums.forget(|sums| has_nothing_to_say(rules, sums, context.file, scratch)) {
                bits |= SUMS;
            }
        }
        bits
    }

    /// Shows the rows of a run to those who forgot them.
    fn show_again(&mut self, past: Past, owner: Person, until: u64, context: &Context<'_>) {
        let (Some(again), Some(bound)) = (self.owners.again.as_mut(), self.bound.as_mut()) else { return };
        let mut run = Run {
            bound,
            seen: &mut self.owners.seen,
            broken: &mut self.broken,
            file: context.file,
            scratch: &mut self.scratch,
            owner,
            past,
            sum: 0,
            rows: 0,
            end: None,
        };
        let mut scanner = Scanner::starting(past.at, past.line);
        let mut at = past.at;
        while at < until && run.end.is_none() {
            let range = at..until.min(at + PART);
            at = range.end;
            let length = range.end - range.start;
            match again(range).filter(|bytes| bytes.len() as u64 == length) {
                Some(bytes) => scanner.push_to(&bytes, &mut run),
                None => run.end = Some(End::Lost),
            }
        }
        if run.end.is_none() {
            scanner.finish_to(&mut run);
        }
        let whole = run.rows > 0 && run.sum == past.sum;
        let found = match run.end {
            Some(End::Others(first)) => self.owners.is_past_of(&first, past),
            Some(End::Whole) | None => whole,
            Some(End::Lost) => false,
        };
        self.owners.lost |= !found;
    }

    /// Tells the file rules, and those who gather rows, of a row that has been seen before.
    #[cold]
    fn repeated(&mut self, row: &Row<'_>, first: u64, context: &Context<'_>) {
        if !row.may_repeat() {
            if let Some(sums) = self.bound.as_mut().and_then(|bound| bound.sums.as_mut()) {
                sums.repeated(row);
            }
            if context.options.sets {
                self.facts.repeated(row);
            }
        }
        for index in 0..self.bound.as_ref().map_or(0, |bound| bound.file_rules.len()) {
            self.ask(index, row, context, |rule, out| rule.repeated(row, first, out));
        }
    }

    /// Shows a row to a file rule, and asks it which rows it must see next.
    pub(super) fn file_rule(&mut self, index: usize, row: &Row<'_>, context: &Context<'_>) -> Next {
        let next = self.ask(index, row, context, |rule, out| {
            rule.row(row, out);
            rule.next(row)
        });
        next.unwrap_or(Next::Never)
    }

    /// Asks a file rule about a row. One that breaks is left out from there on; what it found stays.
    fn ask<T>(
        &mut self,
        index: usize,
        row: &Row<'_>,
        context: &Context<'_>,
        ask: impl FnOnce(&mut dyn FileRule, &mut Out<'_>) -> T,
    ) -> Option<T> {
        let (rule, state) = self.bound.as_mut()?.file_rules.get_mut(index)?;
        if self.broken.contains(rule.id) {
            return None;
        }
        let before = enter(&mut self.times, Stage::FileRules);
        let asked = asked(&self.times);
        let mut found = Vec::new();
        let mut out = Out { rule, file: context.file, found: &mut found };
        let outcome = catch_unwind(AssertUnwindSafe(|| ask(state.as_mut(), &mut out)));
        answered(&mut self.times, rule, asked);
        if outcome.is_err() {
            self.broken.insert(rule.id);
        }
        for mut finding in found {
            let keeps = self.kept.get(finding.rule.id).is_none_or(|kept| *kept < context.options.keep);
            if keeps && finding.place.is_some_and(|place| place.record == row.record.at) {
                describe(&mut finding, &row.record, Some(row.table));
            }
            self.findings.add(finding, context.options.keep, &mut self.kept);
        }
        enter(&mut self.times, before);
        outcome.ok()
    }

    /// Lets the rules say what can only be said after the last row.
    pub(super) fn end_of_rows(&mut self, context: &Context<'_>) {
        let Some(bound) = &mut self.bound else { return };
        let complete = !self.incomplete && !self.owners.lost;
        let (file, keep) = (context.file, context.options.keep);
        let mut found = Vec::new();
        for (rule, state) in &mut bound.file_rules {
            let asked = asked(&self.times);
            let mut out = Out { rule, file, found: &mut found };
            if !self.broken.contains(rule.id)
                && catch_unwind(AssertUnwindSafe(|| state.end(complete, &mut out))).is_err()
            {
                self.broken.insert(rule.id);
            }
            answered(&mut self.times, rule, asked);
            for finding in found.drain(..) {
                self.findings.add(finding, keep, &mut self.kept);
            }
        }
        let Some(sums) = bound.sums.as_mut().filter(|_| complete) else { return };
        let all = sums.all();
        for &(rule, check) in &bound.sum_rules {
            let asked = asked(&self.times);
            let mut out = Out { rule, file, found: &mut found };
            let run = || all.clone().for_each(|sums| check(sums, &mut out));
            if catch_unwind(AssertUnwindSafe(run)).is_err() {
                self.broken.insert(rule.id);
            }
            answered(&mut self.times, rule, asked);
            found.sort_by_key(|finding| finding.place);
            for finding in found.drain(..) {
                self.findings.add(finding, keep, &mut self.kept);
            }
        }
    }
}

/// Whether rules have nothing to say on sums. One that breaks will break again where that is told.
fn has_nothing_to_say(
    rules: &[(&'static Rule, SumsCheck)],
    sums: &Sums,
    file: &Arc<str>,
    scratch: &mut Vec<Finding>,
) -> bool {
    let silent = catch_unwind(AssertUnwindSafe(|| {
        rules.iter().all(|&(rule, check)| {
            check(sums, &mut Out { rule, file, found: scratch });
            scratch.is_empty()
        })
    }));
    scratch.clear();
    silent.is_ok_and(|silent| silent)
}

/// A run that is read again.
struct Run<'a> {
    bound: &'a mut Bound,
    seen: &'a mut SeenRows,
    broken: &'a mut std::collections::BTreeSet<&'static str>,
    file: &'a Arc<str>,
    scratch: &'a mut Vec<Finding>,
    owner: Person,
    past: Past,
    /// How many rows were shown.
    rows: u64,
    /// The sum of their hashes.
    sum: u32,
    end: Option<End>,
}

/// How it ended.
enum End {
    /// Before a row of somebody else.
    Whole,
    /// It is of another owner.
    Others(Person),
    /// It could not be read.
    Lost,
}

impl Visit for Run<'_> {
    fn piece(&mut self, piece: Piece<'_>) {
        let Piece::Record(record) = piece else { return };
        if self.end.is_some() || role(&record, true) != Role::Data {
            return;
        }
        let Some(row) = Row::bind(self.bound.tables, record) else { return };
        let owner = owner(&row).map(|(insurer, insured)| person(insurer, insured));
        if owner == Some(self.owner) {
            self.show(&row);
        } else if self.rows > 0 {
            self.end = Some(End::Whole);
        } else {
            self.end = Some(owner.map_or(End::Lost, End::Others));
        }
    }
}

impl Run<'_> {
    fn show(&mut self, row: &Row<'_>) {
        let same = self.rows > 0;
        self.rows += 1;
        let mut first = None;
        if row.table.row_key.is_empty() {
            let hash = row_hash(row.record.bytes);
            self.sum = self.sum.wrapping_add(hash as u32);
            first = self.seen.row(hash, row.record.line);
        }
        for (index, (rule, state)) in self.bound.file_rules.iter_mut().enumerate().take(FORGETFUL) {
            if self.past.rules & 1 << index == 0 || self.broken.contains(rule.id) {
                continue;
            }
            let mut out = Out { rule, file: self.file, found: self.scratch };
            let mut show = || {
                if let Some(first) = first {
                    state.repeated(row, first, &mut out);
                }
                state.row(row, &mut out);
            };
            if catch_unwind(AssertUnwindSafe(&mut show)).is_err() {
                self.broken.insert(rule.id);
            }
            // It was said when the row was read first.
            self.scratch.clear();
        }
        if let Some(sums) = self.bound.sums.as_mut().filter(|_| self.past.rules & SUMS != 0) {
            sums.row(row, same);
            if first.is_some() && !row.may_repeat() {
                sums.repeated(row);
            }
        }
    }
}
