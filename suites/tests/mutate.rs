//! `renkei mutate`: sets with one known fault, and what it refuses.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{Outcome, TABLE6, check_json, clean, finish, folder, folder_with, renkei, run, table6_with_fault};
use serde_json::Value;

fn mutate(folder: &Path, args: &[&str]) -> Outcome {
    finish(renkei(folder).args(["mutate", "--lang", "en"]).args(args), b"")
}

fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap()
}

/// Every file below a folder, by its path in it.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The names of what stands in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn samples() -> String {
    clean("").to_str().unwrap().to_owned()
}

#[test]
fn all_mutants_of_the_samples_are_written_and_each_is_found_by_check() {
    let folder = folder();
    let outcome = mutate(folder.path(), &["--from", &samples(), "--all", "--out", "m"]).code_is(0);
    assert_eq!(outcome.err, "");
    let manifest = manifest(&folder.path().join("m"));
    let mutants = manifest["mutants"].as_array().unwrap();
    let controls = manifest["controls"].as_array().unwrap();
    assert!(mutants.len() > 200 && controls.len() == 7, "{} {}", mutants.len(), controls.len());
    assert_eq!(manifest["not_applied"].as_array().unwrap().len(), 0);
    assert!(outcome.out.starts_with(&format!("wrote m: mutants {} (rules ", mutants.len())), "{}", outcome.out);
    let written = tree(&folder.path().join("m"));
    let mut listed = 1;
    for set in mutants.iter().chain(controls) {
        for file in set["files"].as_array().unwrap() {
            let name = format!("{}/{}", set["folder"].as_str().unwrap(), file.as_str().unwrap());
            assert!(written.contains_key(&name), "{name}");
            listed += 1;
        }
    }
    assert_eq!(written.len(), listed, "nothing but what the manifest lists is written");
    for mutant in mutants.iter().step_by(20) {
        let report = check_json(&folder.path().join("m"), [mutant["folder"].as_str().unwrap()]).report();
        let found = report["findings"].as_array().unwrap();
        assert!(found.iter().any(|finding| finding["rule"] == mutant["rule"]), "{}", mutant["id"]);
    }
    check_json(folder.path(), ["m/control"]).code_is(0);
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let folder = folder_with(&["202407-table", "202407-plan", "202208-table"]);
    fs::create_dir(folder.path().join("in")).unwrap();
    for set in ["202407-table", "202407-plan", "202208-table"] {
        fs::rename(folder.path().join(set), folder.path().join("in").join(set)).unwrap();
    }
    for out in ["a", "b"] {
        mutate(folder.path(), &["--from", "in", "--all", "--seed", "9", "--out", out]).code_is(0);
    }
    assert_eq!(tree(&folder.path().join("a")), tree(&folder.path().join("b")));
    mutate(folder.path(), &["--from", "in", "--all", "--seed", "10", "--out", "c"]).code_is(0);
    assert_ne!(tree(&folder.path().join("a")), tree(&folder.path().join("c")));
    assert_eq!(names(folder.path()), ["a", "b", "c", "in"], "nothing is left beside them");
}

#[test]
fn a_folder_that_is_a_set_itself_is_a_parent_and_the_rest_is_told() {
    let folder = folder_with(&["202208-table"]);
    let args = ["--from", "202208-table", "--rule", "set/image-named-but-absent", "--rule", "cell/too-long"];
    let outcome = mutate(folder.path(), &[&args[..], &["--out", "x/y"]].concat()).code_is(0);
    let why = "there is no set of a version that the rule applies to";
    assert_eq!(outcome.err, format!("note: set/image-named-but-absent/01 is not made: {why}\n"));
    let manifest = manifest(&folder.path().join("x/y"));
    assert_eq!(manifest["controls"][0]["parent"], ".");
    assert_eq!(manifest["not_applied"][0]["id"], "set/image-named-but-absent/01");
    assert_eq!(manifest["not_applied"][0]["reason"]["en"], why);
    let args = ["--from", "202208-table", "--rule", "set/image-named-but-absent", "--out", "z"];
    let outcome = mutate(folder.path(), &args).code_is(4);
    assert!(outcome.err.ends_with("error: no mutant could be made\n"), "{}", outcome.err);
    assert_eq!(names(folder.path()), ["202208-table", "x"]);
}

