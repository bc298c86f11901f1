//! What the server shows and speaks. Knows rustls' configurations, one for each way to meet a
//! connection; knows no connection.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::time_provider::TimeProvider;
use rustls::{ServerConfig, SupportedProtocolVersion};
use time::OffsetDateTime;

use super::verifier::{Rule, Verifier};
use super::{Config, Greeting, ServerFace, TlsError};
use crate::clock::Clock;
use crate::pki::{Authority, Profile, Usage, Validity};

/// The certificates that the server can show.
#[derive(Debug)]
pub struct Faces {
    good: Arc<CertifiedKey>,
    expired: Arc<CertifiedKey>,
    not_yet_valid: Arc<CertifiedKey>,
    wrong_name: Arc<CertifiedKey>,
    other_authority: Arc<CertifiedKey>,
}

/// The host of [`ServerFace::WrongName`].
const WRONG_NAME: &str = "wrong-name.renkei.invalid";

impl Faces {
    /// Makes them for a server that is reached under some host names and addresses. `now` is the
    /// machine's time, not the platform's: clients judge these certificates by their own clock.
    pub fn new(authority: &Authority, names: &[String], now: OffsetDateTime) -> Result<Faces, TlsError> {
        let face = |authority: &Authority, names: &[String], validity| {
            let common_name = names.first().map_or("renkei", String::as_str).to_owned();
            let issued = authority.issue(&Profile { common_name, usage: Usage::Server(names.to_vec()), validity })?;
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.key_der));
            let key = ring::sign::any_supported_type(&key).map_err(|error| TlsError::Setup(error.to_string()))?;
            Ok::<_, TlsError>(Arc::new(CertifiedKey::new(vec![issued.cert_der], key)))
        };
        let valid = Validity::of_server(now)?;
        Ok(Faces {
            good: face(authority, names, valid)?,
            expired: face(authority, names, Validity::over(now)?)?,
            not_yet_valid: face(authority, names, Validity::to_come(now)?)?,
            wrong_name: face(authority, &[WRONG_NAME.to_owned()], valid)?,
            other_authority: face(&Authority::new(now)?, names, valid)?,
        })
    }

    fn of(&self, face: ServerFace) -> &Arc<CertifiedKey> {
        match face {
            ServerFace::Good => &self.good,
            ServerFace::Expired => &self.expired,
            ServerFace::NotYetValid => &self.not_yet_valid,
            ServerFace::WrongName => &self.wrong_name,
            ServerFace::OtherAuthority => &self.other_authority,
        }
    }
}

/// The configurations of a listener.
pub(super) struct Doors {
    good: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
    not_yet_valid: Arc<ServerConfig>,
    wrong_name: Arc<ServerConfig>,
    other_authority: Arc<ServerConfig>,
    tls13_only: Arc<ServerConfig>,
    refusing: Arc<ServerConfig>,
}

const ONLY_13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];
const BOTH: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

impl Doors {
    pub(super) fn new(config: &Config) -> Result<Doors, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let right = Arc::new(Verifier::new(&config.authority, &config.clock, &provider, Rule::Right)?);
        let nobody = Arc::new(Verifier::new(&config.authority, &config.clock, &provider, Rule::Nobody)?);
        let versions = if config.settings.tls13_only { ONLY_13 } else { BOTH };
        let door = |face, versions, verifier: &Arc<Verifier>| {
            let key = config.faces.of(face).clone();
            door(&provider, &config.clock, versions, verifier.clone(), key)
        };
        Ok(Doors {
            good: door(ServerFace::Good, versions, &right)?,
            expired: door(ServerFace::Expired, versions, &right)?,
            not_yet_valid: door(ServerFace::NotYetValid, versions, &right)?,
            wrong_name: door(ServerFace::WrongName, versions, &right)?,
            other_authority: door(ServerFace::OtherAuthority, versions, &right)?,
            tls13_only: door(ServerFace::Good, ONLY_13, &right)?,
            refusing: door(ServerFace::Good, versions, &nobody)?,
        })
    }

    /// The configuration for a greeting; `None` where it does not come to TLS.
    pub(super) fn of(&self, greeting: Greeting) -> Option<Arc<ServerConfig>> {
        let door = match greeting {
            Greeting::Serve | Greeting::Face(ServerFace::Good) => &self.good,
            Greeting::Face(ServerFace::Expired) => &self.expired,
            Greeting::Face(ServerFace::NotYetValid) => &self.not_yet_valid,
            Greeting::Face(ServerFace::WrongName) => &self.wrong_name,
            Greeting::Face(ServerFace::OtherAuthority) => &self.other_authority,
            Greeting::Tls13Only => &self.tls13_only,
            Greeting::RefuseClient => &self.refusing,
            Greeting::ResetAtOnce | Greeting::CloseAtOnce | Greeting::Stall | Greeting::AbortHandshake => return None,
        };
        Some(door.clone())
    }
}

fn door(
    provider: &Arc<CryptoProvider>,
    clock: &Clock,
    versions: &[&'static SupportedProtocolVersion],
    verifier: Arc<Verifier>,
    key: Arc<CertifiedKey>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let time = Arc::new(Moved(clock.clone()));
    let mut config = ServerConfig::builder_with_details(provider.clone(), time)
        .with_protocol_versions(versions)
        .map_err(|error| TlsError::Setup(error.to_string()))?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(key)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // No session is resumed; see the module above.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// The platform's clock, for rustls.
#[derive(Debug)]
struct Moved(Clock);

impl TimeProvider for Moved {
    fn current_time(&self) -> Option<UnixTime> {
        // A clock before 1970 shows its beginning.
        let seconds = u64::try_from(self.0.now().unix_timestamp()).unwrap_or(0);
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}
