//! ダウンロード一覧: what was fetched at this computer since the platform started. That the real client has
//! such a list is known; what it shows is not (assumption).

use askama::Template;
use axum::response::Response;

use super::super::desk::Desk;
use super::super::frame::{Frame, shown};
use super::super::write;
use crate::post;

#[derive(Template)]
#[template(path = "client/downloads.html")]
struct Page {
    frame: Frame,
    lines: Vec<Line>,
}

struct Line {
    at: String,
    names: Vec<String>,
    ids: Vec<String>,
}

pub(super) async fn page(desk: Desk) -> Response {
    let downloads = desk.screens.outboxes().downloads(desk.office());
    let lines = downloads.into_iter().map(|download| Line {
        at: write::second(download.at),
        names: download.names.iter().map(|name| post::shown(name)).collect(),
        ids: download.ids,
    });
    shown(&Page {
        frame: super::frame(&desk, "/client/downloads", "ダウンロード一覧", "Downloads"),
        lines: lines.collect(),
    })
}
