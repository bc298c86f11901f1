//! The code quality report of GitLab: a list of issues, and nothing else, so that all that must not be
//! silent is an issue, too.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::io;

use serde::Serialize;

use super::fingerprint::Fingerprints;
use super::json::{Each, pretty};
use super::known;
use super::text::{not_checked_line, note_lines, omitted_line};
use crate::Lang;
use crate::model::{FindingRecord, NotCheckedRecord, OmittedRecord, Report};
use crate::safe::safe;

/// What an issue about the check itself is called.
const NOT_CHECKED: &str = "renkei/not-checked";

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

/// Issues: what makes the check incomplete, the findings, and how many of them are left out.
pub(super) fn write(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let issues = Each(|| {
        let mut fingerprints = Fingerprints::default();
        let blocking = report.not_checked.iter().filter(|entry| entry.blocks).map(Source::NotChecked);
        let findings = report.all_findings().map(Source::Finding);
        let omitted = report.omitted.iter().map(Source::Omitted);
        let all = blocking.chain(findings).chain(omitted);
        all.map(move |source| issue(source, lang, &mut fingerprints))
    });
    pretty(&issues, out)
}

/// What an issue is made of.
enum Source<'a> {
    NotChecked(&'a NotCheckedRecord),
    Finding(&'a FindingRecord),
    Omitted(&'a OmittedRecord),
}

fn issue(source: Source<'_>, lang: Lang, fingerprints: &mut Fingerprints) -> Issue {
    match source {
        Source::NotChecked(entry) => Issue {
            description: safe(&not_checked_line(entry, lang)).into_owned(),
            check_name: NOT_CHECKED.to_owned(),
            fingerprint: fingerprints.of(&["not-checked", &entry.what.en, &entry.why.en]),
            severity: "blocker",
            location: location(&entry.what.ja, None),
        },
        Source::Finding(finding) => Issue {
            description: safe(&description(finding, lang)).into_owned(),
            check_name: finding.rule.clone(),
            fingerprint: fingerprints.finding(finding),
            severity: if finding.baselined.is_some() { "info" } else { severity(&finding.severity) },
            location: location(&finding.file, finding.line),
        },
        Source::Omitted(omitted) => Issue {
            description: safe(&omitted_line(omitted, lang)).into_owned(),
            check_name: omitted.rule.clone(),
            fingerprint: fingerprints.of(&["omitted", &omitted.rule, omitted.file.as_deref().unwrap_or_default()]),
            severity: severity(&omitted.severity),
            location: location(omitted.file.as_deref().unwrap_or("."), None),
        },
    }
}

/// What GitLab calls a severity. Its `critical` and `blocker` are for more than a finding.
fn severity(word: &str) -> &'static str {
    match word {
        "error" => "major",
        "warning" => "minor",
        _ => "info",
    }
}

/// GitLab knows no issue without a line: what is about a whole file stands on its first.
fn location(path: &str, line: Option<u64>) -> Location {
    Location { path: safe(path).into_owned(), lines: Lines { begin: line.unwrap_or(1) } }
}

fn description(finding: &FindingRecord, lang: Lang) -> String {
    let mut text = finding.message.get(lang).to_owned();
    if let Some(item) = &finding.item {
        text.push_str(&format!(" (No.{} {})", item.no, item.name_ja));
    }
    for line in note_lines(finding, lang) {
        text.push_str(&format!(" / {line}"));
    }
    text + &known::mark(finding, lang)
}
