//! The stages of one file: what is remembered from piece to piece, and the order in which rules see it.
//! Judges nothing itself.

mod ahead;
mod misfits;
mod owners;
mod role;
mod rows;
mod slip;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use self::ahead::Ahead;
use self::misfits::Misfits;
use self::owners::Owners;
use self::role::role;
use self::rows::Bound;
use super::reuse::{ByColumn, Learnt};
use super::{Findings, NotChecked, Options, describe};
use crate::bind::Row;
use crate::decode::{Encoding, EncodingEvidence, Seen};
use crate::facts::{Facts, Gathering};
use crate::fast::{CellRule, Columns, Doubts, RowReads, RowRule};
use crate::finding::Finding;
use crate::ms932::{Class, OddCharacter, odd_characters};
use crate::name::{FileName, Nature};
use crate::rowhash::Hashed;
use crate::rule::{
    CellView, Check, FileRuleStart, NameCheck, NameView, Out, RecordCheck, RecordView, Role, Rule, ScanCheck, ScanView,
    SumsCheck,
};
use crate::scan::{Begin, LineEnd, Piece, Quoting, Record, Taken, Visit, line_breaks};
use crate::scope::NotRun;
use crate::spec::{Table, Version, tables};
use crate::text::Message;
use crate::times::{Asks, Stage, Times, answered, asked, enter};

