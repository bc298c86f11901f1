//! The shape of `report.json`: `renkei-report/1`. A contract; additions only.

use std::collections::BTreeMap;

use renkei_validator::text::{Message, Text};
use serde::{Deserialize, Serialize};

use crate::Lang;
use crate::outcome::OutcomeRecord;

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// 日本語
    pub ja: String,
    /// English
    pub en: String,
}

impl Pair {
    /// The sentence in one of them.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

impl From<Text> for Pair {
    fn from(text: Text) -> Pair {
        Pair { ja: text.ja.to_owned(), en: text.en.to_owned() }
    }
}

impl From<Message> for Pair {
    fn from(message: Message) -> Pair {
        Pair { ja: message.ja, en: message.en }
    }
}

impl From<&Message> for Pair {
    fn from(message: &Message) -> Pair {
        Pair::from(message.clone())
    }
}

/// Whether the input may be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything asked for was checked, and nothing reaches the level to fail on.
    Valid,
    /// Something does.
    Invalid,
    /// Something asked for could not be checked. Wins over both.
    Incomplete,
}

/// What made the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `renkei`
    pub name: String,
    /// Its version.
    pub version: String,
    /// The versions of the standard that its tables cover.
    pub spec: Vec<String>,
}

/// The record of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// `renkei-report/1`
    pub schema: String,
    /// What made it.
    pub tool: Tool,
    /// The day it judges as of (ISO), `null` where the run was told none.
    pub as_of: Option<String>,
    /// The outcome.
    pub verdict: Verdict,
    /// The severity from which on a finding makes the verdict invalid: `error`, `warning`, `info` or `none`.
    pub fail_on: String,
    /// Whether values are `masked` or `shown`.
    pub values: String,
    /// What was judged.
    pub inputs: Vec<InputRecord>,
    /// How many sets they form; `null` where a single file was judged alone.
    pub sets: Option<u64>,
    /// Exact counts.
    pub totals: Totals,
    /// In order of file, first byte and rule; at most `kept_per_rule_and_file` of one rule in one file, those
    /// apart that the baseline knows.
    pub findings: Vec<FindingRecord>,
    /// The cap on `findings` that are not known. `totals` are exact whatever it is.
    pub kept_per_rule_and_file: u64,
    /// Where `findings` leaves some out; empty where it holds them all.
    pub omitted: Vec<OmittedRecord>,
    /// The items of the tables that `rows` were read by.
    #[serde(default)]
    pub layouts: Vec<LayoutRecord>,
    /// Rows that findings are about, and the row before and after each; in order of file and place.
    #[serde(default)]
    pub rows: Vec<RowRecord>,
    /// Where `rows` leaves rows with findings out.
    #[serde(default)]
    pub rows_omitted: Vec<RowsOmittedRecord>,
    /// What was not checked.
    pub not_checked: Vec<NotCheckedRecord>,
    /// Which rules ran and which did not, once for all inputs that are alike in this.
    pub scopes: Vec<ScopeRecord>,
    /// Which of `scopes` tells of the rules about sets.
    pub sets_scope: usize,
    /// Outcomes of suite cases, in order of pattern and case; empty for `renkei check`.
    pub outcomes: Vec<OutcomeRecord>,
    /// Which key the rows of findings are named with; `null` where the run was told none.
    pub key: Option<String>,
    /// What was known before; `null` where the run was told of nothing.
    pub baseline: Option<BaselineRecord>,
}

impl Report {
    /// Everything that is to be shown as a finding: those of the input, then those about the baseline.
    pub fn all_findings(&self) -> impl Iterator<Item = &FindingRecord> + Clone {
        self.findings.iter().chain(self.baseline.iter().flat_map(|baseline| &baseline.findings))
    }

    /// Whether the baseline lets every finding of a rule pass, listed or not.
    pub(crate) fn knows_all(&self, rule: &str) -> bool {
        let covered = self.baseline.as_ref().and_then(|baseline| baseline.covered.by_rule.get(rule));
        covered.is_some() && covered == self.totals.by_rule.get(rule)
    }
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputRecord {
    /// Its name, with folders as given.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Records, blank ones included; 0 for what is no CSV file.
    pub records: u64,
    /// `UPPLAN` …, `attachment`, or `null` where the name does not tell.
    pub kind: Option<String>,
    /// The CSV version it was read as.
    pub version: Option<String>,
    /// Which of the report's `scopes` tells which rules ran on it.
    pub scope: usize,
}

/// Which rules ran, and which did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeRecord {
    /// Ids of the rules that ran, in their order.
    pub ran: Vec<String>,
    /// The others, by reason.
    pub not_run: Vec<NotRunRecord>,
}

/// Rules that did not run, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotRunRecord {
    /// Their ids, in their order.
    pub rules: Vec<String>,
    /// The reason.
    pub why: Pair,
}

/// Counts of all findings, kept or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Errors.
    pub error: u64,
    /// Warnings.
    pub warning: u64,
    /// Infos.
    pub info: u64,
    /// By rule id.
    pub by_rule: BTreeMap<String, u64>,
}

/// Findings of one rule that are counted but not listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OmittedRecord {
    /// Rule id.
    pub rule: String,
    /// Name of the input; `null` for a rule about sets: all inputs together.
    pub file: Option<String>,
    /// How many are listed.
    pub kept: u64,
    /// How many there are.
    pub total: u64,
    /// The highest severity among all of them.
    pub severity: String,
    /// How many are not listed, by severity.
    pub left_out: LeftOut,
}

