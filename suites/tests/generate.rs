//! `renkei generate`, and `renkei check` on what it makes.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and says why it is skipped"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{Outcome, check_json, folder, inputs, renkei, run};
use serde_json::Value;

const SMALL: [&str; 6] = ["generate", "--users", "200", "--offices", "20", "--lang=en"];

fn generate(folder: &std::path::Path, args: &[&str]) -> Outcome {
    run(folder, SMALL.iter().chain(args))
}

#[test]
fn what_is_generated_is_valid() {
    let folder = folder();
    for (months, versions) in [
        ("2026-04..2026-06", vec!["202407"]),
        ("2022-11..2023-02", vec!["202003", "202208"]),
        ("2025-02..2025-05", vec!["202208", "202407"]),
    ] {
        let made = generate(folder.path(), &["--months", months, "--seed", "1", "--out", months]).code_is(0);
        assert!(made.out.starts_with("200 users, 20 offices: "), "{}", made.out);
        let report = check_json(folder.path(), [months]).code_is(0).report();
        assert_eq!(report["verdict"], "valid");
        let totals = (report["totals"]["error"].as_u64(), report["totals"]["warning"].as_u64());
        assert_eq!(totals, (Some(0), Some(0)), "{}", report["totals"]);
        let inputs = report["inputs"].as_array().unwrap();
        assert!(inputs.len() > 50, "{}", inputs.len());
        let mut found: Vec<&str> = inputs.iter().filter_map(|input| input["version"].as_str()).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, versions);
    }
}

#[test]
fn one_user_is_enough() {
    let folder = folder();
    for months in ["2022-11", "2025-02", "2026-10"] {
        let args = ["generate", "--users", "1", "--months", months, "--out", months, "--lang=en"];
        let made = run(folder.path(), args).code_is(0);
        assert!(made.out.starts_with("1 users, 2 offices: "), "{}", made.out);
        let report = check_json(folder.path(), [months]).code_is(0).report();
        assert_eq!(report["verdict"], "valid");
    }
}

#[test]
fn impossible_requests_are_usage_errors_and_leave_nothing() {
    let folder = folder();
    let month = ["--months", "2026-04", "--out", "out"];
    for (args, told) in [
        (vec!["--months", "2020-09", "--out", "out"], "2020-09 is not one of the months 2020-10 to 2027-03"),
        (vec!["--months", "2027-03..2027-04", "--out", "out"], "2027-04 is not one"),
        (
            vec!["--months", "2026-05..2026-04", "--out", "out"],
            "the last month 2026-04 is before the first month 2026-05",
        ),
        (vec!["--months", "2026-4", "--out", "out"], "YYYY-MM"),
        (vec!["--months", "2022-12", "--shape", "one-file:UPJSK", "--out", "out"], "these can: UPHOSOKU, UP1KYO"),
        (vec!["--months", "2025-03", "--out", "out", "--version", "202407"], "202407"),
        (vec!["--months", "2027-01", "--out", "out", "--version", "202208"], "202208"),
        ([&month[..], &["--version", "202504"]].concat(), "202003"),
        ([&month[..], &["--shape", "heap"]].concat(), "one-file"),
        ([&month[..], &["--shape", "one-file:DLTPLAN"]].concat(), "DLTPLAN"),
        ([&month[..], &["--threads", "0"]].concat(), "1024"),
    ] {
        let refused = generate(folder.path(), &args).code_is(2);
        assert_eq!(refused.out, "");
        assert!(refused.err.contains(told), "{args:?}: {}", refused.err);
    }
    let more = ["generate", "--users", "5", "--offices", "6", "--months", "2026-04", "--out", "out", "--lang", "ja"];
    assert_eq!(run(folder.path(), more).code_is(2).err, "エラー: 事業所の数6が利用者の数5を超えています\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_that_holds_something_needs_force() {
    let folder = folder();
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("out/mine.txt"), "mine").unwrap();
    let args = ["--months", "2026-04", "--out", "out"];
    let refused = generate(folder.path(), &args).code_is(2);
    assert_eq!(refused.err, "error: out is not empty (--force writes to it all the same)\n");
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 1);
    generate(folder.path(), &[&args[..], &["--force"]].concat()).code_is(0);
    assert!(folder.path().join("out/202604").is_dir() && folder.path().join("out/mine.txt").is_file());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_place_that_cannot_be_written_is_a_failure_of_the_machine() {
    let folder = folder();
    fs::write(folder.path().join("file"), "").unwrap();
    let failed = generate(folder.path(), &["--months", "2026-04", "--out", "file/folder"]).code_is(3);
    assert_eq!(failed.err, "error: cannot write file/folder: a part of the path is not a folder\n");
    let failed = generate(folder.path(), &["--months", "2026-04", "--out", "file"]).code_is(2);
    assert_eq!(failed.err, "error: file is not a folder\n");
}

