//! Ten thousand clients at once, and a platform that stays of use.
//!
//! Has a `main` of its own, as the crowd is this program again, started with `--child`: a process may hold
//! fewer files than both ends of ten thousand connections are. What a machine does not allow is skipped,
//! and said.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "wire/bench.rs"]
#[allow(dead_code, reason = "this test uses a part of it")]
mod bench;

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bench::{Bench, MANAGER, PATIENCE, PROVIDER, identity, send, small};
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::settings::Settings;
use reqwest::Method;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const CROWD: usize = 10_000;

/// Files that a process needs beside its connections.
const OTHERS: usize = 200;

/// Clients that come at once: fewer than the system queues for a platform that is busy.
const BUNCH: usize = 250;

/// Set where the limit of files has been raised as far as it goes.
const RAISED: &str = "RENKEI_TEST_FILES";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, address] = arguments.as_slice()
        && flag == "--child"
    {
        return stand_in_line(address.parse().unwrap());
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return say("a_crowd_is_turned_away_or_let_in: test");
    }
    match std::env::var(RAISED) {
        Ok(files) => test(files.trim().parse().unwrap_or(usize::MAX)),
        // The limit of a process can be raised by a shell, and is passed on to its children.
        Err(_) if cfg!(unix) => {
            let raise = "ulimit -n \"$(ulimit -Hn)\"; RENKEI_TEST_FILES=$(ulimit -n) exec \"$0\" \"$@\"";
            let program = std::env::current_exe().unwrap();
            let status = Command::new("sh").args(["-c", raise]).arg(program).args(&arguments).status().unwrap();
            assert!(status.success(), "{status}");
        }
        Err(_) => test(usize::MAX),
    }
}

fn test(files: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let usual = Settings::default().most_connections;
    for (name, most) in [("over_the_usual_limit", usual), ("within_a_high_limit", CROWD + 50)] {
        let wanted = most.min(CROWD) + OTHERS;
        if files < wanted {
            say(&format!("skipped: {name} needs {wanted} open files, and this machine allows {files}"));
            continue;
        }
        let begun = Instant::now();
        let grown = runtime.block_on(a_crowd_comes_and_goes(files, most));
        say(&format!("test {name} ... ok ({:.1?}, {grown} KiB more memory)", begun.elapsed()));
    }
}

/// Lets a crowd come to a platform that holds at most so many connections, and go. Gives how much its
/// memory has grown meanwhile, in KiB, where that can be told.
async fn a_crowd_comes_and_goes(files: usize, most: usize) -> u64 {
    let settings = Settings { most_connections: most, handshake_time: Duration::from_secs(600), ..small() };
    let bench = Bench::start(settings).await;
    let held = most.min(CROWD + 1) - 1;
    let token = bench.token(MANAGER).await;
    let mut inside = Inside::enter(&bench).await;
    let before = memory();

    let mut crowd: Vec<Part> = Vec::new();
    for come in (0..CROWD).step_by(BUNCH) {
        let most = (files.saturating_sub(OTHERS) / BUNCH * BUNCH).min(CROWD / 2);
        if come % most == 0 {
            crowd.push(Part::start(bench.running.platform));
        }
        crowd.last_mut().unwrap().come();
        // Who is inside is served as ever.
        inside.ask_for_home(&token).await;
    }
    until(async || turned_away(&bench).await >= (CROWD - held) as u64).await;
    let (mut open, mut closed) = (0, 0);
    for part in &mut crowd {
        let (still, gone) = part.count();
        (open, closed) = (open + still, closed + gone);
    }
    assert_eq!(open + closed, CROWD);
    // The client that logged in may have kept a connection or two.
    assert!((held - 2..=held).contains(&open), "{open} of at most {held}");

    inside.ask_for_home(&token).await;
    let grown = memory().saturating_sub(before);
    let most_memory = 32 * 1024 + 20 * held as u64;
    assert!(grown < most_memory, "{grown} KiB of at most {most_memory}");

    // The crowd goes: whoever comes now is let in.
    drop(crowd);
    until(async || bench.on(PROVIDER, Method::GET, "/v1/home").send().await.is_ok()).await;
    assert_eq!(bench.get(PROVIDER, "/v1/home").await.data()["not_fetched"], 0);
    assert!(bench.running.stop().await.is_empty());
    grown
}

