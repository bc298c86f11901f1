//! 連携クライアント: what an office sees of its client app. Knows its pages and their order; the platform
//! decides.

mod compose;
mod downloads;
mod drafts;
mod home;
mod login;
mod received;
mod sending;
mod sent;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::Screens;
use super::desk::Desk;
use super::frame::{Frame, Tabs};

const TABS: &Tabs = &[
    ("/client", "ホーム", "Home"),
    ("/client/received", "受信一覧", "Received"),
    ("/client/sending", "送信一覧", "To send"),
    ("/client/new", "新規作成", "New"),
    ("/client/sent", "送信済", "Sent"),
    ("/client/downloads", "ダウンロード一覧", "Downloads"),
];

pub(super) fn router() -> Router<Arc<Screens>> {
    Router::new()
        .route("/", get(home::page))
        .route("/login", get(login::personal_page).post(login::personal))
        .route("/login/office", get(login::office_page).post(login::office))
        .route("/logout", post(login::logout))
        // Bodies are limited where they are read.
        .route("/new", get(compose::page).post(compose::add).layer(DefaultBodyLimit::disable()))
        .route("/new/{batch}", get(compose::added))
        .route("/sending", get(sending::page).post(sending::send))
        .route("/sending/{no}", get(sending::edit_page).post(sending::edit))
        .route("/sending/{no}/remove", post(sending::remove))
        .route("/sent", get(sent::page))
        .route("/sent/{id}", get(sent::detail))
        .route("/received", get(received::page).post(received::fetch))
        .route("/received/{id}", get(received::detail).post(received::fetch_one))
        .route("/received/{id}/files/{position}", get(received::file))
        .route("/downloads", get(downloads::page))
}

/// What is around a page of an office that has logged in.
fn frame(desk: &Desk, here: &str, ja: &str, en: &str) -> Frame {
    let frame = Frame::of(&desk.visit, ja, en).within("連携クライアント", "Client").with_tabs(TABS, here);
    Frame { who: format!("{}（{}）", desk.login.name, desk.login.office), logout: "/client/logout", ..frame }
}
