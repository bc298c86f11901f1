//! Strategies: what they draw is clean, and what fails shrinks to what a person can read.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use renkei_generators::encode::Line;
use renkei_generators::model::{LedgerKind, YearMonth};
use renkei_generators::population::Request;
use renkei_generators::strategies::{Content, Set, months, populations, requests, sets, texts, visits};
use renkei_validator::finding::Severity;
use renkei_validator::spec::keys::upplan;
use renkei_validator::spec::{Kind, Version};
use renkei_validator::{Options, judge};

fn above_info(files: &[(String, Vec<u8>)]) -> Vec<String> {
    let judgement = judge(files, &Options::default());
    let told = judgement.findings().into_iter().filter(|finding| finding.severity > Severity::Info);
    told.map(|finding| format!("{} {} {:?}", finding.rule.id, finding.at.file, finding.at.line)).collect()
}

proptest! {
    #![proptest_config(Config { cases: 300, failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_set_is_judged_clean(set in sets()) {
        let files = set.files().unwrap();
        prop_assert!(files.iter().all(|(_, bytes)| !bytes.is_empty()));
        prop_assert_eq!(above_info(&files), Vec::<String>::new());
    }

    #[test]
    fn every_month_has_the_sum_of_its_rows(month in months()) {
        let rows = |bytes: Vec<u8>| bytes.iter().filter(|&&byte| byte == b'\n').count();
        prop_assert_eq!(rows(month.table6().unwrap()), month.visits().len());
        prop_assert_eq!(rows(month.table7().unwrap()), month.ledger().len());
        prop_assert_eq!(&month.ledger().last().unwrap().kind, &LedgerKind::Total);
    }

    #[test]
    fn every_population_has_whom_it_was_asked_for(population in populations()) {
        let users: usize = population.managers().map(|manager| population.users_of(manager.index).count()).sum();
        prop_assert_eq!(users, population.request().users as usize);
        prop_assert_eq!(population.offices().len(), population.request().offices as usize);
    }

    #[test]
    fn every_text_is_written_and_read_back(text in texts()) {
        let mut line = Line::new(Version::V202407, Kind::Upplan).unwrap();
        line.put(upplan::PLAN_MANAGER_NAME, &text);
        // The other items are empty, which is told only where none is at fault.
        let told = line.end(&mut Vec::new()).unwrap_err().to_string();
        prop_assert!(told.contains("nothing stands in a required item"), "{}", told);
    }
}

/// The simplest value that a property fails on. The same in every run.
fn minimal<S: Strategy>(strategy: &S, holds: impl Fn(&S::Value) -> bool) -> S::Value {
    let config = Config { cases: 2_000, failure_persistence: None, ..Config::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let failed = TestRunner::new_with_rng(config, rng).run(strategy, |value| {
        prop_assert!(holds(&value));
        Ok(())
    });
    match failed {
        Err(TestError::Fail(_, value)) => value,
        Err(TestError::Abort(why)) => panic!("{why}"),
        Ok(()) => panic!("the property never failed"),
    }
}

fn rows(set: &Set) -> usize {
    set.people().iter().map(|person| person.visits().len()).sum()
}

#[test]
fn a_set_shrinks_to_the_one_row_that_fails() {
    // A reader that cannot take a visit that ends after 17:00.
    let late = |set: &Set| {
        set.people()
            .iter()
            .flat_map(|person| person.visits())
            .any(|visit| visit.time.is_some_and(|(_, end)| end > 17 * 60))
    };
    let set = minimal(&sets(), |set| !late(set));
    assert_eq!((set.people().len(), rows(&set)), (1, 1), "{set:?}");
    assert!(late(&set));
    let person = &set.people()[0];
    assert_eq!(person.ledger().len(), 2, "the row and the total: {person:?}");
    assert_eq!((person.user().name.as_str(), person.user().address2.as_str()), ("見本　太郎", ""));
    assert_eq!(above_info(&set.files().unwrap()), Vec::<String>::new());
}

#[test]
fn a_set_shrinks_to_as_many_users_and_rows_as_it_takes() {
    // A reader that cannot take three users, or ten rows, of 第6表.
    let set = minimal(&sets(), |set| set.content() != Content::Tables || set.people().len() < 3);
    assert_eq!((set.people().len(), rows(&set)), (3, 3), "{set:?}");
    let set = minimal(&sets(), |set| set.content() != Content::Tables || rows(set) < 10);
    assert_eq!(rows(&set), 10, "{set:?}");
}

#[test]
fn a_month_shrinks_to_the_rows_that_make_a_subtotal() {
    let month =
        minimal(&months(), |month| !month.ledger().iter().any(|row| matches!(row.kind, LedgerKind::Subtotal { .. })));
    assert_eq!(month.visits().len(), 2, "{month:?}");
    let rows = minimal(&visits(), |rows| rows.iter().map(|row| row.units).sum::<i64>() < 1_000);
    assert!(rows.len() < 10, "{rows:?}");
}

#[test]
fn a_request_shrinks_to_the_least_that_fails() {
    let request = minimal(&requests(), |request| request.users < 7);
    let april = YearMonth { year: 2026, month: 4 };
    assert_eq!(request, Request { seed: 0, users: 7, offices: 2, months: (april, april) });
}

#[test]
fn a_text_shrinks_to_the_character_that_fails() {
    assert_eq!(minimal(&texts(), |text| !text.contains('表')), "表");
    assert_eq!(minimal(&texts(), |text| text.chars().count() < 5), "あああああ");
}
