//! Makes the report of a run, masking values on the way.

mod known;
mod rows;
mod scope;

use std::collections::{BTreeMap, HashMap};

use renkei_validator::decode::Encoding;
use renkei_validator::finding::{Finding, Got, Severity};
use renkei_validator::name::Nature;
use renkei_validator::rule::Basis;
use renkei_validator::scope::NotRun;
use renkei_validator::spec::{self, Version};
use renkei_validator::{FileJudgement, Findings, NotChecked, Options, SetsJudgement, folder, set_rules};
use time::Date;

use self::known::Held;
use self::scope::Scopes;
use crate::baseline::Baseline;
use crate::cite;
use crate::identity::Key;
use crate::mask;
use crate::model::{
    ByteRange, FindingRecord, InputRecord, ItemRecord, LeftOut, NotCheckedRecord, OmittedRecord, Pair, RelatedRecord,
    Report, Tool, Totals, Verdict,
};
use crate::outcome::{Outcome, OutcomeRecord};
use crate::words::reaches;

/// What a run of `renkei check` leaves.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The day judged as of.
    pub as_of: Option<Date>,
    /// From which severity on the verdict is invalid; `None` never.
    pub fail_on: Option<Severity>,
    /// Whether values are shown as they are.
    pub show_values: bool,
    /// The cap on examples that the run was told. Where there is a baseline, more may have been kept.
    pub keep: usize,
    /// Every input with the SHA-256 of its bytes (hexadecimal), in any order.
    pub files: &'a [(FileJudgement, String)],
    /// The sets they form; `None` where one file was judged alone: the set rules are listed as not checked then.
    pub sets: Option<&'a SetsJudgement>,
    /// What the caller could not read: missing, unreadable, refused inputs.
    pub not_checked: &'a [NotChecked],
    /// What rows are named with, so that they can be recognised in another run.
    pub key: Option<&'a Key>,
    /// What is known already; it fits the key.
    pub baseline: Option<&'a Baseline>,
}

/// Makes the report.
pub fn build(run: &Run<'_>) -> Report {
    let not_checked = not_checked(run);
    let complete = is_complete(&not_checked);
    let mut scopes = Scopes::default();
    let inputs = inputs(run.files, &mut scopes);
    let sets_scope = scopes.index(scope::of_sets(run.sets));
    let all = || run.files.iter().map(|(file, _)| &file.findings).chain(run.sets.map(|sets| &sets.findings));
    let totals = totals(all());
    let listed = sorted(all());
    let files: HashMap<&str, &FileJudgement> = run.files.iter().map(|(file, _)| (&*file.name, file)).collect();
    let file = |finding: &Finding| files.get(&*finding.at.file).copied();
    let mut findings: Vec<FindingRecord> =
        listed.iter().map(|(_, finding)| record(finding, file(finding), run.show_values)).collect();
    for (finding, (_, listed)) in findings.iter_mut().zip(&listed) {
        finding.row = known::row(listed, run.key);
    }
    let baseline = run.baseline.map(|baseline| Held::new(baseline, run, complete).mark(&mut findings));
    // More are judged where some may be known, so that each of these is found.
    let most = if baseline.is_some() { run.keep } else { usize::MAX };
    let (listed, findings) = capped(listed, findings, most);
    let rows::Rows { layouts, rows, rows_omitted } = rows::rows(run.files, &listed, run.show_values);
    let mut report = Report {
        schema: "renkei-report/1".to_owned(),
        tool: Tool {
            name: "renkei".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            spec: Version::ALL.iter().map(|version| version.value().to_owned()).collect(),
        },
        as_of: run.as_of.map(|day| day.to_string()),
        verdict: Verdict::Incomplete,
        fail_on: run.fail_on.map_or("none", Severity::word).to_owned(),
        values: if run.show_values { "shown" } else { "masked" }.to_owned(),
        inputs,
        sets: run.sets.map(|sets| sets.sets),
        totals,
        findings,
        kept_per_rule_and_file: run.keep as u64,
        omitted: omitted(run, &listed),
        layouts,
        rows,
        rows_omitted,
        not_checked,
        scopes: scopes.list,
        sets_scope,
        outcomes: Vec::new(),
        key: run.key.map(Key::id),
        baseline,
    };
    report.verdict = verdict(&report);
    report
}

