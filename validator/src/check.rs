//! Runs the rules over a file that arrives in chunks. Knows the order of the stages; judges nothing
//! itself and reads nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use time::Date;

use crate::bind::Row;
use crate::decode::{Encoding, EncodingEvidence, Seen};
use crate::facts::Facts;
use crate::finding::{Excerpt, Finding, Severity};
use crate::ms932::odd_characters;
use crate::name::{FileName, Nature};
use crate::rule::{CellView, Check, FileRule, FileStart, NameView, Out, RecordView, Role, Rule, ScanView};
use crate::scan::{LineEnd, Piece, Quoting, Record, Scanner};
use crate::spec::{Kind, Table, Version, tables};
use crate::text::Message;

/// What a run is told from outside.
#[derive(Clone, Debug)]
pub struct Options {
    /// The day to judge as of. Rules that need one and have none take the lenient reading.
    pub as_of: Option<Date>,
    /// How many findings of one rule in one file are kept as examples. All are counted.
    pub keep: usize,
    /// Whether what the set rules need is gathered.
    pub sets: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { as_of: None, keep: 20, sets: true }
    }
}

/// Something that was not checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotChecked {
    /// What.
    pub what: Message,
    /// Why.
    pub why: Message,
    /// Whether the verdict is incomplete for it. Not so for what was not asked for, and for what
    /// an error already reported has made unreadable.
    pub blocks: bool,
}

/// How often each rule spoke, exactly, and the findings kept as examples.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// In order of file, first byte and rule.
    pub kept: Vec<Finding>,
    /// Count by rule id and severity, of all findings, kept or not.
    pub totals: BTreeMap<(&'static str, Severity), u64>,
}

impl Findings {
    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> u64 {
        self.totals.iter().filter(|((_, s), _)| *s == severity).map(|(_, n)| n).sum()
    }

    fn add(&mut self, finding: Finding, keep: usize, kept: &mut BTreeMap<&'static str, usize>) {
        *self.totals.entry((finding.rule.id, finding.severity)).or_default() += 1;
        let count = kept.entry(finding.rule.id).or_default();
        if *count < keep {
            *count += 1;
            self.kept.push(finding);
        }
    }

    fn remove(&mut self, gone: impl Fn(&str) -> bool) {
        self.kept.retain(|finding| !gone(finding.rule.id));
        self.totals.retain(|(id, _), _| !gone(id));
    }

    pub(crate) fn sort(&mut self) {
        self.kept.sort_by(|a, b| order(a).cmp(&order(b)));
    }
}

fn order(finding: &Finding) -> (&str, Option<u64>, &str, Option<u64>) {
    let bytes = finding.at.bytes.as_ref();
    (&finding.at.file, bytes.map(|bytes| bytes.start), finding.rule.id, bytes.map(|bytes| bytes.end))
}

/// What was found in one file.
#[derive(Debug)]
pub struct FileJudgement {
    /// The input's name.
    pub name: Arc<str>,
    /// The name taken apart.
    pub parsed: FileName,
    /// What it is.
    pub nature: Nature,
    /// Length.
    pub bytes: u64,
    /// Records, blank ones included.
    pub records: u64,
    /// The kind it was read as.
    pub kind: Option<Kind>,
    /// The version that its rows state.
    pub stated: Option<Version>,
    /// The version it was read as.
    pub version: Option<Version>,
    /// The table that its rows were read by.
    pub table: Option<&'static Table>,
    /// What was found.
    pub findings: Findings,
    /// What was not checked.
    pub not_checked: Vec<NotChecked>,
    /// What the set rules need to know of it.
    pub facts: Facts,
}

/// Judges one file. Memory is bounded by what rules must remember of rows, not by the file.
pub struct FileCheck {
    file: Arc<str>,
    name: FileName,
    nature: Nature,
    options: Options,
    rules: &'static [&'static Rule],
    scanner: Scanner,
    core: Core,
}

/// All that changes while pieces arrive.
struct Core {
    bytes: u64,
    records: u64,
    encoding: EncodingEvidence,
    line_ends: LineEnds,
    bound: Option<Bound>,
    stated: Option<Version>,
    unreadable: bool,
    complete: bool,
    skipped: Option<(u64, u64)>,
    findings: Findings,
    kept: BTreeMap<&'static str, usize>,
    broken: BTreeSet<&'static str>,
    facts: Facts,
    scratch: Vec<Finding>,
}