/// The rules by what they look at, each list in the order they run.
#[derive(Default)]
pub(super) struct Plan {
    name: Vec<(&'static Rule, NameCheck)>,
    scan: Vec<(&'static Rule, ScanCheck)>,
    bytes: Vec<(&'static Rule, RecordCheck)>,
    csv: Vec<(&'static Rule, RecordCheck)>,
    cell: Vec<CellRule>,
    row: Vec<RowRule>,
    file: Vec<(&'static Rule, FileRuleStart)>,
    sums: Vec<(&'static Rule, SumsCheck)>,
}

impl Plan {
    pub(super) fn of(rules: &[&'static Rule]) -> Plan {
        let mut plan = Plan::default();
        for &rule in rules {
            match rule.check {
                Check::Name(check) => plan.name.push((rule, check)),
                Check::Scan(check) => plan.scan.push((rule, check)),
                Check::Bytes(check) => plan.bytes.push((rule, check)),
                Check::Csv(check) => plan.csv.push((rule, check)),
                Check::Cell(picks, check) => plan.cell.push(CellRule { rule, picks, check, shape: false }),
                Check::Shape(picks, check) => plan.cell.push(CellRule { rule, picks, check, shape: true }),
                Check::Row(reads, check) => {
                    plan.row.push(RowRule { rule, reads: RowReads::Values(reads), check });
                }
                Check::Glance(glances, check) => {
                    plan.row.push(RowRule { rule, reads: RowReads::Glance(glances), check });
                }
                Check::File(make) => plan.file.push((rule, make)),
                Check::Sums(check) => plan.sums.push((rule, check)),
                // sets.rs runs these.
                Check::Set(_) | Check::Delivery(_) => {}
            }
        }
        plan
    }

    /// The rules about the cells of a table, by column, in order of precedence.
    pub(super) fn columns(&self, table: &Table) -> ByColumn {
        let of = |item| {
            let applies = |cell: &&CellRule| cell.rule.versions.contains(&table.version) && (cell.picks)(item);
            self.cell.iter().filter(applies).copied().collect()
        };
        table.items.iter().map(of).collect()
    }
}

/// All that changes while pieces arrive.
#[derive(Default)]
pub(super) struct Core {
    pub(super) bytes: u64,
    pub(super) records: u64,
    pub(super) encoding: EncodingEvidence,
    line_ends: LineEnds,
    pub(super) bound: Option<Bound>,
    pub(super) stated: Option<Version>,
    unreadable: bool,
    /// How many blank lines and headings came before anything else.
    front: u64,
    /// Some record is no row of its table.
    incomplete: bool,
    misfits: Misfits,
    skipped: Option<(u64, u64)>,
    pub(super) findings: Findings,
    kept: BTreeMap<&'static str, usize>,
    pub(super) broken: BTreeSet<&'static str>,
    /// The encoding that all of the bytes speak for.
    pub(super) spoken: Encoding,
    facts: Gathering,
    owners: Owners,
    scratch: Vec<Finding>,
    ahead: Ahead,
    /// The next of the hashes that are known.
    pub(super) next_hash: usize,
    learnt: Learnt,
    pub(super) times: Option<Box<Times>>,
}

/// The version that a first row is taken to state: that of the file's name where the row has as many cells as
/// that asks for, and not as its own version does. `file/version-mixed` speaks of it.
fn spoken_for(stated: Version, cells: usize, name: &FileName) -> Version {
    let Some(kind) = name.meant_kind() else { return stated };
    let fits = |version: Version| tables(version, kind).iter().any(|table| table.items.len() == cells);
    let by_name = name.version_by_shape();
    let is_whole = name.missing.is_empty() && name.extra.is_empty();
    let misstates = !tables(stated, kind).is_empty() && !fits(stated);
    if is_whole && misstates && fits(by_name) { by_name } else { stated }
}

#[derive(Default)]
struct LineEnds {
    crlf: u64,
    lf: u64,
    cr: u64,
    first_other: Option<Seen>,
    open: Option<u64>,
}

/// What stays the same while pieces arrive.
pub(super) struct Context<'a> {
    pub(super) file: &'a Arc<str>,
    pub(super) name: &'a FileName,
    pub(super) options: &'a Options,
    pub(super) plan: &'a Plan,
    /// The hashes of rows that are known.
    pub(super) hashed: Hashed<'a>,
}

/// Everything that a piece goes through.
pub(super) struct Stages<'a> {
    pub(super) core: &'a mut Core,
    pub(super) context: &'a Context<'a>,
}

impl Visit for Stages<'_> {
    fn piece(&mut self, piece: Piece<'_>) {
        self.core.piece(piece, self.context);
    }

    fn ahead(&mut self, begin: Begin<'_>) -> Taken {
        self.core.take_ahead(begin, self.context)
    }
}

impl Core {
    /// With what was learnt on other files.
    pub(super) fn starting(learnt: Learnt, times: Option<Box<Times>>) -> Core {
        Core { learnt, times, ..Core::default() }
    }

    /// What was learnt, on this one too.
    pub(super) fn leave(&mut self) -> (Learnt, Option<Box<Times>>) {
        let mut learnt = std::mem::take(&mut self.learnt);
        if let Some(fast) = self.ahead.leave() {
            learnt.keep(fast);
        }
        (learnt, self.times.take())
    }

    fn piece(&mut self, piece: Piece<'_>, context: &Context<'_>) {
        match piece {
            Piece::Bom(bytes) => self.encoding.bom(bytes),
            Piece::Record(record) => self.record(record, context),
            Piece::Skipped { line, first, .. } => {
                if first {
                    self.records += 1;
                    self.incomplete = true;
                    let (count, first_line) = self.skipped.unwrap_or((0, line));
                    self.skipped = Some((count + 1, first_line));
                }
            }
        }
    }

    fn record(&mut self, record: Record<'_>, context: &Context<'_>) {
        let begun = self.records > self.front;
        self.records += 1;
        self.encoding.record(&record);
        let role = match role(&record, begun) {
            Role::Data | Role::Blank if self.unreadable => Role::Unread,
            role => role,
        };
        self.front += u64::from(!begun && matches!(role, Role::Blank | Role::Header));
        self.line_ends.add(&record, role);
        if let Role::OtherSeparator { .. } = role {
            self.unreadable = true;
        }
        if self.bound.is_none() && role == Role::Data {
            let stated = record.cells.first().and_then(|cell| Version::parse(record.content(cell)));
            self.bind(stated.map(|version| spoken_for(version, record.cells.len(), context.name)), context);
        }
        let tables = self.bound.as_ref().map_or(&[][..], |bound| bound.tables);
        let row = match role {
            Role::Data => Row::bind(tables, record),
            Role::Header | Role::Blank | Role::EndMark | Role::OtherSeparator { .. } | Role::Unread => None,
        };
        let odd = match role {
            // Every tab of such a row would be a control character.
            Role::OtherSeparator { .. } | Role::Unread => Vec::new(),
            Role::Data | Role::Header | Role::Blank | Role::EndMark => odd_characters(record.bytes),
        };
        let view = RecordView { record, odd: &odd, role, tables, row };
        if role == Role::Data && row.is_none() {
            self.incomplete = true;
            if view.quotes_are_sound() {
                self.misfits.add(record.cells.len());
            }
        }
        self.stateless(&view, None, context);
        if let Some(row) = row {
            self.stateful(&row, context);
            self.prove_more(row.table, context);
        }
    }

    /// Bytes, csv, cell and row rules: they remember nothing, so that a record can be judged again
    /// without the rule that broke on it. Where it is known what is in doubt, they see nothing else.
    fn stateless(&mut self, view: &RecordView<'_>, doubts: Option<Doubts>, context: &Context<'_>) {
        if let Some(row) = &view.row {
            self.prepare_columns(row.table, context);
        }
        let before = enter(&mut self.times, Stage::Rules);
        let mut found = std::mem::take(&mut self.scratch);
        let mut times = self.times.take();
        loop {
            let mut running = "";
            let seen = (view, doubts);
            let outcome = catch_unwind(AssertUnwindSafe(|| match &mut times {
                None => self.run_stateless(seen, context, &mut (), &mut running, &mut found),
                Some(times) => self.run_stateless(seen, context, &mut **times, &mut running, &mut found),
            }));
            if outcome.is_ok() {
                break;
            }
            found.clear();
            self.broken.insert(running);
        }
        self.times = times;
        for mut finding in found.drain(..) {
            if self.kept.get(finding.rule.id).is_none_or(|kept| *kept < context.options.keep) {
                describe(&mut finding, &view.record, view.row.map(|row| row.table));
                slip::tell_where(&mut finding, view);
            }
            self.findings.add(finding, context.options.keep, &mut self.kept);
        }
        self.scratch = found;
        enter(&mut self.times, before);
    }

    fn prepare_columns(&mut self, table: &'static Table, context: &Context<'_>) {
        let Some(bound) = &mut self.bound else { return };
        if bound.table.is_some_and(|known| std::ptr::eq(known, table)) {
            return;
        }
        bound.table = Some(table);
        bound.columns = self.learnt.columns(table, context.plan);
    }

    fn run_stateless(
        &self,
        (view, doubts): (&RecordView<'_>, Option<Doubts>),
        context: &Context<'_>,
        asks: &mut impl Asks,
        running: &mut &'static str,
        found: &mut Vec<Finding>,
    ) {
        let runs = |rule: &'static Rule| !self.broken.contains(rule.id);
        let file = context.file;
        if !view.odd.is_empty() {
            for &(rule, check) in context.plan.bytes.iter().filter(|(rule, _)| runs(rule)) {
                *running = rule.id;
                asks.ask(rule, || check(view, &mut Out { rule, file, found }));
            }
        }
        // What is doubtful has been found to be sound in its structure.
        for &(rule, check) in context.plan.csv.iter().filter(|(rule, _)| doubts.is_none() && runs(rule)) {
            *running = rule.id;
            asks.ask(rule, || check(view, &mut Out { rule, file, found }));
        }
        let (Some(row), Some(bound)) = (&view.row, &self.bound) else { return };
        let Doubts { cells: columns, row: sees_row } = doubts.unwrap_or(Doubts::ALL);
        for &RowRule { rule, check, .. } in context.plan.row.iter().filter(|row| sees_row && runs(row.rule)) {
            if rule.versions.contains(&row.table.version) {
                *running = rule.id;
                asks.ask(rule, || check(row, &mut Out { rule, file, found }));
            }
        }
        for (column, rules) in bound.columns.iter().enumerate() {
            let cell = &row.record.cells[column];
            // A table has at most as many columns as there are bits wherever something is known.
            if !cell.is_sound() || columns != Columns::MAX && columns >> column & 1 == 0 {
                continue;
            }
            // A value with a byte that is wrong in any item has its finding. A tab alone is less than what it
            // does to a number.
            let is_spoilt =
                |odd: &OddCharacter| odd.class != Class::Mapped && view.record.bytes[odd.range.start] != b'\t';
            let span = cell.span();
            let from = view.odd.partition_point(|odd| odd.range.start < span.start);
            if view.odd[from..].iter().take_while(|odd| odd.range.start < span.end).any(is_spoilt) {
                continue;
            }
            let view =
                CellView { row, item: &row.table.items[column], cell, content: &row.record.bytes[cell.content()] };
            let before = found.len();
            for &CellRule { rule, check, .. } in rules {
                if !runs(rule) {
                    continue;
                }
                *running = rule.id;
                asks.ask(rule, || check(&view, &mut Out { rule, file, found }));
                // One bad cell makes one finding: the first rule that speaks of it wins.
                if found.len() > before {
                    break;
                }
            }
        }
    }

    /// Takes the end of the file, and gives what the set rules need to know and what was not checked.
    pub(super) fn end(&mut self, nature: Nature, context: &Context<'_>) -> (Facts, Vec<NotChecked>) {
        let mut not_checked = Vec::new();
        let (encoding, seen) = match nature {
            Nature::Data => self.encoding.verdict(),
            Nature::Image | Nature::Attachment => (Encoding::Ms932, None),
        };
        self.spoken = encoding;
        let keep = context.options.keep;
        let before = enter(&mut self.times, Stage::FileRules);
        self.end_of_rows(context);
        enter(&mut self.times, Stage::Rules);
        // What the bytes say is only right in the right encoding.
        if encoding != Encoding::Ms932 {
            self.findings.remove(|id| id.starts_with("bytes/") || !encoding.keeps_structure());
        }
        if let Some(certainty) = self.doubt_of_table() {
            self.findings.doubt_table(certainty);
        }
        let scan_view = ScanView {
            bytes: self.bytes,
            records: self.records,
            bom: self.encoding.bom_bytes(),
            encoding,
            encoding_seen: seen.as_ref(),
            table: self.bound.as_ref().and_then(|bound| bound.table),
            crlf: self.line_ends.crlf,
            lf: self.line_ends.lf,
            cr: self.line_ends.cr,
            first_other_line_end: self.line_ends.first_other.as_ref(),
            open_end: self.line_ends.open,
        };
        let name_view = NameView { name: context.name, version: self.stated };
        let mut found = Vec::new();
        let file = context.file;
        let times = &mut self.times;
        let mut guarded = |rule: &'static Rule, run: &dyn Fn(&mut Out<'_>)| {
            let asked = asked(times);
            let mut out = Out { rule, file, found: &mut found };
            if catch_unwind(AssertUnwindSafe(|| run(&mut out))).is_err() {
                self.broken.insert(rule.id);
            }
            answered(times, rule, asked);
        };
        if nature == Nature::Data {
            for &(rule, check) in &context.plan.scan {
                // Without structure there are no line ends to speak of.
                if encoding.keeps_structure() || rule.id.starts_with("bytes/") {
                    guarded(rule, &|out| check(&scan_view, out));
                }
            }
        }
        if nature != Nature::Attachment {
            for &(rule, check) in &context.plan.name {
                guarded(rule, &|out| check(&name_view, out));
            }
        }
        for finding in found {
            self.findings.add(finding, keep, &mut self.kept);
        }
        enter(&mut self.times, before);
        self.findings.sort();
        let complete = !self.incomplete && encoding.keeps_structure() && !self.unreadable;
        let facts = std::mem::take(&mut self.facts).finish(complete);
        if let Some((count, line)) = self.skipped {
            not_checked.push(NotChecked {
                what: Message::pair(
                    format!("{file}: {line}行目から始まる1 MiBを超える行（計{count}行）"),
                    format!("{file}: {count} row(s) longer than 1 MiB, the first on line {line}"),
                ),
                why: Message::pair("1行が長すぎるため読み飛ばしました", "a row so long is skipped"),
                blocks: true,
            });
        }
        if self.owners.lost {
            not_checked.push(NotChecked {
                what: Message::pair(
                    format!("{file}: 間をおいて再び出てくる利用者の行"),
                    format!("{file}: rows of users who come up again further on"),
                ),
                why: Message::pair(
                    "検査の途中でファイルが変わったか、前の行を読み直せませんでした",
                    "the file changed while it was judged, or earlier rows could not be read again",
                ),
                blocks: true,
            });
        }
        for rule in &self.broken {
            not_checked.push(NotChecked {
                what: Message::pair(format!("{file}: ルール {rule}"), format!("{file}: rule {rule}")),
                why: Message::from(NotRun::Broken.why()),
                blocks: true,
            });
        }
        if nature == Nature::Data && self.bytes > 0 {
            not_checked.extend(self.consequences(encoding, context));
        }
        (facts, not_checked)
    }

    /// What an error already reported has made impossible to check.
    fn consequences(&self, encoding: Encoding, context: &Context<'_>) -> Option<NotChecked> {
        let file = context.file;
        let (ja, en) = if matches!(encoding, Encoding::NoText(_)) {
            ("CSVファイルではないため、行と項目がありません", "this is no CSV file: there are no rows and no items")
        } else if !encoding.keeps_structure() {
            ("文字コードがShift_JISではないため、行と項目を読み取れません", "rows cannot be read in this encoding")
        } else if self.unreadable {
            (
                "区切り文字がカンマではないため、項目を読み取れません",
                "items cannot be read: the separator is not a comma",
            )
        } else if context.name.meant_kind().is_none() {
            (
                "ファイル名から種別が分からないため、項目を照合できません",
                "the name does not tell the kind, so items cannot be told apart",
            )
        } else if self.doubt_of_table().is_some() {
            (
                "行の項目数が、推定による表の項目数と異なるため、項目を照合できません",
                "items cannot be told apart: the rows have another number of them than the table, whose own is inferred",
            )
        } else if self.incomplete {
            (
                "項目に分けて読み取れない行があるため、合計や行の有無など、ファイル全体にわたる検査は行っていません",
                "some rows cannot be read item by item, so sums and missing rows were not judged",
            )
        } else {
            return None;
        };
        Some(NotChecked {
            what: Message::pair(
                format!("{file}: 内容の一部または全部"),
                format!("{file}: the content, in part or whole"),
            ),
            why: Message::pair(ja, en),
            blocks: self.doubt_of_table().is_some(),
        })
    }
}

impl LineEnds {
    fn add(&mut self, record: &Record<'_>, role: Role) {
        let end = record.at + record.bytes.len() as u64;
        let seen = |length: u64| Seen::at(record.line + line_breaks(record.bytes), end..end + length);
        match record.end {
            LineEnd::CrLf => self.crlf += 1,
            LineEnd::Lf => {
                self.lf += 1;
                self.first_other.get_or_insert_with(|| seen(1));
            }
            LineEnd::Cr => {
                self.cr += 1;
                self.first_other.get_or_insert_with(|| seen(1));
            }
            // An unclosed quote swallows the line end: that is said once.
            LineEnd::Eof if record.cells.iter().any(|cell| cell.quoting == Quoting::Unclosed) => {}
            // The mark stands after the last line end.
            LineEnd::Eof if role == Role::EndMark => {}
            LineEnd::Eof => self.open = Some(record.line + line_breaks(record.bytes)),
        }
    }
}
