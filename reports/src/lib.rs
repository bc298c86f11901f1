//! One report value and every way to show it.
//!
//! # Invariants
//!
//! 1. [`Report`] is the record; every format is a rendering of it and computes nothing of its own.
//! 2. Values are masked when the report is built, unless asked not to: no renderer sees what it must
//!    not show.
//! 3. Same report, same bytes.
//! 4. No IO: renderers give text, somebody else writes it.

mod build;
pub mod catalogue;
mod mask;
mod model;
mod render;

pub use build::{Run, build};
pub use model::{
    ByteRange, Cut, ExcerptText, FindingRecord, InputRecord, ItemRecord, NotCheckedRecord, Pair, RelatedRecord, Report,
    Tool, Totals, Verdict,
};
pub use render::{Style, concise, json, schema, text};

/// The language of a rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// 日本語
    Ja,
    /// English
    En,
}