#[derive(Default)]
struct LineEnds {
    crlf: u64,
    lf: u64,
    cr: u64,
    first_other: Option<Seen>,
    open: Option<u64>,
}

struct Bound {
    version: Version,
    tables: &'static [Table],
    table: Option<&'static Table>,
    /// Cell rules by column, in order of precedence.
    columns: Vec<Vec<&'static Rule>>,
    file_rules: Vec<(&'static Rule, Box<dyn FileRule>)>,
}

impl FileCheck {
    /// Starts on a file of that name; folders in the name are kept for reports only.
    pub fn new(name: &str, options: &Options) -> FileCheck {
        FileCheck::with_rules(name, options, crate::rules::all())
    }

    /// Starts on a file, with other rules than all of them.
    pub fn with_rules(name: &str, options: &Options, rules: &'static [&'static Rule]) -> FileCheck {
        let parsed = FileName::parse(name);
        FileCheck {
            file: name.into(),
            nature: parsed.nature(),
            name: parsed,
            options: options.clone(),
            rules,
            scanner: Scanner::default(),
            core: Core {
                bytes: 0,
                records: 0,
                encoding: EncodingEvidence::default(),
                line_ends: LineEnds::default(),
                bound: None,
                stated: None,
                unreadable: false,
                complete: true,
                skipped: None,
                findings: Findings::default(),
                kept: BTreeMap::new(),
                broken: BTreeSet::new(),
                facts: Facts::default(),
                scratch: Vec::new(),
            },
        }
    }

    /// Takes an input that its owner wants judged as a CSV file, whatever its name says.
    pub fn as_data(mut self) -> FileCheck {
        if self.nature == Nature::Attachment {
            self.nature = Nature::Data;
        }
        self
    }

    /// Takes the next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        if self.core.bytes == 0 {
            self.core.encoding.start(chunk);
        }
        self.core.bytes += chunk.len() as u64;
        if self.nature != Nature::Data {
            return;
        }
        let FileCheck { file, name, options, rules, scanner, core, .. } = self;
        scanner.push(chunk, &mut |piece| core.piece(piece, &Context { file, name, options, rules }));
    }

    /// Takes the end of the file and gives the judgement.
    pub fn finish(self) -> FileJudgement {
        let FileCheck { file, name, nature, options, rules, scanner, mut core } = self;
        let context = Context { file: &file, name: &name, options: &options, rules };
        if nature == Nature::Data {
            scanner.finish(&mut |piece| core.piece(piece, &context));
        }
        let not_checked = core.end(nature, &context);
        FileJudgement {
            kind: name.meant_kind(),
            stated: core.stated,
            version: core.bound.as_ref().map(|bound| bound.version),
            table: core.bound.as_ref().and_then(|bound| bound.table),
            name: file,
            parsed: name,
            nature,
            bytes: core.bytes,
            records: core.records,
            findings: core.findings,
            not_checked,
            facts: core.facts,
        }
    }
}

/// What stays the same while pieces arrive.
struct Context<'a> {
    file: &'a Arc<str>,
    name: &'a FileName,
    options: &'a Options,
    rules: &'static [&'static Rule],
}

impl Core {
    fn piece(&mut self, piece: Piece<'_>, context: &Context<'_>) {
        match piece {
            Piece::Bom(bytes) => self.encoding.bom(bytes),
            Piece::Record(record) => self.record(record, context),
            Piece::Skipped { line, first, .. } => {
                if first {
                    self.records += 1;
                    self.complete = false;
                    let (count, first_line) = self.skipped.unwrap_or((0, line));
                    self.skipped = Some((count + 1, first_line));
                }
            }
        }
    }

