//! A platform without sockets: requests go straight into its routes.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use renkei_mock_platform::api;
use renkei_mock_platform::clock::{Clock, Hand};
use renkei_mock_platform::deviations::Deviations;
use renkei_mock_platform::journal::{Event, Journal};
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::platform::Platform;
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::wire::Control;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;
use tower::ServiceExt;

pub(crate) mod world;

pub(crate) use world::{CENTER, EXPIRED, MANAGER, PROVIDER, UNLICENSED};

/// The moment at which tests begin.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-20 10:00 +9);

/// A platform and its routes.
pub(crate) struct Bench {
    pub(crate) platform: Arc<Platform>,
    pub(crate) control: Control,
    router: Router,
    tokens: Mutex<BTreeMap<(String, OffsetDateTime), String>>,
    _directory: tempfile::TempDir,
}

/// An answer, read to its end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    /// The code of the error, with the status.
    pub(crate) fn error(&self) -> (u16, String) {
        (self.status, self.json()["error"]["code"].as_str().unwrap_or("none").to_owned())
    }

    /// What a good answer holds.
    pub(crate) fn data(&self) -> Value {
        let mut json = self.json();
        assert_eq!((self.status, &json["status"]), (200, &Value::from("ok")), "{json}");
        json["data"].take()
    }
}

/// Limits that are reached with few bytes.
pub(crate) fn small() -> Settings {
    Settings {
        most_files: 4,
        most_file_bytes: 1_000,
        most_delivery_bytes: 2_500,
        most_deliveries: 3,
        most_message_chars: 10,
        most_fetch_bytes: 4_000,
        body_time: Duration::from_secs(20),
        page: (3, 5),
        ..Settings::default()
    }
}

impl Bench {
    pub(crate) async fn new(settings: Settings) -> Bench {
        Bench::with(settings, |_| {}).await
    }

    pub(crate) async fn with(settings: Settings, change: impl FnOnce(&mut Platform)) -> Bench {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::stopped(NOW);
        let journal = Journal::open(&directory.path().join("journal.jsonl"), clock.clone()).unwrap();
        let mut platform = world::platform(directory.path(), clock, settings, journal).await;
        change(&mut platform);
        let platform = Arc::new(platform);
        let (router, _) = api::complete(api::router(), Arc::clone(&platform));
        Bench { platform, control: Control::default(), router, tokens: Mutex::default(), _directory: directory }
    }

    pub(crate) fn set_clock(&self, at: OffsetDateTime) {
        self.platform.clock.set(Hand::Stopped(at));
    }

    /// Sends a request of an office that has logged in.
    pub(crate) async fn send(&self, office: &str, request: Request<Body>) -> Reply {
        self.send_bent(office, request, Deviations::default()).await
    }

    /// The same, with deviations.
    pub(crate) async fn send_bent(&self, office: &str, mut request: Request<Body>, deviations: Deviations) -> Reply {
        let token = self.token(office).await;
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        request.extensions_mut().insert(world::peer(office, &self.control));
        request.extensions_mut().insert(deviations);
        self.send_raw(request).await
    }

    /// The token of an office, which logs in once at each time of the clock.
    async fn token(&self, office: &str) -> String {
        let at = (office.to_owned(), self.platform.clock.now());
        let known = self.tokens.lock().unwrap().get(&at).cloned();
        if let Some(token) = known {
            return token;
        }
        let step = json!({ "user_id": format!("c{office}"), "password": world::PASSWORD });
        let step = self.log_in(office, "/v1/login/personal", &step).await;
        let last = json!({
            "user_id": format!("KJ99{office}"), "password": world::PASSWORD, "step_token": step["step_token"],
        });
        let session = self.log_in(office, "/v1/login/office", &last).await;
        let token = session["access_token"].as_str().unwrap().to_owned();
        self.tokens.lock().unwrap().insert(at, token.clone());
        token
    }

    async fn log_in(&self, office: &str, path: &str, body: &Value) -> Value {
        let request = Request::post(path).header("content-type", "application/json");
        let mut request = request.body(Body::from(body.to_string())).unwrap();
        request.extensions_mut().insert(world::peer(office, &self.control));
        self.send_raw(request).await.data()
    }

    /// Sends a request as it is.
    pub(crate) async fn send_raw(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }

    pub(crate) async fn get(&self, office: &str, path: &str) -> Reply {
        self.send(office, Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post_json(&self, office: &str, path: &str, json: &str) -> Reply {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(office, request.body(Body::from(json.to_owned())).unwrap()).await
    }

    /// Does what the listener does when a response has left.
    pub(crate) fn all_sent(&self) {
        self.control.response_ended();
        self.control.flushed();
    }

    /// Sends a delivery: its JSON part and its files.
    pub(crate) async fn deliver(&self, office: &str, key: &str, json: &str, files: &[(&str, &[u8])]) -> Reply {
        self.send(office, delivery(key, json, files)).await
    }

    /// What the journal tells of refusals: code and key.
    pub(crate) fn refusals(&self) -> Vec<(String, Option<String>)> {
        let lines = self.platform.journal.since(0, 10_000).unwrap();
        let refused = lines.into_iter().filter_map(|line| match line.event {
            Event::Refused { code, key, .. } => Some((code, key)),
            _ => None,
        });
        refused.collect()
    }

    /// How many deliveries were accepted, by the journal.
    pub(crate) fn accepted(&self) -> usize {
        let lines = self.platform.journal.since(0, 10_000).unwrap();
        lines.iter().filter(|line| matches!(line.event, Event::Accepted(_))).count()
    }
}

pub(crate) fn office(number: &str) -> OfficeNumber {
    OfficeNumber::parse(number).unwrap()
}

pub(crate) const BOUNDARY: &str = "renkei-boundary";

/// A part: its headers without the last line break, and its bytes.
pub(crate) fn part(head: &str, bytes: &[u8]) -> Vec<u8> {
    [b"--", BOUNDARY.as_bytes(), b"\r\n", head.as_bytes(), b"\r\n\r\n", bytes, b"\r\n"].concat()
}

pub(crate) fn json_part(name: &str, json: &str) -> Vec<u8> {
    let head = format!("Content-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/json");
    part(&head, json.as_bytes())
}

pub(crate) fn file_part(name: &str, bytes: &[u8]) -> Vec<u8> {
    part(&format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\""), bytes)
}

pub(crate) fn end() -> Vec<u8> {
    [b"--", BOUNDARY.as_bytes(), b"--\r\n"].concat()
}

/// A multipart request of parts that are written already.
pub(crate) fn multipart(path: &str, key: Option<&str>, parts: &[Vec<u8>]) -> Request<Body> {
    let request = Request::post(path).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    let request = match key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    };
    request.body(Body::from([parts.concat(), end()].concat())).unwrap()
}

pub(crate) fn delivery(key: &str, json: &str, files: &[(&str, &[u8])]) -> Request<Body> {
    let mut parts = vec![json_part("delivery", json)];
    parts.extend(files.iter().map(|(name, bytes)| file_part(name, bytes)));
    multipart("/v1/deliveries", Some(key), &parts)
}

/// Table 6 and 7 with the supplement of one month, manager to provider.
pub(crate) fn table(at: &str) -> Vec<(String, Vec<u8>)> {
    ["UPPLAN", "UPSIKYU", "UPHOSOKU"]
        .into_iter()
        .map(|kind| {
            let name = format!("{kind}_202610_{MANAGER}_43_{PROVIDER}_11_{at}.CSV");
            (name, format!("202407,{kind}\r\n").into_bytes())
        })
        .collect()
}

pub(crate) fn borrowed(files: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect()
}
