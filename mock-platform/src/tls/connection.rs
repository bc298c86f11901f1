//! One connection, from its greeting to its end. Knows what the handshake came to and writes it down;
//! judges no certificate and knows no route.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::Router;
use rustls::{AlertDescription, InvalidMessage, PeerIncompatible, ServerConfig};
use time::OffsetDateTime;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::door::Doors;
use super::http::{self, Certified};
use super::ledger::{Failure, Handshake, Outcome};
use super::standing::Standing;
use super::verifier::{CELL, Cell, Seen};
use super::{Alert, Config, Greeting, Peer, Reason};
use crate::wire::{Control, Wire};

/// How long a client that was refused may take to close: it shall read the alert first, and a
/// connection that is closed with bytes unread is reset.
pub(super) const LINGER: Duration = Duration::from_secs(2);

/// What all connections of a listener share.
pub(super) struct House {
    pub(super) doors: Doors,
    pub(super) config: Config,
    pub(super) router: Router,
}

/// One connection.
pub(super) struct Visit {
    pub(super) house: Arc<House>,
    pub(super) number: u64,
    pub(super) peer: SocketAddr,
    pub(super) stopped: watch::Receiver<bool>,
}

impl Visit {
    pub(super) async fn receive(self, tcp: TcpStream) {
        let config = &self.house.config;
        let at = config.clock.now();
        let greeting = config.greeter.greet(self.number);
        let Some(door) = self.house.doors.of(greeting) else {
            self.record(at, greeting, Outcome::Scripted, Seen::default());
            tokio::select! {
                () = misbehave(greeting, tcp, config.settings.handshake_time) => {}
                () = self.stopped() => {}
            }
            return;
        };
        let control = Control::default();
        let cell = Cell::default();
        let handshake = shake_hands(door, Wire::new(tcp, control.clone(), config.settings.write_time), cell.clone());
        let ended = tokio::select! {
            ended = timeout(config.settings.handshake_time, handshake) => ended,
            () = self.stopped() => {
                let failure = Failure::ShutDown;
                return self.record(at, greeting, Outcome::Failed { failure }, seen(&cell));
            }
        };
        match ended {
            Ok(Ok(tls)) => {
                let seen = seen(&cell);
                let Some(certificate) = seen.shown.as_ref().map(|shown| Arc::new(shown.accepted())) else {
                    // The verifier lets nobody in without reading a certificate.
                    let failure = Failure::Io { what: "no certificate was seen".to_owned() };
                    return self.record(at, greeting, Outcome::Failed { failure }, seen);
                };
                self.record(at, greeting, established(&tls), seen.clone());
                let standing = Standing {
                    certificate: certificate.clone(),
                    authority: config.authority.clone(),
                    clock: config.clock.clone(),
                };
                let fallen = |reason| self.record(config.clock.now(), greeting, Outcome::Closed { reason }, seen);
                let peer = Peer { connection: self.number, certificate, control: control.clone() };
                let certified = Certified { peer, standing, fallen: Box::new(fallen) };
                let (router, settings) = (&self.house.router, &config.settings);
                http::serve(tls, control, Some(certified), router, settings, self.stopped()).await;
            }
            Ok(Err((error, wire))) => {
                let seen = seen(&cell);
                self.record(at, greeting, outcome(&error, seen.reason.as_ref()), seen);
                tokio::select! {
                    () = take_leave(wire) => {}
                    () = self.stopped() => {}
                }
            }
            Err(_) => self.record(at, greeting, Outcome::Failed { failure: Failure::TimedOut }, seen(&cell)),
        }
    }

    fn record(&self, at: OffsetDateTime, greeting: Greeting, outcome: Outcome, seen: Seen) {
        let Visit { house, number, peer, .. } = self;
        let shown = seen.shown;
        house.config.ledger.record(Handshake {
            seq: 0,
            connection: *number,
            at,
            peer: *peer,
            greeting,
            outcome,
            shown,
        });
    }

    /// Comes when the listener is shut down.
    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        until(self.stopped.clone())
    }
}

