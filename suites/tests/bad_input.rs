//! Input that is missing, unreadable, endless or senseless: a clear word and the right exit code.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and says why it is skipped"
)]

mod common;

use std::fs::{self, File};
use std::io::{BufWriter, Write};

use common::{TABLE6, blocking, check_json, folder, folder_with, inputs, not_checked, table6};

#[test]
fn a_missing_path_is_told_and_the_rest_is_judged() {
    let folder = folder_with(&["202407-table"]);
    let outcome = check_json(folder.path(), ["no/such.CSV", "202407-table"]).code_is(3);
    assert!(outcome.err.starts_with("error: cannot read no/such.CSV: "), "{}", outcome.err);
    let report = outcome.report();
    assert_eq!(inputs(&report).len(), 3);
    assert_eq!(blocking(&report).iter().map(|(what, _)| *what).collect::<Vec<_>>(), ["no/such.CSV"]);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_told_and_the_rest_is_judged() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder_with(&["202407-table"]);
    let path = folder.path().join("202407-table").join(TABLE6);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&path).is_ok() {
        println!("skipped: this user may read every file, so none can be made unreadable");
        return;
    }
    let report = check_json(folder.path(), ["202407-table"]).code_is(3).report();
    assert_eq!(inputs(&report).len(), 2);
    assert_eq!(blocking(&report)[0].0, format!("202407-table/{TABLE6}"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_breaks_off_is_not_missing_from_its_set() {
    let folder = folder_with(&["202407-table"]);
    let path = folder.path().join("202407-table").join(TABLE6);
    fs::remove_file(&path).unwrap();
    let missing = |code| {
        let report = check_json(folder.path(), ["202407-table"]).code_is(code).report();
        let mut rules = report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap());
        (blocking(&report).len(), rules.any(|rule| rule == "set/companion-missing"))
    };
    assert_eq!(missing(1), (0, true));
    // Whoever reads this from its start on is refused.
    std::os::unix::fs::symlink("/proc/self/mem", &path).unwrap();
    assert_eq!(missing(3), (1, false));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_a_loop_of_them_is_told() {
    let folder = folder_with(&["202407-table"]);
    std::os::unix::fs::symlink("202407-table", folder.path().join("linked")).unwrap();
    let report = check_json(folder.path(), ["."]).code_is(0).report();
    assert_eq!(inputs(&report).len(), 6);
    std::os::unix::fs::symlink(".", folder.path().join("202407-table/loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("202407-table/dangling.CSV")).unwrap();
    let report = check_json(folder.path(), ["202407-table"]).code_is(3).report();
    assert_eq!(inputs(&report).len(), 3);
    let blocked = blocking(&report);
    assert_eq!(blocked.len(), 2, "{blocked:?}");
    assert_eq!(blocked[0].0, "202407-table/dangling.CSV");
    assert!(blocked[0].1.starts_with("cannot be read: "), "{blocked:?}");
    assert_eq!(blocked[1], ("202407-table/loop", "a symbolic link leads back to its own folder"));
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_is_not_opened() {
    let folder = folder_with(&["202407-table"]);
    let path = folder.path().join("202407-table/pipe.CSV");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: mkfifo is not there");
        return;
    }
    let report = check_json(folder.path(), ["202407-table"]).code_is(3).report();
    assert_eq!(blocking(&report), [("202407-table/pipe.CSV", "not a regular file")]);
}

#[test]
fn hidden_files_are_listed_and_do_not_block() {
    let folder = folder_with(&["202407-table"]);
    fs::create_dir(folder.path().join("202407-table/.git")).unwrap();
    for name in [".DS_Store", "Thumbs.db", ".git/x.CSV"] {
        fs::write(folder.path().join("202407-table").join(name), b"x").unwrap();
    }
    let report = check_json(folder.path(), ["202407-table"]).code_is(0).report();
    let hidden: Vec<&str> = not_checked(&report, false)
        .into_iter()
        .filter(|(_, why)| *why == "hidden, so not an input")
        .map(|(what, _)| what)
        .collect();
    assert_eq!(hidden, ["202407-table/.DS_Store", "202407-table/.git", "202407-table/Thumbs.db"]);
}

#[test]
fn an_empty_file_is_judged() {
    let folder = folder();
    fs::write(folder.path().join(TABLE6), b"").unwrap();
    let report = check_json(folder.path(), [TABLE6]).report();
    assert_eq!(report["inputs"][0]["bytes"], 0);
    assert_ne!(report["verdict"], "incomplete");
}

#[test]
fn noise_is_judged_without_a_panic() {
    let folder = folder();
    // A multiplicative generator: the same noise on every run.
    let mut state = 20_261_010_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(1 << 20)
    .collect();
    fs::write(folder.path().join(TABLE6), &noise).unwrap();
    let outcome = check_json(folder.path(), [TABLE6]);
    assert!([1, 3].contains(&outcome.code), "{}", outcome.code);
    assert_eq!(outcome.err, "");
    assert_eq!(outcome.report()["inputs"][0]["bytes"], 1 << 20);
}

#[test]
fn a_line_without_end_is_skipped_and_the_run_incomplete() {
    let folder = folder();
    let file = File::create(folder.path().join(TABLE6)).unwrap();
    let mut file = BufWriter::new(file);
    file.write_all(&table6()).unwrap();
    let block = [b'1'; 1 << 16];
    for _ in 0..1 << 10 {
        file.write_all(&block).unwrap();
    }
    file.flush().unwrap();
    let report = check_json(folder.path(), [TABLE6]).code_is(3).report();
    assert_eq!(report["inputs"][0]["bytes"], table6().len() + (64 << 20));
    assert_eq!(blocking(&report).len(), 1);
}

#[cfg(unix)]
#[test]
fn a_name_that_would_move_the_cursor_is_escaped() {
    let folder = folder();
    fs::write(folder.path().join("a\u{1B}[2J.csv"), b"x").unwrap();
    let report = check_json(folder.path(), ["."]).report();
    assert_eq!(inputs(&report), ["./a\\x1B[2J.csv"]);
}

#[test]
fn an_archive_of_another_kind_is_not_judged_as_data() {
    let folder = folder_with(&["202407-table"]);
    fs::write(folder.path().join("202407-table/old.lzh"), b"x").unwrap();
    let report = check_json(folder.path(), ["202407-table"]).code_is(3).report();
    assert_eq!(blocking(&report)[0].0, "202407-table/old.lzh");
    assert_eq!(inputs(&report).len(), 3);
    let outcome = check_json(folder.path(), ["202407-table/old.lzh"]).code_is(3);
    assert!(outcome.err.contains("old.lzh: an archive of a kind that cannot be opened"), "{}", outcome.err);
}
