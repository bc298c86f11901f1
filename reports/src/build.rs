//! Makes the report of a run, masking values on the way.

use renkei_validator::finding::Severity;
use renkei_validator::{FileJudgement, NotChecked, SetsJudgement};
use time::Date;

use crate::model::Report;

/// What a run of `renkei check` leaves.
#[derive(Debug)]
pub struct Run<'a> {
    /// The day judged as of.
    pub as_of: Option<Date>,
    /// From which severity on the verdict is invalid; `None` never.
    pub fail_on: Option<Severity>,
    /// Whether values are shown as they are.
    pub show_values: bool,
    /// The cap on examples that the run was told.
    pub keep: usize,
    /// Every input with the SHA-256 of its bytes (hexadecimal), in any order.
    pub files: &'a [(FileJudgement, String)],
    /// The sets they form; `None` where one file was judged alone: the set rules are listed as not checked then.
    pub sets: Option<&'a SetsJudgement>,
    /// What the caller could not read: missing, unreadable, refused inputs.
    pub not_checked: &'a [NotChecked],
}

/// Makes the report.
pub fn build(_run: &Run<'_>) -> Report {
    todo!("the reports helper writes this")
}