#[test]
fn one_file_holds_everybody() {
    let folder = folder();
    generate(folder.path(), &["--months", "2026-04", "--out", "out", "--shape", "one-file:UPPLAN"]).code_is(0);
    let files: Vec<_> = fs::read_dir(folder.path().join("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let report = check_json(folder.path(), [&files[0]]).code_is(0).report();
    assert_eq!((report["verdict"].as_str(), report["inputs"][0]["kind"].as_str()), (Some("valid"), Some("UPPLAN")));
}

/// Runs `generate` and gives its standard output as bytes, and what it said.
fn stream(folder: &std::path::Path, args: &[&str]) -> (Vec<u8>, String) {
    let output = renkei(folder).args(SMALL).args(["--seed", "1", "--out", "-"]).args(args).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{err}");
    (output.stdout, err)
}

#[test]
fn a_stream_of_sets_is_one_zip_that_check_reads_and_the_same_for_any_number_of_threads() {
    let folder = folder();
    for shape in ["tree", "flat"] {
        let args = ["--months", "2026-04", "--shape", shape];
        let (zip, err) = stream(folder.path(), &[&args[..], &["--threads", "1"]].concat());
        let lines: Vec<&str> = err.lines().collect();
        assert!(lines.len() == 2 && lines[0].starts_with("estimate: about "), "{err}");
        assert!(lines[1].starts_with("200 users, 20 offices: "), "{err}");
        assert!(zip == stream(folder.path(), &[&args[..], &["--threads", "3"]].concat()).0, "{shape}");
        let name = format!("{shape}.zip");
        fs::write(folder.path().join(&name), zip).unwrap();
        let report = check_json(folder.path(), [&name]).code_is(0).report();
        assert_eq!(report["verdict"], "valid");
        assert!(inputs(&report).len() > 50);
        // The files of the folder that would be written otherwise.
        generate(folder.path(), &[&args[..], &["--seed", "1", "--out", shape]].concat()).code_is(0);
        let of_folder = check_json(folder.path(), [shape]).code_is(0).report();
        let digests = |report: &Value, top: &str| -> Vec<(String, String)> {
            let all = report["inputs"].as_array().unwrap().iter();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let mut all: Vec<_> = all
                .map(|one| (text(&one["name"]).strip_prefix(top).unwrap().to_owned(), text(&one["sha256"])))
                .collect();
            all.sort();
            all
        };
        assert_eq!(digests(&report, &name), digests(&of_folder, shape));
    }
}

#[test]
fn a_stream_of_one_kind_is_the_bare_file() {
    let folder = folder();
    let args = ["--months", "2026-04", "--shape", "one-file:UPSIKYU"];
    let (rows, _) = stream(folder.path(), &args);
    generate(folder.path(), &[&args[..], &["--seed", "1", "--out", "out"]].concat()).code_is(0);
    let file = fs::read_dir(folder.path().join("out")).unwrap().next().unwrap().unwrap().path();
    assert!(rows == fs::read(&file).unwrap());
    assert!(rows.starts_with(b"202407,") && rows.ends_with(b"\r\n"));
}

#[test]
fn a_reader_that_goes_away_ends_a_stream_quietly() {
    let folder = folder();
    for shape in ["tree", "one-file:UPPLAN"] {
        let args = ["generate", "--users", "2000", "--months", "2026-04", "--out", "-", "--lang=en", "--shape", shape];
        let mut child = renkei(folder.path()).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 4];
        child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{err}");
        assert!(err.starts_with("estimate: about ") && err.lines().count() == 1, "{err}");
    }
}

#[test]
fn nothing_is_streamed_to_a_terminal_or_continued() {
    let folder = folder();
    let refused = generate(folder.path(), &["--months", "2026-04", "--out", "-", "--resume"]).code_is(2);
    assert_eq!(
        (refused.out.as_str(), refused.err.as_str()),
        ("", "error: a stream cannot be continued: --resume needs a folder\n")
    );
    // `script` of util-linux gives the command a terminal, and passes on what it ends with.
    let command =
        format!("{} generate --users 5 --offices 2 --months 2026-04 --out - --lang en", env!("CARGO_BIN_EXE_renkei"));
    let mut script = std::process::Command::new("script");
    script.args(["-q", "-e", "-c", &command, "/dev/null"]).stdin(Stdio::null());
    let output = match script.output() {
        Ok(output) if cfg!(target_os = "linux") => output,
        Ok(_) | Err(_) => {
            println!("skipped: no `script` here that gives a command a terminal");
            return;
        }
    };
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(
        told,
        "error: nothing is written to a terminal; send it to a file or a pipe, such as --out - > data.zip\r\n"
    );
}

#[test]
fn an_estimate_writes_nothing_and_is_told_to_machines_too() {
    let folder = folder();
    let args = ["--months", "2026-04..2026-06", "--seed", "1"];
    let told = generate(folder.path(), &[&args[..], &["--estimate", "--out", "out"]].concat()).code_is(0);
    let lines: Vec<&str> = told.out.lines().collect();
    assert!(
        lines.len() == 2 && lines[0].starts_with("estimate: about ") && lines[1].ends_with(" free"),
        "{}",
        told.out
    );
    assert_eq!(told.err, "");
    let told = generate(folder.path(), &[&args[..], &["--estimate", "--format", "json"]].concat()).code_is(0);
    let estimate: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(estimate["user_months"], 600);
    assert_eq!(estimate["free_bytes"], Value::Null);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let made = generate(folder.path(), &[&args[..], &["--out", "out"]].concat()).code_is(0);
    let files: u64 = made.out.split(", ").nth(2).unwrap().split(' ').next().unwrap().parse().unwrap();
    let of_estimate = estimate["estimate"]["files"].as_u64().unwrap();
    assert!(of_estimate.abs_diff(files) * 100 <= files * 15, "{of_estimate} told, {files} written");
    assert!(estimate["estimate"]["disk_bytes"].as_u64() >= estimate["estimate"]["bytes"].as_u64());
    generate(folder.path(), &["--months", "2026-04", "--out", "x", "--format", "json"]).code_is(2);
}

/// A shell's limit on the size of files stands for a disk that is full: a write fails in the middle.
#[cfg(unix)]
fn limited(folder: &std::path::Path, args: &[&str]) -> Outcome {
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$@\"";
    let mut command = std::process::Command::new("sh");
    command.current_dir(folder).args(["-c", script, "sh", env!("CARGO_BIN_EXE_renkei")]).args(SMALL).args(args);
    common::finish(&mut command, b"")
}

#[cfg(unix)]
#[test]
fn a_write_that_fails_in_the_middle_leaves_nothing_unless_it_is_to_be_resumed() {
    let folder = folder();
    let args = ["--months", "2026-04", "--out", "out", "--shape", "one-file:UPPLAN"];
    let failed = limited(folder.path(), &args).code_is(3);
    assert_eq!(failed.out, "");
    assert!(failed.err.lines().last().unwrap().starts_with("error: cannot write "), "{}", failed.err);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let failed = limited(folder.path(), &[&args[..], &["--resume"]].concat()).code_is(3);
    assert!(failed.err.ends_with("; what is complete was kept, and --resume goes on with it\n"), "{}", failed.err);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    let other = ["--months", "2026-05", "--out", "out", "--shape", "one-file:UPPLAN", "--resume"];
    let refused = generate(folder.path(), &other).code_is(2);
    assert!(refused.err.contains("is of another request (--months 2026-04..2026-04)"), "{}", refused.err);
    let resumed = generate(folder.path(), &[&args[..], &["--resume"]].concat()).code_is(0);
    assert!(resumed.err.contains("note: going on where an earlier run stopped ("), "{}", resumed.err);
    generate(folder.path(), &["--months", "2026-04", "--out", "whole", "--shape", "one-file:UPPLAN"]).code_is(0);
    assert!(files(&folder.path().join("out")) == files(&folder.path().join("whole")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
}

/// A small disk of this test's own: mounted in a namespace that ends with the command.
#[cfg(target_os = "linux")]
#[test]
fn too_little_room_is_refused_before_anything_is_written() {
    let folder = folder();
    let small = folder.path().join("small");
    fs::create_dir(&small).unwrap();
    let unshared = |script: &str| {
        let mut command = std::process::Command::new("unshare");
        command.args(["-rm", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_renkei")]).current_dir(folder.path());
        command.output()
    };
    let mount = "mount -t tmpfs -o size=1m none small";
    if !unshared(mount).is_ok_and(|output| output.status.success()) {
        println!("skipped: no disk of one MiB can be mounted here");
        return;
    }
    let generate = "\"$@\" generate --users 200 --offices 20 --months 2026-04 --out small/out --lang en";
    let output = unshared(&format!("{mount} && {generate}; echo \"ends with $?\"; ls -A small")).unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(out, "ends with 3\n", "{err}");
    let last = err.lines().last().unwrap();
    assert!(last.starts_with("error: too little room on the disk of small/out: about "), "{err}");
    assert!(last.ends_with(" needed, 1.0MiB free; nothing was written"), "{err}");
}

#[cfg(target_os = "linux")]
#[test]
fn too_little_room_for_the_rest_says_what_an_earlier_run_left() {
    let folder = folder();
    fs::create_dir(folder.path().join("small")).unwrap();
    // A run that fails in the middle, a disk that fills up, and one that has room again.
    let script = "mount -t tmpfs -o size=8m none small || exit 9
        again() { \"$0\" generate --users 200 --offices 20 --months 2026-04 --out small/out --resume --lang \"$1\"; echo \"ends with $?\"; }
        head -c 8000000 /dev/zero > small/full; again en
        rm small/full; (trap '' XFSZ; ulimit -f 64; again en)
        head -c 7600000 /dev/zero > small/full; again en; again ja
        rm small/full; again en > done; ls -A small";
    let mut command = std::process::Command::new("unshare");
    command.args(["-rm", "sh", "-c", script, env!("CARGO_BIN_EXE_renkei")]).current_dir(folder.path());
    let Some(output) = command.output().ok().filter(|output| output.status.code() == Some(0)) else {
        println!("skipped: no disk of eight MiB can be mounted here");
        return;
    };
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(out, "ends with 3\nends with 3\nends with 3\nends with 3\nout\n", "{err}");
    let errors: Vec<&str> =
        err.lines().filter(|line| line.starts_with("error: ") || line.starts_with("エラー: ")).collect();
    let [nothing, failed, rest, rest_ja] = errors[..] else { panic!("{err}") };
    assert!(nothing.ends_with(" free; nothing was written"), "{nothing}");
    assert!(failed.ends_with("; what is complete was kept, and --resume goes on with it"), "{failed}");
    assert!(rest.starts_with("error: too little room on the disk of small/out: about "), "{rest}");
    assert!(rest.contains(" needed for the rest, "), "{rest}");
    assert!(
        rest.ends_with("; nothing was written this time; what is complete was kept, and --resume goes on with it"),
        "{rest}"
    );
    assert!(
        rest_ja.ends_with("。今回は何も書いていません。できた分は残してあり、--resume で続きから作れます"),
        "{rest_ja}"
    );
    let last = fs::read_to_string(folder.path().join("done")).unwrap();
    assert!(last.ends_with("ends with 0\n"), "{last}");
}

/// Every file below a folder.
fn files(folder: &std::path::Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    all
}

#[test]
fn a_run_that_was_killed_is_continued_to_the_same_bytes() {
    let folder = folder();
    let args = ["generate", "--users", "1200", "--months", "2026-04..2026-05", "--threads", "1", "--lang=en"];
    for shape in ["tree", "flat"] {
        let args = [&args[..], &["--shape", shape]].concat();
        let mut child = renkei(folder.path()).args(&args).args(["--out", "out"]).stderr(Stdio::null()).spawn().unwrap();
        // Nothing but the journal tells from outside that units are complete.
        let journal = folder.path().join(".out.renkei-journal");
        let deadline = Instant::now() + Duration::from_secs(60);
        while fs::read_to_string(&journal).map_or(0, |text| text.matches("\"done\"").count()) < 3 {
            assert!(Instant::now() < deadline, "no unit was complete in a minute");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success(), "it had ended before");
        assert!(!folder.path().join("out").exists());
        let resumed = run(folder.path(), [&args[..], &["--out", "out", "--resume"]].concat()).code_is(0);
        assert!(resumed.err.contains("note: going on where an earlier run stopped ("), "{}", resumed.err);
        let whole = run(folder.path(), [&args[..], &["--out", "whole"]].concat()).code_is(0);
        let counts = |text: &str| text.split(" (").next().unwrap().to_owned();
        assert_eq!(counts(&resumed.out), counts(&whole.out));
        assert!(files(&folder.path().join("out")) == files(&folder.path().join("whole")), "{shape}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
        for name in ["out", "whole"] {
            fs::remove_dir_all(folder.path().join(name)).unwrap();
        }
    }
}
