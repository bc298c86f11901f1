//! 受信一覧, its detail, データ取得 and 一括取得. Knows how entries are shown and which are wanted.
//!
//! The platform's list begins with the oldest entry, the screen with the newest, as the real one does:
//! all of the list is read for each page of it.

use askama::Template;
use axum::response::Response;

use super::super::desk::Desk;
use super::super::form::{Asked, Fields, Place, id};
use super::super::frame::{Frame, shown};
use super::super::inside::Ask;
use super::super::outbox::Download;
use super::super::trouble::Trouble;
use super::super::write;
use super::sent::{Line, files};
use crate::api::body::{FetchRequest, Fetched, Page as Listed, ReceivedEntry};
use crate::refusal::System;

/// Lines of one page of the list.
const LINES: usize = 50;

#[derive(Template)]
#[template(path = "client/received.html")]
struct Page {
    frame: Frame,
    lines: Vec<Received>,
    page: usize,
    pages: usize,
    all: usize,
    not_fetched: usize,
    /// Nothing was ticked.
    none: bool,
}

struct Received {
    line: Line,
    is_new: bool,
}

#[derive(Template)]
#[template(path = "client/received_detail.html")]
struct DetailPage {
    frame: Frame,
    line: Line,
    is_new: bool,
    /// 送信元事業所番号
    number: String,
}

pub(super) async fn page(mut desk: Desk, asked: Asked) -> Result<Response, Trouble> {
    let page = asked.get("page").parse::<usize>().unwrap_or(1).max(1);
    list(&mut desk, page, false).await
}

/// 一括取得: what is ticked, as one archive.
pub(super) async fn fetch(mut desk: Desk, fields: Fields) -> Result<Response, Trouble> {
    let ids = fields.all("id");
    if ids.is_empty() {
        return list(&mut desk, 1, true).await;
    }
    archive(&mut desk, ids).await
}

pub(super) async fn detail(mut desk: Desk, Place(asked): Place<String>) -> Result<Response, Trouble> {
    let entry: ReceivedEntry = desk.ask(Ask::get(format!("/v1/received/{}", id(&asked)?))).await?;
    Ok(shown(&DetailPage {
        frame: super::frame(&desk, "/client/received", "受信一覧の詳細", "A delivery received"),
        line: line(&entry),
        is_new: entry.fetched == Fetched::NotYet,
        number: entry.sender.to_string(),
    }))
}

/// データ取得: all files of an entry.
pub(super) async fn fetch_one(
    mut desk: Desk,
    Place(asked): Place<String>,
    _fields: Fields,
) -> Result<Response, Trouble> {
    let asked = id(&asked)?;
    let entry: ReceivedEntry = desk.ask(Ask::get(format!("/v1/received/{asked}"))).await?;
    match entry.files.as_slice() {
        [_] => one(&mut desk, &entry, 0).await,
        _ => archive(&mut desk, vec![entry.id]).await,
    }
}

/// One file of an entry.
pub(super) async fn file(mut desk: Desk, Place((asked, position)): Place<(String, u32)>) -> Result<Response, Trouble> {
    let entry: ReceivedEntry = desk.ask(Ask::get(format!("/v1/received/{}", id(&asked)?))).await?;
    one(&mut desk, &entry, position).await
}

async fn one(desk: &mut Desk, entry: &ReceivedEntry, position: u32) -> Result<Response, Trouble> {
    let file = usize::try_from(position).ok().and_then(|position| entry.files.get(position));
    let name = file.ok_or(System::NotFound)?.name.clone();
    let response = desk.file(Ask::get(format!("/v1/received/{}/files/{position}", entry.id))).await?;
    downloaded(desk, vec![entry.id.clone()], vec![name]);
    Ok(response)
}

async fn archive(desk: &mut Desk, ids: Vec<String>) -> Result<Response, Trouble> {
    let response = desk.file(Ask::post("/v1/received/fetch", &FetchRequest { ids: ids.clone() })?).await?;
    downloaded(desk, ids, vec!["received.zip".to_owned()]);
    Ok(response)
}

fn downloaded(desk: &Desk, ids: Vec<String>, names: Vec<String>) {
    let download = Download { at: desk.screens.platform.clock.now(), ids, names };
    desk.screens.outboxes().downloaded(desk.office(), download);
}

async fn list(desk: &mut Desk, page: usize, none: bool) -> Result<Response, Trouble> {
    let most = desk.screens.platform.settings.page.1;
    let (mut entries, mut after) = (Vec::new(), String::new());
    loop {
        let read: Listed<ReceivedEntry> = desk.ask(Ask::get(format!("/v1/received?limit={most}{after}"))).await?;
        entries.extend(read.items);
        match read.next {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let not_fetched = entries.iter().filter(|entry| entry.fetched == Fetched::NotYet).count();
    let newest = entries.iter().rev().skip((page - 1).saturating_mul(LINES)).take(LINES);
    let lines = newest.map(|entry| Received { line: line(entry), is_new: entry.fetched == Fetched::NotYet });
    Ok(shown(&Page {
        frame: super::frame(desk, "/client/received", "受信一覧", "Received"),
        lines: lines.collect(),
        page,
        pages: entries.len().div_ceil(LINES).max(1),
        all: entries.len(),
        not_fetched,
        none,
    }))
}

fn line(entry: &ReceivedEntry) -> Line {
    Line {
        id: entry.id.clone(),
        at: write::minute(entry.received_at),
        office: entry.sender_name.clone(),
        message: entry.message.clone(),
        output: String::new(),
        files: files(&entry.files),
    }
}
