//! The verb `client`: what it prints, how it ends, and what a kill leaves.

mod client_server;
mod common;

use std::fs;
#[cfg(unix)]
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use client_server::{Desk, Entry, Misdeed, OTHER, Plan, Server};
use common::{Outcome, finish, folder, renkei};
use serde_json::{Value, json};

const PLAN: &str = "UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV";
const REFUSED: &str = "UPPLAN_202601_9970100013_43_9970100021_11_20260928101500.CSV";
const RESULT: &str = "UPJSK_202609_9970100021_11_9970100013_43_20261003174500.CSV";

/// A folder with a profile and all it names.
fn profile(server: &Server) -> tempfile::TempDir {
    let folder = folder();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a new file");
    write("ca.pem", &server.authority.pem);
    write("me.pem", &server.client.0);
    write("me.key", &server.client.1);
    write("personal.password", "personal1\n");
    write(
        "client.toml",
        &format!(
            "url = \"https://localhost:{}\"\nca = \"ca.pem\"\n[identity]\ncertificate = \"me.pem\"\nkey = \"me.key\"\n\
             [personal]\nuser = \"c9970100013\"\npassword_file = \"personal.password\"\n\
             [office]\nuser = \"KJ999970100013\"\npassword_env = \"OFFICE_PASSWORD\"\n",
            server.address.port()
        ),
    );
    folder
}

fn client(profile: &Path, desk: &Desk, args: &[&str]) -> Command {
    let mut command = renkei(profile);
    command.env("OFFICE_PASSWORD", "office1").args(["client", "--profile", "client.toml", "--outbox"]);
    command.arg(desk.outbox.path()).arg("--inbox").arg(desk.inbox.path()).args(args);
    command
}

fn run(profile: &Path, desk: &Desk, args: &[&str]) -> Outcome {
    finish(&mut client(profile, desk, args), b"")
}

/// Waits for something that another process does.
#[track_caller]
fn wait_until(mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < deadline, "it does not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_run_tells_what_was_sent_received_and_refused_in_both_languages() {
    let server = Server::start();
    let profile = profile(&server);
    for (lang, expected) in [
        (
            "en",
            [
                format!("sent: to 9970100021: {PLAN} (number D1)"),
                format!("refused: to 9970100021: {REFUSED}: [CPM-D04] This combination of files cannot be sent. (see "),
                format!("received: from 9970100021: {RESULT} (entry R1)"),
                "1 sent, 1 refused, 1 received, 0 duplicates, 0 left, 0 failed".to_owned(),
            ],
        ),
        (
            "ja",
            [
                format!("送信: 9970100021 宛て {PLAN}（受付番号 D1）"),
                format!("拒否: 9970100021 宛て {REFUSED}: [CPM-D04] この組み合わせのファイルは送信できません。（"),
                format!("受信: 9970100021 から {RESULT}（受信番号 R1）"),
                "送信 1件、拒否 1件、受信 1件、重複 0件、未送信 0件、失敗 0件".to_owned(),
            ],
        ),
    ] {
        server.platform().reset();
        let files = vec![(RESULT.to_owned(), b"result".to_vec())];
        server.platform().post(Entry { id: "R1".to_owned(), sender: OTHER, message: String::new(), files });
        let desk = Desk::new();
        desk.put(PLAN, b"plan");
        // Of another moment, and so another delivery.
        desk.put(&REFUSED.replace("101500", "101501"), b"plan");
        let outcome = run(profile.path(), &desk, &["--lang", lang]).code_is(1);
        let expected = expected.map(|line| line.replace(REFUSED, &REFUSED.replace("101500", "101501")));
        let lines: Vec<&str> = outcome.out.lines().collect();
        assert_eq!(lines.len(), 4, "{}", outcome.out);
        for (line, expected) in lines.iter().zip(&expected) {
            assert!(line.starts_with(expected.as_str()), "{line}\n{expected}");
        }
        assert_eq!(outcome.err, "");
        assert_eq!(desk.received().into_values().collect::<Vec<_>>(), [b"result"]);
    }
}

