//! A whole platform on real sockets, and clients of its offices that show their certificates. What a test
//! knows of the platform it learns here: from answers, from the management, and from nowhere else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use renkei_mock_platform::clock::Clock;
use renkei_mock_platform::faults::Plan;
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::post::Gate;
use renkei_mock_platform::server::{Options, Running, start};
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::world::Seed;
use renkei_validator::text::Message;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

/// When every test begins. The clock stands.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-27 9:00 +9);

/// 居宅介護支援事業所
pub(crate) const MANAGER: &str = "9970100013";
/// サービス提供事業所
pub(crate) const PROVIDER: &str = "9970100021";
/// 地域包括支援センター
pub(crate) const CENTER: &str = "9900100018";
/// Its term is over and its fee has not been settled.
pub(crate) const UNPAID: &str = "9970100039";
pub(crate) const UNLICENSED: &str = "9970100062";
pub(crate) const EXPIRED: &str = "9970100070";
pub(crate) const TEMPORARY: &str = "9970100088";
pub(crate) const PASSWORD_EXPIRED: &str = "9970100096";

const WORLD: &str = r#"
[[offices]]
number = "9970100013"
name = "居宅介護支援事業所みほん"
service_types = ["43"]
licence = {}
[[offices]]
number = "9970100021"
name = "ヘルパーステーションみほん"
service_types = ["11"]
licence = {}
[[offices]]
number = "9900100018"
name = "連携見本地域包括支援センター"
service_types = ["46"]
licence = {}
[[offices]]
number = "9970100039"
name = "支払い前の事業所みほん"
service_types = ["43"]
licence = { applied_on = "2025-04-01", until = "2026-03-31", paid = false }
[[offices]]
number = "9970100062"
name = "ライセンスのない事業所みほん"
service_types = ["11"]
[[offices]]
number = "9970100070"
name = "期限の切れた事業所みほん"
service_types = ["11"]
licence = { applied_on = "2025-04-01", until = "2026-03-31", paid = true }
[[offices]]
number = "9970100088"
name = "仮パスワードの事業所みほん"
service_types = ["43"]
office_user = { state = "temporary" }
licence = {}
[[offices]]
number = "9970100096"
name = "パスワード期限切れの事業所みほん"
service_types = ["43"]
office_user = { state = "expired" }
licence = {}
"#;

/// How long an event may take before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Refuses files that begin with `dirty`, and breaks on those that begin with `broken`.
#[derive(Debug)]
struct Strict;

impl Gate for Strict {
    fn judge(&self, files: &[(&str, &[u8])]) -> Result<(), Message> {
        assert!(!files.iter().any(|(_, bytes)| bytes.starts_with(b"broken")), "a gate that breaks");
        match files.iter().find(|(_, bytes)| bytes.starts_with(b"dirty")) {
            Some((name, _)) => Err(Message::same(*name)),
            None => Ok(()),
        }
    }
}

/// Limits that few bytes reach.
pub(crate) fn small() -> Settings {
    Settings {
        most_files: 4,
        most_file_bytes: 1_000,
        most_delivery_bytes: 2_500,
        most_deliveries: 3,
        most_message_chars: 10,
        most_fetch_bytes: 4_000,
        most_certificates: 2,
        page: (3, 5),
        ..Settings::default()
    }
}

/// A platform that runs.
pub(crate) struct Bench {
    pub(crate) running: Running,
    clients: BTreeMap<String, Client>,
    plain: Client,
    tokens: Mutex<BTreeMap<String, String>>,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {:?}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// What a good answer holds.
    #[track_caller]
    pub(crate) fn data(&self) -> Value {
        let mut json = self.json();
        assert_eq!((self.status, &json["status"]), (200, &Value::from("ok")), "{json}");
        json["data"].take()
    }

    /// The status and the code of an error.
    pub(crate) fn error(&self) -> (u16, String) {
        (self.status, self.json()["error"]["code"].as_str().unwrap_or("none").to_owned())
    }
}

impl Bench {
    pub(crate) async fn start(settings: Settings) -> Bench {
        let mut options = Options::for_tests();
        options.settings = settings;
        options.clock = Clock::stopped(NOW);
        options.seed = Some(Seed::from_toml(WORLD, NOW.date()).unwrap());
        options.gate = Some(Arc::new(Strict));
        let running = start(options).await.unwrap();
        let offices = running.parts().seed.offices();
        let clients = offices.iter().map(|office| {
            let tls = identity(&running, &office.number);
            (office.number.to_string(), client(reqwest::Client::builder().tls_backend_preconfigured(tls)))
        });
        let clients: BTreeMap<String, Client> = clients.collect();
        let nobody = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        let plain = client(reqwest::Client::builder().tls_backend_preconfigured(nobody));
        Bench { running, clients, plain, tokens: Mutex::default() }
    }

    /// A request to the platform, on a connection of an office.
    pub(crate) fn on(&self, office: &str, method: Method, path: &str) -> RequestBuilder {
        self.clients[office].request(method, format!("{}{path}", self.running.url()))
    }

    /// A request to the management, the site and the certificate office.
    pub(crate) fn local(&self, method: Method, path: &str) -> RequestBuilder {
        self.plain.request(method, format!("http://{}{path}", self.running.manage))
    }

    /// A request of an office that has logged in.
    pub(crate) async fn as_office(&self, office: &str, method: Method, path: &str) -> RequestBuilder {
        self.on(office, method, path).header(AUTHORIZATION, format!("Bearer {}", self.token(office).await))
    }

