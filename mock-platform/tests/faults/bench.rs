//! A tiny application behind the accept loop and the layer of faults: it notes what it executes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use futures_util::stream;
use http_body_util::BodyExt;
use renkei_mock_platform::deviations::Deviations;
use renkei_mock_platform::faults::{Engine, Fired, Kind, Plan, with_faults};
use rustls::ClientConfig;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::client::{Broken, Client, End, Response as Seen};
use crate::listener;

/// The bytes of the file that the application hands out.
pub(crate) const FILE: [u8; 1000] = {
    let mut file = [0; 1000];
    let mut at = 0;
    while at < file.len() {
        file[at] = (at % 251) as u8;
        at += 1;
    }
    file
};

/// The office of the client's certificate.
pub(crate) const OFFICE: &str = "9970100013";

/// What the application executed: operation and deviations.
type Executed = Arc<Mutex<Vec<(&'static str, Deviations)>>>;

/// A server whose next event is struck.
pub(crate) struct Bench {
    pub(crate) address: SocketAddr,
    pub(crate) config: Arc<ClientConfig>,
    /// The same client, which ends at TLS 1.2.
    pub(crate) old_config: Arc<ClientConfig>,
    pub(crate) engine: Engine,
    kind: Kind,
    on: &'static str,
    executed: Executed,
    fired: Arc<Mutex<Vec<Fired>>>,
    _runtime: Runtime,
}

impl Bench {
    /// A server that is struck once, at the first event of this name. The parameter is a line of TOML.
    pub(crate) fn new(kind: Kind, on: &'static str, parameter: &str) -> Bench {
        let plan = format!("[[step]]\non = \"{on}\"\nnth = 1\nfault = \"{}\"\n{parameter}\n", kind.word());
        let fired = Arc::new(Mutex::new(Vec::new()));
        let observed = fired.clone();
        let engine = Engine::new(move |one| observed.lock().unwrap().push(one.clone()));
        engine.replace(Plan::parse(plan.as_bytes()).unwrap());
        let executed = Executed::default();
        let router = with_faults(application(executed.clone()), engine.clone());
        let runtime = Runtime::new().unwrap();
        let face = listener::start(&runtime, engine.clone(), router);
        Bench {
            address: face.address,
            config: face.config,
            old_config: face.old_config,
            engine,
            kind,
            on,
            executed,
            fired,
            _runtime: runtime,
        }
    }

    /// A connection that is not struck.
    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address, self.config.clone()).unwrap_or_else(|end| panic!("{end:?}"))
    }

    /// The response to the struck request.
    pub(crate) fn response(&self, request: &[u8]) -> Seen {
        self.client().ask(request).unwrap()
    }

    /// What the struck request left, where no whole response comes.
    pub(crate) fn broken(&self, request: &[u8]) -> Broken {
        let mut client = self.client();
        client.send(request).unwrap();
        client.rest()
    }

    /// Asserts that the fault struck once, whether what it struck was executed, and that nothing is
    /// struck after it.
    #[track_caller]
    pub(crate) fn struck(&self, executed: &[&str]) {
        let all = self.executed.lock().unwrap().clone();
        assert_eq!(all.iter().map(|(what, _)| *what).collect::<Vec<_>>(), executed);
        let fired = self.fired.lock().unwrap().clone();
        let seen: Vec<_> = fired.iter().map(|fired| (fired.step, fired.fault.kind(), fired.route)).collect();
        assert_eq!(seen, [(1, self.kind, self.on)]);
        let office = fired[0].office.as_ref().map(|office| office.as_str());
        assert_eq!(office, (self.on != "connect").then_some(OFFICE));
        assert_eq!(self.engine.status().never_fired, [0; 0]);
        assert_eq!(self.response(&get_home()).status, 200);
        let last = self.executed.lock().unwrap().last().cloned().unwrap();
        assert_eq!(last, ("home", Deviations::default()));
        assert_eq!(self.fired.lock().unwrap().len(), 1);
    }

    /// The deviations that the first executed request was given.
    pub(crate) fn deviations(&self) -> Deviations {
        self.executed.lock().unwrap()[0].1.clone()
    }

    /// How often anything was executed.
    pub(crate) fn executions(&self) -> usize {
        self.executed.lock().unwrap().len()
    }
}

/// `POST` with a body.
pub(crate) fn post_bytes(path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// `POST /v1/deliveries`
pub(crate) fn post_delivery() -> Vec<u8> {
    post_bytes("/v1/deliveries", &[b'x'; 600])
}

/// `GET` of a path.
pub(crate) fn get_path(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// `GET /v1/home`
pub(crate) fn get_home() -> Vec<u8> {
    get_path("/v1/home")
}

/// `GET` of the file.
pub(crate) fn get_file() -> Vec<u8> {
    get_path("/v1/received/7/files/0")
}

/// What the application answers in JSON.
pub(crate) fn answer() -> serde_json::Value {
    json!({"status": "ok", "data": {"id": "7", "file_type": "登録", "names": ["髙", "{\"}"]}})
}

/// That nothing came, and how it ended.
#[track_caller]
pub(crate) fn nothing_but(broken: &Broken, end: End) {
    assert_eq!((broken.bytes.as_slice(), &broken.end), (&[][..], &end));
}

fn application(executed: Executed) -> Router {
    Router::new()
        .route("/v1/home", get(json_answer))
        .route("/v1/deliveries", post(json_answer))
        .route("/v1/received", get(json_answer))
        .route("/v1/received/{entry}/files/{number}", get(file))
        .route("/v1/received/fetch", post(archive))
        .with_state(executed)
}

/// Notes what is executed, once the whole request has come.
async fn execute(executed: &Executed, deviations: Deviations, request: Request) {
    let what = match request.uri().path() {
        "/v1/home" => "home",
        "/v1/deliveries" => "send",
        "/v1/received" => "received-list",
        "/v1/received/fetch" => "fetch-bulk",
        _ => "fetch-file",
    };
    if request.into_body().collect().await.is_ok() {
        executed.lock().unwrap().push((what, deviations));
    }
}

async fn json_answer(
    State(executed): State<Executed>,
    Extension(deviations): Extension<Deviations>,
    request: Request,
) -> Response {
    execute(&executed, deviations, request).await;
    Json(answer()).into_response()
}

async fn file(
    State(executed): State<Executed>,
    Extension(deviations): Extension<Deviations>,
    request: Request,
) -> Response {
    execute(&executed, deviations, request).await;
    ([(CONTENT_TYPE, "application/octet-stream")], &FILE[..]).into_response()
}

/// The same bytes, in pieces and without a length.
async fn archive(
    State(executed): State<Executed>,
    Extension(deviations): Extension<Deviations>,
    request: Request,
) -> Response {
    execute(&executed, deviations, request).await;
    let pieces = FILE.chunks(100).map(|piece| Ok::<_, std::io::Error>(Bytes::from_static(piece)));
    Body::from_stream(stream::iter(pieces.collect::<Vec<_>>())).into_response()
}
