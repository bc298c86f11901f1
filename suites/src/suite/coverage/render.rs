//! The coverage table as text, CSV, JSON and Markdown. Counts nothing: it shows what was counted.

use renkei_reports::{Lang, Pair};

use super::{CaseEvidence, Coverage, Covered, RuleEvidence, Totals};
use crate::lang::pick;

/// For a terminal: one requirement after the other, what verifies it below it.
pub fn text(coverage: &Coverage, lang: Lang) -> String {
    let mut text = String::new();
    for one in &coverage.requirements {
        text.push_str(&format!("{}  {}\n", one.id, one.text.get(lang)));
        text.push_str(&labelled(lang, "出典", "source", &one.cites.join("、")));
        for line in one.rules.iter().map(|rule| rule_line(rule, lang)) {
            text.push_str(&labelled(lang, "ルール", "rule", &line));
        }
        for line in one.cases.iter().map(|case| case_line(case, lang)) {
            text.push_str(&labelled(lang, "ケース", "case", &line));
        }
        if let Some(reason) = &one.reason {
            text.push_str(&labelled(lang, "検証できない理由", "cannot be verified", reason.get(lang)));
        }
        if one.is_open() {
            text.push_str(&format!("  {}\n", open(lang)));
        }
    }
    text.push_str(&format!("\n{}\n", totals_line(coverage.totals, lang)));
    text
}

/// For spreadsheets.
pub fn csv(coverage: &Coverage, lang: Lang) -> String {
    let heading = |ja: &'static str, en: &'static str| pick(lang, ja, en).to_owned();
    let mut rows = vec![vec![
        heading("要件", "requirement"),
        heading("内容", "text"),
        heading("バージョン", "versions"),
        heading("出典", "sources"),
        heading("ルール", "rules"),
        heading("ケース", "cases"),
        heading("検証できない理由", "why it cannot be verified"),
    ]];
    rows.extend(coverage.requirements.iter().map(|one| cells(one, lang, "\n").to_vec()));
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// For programs.
pub fn json(coverage: &Coverage) -> String {
    // A value of strings and numbers can always be written.
    serde_json::to_string_pretty(coverage).unwrap_or_default()
}

/// For documents.
pub fn markdown(coverage: &Coverage, lang: Lang) -> String {
    let mut text = format!("{}\n\n", totals_line(coverage.totals, lang));
    text.push_str(pick(
        lang,
        "| 要件 | 内容 | バージョン | 出典 | ルール | ケース | 検証できない理由 |\n",
        "| requirement | text | versions | sources | rules | cases | why it cannot be verified |\n",
    ));
    text.push_str("|---|---|---|---|---|---|---|\n");
    for one in &coverage.requirements {
        let cells = cells(one, lang, "<br>").map(|cell| cell.replace('|', "\\|"));
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}

fn cells(one: &Covered, lang: Lang, between: &str) -> [String; 7] {
    let lines = |lines: Vec<String>| lines.join(between);
    [
        one.id.clone(),
        one.text.get(lang).to_owned(),
        one.versions.join(" "),
        one.cites.join(between),
        lines(one.rules.iter().map(|rule| rule_line(rule, lang)).collect()),
        match one.is_open() {
            true => open(lang).to_owned(),
            false => lines(one.cases.iter().map(|case| case_line(case, lang)).collect()),
        },
        one.reason.as_ref().map_or("", |reason: &Pair| reason.get(lang)).to_owned(),
    ]
}

fn labelled(lang: Lang, ja: &str, en: &str, text: &str) -> String {
    format!("  {}: {text}\n", pick(lang, ja, en))
}

fn open(lang: Lang) -> &'static str {
    pick(lang, "検証するものも理由もありません", "neither verified nor reasoned")
}

fn rule_line(rule: &RuleEvidence, lang: Lang) -> String {
    let id = rule.id;
    match (rule.ran, rule.findings) {
        (None, _) => id.to_owned(),
        (Some(false), _) => format!("{id} ({})", pick(lang, "動いていません", "did not run")),
        (Some(true), None | Some(0)) => format!("{id} ({})", pick(lang, "指摘なし", "nothing found")),
        (Some(true), Some(n)) => match lang {
            Lang::Ja => format!("{id} (指摘{n}件)"),
            Lang::En => format!("{id} (found {n})"),
        },
    }
}

fn case_line(case: &CaseEvidence, lang: Lang) -> String {
    let outcome = case.outcome.map_or_else(|| pick(lang, "未実行", "not run"), |outcome| outcome.word());
    format!("{} ({outcome})", case.id)
}

fn totals_line(totals: Totals, lang: Lang) -> String {
    let Totals { requirements, by_rule, by_case, reasoned, open } = totals;
    match lang {
        Lang::Ja => format!(
            "要件{requirements}件: ルールで検証{by_rule}件、ケースで検証{by_case}件、検証できない理由あり{reasoned}件、検証も理由もなし{open}件"
        ),
        Lang::En => format!(
            "{requirements} requirements: {by_rule} verified by rules, {by_case} by cases, {reasoned} reasoned, {open} open"
        ),
    }
}
