//! Two reference care programs exchange a year of a small population, and their states agree; a program that
//! does one thing wrong is found out by the item.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use renkei_generators::model::YearMonth;
use renkei_suites::suite::year::{Mistake, Outcome, Request, Stage, Way, run};

const fn month(year: u16, month: u8) -> YearMonth {
    YearMonth { year, month }
}

/// A year with the change of versions in its middle, and with an occasion for every mistake.
const YEAR: Request = Request {
    users: 40,
    offices: 8,
    months: (month(2024, 10), month(2025, 9)),
    seed: 3,
    way: Way::Platform,
    threads: 2,
    mistake: None,
};

fn exchanged(request: &Request) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    run(request, folder.path(), &|_| {}).unwrap()
}

#[test]
fn a_year_of_two_programs_ends_with_both_states_alike() {
    let outcome = exchanged(&YEAR);
    println!("{outcome:#?}");
    assert!(outcome.is_good());
}

#[test]
fn m() {
    for seed in 1..40 {
        let begun = std::time::Instant::now();
        let outcome = exchanged(&Request { users: 24, seed, way: Way::ByHand, ..YEAR });
        println!("{seed} {} {:?}", outcome.is_good(), begun.elapsed());
        for mistake in Mistake::ALL {
            let outcome = exchanged(&Request { users: 24, seed, way: Way::ByHand, mistake: Some(mistake), ..YEAR });
            print!("{seed} {mistake:?} {} {}", outcome.mistaken, outcome.is_good());
            for told in &outcome.verdict.told {
                print!("   {}", told.message(true).en);
            }
            println!();
        }
    }
}
