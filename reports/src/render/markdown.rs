//! Markdown for a comment, a mail or the step summary of GitHub Actions. What comes from the input stands
//! in code or with every mark escaped: it formats nothing, links nothing and calls nobody.

use std::io;

use renkei_validator::rules;

use super::fit;
use super::known;
use super::outcomes;
use super::text::{facts, notes, omitted_line, place};
use crate::Lang;
use crate::model::{FindingRecord, Report, Verdict};
use crate::safe::safe;
use crate::words::{self, pick};

/// What a comment on GitHub may take is 65,536 characters; a mail or a note on GitLab takes more.
pub(super) const COMMENT: usize = 65_000;
/// What the summary of one step may take is 1 MiB.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions#step-isolation-and-limits>
pub(super) const STEP_SUMMARY: usize = 1_000_000;

/// How many columns of one text are shown.
const TEXT: usize = 200;
/// How many lines a list beside the findings may have.
const LINES: usize = 10;
/// How many rules are counted one by one.
const RULES: usize = 40;

/// Writes as many findings as fit into so many bytes, and how many more there are.
pub(super) fn write(report: &Report, lang: Lang, limit: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let head = head(report, lang) + &blocking(report, lang);
    let counts = known(report, lang) + &by_rule(report, lang);
    let tail = omitted(report, lang) + &others(report, lang) + &foot(report, lang);
    // Room for the lines about those that do not fit.
    let mut room = limit.saturating_sub(head.len() + counts.len() + tail.len() + 400);
    let cases = cases(report, lang, room);
    room -= cases.len().min(room);
    for part in [head, cases, counts] {
        out.write_all(part.as_bytes())?;
    }
    let new = report.all_findings().filter(|finding| finding.baselined.is_none());
    let count = new.clone().count();
    if count > 0 {
        writeln!(out, "### {}\n", pick(lang, "指摘", "Findings"))?;
    }
    let mut shown = 0;
    for finding in new {
        let text = entry(finding, lang);
        if text.len() > room {
            break;
        }
        room -= text.len();
        shown += 1;
        out.write_all(text.as_bytes())?;
    }
    let rest = count - shown;
    if rest > 0 {
        out.write_all(left_out(rest, lang).as_bytes())?;
    }
    if count > 0 {
        writeln!(out)?;
    }
    out.write_all(tail.as_bytes())
}

fn head(report: &Report, lang: Lang) -> String {
    let alert = match report.verdict {
        Verdict::Valid => "NOTE",
        Verdict::Invalid => "CAUTION",
        Verdict::Incomplete => "WARNING",
    };
    format!("## renkei\n\n> [!{alert}]\n> **{}**\n\n", plain(&words::verdict(report, lang)))
}

fn blocking(report: &Report, lang: Lang) -> String {
    let blocking = report.not_checked.iter().filter(|entry| entry.blocks);
    let lines = blocking.map(|entry| format!("{}: {}", code(entry.what.get(lang)), plain(entry.why.get(lang))));
    section(pick(lang, "検査を完了できなかった理由", "Why the check is incomplete"), lines, lang)
}

/// How many cases ended in which way, and as many of those that did not pass as there is room for.
fn cases(report: &Report, lang: Lang, room: usize) -> String {
    if report.outcomes.is_empty() {
        return String::new();
    }
    let heading = pick(lang, "ケースの結果", "Cases");
    let mut text = format!("### {heading}\n\n{}\n\n", plain(&words::endings(report, lang)));
    let told = outcomes::concise(report, lang);
    for (shown, line) in told.iter().enumerate() {
        let line = format!("- {}\n", plain(line));
        if text.len() + line.len() > room {
            text.push_str(&left_out(told.len() - shown, lang));
            break;
        }
        text.push_str(&line);
    }
    if told.is_empty() { text } else { text + "\n" }
}

fn left_out(count: usize, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("- ほか{count}件は、長くなるため載せていません。\n"),
        Lang::En => format!("- {count} more do not fit here.\n"),
    }
}

/// What the baseline lets pass; it is counted here and not listed.
fn known(report: &Report, lang: Lang) -> String {
    let lines = known::lines(report, lang).into_iter().map(|line| plain(line.trim_start()));
    section(pick(lang, "既知の指摘", "Known findings"), lines, lang)
}

fn by_rule(report: &Report, lang: Lang) -> String {
    let totals = &report.totals.by_rule;
    if totals.is_empty() {
        return String::new();
    }
    let mut text = format!("### {}\n\n", pick(lang, "ルールごとの件数", "Findings by rule"));
    text.push_str(match lang {
        Lang::Ja => "| ルール | 内容 | 件数 |\n|---|---|---:|\n",
        Lang::En => "| rule | about | count |\n|---|---|---:|\n",
    });
    for (rule, count) in totals.iter().take(RULES) {
        let title = rules::find(rule).map_or("", |rule| pick(lang, rule.title.ja, rule.title.en));
        // An id has no marks; one that has is not ours, and would break the table.
        let id: String = safe(rule).chars().filter(|c| !"|`\\".contains(*c)).collect();
        text.push_str(&format!("| {} | {} | {count} |\n", code(&id), plain(title)));
    }
    let rest = totals.len().saturating_sub(RULES);
    if rest > 0 {
        text.push_str(&match lang {
            Lang::Ja => format!("\nほか{rest}ルール\n"),
            Lang::En => format!("\nand {} more\n", words::some(rest as u64, "rule")),
        });
    }
    text + "\n"
}