/// Makes the report of suite cases alone: no file was judged, and none was to be. Where no case applies, the
/// report is incomplete.
pub fn build_outcomes(outcomes: Vec<OutcomeRecord>, show_values: bool) -> Report {
    let sets = SetsJudgement::default();
    let run = Run {
        as_of: None,
        fail_on: Some(Severity::Error),
        show_values,
        keep: Options::default().keep,
        files: &[],
        sets: Some(&sets),
        not_checked: &[],
        key: None,
        baseline: None,
    };
    let mut report = build(&run);
    report.not_checked.clear();
    if !outcomes.is_empty() && outcomes.iter().all(|record| record.outcome == Outcome::Skip) {
        report.not_checked.push(NotCheckedRecord {
            what: Pair { ja: "ケース".to_owned(), en: "the cases".to_owned() },
            why: Pair {
                ja: "このソフトに当てはまるケースがなく、1件も実行していません".to_owned(),
                en: "none of them applies to this software: nothing was run".to_owned(),
            },
            blocks: true,
        });
    }
    report.with_outcomes(outcomes)
}

/// The baseline after a run: what the one before it still lets pass, and everything else that the run
/// found, for this reason and until this day. `None` where the run is incomplete: what could not be checked
/// can be let pass by nobody.
pub fn renewed_baseline(run: &Run<'_>, file: &str, reason: &str, expires: Date) -> Option<Baseline> {
    let empty = Baseline::empty(file);
    let complete = is_complete(&not_checked(run));
    let held = Held::new(run.baseline.unwrap_or(&empty), run, complete);
    complete.then(|| Baseline { file: file.to_owned(), ..held.renew(reason, expires, run.key) })
}

fn is_complete(not_checked: &[NotCheckedRecord]) -> bool {
    !not_checked.iter().any(|entry| entry.blocks)
}

/// The verdict that follows from everything else in a record: what could not be checked or told wins over
/// what was found or failed.
pub(crate) fn verdict(report: &Report) -> Verdict {
    let of = |totals: &Totals| -> u64 {
        let counts = [("error", totals.error), ("warning", totals.warning), ("info", totals.info)];
        counts.into_iter().filter(|(severity, _)| reaches(severity, &report.fail_on)).map(|(_, count)| count).sum()
    };
    let baseline = report.baseline.as_ref();
    let (covered, own) = baseline.map_or((0, 0), |baseline| (of(&baseline.covered), of(&baseline.totals)));
    let counting = of(&report.totals).saturating_sub(covered).saturating_add(own);
    let any = |outcome| report.outcomes.iter().any(|record| record.outcome == outcome);
    if !is_complete(&report.not_checked) || any(Outcome::Blocked) {
        Verdict::Incomplete
    } else if counting > 0 || any(Outcome::Fail) {
        Verdict::Invalid
    } else {
        Verdict::Valid
    }
}

fn inputs(files: &[(FileJudgement, String)], scopes: &mut Scopes) -> Vec<InputRecord> {
    let mut sorted: Vec<&(FileJudgement, String)> = files.iter().collect();
    sorted.sort_by(|(a, a_sha256), (b, b_sha256)| (&a.name, a_sha256).cmp(&(&b.name, b_sha256)));
    sorted
        .into_iter()
        .map(|(file, sha256)| InputRecord {
            name: file.name.as_ref().to_owned(),
            sha256: sha256.clone(),
            bytes: file.bytes,
            records: file.records,
            kind: match file.nature {
                Nature::Data | Nature::Image => file.kind.map(|kind| kind.name().to_owned()),
                Nature::Attachment => Some("attachment".to_owned()),
            },
            version: file.version.map(|version| version.value().to_owned()),
            scope: scopes.of_file(file),
        })
        .collect()
}

fn totals<'a>(all: impl Iterator<Item = &'a Findings>) -> Totals {
    let mut totals = Totals::default();
    for (&(rule, severity), &count) in all.flat_map(|findings| &findings.totals) {
        add(&mut totals, rule, severity, count);
    }
    totals
}

fn add(totals: &mut Totals, rule: &str, severity: Severity, count: u64) {
    *match severity {
        Severity::Error => &mut totals.error,
        Severity::Warning => &mut totals.warning,
        Severity::Info => &mut totals.info,
    } += count;
    *totals.by_rule.entry(rule.to_owned()).or_default() += count;
}

/// A finding, and the place of what it was found in among the files of a run, or behind them for the sets.
type Listed<'a> = (usize, &'a Finding);

fn sorted<'a>(all: impl Iterator<Item = &'a Findings>) -> Vec<Listed<'a>> {
    let mut kept: Vec<Listed<'a>> = all
        .enumerate()
        .flat_map(|(source, findings)| findings.kept.iter().map(move |finding| (source, finding)))
        .collect();
    kept.sort_by(|(_, a), (_, b)| order(a).cmp(&order(b)));
    kept
}

