//! Two reference care programs exchange a year of a small population, and their states agree; a program that
//! does one thing wrong is found out by the item.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeSet;

use renkei_generators::model::YearMonth;
use renkei_suites::suite::year::{Mistake, Outcome, Request, Side, Stage, Way, run};
use renkei_validator::spec::Version;

const fn month(year: u16, month: u8) -> YearMonth {
    YearMonth { year, month }
}

/// A year with the change of versions in its middle.
const YEAR: Request = Request {
    users: 20,
    offices: 8,
    months: (month(2024, 10), month(2025, 9)),
    seed: 34,
    way: Way::Platform,
    threads: 2,
    mistake: None,
};

/// A shorter time with an occasion for every mistake: results and tables are corrected, results, tables and plans
/// deleted, and results of outsourced plans passed on.
const OCCASIONS: Request =
    Request { users: 40, months: (month(2025, 2), month(2025, 5)), seed: 52, way: Way::ByHand, threads: 1, ..YEAR };

fn exchanged(request: &Request) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    run(request, folder.path(), &|_| {}).unwrap()
}

/// Differences, each once: the side, what has become of what, and where.
fn differences(outcome: &Outcome) -> BTreeSet<String> {
    let told = outcome.verdict.told.iter().map(|told| {
        let side = match told.side {
            Side::Sender => "sender",
            Side::Receiver => "receiver",
        };
        let one = &told.difference;
        let kind = one.file.split('_').next().unwrap();
        let place = match (one.item, one.line.or(one.expected_line)) {
            (Some(item), _) => format!(".{}", item.key.name()),
            (None, Some(_)) => " row".to_owned(),
            (None, None) => String::new(),
        };
        format!("{side} {:?} {kind}{place}", one.loss)
    });
    told.collect()
}

#[test]
fn a_year_of_two_programs_ends_with_both_states_alike() {
    let outcome = exchanged(&YEAR);
    assert_eq!(differences(&outcome), BTreeSet::new());
    assert!(outcome.is_good(), "{:?} {:?}", outcome.troubles, outcome.proof);
    let versions: Vec<Version> = outcome.verdict.versions.keys().copied().collect();
    assert_eq!(versions, [Version::V202208, Version::V202407]);
    assert!(outcome.changes.corrected > 0 && outcome.changes.deleted > 0, "{:?}", outcome.changes);
    // Every licence of September 2024 ends once in the year.
    assert_eq!(outcome.licences, 8);
    assert_eq!((outcome.proof.faults, outcome.proof.repeated), (0, 0));
    assert!(Stage::ALL.iter().all(|stage| outcome.work.contains_key(stage)));
}

#[test]
fn faults_on_the_way_do_not_change_the_end() {
    let months = (month(2025, 3), month(2025, 5));
    let plain = exchanged(&Request { months, way: Way::ByHand, ..YEAR });
    let faulty = exchanged(&Request { months, way: Way::FaultyPlatform, ..YEAR });
    assert!(faulty.is_good(), "{:?} {:?}", faulty.troubles, faulty.proof);
    assert!(faulty.proof.faults >= 30 && faulty.proof.repeated > 0 && faulty.duplicates > 0, "{:?}", faulty.proof);
    let size = |outcome: &Outcome| (outcome.verdict.documents, outcome.verdict.rows, outcome.verdict.values);
    assert_eq!(size(&plain), size(&faulty));
}

#[test]
fn a_program_that_does_one_thing_wrong_once_is_found_out() {
    let expected = |mistake: Mistake| -> &'static [&'static str] {
        match mistake {
            // The first correction takes an office out: its rows stay, and the sums are those with them.
            Mistake::DropsACorrection => &[
                "receiver Changed UPPLAN.created_on",
                "receiver Changed UPSIKYU.category_limit_within_units",
                "receiver Changed UPSIKYU.created_on",
                "receiver Changed UPSIKYU.insurance_claim_amount",
                "receiver Changed UPSIKYU.managed_units",
                "receiver Changed UPSIKYU.service_units_amount",
                "receiver Changed UPSIKYU.total_cost_insured",
                "receiver Changed UPSIKYU.user_copay_insured",
                "receiver Invented UPPLAN row",
                "receiver Invented UPSIKYU row",
            ],
            Mistake::DropsACorrectedResult => &["receiver Changed UPJSK.created_on", "receiver Invented UPJSK row"],
            Mistake::DropsADeletion => {
                &["receiver Invented UPHOSOKU", "receiver Invented UPPLAN", "receiver Invented UPSIKYU"]
            }
            Mistake::KeepsADeletedPlan => {
                &["receiver Invented UP1KYO", "receiver Invented UP2KYO", "receiver Invented UPHOSOKU"]
            }
            Mistake::KeepsADeletedResult => &["receiver Invented UPJSK"],
            Mistake::DropsARow => &["receiver Dropped UPPLAN row"],
            Mistake::ChangesACode => &["receiver Changed UPJSK.service_code"],
            Mistake::CutsAName => &["receiver Truncated UPHOSOKU.user_name"],
            Mistake::ForgetsAnOffice => &["sender Dropped UPHOSOKU", "sender Dropped UPPLAN", "sender Dropped UPSIKYU"],
            Mistake::LosesAnEnteredRow => &["sender Dropped UPPLAN row"],
            Mistake::PassesNothingOn => &["sender Dropped UPJSK"],
        }
    };
    let year = |mistake| Request { mistake: Some(mistake), ..OCCASIONS };
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let years = Mistake::ALL.map(|mistake| (mistake, scope.spawn(move || exchanged(&year(mistake)))));
        let wrong = years.map(|(mistake, run)| {
            let outcome = run.join().unwrap();
            let found = differences(&outcome);
            let as_expected = outcome.mistaken && !outcome.is_good() && found.iter().eq(expected(mistake));
            (!as_expected).then(|| format!("{mistake:?}, made: {}: {found:?}", outcome.mistaken))
        });
        wrong.into_iter().flatten().collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn differences_of_people_are_counted_and_not_shown() {
    let outcome = exchanged(&Request {
        months: (month(2025, 4), month(2025, 4)),
        way: Way::ByHand,
        mistake: Some(Mistake::CutsAName),
        ..YEAR
    });
    let [told] = &outcome.verdict.told[..] else { panic!("{:?}", outcome.verdict.told) };
    let (masked, shown) = (told.message(false).en, told.message(true).en);
    assert!(masked.contains("item 6 user_name: is cut off ("), "{masked}");
    assert!(masked.contains(" characters became ") && !masked.contains('"'), "{masked}");
    assert!(shown.contains("\" became \""), "{shown}");
    assert!(masked.starts_with("receiver, 99"), "{masked}");
}
