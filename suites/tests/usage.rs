//! Languages, colours, `renkei.toml`, and the verbs that judge nothing.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and says why it is skipped"
)]

mod common;

use std::fs;

use common::{TABLE6, finish, folder, folder_with, renkei, run, table6_with_fault};

#[test]
fn help_is_in_the_language_asked_for() {
    let folder = folder();
    for verb in [
        &["--help"][..],
        &["check", "--help"],
        &["explain", "-h"],
        &["rules", "-h"],
        &["faults", "-h"],
        &["report", "-h"],
        &["mutate", "-h"],
        &["score", "-h"],
        &["generate", "-h"],
    ] {
        let ja = finish(renkei(folder.path()).args(verb).args(["--lang", "ja"]), b"").code_is(0);
        assert!(ja.out.contains("使い方: renkei") && ja.out.contains("オプション:"), "{}", ja.out);
        assert!(!ja.out.contains("Usage"), "{}", ja.out);
        let en = finish(renkei(folder.path()).args(["--lang=en"]).args(verb), b"").code_is(0);
        assert!(en.out.contains("Usage: renkei") && en.out.contains("Options:"), "{}", en.out);
        assert!(en.out.ends_with('\n'));
    }
}

#[test]
fn help_may_be_asked_for_as_a_verb() {
    let folder = folder();
    for lang in ["ja", "en"] {
        for (asked, same) in [
            (&["help"][..], &["--help"][..]),
            (&["help", "check"], &["check", "--help"]),
            (&["help", "test", "run"], &["test", "run", "--help"]),
            (&["--color", "never", "--lang=ja", "help", "check"], &["check", "--lang=ja", "--help"]),
        ] {
            let of = |args: &[&str]| finish(renkei(folder.path()).args(args).args(["--lang", lang]), b"").code_is(0);
            assert_eq!(of(asked).out, of(same).out);
        }
        let unknown = run(folder.path(), ["help", "chekc", "--lang", lang]).code_is(2);
        assert!(unknown.err.contains("check"), "{}", unknown.err);
    }
}

#[cfg(unix)]
#[test]
fn the_locale_decides_where_nothing_is_said_and_no_locale_is_japanese() {
    let folder = folder();
    let complaint = |name: &str, value: &str| {
        let mut command = renkei(folder.path());
        if !name.is_empty() {
            command.env(name, value);
        }
        finish(command.args(["check", "missing.CSV"]), b"").code_is(3).err
    };
    let ja = "エラー: missing.CSV を読み取れません: 見つかりません\n";
    assert_eq!(complaint("LANG", "ja_JP.UTF-8"), ja);
    assert_eq!(complaint("LC_ALL", "ja_JP.eucJP"), ja);
    assert_eq!(complaint("", ""), ja);
    for locale in ["en_US.UTF-8", "C.UTF-8", "de_DE"] {
        let en = complaint("LC_MESSAGES", locale);
        assert!(en.starts_with("error: cannot read missing.CSV: "), "{locale}: {en}");
    }
}

#[test]
fn the_report_speaks_the_language_asked_for() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let ja = run(folder.path(), ["check", TABLE6, "--lang", "ja"]).code_is(1).out;
    let en = run(folder.path(), ["check", TABLE6, "--lang", "en"]).code_is(1).out;
    assert!(ja.contains("です") || ja.contains("ません"), "{ja}");
    assert!(!en.contains("です") && !en.contains("ません"), "{en}");
    assert!(en.contains("cell/date-does-not-exist"), "{en}");
}

#[test]
fn colours_come_only_when_asked_for_or_on_a_terminal() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let colored = |args: &[&str], no_color: bool| {
        let mut command = renkei(folder.path());
        if no_color {
            command.env("NO_COLOR", "1");
        }
        finish(command.args(["check", TABLE6]).args(args), b"").code_is(1).out.contains('\x1B')
    };
    assert!(!colored(&[], false), "a pipe is no terminal");
    assert!(!colored(&[], true));
    assert!(!colored(&["--color", "never"], false));
    assert!(colored(&["--color", "always"], false));
    assert!(colored(&["--color", "always"], true), "what is asked for wins over NO_COLOR");
    assert!(!colored(&["--color", "always", "--format", "json"], false), "JSON has no colours");
}

#[test]
fn the_configuration_is_read_and_the_command_line_wins() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), table6_with_fault()).unwrap();
    let toml = "lang = \"en\"\nformat = \"json\"\nfail_on = \"none\"\nas_of = 2026-10-11\nmax_findings = 7\n";
    fs::write(folder.path().join("renkei.toml"), toml).unwrap();
    let report = run(folder.path(), ["check", TABLE6]).code_is(0).report();
    assert_eq!(report["as_of"], "2026-10-11");
    assert_eq!(report["fail_on"], "none");
    assert_eq!(report["kept_per_rule_and_file"], 7);
    let args = ["check", TABLE6, "--fail-on", "error", "--as-of", "2026-10-12", "--max-findings", "8"];
    let report = run(folder.path(), args).code_is(1).report();
    assert_eq!(report["as_of"], "2026-10-12");
    assert_eq!(report["kept_per_rule_and_file"], 8);
    assert!(run(folder.path(), ["--help"]).out.contains("Usage:"), "its language holds for help, too");
}