    pub(crate) async fn get(&self, office: &str, path: &str) -> Reply {
        send(self.as_office(office, Method::GET, path).await).await
    }

    pub(crate) async fn post(&self, office: &str, path: &str, body: &Value) -> Reply {
        send(self.as_office(office, Method::POST, path).await.json(body)).await
    }

    /// One step of a login, on a connection of an office.
    pub(crate) async fn log_in(&self, on: &str, step: &str, body: &Value) -> Reply {
        send(self.on(on, Method::POST, &format!("/v1/login/{step}")).json(body)).await
    }

    /// The token of the first step of an office's login.
    pub(crate) async fn step(&self, office: &str) -> String {
        let body = json!({"user_id": format!("c{office}"), "password": format!("Person{office}")});
        text(&self.log_in(office, "personal", &body).await.data()["step_token"])
    }

    /// Access and refresh token of a new session.
    pub(crate) async fn session(&self, office: &str) -> (String, String) {
        let body = json!({
            "user_id": format!("KJ99{office}"), "password": format!("Office{office}"),
            "step_token": self.step(office).await,
        });
        let session = self.log_in(office, "office", &body).await.data();
        (text(&session["access_token"]), text(&session["refresh_token"]))
    }

    /// The access token of an office, which logs in once as long as the clock stands.
    pub(crate) async fn token(&self, office: &str) -> String {
        let known = self.tokens.lock().unwrap().get(office).cloned();
        if let Some(token) = known {
            return token;
        }
        let (token, _) = self.session(office).await;
        self.tokens.lock().unwrap().insert(office.to_owned(), token.clone());
        token
    }

    /// Sends a delivery: its JSON part and its files.
    pub(crate) async fn deliver(&self, office: &str, key: &str, json: &Value, files: &[(&str, &[u8])]) -> Reply {
        let form = form("delivery", json, files);
        let request = self.as_office(office, Method::POST, "/v1/deliveries").await.header("Idempotency-Key", key);
        send(request.multipart(form)).await
    }

    pub(crate) async fn site_login(&self, office: &str) -> String {
        let body = json!({"user_id": format!("KJ99{office}"), "password": format!("Office{office}")});
        text(&send(self.local(Method::POST, "/site/login").json(&body)).await.data()["token"])
    }

    pub(crate) async fn site(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let request = self.local(method, path).header(AUTHORIZATION, format!("Bearer {token}"));
        send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    pub(crate) async fn manage(&self, method: Method, path: &str, body: &Value) -> Reply {
        send(self.local(method, path).json(body)).await
    }

    /// Stops the clock at another moment. Tokens of before may be over then.
    pub(crate) async fn set_clock(&self, at: &str) {
        self.manage(Method::PUT, "/manage/clock", &json!({"stop_at": at})).await.data();
        self.tokens.lock().unwrap().clear();
    }

    /// Puts a plan of faults in force.
    pub(crate) async fn plan(&self, toml: &str) {
        Plan::parse(toml.as_bytes()).unwrap_or_else(|flaws| panic!("{flaws}"));
        let request = self.local(Method::PUT, "/manage/faults").header("Content-Type", "application/toml");
        send(request.body(toml.to_owned())).await.data();
    }

    /// The lines of the journal after one, by its number.
    pub(crate) async fn journal(&self, after: u64) -> Vec<Value> {
        let mut lines = Vec::new();
        let mut since = after;
        loop {
            let page = send(self.local(Method::GET, &format!("/manage/journal?since={since}&limit=1000"))).await.data();
            let page = page.as_array().unwrap().clone();
            match page.last() {
                None => return lines,
                Some(last) => since = last["seq"].as_u64().unwrap(),
            }
            lines.extend(page);
        }
    }

    /// The number of the last line of the journal.
    pub(crate) async fn mark(&self) -> u64 {
        self.journal(0).await.last().map_or(0, |line| line["seq"].as_u64().unwrap())
    }

    /// Waits until the journal tells something after a line, and gives the line that does.
    pub(crate) async fn told(&self, after: u64, what: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            loop {
                if let Some(line) = self.journal(after).await.into_iter().find(&what) {
                    return line;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the journal tells it")
    }
}

/// Sends a request and reads the answer to its end.
pub(crate) async fn send(request: RequestBuilder) -> Reply {
    let response = request.send().await.unwrap_or_else(|error| panic!("{error:?}"));
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
}

/// A multipart body: a JSON part and files.
pub(crate) fn form(name: &'static str, json: &Value, files: &[(&str, &[u8])]) -> Form {
    let json = Part::text(json.to_string()).mime_str("application/json").unwrap();
    let files = files.iter().map(|(name, bytes)| Part::bytes(bytes.to_vec()).file_name((*name).to_owned()));
    files.fold(Form::new().part(name, json), |form, file| form.part("file", file))
}

/// A text of an answer.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// TLS as an office's client speaks it.
pub(crate) fn identity(running: &Running, office: &OfficeNumber) -> ClientConfig {
    let files = running.client(office);
    let certificates = |path: &Path| CertificateDer::pem_file_iter(path).unwrap().map(Result::unwrap);
    let mut roots = RootCertStore::empty();
    certificates(&files.authority).for_each(|certificate| roots.add(certificate).unwrap());
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(
            certificates(&files.certificate).collect(),
            PrivateKeyDer::from_pem_file(&files.key).unwrap(),
        )
        .unwrap()
}

fn client(builder: reqwest::ClientBuilder) -> Client {
    builder.http1_only().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build().unwrap()
}
