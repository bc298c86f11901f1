//! `renkei test`: how runs are selected, told, gone on with, and how they end.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use renkei_reports::{Outcome, Pattern};
use renkei_suites::suite::case::{Case, find};
use renkei_suites::suite::compare::Named;
use renkei_suites::suite::content::Content;
use renkei_suites::suite::program::{Deviation, Program};
use renkei_suites::suite::run::{Options, StateError, judge, run};
use renkei_suites::suite::sut::{
    Abilities, ExchangeTask, Exchanged, ExportTask, ImportTask, Imported, Role, Sut, Trouble,
};
use renkei_validator::spec::Version;
use renkei_validator::text::Message;

mod common;

const SUT: &str = r#"
product = "見本ソフト"
company = "架空システム株式会社"
adapter = "in-process"
roles = ["care-manager", "provider", "center"]
patterns = ["D1", "D2", "D3"]
versions = ["202407"]
"#;

/// Cases that are plain enough to stand in tests of the runner.
const EXPORT: &str = "d2.export.one-person";
const IMPORT: &str = "d2.import.one-person";

fn folder() -> tempfile::TempDir {
    let folder = common::folder();
    fs::write(folder.path().join("sut.toml"), SUT).unwrap();
    folder
}

fn test(folder: &Path, args: &[&str]) -> common::Outcome {
    common::run(folder, ["test"].iter().chain(args).chain(&["--lang", "en"]))
}

#[test]
fn cases_are_listed_by_pattern_and_in_parts() {
    let folder = folder();
    let lines = |args: &[&str]| {
        let out = test(folder.path(), args).code_is(0).out;
        out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = lines(&["list"]);
    assert!(all.iter().any(|line| line.starts_with("D2\td2.export.one-person\t")));
    let d2 = lines(&["list", "--pattern", "d2"]);
    assert!(d2.iter().all(|line| line.starts_with("D2\t")));
    let (one, two) = (lines(&["list", "--partition", "1/2"]), lines(&["list", "--partition", "2/2"]));
    assert_eq!(one.len() + two.len(), all.len());
    assert!(one.iter().all(|line| !two.contains(line)));
    assert!(test(folder.path(), &["list", "--partition", "3/2"]).code_is(2).err.contains("expected the form 2/5"));
    assert!(test(folder.path(), &["list", "--pattern", "D9"]).code_is(2).err.contains("the values are D1, D2"));
}

#[test]
fn a_case_is_replayed_with_evidence_and_reports() {
    let folder = folder();
    let args = ["replay", EXPORT, IMPORT, "--out", "evidence", "--report", "junit=junit.xml", "--format", "json"];
    let report = test(folder.path(), &args).code_is(0).report();
    assert_eq!(report["verdict"], "valid");
    let outcomes = report["outcomes"].as_array().unwrap();
    let told: Vec<(&str, &str)> =
        outcomes.iter().map(|one| (one["case"].as_str().unwrap(), one["outcome"].as_str().unwrap())).collect();
    assert_eq!(told, [(EXPORT, "pass"), (IMPORT, "pass")]);
    let files: Vec<&str> =
        outcomes[0]["evidence"].as_array().unwrap().iter().filter_map(|one| one["file"].as_str()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        assert!(file.starts_with("d2.export.one-person/exported-1/UP"), "{file}");
        assert!(folder.path().join("evidence").join(file).is_file(), "{file}");
    }
    let junit = fs::read_to_string(folder.path().join("junit.xml")).unwrap();
    assert!(junit.contains("<testsuite name=\"D2\" tests=\"2\""), "{junit}");
    let again = test(folder.path(), &args).code_is(0).report();
    assert_eq!(again, report);
}

#[test]
fn what_cannot_be_run_is_told() {
    let folder = folder();
    let err = |args: &[&str], code| test(folder.path(), args).code_is(code).err;
    assert!(err(&["replay", "d2.none"], 2).contains("there is no case d2.none"));
    assert!(err(&["replay", EXPORT, "--sut", "none.toml"], 2).contains("cannot read none.toml"));
    fs::create_dir(folder.path().join("full")).unwrap();
    fs::write(folder.path().join("full/letter.txt"), "x").unwrap();
    assert!(err(&["replay", EXPORT, "--out", "full"], 2).contains("full holds other things"));
    assert!(folder.path().join("full/letter.txt").is_file());
    // 支援計画書 is not claimed: everything is skipped, and nothing has passed.
    let nothing = test(folder.path(), &["run", "--pattern", "D5", "--report", "json=d5.json"]).code_is(4);
    assert!(nothing.out.contains("[incomplete]") && !nothing.out.contains("[valid]"), "{}", nothing.out);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("d5.json")).unwrap()).unwrap();
    assert_eq!(report["verdict"], "incomplete", "what did not run is not valid");
}

