//! Outcomes of suite cases as text. Shows what the record says; marks no pattern.

use super::text::Paint;
use crate::model::{Report, Verdict};
use crate::outcome::{Outcome, OutcomeRecord};
use crate::safe::safe;
use crate::{Lang, words};

/// One line per case that did not pass, each with its reason and evidence, then the counts.
pub(super) fn lines(report: &Report, lang: Lang, paint: Paint) -> Vec<String> {
    if report.outcomes.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![paint.bold(match lang {
        Lang::Ja => "ケースの結果",
        Lang::En => "cases",
    })];
    for record in &report.outcomes {
        let line = format!("  {}", safe(&line(record, lang)));
        lines.push(match record.outcome {
            Outcome::Pass => line,
            Outcome::Skip => line,
            Outcome::Fail => paint.verdict(Verdict::Invalid, &line),
            Outcome::Blocked => paint.verdict(Verdict::Incomplete, &line),
        });
        if record.outcome == Outcome::Pass {
            continue;
        }
        lines.extend(record.why.iter().map(|why| format!("      {}", safe(why.get(lang)))));
        for evidence in &record.evidence {
            let at = evidence.file.iter().cloned().chain(evidence.journal_sequence.map(|n| format!("journal {n}")));
            let what = evidence.what.get(lang).to_owned();
            let parts: Vec<String> = std::iter::once(what).chain(at).collect();
            lines.push(format!("      - {}", safe(&parts.join(": "))));
        }
    }
    lines.push(format!("  {}", words::endings(report, lang)));
    lines
}

/// The cases that failed, then the others that did not pass, then those that did.
pub(super) fn worst_first(report: &Report) -> Vec<&OutcomeRecord> {
    let mut outcomes: Vec<&OutcomeRecord> = report.outcomes.iter().collect();
    outcomes.sort_by_key(|record| match record.outcome {
        Outcome::Fail => 0,
        Outcome::Blocked => 1,
        Outcome::Skip => 2,
        Outcome::Pass => 3,
    });
    outcomes
}

/// One line per case that did not pass.
pub(super) fn concise(report: &Report, lang: Lang) -> Vec<String> {
    let told = worst_first(report).into_iter().filter(|record| record.outcome != Outcome::Pass);
    told.map(|record| {
        let why = record.why.as_ref().map(|why| format!(": {}", why.get(lang))).unwrap_or_default();
        line(record, lang) + &why
    })
    .collect()
}

fn line(record: &OutcomeRecord, lang: Lang) -> String {
    let OutcomeRecord { case, title, pattern, kind, outcome, .. } = record;
    let (ended, kind) = (words::ended(*outcome, lang), words::direction(*kind, lang));
    format!("{ended}[{} {kind}] {case}: {}", pattern.word(), title.get(lang))
}
