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

use super::connection::{House, Visit, until};
use super::door::Doors;
use super::{Config, Ledger, TlsError, http};
use crate::settings::Settings;
use crate::wire::{Control, Wire};

/// How long the loop waits where the machine cannot accept, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// How long requests under way may take when the listener ends.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves a router over TLS until `shutdown` comes. Then nothing more is accepted, handshakes are
/// dropped, and requests under way are finished, for ten seconds at most. Dropping the future ends
/// everything at once.
///
/// # Errors
/// [`TlsError`], before anything is accepted.
pub fn serve<S: Future<Output = ()>>(
    listener: TcpListener,
    config: Config,
    router: Router,
    shutdown: S,
) -> Result<impl Future<Output = ()> + use<S>, TlsError> {
    let doors = Doors::new(&config)?;
    Ok(accept(listener, config, doors, router, shutdown))
}

async fn accept(
    listener: TcpListener,
    config: Config,
    doors: Doors,
    router: Router,
    shutdown: impl Future<Output = ()>,
) {
    let (most, ledger) = (config.settings.most_connections, config.ledger.clone());
    let house = Arc::new(House { doors, config, router });
    let meet = |tcp, number, peer, stopped| Visit { house: house.clone(), number, peer, stopped }.receive(tcp);
    each(listener, most, &ledger, shutdown, meet).await;
}

/// Serves a router without TLS, for everybody who connects; with the same limits, and ended in the same way.
pub(crate) async fn serve_plain(
    listener: TcpListener,
    router: Router,
    settings: Arc<Settings>,
    ledger: Arc<Ledger>,
    shutdown: impl Future<Output = ()>,
) {
    let meet = |tcp: TcpStream, _, _, stopped| {
        let (router, settings, control) = (router.clone(), settings.clone(), Control::default());
        async move {
            let wire = Wire::new(tcp, control.clone(), settings.write_time);
            http::serve(wire, control, None, &router, &settings, until(stopped)).await;
        }
    };
    each(listener, settings.most_connections, &ledger, shutdown, meet).await;
}

/// Meets every connection, so many at once.
async fn each<F>(
    listener: TcpListener,
    most: usize,
    ledger: &Ledger,
    shutdown: impl Future<Output = ()>,
    meet: impl Fn(TcpStream, u64, SocketAddr, watch::Receiver<bool>) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    let (stop, stopped) = watch::channel(false);
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
                // A connection without it is slower, and works.
                let _ = tcp.set_nodelay(true);
                // In a box, as a task that awaits what it was given has room for it twice.
                let met = Box::pin(meet(tcp, number, peer, stopped.clone()));
                connections.spawn(async move {
                    met.await;
                    drop(slot);
                });
            }
            Err(_) => ledger.turn_away(),
        }
    }
    drop(listener);
    // Nobody listens where there is no connection.
    let _ = stop.send(true);
    let drained = timeout(DRAIN, async { while connections.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        connections.shutdown().await;
    }
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
