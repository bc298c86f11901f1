//! Every mutant of every rule, on sets that the generator made: there is a set for each, and it is
//! caught by its own rule at its own site, with nothing outside `also`. Prints the table.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops where it cannot go on, and shows its table")]

use std::collections::{BTreeMap, BTreeSet};

use renkei_generators::calendar::months;
use renkei_generators::delivery::{Courier, Delivery, DeliveryError};
use renkei_generators::model::YearMonth;
use renkei_generators::mutate::{Files, Parent, Unmade, make, options};
use renkei_generators::population::{Population, Request};
use renkei_generators::version::Versions;
use renkei_validator::name::FileName;
use renkei_validator::spec::Kind;
use renkei_validator::{rules, spec};

/// Deliveries of the same kinds of files that are taken from each period.
const EACH: usize = 6;

fn parents(from: &str, to: &str) -> Vec<Parent> {
    let month = |text: &str| YearMonth::parse(text.as_bytes()).unwrap();
    let (from, to) = (month(from), month(to));
    let request = Request { seed: 7, users: 400, offices: 40, months: (from, to) };
    let population = Population::new(&request).unwrap();
    let courier = Courier { population: &population, versions: Versions::ByMonth };
    let mut taken: BTreeMap<Vec<Option<Kind>>, usize> = BTreeMap::new();
    let mut parents = Vec::new();
    for month in months(from, to) {
        for manager in population.managers() {
            let mut take = |delivery: Delivery| -> Result<(), DeliveryError> {
                let kinds = delivery.files.iter().map(|file| FileName::parse(&file.name).meant_kind()).collect();
                let count = taken.entry(kinds).or_default();
                *count += 1;
                if *count <= EACH {
                    let name = format!("{}/{}", delivery.month, delivery.title);
                    let files: Files = delivery.files.into_iter().map(|file| (file.name, file.bytes)).collect();
                    parents.push(Parent::new(&name, files, &options(spec::parse_date(b"20261120"))).unwrap());
                }
                Ok(())
            };
            courier.deliveries(manager, month, &mut take).unwrap();
        }
    }
    parents
}

#[test]
fn the_mutation_score_on_generated_sets_is_100_percent() {
    let options = options(spec::parse_date(b"20261120"));
    let periods = [("202003", "202211", "202212"), ("202208", "202409", "202410"), ("202407", "202609", "202610")];
    let mut table: BTreeMap<&str, [(u64, u64); 3]> = BTreeMap::new();
    let mut mutants: BTreeSet<String> = BTreeSet::new();
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut wrong = Vec::new();
    for (column, (version, from, to)) in periods.into_iter().enumerate() {
        let parents = parents(from, to);
        assert!(parents.len() >= 20, "{version}: only {} sets were generated", parents.len());
        for rule in rules::all() {
            for (number, case) in (1..).zip(rule.bad) {
                let mutant = format!("{}/{number:02}", rule.id);
                mutants.insert(mutant.clone());
                for parent in &parents {
                    let cell = &mut table.entry(rule.id).or_default()[column];
                    match make(parent, rule, case, &options) {
                        Ok(_) => {
                            *cell = (cell.0 + 1, cell.1 + 1);
                            made.insert(mutant.clone());
                        }
                        Err(Unmade::Misfit(_)) => {}
                        Err(Unmade::Untrue(why)) => {
                            cell.0 += 1;
                            wrong.push(format!("{version} {}/{number:02} of {}: {}", rule.id, parent.name, why.en));
                        }
                    }
                }
            }
        }
    }
    println!("{:<44} {:>15} {:>15} {:>15}", "rule (caught/applied)", "202003", "202208", "202407");
    let mut all = (0, 0);
    for (rule, cells) in &table {
        let shown = cells.map(|(applied, caught)| format!("{caught}/{applied}"));
        println!("{rule:<44} {:>15} {:>15} {:>15}", shown[0], shown[1], shown[2]);
        all = cells.iter().fold(all, |all, cell| (all.0 + cell.0, all.1 + cell.1));
        assert!(cells.iter().any(|cell| cell.0 > 0), "{rule} applies to no generated set");
    }
    println!("all: {} of {} caught ({:.1}%)", all.1, all.0, 100.0 * all.1 as f64 / all.0 as f64);
    assert_eq!(wrong, Vec::<String>::new());
    // Every mutant of every rule has been made of a generated set of some version.
    assert!(mutants.len() > 150, "{}", mutants.len());
    assert_eq!(mutants.difference(&made).collect::<Vec<_>>(), Vec::<&String>::new());
}
