//! 利用状況Webサイト and the certificate office, on the management listener: 事業所ユーザ only, without a
//! certificate. Knows what its pages show and take; decides nothing of licences and certificates.

mod host;

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use renkei_validator::text::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::{SiteSession, let_in, refuse_kind};
use crate::api::body::{
    Answer, CertificateApplication, CertificateView, LicenceApplication, LicenceApplied, LicenceView, Nothing,
    OfficeEntry, Shown,
};
use crate::api::home::entry;
use crate::api::respond::{Failure, Json, Path, SystemErrors, ok};
use crate::certificates;
use crate::licence::{self, LicenceState};
use crate::model::Office;
use crate::platform::Platform;
use crate::refusal::System;
use crate::world::UserKind;

pub(crate) use host::any_host;
pub use host::only_this_machine;

const USABLE: Text = Text { ja: "利用可能です。", en: "You can use the system." };
const RUNNING: Text =
    Text { ja: "ただいまシステムは正常稼働中です。", en: "The system is running normally." };

/// The routes of the site and of the certificate office.
pub fn router() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::default()
        .routes(routes!(site_login))
        .routes(routes!(site_logout))
        .routes(routes!(site_top))
        .routes(routes!(site_licence))
        .routes(routes!(site_licence_application))
        .routes(routes!(site_licence_opt_out))
        .routes(routes!(site_certificates, site_certificate_application))
        .routes(routes!(site_certificate_p12))
}

/// `POST /site/login`
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteLogin {
    /// ユーザID of 事業所ユーザ (`KJ…`)
    pub user_id: String,
    /// パスワード
    pub password: String,
}

/// The answer to a login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SiteToken {
    /// Sent as `Authorization: Bearer …`
    pub token: String,
    /// Seconds that it lives.
    pub expires_in: u64,
    /// What the page shows then.
    pub top: SiteTop,
}

/// トップ
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SiteTop {
    /// Who has logged in.
    pub office: OfficeEntry,
    /// The lines shown above.
    pub texts: Vec<Shown>,
    /// 個人ユーザID
    pub personal_user_id: String,
    /// Its password, shown as the real page does.
    pub personal_user_password: String,
}

/// Logs 事業所ユーザ in.
#[utoipa::path(
    post,
    path = "/site/login",
    operation_id = "site-login",
    tag = "site",
    request_body = SiteLogin,
    responses((status = 200, description = "a token, or a business error", body = Answer<SiteToken>), SystemErrors)
)]
async fn site_login(
    State(platform): State<Arc<Platform>>,
    Json(request): Json<SiteLogin>,
) -> Result<Response, Failure> {
    let SiteLogin { user_id, password } = request;
    refuse_kind(&platform, UserKind::Office, &user_id)?;
    let number = let_in(&platform, UserKind::Office, &user_id, &password, |_| Ok(())).await?;
    // Gone only where the world was replaced meanwhile.
    let office = platform.world.office(&number).ok_or(System::Unauthorized)?;
    let token = platform.sessions.open_site(number, platform.clock.now()).map_err(|_| System::Internal)?;
    let expires_in = platform.settings.access_token_time.as_secs();
    Ok(ok(SiteToken { token, expires_in, top: top(&platform, &office) }))
}

/// ログアウト
#[utoipa::path(
    post,
    path = "/site/logout",
    operation_id = "site-logout",
    tag = "site",
    responses((status = 200, description = "logged out", body = Answer<Nothing>), SystemErrors)
)]
async fn site_logout(State(platform): State<Arc<Platform>>, session: SiteSession) -> Response {
    platform.sessions.close_site(&session.token);
    ok(Nothing {})
}

/// トップ, with ID and password of 個人ユーザ.
#[utoipa::path(
    get,
    path = "/site/top",
    operation_id = "site-top",
    tag = "site",
    responses((status = 200, description = "the page", body = Answer<SiteTop>), SystemErrors)
)]
async fn site_top(State(platform): State<Arc<Platform>>, session: SiteSession) -> Response {
    ok(top(&platform, &session.office))
}

/// ライセンス, and what 利用申請/更新 shows.
#[utoipa::path(
    get,
    path = "/site/licence",
    operation_id = "site-licence",
    tag = "site",
    responses((status = 200, description = "the page", body = Answer<LicenceView>), SystemErrors)
)]
async fn site_licence(State(platform): State<Arc<Platform>>, session: SiteSession) -> Response {
    ok(licence::view(&session.office, platform.clock.today()))
}

