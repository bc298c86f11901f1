//! A care program in another language, `programs/care.py`, passes the cases of data, reached by folders and by
//! commands. Where there is no Python 3, that is said and nothing is shown.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and says where it did not begin"
)]

mod common;

use std::path::Path;
use std::process::{Command, Stdio};

use common::folder;
use renkei_reports::{Outcome, OutcomeRecord};
use renkei_suites::suite::adapter::settings::Settings;
use renkei_suites::suite::adapter::{Adapter, open};
use renkei_suites::suite::case::{Case, cases};
use renkei_suites::suite::run::{Options, run};

/// Where the program is, if it can be run.
fn python() -> Option<&'static str> {
    let is_three = |name: &&str| {
        let mut version = Command::new(name);
        version.args(["-c", "import sys; sys.exit(sys.version_info < (3, 8))"]);
        version.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    };
    ["python3", "python"].into_iter().find(is_three)
}

fn head(adapter: &str) -> String {
    format!(
        "product = \"care.py\"\ncompany = \"renkei\"\nroles = [\"care-manager\", \"provider\", \"center\"]\n\
         patterns = [\"D1\", \"D2\", \"D3\", \"D4\", \"D5\", \"D6\", \"D7\", \"計画書(1,2表)\", \"予定(6,7表)\", \
         \"実績(6表)\"]\nversions = [\"202407\", \"202208\"]\nadapter = \"{adapter}\"\n"
    )
}

/// Runs one in so many of the cases of data on the program, and says of each that did not pass why.
fn passes(one_in: usize, rest: impl FnOnce(&str, &str) -> String) {
    let data: Vec<&Case> = cases().iter().filter(|case| !case.is_transport()).step_by(one_in).collect();
    assert!(data.len() * one_in >= 250, "there are cases: {}", data.len());
    let Some(python) = python() else {
        println!("skipped: there is no Python 3 on this machine; {} cases not run", data.len());
        return;
    };
    let folder = folder();
    let care = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/care.py");
    let text = rest(python, care.to_str().unwrap());
    let settings = Settings::parse("sut.toml", &text, folder.path()).unwrap();
    let Adapter::Ready(mut sut) = open(settings, &folder.path().join("work")).unwrap() else { panic!("{text}") };
    let options = Options { smoke: true, show_values: true, identity: "care.py", ..Options::default() };
    let outcomes = run(&mut *sut, &data, &options, &mut |_| {}).unwrap();
    let told = |record: &OutcomeRecord| {
        let why = record.why.as_ref().map_or("", |why| why.en.as_str());
        format!("{:?} {}: {why}", record.outcome, record.case)
    };
    let others: Vec<String> = outcomes.iter().filter(|record| record.outcome != Outcome::Pass).map(told).collect();
    assert!(others.is_empty(), "{} of {}:\n{}", others.len(), outcomes.len(), others.join("\n"));
    assert_eq!(outcomes.len(), data.len());
}

#[test]
fn a_python_program_passes_every_fifth_case_of_data_by_commands() {
    // Each task starts Python anew. `renkei test run` with the same settings runs them all.
    passes(5, |python, care| {
        let line = |name: &str, rest: &str| format!("{name} = ['{python}', '{care}', 'store.json', '{name}'{rest}]\n");
        head("command")
            + "[command]\n"
            + &line("reset", "")
            + &line("export", ", '{content}', '{out}', '{before}'")
            + &line("delete", ", '{content}', '{out}'")
            + &line("again", ", '{out}'")
            + &line("import", ", '{in}', '{result}', '{office}'")
            + &line("dump", ", '{dump}'")
    });
}

#[test]
fn a_python_program_passes_every_case_of_data_by_folders() {
    passes(1, |python, care| {
        head("folder")
            + "[folder]\npath = 'exchange'\ndone = 'answer'\n"
            + &format!("start = ['{python}', '{care}', 'store.json', 'watch', 'exchange']\n")
    });
}
