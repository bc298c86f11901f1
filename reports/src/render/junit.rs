//! JUnit XML in the dialect that Jenkins and GitLab read: a suite per file and one for the check as a
//! whole; every rule is a case, passed, failed or skipped with the reason. Outcomes of suite cases are a
//! suite for each pattern.
//!
//! What does not reach the level to fail on stands in `system-out` of a passed case. The first line counts
//! all cases, so every suite is made twice: to be counted, and to be written. What a case says is made
//! while it is written.

mod xml;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::iter::{once, once_with};

use self::xml::{Case, Counts, End, Says, Suite, Xml};
use super::known;
use super::text::{Paint, finding_lines, not_checked_line, omitted_line};
use crate::model::{FindingRecord, InputRecord, NotCheckedRecord, OmittedRecord, Report, ScopeRecord};
use crate::outcome::{Outcome, OutcomeRecord, Pattern};
use crate::safe::safe;
use crate::words::{self, pick, rank, reaches};
use crate::{Lang, baseline};

/// Up to this many files, every rule of every file is a case. Above, files without findings share one
/// suite, and the suites of the others hold the rules that found something; each says what it leaves out.
const FILES_IN_FULL: usize = 100;
/// How many cases may tell of what was not checked and does not matter for the verdict.
const NOT_CHECKED: usize = 100;

/// Writes the suites.
pub(super) fn write(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let run = Run::of(report, lang);
    let mut counts = Counts::default();
    run.suites().for_each(|suite| counts.add(&suite));
    let mut xml = Xml::begin(out, &counts)?;
    for suite in run.suites() {
        xml.suite(&suite)?;
    }
    xml.end()
}

/// What one rule found in one place.
#[derive(Default)]
struct Found<'a> {
    findings: Vec<&'a FindingRecord>,
    omitted: Option<&'a OmittedRecord>,
}

type ByRule<'a> = BTreeMap<&'a str, Found<'a>>;

struct Run<'a> {
    report: &'a Report,
    lang: Lang,
    /// Kinds by name of the file.
    kinds: BTreeMap<&'a str, Option<&'a str>>,
    /// By name of the file.
    files: BTreeMap<&'a str, ByRule<'a>>,
    /// Of the rules about sets.
    sets: ByRule<'a>,
}

impl<'a> Run<'a> {
    fn of(report: &'a Report, lang: Lang) -> Run<'a> {
        let of_sets: Vec<&str> = report.scopes.get(report.sets_scope).map_or(Vec::new(), rules);
        let kinds = report.inputs.iter().map(|input| (input.name.as_str(), input.kind.as_deref())).collect();
        let mut run = Run { report, lang, kinds, files: BTreeMap::new(), sets: BTreeMap::new() };
        for finding in report.all_findings() {
            let place = match of_sets.contains(&finding.rule.as_str()) {
                true => &mut run.sets,
                false => run.files.entry(&finding.file).or_default(),
            };
            place.entry(&finding.rule).or_default().findings.push(finding);
        }
        for omitted in &report.omitted {
            let place = match &omitted.file {
                None => &mut run.sets,
                Some(file) => run.files.entry(file).or_default(),
            };
            place.entry(&omitted.rule).or_default().omitted = Some(omitted);
        }
        run
    }

    fn say(&self, ja: &'static str, en: &'static str) -> &'static str {
        pick(self.lang, ja, en)
    }

