//! JUnit XML in the dialect that Jenkins and GitLab read: a suite per file and one for the check as a
//! whole; every rule is a case, passed, failed or skipped with the reason. Outcomes of suite cases are a
//! suite for each pattern.
//!
//! What does not reach the level to fail on stands in `system-out` of a passed case. The library that
//! writes it needs all cases before the first byte, so they are kept in memory once.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io;
use std::sync::Arc;

use quick_junit::{NonSuccessKind, Property, Report as Junit, SerializeError, TestCase, TestCaseStatus, TestSuite};

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
    let mut junit = Junit::new("renkei");
    junit.add_test_suite(run.whole());
    let full = report.inputs.len() <= FILES_IN_FULL;
    let (clean, other): (Vec<_>, Vec<_>) =
        report.inputs.iter().partition(|input| !run.files.contains_key(&*input.name));
    for input in if full { report.inputs.iter().collect() } else { other } {
        junit.add_test_suite(run.file(input, full));
    }
    if !full && !clean.is_empty() {
        junit.add_test_suite(run.clean(&clean));
    }
    for pattern in report.outcomes.iter().map(|record| record.pattern).collect::<BTreeSet<Pattern>>() {
        junit.add_test_suite(run.pattern(pattern));
    }
    junit.serialize(out).map_err(of_writing)
}