    fn record(&mut self, record: Record<'_>, context: &Context<'_>) {
        self.records += 1;
        self.encoding.record(&record);
        self.line_ends.add(&record);
        let role = role(&record);
        if let Role::OtherSeparator { .. } = role {
            self.unreadable = true;
        }
        if self.bound.is_none() && role == Role::Data {
            self.bind(&record, context);
        }
        let tables = self.bound.as_ref().map_or(&[][..], |bound| bound.tables);
        let row = match role {
            Role::Data if !self.unreadable => Row::bind(tables, record),
            Role::Data | Role::Header | Role::Blank | Role::EndMark | Role::OtherSeparator { .. } => None,
        };
        if role == Role::Data && row.is_none() {
            self.complete = false;
        }
        let odd = odd_characters(record.bytes);
        let silent = self.unreadable && !matches!(role, Role::OtherSeparator { .. });
        let view = RecordView { record, odd: &odd, role, tables: if silent { &[] } else { tables }, row };
        self.stateless(&view, context);
        if let Some(row) = row {
            self.stateful(&row, context);
            if context.options.sets {
                self.facts.row(&row);
            }
        }
    }

    fn bind(&mut self, record: &Record<'_>, context: &Context<'_>) {
        let Some(kind) = context.name.meant_kind() else { return };
        let stated = record.cells.first().and_then(|cell| Version::parse(record.content(cell)));
        self.stated = stated;
        let by_name = if context.name.with_types { Version::V202407 } else { Version::V202208 };
        // A kind that the stated version lacks is read by a version that has it: name/kind-not-in-version
        // speaks of it, and the rows can still be judged.
        let version = [stated.unwrap_or(by_name), by_name, Version::V202407]
            .into_iter()
            .find(|version| !tables(*version, kind).is_empty());
        let Some(version) = version else { return };
        let tables = tables(version, kind);
        let start = FileStart { name: context.name, kind, version, as_of: context.options.as_of };
        let applies = |rule: &Rule| rule.versions.contains(&version);
        let mut file_rules = Vec::new();
        for &rule in context.rules.iter().filter(|rule| applies(rule)) {
            if let Check::File(make) = rule.check {
                file_rules.push((rule, make(&start)));
            }
        }
        self.bound = Some(Bound { version, tables, table: None, columns: Vec::new(), file_rules });
    }