/// Counts of findings that are not listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Errors.
    pub error: u64,
    /// Warnings.
    pub warning: u64,
    /// Infos.
    pub info: u64,
}

impl LeftOut {
    /// How many of a severity, by its word.
    pub(crate) fn of(&self, severity: &str) -> u64 {
        match severity {
            "error" => self.error,
            "warning" => self.warning,
            _ => self.info,
        }
    }

    pub(crate) fn and(self, other: LeftOut) -> LeftOut {
        LeftOut {
            error: self.error.saturating_add(other.error),
            warning: self.warning.saturating_add(other.warning),
            info: self.info.saturating_add(other.info),
        }
    }

    /// How many in all.
    pub(crate) fn total(&self) -> u64 {
        self.error.saturating_add(self.warning).saturating_add(self.info)
    }
}

/// The item a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemRecord {
    /// Its number in the published layout.
    pub no: u16,
    /// The glossary's key.
    pub key: String,
    /// 項目名
    pub name_ja: String,
}

/// A half-open range of bytes in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByteRange {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingRecord {
    /// Rule id.
    pub rule: String,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// The table's certainty (`likely` or `guess`), where it keeps the severity below the rule's own.
    pub capped: Option<String>,
    /// `spec`, `derived` or `practice`.
    pub authority: String,
    /// Name of the input.
    pub file: String,
    /// 1-based physical line on which the marked bytes begin, or without excerpt their row; `null` for the
    /// whole file.
    pub line: Option<u64>,
    /// 1-based column where the mark begins, in characters from the start of that line; `null` without excerpt.
    pub column: Option<u64>,
    /// The item.
    pub item: Option<ItemRecord>,
    /// The bytes; `null` for the whole file.
    pub bytes: Option<ByteRange>,
    /// What is wrong.
    pub message: Pair,
    /// What should stand there.
    pub expected: Option<Pair>,
    /// What stands there, masked unless values are shown.
    pub got: Option<Pair>,
    /// What to do.
    pub fix: Pair,
    /// Documents and places in them, readable.
    pub cites: Vec<Pair>,
    /// Why it follows from them (`derived`), or what implementations do (`practice`); `null` for `spec`.
    pub because: Option<Pair>,
    /// Which reading of an ambiguous text the rule takes.
    pub reading: Option<Pair>,
    /// Other places.
    pub related: Vec<RelatedRecord>,
    /// The row around it, masked unless values are shown.
    pub excerpt: Option<ExcerptText>,
    /// Which row it is, as a keyed hash of its natural key; `null` without key or without row.
    pub row: Option<String>,
    /// Where the baseline knows it: it does not count for the verdict.
    pub baselined: Option<BaselinedRecord>,
}

/// The items of one table, in published order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutRecord {
    /// `UPPLAN` …
    pub kind: String,
    /// The CSV version.
    pub version: String,
    /// 帳票名
    pub name_ja: String,
    /// The items.
    pub items: Vec<ItemRecord>,
}

/// One row of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowRecord {
    /// Name of the input.
    pub file: String,
    /// 1-based physical line where it begins.
    pub line: u64,
    /// Its bytes, without the line end.
    pub bytes: ByteRange,
    /// Which of the report's `layouts` it was read by; `null` where it is no row of a table.
    pub layout: Option<usize>,
    /// Its first cells, masked unless values are shown.
    pub cells: Vec<String>,
    /// How many cells it has.
    pub total_cells: u64,
    /// 1-based numbers of the cells that are longer than what is given of them.
    pub cut: Vec<u64>,
}

/// Rows with findings that are not given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsOmittedRecord {
    /// Name of the input.
    pub file: String,
    /// How many are given.
    pub kept: u64,
    /// How many the listed findings are about.
    pub total: u64,
    /// Why not all.
    pub why: Pair,
}

/// A second place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelatedRecord {
    /// Name of the input.
    pub file: String,
    /// 1-based physical line on which the row begins; `null` for the whole file.
    pub line: Option<u64>,
    /// The bytes.
    pub bytes: Option<ByteRange>,
    /// What is there.
    pub note: Pair,
}

/// A part of a row, in three pieces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExcerptText {
    /// What stands before the mark.
    pub before: String,
    /// What is marked; may be empty.
    pub marked: String,
    /// What stands after it.
    pub after: String,
    /// Whether the row goes on before and after these.
    pub cut: Cut,
}

/// On which sides an excerpt is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// Before.
    pub before: bool,
    /// After.
    pub after: bool,
}

/// Something that was not checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotCheckedRecord {
    /// What.
    pub what: Pair,
    /// Why.
    pub why: Pair,
    /// Whether the verdict is incomplete for it.
    pub blocks: bool,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselinedRecord {
    /// The reason that its owner gave.
    pub reason: String,
    /// The last day on which it is let pass (ISO).
    pub expires: String,
}

/// What was known before the run, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineRecord {
    /// The file's name.
    pub file: String,
    /// How many entries it has.
    pub entries: u64,
    /// Exact counts of the findings that it lets pass, listed or not. They are part of the report's `totals`.
    pub covered: Totals,
    /// How many entries say nothing of this run: their files were not given, their rules did not run, or
    /// the run is incomplete.
    pub not_judged: u64,
    /// Counts of the findings below.
    pub totals: Totals,
    /// Entries that have become stale or have expired, in order of line; not among the report's findings,
    /// as they are about the baseline and not about the input.
    pub findings: Vec<FindingRecord>,
}