/// Counts what it is asked, and gets into trouble as told.
struct Troubled {
    good: Program,
    exports: BTreeMap<String, u32>,
    /// How often an export of a case is troubled, from the first on.
    times: u32,
    trouble: fn() -> Trouble,
    at_smoke: bool,
}

impl Troubled {
    fn new(times: u32, at_smoke: bool, trouble: fn() -> Trouble) -> Troubled {
        Troubled { good: Program::good(Role::ALL), exports: BTreeMap::new(), times, trouble, at_smoke }
    }
}

fn blocked() -> Trouble {
    Trouble::Blocked(Message::pair("壊れています", "the adapter is broken"))
}

fn failed() -> Trouble {
    Trouble::Failed(Message::pair("止まりました", "it hung"))
}

impl Sut for Troubled {
    fn abilities(&self) -> Abilities {
        self.good.abilities()
    }

    fn reset(&mut self, case: &str) -> Result<(), Trouble> {
        self.good.reset(case)
    }

    fn export(&mut self, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
        let times = self.exports.entry(task.case.to_owned()).or_default();
        *times += 1;
        match *times <= self.times && (task.case != "smoke" || self.at_smoke) {
            true => Err((self.trouble)()),
            false => self.good.export(task),
        }
    }

    fn import(&mut self, task: &ImportTask<'_>) -> Result<Imported, Trouble> {
        self.good.import(task)
    }

    fn dump(&mut self, case: &str) -> Result<Content, Trouble> {
        self.good.dump(case)
    }

    fn exchange(&mut self, task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        self.good.exchange(task)
    }
}

fn outcomes(sut: &mut dyn Sut, options: &Options<'_>) -> Vec<(Outcome, String)> {
    let cases = [EXPORT, IMPORT].map(|id| find(id).unwrap());
    let outcomes = run(sut, &cases, options, &mut |_| {}).unwrap();
    outcomes.into_iter().map(|one| (one.outcome, one.why.map_or_else(String::new, |why| why.en))).collect()
}

#[test]
fn without_a_plain_exchange_every_case_is_blocked_and_none_failed() {
    let options = Options { smoke: true, ..Options::default() };
    for trouble in [blocked, failed] {
        let outcomes = outcomes(&mut Troubled::new(9, true, trouble), &options);
        assert_eq!(outcomes.len(), 2);
        for (outcome, why) in outcomes {
            assert_eq!(outcome, Outcome::Blocked);
            assert!(why.starts_with("the plain exchange at the beginning could not be done: "), "{why}");
        }
    }
}

#[test]
fn without_a_plain_exchange_what_is_not_for_the_software_is_still_not_for_it() {
    let mut troubled = Troubled::new(9, true, blocked);
    let cases = [EXPORT, "v3.schedule.export.one-person"].map(|id| find(id).unwrap());
    troubled.good = Program::good(Role::ALL).claiming([Pattern::D2], Version::ALL);
    let outcomes = run(&mut troubled, &cases, &Options { smoke: true, ..Options::default() }, &mut |_| {}).unwrap();
    let told: Vec<_> = outcomes.iter().map(|one| (one.outcome, one.case.as_str())).collect();
    assert_eq!(told, [(Outcome::Blocked, EXPORT), (Outcome::Skip, "v3.schedule.export.one-person")]);
}

