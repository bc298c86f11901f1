//! The adapters `folder` and `http`: when what runs beside renkei is done, and what is made of it when it is not.
//! The program is a thread of this test.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use common::folder;
use renkei_suites::suite::adapter::settings::Settings;
use renkei_suites::suite::adapter::{Adapter, open};
use renkei_suites::suite::case::find;
use renkei_suites::suite::compare::Named;
use renkei_suites::suite::content::Content;
use renkei_suites::suite::run::{Options, judge};
use renkei_suites::suite::sut::{
    Answer, ExchangeTask, Exchanged, ExportTask, ImportTask, Operation, Role, Sut, Trouble,
};
use renkei_validator::spec::Version;

const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20261001090000.CSV";
const ROWS: &[u8] = b"202407,990010,0000000001,202610\r\n";

fn sut(root: &Path, rest: &str) -> Box<dyn Sut> {
    let text = format!(
        "product = \"p\"\ncompany = \"c\"\nroles = [\"care-manager\"]\npatterns = [\"D2\"]\n\
         versions = [\"202407\"]\n{rest}"
    );
    match open(Settings::parse("sut.toml", &text, root).unwrap(), &root.join("work")).unwrap() {
        Adapter::Ready(sut) => sut,
        _ => panic!("nobody is asked"),
    }
}

fn by_folder(root: &Path, done: &str, limit: u32) -> Box<dyn Sut> {
    sut(
        root,
        &format!(
            "adapter = \"folder\"\n[folder]\npath = \"x\"\ndone = \"{done}\"\nquiet = 0.2\n\
             [limits]\nexport = {limit}\nimport = {limit}\n"
        ),
    )
}

/// Waits until a folder holds a file with that end, and gives its path.
fn next(folder: &Path, end: &str) -> PathBuf {
    loop {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        if let Some(path) = entries.into_iter().find(|path| path.to_str().unwrap().ends_with(end)) {
            return path;
        }
        thread::yield_now();
    }
}

fn export(sut: &mut dyn Sut) -> Result<Vec<Named>, Trouble> {
    let content = Content::from_files(&[(NAME.to_owned(), ROWS.to_vec())]).unwrap();
    sut.export(&ExportTask {
        case: "sample",
        role: Role::CareManager,
        version: Version::V202407,
        content: &content,
        before: None,
        operation: Operation::New,
    })
}

fn import(sut: &mut dyn Sut) -> Result<Vec<Answer>, Trouble> {
    let files = [(NAME.to_owned(), ROWS.to_vec())];
    let task = ImportTask { case: "sample", role: Role::Provider, office: None, files: &files };
    Ok(sut.import(&task)?.answers)
}

fn failed<T: std::fmt::Debug>(result: Result<T, Trouble>) -> String {
    match result.unwrap_err() {
        Trouble::Failed(why) => why.en,
        Trouble::Blocked(why) => panic!("blocked: {}", why.en),
    }
}

fn blocked<T: std::fmt::Debug>(result: Result<T, Trouble>) -> String {
    match result.unwrap_err() {
        Trouble::Blocked(why) => why.en,
        Trouble::Failed(why) => panic!("failed: {}", why.en),
    }
}

#[test]
fn what_is_taken_away_is_done_and_what_is_moved_is_refused() {
    let folder = folder();
    let root = folder.path().join("x");
    let mut sut = by_folder(folder.path(), "taken", 60);
    let at = root.clone();
    let program = thread::spawn(move || {
        let task = next(&at.join("tasks"), "-export.json");
        let json: serde_json::Value = serde_json::from_slice(&fs::read(&task).unwrap()).unwrap();
        fs::write(at.join("outbox").join(NAME), ROWS).unwrap();
        fs::remove_file(task).unwrap();
        fs::rename(next(&at.join("inbox"), ".CSV"), at.join("refused").join(NAME)).unwrap();
        fs::remove_file(next(&at.join("inbox"), ".CSV")).unwrap();
        json
    });
    assert_eq!(export(&mut *sut).unwrap(), [(NAME.to_owned(), ROWS.to_vec())]);
    let answer = |accepted| Answer { file: NAME.to_owned(), accepted, message: None };
    assert_eq!(import(&mut *sut).unwrap(), [answer(false)]);
    assert_eq!(import(&mut *sut).unwrap(), [answer(true)]);
    let task = program.join().unwrap();
    assert_eq!((&task["schema"], &task["task"]), (&"renkei-task/1".into(), &"export".into()));
    assert_eq!((&task["operation"], &task["version"]), (&"new".into(), &"202407".into()));
    assert_eq!(task["content"]["documents"][0]["kind"], "DLTPLAN");
    for name in ["tasks", "inbox", "outbox", "refused", "answers"] {
        assert_eq!(fs::read_dir(root.join(name)).unwrap().count(), 0, "{name} is empty again");
    }
}

#[test]
fn a_folder_at_rest_is_done() {
    let folder = folder();
    let root = folder.path().join("x");
    let mut sut = by_folder(folder.path(), "quiet", 60);
    let program = thread::spawn(move || {
        next(&root.join("tasks"), "-export.json");
        let unfinished = root.join("outbox/a.part");
        fs::write(&unfinished, ROWS).unwrap();
        fs::rename(unfinished, root.join("outbox").join(NAME)).unwrap();
    });
    assert_eq!(export(&mut *sut).unwrap(), [(NAME.to_owned(), ROWS.to_vec())]);
    program.join().unwrap();
}

