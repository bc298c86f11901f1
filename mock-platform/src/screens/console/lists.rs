//! The handshake ledger and all deliveries. Knows how they are shown.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use renkei_validator::text::Message;

use super::super::Screens;
use super::super::form::Asked;
use super::super::frame::{Frame, shown};
use super::super::trouble::Trouble;
use super::super::visit::Visit;
use super::super::write;
use crate::api::body::Fetched;
use crate::api::respond::Failure;
use crate::post;
use crate::store::behind;
use crate::tls::ledger::{Failure as Failed, Handshake, Outcome};

/// Lines of a page.
const LINES: usize = 200;

#[derive(Template)]
#[template(path = "console/handshakes.html")]
struct HandshakesPage {
    frame: Frame,
    lines: Vec<Line>,
    /// Only those that came to nothing are shown.
    refused: bool,
    /// Before which entry the next page begins.
    older: Option<u64>,
    dropped: u64,
    turned_away: u64,
}

struct Line {
    connection: u64,
    at: String,
    good: bool,
    outcome: String,
    why: String,
    subject: String,
    serial: String,
}

#[derive(Template)]
#[template(path = "console/deliveries.html")]
struct DeliveriesPage {
    frame: Frame,
    lines: Vec<Delivery>,
    /// Behind which delivery the next page begins.
    older: Option<String>,
}

struct Delivery {
    id: String,
    at: String,
    sender: String,
    receiver: String,
    /// 未 or 済 of each entry that it made and that is visible.
    entries: Vec<bool>,
    copies: u32,
    files: Vec<(String, String)>,
}

pub(super) async fn handshakes(State(screens): State<Arc<Screens>>, visit: Visit, asked: Asked) -> Response {
    let ledger = &screens.platform.ledger;
    let refused = asked.get("only") == "refused";
    let before = asked.get("before").parse().unwrap_or(u64::MAX);
    let frame = super::frame(&visit, "/console/handshakes", "TLS接続", "Handshakes");
    let listed = ledger.list(0);
    let wanted = listed.iter().rev().filter(|one| !(refused && matches!(one.outcome, Outcome::Established { .. })));
    let mut wanted = wanted.skip_while(|one| one.seq >= before).peekable();
    let (mut lines, mut last) = (Vec::new(), 0);
    while lines.len() < LINES
        && let Some(handshake) = wanted.next()
    {
        last = handshake.seq;
        lines.push(line(&frame, handshake));
    }
    let older = wanted.peek().map(|_| last);
    let (dropped, turned_away) = (ledger.dropped(), ledger.turned_away());
    shown(&HandshakesPage { lines, refused, older, dropped, turned_away, frame })
}

fn line(frame: &Frame, handshake: &Handshake) -> Line {
    let (good, outcome, why) = match &handshake.outcome {
        Outcome::Established { version, cipher } => (true, (*version).to_owned(), cipher.clone()),
        Outcome::Refused { reason, alert } => {
            let text = reason.text();
            (false, alert.to_string(), frame.t(&text.ja, &text.en).to_owned())
        }
        Outcome::Failed { failure } => {
            let (code, text) = failed(failure);
            (false, code.to_owned(), frame.t(&text.ja, &text.en).to_owned())
        }
        Outcome::Closed { reason } => {
            let text = reason.text();
            (false, "closed".to_owned(), frame.t(&text.ja, &text.en).to_owned())
        }
        Outcome::Scripted => (false, "scripted".to_owned(), frame.t("障害計画による", "by the fault plan").to_owned()),
    };
    let shown = handshake.shown.as_ref();
    Line {
        connection: handshake.connection,
        at: write::second(handshake.at),
        good,
        outcome,
        why,
        subject: shown.map(|shown| post::shown(&shown.subject)).unwrap_or_default(),
        serial: shown.map(|shown| shown.serial.clone()).unwrap_or_default(),
    }
}

/// A failure of a handshake, and what it says.
fn failed(failure: &Failed) -> (&'static str, Message) {
    let with = |ja: &str, en: &str, what: &str| {
        let what = post::shown(what);
        Message::pair(format!("{ja}（{what}）"), format!("{en} ({what})"))
    };
    match failure {
        Failed::ClientClosed => {
            ("client_closed", Message::pair("クライアントが接続を閉じました", "the client closed the connection"))
        }
        Failed::ClientReset => {
            ("client_reset", Message::pair("クライアントが接続を切断しました", "the client reset the connection"))
        }
        Failed::ClientAlert { alert } => (
            "client_alert",
            with("クライアントがアラートを送って拒否しました", "the client refused with an alert", &alert.to_string()),
        ),
        Failed::NotTls => ("not_tls", Message::pair("TLSの通信ではありません", "the client does not speak TLS")),
        Failed::NothingInCommon { what } => (
            "nothing_in_common",
            with("共通のバージョンや暗号方式がありません", "no version, cipher or protocol in common", what),
        ),
        Failed::Misbehaved { what } => {
            ("misbehaved", with("TLSの手順に誤りがあります", "the client speaks TLS wrongly", what))
        }
        Failed::TimedOut => ("timed_out", Message::pair("時間内に終わりませんでした", "it took too long")),
        Failed::ShutDown => ("shut_down", Message::pair("プラットフォームが終了しました", "the platform stopped")),
        Failed::Io { what } => ("io", with("この端末でエラーが起きました", "the machine failed", what)),
    }
}

pub(super) async fn deliveries(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    asked: Asked,
) -> Result<Response, Trouble> {
    let platform = &screens.platform;
    let page = platform.store.all_sent(platform.clock.now(), behind(asked.get("before")), LINES as u32).await;
    let page = page.map_err(Failure::from)?;
    let older = page.items.last().filter(|_| page.next.is_some()).map(|(last, _)| last.id.clone());
    let lines = page.items.into_iter().map(|(delivery, entries)| Delivery {
        entries: entries.into_iter().map(|fetched| fetched == Fetched::Done).collect(),
        id: delivery.id,
        at: write::second(delivery.accepted_at),
        sender: delivery.sender.to_string(),
        receiver: delivery.receiver.to_string(),
        copies: delivery.copies,
        files: delivery.files.iter().map(|file| (post::shown(&file.name), write::bytes(file.bytes))).collect(),
    });
    Ok(shown(&DeliveriesPage {
        frame: super::frame(&visit, "/console/deliveries", "送信データ", "Deliveries"),
        lines: lines.collect(),
        older,
    }))
}