#[test]
fn a_text_file_in_another_encoding_is_told_to_be_saved_as_utf8() {
    let folder = folder_with(&["202407-table"]);
    // 設定 in Shift_JIS.
    fs::write(folder.path().join("sjis.toml"), b"# \x90\xDD\x92\xE8\r\n").unwrap();
    for args in [
        &["check", "202407-table", "--config", "sjis.toml"][..],
        &["check", "202407-table", "--baseline", "sjis.toml"],
        &["test", "run", "--sut", "sjis.toml"],
        &["client", "--profile", "sjis.toml", "--outbox", "out", "--inbox", "in"],
        &["serve", "--faults", "sjis.toml", "--data", "demo"],
    ] {
        let told = |lang: &str| run(folder.path(), [args, &["--lang", lang]].concat()).code_is(2).err;
        let (ja, en) = (told("ja"), told("en"));
        let says = "UTF-8の文字として読み取れません。UTF-8で保存してください";
        assert!(ja.contains("sjis.toml") && ja.contains(says), "{args:?}\n{ja}");
        assert!(en.contains("sjis.toml: it is not in UTF-8; save it as UTF-8"), "{args:?}\n{en}");
    }
}

#[test]
fn a_report_without_arguments_wants_a_record() {
    let folder = folder();
    let told = |lang: &str| run(folder.path(), ["report", "--lang", lang]).code_is(2).err;
    assert!(told("ja").starts_with("エラー: --from <PATH> が必要です\n"), "{}", told("ja"));
    assert!(told("en").contains("not provided:\n  --from <PATH>\n"), "{}", told("en"));
    run(folder.path(), ["report", "--schema"]).code_is(0);
}

#[test]
fn an_unknown_key_is_an_error_with_file_line_and_key() {
    let folder = folder_with(&["202407-table"]);
    fs::write(folder.path().join("renkei.toml"), "lang = \"ja\"\nfail-on = \"error\"\n").unwrap();
    let outcome = run(folder.path(), ["check", "202407-table"]).code_is(2);
    assert_eq!(outcome.out, "");
    assert!(outcome.err.starts_with("エラー: renkei.tomlの2行目: fail-on: "), "{}", outcome.err);
    assert!(outcome.err.contains("fail_on"), "{}", outcome.err);
}

#[test]
fn a_named_configuration_must_exist_and_the_default_one_need_not() {
    let folder = folder_with(&["202407-table"]);
    run(folder.path(), ["check", "202407-table", "--as-of", "2026-10-10"]).code_is(0);
    let outcome = run(folder.path(), ["check", "202407-table", "--config", "no.toml", "--lang", "en"]).code_is(2);
    assert!(outcome.err.starts_with("error: cannot read the configuration no.toml: "), "{}", outcome.err);
    fs::write(folder.path().join("other.toml"), "format = 1\n").unwrap();
    let outcome = run(folder.path(), ["check", "202407-table", "--config=other.toml", "--lang", "en"]).code_is(2);
    assert!(outcome.err.starts_with("error: other.toml, line 1: format: "), "{}", outcome.err);
}

#[test]
fn a_rule_is_explained_in_both_languages() {
    let folder = folder();
    for lang in ["ja", "en"] {
        let outcome = run(folder.path(), ["explain", "cell/date-does-not-exist", "--lang", lang]).code_is(0);
        assert!(outcome.out.contains("cell/date-does-not-exist"), "{}", outcome.out);
    }
}

#[test]
fn an_unknown_rule_is_an_error_that_names_the_nearest() {
    let folder = folder();
    for id in ["cell/date-doesnt-exist", "date-does-not-exist", "row/date-does-not-exist"] {
        let outcome = run(folder.path(), ["explain", id, "--lang", "en"]).code_is(2);
        let expected = format!("error: no rule {id}; the nearest are cell/date-does-not-exist, ");
        assert!(outcome.err.starts_with(&expected), "{}", outcome.err);
        assert_eq!(outcome.out, "");
    }
}

#[test]
fn rules_are_listed_in_every_format() {
    let folder = folder();
    for args in [&["rules"][..], &["rules", "--format", "text"], &["rules", "--format", "markdown"]] {
        let outcome = run(folder.path(), args).code_is(0);
        assert!(outcome.out.contains("cell/date-does-not-exist"), "{args:?}");
    }
    let outcome = run(folder.path(), ["rules", "--format", "json"]).code_is(0);
    let _: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
}

#[test]
fn the_schema_is_json() {
    let folder = folder();
    let outcome = run(folder.path(), ["report", "--schema"]).code_is(0);
    let schema: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    assert!(schema.is_object());
}

#[test]
fn the_version_is_that_of_the_workspace() {
    let folder = folder();
    let outcome = run(folder.path(), ["--version"]).code_is(0);
    assert_eq!(outcome.out, format!("renkei {}\n", env!("CARGO_PKG_VERSION")));
}
