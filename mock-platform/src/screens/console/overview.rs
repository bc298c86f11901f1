//! The clock, notices, snapshots and reset. Knows forms; the management routes do it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use super::super::Screens;
use super::super::form::Fields;
use super::super::frame::{Frame, shown};
use super::super::inside::Ask;
use super::super::trouble::{Trouble, see};
use super::super::visit::Visit;
use super::super::write;
use crate::clock::{Hand, JST};
use crate::refusal::{ErrorBody, System};

#[derive(Template)]
#[template(path = "console/overview.html")]
struct Page {
    frame: Frame,
    now: String,
    /// The time, as a field for one takes it.
    field: String,
    stopped: bool,
    offices: Vec<(String, String)>,
    sessions: usize,
    last: u64,
    snapshots: Vec<String>,
    error: Option<ErrorBody>,
}

pub(super) async fn page(State(screens): State<Arc<Screens>>, visit: Visit) -> Response {
    shown(&of(&screens, &visit, None))
}

/// Sets the clock. A time without a zone is one of Japan.
pub(super) async fn clock(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Trouble> {
    let setting = match fields.get("hand") {
        "machine" => json!({"machine": {}}),
        hand @ ("run_from" | "stop_at") => json!({hand: format!("{}+09:00", with_seconds(fields.get("at")))}),
        _ => return Err(System::BadRequest.into()),
    };
    done(&screens, &visit, Ask::put("/manage/clock", &setting)?).await
}

pub(super) async fn reset(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    _fields: Fields,
) -> Result<Response, Trouble> {
    done(&screens, &visit, Ask::post("/manage/reset", &json!({}))?).await
}

pub(super) async fn snapshot(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Trouble> {
    let path = format!("/manage/snapshots/{}", escaped(fields.get("name")));
    done(&screens, &visit, Ask::put(path, &json!({}))?).await
}

pub(super) async fn restore(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Trouble> {
    let path = format!("/manage/snapshots/{}/restore", escaped(fields.get("name")));
    done(&screens, &visit, Ask::post(path, &json!({}))?).await
}

pub(super) async fn notice(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Trouble> {
    let office = Some(fields.get("office")).filter(|office| !office.is_empty());
    let notice = json!({"title": fields.get("title"), "text": fields.get("text"), "office": office});
    done(&screens, &visit, Ask::post("/manage/notices", &notice)?).await
}

async fn done(screens: &Screens, visit: &Visit, ask: Ask) -> Result<Response, Trouble> {
    match screens.inside.manage::<Value>(ask).await {
        Ok(_) => Ok(see("/console")),
        Err(Trouble::Said(400 | 404 | 500, error)) => Ok(shown(&of(screens, visit, Some(*error)))),
        Err(other) => Err(other),
    }
}

/// A name as a part of a path. The management judges it.
fn escaped(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

fn of(screens: &Screens, visit: &Visit, error: Option<ErrorBody>) -> Page {
    let platform = &screens.platform;
    let now = platform.clock.now();
    let mut snapshots: Vec<String> = std::fs::read_dir(&platform.snapshots)
        .map(|entries| entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
        .unwrap_or_default();
    snapshots.sort();
    Page {
        frame: super::frame(visit, "/console", "概要", "Overview"),
        now: write::second(now),
        field: field(now),
        stopped: matches!(platform.clock.hand(), Hand::Stopped(_)),
        offices: platform.world.offices().iter().map(|o| (o.number.to_string(), o.name.clone())).collect(),
        sessions: platform.sessions.open_now(now),
        last: platform.journal.last(),
        snapshots,
        error,
    }
}

fn field(now: OffsetDateTime) -> String {
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    now.to_offset(JST).format(form).unwrap_or_default()
}

/// Browsers leave seconds out where they are zero.
fn with_seconds(time: &str) -> String {
    if time.len() == 16 { format!("{time}:00") } else { time.to_owned() }
}
