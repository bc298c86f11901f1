//! The operator's side: health, clock, faults, offices, notices, journal, handshakes, snapshots. Plain
//! HTTP for this machine only, without login: who reaches it owns the platform. Knows every part;
//! decides nothing of what offices may do.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use renkei_validator::text::Message;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::body::{Answer, LicenceView, Nothing};
use crate::api::respond::{self, Failure, Json, Path, Query, SystemErrors, ok};
use crate::clock::Hand;
use crate::faults::Plan;
use crate::journal::Event;
use crate::model::{Office, OfficeNumber};
use crate::platform::Platform;
use crate::refusal::System;
use crate::{certificates, licence, screens, site};

/// Bytes that a fault plan may have.
const MOST_PLAN_BYTES: usize = 1 << 20;

/// Lines of the journal, and handshakes, that one answer holds at most.
const MOST_LINES: usize = 1_000;

/// Serves the management until it is told to stop.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send + 'static) {
    // Serving ends only by being stopped: errors of single connections are not errors of it.
    let _ = axum::serve(listener, router).with_graceful_shutdown(stop).await;
}

/// The routes of the management that the OpenAPI document describes.
pub(crate) fn described() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::default().routes(routes!(licence_paid))
}

/// All routes of the management listener.
///
/// # Errors
/// Where the machine gives no chance to make the pages' form tokens with.
pub(crate) fn router(platform: &Arc<Platform>, stopped: watch::Receiver<bool>) -> Result<Router, getrandom::Error> {
    let all = crate::api::served_site(platform).merge(routes(platform)).merge(screens::router(platform, stopped)?);
    Ok(all.layer(axum::middleware::from_fn(site::only_this_machine)))
}

/// The routes of the management itself.
pub(crate) fn routes(platform: &Arc<Platform>) -> Router {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/version", get(version))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(async || axum::Json(crate::api::document())))
        .route("/manage/clock", get(clock).put(set_clock))
        .route("/manage/faults", get(faults).put(replace_faults).delete(no_faults))
        .route("/manage/journal", get(journal))
        .route("/manage/handshakes", get(handshakes))
        .route("/manage/offices", get(offices))
        .route("/manage/offices/{number}", put(set_office))
        .route("/manage/offices/{number}/certificates/{no}/approve", post(approve))
        .route("/manage/certificates/{serial}/revoke", post(revoke))
        .route("/manage/notices", post(add_notice))
        .route("/manage/snapshots/{name}", put(snapshot))
        .route("/manage/snapshots/{name}/restore", post(restore))
        .route("/manage/reset", post(reset))
        .merge(Router::from(described()))
        .method_not_allowed_fallback(respond::no_such_method)
        .with_state(Arc::clone(platform))
}

async fn ready(State(platform): State<Arc<Platform>>) -> Response {
    match platform.store.all("ready").await {
        Ok(_) => "ok\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response(),
    }
}

#[derive(Serialize)]
struct Version {
    name: &'static str,
    version: &'static str,
    real_system: bool,
}

async fn version() -> Response {
    ok(Version { name: "renkei", version: env!("CARGO_PKG_VERSION"), real_system: false })
}

async fn metrics(State(platform): State<Arc<Platform>>) -> Response {
    let (counts, away) = (platform.journal.metrics().text(), platform.ledger.turned_away());
    // The journal has no line of these: a crowd would fill it.
    let text = format!("{counts}# TYPE renkei_turned_away_total counter\nrenkei_turned_away_total {away}\n");
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// What the clock shows, and whether it runs.
#[derive(Serialize)]
struct ClockView {
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
    stopped: bool,
}

/// How the clock is set: exactly one of the three.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ClockSetting {
    /// It runs on from here.
    #[serde(with = "time::serde::rfc3339")]
    RunFrom(OffsetDateTime),
    /// It stands here.
    #[serde(with = "time::serde::rfc3339")]
    StopAt(OffsetDateTime),
    /// It shows the machine's time.
    Machine {},
}

async fn clock(State(platform): State<Arc<Platform>>) -> Response {
    let stopped = matches!(platform.clock.hand(), Hand::Stopped(_));
    ok(ClockView { now: platform.clock.now(), stopped })
}

async fn set_clock(State(platform): State<Arc<Platform>>, Json(setting): Json<ClockSetting>) -> Response {
    match setting {
        ClockSetting::RunFrom(at) => platform.clock.run_from(at),
        ClockSetting::StopAt(at) => platform.clock.set(Hand::Stopped(at)),
        ClockSetting::Machine {} => platform.clock.set(Hand::Moved(time::Duration::ZERO)),
    }
    platform.note(&Event::Clock { now: platform.clock.now() });
    clock(State(platform)).await
}

async fn faults(State(platform): State<Arc<Platform>>) -> Response {
    ok(platform.faults.status())
}

async fn replace_faults(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !matches!(kind.split(';').next().unwrap_or_default().trim(), "application/toml" | "text/plain") {
        let message = Message::pair("Content-Type は application/toml です", "the content type is application/toml");
        return Err(Failure::System(System::UnsupportedMediaType, Some(message)));
    }
    let bytes = respond::collect(body, MOST_PLAN_BYTES).await?;
    let plan = Plan::parse(&bytes).map_err(|flaws| Failure::System(System::BadRequest, Some(flaws.text())))?;
    let before = platform.faults.replace(plan);
    platform.note(&Event::PlanReplaced);
    Ok(ok(before))
}

async fn no_faults(State(platform): State<Arc<Platform>>) -> Response {
    let before = platform.faults.replace(Plan::default());
    platform.note(&Event::PlanReplaced);
    ok(before)
}

/// Which lines are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    #[serde(default)]
    since: u64,
    limit: Option<usize>,
}

