//! Who is at the other end of a connection. Knows what the handshake learnt; does no handshake.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::model::{CertificateKind, OfficeNumber};
use crate::wire::Control;

/// The client of a connection, as an extension of each of its requests.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The number of the connection.
    pub connection: u64,
    /// What it showed.
    pub certificate: Arc<PeerCertificate>,
    /// The handle to the connection.
    pub control: Control,
}

/// The certificate of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// `CN` of its subject.
    pub common_name: String,
    /// The office named there.
    pub office: Option<OfficeNumber>,
    /// Its kind, by the subject.
    pub kind: Option<CertificateKind>,
    /// Serial number, in hexadecimal.
    pub serial: String,
    /// SHA-256 of it, in hexadecimal.
    pub fingerprint: String,
    /// 有効開始年月日
    pub not_before: OffsetDateTime,
    /// 有効終了年月日
    pub not_after: OffsetDateTime,
}