/// At most so many findings of one rule in one file, or in the sets of one folder, those apart that are known.
fn capped<'a>(
    listed: Vec<Listed<'a>>,
    records: Vec<FindingRecord>,
    most: usize,
) -> (Vec<Listed<'a>>, Vec<FindingRecord>) {
    let mut counts: BTreeMap<(usize, &str, &str), usize> = BTreeMap::new();
    let stays = |((source, finding), record): &(Listed<'a>, FindingRecord)| {
        let count = counts.entry((*source, folder(&finding.at.file), finding.rule.id)).or_default();
        *count += usize::from(record.baselined.is_none());
        record.baselined.is_some() || *count <= most
    };
    listed.into_iter().zip(records).filter(stays).unzip()
}

fn order(finding: &Finding) -> (&str, Option<u64>, &str, Option<u64>) {
    let bytes = finding.at.bytes.as_ref();
    (&finding.at.file, bytes.map(|bytes| bytes.start), finding.rule.id, bytes.map(|bytes| bytes.end))
}

/// Where examples were capped, so that no cap is silent.
fn omitted(run: &Run<'_>, listed: &[Listed<'_>]) -> Vec<OmittedRecord> {
    let mut kept_of: BTreeMap<(usize, &str, Severity), u64> = BTreeMap::new();
    for (source, finding) in listed {
        *kept_of.entry((*source, finding.rule.id, finding.severity)).or_default() += 1;
    }
    let files = run.files.iter().map(|(file, _)| (Some(&file.name), &file.findings));
    let sets = run.sets.map(|sets| (None, &sets.findings));
    let mut omitted = Vec::new();
    for (source, (file, findings)) in files.chain(sets).enumerate() {
        let mut counts: BTreeMap<&str, (u64, Severity, LeftOut)> = BTreeMap::new();
        for (&(rule, severity), count) in &findings.totals {
            let (total, highest, left_out) = counts.entry(rule).or_insert((0, severity, LeftOut::default()));
            *total += count;
            *highest = severity.max(*highest);
            let kept = kept_of.get(&(source, rule, severity)).copied().unwrap_or_default();
            *match severity {
                Severity::Error => &mut left_out.error,
                Severity::Warning => &mut left_out.warning,
                Severity::Info => &mut left_out.info,
            } = count.saturating_sub(kept);
        }
        for (rule, (total, highest, left_out)) in counts.into_iter().filter(|(_, (.., left_out))| left_out.total() > 0)
        {
            let (rule, severity) = (rule.to_owned(), highest.word().to_owned());
            let file = file.map(|name| name.as_ref().to_owned());
            let kept = total.saturating_sub(left_out.total());
            omitted.push(OmittedRecord { rule, file, kept, total, severity, left_out });
        }
    }
    omitted.sort();
    omitted
}

/// What blocks the verdict comes first.
fn not_checked(run: &Run<'_>) -> Vec<NotCheckedRecord> {
    let files = run.files.iter().flat_map(|(file, _)| &file.not_checked);
    let sets = run.sets.iter().flat_map(|sets| &sets.not_checked);
    let mut entries: Vec<NotCheckedRecord> = run
        .not_checked
        .iter()
        .chain(files)
        .chain(sets)
        .map(|entry| NotCheckedRecord {
            what: Pair::from(&entry.what),
            why: Pair::from(&entry.why),
            blocks: entry.blocks,
        })
        .chain(run.files.iter().filter_map(|(file, _)| not_a_table(file)))
        .collect();
    if run.sets.is_none() {
        entries.push(judged_alone());
    }
    if run.files.iter().all(|(file, _)| file.nature == Nature::Attachment) {
        entries.push(NotCheckedRecord {
            what: Pair { ja: "入力全体".to_owned(), en: "the input as a whole".to_owned() },
            why: Pair {
                ja: "検査できるファイルがありません".to_owned(), en: "it holds no file to check".to_owned()
            },
            blocks: true,
        });
    }
    entries.sort_by(|a, b| (!a.blocks, a).cmp(&(!b.blocks, b)));
    entries.dedup();
    entries
}

/// A file whose content no rule looks at.
fn not_a_table(file: &FileJudgement) -> Option<NotCheckedRecord> {
    let (ja, en) = match file.nature {
        Nature::Data => return None,
        Nature::Image => (
            "画像の内容は検査の対象外です（ファイル名と組み合わせだけを検査します）",
            "the content of images is not checked, only their names and their place in a set",
        ),
        Nature::Attachment => ("添付ファイルは検査の対象外です", "attachments are not checked"),
    };
    let name = file.name.to_string();
    Some(NotCheckedRecord {
        what: Pair { ja: name.clone(), en: name },
        why: Pair { ja: ja.to_owned(), en: en.to_owned() },
        blocks: false,
    })
}

