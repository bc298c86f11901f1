//! Whether a record says nothing against itself: its words are those of the shape, its lists add up to its
//! totals, and its verdict follows from them.

use std::collections::{BTreeMap, BTreeSet};

use renkei_validator::text::Message;
use time::{Date, Month};

use super::locate::Step;
use crate::build::verdict;
use crate::model::{BaselineRecord, FindingRecord, InputRecord, LeftOut, OmittedRecord, Report, Totals};
use crate::words;

/// What is wrong, and with which value.
pub(super) struct Fault {
    pub(super) path: Vec<Step>,
    pub(super) why: Message,
}

const NO_DAY: (&str, &str) = ("実在する日付ではありません", "no day of the calendar");

type Outcome = Result<(), Fault>;

/// Names the first contradiction, in the order of the shape.
pub(super) fn check(report: &Report) -> Outcome {
    one_of(&["fail_on".into()], &report.fail_on, &["error", "warning", "info", "none"])?;
    one_of(&["values".into()], &report.values, &["masked", "shown"])?;
    if let Some(day) = &report.as_of {
        ensure(is_day(day), &["as_of".into()], NO_DAY.0, NO_DAY.1)?;
    }
    for (index, input) in report.inputs.iter().enumerate() {
        check_input(report, input, index)?;
    }
    for (index, scope) in report.scopes.iter().enumerate() {
        let path = [Step::from("scopes"), Step::Index(index)];
        let not_run = scope.not_run.iter().flat_map(|not_run| &not_run.rules);
        scope.ran.iter().chain(not_run).try_for_each(|rule| is_rule(rule, &path))?;
    }
    scope_exists(report, report.sets_scope, &["sets_scope".into()])?;
    let names: BTreeSet<&str> = report.inputs.iter().map(|input| input.name.as_str()).collect();
    for (index, finding) in report.findings.iter().enumerate() {
        check_finding(finding, &["findings".into(), Step::Index(index)], &names)?;
        let path = ["findings".into(), Step::Index(index), "baselined".into()];
        let told = finding.baselined.is_none() || report.baseline.is_some();
        ensure(told, &path, "baselineがないのに既知とされています", "it is known, and there is no baseline")?;
        if let Some(known) = &finding.baselined {
            ensure(is_day(&known.expires), &[&path[..], &["expires".into()]].concat(), NO_DAY.0, NO_DAY.1)?;
        }
    }
    for (index, omitted) in report.omitted.iter().enumerate() {
        check_omitted(omitted, index, &names)?;
    }
    check_counts(report)?;
    if let Some(baseline) = &report.baseline {
        check_baseline(report, baseline)?;
    }
    check_verdict(report)
}

fn check_input(report: &Report, input: &InputRecord, index: usize) -> Outcome {
    let at = |key: &str| [Step::from("inputs"), Step::Index(index), key.into()];
    let digest = input.sha256.len() == 64 && input.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    ensure(digest, &at("sha256"), "SHA-256ではありません", "no SHA-256")?;
    scope_exists(report, input.scope, &at("scope"))
}

fn scope_exists(report: &Report, scope: usize, path: &[Step]) -> Outcome {
    ensure(
        scope < report.scopes.len(),
        path,
        &format!("scopesに{scope}番はありません"),
        &format!("scopes has no entry {scope}"),
    )
}

fn check_finding(finding: &FindingRecord, path: &[Step], names: &BTreeSet<&str>) -> Outcome {
    let at = |key: &str| [path, &[key.into()]].concat();
    is_rule(&finding.rule, &at("rule"))?;
    one_of(&at("severity"), &finding.severity, &["error", "warning", "info"])?;
    one_of(&at("authority"), &finding.authority, &["spec", "derived", "practice"])?;
    if let Some(capped) = &finding.capped {
        one_of(&at("capped"), capped, &["likely", "guess"])?;
    }
    is_input(&finding.file, names, &at("file"))?;
    for (key, number) in [("line", finding.line), ("column", finding.column)] {
        ensure(number != Some(0), &at(key), "1から数えます", "it counts from 1")?;
    }
    let ordered = finding.bytes.is_none_or(|bytes| bytes.start <= bytes.end);
    ensure(ordered, &at("bytes"), "終わりが始まりより前です", "the end is before the start")?;
    for (related, entry) in finding.related.iter().enumerate() {
        let at = |key: &str| [at("related"), vec![Step::Index(related), key.into()]].concat();
        ensure(entry.line != Some(0), &at("line"), "1から数えます", "it counts from 1")?;
        let ordered = entry.bytes.is_none_or(|bytes| bytes.start <= bytes.end);
        ensure(ordered, &at("bytes"), "終わりが始まりより前です", "the end is before the start")?;
    }
    Ok(())
}