#[test]
fn a_folder_that_is_not_empty_is_written_with_force_only_and_keeps_what_is_not_ours() {
    let folder = folder_with(&["202407-table"]);
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("out/note.txt"), b"mine").unwrap();
    let all = ["--from", "202407-table", "--all", "--out", "out"];
    let outcome = mutate(folder.path(), &all).code_is(2);
    assert_eq!(outcome.err, "error: the folder out is not empty; --force replaces earlier mutants in it\n");
    assert_eq!(names(&folder.path().join("out")), ["note.txt"]);
    mutate(folder.path(), &[&all[..], &["--force"]].concat()).code_is(0);
    assert!(names(&folder.path().join("out")).len() > 50);
    let one = ["--from", "202407-table", "--rule", "cell/too-long", "--out", "out", "--force"];
    mutate(folder.path(), &one).code_is(0);
    assert_eq!(names(&folder.path().join("out")), ["cell__too-long", "control", "manifest.json", "note.txt"]);
    assert_eq!(fs::read(folder.path().join("out/note.txt")).unwrap(), b"mine");
    assert_eq!(names(folder.path()), ["202407-table", "out"]);
}

#[test]
fn a_set_with_a_fault_is_refused_whatever_the_seed_and_nothing_is_left() {
    let folder = folder_with(&["202407-plan", "202407-table"]);
    fs::write(folder.path().join("202407-table").join(TABLE6), table6_with_fault()).unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    for set in ["202407-plan", "202407-table"] {
        fs::rename(folder.path().join(set), folder.path().join("in").join(set)).unwrap();
    }
    let outcome = mutate(folder.path(), &["--from", "in", "--rule", "cell/too-long", "--out", "no"]).code_is(2);
    assert!(
        outcome.err.starts_with("error: the set 202407-table is not clean; mutants are made of clean sets only:\n"),
        "{}",
        outcome.err
    );
    assert!(outcome.err.contains("[cell/date-does-not-exist]"), "{}", outcome.err);
    assert_eq!(names(folder.path()), ["in"]);
}

#[test]
fn an_unknown_rule_is_told_with_those_near_it() {
    let folder = folder_with(&["202407-table"]);
    let args = ["--from", "202407-table", "--rule", "cell/to-long", "--out", "out"];
    let outcome = mutate(folder.path(), &args).code_is(2);
    assert!(outcome.err.starts_with("error: no rule cell/to-long; the nearest are cell/too-long, "), "{}", outcome.err);
    let ja = run(folder.path(), [&["mutate", "--lang", "ja"], &args[..]].concat()).code_is(2);
    assert!(ja.err.starts_with("エラー: ルール cell/to-long はありません。近いもの: cell/too-long, "), "{}", ja.err);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let folder = folder_with(&["202407-table"]);
    fs::write(folder.path().join("file"), b"x").unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let table = "202407-table";
    for (args, code, en) in [
        (&["--from", table, "--out", "o"][..], 2, "required arguments"),
        (&["--from", table, "--all", "--rule", "cell/too-long", "--out", "o"], 2, "cannot be used with"),
        (&["--from", table, "--all", "--out", "o", "--seed", "-1"], 2, "-1"),
        (&["--from", "missing", "--all", "--out", "o"], 2, "cannot read missing: "),
        (&["--from", "file", "--all", "--out", "o"], 2, "file is no folder"),
        (&["--from", "empty", "--all", "--out", "o"], 4, "no folder of empty holds CSV files"),
        (&["--from", table, "--all", "--out", "file"], 2, "file is no folder"),
        (&["--from", table, "--all", "--out", "202407-table/o"], 2, "one is inside the other"),
        (&["--from", table, "--all", "--out", ".", "--force"], 2, "one is inside the other"),
        (&["--from", table, "--all", "--out", "file/o"], 2, "cannot read file/o: "),
    ] {
        let outcome = mutate(folder.path(), args).code_is(code);
        assert!(outcome.err.contains(en), "{args:?}: {}", outcome.err);
        assert_eq!(outcome.out, "");
    }
    assert_eq!(names(folder.path()), ["202407-table", "empty", "file"]);
}

#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder_with(&["202407-table"]);
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(locked.join("x"), b"x").is_ok() {
        // This user may write everywhere: /proc is no place for anyone's folders.
        let outcome = mutate(folder.path(), &["--from", "202407-table", "--all", "--out", "/proc/renkei"]);
        assert!(outcome.code_is(3).err.contains("cannot write /proc/renkei: "));
        return;
    }
    let outcome = mutate(folder.path(), &["--from", "202407-table", "--all", "--out", "locked/o"]).code_is(3);
    assert!(outcome.err.contains("/locked/o: "), "{}", outcome.err);
}
