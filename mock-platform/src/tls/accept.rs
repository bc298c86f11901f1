//! The accept loop. Knows how many connections may be open and how it ends; knows no byte of them.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::connection::{House, Visit};
use super::door::Doors;
use super::{Config, TlsError};

/// How long the loop waits where the machine cannot accept, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// How long requests under way may take when the listener ends.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves a router over TLS until `shutdown` comes. Then nothing more is accepted, handshakes are
/// dropped, and requests under way are finished, for ten seconds at most. Dropping the future ends
/// everything at once.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    router: Router,
    shutdown: impl Future<Output = ()>,
) -> Result<(), TlsError> {
    let slots = Arc::new(Semaphore::new(config.settings.most_connections.min(Semaphore::MAX_PERMITS)));
    let (stop, stopped) = watch::channel(false);
    let house = Arc::new(House { doors: Doors::new(&config)?, config, router, stopped });
    let mut connections = JoinSet::new();
    let mut number = 0;
    tokio::pin!(shutdown);
    loop {
        let (tcp, peer) = tokio::select! {
            () = &mut shutdown => break,
            accepted = next(|| listener.accept()) => accepted,
        };
        number += 1;
        // What has ended is forgotten; a connection that panicked has told of it already.
        while connections.try_join_next().is_some() {}
        match slots.clone().try_acquire_owned() {
            Ok(slot) => {
                let visit = Visit { house: house.clone(), number, peer };
                connections.spawn(async move {
                    visit.receive(tcp).await;
                    drop(slot);
                });
            }
            Err(_) => house.config.ledger.turn_away(),
        }
    }
    drop(listener);
    // Nobody listens where there is no connection.
    let _ = stop.send(true);
    let drained = timeout(DRAIN, async { while connections.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        connections.shutdown().await;
    }
    Ok(())
}

/// The next connection, whatever fails before.
async fn next<F>(mut accept: impl FnMut() -> F) -> (TcpStream, SocketAddr)
where
    F: Future<Output = io::Result<(TcpStream, SocketAddr)>>,
{
    loop {
        match accept().await {
            Ok(accepted) => return accepted,
            // That client is gone; the next may be there.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::ConnectionRefused
                        | io::ErrorKind::Interrupted
                ) => {}
            // Everything else lasts until something is given back.
            Err(_) => sleep(PAUSE).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn failures_to_accept_are_waited_out_and_neither_end_nor_spin_the_loop() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        // EMFILE and ENFILE of Linux; a client that went away needs no pause.
        let script = Mutex::new(VecDeque::from([
            io::Error::from_raw_os_error(24),
            io::Error::from_raw_os_error(23),
            io::Error::from(io::ErrorKind::ConnectionAborted),
        ]));
        let calls = Mutex::new(0);
        let begun = Instant::now();
        let (_, peer) = next(|| async {
            *calls.lock().unwrap() += 1;
            let failure = script.lock().unwrap().pop_front();
            match failure {
                Some(error) => Err(error),
                None => listener.accept().await,
            }
        })
        .await;
        assert!(peer.ip().is_loopback());
        assert_eq!(*calls.lock().unwrap(), 4);
        assert!(begun.elapsed() >= 2 * PAUSE);
    }
}