/// 利用申請
#[utoipa::path(
    post,
    path = "/site/licence/application",
    operation_id = "site-licence-application",
    tag = "site",
    request_body = LicenceApplication,
    responses((status = 200, description = "the completion page, or a business error", body = Answer<LicenceApplied>), SystemErrors)
)]
async fn site_licence_application(
    State(platform): State<Arc<Platform>>,
    session: SiteSession,
    Json(application): Json<LicenceApplication>,
) -> Result<Response, Failure> {
    let today = platform.clock.today();
    let change = platform.world.change(&session.office.number, |office| licence::apply(office, &application, today));
    Ok(ok(change.await?))
}

/// The office wants no renewal.
#[utoipa::path(
    post,
    path = "/site/licence/opt-out",
    operation_id = "site-licence-opt-out",
    tag = "site",
    responses((status = 200, description = "the licence, or a business error", body = Answer<LicenceView>), SystemErrors)
)]
async fn site_licence_opt_out(
    State(platform): State<Arc<Platform>>,
    session: SiteSession,
) -> Result<Response, Failure> {
    let today = platform.clock.today();
    let change = platform.world.change(&session.office.number, |office| {
        licence::opt_out(office, today)?;
        Ok(licence::view(office, today))
    });
    Ok(ok(change.await?))
}

/// The history of certificates, oldest first.
#[utoipa::path(
    get,
    path = "/site/certificates",
    operation_id = "site-certificates",
    tag = "site",
    responses((status = 200, description = "the history", body = Answer<Vec<CertificateView>>), SystemErrors)
)]
async fn site_certificates(State(platform): State<Arc<Platform>>, session: SiteSession) -> Result<Response, Failure> {
    let office = caught_up(&platform, &session).await?;
    Ok(ok(certificates::history(&office, platform.clock.now())))
}

/// 発行申請
#[utoipa::path(
    post,
    path = "/site/certificates",
    operation_id = "site-certificate-application",
    tag = "site",
    request_body = CertificateApplication,
    responses((status = 200, description = "the new line, or a business error", body = Answer<CertificateView>), SystemErrors)
)]
async fn site_certificate_application(
    State(platform): State<Arc<Platform>>,
    session: SiteSession,
    Json(application): Json<CertificateApplication>,
) -> Result<Response, Failure> {
    let office = caught_up(&platform, &session).await?;
    let now = platform.clock.now();
    let change = platform
        .world
        .change(&office.number, |office| certificates::apply(office, &application, now, &platform.settings));
    Ok(ok(change.await?))
}

/// The p12 of a certificate, any number of times. It opens with the password of the application.
#[utoipa::path(
    get,
    path = "/site/certificates/{no}/p12",
    operation_id = "site-certificate-p12",
    tag = "site",
    params(("no" = u32, Path, description = "the number in the history")),
    responses((status = 200, description = "the p12 (application/x-pkcs12), or a business error", body = Vec<u8>, content_type = "application/x-pkcs12"), SystemErrors)
)]
async fn site_certificate_p12(
    State(platform): State<Arc<Platform>>,
    session: SiteSession,
    Path(no): Path<u32>,
) -> Result<Response, Failure> {
    let office = caught_up(&platform, &session).await?;
    let p12 = certificates::download(&office, no).ok_or(System::NotFound)??;
    let name = format!("attachment; filename=\"{}-{no}.p12\"", office.number);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/x-pkcs12")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // An office number is ten letters and digits.
        (CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(|_| System::Internal)?),
    ];
    Ok((headers, p12).into_response())
}

/// The office after what time has done for it.
async fn caught_up(platform: &Platform, session: &SiteSession) -> Result<Arc<Office>, Failure> {
    certificates::catch_up(platform, &session.office.number).await?;
    Ok(platform.world.office(&session.office.number).ok_or(System::Unauthorized)?)
}

/// 利用可能です。 is shown where the licence is good; what is shown otherwise is not known.
fn top(platform: &Platform, office: &Office) -> SiteTop {
    let texts = match licence::state(office, platform.clock.today()) {
        LicenceState::Valid { .. } => vec![USABLE, RUNNING],
        LicenceState::None | LicenceState::Expired { .. } => vec![RUNNING],
    };
    SiteTop {
        office: entry(office),
        texts: texts.into_iter().map(|text| Shown { text: text.into(), official_wording: true }).collect(),
        personal_user_id: office.personal_user.id.clone(),
        personal_user_password: office.personal_user.password.clone(),
    }
}