/// Never comes to the platform, and counts how often it was to.
struct Absent {
    good: Program,
    exchanges: u32,
    done: Option<bool>,
}

impl Sut for Absent {
    fn abilities(&self) -> Abilities {
        self.good.abilities()
    }

    fn reset(&mut self, case: &str) -> Result<(), Trouble> {
        self.good.reset(case)
    }

    fn export(&mut self, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
        self.good.export(task)
    }

    fn import(&mut self, task: &ImportTask<'_>) -> Result<Imported, Trouble> {
        self.good.import(task)
    }

    fn dump(&mut self, case: &str) -> Result<Content, Trouble> {
        self.good.dump(case)
    }

    fn exchange(&mut self, _: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        self.exchanges += 1;
        match self.done {
            Some(_) => Ok(Exchanged { done: self.done, message: None }),
            None => Err(failed()),
        }
    }
}

#[test]
fn who_never_comes_to_the_platform_is_asked_once_and_judged_by_its_files_only() {
    let sending = ["transport.send.busy-503", "transport.fetch.one-delivery", "transport.send.no-licence"];
    let cases: Vec<&Case> = [EXPORT].into_iter().chain(sending).filter_map(find).collect();
    for done in [None, Some(false), Some(true)] {
        let mut absent = Absent { good: Program::good(Role::ALL), exchanges: 0, done };
        let options = Options { smoke: true, ..Options::default() };
        let outcomes = run(&mut absent, &cases, &options, &mut |_| {}).unwrap();
        assert_eq!(absent.exchanges, 1);
        assert_eq!(outcomes.len(), 4);
        for one in outcomes {
            let why = one.why.map_or_else(String::new, |why| why.en);
            if one.case == EXPORT {
                assert_eq!((one.outcome, why.as_str()), (Outcome::Pass, ""));
                continue;
            }
            assert_eq!(one.outcome, Outcome::Blocked);
            let of_exchange = if done.is_none() { "it hung" } else { "it never came to the platform" };
            assert!(why.contains(of_exchange), "{why}");
        }
    }
}

#[test]
fn a_case_of_a_version_that_is_not_claimed_says_which() {
    let mut good = Program::good(Role::ALL).claiming([Pattern::D2], [Version::V202208]);
    let outcome = judge(find(EXPORT).unwrap(), &mut good, &Options::default());
    let why = outcome.why.unwrap();
    assert_eq!((outcome.outcome, why.ja.as_str()), (Outcome::Skip, "申告していない版（202407）のケースです"));
    assert_eq!(why.en, "it is about version 202407, which is not claimed");
}

#[test]
fn trouble_after_a_plain_exchange_is_what_the_adapter_says_it_is() {
    let options = Options { smoke: true, ..Options::default() };
    let told = |trouble| outcomes(&mut Troubled::new(9, false, trouble), &options);
    let pass = (Outcome::Pass, String::new());
    assert_eq!(told(blocked), [(Outcome::Blocked, "the adapter is broken".to_owned()), pass.clone()]);
    assert_eq!(told(failed), [(Outcome::Fail, "it hung".to_owned()), pass]);
}

#[test]
fn a_case_is_tried_again_only_when_asked_for_and_says_so() {
    let case = find(EXPORT).unwrap();
    let once = judge(case, &mut Troubled::new(1, false, failed), &Options::default());
    assert_eq!(once.outcome, Outcome::Fail);
    let again = judge(case, &mut Troubled::new(1, false, failed), &Options { retries: 1, ..Options::default() });
    assert_eq!(again.outcome, Outcome::Pass);
    assert!(again.evidence.iter().any(|evidence| evidence.what.en == "passed at retry 1"), "{again:?}");
}

