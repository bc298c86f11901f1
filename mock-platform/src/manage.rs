//! The operator's side: health, clock, faults, offices, notices, journal, handshakes, snapshots. Plain
//! HTTP for this machine only, without login: who reaches it owns the platform. Knows every part;
//! decides nothing of what offices may do.

mod clock;
mod snapshots;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use renkei_validator::text::Message;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::watch;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::body::{Answer, CertificateView, LicenceView, Nothing};
use crate::api::respond::{self, Failure, Json, Path, Query, SystemErrors, bad_request, broken, limited, ok};
use crate::faults::{Plan, Status};
use crate::journal::{Event, Line};
use crate::model::{Office, OfficeNumber};
use crate::pki::authority::bare_serial;
use crate::platform::Platform;
use crate::refusal::System;
use crate::tls::ledger::Handshake;
use crate::world::{UserKind, flaw_of};
use crate::{certificates, licence, screens, site};

/// Bytes that a fault plan may have.
const MOST_PLAN_BYTES: usize = 1 << 20;

/// Bytes of one certificate in the JSON of an office, p12 and all: twice what they are.
const CERTIFICATE_BYTES: usize = 8 << 10;

/// Lines of the journal, and handshakes, that one answer holds at most.
const MOST_LINES: u32 = 1_000;

/// The routes of the management, with what the OpenAPI document says of them.
pub(crate) fn described() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::default()
        .routes(routes!(alive))
        .routes(routes!(ready))
        .routes(routes!(version))
        .routes(routes!(metrics))
        .routes(routes!(clock::clock, clock::set_clock))
        .routes(routes!(faults, replace_faults, no_faults))
        .routes(routes!(journal))
        .routes(routes!(handshakes))
        .routes(routes!(offices))
        .routes(routes!(set_office))
        .routes(routes!(licence_paid))
        .routes(routes!(approve))
        .routes(routes!(revoke))
        .routes(routes!(add_notice))
        .routes(routes!(snapshots::snapshot))
        .routes(routes!(snapshots::restore))
        .routes(routes!(snapshots::reset))
}

/// All routes of the management listener.
///
/// # Errors
/// Where the machine gives no chance to make the pages' form tokens with.
pub(crate) fn router(platform: &Arc<Platform>, stopped: watch::Receiver<bool>) -> Result<Router, getrandom::Error> {
    // What is no page has the headers of one, too: other sites shall not even load it.
    let routes = crate::api::served_site(platform).merge(routes(platform)).layer(from_fn(screens::guard));
    let all = routes.merge(screens::router(platform, stopped)?);
    Ok(all.layer(from_fn(site::only_this_machine)))
}

/// The routes of the management itself.
pub(crate) fn routes(platform: &Arc<Platform>) -> Router {
    Router::from(described())
        .route(
            "/openapi.json",
            get(async |State(platform): State<Arc<Platform>>| {
                axum::Json(crate::api::document(&platform.settings, platform.url.as_deref()))
            }),
        )
        .method_not_allowed_fallback(respond::no_such_method)
        .with_state(Arc::clone(platform))
}

/// Whether the process answers.
#[utoipa::path(
    get,
    path = "/livez",
    operation_id = "alive",
    tag = "manage",
    responses((status = 200, description = "it does", body = String, content_type = "text/plain")),
)]
async fn alive() -> &'static str {
    "ok\n"
}

/// Whether the store answers.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "ready",
    tag = "manage",
    responses(
        (status = 200, description = "it does", body = String, content_type = "text/plain"),
        (status = 503, description = "it does not", body = String, content_type = "text/plain"),
    ),
)]
async fn ready(State(platform): State<Arc<Platform>>) -> Response {
    match platform.store.all("ready").await {
        Ok(_) => "ok\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response(),
    }
}

/// What runs here.
#[derive(Serialize, ToSchema)]
#[schema(as = ToolVersion)]
struct Version {
    name: &'static str,
    version: &'static str,
    /// Always `false`.
    real_system: bool,
}

/// What runs here.
#[utoipa::path(
    get,
    path = "/version",
    operation_id = "version",
    tag = "manage",
    responses((status = 200, description = "done", body = Answer<Version>)),
)]
async fn version() -> Response {
    ok(Version { name: "renkei", version: env!("CARGO_PKG_VERSION"), real_system: false })
}

/// Counts since the start, for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "manage",
    responses((status = 200, description = "counters", body = String, content_type = "text/plain")),
)]
async fn metrics(State(platform): State<Arc<Platform>>) -> Response {
    let (counts, away) = (platform.journal.metrics().text(), platform.ledger.turned_away());
    // The journal has no line of these: a crowd would fill it.
    let text = format!("{counts}# TYPE renkei_turned_away_total counter\nrenkei_turned_away_total {away}\n");
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// How far the fault plan has come.
#[utoipa::path(
    get,
    path = "/manage/faults",
    operation_id = "manage-faults",
    tag = "manage",
    responses((status = 200, description = "done", body = Answer<Status>), SystemErrors),
)]
async fn faults(State(platform): State<Arc<Platform>>) -> Response {
    ok(platform.faults.status())
}