    /// The check as a whole, the files, and the patterns of cases.
    fn suites(&self) -> impl Iterator<Item = Suite<'_>> {
        let full = self.report.inputs.len() <= FILES_IN_FULL;
        let is_clean = |input: &&InputRecord| !self.files.contains_key(&*input.name);
        let files = self.report.inputs.iter().filter(move |input| full || !is_clean(input));
        let clean: Vec<&InputRecord> = self.report.inputs.iter().filter(|input| !full && is_clean(input)).collect();
        let patterns: BTreeSet<Pattern> = self.report.outcomes.iter().map(|record| record.pattern).collect();
        once_with(|| self.whole())
            .chain(files.map(move |input| self.file(input, full)))
            .chain(once(clean).filter(|clean| !clean.is_empty()).map(|clean| self.clean(&clean)))
            .chain(patterns.into_iter().map(|pattern| self.pattern(pattern)))
    }

    /// The rules about sets, what was not checked, and the verdict.
    fn whole(&self) -> Suite<'_> {
        let name = self.say("検査全体", "the check as a whole");
        let safe = |text: &str| safe(text).into_owned();
        let mut properties = vec![
            ("verdict", words::word(self.report.verdict).to_owned()),
            ("tool", format!("renkei {}", safe(&self.report.tool.version))),
        ];
        properties.extend(self.report.as_of.as_deref().map(|day| ("as_of", safe(day))));
        properties.extend([("fail_on", safe(&self.report.fail_on)), ("values", safe(&self.report.values))]);
        let mut cases = Vec::new();
        // Where there was nothing but cases, no rule has passed.
        if !words::is_of_cases(self.report) {
            cases.extend(self.cases(self.report.scopes.get(self.report.sets_scope), Some(&self.sets), name));
        }
        cases.extend(self.baseline(name));
        let mut others = 0;
        for (index, entry) in self.report.not_checked.iter().enumerate() {
            if entry.blocks || index < NOT_CHECKED {
                cases.push(self.not_checked(entry, name));
            } else {
                others += 1;
            }
        }
        if others > 0 {
            let said = match self.lang {
                Lang::Ja => format!("検査しなかったものがほかに{others}件あります"),
                Lang::En => format!("{others} more were not checked"),
            };
            cases.push(skipped(&said, self.say("判定には影響しません", "no matter for the verdict"), name));
        }
        Suite { name: name.to_owned(), properties, cases, out: Some(safe(&words::verdict(self.report, self.lang))) }
    }

    /// What there is to say of a baseline: each thing is a case, whether it is said or not.
    fn baseline(&self, class: &str) -> Vec<Case<'_>> {
        let Some(baseline) = &self.report.baseline else { return Vec::new() };
        let found = self.files.get(baseline.file.as_str());
        let one = |rule: &&'static str| match found.and_then(|found| found.get(rule)) {
            Some(found) => self.found(rule, found, class),
            None => case(rule, End::Passed, class),
        };
        baseline::RULES.iter().map(one).collect()
    }

    /// The cases of a pattern.
    fn pattern(&self, pattern: Pattern) -> Suite<'_> {
        let own = self.report.outcomes.iter().filter(|record| record.pattern == pattern);
        let cases = own.map(|record| self.outcome(record, pattern.word())).collect();
        Suite { name: pattern.word().to_owned(), properties: Vec::new(), cases, out: None }
    }

    fn outcome(&self, record: &'a OutcomeRecord, class: &str) -> Case<'_> {
        let why = record.why.as_ref().map_or("", |why| why.get(self.lang));
        let message = || safe(why).into_owned();
        let end = match record.outcome {
            Outcome::Pass => End::Passed,
            Outcome::Fail => End::Failed { message: message(), kind: "fail".to_owned() },
            Outcome::Blocked => End::Broken { message: message(), kind: "blocked" },
            Outcome::Skip => End::Skipped { message: message() },
        };
        let says: Says<'_> = Box::new(move |line| {
            if !why.is_empty() {
                line(&safe(why))?;
            }
            record.evidence.iter().try_for_each(|evidence| {
                let file = evidence.file.clone().or(evidence.journal_sequence.map(|at| format!("journal {at}")));
                let what = evidence.what.get(self.lang);
                line(&safe(&file.map_or_else(|| what.to_owned(), |file| format!("{what}: {file}"))))
            })
        });
        Case { says, ..case(&format!("{}: {}", record.case, record.title.get(self.lang)), end, class) }
    }

    fn file(&self, input: &InputRecord, full: bool) -> Suite<'_> {
        let name = safe(&input.name).into_owned();
        let mut properties = vec![("sha256", safe(&input.sha256).into_owned())];
        for (key, value) in [("kind", &input.kind), ("version", &input.version)] {
            properties.extend(value.as_deref().map(|value| (key, safe(value).into_owned())));
        }
        let found = self.files.get(input.name.as_str());
        let mut cases = self.cases(self.report.scopes.get(input.scope), found, &class(&name));
        if !full {
            let all = cases.len();
            cases.retain(|case| found.is_some_and(|found| found.contains_key(case.name.as_str())));
            properties.push(("cases_without_findings_left_out", (all - cases.len()).to_string()));
        }
        for case in &mut cases {
            case.file = Some(name.clone());
        }
        Suite { name, properties, cases, out: None }
    }

    /// Files without findings, as one.
    fn clean(&self, inputs: &[&InputRecord]) -> Suite<'_> {
        let name = match self.lang {
            Lang::Ja => format!("指摘のないファイル（{}件）", inputs.len()),
            Lang::En => format!("files without findings ({})", inputs.len()),
        };
        let mut ran: BTreeMap<&str, usize> = BTreeMap::new();
        let mut order = Vec::new();
        for scope in inputs.iter().filter_map(|input| self.report.scopes.get(input.scope)) {
            for rule in rules(scope) {
                ran.entry(rule).or_insert_with(|| {
                    order.push(rule);
                    0
                });
            }
            for rule in &scope.ran {
                *ran.entry(rule).or_default() += 1;
            }
        }
        let of_rule = |rule| {
            let files = ran.get(rule).copied().unwrap_or_default();
            let class = self.say("指摘のないファイル", "files without findings");
            let case = match files {
                0 => skipped(rule, self.say("どのファイルにも適用しません", "it applies to none of the files"), class),
                _ => case(rule, End::Passed, class),
            };
            Case { properties: vec![("files", files.to_string())], ..case }
        };
        let cases = order.into_iter().map(of_rule).collect();
        Suite { name, properties: vec![("files", inputs.len().to_string())], cases, out: None }
    }

    /// A case per rule: those that ran, those that did not, and those that spoke though no list names them.
    fn cases<'r>(&'r self, scope: Option<&ScopeRecord>, by_rule: Option<&'r ByRule<'a>>, class: &str) -> Vec<Case<'r>> {
        let found = |rule: &str| by_rule.and_then(|by_rule| by_rule.get(rule));
        let empty = ScopeRecord::default();
        let scope = scope.unwrap_or(&empty);
        let mut cases = Vec::new();
        for rule in &scope.ran {
            cases.push(match found(rule) {
                Some(found) => self.found(rule, found, class),
                None => case(rule, End::Passed, class),
            });
        }
        for not_run in &scope.not_run {
            for rule in &not_run.rules {
                cases.push(match found(rule) {
                    Some(found) => self.found(rule, found, class),
                    None => skipped(rule, not_run.why.get(self.lang), class),
                });
            }
        }
        let listed: BTreeSet<&str> = rules(scope).into_iter().collect();
        let unlisted = by_rule.into_iter().flatten().filter(|(rule, _)| !listed.contains(**rule));
        cases.extend(unlisted.map(|(rule, found)| self.found(rule, found, class)));
        cases
    }

    fn found<'r>(&'r self, rule: &str, found: &'r Found<'a>, class: &str) -> Case<'r> {
        // What is known does not fail.
        let omitted = found.omitted.filter(|_| !self.report.knows_all(rule));
        let counting = found.findings.iter().filter(|finding| finding.baselined.is_none());
        let severities = counting.clone().map(|finding| &finding.severity);
        let severities = severities.chain(omitted.map(|omitted| &omitted.severity));
        let highest = severities.max_by_key(|severity| rank(severity)).map_or("", String::as_str);
        let end = if reaches(highest, &self.report.fail_on) {
            let hidden = omitted.map_or(0, |omitted| omitted.total - omitted.kept);
            let count = counting.clone().count() as u64 + hidden;
            let first = counting.clone().next().map_or("", |finding| finding.message.get(self.lang));
            let message = match self.lang {
                Lang::Ja => format!("{first}（{count}件）"),
                Lang::En => format!("{first} ({count})"),
            };
            End::Failed { message: safe(&message).into_owned(), kind: safe(highest).into_owned() }
        } else {
            End::Passed
        };
        let says: Says<'r> = Box::new(move |line| {
            for finding in &found.findings {
                let kind = self.kinds.get(finding.file.as_str()).copied().flatten();
                let lines = finding_lines(finding, kind, self.lang, Paint { color: false });
                lines.iter().try_for_each(|said| line(said))?;
                if finding.baselined.is_some() {
                    line(&safe(&known::mark(finding, self.lang)))?;
                }
                line("")?;
            }
            found.omitted.map_or(Ok(()), |omitted| line(&safe(&omitted_line(omitted, self.lang))))
        });
        Case { says, ..case(rule, end, class) }
    }

    fn not_checked(&self, entry: &'a NotCheckedRecord, class: &str) -> Case<'_> {
        let (what, why) = (entry.what.get(self.lang), entry.why.get(self.lang));
        if !entry.blocks {
            return skipped(what, why, class);
        }
        let end = End::Broken { message: safe(why).into_owned(), kind: "incomplete" };
        let says: Says<'_> = Box::new(move |line| line(&safe(&not_checked_line(entry, self.lang))));
        Case { says, ..case(what, end, class) }
    }
}

/// All rules of a list.
fn rules(scope: &ScopeRecord) -> Vec<&str> {
    let not_run = scope.not_run.iter().flat_map(|not_run| &not_run.rules);
    scope.ran.iter().chain(not_run).map(String::as_str).collect()
}

/// A case that says nothing.
fn case<'a>(name: &str, end: End, class: &str) -> Case<'a> {
    let (name, class) = (safe(name).into_owned(), class.to_owned());
    Case { name, class, file: None, properties: Vec::new(), end, says: Box::new(|_| Ok(())) }
}

fn skipped<'a>(name: &str, why: &str, class: &str) -> Case<'a> {
    case(name, End::Skipped { message: safe(why).into_owned() }, class)
}

/// Jenkins takes what stands before a dot for a package.
fn class(name: &str) -> String {
    name.replace('.', "_")
}
