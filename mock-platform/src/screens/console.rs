//! The operator's console: what happened, who takes part, what goes wrong, what time it is. Without a
//! login, as the management routes are; each change goes through one of these.

mod faults;
mod journal;
mod lists;
mod offices;
mod overview;
mod words;

use super::frame::{Frame, Tabs};
use super::routes::Routes;
use super::visit::Visit;

const TABS: &Tabs = &[
    ("/console", "概要", "Overview"),
    ("/console/journal", "ジャーナル", "Journal"),
    ("/console/handshakes", "TLS接続", "Handshakes"),
    ("/console/deliveries", "送信データ", "Deliveries"),
    ("/console/faults", "障害計画", "Faults"),
    ("/console/offices", "事業所", "Offices"),
];

pub(super) fn routes() -> Routes {
    Routes::default()
        .page("/", overview::page)
        .form("/clock", overview::clock)
        .form("/reset", overview::reset)
        .form("/snapshot", overview::snapshot)
        .form("/restore", overview::restore)
        .form("/notice", overview::notice)
        .page("/journal", journal::page)
        .other("/journal/events", journal::events)
        .page("/handshakes", lists::handshakes)
        .page("/deliveries", lists::deliveries)
        .page("/faults", faults::page)
        .form("/faults", faults::replace)
        .page("/offices", offices::page)
        .page("/offices/{number}", offices::one)
        .form("/offices/{number}/users", offices::users)
        .form("/offices/{number}/licence", offices::licence)
        .form("/offices/{number}/certificates/{no}/approve", offices::approve)
        .form("/offices/{number}/certificates/{serial}/revoke", offices::revoke)
}

fn frame(visit: &Visit, here: &str, ja: &str, en: &str) -> Frame {
    Frame::of(visit, ja, en).within("運用画面", "Console").with_tabs(TABS, here)
}
