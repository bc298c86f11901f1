//! Outcomes of suite cases as text. Shows what the record says; marks no pattern.

use std::collections::BTreeMap;

use super::text::Paint;
use crate::model::{Report, Verdict};
use crate::outcome::{Outcome, OutcomeRecord, Pattern};
use crate::safe::safe;
use crate::{Lang, words};

/// Those that passed, a line each; those that do not apply, counted by pattern and reason; those that could not
/// be judged and those that failed, each with its reason and evidence; then the counts. On a terminal the end
/// stays in sight.
pub(super) fn lines(report: &Report, lang: Lang, paint: Paint) -> Vec<String> {
    if report.outcomes.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![paint.bold(match lang {
        Lang::Ja => "ケースの結果",
        Lang::En => "cases",
    })];
    let of = |outcome| report.outcomes.iter().filter(move |record| record.outcome == outcome);
    let shown = |record: &OutcomeRecord| format!("  {}", safe(&line(record, lang)));
    lines.extend(of(Outcome::Pass).map(shown));
    lines.extend(skipped(of(Outcome::Skip), lang));
    for record in of(Outcome::Blocked) {
        lines.push(paint.verdict(Verdict::Incomplete, &shown(record)));
        lines.extend(told(record, lang));
    }
    for record in of(Outcome::Fail) {
        lines.push(paint.verdict(Verdict::Invalid, &shown(record)));
        lines.extend(told(record, lang));
    }
    lines.push(format!("  {}", words::endings(report, lang)));
    lines
}

/// Cases that do not apply: how many, of each pattern and for each reason.
fn skipped<'r>(records: impl Iterator<Item = &'r OutcomeRecord>, lang: Lang) -> Vec<String> {
    let mut counts: BTreeMap<(Pattern, &str), usize> = BTreeMap::new();
    for record in records {
        let why = record.why.as_ref().map_or("", |why| why.get(lang));
        *counts.entry((record.pattern, why)).or_default() += 1;
    }
    let said = counts.into_iter().map(move |((pattern, why), count)| {
        let (ended, pattern) = (words::ended(Outcome::Skip, lang), pattern.word());
        match lang {
            Lang::Ja => format!("  {ended}[{pattern}] {count}件: {}", safe(why)),
            Lang::En => format!("  {ended}[{pattern}] {count}: {}", safe(why)),
        }
    });
    said.collect()
}

/// Why a case ended as it did, and what shows it.
fn told(record: &OutcomeRecord, lang: Lang) -> Vec<String> {
    let why = record.why.iter().map(|why| format!("      {}", safe(why.get(lang))));
    let evidence = record.evidence.iter().map(|evidence| {
        let at = evidence.file.iter().cloned().chain(evidence.journal_sequence.map(|n| format!("journal {n}")));
        let parts: Vec<String> = std::iter::once(evidence.what.get(lang).to_owned()).chain(at).collect();
        format!("      - {}", safe(&parts.join(": ")))
    });
    why.chain(evidence).collect()
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
