//! Logging in and out. Knows the two steps and the tokens that travel; decides nothing of users.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use renkei_validator::text::Message;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Answer, LoginRequest, Nothing, RefreshRequest, SessionAnswer, StepAnswer};
use super::home::entry;
use super::respond::{Failure, Json, SystemErrors, bad_request, ok};
use crate::accounts::{RefreshRefusal, Session, Step, Tokens, let_in, refuse_kind, same_certificate};
use crate::model::OfficeNumber;
use crate::platform::Platform;
use crate::refusal::{Business, System};
use crate::tls::Peer;
use crate::world::UserKind;

/// The first step, with 個人ユーザ.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it describes a body that is read as [`LoginRequest`]")]
struct PersonalLogin {
    /// ユーザID
    user_id: String,
    /// パスワード
    password: String,
}

/// The second step, with 事業所ユーザ.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it describes a body that is read as [`LoginRequest`]")]
struct OfficeLogin {
    /// ユーザID
    user_id: String,
    /// パスワード
    password: String,
    /// What the first step answered.
    step_token: String,
}

pub(crate) fn router() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::default()
        .routes(routes!(login_personal))
        .routes(routes!(login_office))
        .routes(routes!(token_refresh))
        .routes(routes!(logout))
}

/// The first step of a login: 個人ユーザ.
#[utoipa::path(
    post,
    path = "/v1/login/personal",
    operation_id = "login-personal",
    tag = "accounts",
    request_body = PersonalLogin,
    responses((status = 200, description = "a step token, or a business error", body = Answer<StepAnswer>), SystemErrors)
)]
async fn login_personal(
    State(platform): State<Arc<Platform>>,
    peer: Peer,
    Json(request): Json<LoginRequest>,
) -> Result<Response, Failure> {
    let LoginRequest { user_id, password, step_token } = request;
    if step_token.is_some() {
        return Err(bad_request(Message::pair(
            "step_token は2段階目に送ります",
            "step_token belongs to the second step",
        )));
    }
    refuse_kind(&platform, UserKind::Personal, &user_id)?;
    let office = let_in(&platform, UserKind::Personal, &user_id, &password, |office| same_certificate(&peer, office));
    let step = Step { office: office.await?, fingerprint: peer.certificate.fingerprint.clone() };
    let step_token = platform.sessions.begin_step(step, platform.clock.now()).map_err(|_| System::Internal)?;
    Ok(ok(StepAnswer { step_token }))
}

/// The second step: 事業所ユーザ.
#[utoipa::path(
    post,
    path = "/v1/login/office",
    operation_id = "login-office",
    tag = "accounts",
    request_body = OfficeLogin,
    responses((status = 200, description = "tokens, or a business error", body = Answer<SessionAnswer>), SystemErrors)
)]
async fn login_office(
    State(platform): State<Arc<Platform>>,
    peer: Peer,
    Json(request): Json<LoginRequest>,
) -> Result<Response, Failure> {
    let LoginRequest { user_id, password, step_token } = request;
    let step_token =
        step_token.ok_or_else(|| bad_request(Message::pair("step_token がありません", "the step_token is missing")))?;
    let step = platform.sessions.step(&step_token, platform.clock.now()).ok_or(System::Unauthorized)?;
    if step.fingerprint != peer.certificate.fingerprint {
        return Err(System::Forbidden.into());
    }
    refuse_kind(&platform, UserKind::Office, &user_id)?;
    let office = let_in(&platform, UserKind::Office, &user_id, &password, |office| {
        if office.number != step.office {
            return Err(Business::UsersApart);
        }
        same_certificate(&peer, office)
    });
    let office = office.await?;
    let tokens = platform.sessions.open(&step_token, platform.clock.now()).map_err(|_| System::Internal)?;
    // Another request has used the step meanwhile.
    let tokens = tokens.ok_or(System::Unauthorized)?;
    session_answer(&platform, tokens, &office)
}

/// New tokens in place of the ones before.
#[utoipa::path(
    post,
    path = "/v1/token/refresh",
    operation_id = "token-refresh",
    tag = "accounts",
    request_body = RefreshRequest,
    responses((status = 200, description = "new tokens", body = Answer<SessionAnswer>), SystemErrors)
)]
async fn token_refresh(
    State(platform): State<Arc<Platform>>,
    peer: Peer,
    Json(request): Json<RefreshRequest>,
) -> Result<Response, Failure> {
    let fingerprint = &peer.certificate.fingerprint;
    match platform.sessions.refresh(&request.refresh_token, fingerprint, platform.clock.now()) {
        Ok((tokens, office)) => session_answer(&platform, tokens, &office),
        Err(RefreshRefusal::Unknown | RefreshRefusal::Used) => Err(System::Unauthorized.into()),
        Err(RefreshRefusal::OtherCertificate) => Err(System::Forbidden.into()),
        Err(RefreshRefusal::NoChance) => Err(System::Internal.into()),
    }
}

/// Ends the session; its tokens are good for nothing afterwards.
#[utoipa::path(
    post,
    path = "/v1/logout",
    operation_id = "logout",
    tag = "accounts",
    responses((status = 200, description = "logged out", body = Answer<Nothing>), SystemErrors)
)]
async fn logout(State(platform): State<Arc<Platform>>, session: Session) -> Response {
    platform.sessions.close(&session.id);
    ok(Nothing {})
}

fn session_answer(platform: &Platform, tokens: Tokens, office: &OfficeNumber) -> Result<Response, Failure> {
    // Gone only where the world was replaced meanwhile.
    let office = platform.world.office(office).ok_or(System::Unauthorized)?;
    Ok(ok(SessionAnswer {
        access_token: tokens.access,
        expires_in: platform.settings.access_token_time.as_secs(),
        refresh_token: tokens.refresh,
        refresh_expires_in: platform.settings.refresh_token_time.as_secs(),
        office: entry(&office),
    }))
}
