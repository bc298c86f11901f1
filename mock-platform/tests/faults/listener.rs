//! The accept loop of the platform, with an authority and a client's certificate made for the test.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::faults::Engine;
use renkei_mock_platform::model::{CertificateKind, OfficeNumber};
use renkei_mock_platform::pki::{Authority, Profile};
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::tls::{Config, Faces, Ledger, serve};
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::bench::OFFICE;

/// What a client needs to connect.
pub(crate) struct Face {
    pub(crate) address: SocketAddr,
    /// A good client.
    pub(crate) config: Arc<ClientConfig>,
    /// The same, which ends at TLS 1.2.
    pub(crate) old_config: Arc<ClientConfig>,
}

pub(crate) fn start(runtime: &Runtime, engine: Engine, router: Router) -> Face {
    let clock = Clock::of_machine();
    let authority = Arc::new(Authority::new(clock.now()).unwrap());
    let face = |address| Face {
        address,
        config: client(&authority, &clock, &[&TLS13, &TLS12]),
        old_config: client(&authority, &clock, &[&TLS12]),
    };
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let face = face(listener.local_addr().unwrap());
    let settings = Arc::new(Settings::default());
    let config = Config {
        faces: Arc::new(Faces::new(&authority, &["localhost".to_owned()], clock.now()).unwrap()),
        authority,
        clock,
        ledger: Arc::new(Ledger::new(settings.ledger_length)),
        settings,
        greeter: Arc::new(engine),
    };
    runtime.spawn(serve(listener, config, router, pending()).unwrap());
    face
}

fn client(authority: &Authority, clock: &Clock, versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
    let number = OfficeNumber::parse(OFFICE).unwrap();
    let profile = Profile::of_office(CertificateKind::KaigoJigyousho, &number, clock.now()).unwrap();
    let issued = authority.issue(&profile).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority.cert_der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(vec![issued.cert_der], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.key_der)))
        .unwrap();
    Arc::new(config)
}
