//! Text in the manner of rustc: each finding at its place, then what was not checked, the counts and
//! the verdict.

use std::collections::BTreeMap;
use std::io;

use anstyle::{AnsiColor, Color, Style as Ansi};

use crate::model::{
    ByteRange, ExcerptText, FindingRecord, NotCheckedRecord, OmittedRecord, RelatedRecord, Report, Verdict,
};
use crate::render::{Style, fit, known, outcomes, pad, snippet, width};
use crate::safe::{log_line, safe};
use crate::{Lang, words};

/// From how many findings on they are also counted by rule.
const MANY: u64 = 10;
/// The columns that a value may take.
const VALUE: usize = 100;

/// In the manner of rustc.
pub(super) fn write(report: &Report, lang: Lang, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint { color: style.color };
    let kinds: BTreeMap<&str, Option<&str>> =
        report.inputs.iter().map(|input| (input.name.as_str(), input.kind.as_deref())).collect();
    for finding in report.all_findings().filter(|finding| finding.baselined.is_none()) {
        let kind = kinds.get(finding.file.as_str()).copied().flatten();
        write_section(out, &finding_lines(finding, kind, lang, paint))?;
    }
    let known = known::lines(report, lang).into_iter().enumerate();
    let known = known.map(|(i, line)| if i == 0 { paint.bold(&line) } else { line }).collect();
    let outcomes = outcomes::lines(report, lang, paint);
    for section in
        [outcomes, not_checked(report, lang, paint), omitted(report, lang, paint), known, summary(report, lang)]
    {
        if !section.is_empty() {
            write_section(out, &section)?;
        }
    }
    write_lines(out, &closing(report, lang, paint))
}

fn write_section(out: &mut dyn io::Write, lines: &[String]) -> io::Result<()> {
    write_lines(out, lines)?;
    out.write_all(b"\n")
}

fn write_lines(out: &mut dyn io::Write, lines: &[String]) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{}", log_line(line.trim_end())))
}

/// Colours, where they are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    /// Whether they are.
    pub(crate) color: bool,
}

impl Paint {
    fn with(self, style: Ansi, text: &str) -> String {
        if self.color { format!("{}{text}{}", style.render(), style.render_reset()) } else { text.to_owned() }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.with(Ansi::new().bold(), text)
    }

    fn gutter(self, text: &str) -> String {
        self.with(bold(AnsiColor::BrightBlue), text)
    }

    fn severity(self, severity: &str, text: &str) -> String {
        self.with(
            bold(match severity {
                "error" => AnsiColor::Red,
                "warning" => AnsiColor::Yellow,
                _ => AnsiColor::Cyan,
            }),
            text,
        )
    }

    pub(super) fn verdict(self, verdict: Verdict, text: &str) -> String {
        self.with(
            bold(match verdict {
                Verdict::Valid => AnsiColor::Green,
                Verdict::Invalid => AnsiColor::Red,
                Verdict::Incomplete => AnsiColor::Yellow,
            }),
            text,
        )
    }
}

fn bold(color: AnsiColor) -> Ansi {
    Ansi::new().fg_color(Some(Color::Ansi(color))).bold()
}

pub(super) fn finding_lines(finding: &FindingRecord, kind: Option<&str>, lang: Lang, paint: Paint) -> Vec<String> {
    let severity = words::severity(&finding.severity, lang);
    let head = format!("{severity}[{}]", finding.rule);
    let message = format!(": {}", safe(finding.message.get(lang)));
    let mut lines = vec![paint.severity(&finding.severity, &head) + &paint.bold(&message)];
    lines.extend(source_lines(finding, kind, lang, paint));
    let gutter = " ".repeat(gutter(finding.line) + 2);
    let mut note = |label: &str, said: &str| {
        let mut said = said.lines();
        lines.push(format!("{gutter}{} {label}: {}", paint.gutter("="), safe(said.next().unwrap_or_default())));
        let indent = " ".repeat(width(&gutter) + width(label) + 4);
        lines.extend(said.map(|line| format!("{indent}{}", safe(line))));
    };
    for (label, said) in notes(finding, lang) {
        note(label, &said);
    }
    lines
}

/// What should stand there, what does, and other places, each with its label.
pub(crate) fn facts(finding: &FindingRecord, lang: Lang) -> Vec<(&'static str, String)> {
    let label = |ja, en| match lang {
        Lang::Ja => ja,
        Lang::En => en,
    };
    let mut notes = Vec::new();
    if let Some(expected) = &finding.expected {
        notes.push((label("期待", "expected"), one_line(expected.get(lang))));
    }
    if let Some(got) = &finding.got {
        notes.push((label("実際", "found"), fit(&one_line(got.get(lang)), VALUE)));
    }
    for related in &finding.related {
        notes.push((label("関連", "related"), one_line(&related_line(related, lang))));
    }
    notes
}