/// Puts another fault plan into force, as a whole or not at all.
#[utoipa::path(
    put,
    path = "/manage/faults",
    operation_id = "manage-faults-replace",
    tag = "manage",
    request_body(content = String, content_type = "application/toml"),
    responses((status = 200, description = "how far the one before came", body = Answer<Status>), SystemErrors),
)]
async fn replace_faults(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    if !matches!(respond::content_type(&headers)?, "application/toml" | "text/plain") {
        let message = Message::pair("Content-Type は application/toml です", "the content type is application/toml");
        return Err(Failure::System(System::UnsupportedMediaType, Some(message)));
    }
    let bytes = respond::collect(body, MOST_PLAN_BYTES).await?;
    let plan = Plan::parse(&bytes).map_err(|flaws| bad_request(flaws.text()))?;
    let before = platform.faults.replace(plan);
    platform.note(&Event::PlanReplaced);
    Ok(ok(before))
}

/// Ends the fault plan.
#[utoipa::path(
    delete,
    path = "/manage/faults",
    operation_id = "manage-faults-end",
    tag = "manage",
    responses((status = 200, description = "how far it came", body = Answer<Status>), SystemErrors),
)]
async fn no_faults(State(platform): State<Arc<Platform>>) -> Response {
    let before = platform.faults.replace(Plan::default());
    platform.note(&Event::PlanReplaced);
    ok(before)
}

/// Which lines are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Since {
    /// Those after this number; 0 for all.
    #[serde(default)]
    #[param(format = "uint64")]
    since: u64,
    /// At most so many; 1,000 where none is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

impl Since {
    /// How many lines are asked for.
    fn limit(&self) -> Result<usize, Failure> {
        Ok(limited(self.limit.unwrap_or(MOST_LINES), MOST_LINES)? as usize)
    }
}

/// Reads the journal, oldest first.
#[utoipa::path(
    get,
    path = "/manage/journal",
    operation_id = "manage-journal",
    tag = "manage",
    params(Since),
    responses((status = 200, description = "done", body = Answer<Vec<Line>>), SystemErrors),
)]
async fn journal(State(platform): State<Arc<Platform>>, Query(asked): Query<Since>) -> Result<Response, Failure> {
    let (journal, limit) = (platform.journal.clone(), asked.limit()?);
    let lines = tokio::task::spawn_blocking(move || journal.since(asked.since, limit)).await;
    match lines {
        Ok(Ok(lines)) => Ok(ok(lines)),
        Ok(Err(error)) => Err(broken("ジャーナルを読めません", &error)),
        Err(_) => Err(System::Internal.into()),
    }
}

/// The handshakes kept, and how many older ones are not kept any more.
#[derive(Serialize, ToSchema)]
struct Handshakes {
    handshakes: Vec<Handshake>,
    dropped: u64,
}

/// Reads what became of handshakes, oldest first.
#[utoipa::path(
    get,
    path = "/manage/handshakes",
    operation_id = "manage-handshakes",
    tag = "manage",
    params(Since),
    responses((status = 200, description = "done", body = Answer<Handshakes>), SystemErrors),
)]
async fn handshakes(State(platform): State<Arc<Platform>>, Query(asked): Query<Since>) -> Result<Response, Failure> {
    let mut handshakes = platform.ledger.list(asked.since);
    handshakes.truncate(asked.limit()?);
    Ok(ok(Handshakes { handshakes, dropped: platform.ledger.dropped() }))
}

/// All offices, with all that belongs to them.
#[utoipa::path(
    get,
    path = "/manage/offices",
    operation_id = "manage-offices",
    tag = "manage",
    responses((status = 200, description = "done", body = Answer<Vec<Office>>), SystemErrors),
)]
async fn offices(State(platform): State<Arc<Platform>>) -> Response {
    let offices = platform.world.offices();
    ok(offices.iter().map(AsRef::as_ref).collect::<Vec<&Office>>())
}

/// Replaces what is known of an office; 400 for what a description of the world would not take, and for other
/// user IDs.
#[utoipa::path(
    put,
    path = "/manage/offices/{number}",
    operation_id = "manage-office-set",
    tag = "manage",
    params(("number" = String, Path, description = "事業所番号")),
    request_body = Office,
    responses((status = 200, description = "done", body = Answer<Nothing>), SystemErrors),
)]
async fn set_office(
    State(platform): State<Arc<Platform>>,
    Path(number): Path<OfficeNumber>,
    request: Request,
) -> Result<Response, Failure> {
    let certificates = platform.settings.most_certificates.saturating_mul(CERTIFICATE_BYTES);
    let office: Office = respond::json(request, respond::MOST_JSON_BYTES.saturating_add(certificates)).await?;
    if office.number != number {
        return Err(bad_request(Message::pair(
            "パスと本文の事業所番号が違います",
            "path and body name different offices",
        )));
    }
    let known = platform.world.office(&number).ok_or(System::NotFound)?;
    if let Some(flaw) = changed_user(&known, &office).or_else(|| flaw_of(&office)) {
        return Err(bad_request(flaw));
    }
    platform
        .world
        .change(&number, |known| {
            *known = office;
            Ok(())
        })
        .await?;
    platform.note(&Event::OfficeSet { office: number });
    Ok(ok(Nothing {}))
}