/// One connection of an office that came before the crowd.
struct Inside {
    tls: TlsStream<tokio::net::TcpStream>,
}

impl Inside {
    async fn enter(bench: &Bench) -> Inside {
        let office = OfficeNumber::parse(MANAGER).unwrap();
        let tls = TlsConnector::from(Arc::new(identity(&bench.running, &office)));
        let tcp = tokio::net::TcpStream::connect(bench.running.platform).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        Inside { tls: tls.connect(name, tcp).await.unwrap() }
    }

    async fn ask_for_home(&mut self, token: &str) {
        let request = format!("GET /v1/home HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
        self.tls.write_all(request.as_bytes()).await.unwrap();
        self.tls.flush().await.unwrap();
        let mut answer = Vec::new();
        // The answer is JSON that ends like this.
        while !answer.ends_with(b"}}") {
            let read = tokio::time::timeout(PATIENCE, self.tls.read_buf(&mut answer)).await;
            let read = read.expect("the answer comes").unwrap();
            assert_ne!(read, 0, "it ends after {}", String::from_utf8_lossy(&answer));
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));
    }
}

/// How many connections were closed before anything, as the platform's metrics tell.
async fn turned_away(bench: &Bench) -> u64 {
    let metrics = send(bench.local(Method::GET, "/metrics")).await.text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("renkei_turned_away_total "));
    line.expect("it is counted").parse().unwrap()
}

/// Looks until something is so that must become so, where no event tells of it.
async fn until(so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it becomes so");
}

/// Memory of this process in KiB; 0 where the system does not tell.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// A part of the crowd, which goes when it is dropped.
struct Part {
    child: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<std::process::ChildStdout>,
}

impl Part {
    /// Starts a part, of which nobody has come yet.
    fn start(address: SocketAddr) -> Part {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--child", &address.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (ask, answers) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Part { child, ask, answers }
    }

    fn ask(&mut self, what: &str) -> String {
        writeln!(self.ask.as_mut().unwrap(), "{what}").unwrap();
        self.answer()
    }

    /// Some more come.
    fn come(&mut self) {
        assert_eq!(self.ask("come"), "come");
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// How many of its connections are open and how many are closed.
    fn count(&mut self) -> (usize, usize) {
        let answer = self.ask("count");
        let (open, closed) = answer.split_once(' ').unwrap_or_else(|| panic!("no counts: {answer}"));
        (open.parse().unwrap(), closed.parse().unwrap())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.ask = None;
        let _ = self.child.wait();
    }
}

/// The crowd: opens connections that send the first byte of a handshake and nothing more, and counts them,
/// each when it is asked to.
fn stand_in_line(address: SocketAddr) {
    let mut line: Vec<TcpStream> = Vec::new();
    for asked in std::io::stdin().lock().lines() {
        match asked.unwrap().as_str() {
            "come" => {
                line.extend((0..BUNCH).map(|_| come(address)));
                say("come");
            }
            "count" => {
                let open = line.iter_mut().map(is_open).filter(|open| *open).count();
                say(&format!("{open} {}", line.len() - open));
            }
            other => panic!("asked for {other}"),
        }
    }
}

fn come(address: SocketAddr) -> TcpStream {
    let mut tcp = TcpStream::connect(address).unwrap();
    // Who was turned away at once meets that here.
    let _ = tcp.write_all(&[22]);
    tcp.set_nonblocking(true).unwrap();
    tcp
}

fn is_open(tcp: &mut TcpStream) -> bool {
    match tcp.read(&mut [0; 16]) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => true,
        Ok(0) => false,
        // Closed with a byte unread.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
        other => panic!("{other:?}"),
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}
