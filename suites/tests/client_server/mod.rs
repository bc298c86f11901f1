//! A platform that misbehaves on command, over TLS with client certificates, and a client beside it.
//! It is written by hand down to the bytes of HTTP, so that it can be wrong in every way.

#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod http;
mod platform;

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use renkei_suites::client::{
    Account, Client, Failure, Folders, Identity, Pause, Point, Policy, Profile, Tally, Timeouts, Told, Tools, Watcher,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) use self::platform::{Accepted, Entry, Listing, Misdeed, Plan, Platform};

/// The office that the client logs in as.
pub(crate) const OFFICE: &str = "9970100013";
/// Another one.
pub(crate) const OTHER: &str = "9970100021";

/// Certificates of one authority, in PEM.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "TEST of the client");
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { issuer: Issuer::new(params, key), pem }
    }

    /// Certificate and key.
    pub(crate) fn issue(&self, name: &str, valid: Valid) -> (String, String) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        (params.not_before, params.not_after) = match valid {
            Valid::Now => (datetime!(2020-01-01 00:00:00 UTC), datetime!(2120-01-01 00:00:00 UTC)),
            Valid::Before => (datetime!(2020-01-01 00:00:00 UTC), datetime!(2021-01-01 00:00:00 UTC)),
        };
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

/// When a certificate is valid.
#[derive(Clone, Copy)]
pub(crate) enum Valid {
    Now,
    Before,
}

/// A server that runs until the test ends, and what its clients need to know.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) authority: Authority,
    pub(crate) client: (String, String),
    platform: Arc<Mutex<Platform>>,
}

impl Server {
    pub(crate) fn start() -> Server {
        let authority = Authority::new();
        let certificate = authority.issue("localhost", Valid::Now);
        Server::with(authority, &certificate)
    }

    /// A server that shows some certificate.
    pub(crate) fn with(authority: Authority, shown: &(String, String)) -> Server {
        let clients = authority.pem.clone();
        Server::taking(authority, shown, &clients)
    }

    /// A server that takes the clients of some authority, in PEM.
    pub(crate) fn taking(authority: Authority, (certificate, key): &(String, String), clients: &str) -> Server {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(clients.as_bytes()).unwrap()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
            )
            .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let platform = Arc::new(Mutex::new(Platform::new(address)));
        let shared = Arc::clone(&platform);
        std::thread::spawn(move || http::serve(listener, config, shared));
        let client = authority.issue("KaigoJigyousho9970100013", Valid::Now);
        Server { address, authority, client, platform }
    }

    pub(crate) fn platform(&self) -> MutexGuard<'_, Platform> {
        self.platform.lock().unwrap()
    }

    pub(crate) fn profile(&self) -> Profile {
        let account = |user: &str, password: &str| Account { user: user.to_owned(), password: password.to_owned() };
        Profile {
            url: format!("https://localhost:{}/", self.address.port()).parse().unwrap(),
            ca: self.authority.pem.clone().into_bytes(),
            identity: Identity::Pem {
                certificate: self.client.0.clone().into_bytes(),
                key: self.client.1.clone().into_bytes(),
            },
            personal: account("c9970100013", "personal1"),
            office: account("KJ999970100013", "office1"),
            timeouts: Timeouts {
                connect: Duration::from_secs(5),
                read: Duration::from_millis(250),
                total: Duration::from_secs(20),
            },
        }
    }
}

/// Time that does not pass, and what was waited in it.
pub(crate) struct NoTime {
    waits: Mutex<Vec<Duration>>,
    /// After so many waits, the caller wants to stop.
    pub(crate) most: usize,
}

impl NoTime {
    pub(crate) fn new(most: usize) -> NoTime {
        NoTime { waits: Mutex::default(), most }
    }

    /// Seconds waited, but for looks.
    pub(crate) fn waits(&self) -> Vec<f64> {
        self.waits.lock().unwrap().iter().filter(|wait| !wait.is_zero()).map(Duration::as_secs_f64).collect()
    }
}

