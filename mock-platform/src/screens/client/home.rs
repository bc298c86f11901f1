//! ホーム: licence, certificate, version and notices. Knows how they are shown.

use askama::Template;
use axum::response::Response;

use super::super::desk::Desk;
use super::super::frame::{Frame, shown};
use super::super::inside::Ask;
use super::super::trouble::Trouble;
use super::super::write;
use crate::api::body::Home;

#[derive(Template)]
#[template(path = "client/home.html")]
struct Page {
    frame: Frame,
    home: Home,
    now: String,
    /// 有効期限, as it is written; empty without a licence.
    licence: String,
    certificate: String,
    notices: Vec<Notice>,
}

struct Notice {
    at: String,
    title: String,
    text: String,
}

pub(super) async fn page(mut desk: Desk) -> Result<Response, Trouble> {
    let home: Home = desk.ask(Ask::get("/v1/home")).await?;
    let notice = |notice: &crate::model::Notice| Notice {
        at: write::minute(notice.at),
        title: notice.title.clone(),
        text: notice.text.clone(),
    };
    Ok(shown(&Page {
        frame: super::frame(&desk, "/client", "ホーム", "Home"),
        now: write::minute(home.now),
        licence: home.licence_until.map(write::day).unwrap_or_default(),
        certificate: write::second(home.certificate_until),
        notices: home.notices.iter().map(notice).collect(),
        home,
    }))
}
