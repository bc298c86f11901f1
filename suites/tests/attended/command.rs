//! `renkei test run` with `adapter = "attended"`: the real cases, the real runner.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
#[cfg(unix)]
use std::time::{Duration, Instant};

use tempfile::tempdir;

use super::http::Visitor;

const SUT: &str = r#"
product = "見本ケアソフト"
company = "見本システム株式会社"
roles = ["care-manager", "provider"]
patterns = ["D2"]
versions = ["202407"]
adapter = "attended"
"#;

/// Starts the command in a folder, and reads where its page is. Its standard error is read no further.
fn started(folder: &Path) -> (Child, BufReader<ChildStderr>, String) {
    std::fs::write(folder.join("sut.toml"), SUT).unwrap();
    let mut renkei = Command::new(env!("CARGO_BIN_EXE_renkei"))
        .args(["test", "run", "--lang", "en", "--pattern", "D2", "--report", "json=report.json"])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = String::new();
    let mut stderr = BufReader::new(renkei.stderr.take().unwrap());
    stderr.read_line(&mut told).unwrap();
    assert_eq!(told, "preparing the cases\n");
    while !told.contains("/enter/") {
        told.clear();
        assert!(stderr.read_line(&mut told).unwrap() > 0, "it ends without an address");
    }
    let address = told.trim().rsplit(' ').next().unwrap().to_owned();
    (renkei, stderr, address)
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_run_with_its_report() {
    let folder = tempdir().unwrap();
    let (mut renkei, _stderr, address) = started(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // A question is open.
        let visitor = Visitor::enter(&address).await;
        let case = "/case/d2.export.two-visits-a-day";
        let page = visitor.follow(&format!("{case}/open"), super::http::Form::new()).await;
        assert!(page.contains("What to enter"), "{page}");
    });
    let pressed = Command::new("kill").args(["-INT", &renkei.id().to_string()]).status().unwrap();
    assert!(pressed.success());
    let until = Instant::now() + Duration::from_secs(30);
    while renkei.try_wait().unwrap().is_none() {
        if Instant::now() > until {
            renkei.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let output = renkei.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stdout));
    let report = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let outcomes = report["outcomes"].as_array().unwrap();
    assert!(outcomes.len() > 5 && outcomes.iter().all(|one| one["outcome"] != "pass"), "{report}");
}

#[test]
fn the_command_serves_the_page_and_reports_when_the_person_has_finished() {
    let folder = tempdir().unwrap();
    let (renkei, _stderr, address) = started(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let visitor = Visitor::enter(&address).await;
        let home = visitor.get("/").await;
        assert!(home.contains("d2.export.two-visits-a-day") && home.contains("not begun"), "{home}");
        let case = "/case/d2.export.two-visits-a-day";
        let page = visitor.follow(&format!("{case}/open"), super::http::Form::new()).await;
        assert!(page.contains("What to enter"), "{page}");
        let nothing = super::http::Form::new().text("step", "0").text("none", "on");
        let page = visitor.follow(&format!("{case}/answer"), nothing).await;
        assert!(page.contains("failed"), "{page}");
        let last = visitor.finish_in("Finished").await;
        assert!(last.contains("failed") && last.contains("not begun"), "{last}");
        assert!(!last.contains("not applicable"), "cases of other patterns are nothing that was done: {last}");
    });
    let output = renkei.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "what nobody went through is blocked: {said}");
    let report = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let outcomes = report["outcomes"].as_array().unwrap();
    let of = |id: &str| outcomes.iter().find(|one| one["case"] == id).unwrap();
    assert_eq!(of("d2.export.two-visits-a-day")["outcome"], "fail");
    let blocked = outcomes.iter().filter(|one| one["outcome"] == "blocked").count();
    assert!(blocked > 5, "{blocked} of {}", outcomes.len());
    assert!(folder.path().join("renkei-attended/attended.json").exists(), "a later run goes on");
}