fn entry(finding: &FindingRecord, lang: Lang) -> String {
    let severity = plain(words::severity(&finding.severity, lang));
    let place = place(&finding.file, finding.line, finding.column, finding.bytes, lang);
    let item = finding.item.as_ref().map(|item| format!(" No.{} {}", item.no, plain(&item.name_ja)));
    let mut text = format!(
        "- **{severity}** {}: {}\n  - {}{}\n",
        code(&finding.rule),
        plain(finding.message.get(lang)),
        code(&place),
        item.unwrap_or_default()
    );
    let facts = facts(finding, lang).len();
    for (index, (label, said)) in notes(finding, lang).into_iter().enumerate() {
        // What stands in the file is code; the rest is prose of ours, a line for each document.
        let said = match index < facts {
            true => code(&said),
            false => said.lines().map(plain).collect::<Vec<_>>().join(" / "),
        };
        text.push_str(&format!("  - {label}: {said}\n"));
    }
    text
}

fn omitted(report: &Report, lang: Lang) -> String {
    let lines = report.omitted.iter().map(|omitted| plain(&omitted_line(omitted, lang)));
    section(pick(lang, "表示を省いた指摘", "Findings left out"), lines, lang)
}

fn others(report: &Report, lang: Lang) -> String {
    let others = report.not_checked.iter().filter(|entry| !entry.blocks);
    let lines = others.map(|entry| format!("{}: {}", code(entry.what.get(lang)), plain(entry.why.get(lang))));
    section(pick(lang, "検査しなかったもの", "Not checked"), lines, lang)
}

fn foot(report: &Report, lang: Lang) -> String {
    let version = plain(&report.tool.version);
    let values = match report.values.as_str() {
        "shown" => pick(lang, "値はそのまま表示しています", "values are shown as they are"),
        _ => pick(lang, "値は伏せています", "values are masked"),
    };
    let (files, cases) = (report.inputs.len() as u64, report.outcomes.len() as u64);
    let as_of = plain(report.as_of.as_deref().unwrap_or("-"));
    let judged = match (lang, words::is_of_cases(report)) {
        (Lang::Ja, true) => format!("ケース {cases}件"),
        (Lang::En, true) => words::some(cases, "case"),
        (Lang::Ja, false) => format!("{as_of}の時点で検査、ファイル {files}件"),
        (Lang::En, false) => format!("judged as of {as_of}, {}", words::some(files, "file")),
    };
    match lang {
        Lang::Ja => format!("renkei {version}、{judged}、{values}。この結果は公式の判定ではありません。\n"),
        Lang::En => format!("renkei {version}, {judged}, {values}. This is no official result.\n"),
    }
}

/// A list under a heading; nothing where it is empty.
fn section(heading: &str, lines: impl Iterator<Item = String>, lang: Lang) -> String {
    let (mut text, mut count) = (String::new(), 0);
    for line in lines {
        count += 1;
        if count <= LINES {
            text.push_str(&format!("- {line}\n"));
        }
    }
    if count > LINES {
        text.push_str(&match lang {
            Lang::Ja => format!("- ほか{}件\n", count - LINES),
            Lang::En => format!("- and {} more\n", count - LINES),
        });
    }
    if count > 0 { format!("### {heading}\n\n{text}\n") } else { text }
}

/// Text that says what it says and marks nothing. `@` and `#` before a name or a number become full-width,
/// as no escape keeps GitHub from making a mention or a reference of them.
pub(super) fn plain(text: &str) -> String {
    let text = safe(text);
    let text = fit(&text, TEXT);
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let named = characters.peek().is_some_and(|next| next.is_ascii_alphanumeric());
        match c {
            '@' if named => escaped.push('＠'),
            '#' if named => escaped.push('＃'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '!' | '@' | '$' => {
                escaped.extend(['\\', c]);
            }
            // `https://…` and `:name:`
            ':' if characters.peek().is_some_and(char::is_ascii_graphic) => escaped.push_str("\\:"),
            // No word of a sentence begins a link.
            '.' if escaped.ends_with("www") => escaped.push_str("\\."),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text as it stands, in a fence longer than any inside.
pub(super) fn code(text: &str) -> String {
    let text = safe(text);
    let text = fit(&text, TEXT);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.trim() != text || text.is_empty() || text.contains('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_marks_nothing() {
        for (text, escaped) in [
            ("**a** _b_ `c`", "\\*\\*a\\*\\* \\_b\\_ \\`c\\`"),
            ("<img src=x> &amp;", "\\<img src=x\\> \\&amp;"),
            ("[a](https://b.example)", "\\[a\\](https\\://b.example)"),
            ("@team #12 ##", "＠team ＃12 \\#\\#"),
            ("www.b.example", "www\\.b.example"),
            ("a\nb", "a␊b"),
        ] {
            assert_eq!(plain(text), escaped);
        }
    }

    #[test]
    fn code_is_fenced_beyond_what_it_holds() {
        for (text, fenced) in [
            ("a", "`a`"),
            ("a`b", "`` a`b ``"),
            ("``", "``` `` ```"),
            (" a", "`  a `"),
            ("", "`  `"),
            ("<b>@team</b>", "`<b>@team</b>`"),
        ] {
            assert_eq!(code(text), fenced);
        }
    }
}
