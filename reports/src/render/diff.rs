//! Renderings of a comparison. Each shows what the comparison holds and matches nothing itself.

use super::concise::line;
use super::known;
use super::markdown::{COMMENT, code, plain};
use crate::Lang;
use crate::diff::{Counts, Diff, Group};
use crate::model::FindingRecord;
use crate::render::text::Paint;
use crate::render::{Style, pad, width};
use crate::safe::{escape_json, log_line, safe};
use crate::words::pick;

/// In lines: what the runs differ in, each finding that began (`+`) or stopped (`-`), the counts by role and
/// rule, and all together.
pub fn diff_text(diff: &Diff, lang: Lang, style: Style) -> String {
    let paint = Paint { color: style.color };
    let mut sections = vec![conditions(diff, lang), inputs(diff, lang)];
    let began = diff.began.iter().map(|finding| marked("+", finding, lang)).collect();
    let stopped = diff.stopped.iter().map(|finding| marked("-", finding, lang)).collect();
    sections.push((pick(lang, "新しく出た指摘", "began").to_owned(), began));
    sections.push((pick(lang, "なくなった指摘", "stopped").to_owned(), stopped));
    sections.push((pick(lang, "ファイルとルールごとの件数", "by file and rule").to_owned(), groups(diff, lang)));
    let mut text = String::new();
    for (heading, lines) in sections.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        text.push_str(&format!("{}\n", paint.bold(&heading)));
        text.extend(lines.iter().map(|line| format!("  {}\n", log_line(safe(line).trim_end()))));
        text.push('\n');
    }
    text.extend(closing(diff, lang).iter().map(|line| format!("{}\n", safe(line))));
    text
}

/// `renkei-diff/1`
pub fn diff_json(diff: &Diff) -> String {
    let json = serde_json::to_string_pretty(diff).expect("a comparison is strings, numbers and lists of them");
    format!("{}\n", escape_json(&json))
}

/// The JSON Schema of a comparison. It refers to that of reports.
pub fn diff_schema() -> &'static str {
    include_str!("../../schema/renkei-diff-1.json")
}

fn marked(mark: &str, finding: &FindingRecord, lang: Lang) -> String {
    format!("{mark} {}{}", line(finding, lang), known::mark(finding, lang))
}

fn conditions(diff: &Diff, lang: Lang) -> (String, Vec<String>) {
    let lines = diff.conditions.iter().map(|condition| condition.get(lang).to_owned()).collect();
    (pick(lang, "検査の条件の違い", "in what the runs differ").to_owned(), lines)
}

fn inputs(diff: &Diff, lang: Lang) -> (String, Vec<String>) {
    let inputs = &diff.inputs;
    let mut lines: Vec<String> = Vec::new();
    let mut names = |ja: &str, en: &str, roles: &[String]| {
        lines.extend(roles.iter().map(|role| format!("{}: {role}", pick(lang, ja, en))));
    };
    names("前だけにあるファイル", "in the first only", &inputs.only_before);
    names("後だけにあるファイル", "in the second only", &inputs.only_after);
    lines.push(match lang {
        Lang::Ja => format!("内容が同じ {}件、変わった {}件", inputs.same, inputs.changed),
        Lang::En => format!("{} with the same bytes, {} changed", inputs.same, inputs.changed),
    });
    (pick(lang, "ファイル", "files").to_owned(), lines)
}

/// The groups in which something changed, under their roles.
fn groups(diff: &Diff, lang: Lang) -> Vec<String> {
    let changed: Vec<&Group> = changed(diff).collect();
    let columns = changed.iter().map(|group| width(&group.rule)).max().unwrap_or(0);
    let mut lines = Vec::new();
    let mut role: Option<&Option<String>> = None;
    for group in changed {
        if role != Some(&group.role) {
            role = Some(&group.role);
            lines.push(role_name(group, lang).to_owned());
        }
        let unmatched = if group.matched { "" } else { pick(lang, "（件数だけの比較）", " (counts only)") };
        lines.push(format!("  {}  {}{unmatched}", pad(&safe(&group.rule), columns), counts(&group.counts, lang)));
    }
    lines
}

fn changed(diff: &Diff) -> impl Iterator<Item = &Group> {
    diff.groups.iter().filter(|group| group.counts.began + group.counts.stopped > 0 || !group.matched)
}

/// Whose findings a group holds.
fn role_name(group: &Group, lang: Lang) -> &str {
    group.role.as_deref().unwrap_or(pick(lang, "全ファイル", "all files"))
}