    /// Bytes, csv, cell and row rules: they remember nothing, so that a record can be judged again
    /// without the rule that broke on it.
    fn stateless(&mut self, view: &RecordView<'_>, context: &Context<'_>) {
        if let Some(row) = &view.row {
            self.prepare_columns(row.table, context);
        }
        let mut found = std::mem::take(&mut self.scratch);
        loop {
            let mut running = "";
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                self.run_stateless(view, context, &mut running, &mut found);
            }));
            if outcome.is_ok() {
                break;
            }
            found.clear();
            self.broken.insert(running);
        }
        for mut finding in found.drain(..) {
            if self.kept.get(finding.rule.id).is_none_or(|kept| *kept < context.options.keep) {
                finding.excerpt = finding.place.map(|place| {
                    excerpt(
                        view.record.bytes,
                        place.start as usize..place.end as usize,
                        view.record.cells,
                        view.row.map(|r| r.table),
                    )
                });
            }
            self.findings.add(finding, context.options.keep, &mut self.kept);
        }
        self.scratch = found;
    }

    fn prepare_columns(&mut self, table: &'static Table, context: &Context<'_>) {
        let Some(bound) = &mut self.bound else { return };
        if bound.table.is_some_and(|known| std::ptr::eq(known, table)) {
            return;
        }
        bound.table = Some(table);
        bound.columns = table
            .items
            .iter()
            .map(|item| {
                let applies = |rule: &&&'static Rule| match rule.check {
                    Check::Cell(picks, _) => rule.versions.contains(&table.version) && picks(item),
                    Check::Name(_)
                    | Check::Scan(_)
                    | Check::Bytes(_)
                    | Check::Csv(_)
                    | Check::Row(_)
                    | Check::File(_)
                    | Check::Set(_)
                    | Check::Delivery(_) => false,
                };
                context.rules.iter().filter(applies).copied().collect()
            })
            .collect();
    }

    fn run_stateless(
        &self,
        view: &RecordView<'_>,
        context: &Context<'_>,
        running: &mut &'static str,
        found: &mut Vec<Finding>,
    ) {
        for &rule in context.rules {
            if self.broken.contains(rule.id) {
                continue;
            }
            *running = rule.id;
            let mut out = Out { rule, file: context.file.clone(), found };
            match rule.check {
                Check::Bytes(check) if !view.odd.is_empty() => check(view, &mut out),
                Check::Csv(check) => check(view, &mut out),
                Check::Row(check) => {
                    if let Some(row) = view.row.as_ref().filter(|row| rule.versions.contains(&row.table.version)) {
                        check(row, &mut out);
                    }
                }
                Check::Bytes(_)
                | Check::Name(_)
                | Check::Scan(_)
                | Check::Cell(..)
                | Check::File(_)
                | Check::Set(_)
                | Check::Delivery(_) => {}
            }
        }
        let (Some(row), Some(bound)) = (&view.row, &self.bound) else { return };
        for (column, rules) in bound.columns.iter().enumerate() {
            let cell = &row.record.cells[column];
            if !cell.is_sound() {
                continue;
            }
            let view =
                CellView { row, item: &row.table.items[column], cell, content: &row.record.bytes[cell.content()] };
            let before = found.len();
            for &rule in rules {
                let Check::Cell(_, check) = rule.check else { continue };
                if self.broken.contains(rule.id) {
                    continue;
                }
                *running = rule.id;
                check(&view, &mut Out { rule, file: context.file.clone(), found });
                // One bad cell makes one finding: the first rule that speaks of it wins.
                if found.len() > before {
                    break;
                }
            }
        }
    }

    /// File rules remember rows. One that breaks is left out from there on; what it found stays.
    fn stateful(&mut self, row: &Row<'_>, context: &Context<'_>) {
        let Some(bound) = &mut self.bound else { return };
        for (rule, state) in &mut bound.file_rules {
            if self.broken.contains(rule.id) {
                continue;
            }
            let mut found = Vec::new();
            let mut out = Out { rule, file: context.file.clone(), found: &mut found };
            if catch_unwind(AssertUnwindSafe(|| state.row(row, &mut out))).is_err() {
                self.broken.insert(rule.id);
            }
            for mut finding in found {
                finding.excerpt = finding.place.filter(|place| place.record == row.record.at).map(|place| {
                    excerpt(
                        row.record.bytes,
                        place.start as usize..place.end as usize,
                        row.record.cells,
                        Some(row.table),
                    )
                });
                self.findings.add(finding, context.options.keep, &mut self.kept);
            }
        }
    }

    fn end(&mut self, nature: Nature, context: &Context<'_>) -> Vec<NotChecked> {
        let mut not_checked = Vec::new();
        let (encoding, seen) = match nature {
            Nature::Data => self.encoding.verdict(),
            Nature::Image | Nature::Attachment => (Encoding::Ms932, None),
        };
        let keep = context.options.keep;
        if let Some(mut bound) = self.bound.take() {
            for (rule, state) in &mut bound.file_rules {
                let mut found = Vec::new();
                let mut out = Out { rule, file: context.file.clone(), found: &mut found };
                if !self.broken.contains(rule.id)
                    && catch_unwind(AssertUnwindSafe(|| state.end(self.complete, &mut out))).is_err()
                {
                    self.broken.insert(rule.id);
                }
                for finding in found {
                    self.findings.add(finding, keep, &mut self.kept);
                }
            }
            self.bound = Some(bound);
        }
        // What the bytes say is only right in the right encoding.
        if encoding != Encoding::Ms932 {
            self.findings.remove(|id| id.starts_with("bytes/") || !encoding.keeps_structure());
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
        for &rule in context.rules {
            let mut out = Out { rule, file: context.file.clone(), found: &mut found };
            let outcome = catch_unwind(AssertUnwindSafe(|| match rule.check {
                Check::Scan(check) if nature == Nature::Data => check(&scan_view, &mut out),
                Check::Name(check) if nature != Nature::Attachment => check(&name_view, &mut out),
                Check::Scan(_)
                | Check::Name(_)
                | Check::Bytes(_)
                | Check::Csv(_)
                | Check::Cell(..)
                | Check::Row(_)
                | Check::File(_)
                | Check::Set(_)
                | Check::Delivery(_) => {}
            }));
            if outcome.is_err() {
                self.broken.insert(rule.id);
            }
        }
        for finding in found {
            self.findings.add(finding, keep, &mut self.kept);
        }
        self.findings.sort();
        self.facts.complete = self.complete && encoding.keeps_structure() && !self.unreadable && !self.facts.nameless;
        let file = context.file;
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
        for rule in &self.broken {
            not_checked.push(NotChecked {
                what: Message::pair(format!("{file}: ルール {rule}"), format!("{file}: rule {rule}")),
                why: Message::pair(
                    "ルールの実行中に内部エラーが起きました（renkeiの不具合です）",
                    "the rule broke while running (a defect of renkei)",
                ),
                blocks: true,
            });
        }
        if nature == Nature::Data && self.bytes > 0 {
            not_checked.extend(self.consequences(encoding, context));
        }
        not_checked
    }

    /// What an error already reported has made impossible to check.
    fn consequences(&self, encoding: Encoding, context: &Context<'_>) -> Option<NotChecked> {
        let file = context.file;
        let (ja, en) = if !encoding.keeps_structure() {
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
        } else if !self.complete {
            (
                "項目数の合わない行があるため、合計や行の有無など、ファイル全体にわたる検査は行っていません",
                "some rows have a wrong number of items, so sums and missing rows were not judged",
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
            blocks: false,
        })
    }
}

