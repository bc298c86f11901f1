//! HTTP/1.1 over TLS, by hand: reads whole requests, and answers or misbehaves as it is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::platform::{End, Platform, Request};

pub(super) fn serve(listener: std::net::TcpListener, config: ServerConfig, platform: Arc<Mutex<Platform>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        loop {
            let Ok((socket, _)) = listener.accept().await else { return };
            platform.lock().unwrap().connections += 1;
            let (acceptor, platform) = (acceptor.clone(), Arc::clone(&platform));
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(socket).await {
                    converse(stream, &platform).await;
                }
            });
        }
    });
}

async fn converse(mut stream: TlsStream<TcpStream>, platform: &Mutex<Platform>) {
    loop {
        let Some(head) = head(&mut stream).await else { return };
        let begins = platform.lock().unwrap().begins(&head);
        if begins == End::Reset {
            return reset(stream);
        }
        let length = head.header("content-length").map_or(0, |length| length.parse().unwrap());
        assert_eq!(head.header("transfer-encoding"), None, "the client knows the length of what it sends");
        let mut body = vec![0; length];
        if stream.read_exact(&mut body).await.is_err() {
            // It gave up half-way.
            return;
        }
        let answer = platform.lock().unwrap().answer(Request { body, ..head });
        let (bytes, end) = answer;
        if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        match end {
            End::KeepAlive => platform.lock().unwrap().delivered(),
            End::Close => {
                let _ = stream.shutdown().await;
                return;
            }
            End::Reset => return reset(stream),
            End::Stall => {
                // Longer than any client waits; the thread ends with the test.
                tokio::time::sleep(Duration::from_secs(600)).await;
                return;
            }
        }
    }
}

/// Ends a connection with RST.
fn reset(stream: TlsStream<TcpStream>) {
    let (socket, _) = stream.into_inner();
    let _ = socket.set_zero_linger();
}

async fn head(stream: &mut TlsStream<TcpStream>) -> Option<Request> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.ok()?);
    }
    let text = String::from_utf8(bytes).unwrap();
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    Some(Request { method, path, headers, body: Vec::new() })
}
