//! The load and its two targets. Knows sockets, TLS and how to count; knows no ratio.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::server::{Options, Running, start};
use renkei_mock_platform::world::Seed;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// The offices of the load, which the demo world knows.
const SENDER: &str = "9970100013";
const RECEIVER: &str = "9970100021";

/// What is put under load.
pub(crate) struct Target {
    address: SocketAddr,
    tls: Arc<ClientConfig>,
    request: Kind,
}

enum Kind {
    Echo,
    Platform { token: String, running: Running, body: Bytes },
}

/// What a load came to.
#[derive(Default)]
pub(crate) struct Measured {
    /// How long each request took, in no order.
    times: Vec<Duration>,
    time: Duration,
    /// What the process took of the processors, client and server together; zero where nothing tells it.
    processor: Duration,
}

impl Measured {
    pub(crate) fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.time.as_secs_f64()
    }

    /// Two loads as one.
    pub(crate) fn and(mut self, other: Measured) -> Measured {
        self.times.extend(other.times);
        Measured { times: self.times, time: self.time + other.time, processor: self.processor + other.processor }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut times = self.times.clone();
        times.sort_unstable();
        let quantile = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
        let processor = self.processor.as_secs_f64() * 1e6 / times.len() as f64;
        write!(
            f,
            "{:>10.0}  {:>6.2} ms  {:>6.2} ms  {processor:>6.0} µs",
            self.per_second(),
            quantile(0.5),
            quantile(0.99)
        )
    }
}

/// Sends requests over some connections, each as soon as the one before is answered.
pub(crate) async fn measure(target: &Target, connections: usize, bytes: usize, time: Duration) -> Measured {
    let run = NEXT_RUN.fetch_add(1, Ordering::Relaxed);
    let (begun, processor) = (Instant::now(), processor_time());
    let mut tasks = Vec::new();
    for connection in 0..connections {
        let mut sender = target.connect().await;
        let requests = target.requests(bytes);
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < time {
                let sent = Instant::now();
                sender.ready().await.expect("the connection stays open");
                let answer = sender.send_request(requests.make(&format!("{run}-{connection}-{}", times.len()))).await;
                let answer = answer.expect("a request is answered");
                assert!(answer.status().is_success(), "{}", answer.status());
                let body = answer.into_body().collect().await.expect("a body is complete").to_bytes();
                requests.check(&body);
                times.push(sent.elapsed());
            }
            times
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a connection ends"));
    }
    assert!(!times.is_empty(), "there is time for a request");
    Measured { times, time: begun.elapsed(), processor: processor_time().saturating_sub(processor) }
}

/// What this process has taken of the processors so far, in hundredths of a second; zero where it is not
/// told as Linux tells it.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name of the program, which may hold anything.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

static NEXT_RUN: AtomicU64 = AtomicU64::new(0);

/// How requests are made and answers held to what they must be.
struct Requests {
    token: Option<String>,
    body: Bytes,
}

impl Requests {
    fn make(&self, key: &str) -> Request<Full<Bytes>> {
        let request = Request::builder().method(Method::POST).header(header::HOST, "localhost");
        let request = match &self.token {
            None => request.uri("/echo"),
            Some(token) => request
                .uri("/v1/deliveries")
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
                .header("Idempotency-Key", key),
        };
        request.body(Full::new(self.body.clone())).expect("the parts of a request are well-formed")
    }

    fn check(&self, body: &[u8]) {
        match &self.token {
            None => assert_eq!(body.len(), self.body.len()),
            Some(_) => {
                let accepted = br#"{"status":"ok""#;
                assert!(body.starts_with(accepted), "{}", String::from_utf8_lossy(body));
            }
        }
    }
}