impl LineEnds {
    fn add(&mut self, record: &Record<'_>) {
        let end = record.at + record.bytes.len() as u64;
        let seen = |length: u64| Seen::at(record.line + breaks(record.bytes), end..end + length);
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
            LineEnd::Eof => self.open = Some(record.line + breaks(record.bytes)),
        }
    }
}

fn breaks(bytes: &[u8]) -> u64 {
    let mut count = 0;
    for (i, byte) in bytes.iter().enumerate() {
        count += u64::from(match byte {
            b'\n' => true,
            b'\r' => bytes.get(i + 1) != Some(&b'\n'),
            _ => false,
        });
    }
    count
}

/// What a record is, by its looks.
fn role(record: &Record<'_>) -> Role {
    if record.is_blank() {
        return Role::Blank;
    }
    if record.bytes == b"\x1A" && record.end == LineEnd::Eof {
        return Role::EndMark;
    }
    if record.index > 0 {
        return Role::Data;
    }
    let one_cell = record.cells.len() == 1 && record.cells[0].is_sound();
    for separator in [b'\t', b';'] {
        if one_cell && record.bytes.iter().filter(|&&b| b == separator).count() >= 3 {
            let at = record.bytes.iter().position(|&b| b == separator).unwrap_or(0);
            return Role::OtherSeparator { at };
        }
    }
    let filled: Vec<&[u8]> = record.cells.iter().map(|c| record.content(c)).filter(|c| !c.is_empty()).collect();
    let headings = filled.len() >= 2 && filled.iter().all(|c| !c.iter().all(u8::is_ascii_digit));
    if headings { Role::Header } else { Role::Data }
}

/// The part of a record around a mark. Values may be shown only where the columns can be trusted.
pub(crate) fn excerpt(
    bytes: &[u8],
    mark: std::ops::Range<usize>,
    cells: &[crate::scan::Cell],
    table: Option<&'static Table>,
) -> Excerpt {
    let spans = cells.iter().enumerate().map(|(column, cell)| {
        let shown = table.and_then(|table| table.items.get(column)).is_some_and(|item| item.shown);
        (cell.span(), shown && cell.is_sound())
    });
    Excerpt::cut(bytes, mark, spans)
}

/// Fills in the excerpts that only the file itself can give: `record` is the bytes of the finding's
/// place, as read again.
pub fn fill_excerpt(finding: &mut Finding, record: &[u8]) {
    let Some(place) = finding.place else { return };
    let table = finding.table;
    let mark = place.start as usize..place.end as usize;
    crate::scan::scan(record, &mut |piece| {
        if let Piece::Record(found) = piece {
            if found.index == 0 {
                let table = table.filter(|table| table.items.len() == found.cells.len());
                finding.excerpt = Some(excerpt(found.bytes, mark.clone(), found.cells, table));
            }
        }
    });
}
