//! The listeners' connections: who may connect to the platform's, and what became of every attempt; and those of the
//! management's, which has no TLS. Knows TCP, TLS and the frame of HTTP; knows no route and decides no fault.
//!
//! Sessions are never resumed: a resumed one brings its certificate along unverified, so that a moved
//! clock or a revocation would be missed and the ledger would have nothing to tell. For the same reason connections
//! are closed whose certificate is not good any more (`standing.rs`).

mod accept;
mod connection;
mod door;
mod http;
pub mod ledger;
pub mod reason;
mod shown;
mod standing;
mod verifier;

use std::sync::Arc;

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use self::accept::serve;
pub(crate) use self::accept::serve_plain;
pub use self::door::Faces;
pub use self::ledger::Ledger;
pub use self::reason::{Alert, Reason};
pub use self::shown::Shown;
use crate::clock::Clock;
use crate::model::{CertificateKind, OfficeNumber};
use crate::pki::{Authority, PkiError};
use crate::settings::Settings;
use crate::wire::Control;

/// What a listener is made of.
#[derive(Clone)]
pub struct Config {
    /// Whose certificates clients must show.
    pub authority: Arc<Authority>,
    /// What the server shows.
    pub faces: Arc<Faces>,
    /// By which validities of clients are judged.
    pub clock: Clock,
    /// Limits and versions.
    pub settings: Arc<Settings>,
    /// Where every handshake is written down.
    pub ledger: Arc<Ledger>,
    /// Who says how a connection is met.
    pub greeter: Arc<dyn Greeter>,
}

/// Why a listener cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The library refused the certificates or the versions.
    #[error("cannot set TLS up: {0}")]
    Setup(String),
    /// The server's certificates could not be made.
    #[error(transparent)]
    Pki(#[from] PkiError),
}

/// A certificate that the server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerFace {
    /// A sound one.
    Good,
    /// Its validity ended yesterday.
    Expired,
    /// Its validity begins tomorrow.
    NotYetValid,
    /// It is for another host.
    WrongName,
    /// An authority of the same name with another key issued it.
    OtherAuthority,
}

/// How a connection is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Greeting {
    /// As it should be.
    Serve,
    /// RST, before anything is read.
    ResetAtOnce,
    /// FIN, before anything is answered.
    CloseAtOnce,
    /// Nothing is ever answered; the connection stays open until the client closes it.
    Stall,
    /// The client's first message is answered with the alert handshake_failure.
    AbortHandshake,
    /// The server shows this certificate.
    Face(ServerFace),
    /// The server speaks TLS 1.3 only.
    Tls13Only,
    /// Whatever certificate the client shows, it is refused with the alert access_denied.
    RefuseClient,
}

/// Says how connections are met.
pub trait Greeter: Send + Sync {
    /// Asked once for each accepted connection, before TLS. Connections count from 1; those over the
    /// limit have a number, too, but are not asked for.
    fn greet(&self, connection: u64) -> Greeting;
}

/// Meets every connection as it should be.
#[derive(Clone, Copy, Debug)]
pub struct Friendly;

impl Greeter for Friendly {
    fn greet(&self, _: u64) -> Greeting {
        Greeting::Serve
    }
}

/// Who is at the other end: an extension of every request.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The connection's number.
    pub connection: u64,
    /// The certificate that was accepted.
    pub certificate: Arc<PeerCertificate>,
    /// The handle to the connection.
    pub control: Control,
}

/// A client's certificate that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// CN of the subject.
    pub common_name: String,
    /// The office that the name says.
    pub office: Option<OfficeNumber>,
    /// The kind that the name says.
    pub kind: Option<CertificateKind>,
    /// Serial number, in lower-case hexadecimal.
    pub serial: String,
    /// SHA-256, in lower-case hexadecimal.
    pub fingerprint: String,
    /// The first second of its validity.
    pub not_before: OffsetDateTime,
    /// The last second of its validity.
    pub not_after: OffsetDateTime,
}
