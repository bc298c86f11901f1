//! Serves the page on this machine, in a thread of its own, until it is ended. Knows sockets; knows no page.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use renkei_validator::text::Message;
use tokio::sync::oneshot;

use super::desk::Desk;
use super::guard::Guard;
use super::pages;

/// How long the last answer may take to leave.
const LAST_ANSWER: Duration = Duration::from_secs(5);

/// The page, served.
#[derive(Debug)]
pub(crate) struct Served {
    address: String,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Served {
    pub(crate) fn start(desk: &Arc<Desk>) -> Result<Served, Message> {
        let trouble = |error: std::io::Error| {
            let why = crate::lang::io_reason(&error);
            Message::pair(
                format!("ページを表示できません: {}", why.ja),
                format!("the page cannot be served: {}", why.en),
            )
        };
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).map_err(trouble)?;
        listener.set_nonblocking(true).map_err(trouble)?;
        let port = listener.local_addr().map_err(trouble)?.port();
        let guard = Guard::new(port).ok_or_else(|| trouble(std::io::Error::other("no randomness")))?;
        let address = guard.address();
        let router = pages::router(desk, guard);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(trouble)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                let (quiet, hush) = oneshot::channel::<()>();
                let graceful = axum::serve(listener, router).with_graceful_shutdown(async {
                    let _ = hush.await;
                });
                let mut serving = tokio::spawn(async move { graceful.await });
                let _ = stopped.await;
                let _ = quiet.send(());
                if tokio::time::timeout(LAST_ANSWER, &mut serving).await.is_err() {
                    serving.abort();
                }
            });
        });
        Ok(Served { address, stop, thread })
    }

    /// The address to open.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Stops, when the last answer has left.
    pub(crate) fn end(self) {
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}
