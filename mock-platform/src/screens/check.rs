//! A file on a page, judged at once. Knows the form, its limits and the frame that the report is shown in;
//! who judges is handed in ([`crate::inspect`]).
//!
//! The form is sent into the frame, so that the files stay chosen in the browser: whoever wants to see
//! values sends them once more. Nothing is kept here between two requests, and nothing is written down,
//! not even in the journal.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use renkei_validator::text::Message;

use super::assets::served;
use super::frame::{Frame, POLICY, shown, shown_as};
use super::routes::Routes;
use super::trouble::Trouble;
use super::visit::Visit;
use super::{Screens, write};
use crate::api::multipart::{self, Limits, UploadedFile};
use crate::inspect::{Inspection, Inspector, Shown};
use crate::refusal::{Business, Refusal, System, Words};
use crate::settings::Settings;

const STYLE: &str = include_str!("../../templates/check/check.css");
const SCRIPT: &str = include_str!("../../templates/check/check.js");

/// Files that may be judged at once: one takes all processors, another does not wait for it.
pub(super) const AT_ONCE: usize = 2;

/// The report may run its own script, and nothing else; it has an origin of its own, from which it
/// reaches nothing here.
const REPORT_SANDBOX: &str = "frame-ancestors 'self'; sandbox allow-scripts";

#[derive(Template)]
#[template(path = "check/page.html")]
struct Page {
    frame: Frame,
    as_of: String,
    most_bytes: u64,
    most_files: usize,
    limits: Words,
}

/// A page inside the frame: nothing yet, or why there is no report.
#[derive(Template)]
#[template(path = "check/notice.html")]
struct Notice {
    frame: Frame,
    words: Words,
    detail: Option<Words>,
    bad: bool,
}

pub(super) fn routes() -> Routes {
    Routes::default()
        .page("/", page)
        .page("/report", waiting)
        .upload("/report", report)
        .other("/check.css", async || served("text/css; charset=utf-8", STYLE))
        .other("/check.js", async || served("text/javascript; charset=utf-8", SCRIPT))
}

/// Whether there is somebody who judges.
pub(super) fn is_there(screens: &Screens) -> bool {
    screens.platform.inspector.is_some()
}

async fn page(State(screens): State<Arc<Screens>>, visit: Visit) -> Result<Response, Trouble> {
    inspector(&screens)?;
    let settings = &screens.platform.settings;
    let (most, files) = (settings.most_check_bytes >> 20, write::bytes(settings.most_check_files as u64));
    let page = Page {
        frame: Frame::of(&visit, "ファイルの検査", "Check a file"),
        as_of: write::day(screens.platform.clock.today()),
        most_bytes: settings.most_check_bytes,
        most_files: settings.most_check_files,
        limits: Words {
            ja: format!("一度に{files}ファイル、合わせて{most} MiBまで検査できます。"),
            en: format!("At most {files} files and {most} MiB at once."),
        },
    };
    Ok(with_policy(shown(&page), &format!("{POLICY}; frame-src 'self'")))
}

/// What the frame shows before there is a report, and when it is loaded again: no report is kept.
async fn waiting(State(screens): State<Arc<Screens>>, visit: Visit) -> Response {
    if let Err(trouble) = inspector(&screens) {
        return trouble.into_response();
    }
    let words = Words {
        ja: "結果はここに表示されます。保存していないため、再読み込みすると消えます。".to_owned(),
        en: "The report appears here. It is not kept: loading it again makes it go away.".to_owned(),
    };
    notice(&visit, StatusCode::OK, words, None)
}

/// Judges what is sent, and answers with the report.
async fn report(State(screens): State<Arc<Screens>>, visit: Visit, request: Request) -> Response {
    match judged(&screens, &visit, request).await {
        Ok(Shown { html, policy }) => {
            let response = (
                [
                    (CONTENT_TYPE, "text/html; charset=utf-8"),
                    // A page with a sandbox must not ask for a group of its own, or is not shown in a new tab.
                    (HeaderName::from_static("cross-origin-opener-policy"), "unsafe-none"),
                ],
                html,
            );
            with_policy(response.into_response(), &format!("{policy}; {REPORT_SANDBOX}"))
        }
        Err(trouble) => {
            let (status, error) = trouble.body();
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            notice(&visit, status, error.message, error.detail)
        }
    }
}

