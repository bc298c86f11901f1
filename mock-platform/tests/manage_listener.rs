//! Slow and many clients of the management listener, and what it says to browsers.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::time::Duration;

use renkei_mock_platform::server::{Options, Running, start};
use renkei_mock_platform::settings::Settings;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const SHORT: Duration = Duration::from_millis(100);

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request that lacks the end of its head.
const HEAD: &str = "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";

async fn running(settings: Settings) -> Running {
    start(Options { settings, ..Options::for_tests() }).await.unwrap()
}

async fn sent(running: &Running, text: &str) -> TcpStream {
    let mut tcp = TcpStream::connect(running.manage).await.unwrap();
    tcp.write_all(text.as_bytes()).await.unwrap();
    tcp
}

/// What comes until the other end closes.
async fn answered(mut tcp: TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(PATIENCE, tcp.read_to_end(&mut answer)).await.expect("it is closed").unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let running = running(Settings { head_time: SHORT, ..Settings::default() }).await;
    assert_eq!(answered(sent(&running, HEAD).await).await, "");
    running.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let running = running(Settings { body_time: SHORT, ..Settings::default() }).await;
    let request = "PUT /manage/faults HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/toml\r\n\
        Content-Length: 9\r\n\r\n[[";
    let answer = answered(sent(&running, request).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("CPM-S408"), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn a_head_is_as_large_as_on_the_other_listener() {
    let running = running(Settings::default()).await;
    let answer = answered(sent(&running, &format!("{HEAD}{}", "a".repeat(200 << 10))).await).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn connections_over_the_limit_are_closed() {
    let running = running(Settings { most_connections: 1, ..Settings::default() }).await;
    let mut first = sent(&running, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let mut answer = [0; 15];
    timeout(PATIENCE, first.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    assert_eq!(answered(TcpStream::connect(running.manage).await.unwrap()).await, "");
    assert_eq!(running.parts().ledger.turned_away(), 1);
    running.stop().await;
}

#[tokio::test]
async fn other_sites_cannot_load_what_is_no_page() {
    let running = running(Settings::default()).await;
    for path in ["/manage/offices", "/metrics", "/openapi.json", "/nowhere"] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = answered(sent(&running, &request).await).await;
        for header in ["\r\nx-content-type-options: nosniff\r\n", "\r\ncross-origin-resource-policy: same-origin\r\n"] {
            assert!(answer.contains(header), "{path}: {answer}");
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn nobody_who_is_slow_keeps_it_from_stopping() {
    let running = running(Settings { body_time: Duration::from_secs(1), ..Settings::default() }).await;
    let request = "PUT /manage/faults HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/toml\r\n\
        Content-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    let mut slow = sent(&running, request).await;
    let mut answer = [0; 21];
    timeout(PATIENCE, slow.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100 Continue");
    timeout(PATIENCE, running.stop()).await.expect("it stops");
    drop(slow);
}
