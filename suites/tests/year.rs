//! Two reference care programs exchange a year of a small population, and their states agree; a program that
//! does one thing wrong is found out by the item.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use renkei_suites::suite::year::{Outcome, Request, Stage, run};

fn month(year: u16, month: u8) -> renkei_generators::model::YearMonth {
    renkei_generators::model::YearMonth { year, month }
}

fn request() -> Request {
    Request {
        users: 60,
        offices: 8,
        months: (month(2024, 10), month(2025, 9)),
        seed: 3,
        faults: String::new(),
        threads: 2,
        mistake: None,
    }
}

fn exchanged(request: &Request) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    run(request, folder.path(), &|message| println!("{}", message.en)).unwrap()
}

#[test]
fn a_year_of_two_programs_ends_with_both_states_alike() {
    let outcome = exchanged(&request());
    for stage in Stage::ALL {
        println!("{stage:?} {:?}", outcome.work.get(&stage));
    }
    for told in &outcome.verdict.told {
        println!("{}", told.message(true).en);
    }
    for trouble in &outcome.troubles {
        println!("{}", trouble.en);
    }
    println!(
        "{} {} {} {:?} {:?} {} {}",
        outcome.verdict.documents,
        outcome.verdict.rows,
        outcome.verdict.values,
        outcome.verdict.losses,
        outcome.proof,
        outcome.duplicates,
        outcome.licences
    );
    assert!(outcome.is_good());
}
