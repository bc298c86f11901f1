//! One line per finding, for editors, scripts and greps.

use std::io;

use crate::Lang;
use crate::model::{FindingRecord, Report};
use crate::render::text::{not_checked_line, omitted_line};
use crate::render::{known, outcomes};
use crate::safe::{log_line, safe};
use crate::words;

/// One line per finding: `file:line:column: severity[rule] message`. Severities are in English in both
/// languages. Before the verdict, one line for everything that kept the check from completing and for
/// every cap on examples, and one for what is known and left out here.
pub(super) fn write(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let findings = report.all_findings().filter(|finding| finding.baselined.is_none());
    let findings = findings.map(|finding| line(finding, lang)).chain(outcomes::concise(report, lang));
    let omitted = report.omitted.iter().map(|omitted| omitted_line(omitted, lang));
    let blocking = report.not_checked.iter().filter(|entry| entry.blocks);
    let blocking = blocking.map(|entry| not_checked_line(entry, lang));
    let known = known::lines(report, lang).into_iter().take(1);
    for line in findings.chain(omitted).chain(blocking).chain(known).chain([words::verdict(report, lang)]) {
        writeln!(out, "{}", log_line(&safe(&line)))?;
    }
    Ok(())
}

pub(super) fn line(finding: &FindingRecord, lang: Lang) -> String {
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
