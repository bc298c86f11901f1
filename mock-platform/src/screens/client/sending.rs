//! 送信一覧: drafts, their message, 編集 and 一括送信. Knows rows and forms; each delivery is sent by itself,
//! as the platform's own route takes it.
//!
//! The idempotency key of a draft stays the same at each try of the same content, so that what was
//! accepted without an answer is not sent twice. Assumptions: what 送信結果 says of a row that was tried;
//! that rows that were not accepted stay in the list.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;

use super::super::Screens;
use super::super::desk::Desk;
use super::super::form::{Fields, Place};
use super::super::frame::{Frame, shown};
use super::super::inside::Ask;
use super::super::outbox::{Draft, Round};
use super::super::trouble::{Trouble, see};
use super::compose::key;
use super::drafts::{Row, row};
use crate::api::body::{DeliveryRequest, OfficeEntry, Page as Listed, Receipt};
use crate::model::OfficeNumber;
use crate::refusal::System;

#[derive(Template)]
#[template(path = "client/sending.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    round: Round,
    most_chars: usize,
}

#[derive(Template)]
#[template(path = "client/edit.html")]
struct EditPage {
    frame: Frame,
    row: Row,
    /// Offices to choose from, where names tell no destination.
    offices: Vec<OfficeEntry>,
    most_chars: usize,
}

pub(super) async fn page(desk: Desk) -> Response {
    let (drafts, round) = {
        let outboxes = desk.screens.outboxes();
        (outboxes.drafts(desk.office()), outboxes.round(desk.office()))
    };
    shown(&Page {
        frame: super::frame(&desk, "/client/sending", "送信一覧", "To send"),
        rows: drafts.iter().map(|draft| row(&desk, draft)).collect(),
        round,
        most_chars: desk.screens.platform.settings.most_message_chars,
    })
}

/// 一括送信: with one message for all, where one is given.
pub(super) async fn send(
    State(screens): State<Arc<Screens>>,
    mut desk: Desk,
    fields: Fields,
) -> Result<Response, Trouble> {
    let message = lines(fields.get("message"));
    let numbers: Vec<u64> = screens.outboxes().drafts(desk.office()).iter().map(|draft| draft.no).collect();
    let mut round = Round::default();
    for no in numbers {
        if !message.is_empty() {
            change(&screens, desk.office(), no, |draft| draft.message.clone_from(&message))?;
        }
        // Another page may have removed it meanwhile.
        let Some(draft) = screens.outboxes().draft(desk.office(), no) else { continue };
        match send_one(&mut desk, &draft).await {
            Ok(receipt) => {
                screens.outboxes().remove(desk.office(), no);
                let office = screens.platform.world.office(&receipt.destination);
                let name = office.map_or_else(|| receipt.destination.to_string(), |office| office.name.clone());
                round.sent.push((receipt.id, name));
            }
            Err(Trouble::LogIn(to)) => return Err(Trouble::LogIn(to)),
            Err(other) => {
                let (_, error) = other.body();
                screens.outboxes().change(desk.office(), no, |draft| draft.tried = Some(error));
                round.failed += 1;
            }
        }
    }
    screens.outboxes().finish(desk.office(), round);
    Ok(see("/client/sending"))
}

pub(super) async fn edit_page(mut desk: Desk, Place(no): Place<u64>) -> Result<Response, Trouble> {
    let draft = desk.screens.outboxes().draft(desk.office(), no).ok_or(System::NotFound)?;
    let mut row = row(&desk, &draft);
    let told = draft.destination.is_none() && !row.number.is_empty();
    let offices = if told { Vec::new() } else { directory(&mut desk).await? };
    // The form repeats the message as it is.
    row.message = draft.message;
    Ok(shown(&EditPage {
        frame: super::frame(&desk, "/client/sending", "編集", "Edit"),
        row,
        offices,
        most_chars: desk.screens.platform.settings.most_message_chars,
    }))
}

/// The offices that use the system.
async fn directory(desk: &mut Desk) -> Result<Vec<OfficeEntry>, Trouble> {
    let (mut offices, mut after) = (Vec::new(), String::new());
    loop {
        let page: Listed<OfficeEntry> = desk.ask(Ask::get(format!("/v1/offices{after}"))).await?;
        offices.extend(page.items);
        match page.next {
            Some(next) => after = format!("?after={next}"),
            None => return Ok(offices),
        }
    }
}

/// 編集
pub(super) async fn edit(
    State(screens): State<Arc<Screens>>,
    desk: Desk,
    Place(no): Place<u64>,
    fields: Fields,
) -> Result<Response, Trouble> {
    screens.outboxes().draft(desk.office(), no).ok_or(System::NotFound)?;
    let chosen = fields.get("destination");
    let destination = match chosen {
        "" => None,
        chosen => Some(OfficeNumber::parse(chosen).ok_or(System::BadRequest)?),
    };
    let (message, removed) = (lines(fields.get("message")), fields.all("remove"));
    change(&screens, desk.office(), no, |draft| {
        draft.message = message;
        draft.destination = destination;
        let mut position = 0_usize;
        draft.files.retain(|_| {
            position += 1;
            !removed.contains(&(position - 1).to_string())
        });
    })?;
    if screens.outboxes().draft(desk.office(), no).is_some_and(|draft| draft.files.is_empty()) {
        screens.outboxes().remove(desk.office(), no);
    }
    Ok(see("/client/sending"))
}

pub(super) async fn remove(
    State(screens): State<Arc<Screens>>,
    desk: Desk,
    Place(no): Place<u64>,
    _fields: Fields,
) -> Response {
    screens.outboxes().remove(desk.office(), no);
    see("/client/sending")
}

/// Changes a draft. Other content is another delivery and gets another key.
fn change(screens: &Screens, office: &OfficeNumber, no: u64, change: impl FnOnce(&mut Draft)) -> Result<(), Trouble> {
    let key = key()?;
    screens.outboxes().change(office, no, |draft| {
        let before = (draft.message.clone(), draft.destination.clone(), draft.files.len());
        change(draft);
        if before != (draft.message.clone(), draft.destination.clone(), draft.files.len()) {
            draft.key = key;
            draft.tried = None;
        }
    });
    Ok(())
}

async fn send_one(desk: &mut Desk, draft: &Draft) -> Result<Receipt, Trouble> {
    let request = DeliveryRequest { message: draft.message.clone(), destination: draft.destination.clone() };
    let files: Vec<(&str, Bytes)> = draft.files.iter().map(|file| (file.name.as_str(), file.bytes.clone())).collect();
    // A new one each time: no file can hold it.
    let boundary = key()?;
    desk.ask(Ask::delivery(&request, &files, &boundary, &draft.key)?).await
}

/// A text of a form with the line ends of everywhere else.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}
