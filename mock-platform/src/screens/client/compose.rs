//! 新規作成: files become drafts, by what their names tell. Knows how files are put together; what may be
//! sent is judged elsewhere.
//!
//! Assumptions: attachments go with the one delivery that is added with them; where there is none, or
//! there are several, they make a draft of their own.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use renkei_validator::text::Message;
use serde::Deserialize;

use super::super::Screens;
use super::super::desk::Desk;
use super::super::form::Place;
use super::super::frame::{Frame, shown};
use super::super::outbox::NewDraft;
use super::super::trouble::{Trouble, see};
use super::drafts::{Row, recognise, row};
use crate::api::multipart::{self, Limits, UploadedFile};
use crate::pki::fingerprint::hex;
use crate::refusal::{Business, ErrorBody, Refusal, System};

#[derive(Template)]
#[template(path = "client/new.html")]
struct Page {
    frame: Frame,
    error: Option<ErrorBody>,
    rows: Vec<Row>,
    endings: String,
}

/// The part that stands before the files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    token: String,
}

pub(super) async fn page(desk: Desk) -> Response {
    shown(&of(&desk, None, Vec::new()))
}

/// Adds files to 送信一覧.
pub(super) async fn add(
    State(screens): State<Arc<Screens>>,
    desk: Desk,
    request: Request,
) -> Result<Response, Trouble> {
    let settings = &screens.platform.settings;
    let many = settings.most_delivery_bytes.saturating_mul(settings.most_deliveries as u64);
    let limits = Limits {
        files: settings.most_files.saturating_mul(settings.most_deliveries),
        file_bytes: settings.most_file_bytes,
        // One request leaves half of the memory to others.
        bytes: many.min(settings.most_body_memory as u64 / 2),
        time: settings.body_time,
    };
    let upload = multipart::read::<Form>(request, "form", limits, &screens.platform.body_memory).await?;
    if !desk.visit.made(&upload.request.token) {
        return Err(Trouble::ForeignForm);
    }
    let files = match &upload.files {
        // A browser sends a nameless part where nothing was chosen. What is kept is a copy: it must not
        // hold the whole body.
        Ok(files) => files.iter().filter(|file| !file.name.is_empty()).map(copy).collect::<Vec<_>>(),
        Err(refusal) => return Ok(shown(&of(&desk, Some(refusal.clone().into()), Vec::new()))),
    };
    if files.is_empty() {
        let error = Refusal::plain(Business::NothingToSend).into();
        return Ok(shown(&of(&desk, Some(error), Vec::new())));
    }
    let drafts = put_together(&screens, &desk, files)?;
    let most = settings.most_deliveries;
    let added = screens.outboxes().add(desk.office(), most, drafts);
    match added {
        Some(batch) => Ok(see(&format!("/client/new/{batch}"))),
        None => {
            let detail = Message::pair(
                format!(
                    "送信一覧に置けるのは{most}件までで、容量にも限りがあります。送信または削除してから追加してください。"
                ),
                format!("The list holds {most} deliveries at most, and so many bytes. Send or remove some first."),
            );
            let error = Refusal::with(Business::TooMany, detail).into();
            Ok(shown(&of(&desk, Some(error), Vec::new())))
        }
    }
}

/// What has just been added, as it was recognised.
pub(super) async fn added(desk: Desk, Place(batch): Place<u64>) -> Response {
    let drafts = desk.screens.outboxes().drafts(desk.office());
    let rows = drafts.iter().filter(|draft| draft.batch == batch).map(|draft| row(&desk, draft)).collect();
    shown(&of(&desk, None, rows))
}

fn of(desk: &Desk, error: Option<ErrorBody>, rows: Vec<Row>) -> Page {
    let endings: Vec<String> =
        desk.screens.platform.settings.attachment_endings.iter().map(|ending| format!(".{ending}")).collect();
    Page { frame: super::frame(desk, "/client/new", "新規作成", "New"), error, rows, endings: endings.join(" ") }
}

fn put_together(screens: &Screens, desk: &Desk, files: Vec<UploadedFile>) -> Result<Vec<NewDraft>, Trouble> {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let recognised = recognise(&screens.platform, desk.office(), &names);
    let groups: Vec<Vec<String>> = recognised
        .deliveries
        .iter()
        .map(|delivery| delivery.files.iter().map(|file| file.name.clone()).collect())
        .collect();
    let mut left: Vec<Option<UploadedFile>> = files.into_iter().map(Some).collect();
    let mut take = |name: &String| {
        let found = left.iter_mut().find(|file| file.as_ref().is_some_and(|file| file.name == *name));
        found.and_then(Option::take)
    };
    let mut drafts = Vec::new();
    for group in groups {
        drafts.push(NewDraft { key: key()?, files: group.iter().filter_map(&mut take).collect() });
    }
    let apart: Vec<UploadedFile> = recognised.apart.iter().filter_map(&mut take).collect();
    match drafts.as_mut_slice() {
        _ if apart.is_empty() => {}
        [only] => only.files.extend(apart),
        _ => drafts.push(NewDraft { key: key()?, files: apart }),
    }
    Ok(drafts)
}

/// A new idempotency key.
pub(super) fn key() -> Result<String, Trouble> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| System::Internal)?;
    Ok(format!("screen-{}", hex(&bytes)))
}

fn copy(file: &UploadedFile) -> UploadedFile {
    UploadedFile { bytes: Bytes::copy_from_slice(&file.bytes), ..file.clone() }
}
