//! 証明書: the issuing steps, the history, the p12. Knows the screens of the manual and their order; the
//! certificate office of the platform decides.
//!
//! Known: 次へ works after 発行申請を行う前に has been opened; the password is masked; the terms are read to
//! their end; then 処理終了. Assumption: one page for both kinds, and the order of its parts.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};

use super::Screens;
use super::counter::{self, Counter};
use super::form::{Fields, Place};
use super::frame::{Frame, shown};
use super::inside::Ask;
use super::trouble::{Trouble, see};
use super::visit::Issue;
use super::write;
use crate::api::body::{CertificateApplication, CertificateView};
use crate::model::CertificateKind;
use crate::refusal::{Business, ErrorBody, Refusal};

pub(super) fn router() -> Router<Arc<Screens>> {
    Router::new()
        .route("/", get(page))
        .route("/login", get(counter::login_page).post(counter::login))
        .route("/logout", post(counter::logout))
        .route("/precautions", get(precautions))
        .route("/password", post(password))
        .route("/terms", post(terms))
        .route("/apply", post(apply))
        .route("/done", get(done))
        .route("/{no}/p12", get(p12))
}

#[derive(Template)]
#[template(path = "certificates/page.html")]
struct Page {
    frame: Frame,
    precautions_read: bool,
    lines: Vec<Line>,
    error: Option<ErrorBody>,
}

struct Line {
    no: u32,
    kind: &'static str,
    applied: String,
    from: String,
    until: String,
    state: String,
    fee: String,
    is_issued: bool,
    ends_soon: bool,
}

#[derive(Template)]
#[template(path = "certificates/precautions.html")]
struct PrecautionsPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "certificates/password.html")]
struct PasswordPage {
    frame: Frame,
    kind: &'static str,
}

#[derive(Template)]
#[template(path = "certificates/terms.html")]
struct TermsPage {
    frame: Frame,
    kind: &'static str,
}

#[derive(Template)]
#[template(path = "certificates/done.html")]
struct DonePage {
    frame: Frame,
}

async fn page(mut counter: Counter) -> Result<Response, Trouble> {
    history(&mut counter, None).await
}

/// 発行申請を行う前に
async fn precautions(counter: Counter) -> Response {
    counter.screens.change_login(&counter.visit.id, |login| {
        login.issue.get_or_insert_default().precautions_read = true;
    });
    shown(&PrecautionsPage { frame: counter.frame("発行申請を行う前に", "Before you apply") })
}

/// 証明書発行用パスワード入力
async fn password(mut counter: Counter, fields: Fields) -> Result<Response, Trouble> {
    let read = counter.visit.login.issue.as_ref().is_some_and(|issue| issue.precautions_read);
    if !read {
        return history(&mut counter, Some(Refusal::plain(Business::PrecautionsNotRead).into())).await;
    }
    let kind = match fields.get("kind") {
        "kaigo" => CertificateKind::KaigoJigyousho,
        _ => CertificateKind::CarePlanJigyousho,
    };
    counter.screens.change_login(&counter.visit.id, |login| {
        login.issue.get_or_insert_default().kind = Some(kind);
    });
    let frame = counter.frame("証明書発行用パスワード入力", "The issuing password");
    Ok(shown(&PasswordPage { frame, kind: name(kind) }))
}

/// 送信確認
async fn terms(counter: Counter, fields: Fields) -> Result<Response, Trouble> {
    let Some(Issue { kind: Some(kind), .. }) = counter.visit.login.issue else { return Ok(see("/e-seikyuu")) };
    let password = fields.get("password").to_owned();
    counter.screens.change_login(&counter.visit.id, |login| {
        login.issue.get_or_insert_default().password = password;
    });
    Ok(shown(&TermsPage { frame: counter.frame("送信確認", "Confirm"), kind: name(kind) }))
}

/// 利用規約に同意して送信
async fn apply(mut counter: Counter, _fields: Fields) -> Result<Response, Trouble> {
    let Some(Issue { kind: Some(kind), precautions_read, password }) = counter.visit.login.issue.clone() else {
        return Ok(see("/e-seikyuu"));
    };
    let application = CertificateApplication { kind, precautions_read, terms_read: true, password };
    let applied = counter.ask::<CertificateView>(Ask::post("/site/certificates", &application)?).await;
    // A password is kept no longer than it is needed.
    counter.screens.change_login(&counter.visit.id, |login| login.issue = None);
    match applied {
        Ok(_) => Ok(see("/e-seikyuu/done")),
        Err(trouble) => {
            let error = Some(trouble.refusal()?);
            history(&mut counter, error).await
        }
    }
}

/// 処理終了
async fn done(counter: Counter) -> Response {
    shown(&DonePage { frame: counter.frame("処理終了", "Done") })
}

/// ダウンロード
async fn p12(mut counter: Counter, Place(no): Place<u32>) -> Result<Response, Trouble> {
    match counter.file(Ask::get(format!("/site/certificates/{no}/p12"))).await {
        Ok(response) => Ok(response),
        Err(trouble) => {
            let error = Some(trouble.refusal()?);
            history(&mut counter, error).await
        }
    }
}

async fn history(counter: &mut Counter, error: Option<ErrorBody>) -> Result<Response, Trouble> {
    let lines: Vec<CertificateView> = counter.ask(Ask::get("/site/certificates")).await?;
    let day = |at: Option<time::OffsetDateTime>| at.map(|at| write::day(at.date())).unwrap_or_default();
    let line = |view: &CertificateView| Line {
        no: view.no,
        kind: name(view.kind),
        applied: write::day(view.applied_at.to_offset(crate::clock::JST).date()),
        from: day(view.from),
        until: day(view.until),
        state: view.state.clone(),
        fee: write::bytes(view.fee.into()),
        is_issued: view.from.is_some(),
        ends_soon: view.ends_soon,
    };
    Ok(shown(&Page {
        frame: counter.frame("証明書", "Certificates"),
        precautions_read: counter.visit.login.issue.as_ref().is_some_and(|issue| issue.precautions_read),
        lines: lines.iter().rev().map(line).collect(),
        error,
    }))
}

/// What a kind is called.
pub(super) fn name(kind: CertificateKind) -> &'static str {
    match kind {
        CertificateKind::KaigoJigyousho => "介護保険証明書",
        CertificateKind::CarePlanJigyousho => "請求委任事業所用ケアプラン証明書",
    }
}
