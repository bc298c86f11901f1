//! A platform in a temporary folder, and requests to it.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use http_body_util::BodyExt;
use renkei_mock_platform::clock::{Clock, Hand};
use renkei_mock_platform::journal::{Event, Journal};
use renkei_mock_platform::model::{CertificateKind, OfficeNumber};
use renkei_mock_platform::pki::Authority;
use renkei_mock_platform::platform::{Base, Platform};
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::store::Store;
use renkei_mock_platform::tls::{Peer, PeerCertificate};
use renkei_mock_platform::wire::Control;
use renkei_mock_platform::world::{Seed, World};
use renkei_mock_platform::{api, site};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;
use tower::ServiceExt;
use utoipa::openapi::OpenApi;

pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-27 9:00 +9);
/// A care manager.
pub(crate) const KAIGO: &str = "9970100013";
/// A provider.
pub(crate) const OTHER: &str = "9970100021";
pub(crate) const UNLICENSED: &str = "9970100062";
pub(crate) const EXPIRED: &str = "9970100070";
pub(crate) const TEMPORARY: &str = "9970100088";
pub(crate) const PASSWORD_EXPIRED: &str = "9970100096";

pub(crate) struct Bench {
    pub(crate) platform: Arc<Platform>,
    v1: Router,
    site: Router,
    pub(crate) documents: [OpenApi; 2],
    _directory: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) bytes: Vec<u8>,
}

impl Answered {
    /// The data of an answer that must be there.
    pub(crate) fn data(&self) -> &Value {
        assert_eq!((self.status, &self.body["status"]), (200, &json!("ok")), "{}", self.body);
        &self.body["data"]
    }

    /// Status and code of an error that must be there.
    pub(crate) fn error(&self) -> (u16, &str) {
        assert_eq!(self.body["status"], "error", "{}", self.body);
        (self.status, self.body["error"]["code"].as_str().unwrap())
    }
}

pub(crate) async fn bench() -> Bench {
    bench_with(Settings::default()).await
}

pub(crate) async fn bench_with(settings: Settings) -> Bench {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::stopped(NOW);
    let journal = Journal::open(&directory.path().join("journal.jsonl"), clock.clone()).unwrap();
    let store = Store::open(&directory.path().join("store"), journal.clone()).unwrap();
    let world = World::open(store.clone()).await.unwrap();
    let seed = Seed::demo(NOW.date());
    world.replace(&seed, NOW).await.unwrap();
    let authority = Arc::new(Authority::new(NOW).unwrap());
    let folder = directory.path().to_owned();
    let base = Base { clock, settings, store, journal, world, seed, authority, folder };
    let platform = Arc::new(Platform::new(base));
    let (v1, v1_document) = api::complete(api::router(), Arc::clone(&platform));
    let (site, site_document) = api::complete(site::router(), Arc::clone(&platform));
    Bench { platform, v1, site, documents: [v1_document, site_document], _directory: directory }
}

pub(crate) fn number(text: &str) -> OfficeNumber {
    OfficeNumber::parse(text).unwrap()
}

pub(crate) fn peer(office: &str) -> Peer {
    let certificate = PeerCertificate {
        common_name: format!("KaigoJigyousho{office}"),
        office: OfficeNumber::parse(office),
        kind: Some(CertificateKind::KaigoJigyousho),
        serial: format!("serial of {office}"),
        fingerprint: format!("fingerprint of {office}"),
        not_before: datetime!(2026-01-01 0:00 +9),
        not_after: datetime!(2028-12-31 23:59:59 +9),
    };
    Peer { connection: 1, certificate: Arc::new(certificate), control: Control::default() }
}

impl Bench {
    /// Sends a request, on a connection of an office where it goes to the platform.
    pub(crate) async fn send(&self, on: &str, mut request: Request<Body>) -> Answered {
        let router = if request.uri().path().starts_with("/site") { &self.site } else { &self.v1 };
        request.extensions_mut().insert(peer(on));
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answered { status, body, bytes }
    }

    pub(crate) async fn get(&self, on: &str, token: &str, path: &str) -> Answered {
        let request = Request::get(path).header(AUTHORIZATION, format!("Bearer {token}"));
        self.send(on, request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, on: &str, token: &str, path: &str, body: Value) -> Answered {
        let request = Request::post(path)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(CONTENT_TYPE, "application/json");
        self.send(on, request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn personal(&self, on: &str, user_id: &str, password: &str) -> Answered {
        let body = json!({"user_id": user_id, "password": password});
        self.post(on, "", "/v1/login/personal", body).await
    }

    pub(crate) async fn office(&self, on: &str, step_token: &str, user_id: &str, password: &str) -> Answered {
        let body = json!({"user_id": user_id, "password": password, "step_token": step_token});
        self.post(on, "", "/v1/login/office", body).await
    }

    /// The token of the first step.
    pub(crate) async fn step(&self, of: &str) -> String {
        let answered = self.personal(of, &format!("c{of}"), &format!("Person{of}")).await;
        answered.data()["step_token"].as_str().unwrap().to_owned()
    }

    /// Both steps, with the usual users of an office.
    pub(crate) async fn log_in(&self, of: &str) -> Value {
        let step = self.step(of).await;
        let answered = self.office(of, &step, &format!("KJ99{of}"), &format!("Office{of}")).await;
        answered.data().clone()
    }

    /// The access token of a fresh session.
    pub(crate) async fn access(&self, of: &str) -> String {
        self.log_in(of).await["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn site_login(&self, user_id: &str, password: &str) -> Answered {
        self.post("", "", "/site/login", json!({"user_id": user_id, "password": password})).await
    }

    pub(crate) async fn site_token(&self, of: &str) -> String {
        let answered = self.site_login(&format!("KJ99{of}"), &format!("Office{of}")).await;
        answered.data()["token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn set_clock(&self, now: OffsetDateTime) {
        self.platform.clock.set(Hand::Stopped(now));
    }

    /// Users and codes of the logins in the journal.
    pub(crate) fn logins(&self) -> Vec<(String, Option<String>, Option<String>)> {
        let lines = self.platform.journal.since(0, 10_000).unwrap();
        let login = |event| match event {
            Event::Login { user, office, code } => Some((user, office.map(|office| office.to_string()), code)),
            _ => None,
        };
        lines.into_iter().filter_map(|line| login(line.event)).collect()
    }

    pub(crate) fn journal_text(&self) -> String {
        std::fs::read_to_string(Path::new(self.platform.journal.path())).unwrap()
    }
}