#[test]
fn a_run_for_programs_is_one_value_a_line() {
    let server = Server::start();
    let profile = profile(&server);
    let desk = Desk::new();
    desk.put(PLAN, b"plan");
    let outcome = run(profile.path(), &desk, &["--format", "json", "--once"]).code_is(0);
    let lines: Vec<Value> = outcome.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected = [
        json!({"event": "sent", "id": "D1", "destination": "9970100021", "files": [PLAN], "repeated": false}),
        json!({"event": "summary", "sent": 1, "refused": 0, "received": 0, "duplicates": 0, "left": 0, "failed": 0}),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn usage_and_configuration_that_are_wrong_end_with_2() {
    let server = Server::start();
    let profile = profile(&server);
    let desk = Desk::new();
    let outcome = run(profile.path(), &desk, &["--once", "--watch", "--lang", "en"]).code_is(2);
    assert_eq!(outcome.out, "");
    run(profile.path(), &desk, &["--interval", "5"]).code_is(2);
    run(profile.path(), &desk, &["--watch", "--interval", "0"]).code_is(2);
    run(profile.path(), &desk, &["--password", "x"]).code_is(2);

    let outcome =
        finish(client(profile.path(), &desk, &["--lang", "en"]).env_remove("OFFICE_PASSWORD"), b"").code_is(2);
    assert_eq!(outcome.err, "error: client.toml, line 11: office.password_env: there is no variable OFFICE_PASSWORD\n");
    let outcome =
        finish(client(profile.path(), &desk, &["--lang", "ja"]).env_remove("OFFICE_PASSWORD"), b"").code_is(2);
    assert_eq!(
        outcome.err,
        "エラー: client.tomlの11行目: office.password_env: 環境変数 OFFICE_PASSWORD がありません\n"
    );
    assert!(server.platform().requests.is_empty());
}

#[test]
fn a_platform_that_refuses_the_user_or_is_broken_ends_with_3() {
    let server = Server::start();
    let profile = profile(&server);
    let desk = Desk::new();
    server.platform().password = "another1";
    let outcome = run(profile.path(), &desk, &["--lang", "en"]).code_is(3);
    let expected = "failed: logging in: [CPM-A01] The ID or the password is wrong.\n\
        0 sent, 0 refused, 0 received, 0 duplicates, 0 left, 1 failed\n";
    assert_eq!(outcome.out, expected);
    assert!(!outcome.out.contains("personal1") && !outcome.err.contains("personal1"));
}

/// A running client, killed when the test ends.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Running {
        Running(
            command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the binary starts"),
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_killed_client_has_sent_once_when_it_runs_again() {
    let server = Server::start();
    let profile = profile(&server);
    let desk = Desk::new();
    desk.put(PLAN, b"plan");
    server.platform().plan = Plan::Always("/v1/deliveries", Misdeed::Stall);
    let mut running = Running::start(&mut client(profile.path(), &desk, &[]));
    wait_until(|| server.platform().accepted.len() == 1);
    let second = run(profile.path(), &desk, &["--lang", "en"]).code_is(2);
    assert!(second.err.starts_with("error: another renkei client works in the folder "), "{}", second.err);
    running.0.kill().unwrap();
    running.0.wait().unwrap();
    server.platform().plan = Plan::Never;
    let outcome = run(profile.path(), &desk, &["--lang", "en"]).code_is(0);
    let expected = format!(
        "sent before, accepted already: to 9970100021: {PLAN} (number D1)\n\
         1 sent, 0 refused, 0 received, 0 duplicates, 0 left, 0 failed\n"
    );
    assert_eq!(outcome.out, expected);
    assert_eq!(server.platform().accepted.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_watch_ends_cleanly_on_ctrl_c() {
    let server = Server::start();
    let profile = profile(&server);
    let desk = Desk::new();
    desk.put(PLAN, b"plan");
    let mut running =
        Running::start(&mut client(profile.path(), &desk, &["--watch", "--interval", "1", "--lang", "en"]));
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert_eq!(first, format!("sent: to 9970100021: {PLAN} (number D1)"));
    let id = running.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(rest, ["1 sent, 0 refused, 0 received, 0 duplicates, 0 left, 0 failed"]);
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}
