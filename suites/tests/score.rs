//! `renkei score`: what another importer said, held against the manifest.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::path::Path;

use common::{Outcome, finish, folder, folder_with, renkei, run};
use serde_json::Value;
use tempfile::TempDir;

/// Two rules, one of them with a mutant below an error.
const RULES: [&str; 2] = ["name/not-a-standard-name", "set/companion-missing"];

/// A folder with mutants, and their manifest.
fn mutants() -> (TempDir, Value) {
    let folder = folder_with(&["202407-prevention", "202407-table"]);
    fs::create_dir(folder.path().join("in")).unwrap();
    for set in ["202407-prevention", "202407-table"] {
        fs::rename(folder.path().join(set), folder.path().join("in").join(set)).unwrap();
    }
    run(folder.path(), ["mutate", "--from", "in", "--rule", RULES[0], "--rule", RULES[1], "--out", "m"]).code_is(0);
    let manifest = serde_json::from_slice(&fs::read(folder.path().join("m/manifest.json")).unwrap()).unwrap();
    (folder, manifest)
}

/// The verdicts that deserve a full score.
fn right(manifest: &Value) -> Vec<(String, &'static str)> {
    let sets = manifest["mutants"].as_array().unwrap().iter().chain(manifest["controls"].as_array().unwrap());
    sets.map(|set| {
        let verdict = if set["expect"] == "rejected" { "rejected" } else { "accepted" };
        (set["id"].as_str().unwrap().to_owned(), verdict)
    })
    .collect()
}

fn csv(verdicts: &[(String, &str)]) -> String {
    verdicts.iter().map(|(id, verdict)| format!("{id},{verdict}\r\n")).collect()
}

fn score(folder: &Path, verdicts: &[u8], args: &[&str]) -> Outcome {
    fs::write(folder.join("v.csv"), verdicts).unwrap();
    let given = ["score", "--lang", "en", "--manifest", "m/manifest.json", "--verdicts", "v.csv"];
    finish(renkei(folder).args(given).args(args), b"")
}

#[test]
fn a_full_score_in_any_encoding_ends_with_0() {
    let (folder, manifest) = mutants();
    let verdicts = csv(&right(&manifest));
    let rejected = manifest["mutants"].as_array().unwrap().iter().filter(|m| m["expect"] == "rejected").count();
    let lower = manifest["mutants"].as_array().unwrap().len() - rejected;
    assert!(rejected >= 3 && lower >= 1, "{rejected} {lower}");
    let cp932 = [b"id,verdict,\x83\x81\x83\x62\x83\x5A\x81\x5B\x83\x57\r\n", verdicts.as_bytes()].concat();
    let bom = [b"\xEF\xBB\xBF", "id,verdict,メッセージ\n".as_bytes(), verdicts.as_bytes()].concat();
    for bytes in [verdicts.as_bytes(), &cp932, &bom] {
        let outcome = score(folder.path(), bytes, &[]).code_is(0);
        assert!(outcome.out.contains(&format!("detected {rejected}/{rejected} (100.0%), missed 0, unanswered 0\n")));
        assert!(outcome.out.contains("over-rejected 0"), "{}", outcome.out);
        let below = format!("counted apart): accepted {lower}, rejected 0, unanswered 0\n");
        assert!(outcome.out.ends_with(&below), "{}", outcome.out);
    }
}

