//! Annotations of GitHub Actions: workflow commands on standard output, as many as GitHub shows.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::io;

use super::text::{not_checked_line, note_lines};
use crate::Lang;
use crate::model::{FindingRecord, NotCheckedRecord, Report, Totals};
use crate::safe::{log_line, safe};
use crate::words::{self, pick};

/// How many annotations of one level GitHub shows of one step; those after them are dropped without a
/// word. <https://github.com/orgs/community/discussions/26680>
const PER_LEVEL: u64 = 10;

/// How many may still be written.
struct Budget {
    error: u64,
    warning: u64,
    notice: u64,
}

impl Budget {
    fn left(&mut self, level: Level) -> &mut u64 {
        match level {
            Level::Error => &mut self.error,
            Level::Warning => &mut self.warning,
            Level::Notice => &mut self.notice,
        }
    }

    fn is_spent(&self) -> bool {
        self.error + self.warning + self.notice == 0
    }
}

#[derive(Clone, Copy)]
enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    fn of(severity: &str) -> Level {
        match severity {
            "error" => Level::Error,
            "warning" => Level::Warning,
            _ => Level::Notice,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Notice => "notice",
        }
    }
}

/// What makes the check incomplete comes first, as errors; then the findings; then how many are not among
/// them, and the verdict as a line of the log.
pub(super) fn write(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    // One notice is kept for what is left out.
    let mut budget = Budget { error: PER_LEVEL, warning: PER_LEVEL, notice: PER_LEVEL - 1 };
    let mut reasons = 0;
    for entry in report.not_checked.iter().filter(|entry| entry.blocks) {
        if budget.error > 0 {
            budget.error -= 1;
            not_checked(entry, lang, out)?;
        } else {
            reasons += 1;
        }
    }
    // What is known is told in the summary, not beside the rows.
    let mut rest = words::fresh(report);
    for finding in report.all_findings().filter(|finding| finding.baselined.is_none()) {
        if budget.is_spent() {
            break;
        }
        let level = Level::of(&finding.severity);
        let left = budget.left(level);
        if *left > 0 {
            *left -= 1;
            let count = match level {
                Level::Error => &mut rest.error,
                Level::Warning => &mut rest.warning,
                Level::Notice => &mut rest.info,
            };
            *count = count.saturating_sub(1);
            annotation(finding, level, lang, out)?;
        }
    }
    if reasons + rest.error + rest.warning + rest.info > 0 {
        left_out(&rest, reasons, lang, out)?;
    }
    writeln!(out, "{}", log_line(&safe(&words::verdict(report, lang))))
}

fn not_checked(entry: &NotCheckedRecord, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let title = pick(lang, "検査を完了できませんでした", "the check could not be completed");
    writeln!(out, "::error title={}::{}", property(title), data(&safe(&not_checked_line(entry, lang))))
}

fn annotation(finding: &FindingRecord, level: Level, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    write!(out, "::{} file={}", level.word(), property(&safe(&finding.file)))?;
    if let Some(line) = finding.line {
        write!(out, ",line={line}")?;
        if let Some(column) = finding.column {
            write!(out, ",col={column}")?;
        }
    }
    let mut lines = vec![safe(finding.message.get(lang)).into_owned()];
    if let Some(item) = &finding.item {
        lines.push(format!("{}: No.{} {}", pick(lang, "項目", "item"), item.no, safe(&item.name_ja)));
    }
    lines.extend(note_lines(finding, lang).iter().map(|line| safe(line).into_owned()));
    writeln!(out, ",title={}::{}", property(&safe(&finding.rule)), data(&lines.join("\n")))
}

fn left_out(rest: &Totals, reasons: u64, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let counts = words::counts(rest, lang);
    let mut said = match lang {
        Lang::Ja => format!("ここに表示していない指摘: {counts}"),
        Lang::En => format!("findings not annotated: {counts}"),
    };
    if reasons > 0 {
        said.push_str(&match lang {
            Lang::Ja => format!("。ほかに検査を完了できなかった理由 {reasons}件"),
            Lang::En => format!("; and {} why the check is incomplete", words::some(reasons, "more reason")),
        });
    }
    writeln!(out, "::notice title=renkei::{}", data(&said))
}

/// What stands after the last `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands after `title=`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_or_a_property_is_escaped() {
        for (text, as_data, as_property) in [
            ("50%", "50%25", "50%25"),
            ("a\r\nb", "a%0D%0Ab", "a%0D%0Ab"),
            ("a,b:c", "a,b:c", "a%2Cb%3Ac"),
            ("x::error::y", "x::error::y", "x%3A%3Aerror%3A%3Ay"),
            ("%0A", "%250A", "%250A"),
            ("見本", "見本", "見本"),
        ] {
            assert_eq!((data(text).as_str(), property(text).as_str()), (as_data, as_property));
        }
    }
}
