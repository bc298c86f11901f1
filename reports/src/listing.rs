//! The vendor listing sheet: which patterns a product has earned a mark for, and by which cases. Reads
//! outcomes; runs nothing and shows nothing.
//!
//! A direction of a pattern has its mark when at least one of its cases ran and passed, none failed, none was
//! blocked, and each that was skipped says why. A pattern has its mark when every direction that has cases
//! has one. A rehearsal's mark is no official one.

use time::Date;

use crate::model::Report;
use crate::outcome::{CaseKind, Outcome, OutcomeRecord, Pattern};

/// What those who offer the software say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// 介護ソフト名
    pub product: String,
    /// Its version.
    pub version: Option<String>,
    /// 提供会社名
    pub company: String,
    /// Whom to ask.
    pub contact: Option<String>,
    /// The day of the sheet.
    pub date: Option<Date>,
}

/// The patterns of the vendor test for version 4, in the order of the published list.
pub(crate) const V4: [Pattern; 7] =
    [Pattern::D1, Pattern::D2, Pattern::D3, Pattern::D4, Pattern::D5, Pattern::D6, Pattern::D7];

/// The columns of the list before that.
pub(crate) const V3: [Pattern; 3] = [Pattern::Plan, Pattern::Schedule, Pattern::Result];

/// One pattern.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) pattern: Pattern,
    /// Whether the pattern has its mark.
    pub(crate) mark: bool,
    pub(crate) export: Direction<'a>,
    pub(crate) import: Direction<'a>,
}

/// One direction of a pattern.
#[derive(Debug)]
pub(crate) struct Direction<'a> {
    pub(crate) standing: Standing,
    /// Its cases, in the order of the record.
    pub(crate) cases: Vec<&'a OutcomeRecord>,
}

/// How a direction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has its mark.
    Marked,
    /// A case stands in the way.
    Open,
    /// No case ran.
    NotRun,
}

/// The rows of a sheet.
pub(crate) fn rows<'a>(report: &'a Report, patterns: &[Pattern]) -> Vec<Row<'a>> {
    patterns.iter().map(|&pattern| row(report, pattern)).collect()
}

fn row(report: &Report, pattern: Pattern) -> Row<'_> {
    let direction = |kind| {
        let own = |record: &&OutcomeRecord| {
            record.pattern == pattern && (record.kind == kind || record.kind == CaseKind::Exchange)
        };
        let cases: Vec<&OutcomeRecord> = report.outcomes.iter().filter(own).collect();
        Direction { standing: standing(&cases), cases }
    };
    let (export, import) = (direction(CaseKind::Export), direction(CaseKind::Import));
    let standings = [export.standing, import.standing];
    let mark = standings.contains(&Standing::Marked) && !standings.contains(&Standing::Open);
    Row { pattern, mark, export, import }
}

fn standing(cases: &[&OutcomeRecord]) -> Standing {
    let mut passed = false;
    for record in cases {
        match (record.outcome, &record.why) {
            (Outcome::Pass, _) => passed = true,
            (Outcome::Skip, Some(_)) => {}
            (Outcome::Skip, None) | (Outcome::Fail | Outcome::Blocked, _) => return Standing::Open,
        }
    }
    if passed { Standing::Marked } else { Standing::NotRun }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Pair;

    fn record(outcome: Outcome, reasoned: bool) -> OutcomeRecord {
        let pair = || Pair { ja: "見本".to_owned(), en: "sample".to_owned() };
        OutcomeRecord {
            case: "d1/sample".to_owned(),
            title: pair(),
            pattern: Pattern::D1,
            kind: CaseKind::Export,
            outcome,
            why: reasoned.then(pair),
            requirements: Vec::new(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn a_mark_needs_a_case_that_passed_and_none_in_the_way() {
        use Outcome::{Blocked, Fail, Pass, Skip};
        for (outcomes, expected) in [
            (&[][..], Standing::NotRun),
            (&[(Skip, true)], Standing::NotRun),
            (&[(Skip, false)], Standing::Open),
            (&[(Pass, false)], Standing::Marked),
            (&[(Pass, false), (Skip, true)], Standing::Marked),
            (&[(Pass, false), (Skip, false)], Standing::Open),
            (&[(Pass, false), (Fail, true)], Standing::Open),
            (&[(Pass, false), (Blocked, true)], Standing::Open),
        ] {
            let records: Vec<_> = outcomes.iter().map(|&(outcome, reasoned)| record(outcome, reasoned)).collect();
            assert_eq!(standing(&records.iter().collect::<Vec<_>>()), expected, "{outcomes:?}");
        }
    }
}
