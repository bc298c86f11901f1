//! The handshake ledger and all deliveries. Knows how they are shown.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::Screens;
use super::super::frame::{Frame, shown};
use super::super::trouble::Trouble;
use super::super::visit::Visit;
use super::super::write;
use crate::api::respond::Failure;
use crate::post;
use crate::store::DeliveryRecord;
use crate::tls::ledger::{Handshake, Outcome};

/// Lines of a page.
const LINES: usize = 200;

#[derive(Template)]
#[template(path = "console/handshakes.html")]
struct HandshakesPage {
    frame: Frame,
    lines: Vec<Line>,
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
}

struct Delivery {
    id: String,
    at: String,
    sender: String,
    receiver: String,
    copies: u32,
    files: Vec<(String, String)>,
}

pub(super) async fn handshakes(State(screens): State<Arc<Screens>>, visit: Visit) -> Response {
    let ledger = &screens.platform.ledger;
    let frame = super::frame(&visit, "/console/handshakes", "TLS接続", "Handshakes");
    let lines = ledger.list(0).iter().rev().take(LINES).map(|handshake| line(&frame, handshake)).collect();
    shown(&HandshakesPage { lines, dropped: ledger.dropped(), turned_away: ledger.turned_away(), frame })
}

fn line(frame: &Frame, handshake: &Handshake) -> Line {
    let (good, outcome, why) = match &handshake.outcome {
        Outcome::Established { version, cipher } => (true, (*version).to_owned(), cipher.clone()),
        Outcome::Refused { reason, alert } => {
            let text = reason.text();
            (false, alert.to_string(), frame.t(&text.ja, &text.en).to_owned())
        }
        Outcome::Failed { failure } => {
            let value = serde_json::to_value(failure).unwrap_or_default();
            (false, value["code"].as_str().unwrap_or_default().to_owned(), String::new())
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

pub(super) async fn deliveries(State(screens): State<Arc<Screens>>, visit: Visit) -> Result<Response, Trouble> {
    let mut found: Vec<DeliveryRecord> = Vec::new();
    for office in screens.platform.world.offices() {
        let page = screens.platform.store.sent(&office.number, None, LINES as u32).await.map_err(Failure::from)?;
        found.extend(page.items);
    }
    found.sort_by(|a, b| b.id.cmp(&a.id));
    found.truncate(LINES);
    let lines = found.into_iter().map(|delivery| Delivery {
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
    }))
}