async fn judged(screens: &Arc<Screens>, visit: &Visit, request: Request) -> Result<Shown, Trouble> {
    let inspector = inspector(screens)?;
    let settings = &screens.platform.settings;
    let upload = multipart::read_form(request, limits(settings), &screens.platform.body_memory).await?;
    let field = |name: &str| upload.request.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if !visit.made(field("token").unwrap_or_default()) {
        return Err(Trouble::ForeignForm);
    }
    let show_values = match field("values") {
        None => false,
        Some("shown") => true,
        Some(_) => return Err(System::BadRequest.into()),
    };
    let files = match &upload.files {
        Ok(files) => files.iter().filter(|file| !is_unchosen(file)),
        Err(refusal) => return Err(too_much(refusal, settings)),
    };
    let files: Vec<_> = files.map(|file| (file.name.clone(), file.bytes.clone())).collect();
    if files.is_empty() {
        return Err(said(StatusCode::UNPROCESSABLE_ENTITY, nothing_chosen()));
    }
    let asked = Inspection {
        files,
        as_of: screens.platform.clock.today(),
        show_values,
        english: visit.lang == super::frame::Lang::En,
        unpacked: settings.most_check_unpacked,
        entries: settings.most_check_files,
    };
    // A few at a time: who waits longer than a body may take is told to come again.
    let turn = tokio::time::timeout(settings.body_time, Arc::clone(&screens.inspections).acquire_owned()).await;
    let turn = turn.map_err(|_| System::Unavailable)?.map_err(|_| System::Unavailable)?;
    let outcome = tokio::task::spawn_blocking(move || {
        let outcome = inspector.inspect(asked);
        // It goes on where the browser has gone away meanwhile; the next one waits for it, as does its memory.
        drop((turn, upload));
        outcome
    });
    outcome.await.map_err(|_| System::Internal)?.map_err(|why| said(StatusCode::UNPROCESSABLE_ENTITY, why))
}

fn inspector(screens: &Screens) -> Result<Arc<dyn Inspector>, Trouble> {
    screens.platform.inspector.clone().ok_or_else(|| System::NotFound.into())
}

fn limits(settings: &Settings) -> Limits {
    Limits {
        files: settings.most_check_files,
        file_bytes: settings.most_check_bytes,
        bytes: settings.most_check_bytes,
        time: settings.body_time,
    }
}

/// What a browser sends for a field in which no file was chosen.
fn is_unchosen(file: &UploadedFile) -> bool {
    file.name.is_empty() && file.bytes.is_empty()
}

fn nothing_chosen() -> Message {
    Message::pair("ファイルが選ばれていません。", "No file was chosen.")
}

/// The same in words of this page: those of the reader of bodies speak of deliveries.
fn too_much(refusal: &Refusal, settings: &Settings) -> Trouble {
    let words = match refusal.why {
        Business::TooMany => {
            let most = settings.most_check_files;
            Message::pair(
                format!("一度に検査できるのは{most}ファイルまでです（設定 most_check_files）。"),
                format!("At most {most} files can be checked at once (setting most_check_files)."),
            )
        }
        _ => {
            let most = settings.most_check_bytes >> 20;
            Message::pair(
                format!("一度に検査できるのは合わせて{most} MiBまでです（設定 most_check_bytes）。"),
                format!("At most {most} MiB can be checked at once (setting most_check_bytes)."),
            )
        }
    };
    said(StatusCode::PAYLOAD_TOO_LARGE, words)
}

fn said(status: StatusCode, words: Message) -> Trouble {
    Trouble::said(status.as_u16(), words)
}

fn notice(visit: &Visit, status: StatusCode, words: Words, detail: Option<Words>) -> Response {
    let bad = status != StatusCode::OK;
    let frame = Frame::of(visit, "検査結果", "Report");
    let response = shown_as(status, &Notice { frame, words, detail, bad });
    with_policy(response, &POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'"))
}

fn with_policy(mut response: Response, policy: &str) -> Response {
    match HeaderValue::try_from(policy) {
        Ok(policy) => {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
            response
        }
        // Without its policy it is not shown.
        Err(_) => Trouble::from(System::Internal).into_response(),
    }
}
