//! Judges the certificates of clients. Knows the authority and the platform's clock; path and
//! signatures are verified by webpki, and no request is known here.
//!
//! rustls lets a verifier return an error and nothing else, and the error names neither connection nor
//! reason. The verifier runs inside the task of its connection, so it leaves what it saw in a cell of
//! that task: one configuration serves all connections, and none waits for another.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    AlertDescription, CertificateError, DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme,
};

use super::{Alert, Reason, Shown, TlsError, standing};
use crate::clock::Clock;
use crate::pki::{Authority, Subject};

/// What the verifier saw of one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The certificate, where it could be read.
    pub(super) shown: Option<Shown>,
    /// Why it was refused.
    pub(super) reason: Option<Reason>,
}

/// Where the verifier leaves what it saw.
pub(super) type Cell = Arc<Mutex<Seen>>;

tokio::task_local! {
    /// The cell of the connection whose handshake runs.
    pub(super) static CELL: Cell;
}

/// Whom a verifier lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Who has a right certificate.
    Right,
    /// Nobody.
    Nobody,
}

/// The verifier of all connections.
#[derive(Debug)]
pub(super) struct Verifier {
    path: Arc<dyn ClientCertVerifier>,
    authority: Arc<Authority>,
    /// Asked for revocations, as rustls counts whole seconds.
    clock: Clock,
    rule: Rule,
}

impl Verifier {
    pub(super) fn new(
        authority: &Arc<Authority>,
        clock: &Clock,
        provider: &Arc<CryptoProvider>,
        rule: Rule,
    ) -> Result<Verifier, TlsError> {
        let setup = |error: String| TlsError::Setup(error);
        let mut roots = RootCertStore::empty();
        roots.add(authority.cert_der().clone()).map_err(|error| setup(error.to_string()))?;
        let path = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .map_err(|error| setup(error.to_string()))?;
        Ok(Verifier { path, authority: authority.clone(), clock: clock.clone(), rule })
    }

    /// Why a certificate whose path is sound is refused all the same.
    fn beyond_path(&self, shown: &Shown) -> Option<Reason> {
        let revoked = standing::revoked(&self.authority, &shown.serial, self.clock.now());
        if revoked.is_some() {
            return revoked;
        }
        match (Subject::parse(&shown.common_name), self.rule) {
            (Subject::Refused(kind, _), _) => Some(Reason::KindRefused { kind }),
            (Subject::NoOffice(_), _) => Some(Reason::NoOffice),
            (Subject::Other(_), _) => Some(Reason::UnknownKind),
            (Subject::Office(..), Rule::Nobody) => Some(Reason::Scripted),
            (Subject::Office(..), Rule::Right) => None,
        }
    }

    /// What a failure of the path means.
    fn of_path(&self, error: &rustls::Error, shown: &Shown) -> Reason {
        let rustls::Error::InvalidCertificate(error) = error else {
            return Reason::Other { what: error.to_string(), alert: Alert(40) };
        };
        match error {
            CertificateError::BadEncoding => Reason::Malformed,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                Reason::Expired { until: shown.not_after }
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Reason::NotYetValid { from: shown.not_before }
            }
            CertificateError::UnknownIssuer => Reason::UnknownIssuer,
            // An authority of the same name: the certificate names the key of another.
            CertificateError::BadSignature
                if shown.issuer_key.as_deref().is_some_and(|key| key != self.authority.key_id()) =>
            {
                Reason::UnknownIssuer
            }
            CertificateError::BadSignature => Reason::BadSignature,
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => Reason::WrongUsage,
            other => {
                Reason::Other { what: other.to_string(), alert: Alert(u8::from(AlertDescription::from(other.clone()))) }
            }
        }
    }
}

/// Leaves something in the cell of the connection.
fn note(write: impl FnOnce(&mut Seen)) {
    // Outside of a connection there is nobody to tell.
    let _ = CELL.try_with(|cell| write(&mut cell.lock().unwrap_or_else(PoisonError::into_inner)));
}

fn refuse<T>(reason: Reason, original: rustls::Error) -> Result<T, rustls::Error> {
    let error = reason.error(original);
    note(|seen| seen.reason = Some(reason));
    Err(error)
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.path.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let malformed = rustls::Error::InvalidCertificate(CertificateError::BadEncoding);
        let Some(shown) = Shown::read(end_entity) else { return refuse(Reason::Malformed, malformed) };
        note(|seen| seen.shown = Some(shown.clone()));
        let verified = match self.path.verify_client_cert(end_entity, intermediates, now) {
            Ok(verified) => verified,
            Err(error) => return refuse(self.of_path(&error, &shown), error),
        };
        match self.beyond_path(&shown) {
            Some(reason) => refuse(reason, malformed),
            None => Ok(verified),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.path.verify_tls12_signature(message, cert, dss).or_else(not_held)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.path.verify_tls13_signature(message, cert, dss).or_else(not_held)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.path.supported_verify_schemes()
    }
}

fn not_held<T>(error: rustls::Error) -> Result<T, rustls::Error> {
    match &error {
        rustls::Error::InvalidCertificate(CertificateError::BadSignature) => refuse(Reason::KeyNotHeld, error),
        // The client spoke wrongly; its certificate is not the reason.
        _ => Err(error),
    }
}
