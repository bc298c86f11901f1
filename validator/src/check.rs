//! Takes a file in chunks and gives its judgement. Reads nothing itself; `core` runs the stages.

mod core;
mod reuse;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use time::Date;

use self::core::{Context, Core, Plan, Stages};
pub use self::reuse::Reuse;
use crate::decode::Encoding;
use crate::facts::Facts;
use crate::finding::{Excerpt, Finding, RowKey, Severity};
use crate::name::{FileName, Nature};
use crate::rowhash::{Hashed, RowHashes};
use crate::rows::PickedRows;
use crate::rule::Rule;
use crate::rules::csv::{COUNTS, doubt_table};
use crate::scan::{Piece, Record, Scanner};
use crate::spec::{Certainty, Kind, Segment, Table, Version};
use crate::text::Message;
use crate::times::{Clock, Stage, Times, enter};

/// What a run is told from outside.
#[derive(Clone, Debug)]
pub struct Options {
    /// The day to judge as of. Rules that need one and have none take the lenient reading.
    pub as_of: Option<Date>,
    /// How many findings of one rule in one file are kept as examples. All are counted.
    pub keep: usize,
    /// Whether what the set rules need is gathered.
    pub sets: bool,
    /// Whether rows may be proved clean without each rule being asked. It changes nothing but the time.
    pub fast: bool,
    /// Tells the time, where somebody wants to know where it goes. It changes nothing but that.
    pub clock: Option<Clock>,
}

