//! A browser before the pages of a platform: it keeps cookies and sends forms.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::platform::Platform;
use renkei_mock_platform::screens;
use renkei_mock_platform::server::{self, Options, Running};
use renkei_mock_platform::world::Seed;
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::sync::watch;
use tower::ServiceExt;

pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-27 9:00 +9);
pub(crate) const MANAGER: &str = "9970100013";
pub(crate) const PROVIDER: &str = "9970100021";
pub(crate) const UNLICENSED: &str = "9970100062";

pub(crate) struct Bench {
    running: Running,
    router: Router,
    stop: watch::Sender<bool>,
}

/// A browser with its cookies.
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What came back.
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Seen {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.to_vec()).unwrap()
    }

    pub(crate) fn place(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text());
        self.headers[LOCATION].to_str().unwrap()
    }

    /// The token of the forms of a page.
    pub(crate) fn token(&self) -> String {
        let text = self.text();
        let after = text.split("name=\"token\" value=\"").nth(1).expect("the page has a form");
        after.split('"').next().unwrap().to_owned()
    }

    /// The page without tags and with single spaces.
    pub(crate) fn words(&self) -> String {
        let mut words = String::new();
        for piece in self.text().split('<') {
            words.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
            words.push(' ');
        }
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Bench {
    /// Three offices: a care manager, a provider, and one without a licence.
    pub(crate) async fn new() -> Bench {
        let demo = Seed::demo(NOW.date());
        let wanted = [MANAGER, PROVIDER, UNLICENSED];
        let offices = demo.offices().iter().filter(|office| wanted.contains(&office.number.as_str()));
        let seed = Seed::of_offices(offices.cloned().collect()).unwrap();
        let options = Options { seed: Some(seed), clock: Clock::stopped(NOW), ..Options::for_tests() };
        let running = server::start(options).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let router = screens::router(running.parts(), stopped).unwrap();
        let router = router.layer(axum::middleware::from_fn(renkei_mock_platform::site::only_this_machine));
        Bench { running, router, stop }
    }

    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// Tells the pages that the platform stops.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub(crate) fn platform(&self) -> &Arc<Platform> {
        self.running.parts()
    }

    /// The folder of the platform.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.running.folder()
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new() }
    }

    /// A browser that has logged in at the client of an office.
    pub(crate) async fn client(&self, office: &str) -> Browser {
        let mut browser = self.browser();
        browser.log_in(office).await;
        browser
    }
}

impl Browser {
    pub(crate) async fn send(&mut self, request: axum::http::request::Builder, body: impl Into<Body>) -> Seen {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let named = request.headers_ref().is_some_and(|headers| headers.contains_key(HOST));
        let mut request = if named { request } else { request.header(HOST, "127.0.0.1:7000") };
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        for cookie in head.headers.get_all(SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        Seen { status: head.status.as_u16(), headers: head.headers, bytes }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Seen {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Sends a form without a token.
    pub(crate) async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, form.finish()).await
    }

    /// Sends a form of a page, with the token that stands there.
    pub(crate) async fn post(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Seen {
        let token = self.get(page).await.token();
        let fields: Vec<(&str, &str)> = [("token", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.post_bare(path, &fields).await
    }

    /// Adds files, as the form of 新規作成 sends them.
    pub(crate) async fn add(&mut self, files: &[(&str, &[u8])]) -> Seen {
        let token = self.get("/client/new").await.token_of_upload();
        self.add_with(&token, files).await
    }

    pub(crate) async fn add_with(&mut self, token: &str, files: &[(&str, &[u8])]) -> Seen {
        let mut body =
            format!("--xx\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{{\"token\":\"{token}\"}}\r\n")
                .into_bytes();
        for (name, bytes) in files {
            // As browsers write names.
            let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
            let head = format!(
                "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
            );
            body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
        }
        body.extend(b"--xx--\r\n");
        self.send(Request::post("/client/new").header(CONTENT_TYPE, "multipart/form-data; boundary=xx"), body).await
    }

    pub(crate) async fn personal(&mut self, office: &str, user: &str, password: &str) -> Seen {
        let fields = [("office", office), ("user", user), ("password", password)];
        self.post("/client/login", "/client/login", &fields).await
    }

    pub(crate) async fn log_in(&mut self, office: &str) {
        let seen = self.personal(office, &format!("c{office}"), &format!("Person{office}")).await;
        assert_eq!(seen.place(), "/client/login/office");
        let (user, password) = (format!("KJ99{office}"), format!("Office{office}"));
        let fields = [("user", user.as_str()), ("password", password.as_str())];
        let seen = self.post("/client/login/office", "/client/login/office", &fields).await;
        assert_eq!(seen.place(), "/client");
    }
}

impl Seen {
    /// The page, where it is one; files have no text.
    pub(crate) fn text_of_page(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn token_of_upload(&self) -> String {
        let text = self.text();
        let after = text.split("{&quot;token&quot;:&quot;").nth(1).expect("the page takes files");
        after.split('&').next().unwrap().to_owned()
    }
}

/// Table 6 and 7 with the supplement of one month, manager to provider.
pub(crate) fn plan() -> Vec<(String, Vec<u8>)> {
    ["UPPLAN", "UPSIKYU", "UPHOSOKU"]
        .map(|kind| {
            let name = format!("{kind}_202611_{MANAGER}_43_{PROVIDER}_11_20261127090000.CSV");
            (name, format!("202407,{kind}\r\n").into_bytes())
        })
        .to_vec()
}

pub(crate) fn borrowed(files: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect()
}