/// User IDs stay as they are.
fn changed_user(known: &Office, office: &Office) -> Option<Message> {
    [UserKind::Office, UserKind::Personal].into_iter().find_map(|kind| {
        let (id, other) = (&kind.of(known).id, &kind.of(office).id);
        (id != other).then(|| {
            Message::pair(
                format!("ユーザID {id} は変更できません（{other}）"),
                format!("user ID {id} cannot be changed (to {other})"),
            )
        })
    })
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
    let view = change.await?.ok_or(System::NotFound)?;
    platform.note(&Event::LicencePaid { office: number });
    Ok(ok(view))
}

/// Issues a certificate that was applied for (発行申請中 becomes 発行済み).
#[utoipa::path(
    post,
    path = "/manage/offices/{number}/certificates/{no}/approve",
    operation_id = "manage-certificate-approve",
    tag = "manage",
    params(("number" = String, Path, description = "事業所番号"), ("no" = u32, Path, description = "1 for the office's first")),
    responses((status = 200, description = "done", body = Answer<CertificateView>), SystemErrors),
)]
async fn approve(
    State(platform): State<Arc<Platform>>,
    Path((number, no)): Path<(OfficeNumber, u32)>,
) -> Result<Response, Failure> {
    Ok(ok(certificates::approve(&platform, &number, no, platform.clock.now()).await?))
}

/// A certificate that is revoked.
#[derive(Serialize, ToSchema)]
struct RevokedView {
    /// Serial number, in lower-case hexadecimal, without leading zeros.
    serial: String,
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
    /// The office that it was issued to here; absent where nobody here has a certificate of that number, as with
    /// those of `renkei certs`, which the authority may have made all the same.
    office: Option<OfficeNumber>,
}

/// Revokes a certificate from now on, also one that is not known here.
#[utoipa::path(
    post,
    path = "/manage/certificates/{serial}/revoke",
    operation_id = "manage-certificate-revoke",
    tag = "manage",
    params(("serial" = String, Path, pattern = "^(00)*(0[1-9A-Fa-f]|[1-9A-Fa-f][0-9A-Fa-f])([0-9A-Fa-f]{2}){0,19}$", description = "serial number, in hexadecimal; leading zeros do not count")),
    responses((status = 200, description = "done", body = Answer<RevokedView>), SystemErrors),
)]
async fn revoke(State(platform): State<Arc<Platform>>, Path(serial): Path<String>) -> Result<Response, Failure> {
    let serial = serial.to_ascii_lowercase();
    let since = platform.authority.revoke(&serial, platform.clock.now()).map_err(|_| {
        bad_request(Message::pair(
            "シリアル番号は、0でない16進数（20バイトまで）です",
            "a serial number is hexadecimal, of up to 20 bytes, and not 0",
        ))
    })?;
    let saved = platform.authority.save_revoked(&platform.authority_folder);
    saved.map_err(|error| broken("失効の記録を保存できません", &error))?;
    let serial = bare_serial(&serial).to_owned();
    let office = certificates::holder(&platform.world, &serial);
    platform.note(&Event::Revoked { serial: serial.clone(), since, office: office.clone() });
    Ok(ok(RevokedView { serial, since, office }))
}

/// A notice to be shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNotice {
    /// 件名
    #[schema(pattern = r"\S")]
    title: String,
    /// 本文
    #[schema(pattern = r"\S")]
    text: String,
    /// Only for this office, which there must be; else for all.
    #[serde(default)]
    office: Option<OfficeNumber>,
}

/// Shows a notice (お知らせ) from now on.
#[utoipa::path(
    post,
    path = "/manage/notices",
    operation_id = "manage-notice-add",
    tag = "manage",
    request_body = NewNotice,
    responses((status = 200, description = "done", body = Answer<Nothing>), SystemErrors),
)]
async fn add_notice(State(platform): State<Arc<Platform>>, Json(notice): Json<NewNotice>) -> Result<Response, Failure> {
    let NewNotice { title, text, office } = notice;
    if title.trim().is_empty() || text.trim().is_empty() {
        return Err(bad_request(Message::pair("件名と本文が必要です", "a notice has a title and a text")));
    }
    if let Some(office) = office.as_ref().filter(|office| platform.world.office(office).is_none()) {
        return Err(bad_request(Message::pair(
            format!("事業所 {office} がありません"),
            format!("there is no office {office}"),
        )));
    }
    let notice = crate::world::NewNotice { at: platform.clock.now(), title, text, office: office.clone() };
    platform.world.post(notice).await?;
    platform.note(&Event::NoticeAdded { office });
    Ok(ok(Nothing {}))
}
