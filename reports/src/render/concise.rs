//! One line per finding, for editors, scripts and greps.

use crate::Lang;
use crate::model::{FindingRecord, Report};
use crate::render::text::{not_checked_line, omitted_line};
use crate::render::{known, outcomes};
use crate::safe::safe;
use crate::words;

/// One line per finding: `file:line:column: severity[rule] message`. Severities are in English in both
/// languages. Before the verdict, one line for everything that kept the check from completing and for
/// every cap on examples, and one for what is known and left out here.
pub fn concise(report: &Report, lang: Lang) -> String {
    let mut lines: Vec<String> = report
        .all_findings()
        .filter(|finding| finding.baselined.is_none())
        .map(|finding| line(finding, lang))
        .collect();
    lines.extend(outcomes::concise(report, lang));
    lines.extend(report.omitted.iter().map(|omitted| omitted_line(omitted, lang)));
    let blocking = report.not_checked.iter().filter(|entry| entry.blocks);
    lines.extend(blocking.map(|entry| not_checked_line(entry, lang)));
    lines.extend(known::lines(report, lang).into_iter().take(1));
    lines.push(words::verdict(report, lang));
    lines.iter().map(|line| format!("{}\n", safe(line))).collect()
}

fn line(finding: &FindingRecord, lang: Lang) -> String {
    let mut line = finding.file.clone();
    for number in [finding.line, finding.column].into_iter().flatten() {
        line.push_str(&format!(":{number}"));
    }
    line.push_str(&format!(": {}[{}] {}", finding.severity, finding.rule, finding.message.get(lang)));
    if let Some(item) = &finding.item {
        line.push_str(&format!(" (No.{} {})", item.no, item.name_ja));
    }
    if let Some(bytes) = finding.bytes {
        line.push_str(&format!(" bytes {}..{}", bytes.start, bytes.end));
    }
    line
}
