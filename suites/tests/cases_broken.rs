//! Each faulty client passes the smoke exchange, is caught by the cases that its deviation names, and loses the
//! mark of their patterns on the listing sheet, where the good program has all marks.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use renkei_reports::{Lang, Listing, Outcome, OutcomeRecord, Pattern, Report, Run, build, listing_csv};
use renkei_suites::suite::case::{Case, cases, find};
use renkei_suites::suite::program::Program;
use renkei_suites::suite::program::broken::{Broken, Deviation, deviations};
use renkei_suites::suite::run::{Options, judge, run};
use renkei_suites::suite::sut::Role;
use renkei_validator::finding::Severity;
use renkei_validator::{Options as Checks, check_sets};

/// The patterns with a column on the sheet, in its order, which begins with five columns of the product.
const COLUMNS: [Pattern; 10] = [
    Pattern::D1,
    Pattern::D2,
    Pattern::D3,
    Pattern::D4,
    Pattern::D5,
    Pattern::D6,
    Pattern::D7,
    Pattern::Plan,
    Pattern::Schedule,
    Pattern::Result,
];

/// Does something with each of many, in a few threads; the results in order.
fn each<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).max(4);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = all.get(at) else { return };
                    let result = work(one);
                    done.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn good() -> Program {
    Program::good(Role::ALL)
}

fn told(outcome: &OutcomeRecord) -> String {
    let why = outcome.why.as_ref().map_or("", |why| &why.en);
    format!("{}: {} {why}", outcome.case, outcome.outcome.word())
}

/// The outcomes of the cases that a deviation names.
fn caught(deviation: &'static Deviation) -> Vec<OutcomeRecord> {
    let named = deviation
        .caught_by
        .iter()
        .map(|id| find(id).unwrap_or_else(|| panic!("{} names {id}, which is no case", deviation.name)));
    named.map(|case| judge(case, &mut Broken::new(good(), deviation), &Options::default())).collect()
}

/// Which patterns have a mark on the sheet of a run.
fn marks(outcomes: Vec<OutcomeRecord>) -> Vec<Pattern> {
    let checks = Checks::default();
    let report: Report = build(&Run {
        as_of: checks.as_of,
        fail_on: Some(Severity::Error),
        show_values: false,
        keep: checks.keep,
        files: &[],
        sets: Some(&check_sets(&[], &[], &checks)),
        not_checked: &[],
        key: None,
        baseline: None,
    })
    .with_outcomes(outcomes);
    let listing = Listing {
        product: "見本ケアソフト".to_owned(),
        version: None,
        company: "架空ソフト株式会社".to_owned(),
        contact: None,
        date: None,
    };
    let csv = listing_csv(&report, &listing, Lang::Ja);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let cells = reader.records().nth(1).unwrap().unwrap();
    COLUMNS.into_iter().zip(cells.iter().skip(5)).filter(|(_, mark)| *mark == "○").map(|(pattern, _)| pattern).collect()
}

#[test]
fn each_faulty_client_is_caught_by_its_cases_and_has_no_mark_for_their_patterns() {
    let listed: Vec<&Case> = cases().iter().filter(|case| COLUMNS.contains(&case.pattern)).collect();
    let of_good = each(&listed, |case| judge(case, &mut good(), &Options::default()));
    assert_eq!(marks(of_good.clone()), COLUMNS);

    let all: Vec<&'static Deviation> = deviations().collect();
    assert!(all.len() >= 25, "{}", all.len());
    let mut wrong = Vec::new();
    for (deviation, outcomes) in all.iter().zip(each(&all, |deviation| caught(deviation))) {
        let passed = outcomes.iter().filter(|outcome| outcome.outcome != Outcome::Fail);
        wrong.extend(passed.map(|outcome| format!("{}: {}", deviation.name, told(outcome))));
        let patterns: Vec<Pattern> = outcomes.iter().map(|outcome| outcome.pattern).collect();
        let rest = of_good.iter().filter(|outcome| !deviation.caught_by.contains(&outcome.case.as_str())).cloned();
        let marked = marks(rest.chain(outcomes).collect());
        let kept = marked.iter().filter(|pattern| patterns.contains(pattern));
        wrong.extend(kept.map(|pattern| format!("{} has a mark for {}", deviation.name, pattern.word())));
        assert_eq!(marked.len() + COLUMNS.iter().filter(|one| patterns.contains(one)).count(), COLUMNS.len());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_faulty_client_fails_the_smoke_exchange() {
    let all: Vec<&'static Deviation> = deviations().collect();
    let options = || Options { smoke: true, ..Options::default() };
    let blocked = each(&all, |deviation| {
        // Cases of every kind of step, so that all of it is smoked.
        let some = ["d2.export.one-person", "d2.import.one-person", "transport.send.one-delivery"];
        let some: Vec<&Case> = some.into_iter().filter_map(find).collect();
        assert_eq!(some.len(), 3);
        let outcomes = run(&mut Broken::new(good(), deviation), &some, &options(), &mut |_| {}).unwrap();
        let blocked = outcomes.iter().filter(|outcome| outcome.outcome == Outcome::Blocked);
        blocked.map(|outcome| format!("{}: {}", deviation.name, told(outcome))).collect::<Vec<_>>()
    });
    assert_eq!(blocked.concat(), [] as [String; 0]);
}

#[test]
fn deviations_have_names_of_their_own() {
    let mut names: Vec<&str> = deviations().map(|deviation| deviation.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    for deviation in deviations() {
        assert!(!deviation.caught_by.is_empty(), "{}", deviation.name);
        assert!(!deviation.title.ja.is_empty() && !deviation.title.en.is_empty(), "{}", deviation.name);
    }
}