#[test]
fn a_run_goes_on_where_it_stopped_and_tries_again_what_was_blocked() {
    let folder = common::folder();
    let out = folder.path().join("out");
    let options = Options { out: Some(&out), identity: "a", resume: true, ..Options::default() };
    let first = outcomes(&mut Troubled::new(1, false, blocked), &options);
    assert_eq!(first.iter().map(|(outcome, _)| *outcome).collect::<Vec<_>>(), [Outcome::Blocked, Outcome::Pass]);
    // Half a line, as a kill leaves it.
    let path = out.join("renkei-run.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}{{\"case\":\"d2")).unwrap();
    let mut sut = Troubled::new(0, false, blocked);
    let second = outcomes(&mut sut, &options);
    assert_eq!(second.iter().map(|(outcome, _)| *outcome).collect::<Vec<_>>(), [Outcome::Pass, Outcome::Pass]);
    assert_eq!(sut.exports.keys().map(String::as_str).collect::<Vec<_>>(), [EXPORT]);
    let cases = [find(EXPORT).unwrap()];
    let other = Options { identity: "b", ..options };
    let refused = run(&mut Troubled::new(0, false, blocked), &cases, &other, &mut |_| {});
    assert!(matches!(refused, Err(StateError::Usage(_))), "{refused:?}");
}

/// Leaves the first row of each file out.
struct DropsFirstRow;

impl Deviation for DropsFirstRow {
    fn outgoing(&self, mut set: Content) -> Content {
        for document in &mut set.documents {
            document.rows.remove(0);
        }
        set
    }
}

/// Calls everything by a wrong version.
struct WrongVersion;

impl Deviation for WrongVersion {
    fn set(&self, files: Vec<Named>) -> Vec<Named> {
        let replaced = |bytes: Vec<u8>| [b"202410", &bytes[6..]].concat();
        files.into_iter().map(|(name, bytes)| (name, replaced(bytes))).collect()
    }
}

/// Says that all is well, and holds nothing.
struct Forgets;

impl Deviation for Forgets {
    fn taken(&self, _content: Content) -> Content {
        Content::default()
    }
}

/// Writes every set again a minute later.
struct WritesTwice;

impl Deviation for WritesTwice {
    fn set(&self, files: Vec<Named>) -> Vec<Named> {
        let later = |name: &str| name.replace("00.CSV", "59.CSV");
        let again: Vec<Named> = files.iter().map(|(name, bytes)| (later(name), bytes.clone())).collect();
        files.into_iter().chain(again).collect()
    }
}

#[test]
fn what_a_bad_program_does_is_told_without_values() {
    let why = |id: &str, deviation: Box<dyn Deviation>| {
        let mut program = Program::with(Role::ALL, deviation);
        let outcome = judge(find(id).unwrap(), &mut program, &Options::default());
        assert_eq!(outcome.outcome, Outcome::Fail, "{outcome:?}");
        outcome.why.unwrap().en
    };
    let told = why(EXPORT, Box::new(WrongVersion));
    assert!(
        told.starts_with("it does not conform: UPHOSOKU_202610_") || told.contains("[file/version-unknown]"),
        "{told}"
    );
    let told = why(IMPORT, Box::new(Forgets));
    assert!(told.starts_with("what it holds is something else: "), "{told}");
    assert!(told.contains("UPHOSOKU 202610 9970100013→9970100021: is missing"), "{told}");
    let told = why(EXPORT, Box::new(DropsFirstRow));
    assert!(!told.is_empty(), "{told}");
    let told = why(EXPORT, Box::new(WritesTwice));
    let set = "UPHOSOKU_202610_9970100013_43_9970100021_11_202610201800";
    assert_eq!(
        told,
        format!("what it wrote says something else: the same set was written twice: {set}00.CSV, {set}59.CSV")
    );
}
