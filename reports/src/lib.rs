//! One report value and every way to show it.
//!
//! # Invariants
//!
//! 1. [`Report`] is the record; every format is a rendering of it and computes nothing of its own.
//! 2. Values are masked when the report is built, unless asked not to: no renderer sees what it must
//!    not show.
//! 3. What was not checked, and what is counted but not listed, is part of the record. Nothing ends
//!    as "valid" that could not be checked.
//! 4. Same report, same bytes.
//! 5. No output holds a control character, whatever names and values hold.
//! 6. No IO: renderers write to what they are given, piece by piece, and read nothing.

pub mod baseline;
mod build;
pub mod catalogue;
mod cite;
pub mod diff;
mod identity;
mod listing;
mod mask;
mod model;
mod outcome;
mod read;
mod render;
mod safe;
mod words;

pub use baseline::{Baseline, BaselineError};
pub use build::{Run, build, build_outcomes, renewed_baseline};
pub use diff::{Diff, diff};
pub use identity::Key;
pub use listing::Listing;
pub use model::{
    BaselineRecord, BaselinedRecord, ByteRange, Cut, ExcerptText, FindingRecord, InputRecord, ItemRecord, LayoutRecord,
    LeftOut, NotCheckedRecord, NotRunRecord, OmittedRecord, Pair, RelatedRecord, Report, RowRecord, RowsOmittedRecord,
    ScopeRecord, Tool, Totals, Verdict,
};
pub use outcome::{CaseKind, EvidenceRecord, Outcome, OutcomeRecord, Pattern};
pub use read::{ReadError, read};
pub use render::{
    Encoding, Kind, Manner, Style, concise, diff_json, diff_markdown, diff_schema, diff_text, html, html_policy,
    html_with_next_step, json, listing_csv, listing_html, schema, text, write,
};

/// The language of a rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// 日本語
    Ja,
    /// English
    En,
}
