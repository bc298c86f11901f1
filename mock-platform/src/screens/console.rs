//! The operator's console: what happened, who takes part, what goes wrong, what time it is. Without a
//! login, as the management routes are; each change goes through one of these.

mod faults;
mod journal;
mod lists;
mod offices;
mod overview;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::Screens;
use super::frame::{Frame, Tabs};
use super::visit::Visit;

const TABS: &Tabs = &[
    ("/console", "概要", "Overview"),
    ("/console/journal", "ジャーナル", "Journal"),
    ("/console/handshakes", "TLS接続", "Handshakes"),
    ("/console/deliveries", "送信データ", "Deliveries"),
    ("/console/faults", "障害計画", "Faults"),
    ("/console/offices", "事業所", "Offices"),
];

pub(super) fn router() -> Router<Arc<Screens>> {
    Router::new()
        .route("/", get(overview::page))
        .route("/clock", post(overview::clock))
        .route("/reset", post(overview::reset))
        .route("/snapshot", post(overview::snapshot))
        .route("/restore", post(overview::restore))
        .route("/notice", post(overview::notice))
        .route("/journal", get(journal::page))
        .route("/journal/events", get(journal::events))
        .route("/handshakes", get(lists::handshakes))
        .route("/deliveries", get(lists::deliveries))
        .route("/faults", get(faults::page).post(faults::replace))
        .route("/offices", get(offices::page))
        .route("/offices/{number}", get(offices::one))
        .route("/offices/{number}/users", post(offices::users))
        .route("/offices/{number}/certificates/{no}/approve", post(offices::approve))
        .route("/offices/{number}/certificates/{serial}/revoke", post(offices::revoke))
}

fn frame(visit: &Visit, here: &str, ja: &str, en: &str) -> Frame {
    Frame::of(visit, ja, en).within("運用画面", "Console").with_tabs(TABS, here)
}
