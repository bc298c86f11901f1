//! 証明書: the issuing steps, the history, the p12. Knows the screens of the manual and their order; the
//! certificate office of the platform decides.
//!
//! Known: 次へ works after 発行申請を行う前に has been opened; the password is masked; the terms are read to
//! their end; then 処理終了; the p12 is downloaded from a page of its own that lists what is 発行済み; the
//! FAQ shows the 拇印 of the authority, which people compare with the warning of Windows. Assumption: one
//! page for both kinds, and the order of its parts.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use time::OffsetDateTime;

use super::counter::{self, Counter};
use super::form::{Fields, Place};
use super::frame::{Frame, Tabs, shown};
use super::inside::Ask;
use super::routes::Routes;
use super::trouble::{Trouble, see};
use super::visit::Issue;
use super::write;
use crate::api::body::{CertificateApplication, CertificateView};
use crate::clock::JST;
use crate::model::CertificateKind;
use crate::pki::fingerprint::Fingerprint;
use crate::refusal::{Business, ErrorBody, Refusal};

const TABS: &Tabs = &[
    ("/e-seikyuu/notices", "お知らせ一覧", "Notices"),
    ("/e-seikyuu", "証明書", "Certificates"),
    ("/e-seikyuu/faq", "FAQ一覧", "FAQ"),
];

pub(super) fn routes() -> Routes {
    Routes::default()
        .page("/", page)
        .page("/notices", notices)
        .page("/faq", faq)
        .page("/download", download)
        .page("/login", counter::login_page)
        .form("/login", counter::login)
        .form("/logout", counter::logout)
        .page("/precautions", precautions)
        .form("/password", password)
        .form("/terms", terms)
        .form("/apply", apply)
        .page("/done", done)
        .other("/{no}/p12", p12)
}

#[derive(Template)]
#[template(path = "certificates/page.html")]
struct Page {
    frame: Frame,
    precautions_read: bool,
    lines: Vec<Line>,
    error: Option<ErrorBody>,
}

#[derive(Template)]
#[template(path = "certificates/download.html")]
struct DownloadPage {
    frame: Frame,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "certificates/notices.html")]
struct NoticesPage {
    frame: Frame,
    notices: Vec<Notice>,
}

struct Notice {
    at: String,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "certificates/faq.html")]
struct FaqPage {
    frame: Frame,
    sha1: String,
    sha256: String,
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

/// お知らせ一覧, with 証明書発行完了通知
async fn notices(mut counter: Counter) -> Result<Response, Trouble> {
    // What time has done for certificates is told here, too.
    let _: Vec<CertificateView> = counter.ask(Ask::get("/site/certificates")).await?;
    let notices = counter.screens.platform.world.notices_for(&counter.login.office);
    let notice = |notice: &Arc<crate::model::Notice>| Notice {
        at: write::minute(notice.at),
        title: notice.title.clone(),
        text: notice.text.clone(),
    };
    Ok(shown(&NoticesPage {
        frame: frame(&counter, "/e-seikyuu/notices", "お知らせ一覧", "Notices"),
        notices: notices.iter().map(notice).collect(),
    }))
}

/// FAQ一覧: 認証局証明書の拇印
async fn faq(counter: Counter) -> Response {
    let fingerprint = Fingerprint::of(counter.screens.platform.authority.cert_der());
    shown(&FaqPage {
        frame: frame(&counter, "/e-seikyuu/faq", "FAQ一覧", "FAQ"),
        sha1: fingerprint.windows_warning(),
        sha256: fingerprint.sha256_grouped(),
    })
}

/// 証明書ダウンロード: what is 発行済み
async fn download(mut counter: Counter) -> Result<Response, Trouble> {
    let lines: Vec<CertificateView> = counter.ask(Ask::get("/site/certificates")).await?;
    Ok(shown(&DownloadPage {
        frame: frame(&counter, "/e-seikyuu", "証明書ダウンロード", "Download"),
        lines: lines.iter().rev().map(line).filter(|line| line.is_issued).collect(),
    }))
}

/// 発行申請を行う前に
async fn precautions(counter: Counter) -> Response {
    counter.screens.change_login(&counter.visit.id, |login| {
        login.issue.get_or_insert_default().precautions_read = true;
    });
    shown(&PrecautionsPage { frame: frame(&counter, "/e-seikyuu", "発行申請を行う前に", "Before you apply") })
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
    let around = frame(&counter, "/e-seikyuu", "証明書発行用パスワード入力", "The issuing password");
    Ok(shown(&PasswordPage { frame: around, kind: name(kind) }))
}

/// 送信確認
async fn terms(counter: Counter, fields: Fields) -> Result<Response, Trouble> {
    let Some(Issue { kind: Some(kind), .. }) = counter.visit.login.issue else { return Ok(see("/e-seikyuu")) };
    let password = fields.get("password").to_owned();
    counter.screens.change_login(&counter.visit.id, |login| {
        login.issue.get_or_insert_default().password = password;
    });
    Ok(shown(&TermsPage { frame: frame(&counter, "/e-seikyuu", "送信確認", "Confirm"), kind: name(kind) }))
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
    shown(&DonePage { frame: frame(&counter, "/e-seikyuu", "処理終了", "Done") })
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
    Ok(shown(&Page {
        frame: frame(counter, "/e-seikyuu", "証明書", "Certificates"),
        precautions_read: counter.visit.login.issue.as_ref().is_some_and(|issue| issue.precautions_read),
        lines: lines.iter().rev().map(line).collect(),
        error,
    }))
}

fn line(view: &CertificateView) -> Line {
    let day = |at: OffsetDateTime| write::day(at.to_offset(JST).date());
    Line {
        no: view.no,
        kind: name(view.kind),
        applied: day(view.applied_at),
        from: view.from.map(day).unwrap_or_default(),
        until: view.until.map(day).unwrap_or_default(),
        state: view.state.clone(),
        fee: write::bytes(view.fee.into()),
        is_issued: view.from.is_some(),
        ends_soon: view.ends_soon,
    }
}

fn frame(counter: &Counter, here: &str, ja: &str, en: &str) -> Frame {
    counter.frame(ja, en).with_tabs(TABS, here)
}

/// What a kind is called.
pub(super) fn name(kind: CertificateKind) -> &'static str {
    match kind {
        CertificateKind::KaigoJigyousho => "介護保険証明書",
        CertificateKind::CarePlanJigyousho => "請求委任事業所用ケアプラン証明書",
    }
}
