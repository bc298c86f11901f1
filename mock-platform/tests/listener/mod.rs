//! A listener with a stopped clock, and clients that say exactly what they saw. Every test of the
//! platform listener shares this.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use axum::routing::get;
use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::model::{CertificateKind, OfficeNumber};
use renkei_mock_platform::pki::{Authority, Issued, Profile};
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::tls::ledger::Handshake;
use renkei_mock_platform::tls::{self, Alert, Faces, Friendly, Greeter, Greeting, Ledger, Peer};
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::time_provider::TimeProvider;
use rustls::{AlertDescription, ClientConfig, RootCertStore, SupportedProtocolVersion};
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The moment at which all clocks stand.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-27 12:00 +9);

/// How long an event may take before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const V12: &SupportedProtocolVersion = &rustls::version::TLS12;
pub(crate) const V13: &SupportedProtocolVersion = &rustls::version::TLS13;

/// A listener that runs.
pub(crate) struct Listener {
    pub(crate) authority: Arc<Authority>,
    pub(crate) clock: Clock,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) address: SocketAddr,
    handshakes: mpsc::UnboundedReceiver<Handshake>,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) task: JoinHandle<()>,
}

/// How to start one.
pub(crate) struct Order {
    pub(crate) settings: Settings,
    pub(crate) greeter: Arc<dyn Greeter>,
    pub(crate) router: Router,
}

impl Default for Order {
    fn default() -> Order {
        Order { settings: Settings::default(), greeter: Arc::new(Friendly), router: router() }
    }
}

/// Meets every connection in one way.
pub(crate) struct Always(pub(crate) Greeting);

impl Greeter for Always {
    fn greet(&self, _: u64) -> Greeting {
        self.0
    }
}

/// `/who` tells who is at the other end.
pub(crate) fn router() -> Router {
    async fn who(Extension(peer): Extension<Peer>) -> String {
        let certificate = &peer.certificate;
        let office = certificate.office.as_ref().map_or("none", OfficeNumber::as_str);
        format!("{} {} {office} {:?}", peer.connection, certificate.common_name, certificate.kind)
    }
    Router::new().route("/who", get(who))
}

impl Listener {
    pub(crate) async fn start(order: Order) -> Listener {
        Listener::of(order, Arc::new(Authority::new(NOW).unwrap())).await
    }

    pub(crate) async fn of(order: Order, authority: Arc<Authority>) -> Listener {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let (told, handshakes) = mpsc::unbounded_channel();
        let ledger = Arc::new(Ledger::observed(order.settings.ledger_length, move |handshake| {
            // A test may be over before its connections are.
            let _ = told.send(handshake.clone());
        }));
        let clock = Clock::stopped(NOW);
        let config = tls::Config {
            faces: Arc::new(Faces::new(&authority, &names, NOW).unwrap()),
            authority: authority.clone(),
            clock: clock.clone(),
            settings: Arc::new(order.settings),
            ledger: ledger.clone(),
            greeter: order.greeter,
        };
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            tls::serve(socket, config, order.router, shutdown).unwrap().await;
        });
        Listener { authority, clock, ledger, address, handshakes, stop: Some(stop), task }
    }

    /// The next handshake that is written down.
    pub(crate) async fn handshake(&mut self) -> Handshake {
        soon(self.handshakes.recv()).await.expect("the listener runs")
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take().expect("it is stopped once").send(()).expect("it runs");
    }

    /// A certificate of an office, issued now.
    pub(crate) fn office(&self) -> Issued {
        self.authority.issue(&office_profile()).unwrap()
    }

    /// A client of the office, with a certificate of its own.
    pub(crate) fn good_client(&self, version: &'static SupportedProtocolVersion) -> Arc<ClientConfig> {
        client(&self.authority, Some(&self.office()), version)
    }
}

pub(crate) fn number(text: &str) -> OfficeNumber {
    OfficeNumber::parse(text).unwrap()
}

pub(crate) fn office_profile() -> Profile {
    Profile::of_office(CertificateKind::KaigoJigyousho, &number("9970100013"), NOW).unwrap()
}

/// Waits for an event that must come.
pub(crate) async fn soon<T>(event: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, event).await.expect("the event comes")
}

/// Looks until something is so that must become so, where no event tells of it.
pub(crate) async fn until(mut so: impl FnMut() -> bool) {
    soon(async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

#[derive(Debug)]
struct Stopped;

impl TimeProvider for Stopped {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(NOW.unix_timestamp() as u64)))
    }
}

/// A client that trusts an authority and shows a certificate, or none.
pub(crate) fn client(
    trusted: &Authority,
    shown: Option<&Issued>,
    version: &'static SupportedProtocolVersion,
) -> Arc<ClientConfig> {
    let shown = shown.map(|issued| (issued.cert_der.clone(), issued.key_der.clone()));
    odd_client(trusted, shown, version)
}

/// The same, whose certificate and key need not belong together.
pub(crate) fn odd_client(
    trusted: &Authority,
    shown: Option<(CertificateDer<'static>, Vec<u8>)>,
    version: &'static SupportedProtocolVersion,
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.cert_der().clone()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_details(provider, Arc::new(Stopped))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    Arc::new(match shown {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
            let key = ring::sign::any_supported_type(&key).unwrap();
            let resolver = SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key));
            builder.with_client_cert_resolver(Arc::new(resolver) as Arc<dyn ResolvesClientCert>)
        }
    })
}

/// What a client saw of one connection.
#[derive(Debug, PartialEq)]
pub(crate) enum Saw {
    /// The handshake failed with an alert of the server.
    HandshakeRefused(String),
    /// The handshake and the first write succeeded; the read then failed with an alert of the server.
    ReadRefused(String),
    /// The client itself refused the server.
    OwnRefusal(rustls::Error),
    /// A response.
    Served(String),
}

/// Connects, asks who it is, and tells what it saw.
pub(crate) async fn visit(address: SocketAddr, config: &Arc<ClientConfig>) -> Saw {
    let mut tls = match connect(address, config).await {
        Ok(tls) => tls,
        Err(error) => {
            return match of_tls(&error) {
                rustls::Error::AlertReceived(alert) => Saw::HandshakeRefused(name(*alert)),
                own => Saw::OwnRefusal(own.clone()),
            };
        }
    };
    tls.write_all(b"GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .expect("the write succeeds");
    tls.flush().await.expect("the write succeeds");
    let mut response = Vec::new();
    match soon(tls.read_to_end(&mut response)).await {
        Ok(_) => {
            let response = String::from_utf8(response).unwrap();
            assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
            Saw::Served(response.split_once("\r\n\r\n").unwrap().1.to_owned())
        }
        Err(error) => match of_tls(&error) {
            rustls::Error::AlertReceived(alert) => Saw::ReadRefused(name(*alert)),
            other => panic!("{other}"),
        },
    }
}

pub(crate) async fn connect(address: SocketAddr, config: &Arc<ClientConfig>) -> std::io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    soon(TlsConnector::from(config.clone()).connect(name, tcp)).await
}

fn of_tls(error: &std::io::Error) -> &rustls::Error {
    let inner = error.get_ref().unwrap_or_else(|| panic!("not of TLS: {error}"));
    inner.downcast_ref().unwrap_or_else(|| panic!("not of TLS: {error}"))
}

fn name(alert: AlertDescription) -> String {
    Alert(u8::from(alert)).to_string()
}