impl Target {
    /// axum on tokio-rustls, answering with the body of the request. It asks for a client certificate,
    /// too, and nothing else.
    pub(crate) async fn echo() -> Target {
        let authority = Authority::new();
        let (chain, key) = authority.issue(true);
        let verifier = WebPkiClientVerifier::builder(Arc::new(authority.roots())).build().expect("a root is there");
        let config = ServerConfig::builder().with_client_cert_verifier(verifier).with_single_cert(chain, key);
        let acceptor = TlsAcceptor::from(Arc::new(config.expect("the certificate fits its key")));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let router = axum::Router::new().route("/echo", axum::routing::post(|body: Bytes| async move { body }));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (acceptor, router) = (acceptor.clone(), router.clone());
                tokio::spawn(async move {
                    tcp.set_nodelay(true).expect("a socket takes options");
                    let Ok(tls) = acceptor.accept(tcp).await else { return };
                    let service = TowerToHyperService::new(router);
                    let served =
                        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(tls), service);
                    // The load ends by closing its connections.
                    let _ = served.await;
                });
            }
        });
        let (chain, key) = authority.issue(false);
        Target { address, tls: client_config(authority.roots(), chain, key), request: Kind::Echo }
    }

    /// The platform, as `renkei serve` starts it, with its data in a temporary folder.
    pub(crate) async fn platform(bytes: usize) -> Target {
        let offices = [SENDER, RECEIVER].map(|text| OfficeNumber::parse(text).expect("a number has its form"));
        let running = start(Options::for_tests()).await.expect("the platform starts");
        let client = running.client(&offices[0]);
        let chain = CertificateDer::pem_file_iter(&client.certificate).expect("it can be read");
        let chain: Vec<_> = chain.map(|one| one.expect("it is PEM")).collect();
        let key = PrivateKeyDer::from_pem_file(&client.key).expect("it is PEM");
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_file(&client.authority).expect("it is PEM");
        roots.add(root).expect("it is a certificate");
        let (address, tls) = (running.platform, client_config(roots, chain, key));
        let mut target = Target { address, tls, request: Kind::Echo };
        let token = target.log_in(&Seed::demo(running.today()), &offices[0]).await;
        target.request = Kind::Platform { token, running, body: delivery(bytes) };
        target
    }

    /// Ends the platform.
    pub(crate) async fn stop(self) {
        match self.request {
            Kind::Echo => {}
            Kind::Platform { running, .. } => {
                running.stop().await;
            }
        }
    }

    fn requests(&self, bytes: usize) -> Requests {
        match &self.request {
            Kind::Echo => Requests { token: None, body: Bytes::from(vec![b'x'; bytes]) },
            Kind::Platform { token, body, .. } => Requests { token: Some(token.clone()), body: body.clone() },
        }
    }

    async fn connect(&self) -> SendRequest<Full<Bytes>> {
        let tcp = TcpStream::connect(self.address).await.expect("the target listens");
        tcp.set_nodelay(true).expect("a socket takes options");
        let name = ServerName::try_from("localhost").expect("it is a name");
        let tls = TlsConnector::from(self.tls.clone()).connect(name, tcp).await.expect("the certificates are good");
        let (sender, connection) = handshake(TokioIo::new(tls)).await.expect("it speaks HTTP");
        tokio::spawn(async move {
            // It ends when the load has ended.
            let _ = connection.await;
        });
        sender
    }

    async fn log_in(&self, seed: &Seed, office: &OfficeNumber) -> String {
        let office = seed.offices().iter().find(|one| one.number == *office).expect("the demo world has the sender");
        let mut sender = self.connect().await;
        let mut ask = async |path: &str, body: serde_json::Value| {
            let request = Request::post(path)
                .header(header::HOST, "localhost")
                .header(header::CONTENT_TYPE, "application/json")
                .body(Full::new(Bytes::from(body.to_string())))
                .expect("the parts of a request are well-formed");
            sender.ready().await.expect("the connection stays open");
            let answer = sender.send_request(request).await.expect("a request is answered");
            let body = answer.into_body().collect().await.expect("a body is complete").to_bytes();
            serde_json::from_slice::<serde_json::Value>(&body).expect("the answer is JSON")
        };
        let (personal, user) = (&office.personal_user, &office.office_user);
        let body = serde_json::json!({"user_id": personal.id, "password": personal.password});
        let step = ask("/v1/login/personal", body).await["data"]["step_token"].clone();
        let body = serde_json::json!({"user_id": user.id, "password": user.password, "step_token": step});
        let session = ask("/v1/login/office", body).await;
        session["data"]["access_token"].as_str().expect("the login is good").to_owned()
    }
}

const BOUNDARY: &str = "renkei-bench";

/// A set of the three files of 予定 with so many bytes in all.
fn delivery(bytes: usize) -> Bytes {
    let mut body = Vec::new();
    let mut part = |head: &str, content: &[u8]| {
        body.extend_from_slice(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    };
    part("name=\"delivery\"\r\nContent-Type: application/json", b"{\"message\":\"\"}");
    for (kind, share) in [("UPPLAN", 70), ("UPSIKYU", 25), ("UPHOSOKU", 5)] {
        let mut content = b"202407,".to_vec();
        content.resize(bytes * share / 100, b'0');
        let name = format!("{kind}_202610_{SENDER}_43_{RECEIVER}_11_20260928101500.CSV");
        part(&format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream"), &content);
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    Bytes::from(body)
}

fn client_config(
    roots: RootCertStore,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Arc<ClientConfig> {
    let config = ClientConfig::builder().with_root_certificates(roots).with_client_auth_cert(chain, key);
    Arc::new(config.expect("the certificate fits its key"))
}

/// The echo's own authority: nothing of the platform is used by what it is compared with.
struct Authority {
    certificate: CertificateDer<'static>,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let key = rcgen::KeyPair::generate().expect("a key is made");
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("it is signed").der().clone();
        Authority { certificate, issuer: rcgen::Issuer::new(params, key) }
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("it is a certificate");
        roots
    }

    fn issue(&self, server: bool) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let key = rcgen::KeyPair::generate().expect("a key is made");
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("it is a name");
        params.extended_key_usages = vec![if server {
            rcgen::ExtendedKeyUsagePurpose::ServerAuth
        } else {
            rcgen::ExtendedKeyUsagePurpose::ClientAuth
        }];
        let certificate = params.signed_by(&key, &self.issuer).expect("it is signed");
        (vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).expect("a key is written"))
    }
}