async fn journal(State(platform): State<Arc<Platform>>, Query(asked): Query<Since>) -> Result<Response, Failure> {
    let journal = platform.journal.clone();
    let limit = asked.limit.unwrap_or(MOST_LINES).min(MOST_LINES);
    let lines = tokio::task::spawn_blocking(move || journal.since(asked.since, limit)).await;
    match lines {
        Ok(Ok(lines)) => Ok(ok(lines)),
        Ok(Err(_)) | Err(_) => Err(System::Internal.into()),
    }
}

/// The handshakes kept, and how many older ones are not kept any more.
#[derive(Serialize)]
struct Handshakes<T> {
    handshakes: Vec<T>,
    dropped: u64,
}

async fn handshakes(State(platform): State<Arc<Platform>>, Query(asked): Query<Since>) -> Response {
    let limit = asked.limit.unwrap_or(MOST_LINES).min(MOST_LINES);
    let mut handshakes = platform.ledger.list(asked.since);
    handshakes.truncate(limit);
    ok(Handshakes { handshakes, dropped: platform.ledger.dropped() })
}

async fn offices(State(platform): State<Arc<Platform>>) -> Response {
    let offices = platform.world.offices();
    ok(offices.iter().map(AsRef::as_ref).collect::<Vec<&Office>>())
}

async fn set_office(
    State(platform): State<Arc<Platform>>,
    Path(number): Path<OfficeNumber>,
    Json(office): Json<Office>,
) -> Result<Response, Failure> {
    if office.number != number {
        let message = Message::pair("パスと本文の事業所番号が違います", "path and body name different offices");
        return Err(Failure::System(System::BadRequest, Some(message)));
    }
    platform
        .world
        .change(&number, |known| {
            *known = office;
            Ok(())
        })
        .await?;
    Ok(ok(Nothing {}))
}

/// The operator settles the fee of an office's term (差引状態 becomes 完了).
#[utoipa::path(
    post,
    path = "/manage/offices/{number}/licence/paid",
    operation_id = "manage-licence-paid",
    tag = "manage",
    params(("number" = String, Path, description = "事業所番号")),
    responses((status = 200, description = "the licence; 404 without one", body = Answer<LicenceView>), SystemErrors)
)]
async fn licence_paid(
    State(platform): State<Arc<Platform>>,
    Path(number): Path<OfficeNumber>,
) -> Result<Response, Failure> {
    let today = platform.clock.today();
    let change =
        platform.world.change(&number, |office| Ok(licence::settle(office).map(|()| licence::view(office, today))));
    Ok(ok(change.await?.ok_or(System::NotFound)?))
}

async fn approve(
    State(platform): State<Arc<Platform>>,
    Path((number, no)): Path<(OfficeNumber, u32)>,
) -> Result<Response, Failure> {
    Ok(ok(certificates::approve(&platform, &number, no, platform.clock.now()).await?))
}

async fn revoke(State(platform): State<Arc<Platform>>, Path(serial): Path<String>) -> Result<Response, Failure> {
    let now = platform.clock.now();
    platform
        .authority
        .revoke(&serial, now)
        .map_err(|error| Failure::System(System::BadRequest, Some(Message::same(error.to_string()))))?;
    platform.authority.save(&platform.authority_folder).map_err(|_| System::Internal)?;
    Ok(ok(Nothing {}))
}

/// A notice to be shown.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewNotice {
    title: String,
    text: String,
    #[serde(default)]
    office: Option<OfficeNumber>,
}

async fn add_notice(State(platform): State<Arc<Platform>>, Json(notice): Json<NewNotice>) -> Result<Response, Failure> {
    let NewNotice { title, text, office } = notice;
    let notice = crate::world::NewNotice { at: platform.clock.now(), title, text, office };
    platform.world.post(notice).await.map_err(|error| stored(&error))?;
    Ok(ok(Nothing {}))
}

/// The folder of a snapshot. A name is letters, digits, `-` and `_`: it leads nowhere else.
fn place(platform: &Platform, name: &str) -> Result<std::path::PathBuf, Failure> {
    let fits = (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if fits {
        return Ok(platform.snapshots.join(name));
    }
    let message = Message::pair(
        "スナップショットの名前は、64文字以内の半角英数字と-、_です",
        "the name of a snapshot is up to 64 letters, digits, - and _",
    );
    Err(Failure::System(System::BadRequest, Some(message)))
}

async fn snapshot(State(platform): State<Arc<Platform>>, Path(name): Path<String>) -> Result<Response, Failure> {
    let place = place(&platform, &name)?;
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(|_| System::Internal)?;
    }
    platform.store.snapshot(&place).await.map_err(|error| stored(&error))?;
    Ok(ok(Nothing {}))
}

async fn restore(State(platform): State<Arc<Platform>>, Path(name): Path<String>) -> Result<Response, Failure> {
    let place = place(&platform, &name)?;
    if !place.is_dir() {
        return Err(System::NotFound.into());
    }
    platform.store.restore(&place).await.map_err(|error| stored(&error))?;
    platform.world.reload().await.map_err(|_| System::Internal)?;
    platform.sessions.close_all();
    Ok(ok(Nothing {}))
}

/// Deliveries, offices and notices are as at the first start; sessions end.
async fn reset(State(platform): State<Arc<Platform>>) -> Result<Response, Failure> {
    platform.store.reset().await.map_err(|error| stored(&error))?;
    let now = platform.clock.now();
    platform.world.replace(&platform.seed, now).await.map_err(|error| stored(&error))?;
    platform.sessions.close_all();
    Ok(ok(Nothing {}))
}

fn stored(error: &crate::store::StoreError) -> Failure {
    Failure::System(System::Internal, Some(Message::same(error.to_string())))
}