impl Default for Options {
    fn default() -> Options {
        Options { as_of: None, keep: 20, sets: true, fast: true, clock: None }
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

    /// Leaves one finding of those about the number of items, where the table may be wrong instead of the rows.
    fn doubt_table(&mut self, certainty: Certainty) {
        for rule in COUNTS {
            if self.totals.remove(&(rule, Severity::Error)).is_none() {
                continue;
            }
            let mut first = true;
            self.kept.retain(|finding| finding.rule.id != rule || std::mem::take(&mut first));
            for finding in self.kept.iter_mut().filter(|finding| finding.rule.id == rule) {
                doubt_table(finding, certainty);
            }
            self.totals.insert((rule, Severity::Warning), 1);
        }
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
    /// The name taken apart, as long as rules about sets may ask for it.
    parsed: Option<Box<FileName>>,
    /// What it is.
    pub nature: Nature,
    /// Length.
    pub bytes: u64,
    /// Records, blank ones included.
    pub records: u64,
    /// Those among them that were proved clean by others like them.
    pub proved: u64,
    /// The kind it was read as.
    pub kind: Option<Kind>,
    /// The version that its rows state, or that its name and the number of items speak for against the first
    /// of them.
    pub stated: Option<Version>,
    /// The version it was read as.
    pub version: Option<Version>,
    /// The table that its rows were read by.
    pub table: Option<&'static Table>,
    /// The encoding that its bytes speak for.
    pub encoding: Encoding,
    /// Rules that broke on it.
    pub broken: BTreeSet<&'static str>,
    /// What was found.
    pub findings: Findings,
    /// What was not checked.
    pub not_checked: Vec<NotChecked>,
    /// What the set rules need to know of it.
    pub facts: Arc<Facts>,
    /// The rows around its findings; empty until somebody who can read the file again fills them in.
    pub rows: PickedRows,
}

/// Nothing, for all files that have nothing to tell any more.
static NO_FACTS: LazyLock<Arc<Facts>> = LazyLock::new(Arc::default);

impl FileJudgement {
    /// A part of the name by its role; `None` where it has none, or its facts were forgotten.
    pub fn part(&self, segment: Segment) -> Option<&str> {
        self.parsed.as_ref()?.part(segment)
    }

    /// The name without folders.
    pub fn base_name(&self) -> &str {
        FileName::base(&self.name)
    }

    /// Drops what only the rules about sets need, which is most of what is known of a clean file.
    pub fn forget_facts(&mut self) {
        self.facts = Arc::clone(&NO_FACTS);
        self.parsed = None;
    }
}

/// Reads a range of the file once more, and gives all of its bytes; `None` where they cannot be had, or
/// the file is not what it was.
pub type ReadAgain = Box<dyn FnMut(Range<u64>) -> Option<Vec<u8>> + Send>;

/// How many bytes go to the scanner at once.
const PART: usize = 64 << 10;

/// Judges one file. Memory is bounded by what rules must remember of rows, not by the file.
pub struct FileCheck {
    file: Arc<str>,
    name: FileName,
    nature: Nature,
    options: Options,
    plan: Arc<Plan>,
    scanner: Scanner,
    core: Core,
}

impl FileCheck {
    /// Starts on a file of that name; folders in the name are kept for reports only.
    pub fn new(name: &str, options: &Options) -> FileCheck {
        FileCheck::reusing(name, options, Reuse::default())
    }

    /// Starts on a file, with other rules than all of them.
    pub fn with_rules(name: &str, options: &Options, rules: &[&'static Rule]) -> FileCheck {
        FileCheck::reusing(name, options, Reuse::of(rules))
    }

    /// Starts on a file with what the check of another one has left, and its rules. The judgement is the
    /// same.
    pub fn reusing(name: impl Into<Arc<str>>, options: &Options, reuse: Reuse) -> FileCheck {
        let file = name.into();
        let parsed = FileName::parse(&file);
        let Reuse { plan, learnt, times } = reuse;
        let times = times.or_else(|| options.clock.map(|clock| Box::new(Times::new(clock))));
        FileCheck {
            file,
            nature: parsed.nature(),
            name: parsed,
            options: options.clone(),
            plan,
            scanner: Scanner::default(),
            core: Core::starting(learnt, times),
        }
    }

    /// Takes an input that its owner wants judged as a CSV file, whatever its name says.
    pub fn as_data(mut self) -> FileCheck {
        if self.nature == Nature::Attachment {
            self.nature = Nature::Data;
        }
        self
    }

    /// Lets what rows of one owner have told be forgotten, as they can be read again should that owner
    /// come back. Memory is then bounded by the owners, not by the rows, where the rows of each stand
    /// together. What has been pushed can be read again at once. It changes nothing that is found.
    pub fn reading_again(mut self, again: ReadAgain) -> FileCheck {
        self.core.reading_again(again);
        self
    }

    /// Takes the next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        self.push_hashed(chunk, &RowHashes::default());
    }

    /// Takes the next bytes, with the hashes of rows in them, which are then not made here. It changes nothing
    /// that is found.
    pub fn push_hashed(&mut self, chunk: &[u8], hashes: &RowHashes) {
        let hashed = Hashed { at: self.core.bytes, hashes };
        self.core.next_hash = 0;
        self.core.bytes += chunk.len() as u64;
        if self.nature != Nature::Data {
            return;
        }
        let FileCheck { file, name, options, plan, scanner, core, .. } = self;
        core.encoding.start(chunk);
        enter(&mut core.times, Stage::Scan);
        let mut stages = Stages { core, context: &Context { file, name, options, plan, hashed } };
        // What is looked at in one go should stay near the processor.
        for part in chunk.chunks(PART) {
            scanner.push_to(part, &mut stages);
        }
        enter(&mut core.times, Stage::Idle);
    }

    /// Takes the end of the file and gives the judgement.
    pub fn finish(self) -> FileJudgement {
        self.finish_reusable().0
    }

    /// Takes the end of the file and gives the judgement, and what the check of another file can use.
    pub fn finish_reusable(self) -> (FileJudgement, Reuse) {
        let FileCheck { file, name, nature, options, plan, scanner, mut core } = self;
        let hashed = Hashed { at: core.bytes, hashes: &RowHashes::default() };
        let context = Context { file: &file, name: &name, options: &options, plan: &plan, hashed };
        enter(&mut core.times, Stage::Scan);
        if nature == Nature::Data {
            scanner.finish_to(&mut Stages { core: &mut core, context: &context });
        }
        let (facts, not_checked) = core.end(nature, &context);
        enter(&mut core.times, Stage::Idle);
        let (learnt, times) = core.leave();
        let judgement = FileJudgement {
            kind: name.meant_kind(),
            stated: core.stated,
            version: core.bound.as_ref().map(|bound| bound.version),
            table: core.bound.as_ref().and_then(|bound| bound.table),
            name: file,
            parsed: Some(Box::new(name)),
            nature,
            bytes: core.bytes,
            records: core.records,
            proved: core.proved(),
            encoding: core.spoken,
            broken: core.broken,
            findings: core.findings,
            not_checked,
            facts: Arc::new(facts),
            rows: PickedRows::default(),
        };
        (judgement, Reuse { plan, learnt, times })
    }
}

/// The part of a record around a mark. Values may be shown only where the columns can be trusted.
fn excerpt(
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

/// Fills in what only the record can give: the excerpt around a finding's place, and which row it is.
pub(crate) fn describe(finding: &mut Finding, record: &Record<'_>, table: Option<&'static Table>) {
    let Some(place) = finding.place else { return };
    let mark = place.start as usize..place.end as usize;
    finding.excerpt = Some(excerpt(record.bytes, mark, record.cells, table));
    finding.row = Some(RowKey::of(record.bytes, record.cells, table));
}

/// Fills in what only the file itself can give: `record` is the bytes of the finding's
/// place, as read again.
pub fn fill_excerpt(finding: &mut Finding, record: &[u8]) {
    let table = finding.table;
    crate::scan::scan(record, &mut |piece| {
        if let Piece::Record(found) = piece
            && found.index == 0
        {
            let table = table.filter(|table| table.items.len() == found.cells.len());
            describe(finding, &found, table);
        }
    });
}