#[test]
fn nobody_at_the_folders_is_a_failure_with_what_was_left() {
    let folder = folder();
    let told = failed(export(&mut *by_folder(folder.path(), "answer", 1)));
    assert_eq!(told, "the export was not over within 1 s (limit: limits.export)");
    let root = folder.path().join("x");
    let program = thread::spawn(move || {
        next(&root.join("tasks"), "-export.json");
        fs::write(root.join("outbox/a.CSV.part"), ROWS).unwrap();
    });
    let told = failed(export(&mut *by_folder(folder.path(), "answer", 1)));
    assert_eq!(
        told,
        "the export was not over within 1 s (limit: limits.export); a file was left half-written: a.CSV.part"
    );
    program.join().unwrap();
}

#[test]
fn an_answer_that_stays_garbage_is_blocked_and_files_beside_are_a_failure() {
    let folder = folder();
    let root = folder.path().join("x");
    let mut sut = by_folder(folder.path(), "answer", 60);
    let at = root.clone();
    let program = thread::spawn(move || {
        let name = next(&at.join("tasks"), "-import.json").file_name().unwrap().to_owned();
        fs::write(at.join("answers").join(name), "見本 花子").unwrap();
        let name = next(&at.join("tasks"), "-export.json").file_name().unwrap().to_owned();
        fs::write(at.join(NAME), ROWS).unwrap();
        fs::write(at.join("answers/a.writing"), r#"{"schema": "renkei-result/1", "done": true}"#).unwrap();
        fs::rename(at.join("answers/a.writing"), at.join("answers").join(name)).unwrap();
    });
    let told = blocked(import(&mut *sut));
    assert!(told.ends_with("is not readable: line 1, byte 1: this is not JSON"), "{told}");
    assert_eq!(failed(export(&mut *sut)), format!("it wrote outside its folder: {}", root.join(NAME).display()));
    program.join().unwrap();
}

#[test]
fn folders_with_something_in_them_are_left_alone() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("x/outbox")).unwrap();
    fs::write(folder.path().join("x/outbox/real.CSV"), ROWS).unwrap();
    let told = blocked(export(&mut *by_folder(folder.path(), "answer", 60)));
    assert!(told.ends_with("is not empty; move away what is in it and run again"), "{told}");
    assert_eq!(fs::read(folder.path().join("x/outbox/real.CSV")).unwrap(), ROWS);
}

fn exchange(root: &Path, limit: u32, http: &str) -> Result<Exchanged, Trouble> {
    let mut sut =
        sut(root, &format!("adapter = \"http\"\n[http]\nquiet = 0.2\n{http}\n[limits]\nexchange = {limit}\n"));
    assert!(sut.abilities().exchange && !sut.abilities().export);
    sut.exchange(&ExchangeTask {
        case: "sample",
        role: Role::CareManager,
        office: "9970100013",
        platform: "https://localhost:1",
        ca: root.join("ca.pem"),
        p12: root.join("client.p12"),
        p12_password: "p",
        personal: ("c9970100013", "p"),
        office_user: ("KJ999970100013", "p"),
        profile: root.join("client.toml"),
        outbox: root.join("outbox"),
        inbox: root.join("inbox"),
        memory: root.join("memory"),
        journal: root.join("journal.jsonl"),
    })
}

#[test]
fn a_client_that_runs_already_is_told_and_waited_for() {
    let folder = folder();
    let root = folder.path().to_owned();
    let program = thread::spawn(move || {
        let told = next(&root, "platform.json");
        let mut journal = OpenOptions::new().create(true).append(true).open(root.join("journal.jsonl")).unwrap();
        journal.write_all(b"{}\n").unwrap();
        fs::read_to_string(told).unwrap()
    });
    let exchanged = exchange(folder.path(), 60, "tell = \"platform.json\"").unwrap();
    assert_eq!(exchanged, Exchanged { done: None, message: None });
    let told: serde_json::Value = serde_json::from_str(&program.join().unwrap()).unwrap();
    assert_eq!((&told["url"], &told["office"]), (&"https://localhost:1".into(), &"9970100013".into()));
    assert!(!folder.path().join("platform.json").exists(), "it is there during the exchange only");
}

#[test]
fn a_client_that_never_comes_has_failed() {
    let folder = folder();
    let told = failed(exchange(folder.path(), 1, "tell = \"platform.json\""));
    assert_eq!(told, "nobody came to the platform within 1 s (limit: limits.exchange)");
}

#[test]
fn a_client_that_ends_says_by_its_code_whether_all_was_done() {
    let folder = folder();
    let program = std::env::current_exe().unwrap();
    let start = |test: &str| format!("start = ['{}', '--exact', '{test}']", program.display());
    // Of the tests of this file, one that passes, and none at all.
    let done = exchange(folder.path(), 60, &start("no_such_test")).unwrap();
    assert_eq!(done, Exchanged { done: Some(true), message: None });
    let undone = exchange(folder.path(), 60, &format!("start = ['{}', '--no-such-option']", program.display()));
    assert_eq!(undone.unwrap(), Exchanged { done: Some(false), message: None });
    let missing = blocked(exchange(folder.path(), 60, "start = ['renkei-no-such-program']"));
    assert!(missing.starts_with("cannot start renkei-no-such-program: "), "{missing}");
}

#[test]
fn a_client_that_ended_before_it_connected_is_told_as_that() {
    let folder = folder();
    let program = std::env::current_exe().unwrap();
    let rest = format!("adapter = \"http\"\n[http]\nstart = ['{}', '--no-such-option']\n", program.display());
    let outcome =
        judge(find("transport.send.one-delivery").unwrap(), &mut *sut(folder.path(), &rest), &Options::default());
    assert_eq!(outcome.why.unwrap().en, "it never came to the platform: \"plan\" of the outbox was not delivered");
}