/// What kept the library from writing, where it was the writer: a reader that has gone is no failure.
fn of_writing(error: SerializeError) -> io::Error {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        let shared = inner.downcast_ref::<Arc<io::Error>>().map(Arc::as_ref);
        if let Some(io) = inner.downcast_ref::<io::Error>().or(shared) {
            return io::Error::new(io.kind(), io.to_string());
        }
        cause = inner.source();
    }
    io::Error::other(error)
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

    /// The rules about sets, what was not checked, and the verdict.
    fn whole(&self) -> TestSuite {
        let name = self.say("検査全体", "the check as a whole");
        let mut suite = TestSuite::new(name);
        suite.add_property(Property::new("verdict", words::word(self.report.verdict)));
        suite.add_property(Property::new("tool", format!("renkei {}", safe(&self.report.tool.version))));
        suite.add_property(Property::new("as_of", &*safe(self.report.as_of.as_deref().unwrap_or_default())));
        suite.add_property(Property::new("fail_on", &*safe(&self.report.fail_on)));
        suite.add_property(Property::new("values", &*safe(&self.report.values)));
        let scope = self.report.scopes.get(self.report.sets_scope);
        // Where there was nothing but cases, no rule has passed.
        if !words::is_of_cases(self.report) {
            suite.add_test_cases(self.cases(scope, Some(&self.sets), name));
        }
        suite.add_test_cases(self.baseline(name));
        let mut others = 0;
        for (index, entry) in self.report.not_checked.iter().enumerate() {
            if entry.blocks || index < NOT_CHECKED {
                suite.add_test_case(self.not_checked(entry, name));
            } else {
                others += 1;
            }
        }
        if others > 0 {
            let said = match self.lang {
                Lang::Ja => format!("検査しなかったものがほかに{others}件あります"),
                Lang::En => format!("{others} more were not checked"),
            };
            suite.add_test_case(skipped(&said, self.say("判定には影響しません", "no matter for the verdict"), name));
        }
        suite.set_system_out(&*safe(&words::verdict(self.report, self.lang)));
        counted(suite)
    }

    /// What there is to say of a baseline: each thing is a case, whether it is said or not.
    fn baseline(&self, class: &str) -> Vec<TestCase> {
        let Some(baseline) = &self.report.baseline else { return Vec::new() };
        let found = self.files.get(baseline.file.as_str());
        let one = |rule: &&'static str| match found.and_then(|found| found.get(rule)) {
            Some(found) => self.found(rule, found, class),
            None => case(rule, TestCaseStatus::success(), class),
        };
        baseline::RULES.iter().map(one).collect()
    }

    /// The cases of a pattern.
    fn pattern(&self, pattern: Pattern) -> TestSuite {
        let word = pattern.word();
        let mut suite = TestSuite::new(word);
        let own = self.report.outcomes.iter().filter(|record| record.pattern == pattern);
        suite.add_test_cases(own.map(|record| self.outcome(record, word)));
        counted(suite)
    }

    fn outcome(&self, record: &OutcomeRecord, class: &str) -> TestCase {
        let why = record.why.as_ref().map_or("", |why| why.get(self.lang));
        let title = record.title.get(self.lang);
        let name = format!("{}: {title}", record.case);
        let files = record.evidence.iter().map(|evidence| {
            let file = evidence.file.clone().or(evidence.journal_sequence.map(|line| format!("journal {line}")));
            let what = evidence.what.get(self.lang);
            file.map_or_else(|| what.to_owned(), |file| format!("{what}: {file}"))
        });
        let told = std::iter::once(why.to_owned()).filter(|why| !why.is_empty()).chain(files);
        let told = told.map(|line| safe(&line).into_owned()).collect::<Vec<_>>().join("\n");
        let not_passed = |kind, word: &str| {
            let mut status = TestCaseStatus::non_success(kind);
            status.set_message(&*safe(why)).set_type(word).set_description(&*told);
            status
        };
        match record.outcome {
            Outcome::Pass => {
                let mut case = case(&name, TestCaseStatus::success(), class);
                if !told.is_empty() {
                    case.set_system_out(&*told);
                }
                case
            }
            Outcome::Fail => case(&name, not_passed(NonSuccessKind::Failure, "fail"), class),
            Outcome::Blocked => case(&name, not_passed(NonSuccessKind::Error, "blocked"), class),
            Outcome::Skip => skipped(&name, why, class),
        }
    }

    fn file(&self, input: &InputRecord, full: bool) -> TestSuite {
        let name = safe(&input.name);
        let mut suite = TestSuite::new(&*name);
        suite.add_property(Property::new("sha256", &*safe(&input.sha256)));
        for (key, value) in [("kind", &input.kind), ("version", &input.version)] {
            if let Some(value) = value {
                suite.add_property(Property::new(key, &*safe(value)));
            }
        }
        let found = self.files.get(input.name.as_str());
        let scope = self.report.scopes.get(input.scope);
        let mut cases = self.cases(scope, found, &class(&name));
        if !full {
            let all = cases.len();
            cases.retain(|case| found.is_some_and(|found| found.contains_key(case.name.as_str())));
            suite.add_property(Property::new("cases_without_findings_left_out", (all - cases.len()).to_string()));
        }
        for case in &mut cases {
            case.extra.insert("file".into(), (&*name).into());
        }
        suite.add_test_cases(cases);
        counted(suite)
    }

    /// Files without findings, as one.
    fn clean(&self, inputs: &[&InputRecord]) -> TestSuite {
        let name = match self.lang {
            Lang::Ja => format!("指摘のないファイル（{}件）", inputs.len()),
            Lang::En => format!("files without findings ({})", inputs.len()),
        };
        let mut suite = TestSuite::new(name);
        suite.add_property(Property::new("files", inputs.len().to_string()));
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
        for rule in order {
            let files = ran.get(rule).copied().unwrap_or_default();
            let class = self.say("指摘のないファイル", "files without findings");
            let mut case = match files {
                0 => skipped(rule, self.say("どのファイルにも適用しません", "it applies to none of the files"), class),
                _ => case(rule, TestCaseStatus::success(), class),
            };
            case.add_property(Property::new("files", files.to_string()));
            suite.add_test_case(case);
        }
        counted(suite)
    }

    /// A case per rule: those that ran, those that did not, and those that spoke though no list names them.
    fn cases(&self, scope: Option<&ScopeRecord>, found: Option<&ByRule<'_>>, class: &str) -> Vec<TestCase> {
        let none = ByRule::new();
        let by_rule = found.unwrap_or(&none);
        let found = |rule: &str| by_rule.get(rule);
        let empty = ScopeRecord::default();
        let scope = scope.unwrap_or(&empty);
        let mut cases = Vec::new();
        for rule in &scope.ran {
            cases.push(match found(rule) {
                Some(found) => self.found(rule, found, class),
                None => case(rule, TestCaseStatus::success(), class),
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
        let unlisted = by_rule.iter().filter(|(rule, _)| !listed.contains(**rule));
        cases.extend(unlisted.map(|(rule, found)| self.found(rule, found, class)));
        cases
    }

    fn found(&self, rule: &str, found: &Found<'_>, class: &str) -> TestCase {
        // What is known does not fail.
        let omitted = found.omitted.filter(|_| !self.report.knows_all(rule));
        let counting = found.findings.iter().filter(|finding| finding.baselined.is_none());
        let severities = counting.clone().map(|finding| &finding.severity);
        let severities = severities.chain(omitted.map(|omitted| &omitted.severity));
        let highest = severities.max_by_key(|severity| rank(severity)).map_or("", String::as_str);
        let mut lines = Vec::new();
        for finding in &found.findings {
            let kind = self.kinds.get(finding.file.as_str()).copied().flatten();
            lines.extend(finding_lines(finding, kind, self.lang, Paint { color: false }));
            lines.extend(finding.baselined.iter().map(|_| safe(&known::mark(finding, self.lang)).into_owned()));
            lines.push(String::new());
        }
        lines.extend(found.omitted.map(|omitted| safe(&omitted_line(omitted, self.lang)).into_owned()));
        let text = lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n");
        if !reaches(highest, &self.report.fail_on) {
            let mut case = case(rule, TestCaseStatus::success(), class);
            case.set_system_out(text.trim_end());
            return case;
        }
        let hidden = omitted.map_or(0, |omitted| omitted.total - omitted.kept);
        let count = counting.clone().count() as u64 + hidden;
        let first = counting.clone().next().map_or("", |finding| finding.message.get(self.lang));
        let message = match self.lang {
            Lang::Ja => format!("{first}（{count}件）"),
            Lang::En => format!("{first} ({count})"),
        };
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(&*safe(&message)).set_type(&*safe(highest)).set_description(text.trim_end());
        case(rule, status, class)
    }

    fn not_checked(&self, entry: &NotCheckedRecord, class: &str) -> TestCase {
        let what = entry.what.get(self.lang);
        if !entry.blocks {
            return skipped(what, entry.why.get(self.lang), class);
        }
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(&*safe(entry.why.get(self.lang))).set_type("incomplete");
        status.set_description(&*safe(&not_checked_line(entry, self.lang)));
        case(what, status, class)
    }
}

/// All rules of a list.
fn rules(scope: &ScopeRecord) -> Vec<&str> {
    let not_run = scope.not_run.iter().flat_map(|not_run| &not_run.rules);
    scope.ran.iter().chain(not_run).map(String::as_str).collect()
}

fn case(name: &str, status: TestCaseStatus, class: &str) -> TestCase {
    let mut case = TestCase::new(&*safe(name), status);
    case.set_classname(class);
    case
}

fn skipped(name: &str, why: &str, class: &str) -> TestCase {
    let mut status = TestCaseStatus::skipped();
    status.set_message(&*safe(why));
    case(name, status, class)
}

/// Jenkins takes what stands before a dot for a package.
fn class(name: &str) -> String {
    name.replace('.', "_")
}

/// With the count that the library leaves out.
fn counted(mut suite: TestSuite) -> TestSuite {
    let skipped = suite.test_cases.iter().filter(|case| matches!(case.status, TestCaseStatus::Skipped { .. })).count();
    // It counts them as `disabled`, which readers would add up.
    suite.disabled = 0;
    suite.extra.insert("skipped".into(), skipped.to_string().into());
    suite
}
