//! Style sheet, script and icon of the pages. Knows their bytes; a browser asks for them each time, as
//! another version of renkei may answer at the same address.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const STYLE: &str = include_str!("../../templates/screens.css");
const SCRIPT: &str = include_str!("../../templates/screens.js");
const ICON: &str = include_str!("../../templates/icon.svg");

pub(super) fn router() -> Router {
    Router::new()
        .route("/assets/screens.css", get(async || served("text/css; charset=utf-8", STYLE)))
        .route("/assets/screens.js", get(async || served("text/javascript; charset=utf-8", SCRIPT)))
        .route("/assets/icon.svg", get(async || served("image/svg+xml", ICON)))
}

pub(super) fn served(media_type: &'static str, text: &'static str) -> Response {
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static(media_type)), (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    (headers, text).into_response()
}
