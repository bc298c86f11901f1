//! What is stored, as a whole: copies of it, and the way back to the first start. Knows names of copies; what
//! is in one is known to [`crate::store`].

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use renkei_validator::text::Message;

use crate::api::body::{Answer, Nothing};
use crate::api::respond::{Failure, Path, SystemErrors, bad_request, broken, ok};
use crate::files::make_private;
use crate::platform::Platform;
use crate::post::name::is_device;
use crate::refusal::System;
use crate::store::StoreError;

/// Copies everything stored; 400 where there is a copy of that name.
#[utoipa::path(
    put,
    path = "/manage/snapshots/{name}",
    operation_id = "manage-snapshot",
    tag = "manage",
    params(("name" = String, Path, pattern = "^[A-Za-z0-9_-]{1,64}$", description = "1 to 64 letters, digits, - and _; none that Windows keeps for a device, such as CON")),
    responses((status = 200, description = "done", body = Answer<Nothing>), SystemErrors),
)]
pub(super) async fn snapshot(
    State(platform): State<Arc<Platform>>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let place = place(&platform, &name)?;
    if let Some(folder) = place.parent() {
        let made = make_private(folder);
        made.map_err(|error| broken("スナップショットのフォルダーを作れません", &error))?;
    }
    match platform.store.snapshot(&place).await {
        Ok(()) => Ok(ok(Nothing {})),
        Err(StoreError::NotEmpty { .. }) => {
            let message = Message::pair("その名前のスナップショットはもうあります", "there is a snapshot of that name");
            Err(bad_request(message))
        }
        Err(error) => Err(error.into()),
    }
}

/// Replaces everything stored with a copy; sessions end. 400 where the copy is damaged or of another version: then
/// everything is as before.
#[utoipa::path(
    post,
    path = "/manage/snapshots/{name}/restore",
    operation_id = "manage-snapshot-restore",
    tag = "manage",
    params(("name" = String, Path, pattern = "^[A-Za-z0-9_-]{1,64}$", description = "1 to 64 letters, digits, - and _; none that Windows keeps for a device, such as CON")),
    responses((status = 200, description = "done", body = Answer<Nothing>), SystemErrors),
)]
pub(super) async fn restore(
    State(platform): State<Arc<Platform>>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let place = place(&platform, &name)?;
    if !place.is_dir() {
        return Err(System::NotFound.into());
    }
    platform.store.restore(&place).await.map_err(|error| unusable_copy(&name, error))?;
    platform.world.reload().await.map_err(|_| System::Internal)?;
    platform.sessions.close_all();
    Ok(ok(Nothing {}))
}

/// What is wrong with a copy is not the platform's failure.
fn unusable_copy(name: &str, error: StoreError) -> Failure {
    let (ja, en) = match error {
        StoreError::Foreign { .. } => ("このバージョンのデータではありません", "holds no data of this version"),
        StoreError::Damaged { .. } | StoreError::Row { .. } => ("壊れています", "is damaged"),
        other => return other.into(),
    };
    bad_request(Message::pair(
        format!("スナップショット「{name}」は、{ja}。何も復元していません"),
        format!("the snapshot {name} {en}; nothing was restored"),
    ))
}

/// Deliveries, offices and notices are as at the first start; sessions end. What was revoked stays revoked, also by
/// a reset and a restored snapshot: the authority is not part of what is stored.
#[utoipa::path(
    post,
    path = "/manage/reset",
    operation_id = "manage-reset",
    tag = "manage",
    responses((status = 200, description = "done", body = Answer<Nothing>), SystemErrors),
)]
pub(super) async fn reset(State(platform): State<Arc<Platform>>) -> Result<Response, Failure> {
    platform.store.reset().await?;
    let now = platform.clock.now();
    platform.world.replace(&platform.seed, now).await?;
    platform.sessions.close_all();
    Ok(ok(Nothing {}))
}

/// The folder of a snapshot. A name is letters, digits, `-` and `_`: it leads nowhere else.
fn place(platform: &Platform, name: &str) -> Result<PathBuf, Failure> {
    let fits = (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    // A folder that one system can make, all can.
    if fits && !is_device(name) {
        return Ok(platform.snapshots.join(name));
    }
    let message = Message::pair(
        "スナップショットの名前は、64文字以内の半角英数字と-、_です（CONなどWindowsの予約名を除く）",
        "the name of a snapshot is up to 64 letters, digits, - and _, and none that Windows keeps for a device",
    );
    Err(bad_request(message))
}
