//! `renkei test init`: it asks, takes options for answers, writes what can be read, and overwrites nothing.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::path::Path;

use common::{finish, folder, renkei};
use renkei_reports::Pattern;
use renkei_suites::suite::adapter::settings::{ADAPTERS, Settings, Way};
use renkei_validator::spec::{Party, Version};

fn read(folder: &Path) -> Settings {
    Settings::load(&folder.join("sut.toml")).unwrap()
}

#[test]
fn answers_from_a_pipe_are_written() {
    let folder = folder();
    let answers = "見本ケアソフト\n見本\"システム\nprovider, center\nD3,予定(6,7表)\n\ncommand\n";
    let run = finish(renkei(folder.path()).args(["test", "init", "--lang", "ja"]), answers.as_bytes()).code_is(0);
    assert_eq!(run.out, "sut.toml を作りました。コマンドを書き換えてから、renkei test run を実行してください\n");
    assert!(
        run.err.starts_with("介護ソフト名 [介護ソフト]: 提供会社名 [提供会社]: 役割（care-manager, "),
        "{}",
        run.err
    );
    let settings = read(folder.path());
    assert_eq!((settings.product.as_str(), settings.company.as_str()), ("見本ケアソフト", "見本\"システム"));
    assert_eq!(settings.roles, [Party::Provider, Party::Center]);
    assert_eq!(settings.patterns, [Pattern::D3, Pattern::Schedule]);
    assert_eq!((settings.versions, settings.way), (vec![Version::V202208, Version::V202407], Way::Command));
}

#[test]
fn a_machine_is_asked_nothing_and_every_adapter_can_be_read() {
    for adapter in ADAPTERS {
        let folder = folder();
        let args = ["test", "init", "--lang", "en", "--yes", "--product", "p", "--adapter", adapter];
        let run = finish(renkei(folder.path()).args(args), b"").code_is(0);
        assert_eq!(run.err, "", "{adapter}");
        let commands = !["attended", "in-process"].contains(&adapter);
        assert_eq!(run.out.contains("put the commands in"), commands, "{adapter}: {}", run.out);
        // Who has no exit code for renkei to look at is told how else to say that something was not done.
        let text = fs::read_to_string(folder.path().join("sut.toml")).unwrap();
        assert_eq!(text.contains(r#"# {"schema": "renkei-result/1", "done": true}"#), adapter == "http", "{text}");
        let settings = read(folder.path());
        assert_eq!((settings.product.as_str(), settings.roles), ("p", vec![Party::CareManager]), "{adapter}");
    }
}

#[test]
fn a_file_that_is_there_stays_unless_forced() {
    let folder = folder();
    fs::write(folder.path().join("sut.toml"), "mine").unwrap();
    let run = finish(renkei(folder.path()).args(["test", "init", "--lang", "en", "--yes"]), b"").code_is(2);
    assert!(run.err.contains("sut.toml is there already; --force overwrites it"), "{}", run.err);
    assert_eq!(fs::read_to_string(folder.path().join("sut.toml")).unwrap(), "mine");
    finish(renkei(folder.path()).args(["test", "init", "--lang", "en", "--yes", "--force"]), b"").code_is(0);
    assert_eq!(read(folder.path()).company, "提供会社");
}

#[test]
fn an_answer_that_is_no_value_is_refused_and_nothing_written() {
    let folder = folder();
    let args = ["test", "init", "--lang", "en", "--yes", "--patterns", "D1,D9"];
    let run = finish(renkei(folder.path()).args(args), b"").code_is(2);
    assert!(run.err.contains("patterns claimed: D9 is no value of it; there are D1, D2, "), "{}", run.err);
    assert!(!folder.path().join("sut.toml").exists());
}
