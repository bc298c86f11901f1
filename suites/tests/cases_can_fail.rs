//! A case that nobody can fail says nothing of who passes it: a program that does nothing fails every one.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::thread;

use renkei_reports::Outcome;
use renkei_suites::suite::case::{Case, cases};
use renkei_suites::suite::compare::Named;
use renkei_suites::suite::content::Content;
use renkei_suites::suite::program::Program;
use renkei_suites::suite::run::{Options, judge};
use renkei_suites::suite::sut::{
    Abilities, ExchangeTask, Exchanged, ExportTask, ImportTask, Imported, Role, Sut, Trouble,
};

/// Says that all is done, and does nothing.
struct Idle;

impl Sut for Idle {
    fn abilities(&self) -> Abilities {
        Program::good(Role::ALL).abilities()
    }

    fn reset(&mut self, _: &str) -> Result<(), Trouble> {
        Ok(())
    }

    fn export(&mut self, _: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
        Ok(Vec::new())
    }

    fn import(&mut self, _: &ImportTask<'_>) -> Result<Imported, Trouble> {
        Ok(Imported::default())
    }

    fn dump(&mut self, _: &str) -> Result<Content, Trouble> {
        Ok(Content::default())
    }

    fn exchange(&mut self, _: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        Ok(Exchanged { done: Some(true), message: None })
    }
}

#[test]
fn no_case_is_passed_by_a_program_that_does_nothing() {
    const THREADS: usize = 4;
    assert!(!cases().is_empty());
    let failed = |case: &Case| judge(case, &mut Idle, &Options::default()).outcome == Outcome::Fail;
    let share = |nth: usize| {
        let mine = cases().iter().skip(nth).step_by(THREADS);
        mine.filter(|case| !failed(case)).map(|case| case.id.as_str()).collect::<Vec<_>>()
    };
    let not_failed: Vec<&str> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|nth| scope.spawn(move || share(nth))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(not_failed, [] as [&str; 0]);
}
