//! The words that renderings share, in both languages.

use crate::Lang;
use crate::model::{Pair, Report, Totals, Verdict};
use crate::outcome::{CaseKind, Outcome};

/// One of two fixed sentences.
pub(crate) fn pick<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

/// Whether a severity reaches the level to fail on.
pub(crate) fn reaches(severity: &str, fail_on: &str) -> bool {
    rank(severity) >= rank(fail_on)
}

/// `none` is a level that nothing reaches.
pub(crate) fn rank(word: &str) -> u8 {
    match word {
        "info" => 1,
        "warning" => 2,
        "error" => 3,
        _ => 4,
    }
}

/// What people call a severity.
pub(crate) fn severity(word: &str, lang: Lang) -> &str {
    match (lang, word) {
        (Lang::Ja, "error") => "エラー",
        (Lang::Ja, "warning") => "警告",
        (Lang::Ja, "info") => "情報",
        _ => word,
    }
}

/// What people call an authority.
pub(crate) fn authority(word: &str, lang: Lang) -> &str {
    match (lang, word) {
        (Lang::Ja, "spec") => "標準仕様（spec）",
        (Lang::Ja, "derived") => "標準仕様からの帰結（derived）",
        (Lang::Ja, "practice") => "実装上の慣行（practice）",
        (Lang::En, "spec") => "the standard (spec)",
        (Lang::En, "derived") => "follows from the standard (derived)",
        (Lang::En, "practice") => "what implementations do (practice)",
        _ => word,
    }
}

/// `エラー 1件、警告 2件、情報 0件`
pub(crate) fn counts(totals: &Totals, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("エラー {}件、警告 {}件、情報 {}件", totals.error, totals.warning, totals.info),
        Lang::En => {
            let (error, warning) = (some(totals.error, "error"), some(totals.warning, "warning"));
            format!("{error}, {warning}, {}", some(totals.info, "info"))
        }
    }
}

/// `1 file`, `2 files`
pub(crate) fn some(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What people call the end of a case.
pub(crate) fn ended(outcome: Outcome, lang: Lang) -> &'static str {
    match (lang, outcome) {
        (Lang::Ja, Outcome::Pass) => "合格",
        (Lang::Ja, Outcome::Fail) => "不合格",
        (Lang::Ja, Outcome::Skip) => "対象外",
        (Lang::Ja, Outcome::Blocked) => "判定保留",
        (Lang::En, outcome) => outcome.word(),
    }
}

/// What people call the way that data goes.
pub(crate) fn direction(kind: CaseKind, lang: Lang) -> &'static str {
    match (lang, kind) {
        (Lang::Ja, CaseKind::Export) => "出力",
        (Lang::Ja, CaseKind::Import) => "取込",
        (Lang::Ja, CaseKind::Exchange) => "送受信",
        (Lang::En, kind) => kind.word(),
    }
}

/// `合格 1件、不合格 2件、対象外 0件、判定保留 0件`
pub(crate) fn endings(report: &Report, lang: Lang) -> String {
    let all = [Outcome::Pass, Outcome::Fail, Outcome::Skip, Outcome::Blocked];
    let parts = all.map(|outcome| {
        let count = report.outcomes.iter().filter(|record| record.outcome == outcome).count();
        match lang {
            Lang::Ja => format!("{} {count}件", ended(outcome, lang)),
            Lang::En => format!("{count} {}", ended(outcome, lang)),
        }
    });
    parts.join(pick(lang, "、", ", "))
}

/// Whether cases were run and no file was judged: counts of findings say nothing then.
pub(crate) fn is_of_cases(report: &Report) -> bool {
    report.inputs.is_empty() && !report.outcomes.is_empty()
}

