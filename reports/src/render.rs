//! Renderings of a report. Each shows what the record holds and computes nothing of its own.

mod concise;
mod known;
mod outcomes;
mod snippet;
mod text;

pub use concise::concise;
pub(crate) use snippet::{fit, pad, snippet, width};
pub use text::text;
pub(crate) use text::{Paint, facts, source_lines};

use crate::model::Report;
use crate::safe::escape_json;

/// How text is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Whether colours are used.
    pub color: bool,
}

/// `report.json`
pub fn json(report: &Report) -> String {
    let json = serde_json::to_string_pretty(report).expect("a report is strings, numbers and lists of them");
    escape_json(&json) + "\n"
}

/// The JSON Schema of `report.json`.
pub fn schema() -> &'static str {
    include_str!("../schema/renkei-report-1.json")
}
