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

use super::desk::Desk;
use super::frame::{Frame, Tabs};
use super::routes::Routes;

const TABS: &Tabs = &[
    ("/client", "ホーム", "Home"),
    ("/client/received", "受信一覧", "Received"),
    ("/client/sending", "送信一覧", "To send"),
    ("/client/new", "新規作成", "New"),
    ("/client/sent", "送信済", "Sent"),
    ("/client/downloads", "ダウンロード一覧", "Downloads"),
];

pub(super) fn routes() -> Routes {
    Routes::default()
        .page("/", home::page)
        .page("/login", login::personal_page)
        .form("/login", login::personal)
        .page("/login/office", login::office_page)
        .form("/login/office", login::office)
        .form("/logout", login::logout)
        .page("/new", compose::page)
        .upload("/new", compose::add)
        .page("/new/{batch}", compose::added)
        .page("/sending", sending::page)
        .form("/sending", sending::send)
        .page("/sending/{no}", sending::edit_page)
        .form("/sending/{no}", sending::edit)
        .form("/sending/{no}/remove", sending::remove)
        .page("/sent", sent::page)
        .page("/sent/{id}", sent::detail)
        .page("/received", received::page)
        .form("/received", received::fetch)
        .page("/received/{id}", received::detail)
        .form("/received/{id}", received::fetch_one)
        .other("/received/{id}/files/{position}", received::file)
        .page("/downloads", downloads::page)
}

/// What is around a page of an office that has logged in.
fn frame(desk: &Desk, here: &str, ja: &str, en: &str) -> Frame {
    let frame = Frame::of(&desk.visit, ja, en).within("連携クライアント", "Client").with_tabs(TABS, here);
    Frame { who: format!("{}（{}）", desk.login.name, desk.login.office), logout: "/client/logout", ..frame }
}
