//! How suite cases ended, as the record has it. Knows no case and runs none.

use serde::{Deserialize, Serialize};

use crate::build::verdict;
use crate::model::{Pair, Report};

/// One case and how it ended. Holds no duration: the same run, the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRecord {
    /// The case's id.
    pub case: String,
    /// What it is about.
    pub title: Pair,
    /// What it belongs to.
    pub pattern: Pattern,
    /// Which way data goes in it.
    pub kind: CaseKind,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it did not pass.
    pub why: Option<Pair>,
    /// The requirements that it verifies.
    pub requirements: Vec<String>,
    /// What can be looked at afterwards.
    pub evidence: Vec<EvidenceRecord>,
}

/// Something that shows how a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRecord {
    /// What it is.
    pub what: Pair,
    /// The file's name.
    pub file: Option<String>,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: Option<String>,
    /// The line of the platform's journal.
    pub journal_sequence: Option<u64>,
}

/// What a case belongs to: a pattern of the vendor test, or what is tested beside it. In the order of
/// reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Pattern {
    /// 計画書 (V4)
    D1,
    /// 予定 (V4)
    D2,
    /// 実績 (V4)
    D3,
    /// 利用者基本情報 (V4)
    D4,
    /// 支援計画書 (V4)
    D5,
    /// 予定（介護予防支援） (V4)
    D6,
    /// 実績（介護予防支援） (V4)
    D7,
    /// 計画書(1,2表) (V3)
    #[serde(rename = "計画書(1,2表)")]
    Plan,
    /// 予定(6,7表) (V3)
    #[serde(rename = "予定(6,7表)")]
    Schedule,
    /// 実績(6表) (V3)
    #[serde(rename = "実績(6表)")]
    Result,
    /// The way to the platform and back.
    #[serde(rename = "transport")]
    Transport,
    /// What must be refused.
    #[serde(rename = "robustness")]
    Robustness,
}

/// Which way data goes in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseKind {
    /// The software writes files.
    Export,
    /// The software reads files.
    Import,
    /// Both, or neither.
    Exchange,
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should.
    Pass,
    /// The software did something else.
    Fail,
    /// It does not apply.
    Skip,
    /// It could not be told: the harness, the adapter or the machine.
    Blocked,
}

impl Pattern {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Pattern::D1 => "D1",
            Pattern::D2 => "D2",
            Pattern::D3 => "D3",
            Pattern::D4 => "D4",
            Pattern::D5 => "D5",
            Pattern::D6 => "D6",
            Pattern::D7 => "D7",
            Pattern::Plan => "計画書(1,2表)",
            Pattern::Schedule => "予定(6,7表)",
            Pattern::Result => "実績(6表)",
            Pattern::Transport => "transport",
            Pattern::Robustness => "robustness",
        }
    }
}

impl CaseKind {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            CaseKind::Export => "export",
            CaseKind::Import => "import",
            CaseKind::Exchange => "exchange",
        }
    }
}

impl Outcome {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Skip => "skip",
            Outcome::Blocked => "blocked",
        }
    }
}

impl Report {
    /// The report with the outcomes of suite cases, and the verdict that follows: what was blocked leaves
    /// it incomplete, what failed makes it invalid. No finding comes of either.
    pub fn with_outcomes(mut self, mut outcomes: Vec<OutcomeRecord>) -> Report {
        outcomes.sort_by(|a, b| (a.pattern, &a.case).cmp(&(b.pattern, &b.case)));
        self.outcomes = outcomes;
        self.verdict = verdict(&self);
        self
    }
}