/// Comes when a listener is shut down.
pub(super) async fn until(mut stopped: watch::Receiver<bool>) {
    // A listener that is gone has stopped, too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn shake_hands(door: Arc<ServerConfig>, wire: Wire, cell: Cell) -> Result<TlsStream<Wire>, (io::Error, Wire)> {
    CELL.scope(cell, TlsAcceptor::from(door).accept(wire).into_fallible()).await
}

fn seen(cell: &Cell) -> Seen {
    cell.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn established(tls: &TlsStream<Wire>) -> Outcome {
    let (_, connection) = tls.get_ref();
    let version = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
        Some(_) | None => "TLS",
    };
    let cipher = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str().map(str::to_owned));
    Outcome::Established { version, cipher: cipher.unwrap_or_default() }
}

/// What an error of the handshake means, given what the verifier said.
fn outcome(error: &io::Error, reason: Option<&Reason>) -> Outcome {
    let failure = |failure| Outcome::Failed { failure };
    let refused = |reason: &Reason| Outcome::Refused { reason: reason.clone(), alert: reason.alert() };
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(tls) = tls else {
        return failure(match error.kind() {
            io::ErrorKind::UnexpectedEof => Failure::ClientClosed,
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                Failure::ClientReset
            }
            _ => Failure::Io { what: error.to_string() },
        });
    };
    if let Some(reason) = reason {
        return refused(reason);
    }
    match tls {
        rustls::Error::NoCertificatesPresented => refused(&Reason::NoCertificate),
        rustls::Error::AlertReceived(AlertDescription::CloseNotify) => failure(Failure::ClientClosed),
        rustls::Error::AlertReceived(alert) => failure(Failure::ClientAlert { alert: Alert(u8::from(*alert)) }),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion) => {
            failure(Failure::NotTls)
        }
        // Only clients of TLS 1.1 and older say no signature algorithms; nobody would guess that from its name.
        rustls::Error::PeerIncompatible(PeerIncompatible::SignatureAlgorithmsExtensionRequired) => {
            failure(Failure::NothingInCommon { what: "TLS 1.1 or older".to_owned() })
        }
        rustls::Error::PeerIncompatible(what) => failure(Failure::NothingInCommon { what: format!("{what:?}") }),
        rustls::Error::NoApplicationProtocol => {
            failure(Failure::NothingInCommon { what: "NoApplicationProtocol".to_owned() })
        }
        other => failure(Failure::Misbehaved { what: other.to_string() }),
    }
}

/// Meets a connection without TLS.
async fn misbehave(greeting: Greeting, mut tcp: TcpStream, handshake_time: Duration) {
    match greeting {
        Greeting::ResetAtOnce => {
            // Closing then sends RST in place of FIN. Where that cannot be set the connection still
            // breaks.
            let _ = tcp.set_zero_linger();
        }
        Greeting::CloseAtOnce => take_leave(tcp).await,
        Greeting::Stall => drain(&mut tcp).await,
        Greeting::AbortHandshake => {
            if timeout(handshake_time, first_record(&mut tcp)).await.is_ok() {
                // Alert, legacy version 1.2, two bytes: fatal, handshake_failure.
                let _ = tcp.write_all(&[21, 3, 3, 0, 2, 2, 40]).await;
            }
            take_leave(tcp).await;
        }
        Greeting::Serve | Greeting::Face(_) | Greeting::Tls13Only | Greeting::RefuseClient => {}
    }
}

/// Reads the client's first record: five bytes that tell its length, and as many as they tell.
async fn first_record(tcp: &mut TcpStream) {
    let mut head = [0; 5];
    if tcp.read_exact(&mut head).await.is_ok() {
        let length = u64::from(u16::from_be_bytes([head[3], head[4]]));
        // A client that closes in between gets the alert all the same.
        let _ = tokio::io::copy(&mut tcp.take(length), &mut tokio::io::sink()).await;
    }
}

/// Sends FIN and waits for the client's, so that it reads what was sent before.
async fn take_leave(mut stream: impl AsyncRead + tokio::io::AsyncWrite + Unpin) {
    if stream.shutdown().await.is_ok() {
        // One that does not close in time is closed.
        let _ = timeout(LINGER, drain(&mut stream)).await;
    }
}

/// Reads and forgets until the client has closed.
async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    // How it ended does not matter.
    let _ = tokio::io::copy(stream, &mut tokio::io::sink()).await;
}
