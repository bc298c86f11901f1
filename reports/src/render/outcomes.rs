//! Outcomes of suite cases as text. Shows what the record says; marks no pattern.

use super::text::Paint;
use crate::Lang;
use crate::model::{Report, Verdict};
use crate::outcome::{Outcome, OutcomeRecord};
use crate::safe::safe;

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
    lines.push(format!("  {}", counts(report, lang)));
    lines
}

/// One line per case that did not pass.
pub(super) fn concise(report: &Report, lang: Lang) -> Vec<String> {
    let told = report.outcomes.iter().filter(|record| record.outcome != Outcome::Pass);
    told.map(|record| {
        let why = record.why.as_ref().map(|why| format!(": {}", why.get(lang))).unwrap_or_default();
        line(record, lang) + &why
    })
    .collect()
}

fn line(record: &OutcomeRecord, lang: Lang) -> String {
    let OutcomeRecord { case, title, pattern, kind, outcome, .. } = record;
    format!("{}[{} {}] {case}: {}", word(*outcome, lang), pattern.word(), kind.word(), title.get(lang))
}

/// What people call an outcome.
pub(crate) fn word(outcome: Outcome, lang: Lang) -> &'static str {
    match (lang, outcome) {
        (Lang::Ja, Outcome::Pass) => "合格",
        (Lang::Ja, Outcome::Fail) => "不合格",
        (Lang::Ja, Outcome::Skip) => "対象外",
        (Lang::Ja, Outcome::Blocked) => "判定保留",
        (Lang::En, outcome) => outcome.word(),
    }
}

/// How many cases ended in which way; nothing where there are none.
pub(super) fn counts_of(report: &Report, lang: Lang) -> Option<String> {
    (!report.outcomes.is_empty()).then(|| counts(report, lang))
}

fn counts(report: &Report, lang: Lang) -> String {
    let count = |outcome| report.outcomes.iter().filter(|record| record.outcome == outcome).count();
    let all = [Outcome::Pass, Outcome::Fail, Outcome::Skip, Outcome::Blocked];
    let parts: Vec<String> = all
        .into_iter()
        .map(|outcome| match lang {
            Lang::Ja => format!("{} {}件", word(outcome, lang), count(outcome)),
            Lang::En => format!("{} {}", count(outcome), word(outcome, lang)),
        })
        .collect();
    match lang {
        Lang::Ja => parts.join("、"),
        Lang::En => parts.join(", "),
    }
}