#[test]
fn what_is_missed_over_rejected_and_unanswered_is_told_by_id() {
    let (folder, manifest) = mutants();
    let mut verdicts = right(&manifest);
    let missed = verdicts.iter().position(|(id, _)| id == "set/companion-missing/01").unwrap();
    verdicts[missed].1 = "accepted,\"read, without a word\"";
    let over = verdicts.iter().position(|(id, _)| id == "control/01").unwrap();
    verdicts[over].1 = "REJECTED,表";
    let gone = verdicts.iter().position(|(id, _)| id == "name/not-a-standard-name/01").unwrap();
    let unanswered = verdicts.remove(gone).0;
    let text = csv(&verdicts);
    let outcome = score(folder.path(), text.as_bytes(), &[]).code_is(1);
    for line in [
        "  set/companion-missing/01: read, without a word\n",
        "  control/01: 表\n",
        "\nunanswered\n  name/not-a-standard-name/01\n",
        "missed 1, unanswered 1\n",
        "over-rejected 1, unanswered 0\n",
    ] {
        assert!(outcome.out.contains(line), "{line}\n{}", outcome.out);
    }
    let json = score(folder.path(), text.as_bytes(), &["--format", "json"]).code_is(1).report();
    assert_eq!(json["schema"], "renkei-score/1");
    assert_eq!(json["perfect"], false);
    assert_eq!(json["missed"][0]["id"], "set/companion-missing/01");
    assert_eq!(json["missed"][0]["message"], "read, without a word");
    assert_eq!(json["over_rejected"][0]["id"], "control/01");
    assert_eq!(json["unanswered"], serde_json::json!([unanswered]));
    let names = |list: &str| -> Vec<String> {
        json[list].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("rules"), RULES);
    assert_eq!(names("layers"), ["name", "set"]);
    assert_eq!(json["rules"][1]["missed"], 1);
    assert_eq!(json["layers"][0]["unanswered"], 1);
}

#[test]
fn a_rejected_warning_is_counted_apart_and_fails_nothing() {
    let (folder, manifest) = mutants();
    let lower = manifest["mutants"].as_array().unwrap().iter().find(|m| m["expect"] == "accepted-or-warned").unwrap();
    let lower = lower["id"].as_str().unwrap();
    let mut verdicts = right(&manifest);
    verdicts.iter_mut().find(|(id, _)| id == lower).unwrap().1 = "rejected";
    let outcome = score(folder.path(), csv(&verdicts).as_bytes(), &[]).code_is(0);
    let told = format!("\nrejected though below an error (counts for nothing)\n  {lower}\n");
    assert!(outcome.out.contains(&told), "{}", outcome.out);
}

#[test]
fn verdicts_that_cannot_be_read_are_told_with_their_line() {
    let (folder, manifest) = mutants();
    let right = csv(&right(&manifest));
    for (verdicts, code, en) in [
        ("id,verdict\ncontrol/01,maybe\n".to_owned(), 2, "v.csv: line 2: \"maybe\" is neither accepted nor rejected"),
        ("control/01\n".to_owned(), 2, "v.csv: line 1: expected id,verdict[,message]"),
        (format!("{right}control/01,accepted\r\n"), 2, ": control/01 stands on line "),
        (
            format!("{right}x/y/01,accepted\r\n"),
            2,
            "v.csv: ids that the manifest has not: x/y/01; an id is what manifest.json calls id, such as ",
        ),
        (String::new(), 4, "there is nothing to score"),
        ("id,verdict\r\n".to_owned(), 4, "there is nothing to score"),
    ] {
        let outcome = score(folder.path(), verdicts.as_bytes(), &[]).code_is(code);
        assert!(outcome.err.contains(en), "{}", outcome.err);
        assert_eq!(outcome.out, "");
    }
    let outcome = score(folder.path(), b"\xFF\xFEc\0", &[]).code_is(2);
    assert!(outcome.err.contains("UTF-16"), "{}", outcome.err);
}

#[test]
fn what_is_no_manifest_is_told() {
    let folder = folder();
    fs::write(folder.path().join("v.csv"), b"a,accepted\n").unwrap();
    let told = |name: &str, lang: &str| {
        let args = ["score", "--lang", lang, "--manifest", name, "--verdicts", "v.csv"];
        run(folder.path(), args).code_is(2).err
    };
    assert!(told("missing.json", "en").starts_with("error: cannot read missing.json: "));
    assert_eq!(told("missing.json", "ja"), "エラー: missing.json を読み取れません: 見つかりません\n");
    for (name, content, en) in [
        ("text.json", "no json", "not the JSON of a manifest"),
        ("old.json", r#"{"schema":"renkei-mutants/0"}"#, "schema is \"renkei-mutants/0\""),
        ("half.json", r#"{"schema":"renkei-mutants/1"}"#, "missing field"),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
        let err = told(name, "en");
        assert!(err.starts_with(&format!("error: {name} is no manifest: ")) && err.contains(en), "{err}");
        assert!(told(name, "ja").contains("マニフェストではありません"));
    }
    let outcome = run(folder.path(), ["score", "--lang", "en", "--manifest", "v.csv"]).code_is(2);
    assert!(outcome.err.contains("--verdicts"), "{}", outcome.err);
}