/// Another place and what is there.
pub(super) fn related_line(related: &RelatedRecord, lang: Lang) -> String {
    let place = place(&related.file, related.line, None, related.bytes, lang);
    format!("{place}: {}", related.note.get(lang))
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

/// All that is said of a finding but its message and its source, one line each.
pub(super) fn note_lines(finding: &FindingRecord, lang: Lang) -> Vec<String> {
    notes(finding, lang).into_iter().map(|(label, said)| format!("{label}: {}", said.replace('\n', " / "))).collect()
}

/// All that is said below the source, each with its label. Lines after the first are continuations.
pub(super) fn notes(finding: &FindingRecord, lang: Lang) -> Vec<(&'static str, String)> {
    let label = |ja, en| match lang {
        Lang::Ja => ja,
        Lang::En => en,
    };
    let mut notes = facts(finding, lang);
    let mut basis = vec![words::authority(&finding.authority, lang).to_owned()];
    basis.extend(finding.cites.iter().map(|cite| one_line(cite.get(lang))));
    if basis.len() > 1 {
        let first = basis.remove(0);
        basis[0] = format!("{first} {}", basis[0]);
    }
    basis.extend(finding.because.iter().map(|because| one_line(because.get(lang))));
    notes.push((label("根拠", "basis"), basis.join("\n")));
    if let Some(certainty) = &finding.capped {
        let said = match lang {
            Lang::Ja => {
                format!("表の確からしさが「{certainty}」（原文から確定できない項目）のため、警告にとどめています")
            }
            Lang::En => {
                format!("a warning only, as the table is not sure of what the standard says here (`{certainty}`)")
            }
        };
        notes.push((label("注意", "note"), said));
    }
    if let Some(reading) = &finding.reading {
        notes.push((label("解釈", "reading"), one_line(reading.get(lang))));
    }
    notes.push((label("対処", "fix"), one_line(finding.fix.get(lang))));
    notes
}

/// Where it is and the row around it: from the arrow to the carets.
pub(crate) fn source_lines(finding: &FindingRecord, kind: Option<&str>, lang: Lang, paint: Paint) -> Vec<String> {
    let mut lines = vec![place_line(finding, lang, paint)];
    if let (Some(line), Some(excerpt)) = (finding.line, &finding.excerpt) {
        let label = finding.item.as_ref().map(|item| {
            let kind = kind.map(|kind| format!("{kind} ")).unwrap_or_default();
            let key = match lang {
                Lang::Ja => String::new(),
                Lang::En => format!(" ({})", item.key),
            };
            format!("{kind}No.{} {}{key}", item.no, item.name_ja)
        });
        lines.extend(row_lines(line, excerpt, &finding.severity, label.as_deref(), paint));
    }
    lines
}

/// The arrow and the place.
fn place_line(finding: &FindingRecord, lang: Lang, paint: Paint) -> String {
    let place = place(&finding.file, finding.line, finding.column, finding.bytes, lang);
    format!("{}{} {}", " ".repeat(gutter(finding.line) + 1), paint.gutter("-->"), safe(&place))
}

fn row_lines(line: u64, excerpt: &ExcerptText, severity: &str, label: Option<&str>, paint: Paint) -> Vec<String> {
    let shown = snippet(excerpt);
    let blank = paint.gutter(&format!(" {} |", " ".repeat(gutter(Some(line)))));
    let marks = format!("{} {}", shown.carets(), safe(label.unwrap_or_default()));
    vec![
        blank.clone(),
        format!("{} {}", paint.gutter(&format!(" {line} |")), shown.line),
        format!("{blank} {}", paint.severity(severity, marks.trim_end())),
    ]
}

fn gutter(line: Option<u64>) -> usize {
    line.map_or(1, |line| line.to_string().len())
}

pub(super) fn place(
    file: &str,
    line: Option<u64>,
    column: Option<u64>,
    bytes: Option<ByteRange>,
    lang: Lang,
) -> String {
    let mut place = file.to_owned();
    for number in [line, column].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    if let Some(ByteRange { start, end }) = bytes {
        place.push_str(&match lang {
            Lang::Ja => format!("（バイト {start}..{end}）"),
            Lang::En => format!(" (bytes {start}..{end})"),
        });
    }
    place
}

fn not_checked(report: &Report, lang: Lang, paint: Paint) -> Vec<String> {
    if report.not_checked.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![paint.bold(match lang {
        Lang::Ja => "検査しなかったもの",
        Lang::En => "not checked",
    })];
    for entry in &report.not_checked {
        let what = format!("  {}", safe(&marked(entry, lang)));
        lines.push(if entry.blocks { paint.verdict(Verdict::Incomplete, &what) } else { what });
        lines.push(format!("      {}", safe(entry.why.get(lang))));
    }
    lines
}

/// What was not checked and why, on one line; marked where the verdict is incomplete for it.
pub(super) fn not_checked_line(entry: &NotCheckedRecord, lang: Lang) -> String {
    let what = if entry.blocks { marked(entry, lang) } else { entry.what.get(lang).to_owned() };
    format!("{what}: {}", entry.why.get(lang))
}

/// What was not checked, marked where the verdict is incomplete for it.
fn marked(entry: &NotCheckedRecord, lang: Lang) -> String {
    let what = entry.what.get(lang);
    match (lang, entry.blocks) {
        (Lang::Ja, true) => format!("【判定保留の原因】{what}"),
        (Lang::Ja, false) => format!("・{what}"),
        (Lang::En, true) => format!("[makes the check incomplete] {what}"),
        (Lang::En, false) => format!("- {what}"),
    }
}

fn omitted(report: &Report, lang: Lang, paint: Paint) -> Vec<String> {
    if report.omitted.is_empty() {
        return Vec::new();
    }
    let cap = report.kept_per_rule_and_file;
    let mut lines = vec![paint.bold(&match lang {
        Lang::Ja => format!("表示を省いた指摘（ルールとファイルごとに{cap}件まで表示）"),
        Lang::En => format!("findings left out (at most {cap} of one rule in one file are shown)"),
    })];
    lines.extend(report.omitted.iter().map(|omitted| format!("  {}", safe(&omitted_line(omitted, lang)))));
    lines
}

/// How many of how many are shown, on one line.
pub(super) fn omitted_line(omitted: &OmittedRecord, lang: Lang) -> String {
    let OmittedRecord { rule, file, kept, total, severity: _, left_out: _ } = omitted;
    match (lang, file) {
        (Lang::Ja, Some(file)) => format!("{file}: {rule}: {total}件のうち{kept}件を表示しています"),
        (Lang::Ja, None) => format!("全ファイル: {rule}: {total}件のうち{kept}件を表示しています"),
        (Lang::En, Some(file)) => format!("{file}: {rule}: {kept} of {total} shown"),
        (Lang::En, None) => format!("all files: {rule}: {kept} of {total} shown"),
    }
}

fn summary(report: &Report, lang: Lang) -> Vec<String> {
    if words::is_of_cases(report) {
        return Vec::new();
    }
    let totals = &report.totals;
    let counts = words::counts(totals, lang);
    let files = report.inputs.len() as u64;
    let mut lines = vec![match (lang, report.sets) {
        (Lang::Ja, None) => format!("集計: {counts}（ファイル {files}件）"),
        (Lang::Ja, Some(sets)) => format!("集計: {counts}（ファイル {files}件、組 {sets}件）"),
        (Lang::En, None) => format!("summary: {counts} in {}", words::some(files, "file")),
        (Lang::En, Some(sets)) => {
            format!("summary: {counts} in {}, {}", words::some(files, "file"), words::some(sets, "set"))
        }
    }];
    if totals.error + totals.warning + totals.info >= MANY {
        let columns = totals.by_rule.keys().map(|rule| width(rule)).max().unwrap_or(0);
        let digits = totals.by_rule.values().map(|count| count.to_string().len()).max().unwrap_or(0);
        let rules = totals.by_rule.iter();
        lines.extend(rules.map(|(rule, count)| format!("  {}  {count:>digits$}", pad(&safe(rule), columns))));
    }
    lines
}

fn closing(report: &Report, lang: Lang, paint: Paint) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |ja: &str, en: &str| {
        lines.push(match lang {
            Lang::Ja => ja.to_owned(),
            Lang::En => en.to_owned(),
        });
    };
    if !report.findings.is_empty() {
        say(
            "ルールの説明は renkei explain <ルールID> で表示できます。",
            "`renkei explain <rule id>` tells more about a rule.",
        );
        match report.values.as_str() {
            "shown" => say(
                "値をそのまま表示しています。個人情報を含むことがあるため、取り扱いに注意してください。",
                "Values are shown as they are; they may be personal data.",
            ),
            _ => say(
                "値は伏せて表示しています。そのまま表示するには --show-values を付けてください。",
                "Values are masked; --show-values shows them.",
            ),
        }
    }
    say("この結果は公式の判定ではありません。", "This is no official result.");
    lines.push(paint.verdict(report.verdict, &safe(&words::verdict(report, lang))));
    lines
}
