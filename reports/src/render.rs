//! Renderings of a report.

use crate::Lang;
use crate::model::Report;

/// How text is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Whether colours are used.
    pub color: bool,
}

/// In the manner of rustc.
pub fn text(_report: &Report, _lang: Lang, _style: Style) -> String {
    String::new()
}

/// One line per finding: `file:line:column: severity[rule] message`.
pub fn concise(_report: &Report, _lang: Lang) -> String {
    String::new()
}

/// `report.json`
pub fn json(_report: &Report) -> String {
    String::new()
}

/// The JSON Schema of `report.json`.
pub fn schema() -> &'static str {
    ""
}