/// The one line to remember.
pub(crate) fn verdict(report: &Report, lang: Lang) -> String {
    let said = outcome(report);
    let mut counts = match is_of_cases(report) {
        true => endings(report, lang),
        false => counts(&report.totals, lang),
    };
    if let Some(known) = report.baseline.as_ref().map(|baseline| sum(&baseline.covered)).filter(|known| *known > 0) {
        counts += &match lang {
            Lang::Ja => format!("（うち既知 {known}件）"),
            Lang::En => format!(", {known} of them known"),
        };
    }
    let own = report.baseline.as_ref().map_or(0, |baseline| sum(&baseline.totals));
    if own > 0 {
        counts += &match lang {
            Lang::Ja => format!("。ベースラインについての警告 {own}件"),
            Lang::En => format!("; {} about the baseline", some(own, "warning")),
        };
    }
    match lang {
        Lang::Ja => format!("判定 [{}]: {}。{counts}", word(report.verdict), said.ja),
        Lang::En => format!("verdict [{}]: {}; {counts}", word(report.verdict), said.en),
    }
}

/// All severities together.
pub(crate) fn sum(totals: &Totals) -> u64 {
    totals.error + totals.warning + totals.info
}

/// The counts of what may count for the verdict: what the baseline does not let pass, and what is said
/// about the baseline itself.
pub(crate) fn fresh(report: &Report) -> Totals {
    let all = &report.totals;
    let Some(baseline) = &report.baseline else { return all.clone() };
    let less = |all: u64, known: u64, own: u64| all.saturating_sub(known) + own;
    Totals {
        error: less(all.error, baseline.covered.error, baseline.totals.error),
        warning: less(all.warning, baseline.covered.warning, baseline.totals.warning),
        info: less(all.info, baseline.covered.info, baseline.totals.info),
        by_rule: Default::default(),
    }
}

/// The word in the record.
pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "invalid",
        Verdict::Incomplete => "incomplete",
    }
}

/// The verdict in words that are true of these totals: "no problem" is said of none at all only.
pub(crate) fn outcome(report: &Report) -> Pair {
    let totals = fresh(report);
    let known = report.baseline.as_ref().is_some_and(|baseline| sum(&baseline.covered) > 0);
    let any = |outcome| report.outcomes.iter().any(|record| record.outcome == outcome);
    let (failed, blocked) = (any(Outcome::Fail), any(Outcome::Blocked));
    let (ja, en) = match (report.verdict, report.fail_on.as_str()) {
        (Verdict::Incomplete, _) if failed && blocked => (
            "不合格のケースと、判定できなかったケースがあります（判定保留）",
            "cases failed, and others could not be judged",
        ),
        (Verdict::Incomplete, _) if blocked => {
            ("判定できなかったケースがあります（判定保留）", "cases could not be judged")
        }
        (Verdict::Incomplete, _) => ("検査を完了できませんでした（判定保留）", "the check could not be completed"),
        (Verdict::Invalid, _) if failed => ("不合格のケースがあります", "cases failed"),
        (Verdict::Invalid, _) if known && totals.error > 0 => {
            ("既知でないエラーがあります", "errors were found that are not known")
        }
        (Verdict::Invalid, _) if totals.error > 0 => ("エラーがあります", "errors were found"),
        (Verdict::Invalid, _) if totals.warning > 0 => ("警告があります", "warnings were found"),
        (Verdict::Invalid, _) => ("情報レベルの指摘があります", "infos were found"),
        (Verdict::Valid, _) if is_of_cases(report) => {
            ("対象のケースすべてに合格しました", "all cases that apply passed")
        }
        (Verdict::Valid, _) if known => (
            "既知のもののほかに、判定に数える指摘はありませんでした",
            "nothing that counts was found beyond what is known",
        ),
        (Verdict::Valid, _) if sum(&totals) == 0 => ("問題は見つかりませんでした", "no problem was found"),
        (Verdict::Valid, "error") => ("エラーは見つかりませんでした", "no error was found"),
        (Verdict::Valid, "warning") => ("エラーも警告も見つかりませんでした", "neither error nor warning was found"),
        (Verdict::Valid, _) => (
            "指摘がありますが、判定の対象にしていません（--fail-on none）",
            "there are findings, but none counts (--fail-on none)",
        ),
    };
    Pair { ja: ja.to_owned(), en: en.to_owned() }
}

/// `1 entry`, `2 entries`
pub(crate) fn entries(count: u64) -> String {
    match count {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    }
}
