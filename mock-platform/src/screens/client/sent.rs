//! 送信済 and its detail. Knows how they are shown.

use askama::Template;
use axum::response::Response;

use super::super::desk::Desk;
use super::super::form::{Asked, Place, id};
use super::super::frame::{Frame, shown};
use super::super::inside::Ask;
use super::super::trouble::Trouble;
use super::super::write;
use crate::api::body::{FileEntry, Page as Listed, SentEntry};
use crate::post;

#[derive(Template)]
#[template(path = "client/sent.html")]
struct Page {
    frame: Frame,
    lines: Vec<Line>,
    /// The cursor of the next page.
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "client/sent_detail.html")]
struct DetailPage {
    frame: Frame,
    line: Line,
    number: String,
    key: String,
}

/// A line of a list of deliveries.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) at: String,
    pub(super) office: String,
    pub(super) message: String,
    pub(super) output: String,
    pub(super) files: Vec<File>,
}

/// A file of a line.
pub(super) struct File {
    pub(super) name: String,
    pub(super) file_type: &'static str,
    pub(super) version: String,
    pub(super) bytes: String,
    pub(super) sha256: String,
    pub(super) is_attachment: bool,
}

pub(super) fn files(files: &[FileEntry]) -> Vec<File> {
    let file = |file: &FileEntry| File {
        name: post::shown(&file.name),
        file_type: write::file_type(file.file_type),
        version: file.csv_version.clone().unwrap_or_else(|| "—".to_owned()),
        bytes: write::bytes(file.bytes),
        sha256: file.sha256.clone(),
        is_attachment: file.csv_version.is_none(),
    };
    files.iter().map(file).collect()
}

fn line(entry: &SentEntry) -> Line {
    Line {
        id: entry.id.clone(),
        at: write::minute(entry.sent_at),
        office: entry.destination_name.clone(),
        message: entry.message.clone(),
        output: write::stamp(entry.timestamp.as_deref()),
        files: files(&entry.files),
    }
}

pub(super) async fn page(mut desk: Desk, asked: Asked) -> Result<Response, Trouble> {
    let after = match asked.get("after") {
        "" => String::new(),
        after => format!("?after={}", id(after)?),
    };
    let page: Listed<SentEntry> = desk.ask(Ask::get(format!("/v1/sent{after}"))).await?;
    Ok(shown(&Page {
        frame: super::frame(&desk, "/client/sent", "送信済", "Sent"),
        lines: page.items.iter().map(line).collect(),
        next: page.next,
    }))
}

pub(super) async fn detail(mut desk: Desk, Place(asked): Place<String>) -> Result<Response, Trouble> {
    let entry: SentEntry = desk.ask(Ask::get(format!("/v1/sent/{}", id(&asked)?))).await?;
    Ok(shown(&DetailPage {
        frame: super::frame(&desk, "/client/sent", "送信済の詳細", "A delivery sent"),
        line: line(&entry),
        number: entry.destination.to_string(),
        key: entry.key,
    }))
}
