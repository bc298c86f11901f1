//! What to mend first: the rule that the chart begins with, in the words of its own fix. Chooses among what
//! the record holds; says nothing that no rule says.

use super::chart::Chart;
use super::text::{Both, Shown};
use crate::model::Report;
use crate::words::reaches;

pub(super) struct Next<'a> {
    pub(super) rule: Shown<'a>,
    pub(super) title: Both<'a>,
    pub(super) total: Both<'a>,
    pub(super) fix: Both<'a>,
    /// Its first file in detail and its group there, where there is one.
    pub(super) place: Option<(usize, usize)>,
}

/// The commonest of the most severe defects; none where the record fails on none.
pub(super) fn next<'a>(chart: &Chart<'a>, report: &'a Report) -> Option<Next<'a>> {
    let first = chart.rows.first()?;
    let finding = report
        .all_findings()
        .filter(|finding| reaches(&finding.severity, &report.fail_on))
        .find(|finding| finding.rule == first.rule.0)?;
    Some(Next {
        rule: Shown::of(&finding.rule),
        title: first.title.clone().unwrap_or_else(|| Both::from(&finding.message)),
        total: match first.total.as_str() {
            "1" => Both::of("1件", "1 finding"),
            total => Both::made(format!("{total}件"), format!("{total} findings")),
        },
        fix: Both::from(&finding.fix),
        place: first.cells.iter().map(|cell| cell.place).find(|place| *place != (0, 0)),
    })
}