fn judged_alone() -> NotCheckedRecord {
    let rules: Vec<&str> = set_rules().map(|rule| rule.id).collect();
    NotCheckedRecord {
        what: Pair {
            ja: format!("ファイルの組み合わせについてのルール（{}）", rules.join("、")),
            en: format!("the rules about sets of files ({})", rules.join(", ")),
        },
        why: Pair::from(NotRun::Alone.why()),
        blocks: false,
    }
}

/// A finding as it stands in the report, about a file where it is about one.
pub(crate) fn record(finding: &Finding, file: Option<&FileJudgement>, show_values: bool) -> FindingRecord {
    let rule = finding.rule;
    let encoding = file.map_or_else(Encoding::default, |file| file.encoding);
    let table = file.and_then(|file| spec::table(file.version?, file.kind?));
    let excerpt = finding.excerpt.as_ref();
    let text = excerpt.map(|excerpt| mask::excerpt(excerpt, encoding, show_values));
    FindingRecord {
        rule: rule.id.to_owned(),
        severity: finding.severity.word().to_owned(),
        capped: finding.capped.map(|certainty| certainty.word().to_owned()),
        authority: rule.basis.word().to_owned(),
        file: finding.at.file.to_string(),
        line: finding.line(),
        column: excerpt.map(|excerpt| excerpt.before.count(encoding) as u64 + 1),
        item: finding.at.item.as_ref().map(|item| ItemRecord {
            no: item.no,
            key: item.key.to_owned(),
            name_ja: item.name_ja.to_owned(),
        }),
        bytes: finding.at.bytes.as_ref().map(range),
        message: Pair::from(&finding.message),
        expected: finding.expected.as_ref().map(Pair::from),
        got: got(&finding.got, encoding, show_values),
        fix: Pair::from(rule.fix),
        cites: cite::of_finding(finding, table),
        because: because(&rule.basis),
        reading: finding.reading.map(Pair::from),
        related: finding
            .related
            .iter()
            .map(|related| RelatedRecord {
                file: related.at.file.to_string(),
                line: related.at.line,
                bytes: related.at.bytes.as_ref().map(range),
                note: Pair::from(&related.note),
            })
            .collect(),
        excerpt: text,
        row: None,
        baselined: None,
    }
}

/// What a basis says in words.
pub(crate) fn because(basis: &Basis) -> Option<Pair> {
    match basis {
        Basis::Spec(_) => None,
        Basis::Derived { because, .. } => Some(Pair::from(*because)),
        Basis::Practice(note) => Some(Pair::from(*note)),
    }
}

fn got(got: &Got, encoding: Encoding, show_values: bool) -> Option<Pair> {
    match got {
        Got::Nothing => None,
        Got::Value { bytes, .. } if bytes.is_empty() => {
            Some(Pair { ja: "（空）".to_owned(), en: "(empty)".to_owned() })
        }
        Got::Value { bytes, shown } => {
            let value = with_spaces_seen(mask::value(bytes, encoding, *shown, show_values));
            Some(Pair { ja: value.clone(), en: value })
        }
        Got::Said(message) => Some(Pair::from(message)),
    }
}

/// A value with pictures of the spaces around it, which nobody would see.
fn with_spaces_seen(value: String) -> String {
    let is_space = |c: char| matches!(c, ' ' | '\u{3000}');
    let begin = value.len() - value.trim_start_matches(is_space).len();
    let end = begin + value[begin..].trim_end_matches(is_space).len();
    let seen = |spaces: &str| spaces.replace(' ', "\u{2420}").replace('\u{3000}', "□");
    if begin == 0 && end == value.len() {
        return value;
    }
    [&seen(&value[..begin]), &value[begin..end], &seen(&value[end..])].concat()
}

fn range(bytes: &std::ops::Range<u64>) -> ByteRange {
    ByteRange { start: bytes.start, end: bytes.end }
}

#[cfg(test)]
mod tests {
    use super::with_spaces_seen;

    #[test]
    fn spaces_around_a_value_are_seen_and_those_within_are_as_they_were() {
        for (value, seen) in
            [("a b", "a b"), ("", ""), (" 387", "␠387"), ("〇〇　〇〇　 ", "〇〇　〇〇□␠"), (" 　", "␠□")]
        {
            assert_eq!(with_spaces_seen(value.to_owned()), seen);
        }
    }
}