fn check_omitted(omitted: &OmittedRecord, index: usize, names: &BTreeSet<&str>) -> Outcome {
    let at = |key: &str| [Step::from("omitted"), Step::Index(index), key.into()];
    is_rule(&omitted.rule, &at("rule"))?;
    one_of(&at("severity"), &omitted.severity, &["error", "warning", "info"])?;
    if let Some(file) = &omitted.file {
        is_input(file, names, &at("file"))?;
    }
    ensure(
        omitted.kept < omitted.total,
        &at("kept"),
        "すべて載せたものは、ここには書きません",
        "what is listed in full does not stand here",
    )
}

/// Lists and what they leave out are the totals.
fn check_counts(report: &Report) -> Outcome {
    let mut listed: BTreeMap<(&str, Option<&str>), u64> = BTreeMap::new();
    let mut by_rule: BTreeMap<&str, u64> = BTreeMap::new();
    let mut inputs: BTreeMap<&str, u64> = BTreeMap::new();
    for input in &report.inputs {
        *inputs.entry(&input.name).or_default() += 1;
    }
    let mut seen = Totals::default();
    for finding in &report.findings {
        *listed.entry((&finding.rule, Some(&finding.file))).or_default() += 1;
        *listed.entry((&finding.rule, None)).or_default() += 1;
        *by_rule.entry(&finding.rule).or_default() += 1;
        *match finding.severity.as_str() {
            "error" => &mut seen.error,
            "warning" => &mut seen.warning,
            _ => &mut seen.info,
        } += 1;
    }
    for (index, omitted) in report.omitted.iter().enumerate() {
        let listed = listed.get(&(omitted.rule.as_str(), omitted.file.as_deref())).copied().unwrap_or_default();
        let path = [Step::from("omitted"), Step::Index(index), "kept".into()];
        // Inputs may share a name: each has its own entry then.
        let shared = omitted.file.as_ref().is_some_and(|file| inputs.get(file.as_str()).is_some_and(|&n| n > 1));
        if !shared || omitted.kept > listed {
            equal(omitted.kept, listed, &path)?;
        }
        let hidden = omitted.total - omitted.kept;
        let count = by_rule.entry(&omitted.rule).or_default();
        *count = count.saturating_add(hidden);
    }
    let totals = &report.totals;
    for (rule, count) in &totals.by_rule {
        let path = [Step::from("totals"), "by_rule".into(), Step::Key(rule.clone())];
        equal(*count, by_rule.remove(rule.as_str()).unwrap_or_default(), &path)?;
        ensure(*count > 0, &path, "0件のルールは書きません", "a rule without findings does not stand here")?;
    }
    if let Some(rule) = by_rule.keys().next() {
        let path = [Step::from("totals"), "by_rule".into()];
        let (ja, en) = (format!("{rule} の件数がありません"), format!("the count of {rule} is missing"));
        return ensure(false, &path, &ja, &en);
    }
    let left_out = report.omitted.iter().fold(LeftOut::default(), |sum, omitted| sum.and(omitted.left_out));
    let counts = [("error", totals.error, seen.error), ("warning", totals.warning, seen.warning)];
    for (key, total, seen) in counts.into_iter().chain([("info", totals.info, seen.info)]) {
        let path = [Step::from("totals"), key.into()];
        equal(total, seen.saturating_add(left_out.of(key)), &path)?;
    }
    for (index, omitted) in report.omitted.iter().enumerate() {
        let path = [Step::from("omitted"), Step::Index(index), "left_out".into()];
        equal(omitted.left_out.total(), omitted.total - omitted.kept, &path)?;
    }
    let by_severity = sum([totals.error, totals.warning, totals.info]);
    let by_rule = sum(totals.by_rule.values().copied());
    let fits = by_severity.is_some() && by_severity == by_rule;
    let (ja, en) = ("重大度ごとの件数とルールごとの件数が合いません", "the counts by severity and by rule differ");
    ensure(fits, &["totals".into()], ja, en)
}

