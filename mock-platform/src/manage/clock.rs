//! The clock of the platform, read and set. Knows how a moment is written; what happens by it is known elsewhere.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::api::body::Answer;
use crate::api::respond::{Failure, Json, SystemErrors, bad_request, ok};
use crate::clock::Hand;
use crate::journal::Event;
use crate::platform::Platform;

/// What the clock shows, and whether it runs.
#[derive(Serialize, ToSchema)]
pub(super) struct ClockView {
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
    stopped: bool,
}

/// How the clock is set: exactly one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum ClockSetting {
    /// It runs on from here: a day such as `2027-01-05`, from its beginning in Japan, or a moment with its offset
    /// such as `2027-01-05T09:00:00+09:00`, of the years 2000 to 2100.
    RunFrom(Moment),
    /// It stands here: the same.
    StopAt(Moment),
    /// It shows the machine's time.
    Machine {},
}

/// A day or a moment that the clock can show.
#[derive(Deserialize)]
pub(super) struct Moment(String);

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let of = |format: KnownFormat| {
            let text = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)));
            text.pattern(Some("^(20[0-9]{2}|2100)-"))
        };
        RefOr::T(Schema::OneOf(OneOfBuilder::new().item(of(KnownFormat::Date)).item(of(KnownFormat::DateTime)).build()))
    }
}

impl ToSchema for Moment {}

/// Reads the clock of the platform.
#[utoipa::path(
    get,
    path = "/manage/clock",
    operation_id = "manage-clock",
    tag = "manage",
    responses((status = 200, description = "done", body = Answer<ClockView>), SystemErrors),
)]
pub(super) async fn clock(State(platform): State<Arc<Platform>>) -> Response {
    let stopped = matches!(platform.clock.hand(), Hand::Stopped(_));
    ok(ClockView { now: platform.clock.now(), stopped })
}

/// Sets it.
#[utoipa::path(
    put,
    path = "/manage/clock",
    operation_id = "manage-clock-set",
    tag = "manage",
    request_body = ClockSetting,
    responses((status = 200, description = "done", body = Answer<ClockView>), SystemErrors),
)]
pub(super) async fn set_clock(
    State(platform): State<Arc<Platform>>,
    Json(setting): Json<ClockSetting>,
) -> Result<Response, Failure> {
    let moment = |Moment(text): &Moment| crate::clock::moment(text).map_err(bad_request);
    match setting {
        ClockSetting::RunFrom(at) => platform.clock.run_from(moment(&at)?),
        ClockSetting::StopAt(at) => platform.clock.set(Hand::Stopped(moment(&at)?)),
        ClockSetting::Machine {} => platform.clock.set(Hand::Moved(time::Duration::ZERO)),
    }
    platform.note(&Event::Clock { now: platform.clock.now() });
    Ok(clock(State(platform)).await)
}
