//! The journal: its last lines, and those that are written from now on as server-sent events. Knows lines
//! and their order; their words are made elsewhere.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use serde::Serialize;
use tokio::sync::{broadcast, watch};

use super::super::Screens;
use super::super::form::Asked;
use super::super::frame::{Frame, Lang, shown};
use super::super::trouble::Trouble;
use super::super::visit::Visit;
use super::super::write;
use super::words;
use crate::journal::{Journal, Line};
use crate::refusal::System;

/// Lines of a page.
const LINES: u64 = 100;

/// Lines that are read at once.
const STEP: usize = 1_000;

#[derive(Template)]
#[template(path = "console/journal.html")]
struct Page {
    frame: Frame,
    lines: Vec<Told>,
    /// After which line new ones are followed; none on a page of older lines.
    live: Option<u64>,
    /// From which line the page before begins.
    older: Option<u64>,
}

/// A line, as it is shown.
#[derive(Serialize)]
struct Told {
    seq: u64,
    at: String,
    event: String,
    /// The class of its mark.
    tone: &'static str,
    facts: Vec<(&'static str, String)>,
}

pub(super) async fn page(State(screens): State<Arc<Screens>>, visit: Visit, asked: Asked) -> Result<Response, Trouble> {
    let last = screens.platform.journal.last();
    let since = asked.get("since").parse().unwrap_or_else(|_| last.saturating_sub(LINES));
    let mut lines = since_line(&screens.platform.journal, since, LINES as usize).await?;
    lines.reverse();
    Ok(shown(&Page {
        frame: super::frame(&visit, "/console/journal", "ジャーナル", "Journal"),
        live: asked.get("since").is_empty().then(|| lines.first().map_or(since, |line| line.seq)),
        older: (since > 0).then(|| since.saturating_sub(LINES)),
        lines: lines.iter().map(|line| told(visit.lang, line)).collect(),
    }))
}

/// Where a stream of lines stands.
struct Follower {
    journal: Journal,
    receiver: broadcast::Receiver<Line>,
    stopped: watch::Receiver<bool>,
    lang: Lang,
    waiting: VecDeque<Line>,
    last: u64,
}

/// Lines after a number, as they are written; until the platform stops.
pub(super) async fn events(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Trouble> {
    let again = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let last = again.or_else(|| asked.get("since").parse().ok()).ok_or(System::BadRequest)?;
    let journal = screens.platform.journal.clone();
    // Before reading: what is written meanwhile comes by the channel.
    let receiver = journal.subscribe();
    let waiting = since_line(&journal, last, STEP).await?.into();
    let follower = Follower { journal, receiver, stopped: screens.stopped.clone(), lang: visit.lang, waiting, last };
    Ok(Sse::new(follow(follower)).keep_alive(KeepAlive::default()).into_response())
}

fn follow(follower: Follower) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(follower, |mut follower| async move {
        loop {
            if let Some(line) = follower.waiting.pop_front() {
                if line.seq <= follower.last {
                    continue;
                }
                follower.last = line.seq;
                let event = Event::default().id(line.seq.to_string()).json_data(told(follower.lang, &line)).ok()?;
                return Some((Ok(event), follower));
            }
            let received = tokio::select! {
                received = follower.receiver.recv() => received,
                _ = follower.stopped.wait_for(|stopped| *stopped) => return None,
            };
            match received {
                Ok(line) if line.seq == follower.last + 1 => follower.waiting.push_back(line),
                // Some were missed, or came by reading already.
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {
                    follower.waiting = since_line(&follower.journal, follower.last, STEP).await.ok()?.into();
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    })
}

async fn since_line(journal: &Journal, seq: u64, limit: usize) -> Result<Vec<Line>, Trouble> {
    let journal = journal.clone();
    let lines = tokio::task::spawn_blocking(move || journal.since(seq, limit)).await;
    match lines {
        Ok(Ok(lines)) => Ok(lines),
        Ok(Err(_)) | Err(_) => Err(System::Internal.into()),
    }
}

fn told(lang: Lang, line: &Line) -> Told {
    let told = words::told(&line.event);
    Told {
        seq: line.seq,
        at: write::second(line.at),
        event: lang.of(told.name.ja, told.name.en).to_owned(),
        tone: told.tone.class(),
        facts: told.facts,
    }
}