impl Pause for NoTime {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-11-27 00:00:00 UTC)
    }

    fn stopping(&self) -> bool {
        false
    }

    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + '_>> {
        let mut waits = self.waits.lock().unwrap();
        waits.push(time);
        let done = if waits.len() > self.most { Err(Failure::Stopped) } else { Ok(()) };
        Box::pin(std::future::ready(done))
    }
}

/// Dies at a step.
pub(crate) struct DiesAt {
    rest: std::cell::Cell<usize>,
    pub(crate) seen: std::cell::RefCell<Vec<Point>>,
}

impl DiesAt {
    /// At the step of this number, from 0.
    pub(crate) fn step(step: usize) -> DiesAt {
        DiesAt { rest: std::cell::Cell::new(step), seen: std::cell::RefCell::default() }
    }

    pub(crate) fn never() -> DiesAt {
        DiesAt::step(usize::MAX)
    }
}

impl Watcher for DiesAt {
    fn reached(&self, point: Point) {
        self.seen.borrow_mut().push(point);
        match self.rest.get() {
            // Not a panic of ours, so nobody is told of it.
            0 => std::panic::resume_unwind(Box::new(point)),
            rest => self.rest.set(rest - 1),
        }
    }
}

/// What became of a run.
#[derive(Debug)]
pub(crate) enum Ran {
    /// It ended by itself.
    Ended { tally: Tally, told: Vec<Told>, waits: Vec<f64> },
    /// It died at a step.
    Died(Point),
}

impl Ran {
    #[track_caller]
    pub(crate) fn ended(self) -> (Tally, Vec<Told>, Vec<f64>) {
        match self {
            Ran::Ended { tally, told, waits } => (tally, told, waits),
            Ran::Died(point) => panic!("it died at {point:?}"),
        }
    }
}

/// A client's two folders.
pub(crate) struct Desk {
    pub(crate) outbox: TempDir,
    pub(crate) inbox: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk { outbox: tempfile::tempdir().unwrap(), inbox: tempfile::tempdir().unwrap() }
    }

    /// Writes a file into the outbox.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.outbox.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn folders(&self) -> Folders {
        Folders { outbox: self.outbox.path().to_owned(), inbox: self.inbox.path().to_owned() }
    }

    pub(crate) fn once(&self, profile: &Profile, watcher: &DiesAt) -> Ran {
        let time = NoTime::new(usize::MAX);
        let told = std::cell::RefCell::new(Vec::new());
        let tell = |one: &Told| told.borrow_mut().push(one.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let run = || {
            let tools = Tools { policy: Policy::default(), pause: &time, watcher, tell: &tell };
            let mut client = Client::open(profile, &self.folders(), tools).unwrap();
            runtime.block_on(client.once(Duration::ZERO))
        };
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(tally) => Ran::Ended { tally, told: told.take(), waits: time.waits() },
            Err(death) => match death.downcast::<Point>() {
                Ok(point) => Ran::Died(*point),
                Err(death) => std::panic::resume_unwind(death),
            },
        }
    }

    /// What the inbox holds, but for the client's own.
    pub(crate) fn received(&self) -> BTreeMap<String, Vec<u8>> {
        files(self.inbox.path()).into_iter().filter(|(name, _)| !name.starts_with(".renkei/")).collect()
    }

    /// What the outbox holds, but for the client's own.
    pub(crate) fn outgoing(&self) -> BTreeMap<String, Vec<u8>> {
        files(self.outbox.path())
            .into_iter()
            .filter(|(name, _)| ![".renkei/lock", "delivery.json"].iter().any(|own| name.ends_with(own)))
            .filter(|(name, _)| !name.starts_with(".renkei/sent/"))
            .collect()
    }
}

/// The files below a folder, by path.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    files
}
