//! The fault plan: its text, how far it has come, and the cards of all faults. Knows the editor; plans are
//! read and counted elsewhere.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::super::Screens;
use super::super::form::{Asked, Fields};
use super::super::frame::{Frame, shown};
use super::super::inside::Ask;
use super::super::trouble::{Trouble, see};
use super::super::visit::Visit;
use crate::faults::{Card, Kind, Layer, Status, card};
use crate::refusal::ErrorBody;

#[derive(Template)]
#[template(path = "console/faults.html")]
struct Page {
    frame: Frame,
    text: String,
    /// What was added to the text and is not in force yet.
    added: Option<&'static Card>,
    status: Status,
    layers: Vec<(Layer, Vec<&'static Card>)>,
    error: Option<ErrorBody>,
}

/// The editor with the plan in force; with the sample of a card behind it where one is asked for.
pub(super) async fn page(State(screens): State<Arc<Screens>>, visit: Visit, asked: Asked) -> Response {
    let mut text = screens.platform.faults.text();
    let added = Kind::of(asked.get("add")).map(card);
    if let Some(card) = added {
        let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        text.push_str(&format!("{end}{gap}{}", card.sample));
    }
    shown(&Page { added, ..of(&screens, &visit, text, None) })
}

/// Puts a plan into force; an empty one is none.
pub(super) async fn replace(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Trouble> {
    let text = fields.get("plan").replace("\r\n", "\n");
    let ask =
        if text.trim().is_empty() { Ask::delete("/manage/faults") } else { Ask::put_toml("/manage/faults", &text) };
    match screens.inside.manage::<Value>(ask).await {
        Ok(_) => Ok(see("/console/faults")),
        Err(Trouble::Said(400, error)) => Ok(shown(&of(&screens, &visit, text, Some(*error)))),
        Err(other) => Err(other),
    }
}

fn of(screens: &Screens, visit: &Visit, text: String, error: Option<ErrorBody>) -> Page {
    let of_layer = |layer: &Layer| {
        let cards = Kind::ALL.iter().map(|kind| card(*kind)).filter(|card| card.layer == *layer);
        (*layer, cards.collect())
    };
    Page {
        frame: super::frame(visit, "/console/faults", "障害計画", "Faults"),
        text,
        added: None,
        status: screens.platform.faults.status(),
        layers: Layer::ALL.iter().map(of_layer).collect(),
        error,
    }
}
