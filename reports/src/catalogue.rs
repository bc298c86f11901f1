//! What is said of rules: `renkei explain`, `renkei rules`, `docs/RULES.md`. All of it comes from the
//! rules themselves; their examples are run while it is made.

mod example;
mod markdown;

use renkei_validator::rule::{Basis, Rule};
use renkei_validator::rules;
use serde::Serialize;

use crate::model::Pair;
use crate::render::{pad, width};
use crate::safe::escape_json;
use crate::{Lang, build, cite, words};

pub use markdown::rules_md;

/// `renkei explain RULE`, with its examples run. The samples are fictional: their values are shown.
pub fn explain(rule: &Rule, lang: Lang) -> String {
    let label = |ja, en| match lang {
        Lang::Ja => ja,
        Lang::En => en,
    };
    let severity = words::severity(rule.severity.word(), lang);
    let mut sections = vec![(
        format!("{severity}[{}]", rule.id),
        vec![
            say(rule.title, lang).to_owned(),
            format!("{}: {}", label("対象バージョン", "versions"), versions(rule, lang)),
        ],
    )];
    sections.push((label("なぜ問題か", "why it matters").to_owned(), vec![say(rule.why, lang).to_owned()]));
    sections.push((label("対処", "what to do").to_owned(), vec![say(rule.fix, lang).to_owned()]));
    sections.push((label("根拠", "basis").to_owned(), basis(rule, lang)));
    if let Some(reading) = rule.reading {
        sections.push((label("解釈", "reading").to_owned(), vec![say(reading, lang).to_owned()]));
    }
    for (index, lines) in example::bad(rule, lang).into_iter().enumerate() {
        sections.push((format!("{} {}", label("指摘する例", "found, example"), index + 1), lines));
    }
    for (index, lines) in example::good(rule, lang).into_iter().enumerate() {
        sections.push((format!("{} {}", label("指摘しない例", "accepted, example"), index + 1), lines));
    }
    let mut text = String::new();
    for (index, (heading, lines)) in sections.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&format!("{heading}\n"));
        for line in lines {
            text.push_str(format!("  {line}").trim_end());
            text.push('\n');
        }
    }
    text
}

/// `renkei rules`
pub fn list_text(lang: Lang) -> String {
    let mut rows = vec![match lang {
        Lang::Ja => ["ルール", "重大度", "根拠", "内容"].map(str::to_owned),
        Lang::En => ["rule", "severity", "basis", "title"].map(str::to_owned),
    }];
    rows.extend(rules::all().iter().map(|rule| {
        [rule.id, words::severity(rule.severity.word(), lang), rule.basis.word(), say(rule.title, lang)]
            .map(str::to_owned)
    }));
    let columns = |index: usize| rows.iter().map(|row| width(&row[index])).max().unwrap_or(0);
    let widths = [columns(0), columns(1), columns(2)];
    let mut text = String::new();
    for [id, severity, basis, title] in &rows {
        let cells = [pad(id, widths[0]), pad(severity, widths[1]), pad(basis, widths[2]), title.clone()];
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// `renkei rules --format json`
pub fn list_json() -> String {
    let rules: Vec<RuleRecord> = rules::all().iter().map(|rule| RuleRecord::of(rule)).collect();
    let json = serde_json::to_string_pretty(&rules).expect("a rule is strings and lists of them");
    escape_json(&json).into_owned() + "\n"
}

#[derive(Serialize)]
struct RuleRecord {
    id: &'static str,
    severity: &'static str,
    title: Pair,
    why: Pair,
    fix: Pair,
    authority: &'static str,
    cites: Vec<Pair>,
    because: Option<Pair>,
    reading: Option<Pair>,
    versions: Vec<&'static str>,
}

impl RuleRecord {
    fn of(rule: &Rule) -> RuleRecord {
        RuleRecord {
            id: rule.id,
            severity: rule.severity.word(),
            title: Pair::from(rule.title),
            why: Pair::from(rule.why),
            fix: Pair::from(rule.fix),
            authority: rule.basis.word(),
            cites: cite::of_rule(rule.basis.citations()),
            because: build::because(&rule.basis),
            reading: rule.reading.map(Pair::from),
            versions: rule.versions.iter().map(|version| version.value()).collect(),
        }
    }
}

fn say(text: renkei_validator::text::Text, lang: Lang) -> &'static str {
    match lang {
        Lang::Ja => text.ja,
        Lang::En => text.en,
    }
}

fn versions(rule: &Rule, lang: Lang) -> String {
    let versions: Vec<&str> = rule.versions.iter().map(|version| version.value()).collect();
    versions.join(match lang {
        Lang::Ja => "、",
        Lang::En => ", ",
    })
}

/// The authority, the documents, and the reason or the note.
fn basis(rule: &Rule, lang: Lang) -> Vec<String> {
    let mut lines = vec![words::authority(rule.basis.word(), lang).to_owned()];
    lines.extend(cite::of_rule(rule.basis.citations()).iter().map(|cite| format!("- {}", cite.get(lang))));
    match rule.basis {
        Basis::Spec(_) => {}
        Basis::Derived { because, .. } => lines.push(say(because, lang).to_owned()),
        Basis::Practice(note) => lines.push(say(note, lang).to_owned()),
    }
    lines
}