/// What the baseline lets pass is among what was found, and what is said of it adds up.
fn check_baseline(report: &Report, baseline: &BaselineRecord) -> Outcome {
    let names = BTreeSet::from([baseline.file.as_str()]);
    let mut seen = Totals::default();
    for (index, finding) in baseline.findings.iter().enumerate() {
        check_finding(finding, &["baseline".into(), "findings".into(), Step::Index(index)], &names)?;
        count(&mut seen, finding);
    }
    let path = ["baseline".into(), "totals".into()];
    ensure(seen == baseline.totals, &path, "findingsの件数と合いません", "it is not the count of findings")?;
    let mut listed = Totals::default();
    report
        .findings
        .iter()
        .filter(|finding| finding.baselined.is_some())
        .for_each(|finding| count(&mut listed, finding));
    let (all, covered) = (&report.totals, &baseline.covered);
    let within = |some: &Totals, more: &Totals| {
        let of = |rule: &str| more.by_rule.get(rule).copied().unwrap_or_default();
        some.error <= more.error
            && some.warning <= more.warning
            && some.info <= more.info
            && some.by_rule.iter().all(|(rule, count)| *count <= of(rule))
    };
    let fits = within(&listed, covered) && within(covered, all);
    let path = ["baseline".into(), "covered".into()];
    ensure(fits, &path, "指摘の件数と合いません", "it does not fit the counts of findings")
}

fn count(totals: &mut Totals, finding: &FindingRecord) {
    *match finding.severity.as_str() {
        "error" => &mut totals.error,
        "warning" => &mut totals.warning,
        _ => &mut totals.info,
    } += 1;
    *totals.by_rule.entry(finding.rule.clone()).or_default() += 1;
}

fn sum(numbers: impl IntoIterator<Item = u64>) -> Option<u64> {
    numbers.into_iter().try_fold(0_u64, u64::checked_add)
}

fn check_verdict(report: &Report) -> Outcome {
    let follows = verdict(report);
    let (is, should) = (words::word(report.verdict), words::word(follows));
    ensure(
        report.verdict == follows,
        &["verdict".into()],
        &format!("{is} とありますが、件数と検査しなかったものからは {should} です"),
        &format!("it says {is}, but {should} follows from the totals and from what was not checked"),
    )
}

impl From<&str> for Step {
    fn from(key: &str) -> Step {
        Step::Key(key.to_owned())
    }
}

fn ensure(holds: bool, path: &[Step], ja: &str, en: &str) -> Outcome {
    if holds { Ok(()) } else { Err(Fault { path: path.to_vec(), why: Message::pair(ja, en) }) }
}

fn equal(says: u64, is: u64, path: &[Step]) -> Outcome {
    let (ja, en) = (format!("{says}件とありますが、数えると{is}件です"), format!("it says {says}, but there are {is}"));
    ensure(says == is, path, &ja, &en)
}

fn one_of(path: &[Step], word: &str, words: &[&str]) -> Outcome {
    let list = words.join(", ");
    let ja = format!("値「{word}」は使えません。使える値: {list}");
    ensure(words.contains(&word), path, &ja, &format!("no value {word}; the values are {list}"))
}

fn is_input(name: &str, names: &BTreeSet<&str>, path: &[Step]) -> Outcome {
    ensure(names.contains(name), path, "inputsにないファイルです", "inputs has no such file")
}

/// `layer/what-is-wrong`
fn is_rule(id: &str, path: &[Step]) -> Outcome {
    let slug = |part: &str| {
        part.split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
    };
    let holds = id.split_once('/').is_some_and(|(layer, defect)| slug(layer) && slug(defect));
    ensure(holds, path, "ルールIDではありません", "no id of a rule")
}

/// A day that there is, as `2026-11-20`; years may have more digits, and a sign.
fn is_day(text: &str) -> bool {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let parts: Vec<&str> = digits.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let shape = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        && matches!((year.len(), month.len(), day.len()), (4.., 2, 2));
    let month = month.parse::<u8>().ok().and_then(|month| Month::try_from(month).ok());
    let (Ok(year), Some(month), Ok(day)) = (year.parse::<i32>(), month, day.parse()) else { return false };
    shape && Date::from_calendar_date(sign * year, month, day).is_ok()
}