/// `新しく出た 1件、なくなった 2件、変わらない 3件`
fn counts(counts: &Counts, lang: Lang) -> String {
    let Counts { began, stopped, stayed } = counts;
    match lang {
        Lang::Ja => format!("新しく出た {began}件、なくなった {stopped}件、変わらない {stayed}件"),
        Lang::En => format!("{began} began, {stopped} stopped, {stayed} stayed"),
    }
}

/// What must be known to read the comparison, and its outcome.
fn closing(diff: &Diff, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    if diff.groups.iter().any(|group| !group.matched) {
        lines.push(
            pick(
                lang,
                "一覧に残す上限を超えた指摘は1件ずつ照合できないため、そのファイルとルールでは件数だけを比べています。",
                "Findings beyond the cap cannot be matched one by one; where there are any, only counts are compared.",
            )
            .to_owned(),
        );
    }
    let counting = diff.counting;
    lines.push(match lang {
        Lang::Ja => format!("比較: {}。新しく出たもののうち判定に数える指摘 {counting}件", counts(&diff.totals, lang)),
        Lang::En => format!("comparison: {}; {counting} of those that began count", counts(&diff.totals, lang)),
    });
    lines
}

/// Markdown for a comment; of what began and stopped as much as fits into one, and how many more there are.
pub fn diff_markdown(diff: &Diff, lang: Lang) -> String {
    let closing = closing(diff, lang);
    let (outcome, notes) = closing.split_last().map_or(("", &[][..]), |(last, notes)| (last.as_str(), notes));
    let alert = if diff.counting > 0 { "CAUTION" } else { "NOTE" };
    let mut text = format!("## renkei\n\n> [!{alert}]\n> **{}**\n\n", plain(outcome));
    let lists = [conditions(diff, lang), inputs(diff, lang)];
    for (heading, lines) in lists.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        text += &list(&heading, &lines.iter().map(|line| plain(line)).collect::<Vec<_>>(), LINES, lang);
    }
    text += &table(diff, lang);
    text.extend(notes.iter().map(|note| format!("{}\n\n", plain(note))));
    for (ja, en, mark, findings) in
        [("新しく出た指摘", "Began", "+", &diff.began), ("なくなった指摘", "Stopped", "-", &diff.stopped)]
    {
        let room = COMMENT.saturating_sub(text.len() + 400);
        let mut taken = 0;
        let lines: Vec<String> = findings
            .iter()
            .map(|finding| code(&marked(mark, finding, lang)))
            .take_while(|line| {
                taken += line.len() + 3;
                taken <= room / 2
            })
            .collect();
        if !findings.is_empty() {
            text += &list(pick(lang, ja, en), &lines, lines.len(), lang);
            text += &more(findings.len() - lines.len(), lang);
        }
    }
    text
}

/// How many lines a list beside the findings may have.
const LINES: usize = 20;
/// How many groups the table may have.
const GROUPS: usize = 100;

fn table(diff: &Diff, lang: Lang) -> String {
    let changed: Vec<&Group> = changed(diff).collect();
    if changed.is_empty() {
        return String::new();
    }
    let mut text = pick(
        lang,
        "| ファイル | ルール | 新しく出た | なくなった | 変わらない |\n|---|---|---:|---:|---:|\n",
        "| file | rule | began | stopped | stayed |\n|---|---|---:|---:|---:|\n",
    )
    .to_owned();
    for group in changed.iter().take(GROUPS) {
        let Counts { began, stopped, stayed } = group.counts;
        let (role, rule) = (plain(role_name(group, lang)), plain(&group.rule));
        text += &format!("| {role} | {rule} | {began} | {stopped} | {stayed} |\n");
    }
    text += "\n";
    text + &more(changed.len().saturating_sub(GROUPS), lang)
}

fn list(heading: &str, lines: &[String], limit: usize, lang: Lang) -> String {
    let mut text = format!("### {heading}\n\n");
    text.extend(lines.iter().take(limit).map(|line| format!("- {line}\n")));
    text + "\n" + &more(lines.len().saturating_sub(limit), lang)
}

fn more(count: usize, lang: Lang) -> String {
    match (count, lang) {
        (0, _) => String::new(),
        (_, Lang::Ja) => format!("ほか{count}件は、長くなるため載せていません。\n\n"),
        (_, Lang::En) => format!("{count} more do not fit here.\n\n"),
    }
}
