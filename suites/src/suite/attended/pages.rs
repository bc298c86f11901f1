//! The page's addresses: what is shown at each, and what the forms there do. Knows the desk; markup is
//! `markup.rs`'s, questions are `ask.rs`'s.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use renkei_reports::Lang;
use renkei_validator::text::Message;

use super::ask::{Ask, Line, What};
use super::book::{Ended, Reply, Screen, Seen, Told};
use super::desk::{Command, Desk, Sight};
use super::fields::{self, Fields};
use super::guard::{Guard, Refused};
use super::{markup, offered};

/// How long a page waits for the runner before it says that it computes.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long the last page does.
const LAST_PATIENCE: Duration = Duration::from_secs(120);

/// What handlers share.
pub(crate) struct Site {
    pub(crate) desk: Arc<Desk>,
    pub(crate) guard: Guard,
}

pub(super) type Shared = State<Arc<Site>>;

/// All routes.
pub(crate) fn router(desk: &Arc<Desk>, guard: Guard) -> Router {
    let site = Arc::new(Site { desk: Arc::clone(desk), guard });
    let inside = Router::new()
        .route("/", get(home))
        .route("/case/{id}", get(case))
        .route("/case/{id}/open", post(open))
        .route("/case/{id}/answer", post(answer))
        .route("/case/{id}/skip", post(skip))
        .route("/case/{id}/sheet/{nth}", get(offered::sheet))
        .route("/case/{id}/file/{nth}", get(offered::file))
        .route("/case/{id}/files.zip", get(offered::archive))
        .route("/case/{id}/evidence/{nth}", get(offered::evidence))
        .route("/language", post(language))
        .route("/finish", get(finish).post(finished))
        .fallback(nowhere)
        // What answers forms has no page: who opens its address again finds the way back.
        .method_not_allowed_fallback(nowhere)
        .layer(from_fn_with_state(Arc::clone(&site), known_browser));
    Router::new()
        .route("/enter/{word}", get(enter))
        .merge(inside)
        // Forms are held to their limits where they are read.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&site), ours))
        .layer(from_fn(careful))
        .with_state(site)
}

// Who may.

async fn ours(State(site): Shared, request: Request, next: Next) -> Response {
    match site.guard.is_ours(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => denied(&site, refused),
    }
}

async fn known_browser(State(site): Shared, request: Request, next: Next) -> Response {
    match site.guard.knows_browser(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => denied(&site, refused),
    }
}

fn denied(site: &Site, refused: Refused) -> Response {
    (StatusCode::FORBIDDEN, markup::denied(site, &refused.message())).into_response()
}

/// The headers of a careful page on every answer.
async fn careful(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: with that, browsers would hide the origin of forms, which is looked at.
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages have one of their own; whatever has none may do nothing.
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

/// The cookie goes to the browser that has the word. The page then opens the first one by itself: a redirect
/// would not send a strict cookie where the address was clicked in another page.
async fn enter(State(site): Shared, Path(word): Path<String>, request: Request) -> Response {
    if let Some(cookie) = site.guard.enter(&word) {
        return ([(SET_COOKIE, cookie)], markup::entered(&site)).into_response();
    }
    match site.guard.knows_browser(request.headers()) {
        Ok(()) => to("/"),
        Err(refused) => denied(&site, refused),
    }
}

// What is shown.

async fn home(State(site): Shared) -> Response {
    markup::home(&site).into_response()
}

pub(super) async fn nowhere(State(site): Shared) -> Response {
    (StatusCode::NOT_FOUND, markup::nowhere(&site)).into_response()
}

async fn case(State(site): Shared, Path(id): Path<String>) -> Response {
    let Some(at) = site.desk.place(&id) else { return nowhere(State(site)).await };
    match site.desk.sight() {
        Sight::Asking(of, ask) if of == at => markup::asked(&site, at, &ask).into_response(),
        Sight::Busy(of) if of == at => markup::busy(&site, at).into_response(),
        Sight::Ended => markup::ended(&site).into_response(),
        Sight::Idle | Sight::Busy(_) | Sight::Asking(..) => match site.desk.entry(at).outcome {
            Some(outcome) => markup::result(&site, at, &outcome).into_response(),
            None => markup::intro(&site, at).into_response(),
        },
    }
}

/// The question that is asked of a case.
pub(super) fn asking(site: &Site, id: &str) -> Option<(usize, Arc<Ask>)> {
    match site.desk.sight() {
        Sight::Asking(at, ask) if site.desk.place(id) == Some(at) => Some((at, ask)),
        Sight::Idle | Sight::Busy(_) | Sight::Asking(..) | Sight::Ended => None,
    }
}

// What forms do.

/// The fields of a form that has its key; otherwise the page to go back to, with why.
async fn form(site: &Site, back: &str, multipart: Multipart) -> Result<Fields, Response> {
    let fields = Fields::read(multipart).await.map_err(|message| {
        site.desk.tell(message);
        to(back)
    })?;
    match site.guard.knows(fields.get("key")) {
        Ok(()) => Ok(fields),
        Err(refused) => Err(denied(site, refused)),
    }
}

fn address(id: &str) -> String {
    format!("/case/{id}")
}

fn to(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(path) => (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn open(State(site): Shared, Path(id): Path<String>, multipart: Multipart) -> Response {
    let Some(at) = site.desk.place(&id) else { return nowhere(State(site)).await };
    let fields = match form(&site, &address(&id), multipart).await {
        Ok(fields) => fields,
        Err(response) => return response,
    };
    let entry = site.desk.entry(at);
    // Without a step it goes on where it was left.
    let step = fields.get("step").parse().unwrap_or(entry.answered);
    site.desk.open_at(at, step);
    settled(&site, at, PATIENCE).await;
    to(&address(&id))
}

async fn skip(State(site): Shared, Path(id): Path<String>, multipart: Multipart) -> Response {
    let Some(at) = site.desk.place(&id) else { return nowhere(State(site)).await };
    let fields = match form(&site, &address(&id), multipart).await {
        Ok(fields) => fields,
        Err(response) => return response,
    };
    let reason = fields.get("reason").trim();
    if reason.is_empty() {
        site.desk.tell(Message::pair("見送る理由を書いてください", "say why it is left out"));
        return to(&address(&id));
    }
    site.desk.command(Command::Skip(at, reason.chars().take(500).collect()));
    settled(&site, at, PATIENCE).await;
    to(&address(&id))
}

async fn language(State(site): Shared, multipart: Multipart) -> Response {
    let fields = match form(&site, "/", multipart).await {
        Ok(fields) => fields,
        Err(response) => return response,
    };
    site.desk.speak(if fields.get("to") == "en" { Lang::En } else { Lang::Ja });
    let back = fields.get("back").to_owned();
    // What is filled in of a question comes along.
    if let Some((at, ask)) = back.strip_prefix("/case/").and_then(|id| asking(&site, id))
        && fields.get("step") == ask.step.to_string()
    {
        let mut filled = draft_of(fields);
        // Lines are marked as open only after an answer was tried.
        if !site.desk.draft(at, ask.step).contains_key("step") {
            filled.remove("step");
        }
        site.desk.keep_draft(at, ask.step, filled);
    }
    // Only a path of ours: `//elsewhere` is an address of somebody else.
    to(if back.starts_with('/') && !back.starts_with("//") && !back.contains('\\') { &back } else { "/" })
}

async fn finish(State(site): Shared) -> Response {
    match site.desk.sight() {
        Sight::Ended => markup::ended(&site).into_response(),
        Sight::Idle | Sight::Busy(_) | Sight::Asking(..) => markup::finish(&site).into_response(),
    }
}

async fn finished(State(site): Shared, multipart: Multipart) -> Response {
    if let Err(response) = form(&site, "/finish", multipart).await {
        return response;
    }
    site.desk.command(Command::Finish);
    let mut pulse = site.desk.pulse();
    let ended = async {
        while !matches!(site.desk.sight(), Sight::Ended) {
            if pulse.changed().await.is_err() {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(LAST_PATIENCE, ended).await;
    markup::ended(&site).into_response()
}

/// Waits until the runner has something to show of a case.
async fn settled(site: &Site, at: usize, patience: Duration) {
    let mut pulse = site.desk.pulse();
    let seen = async {
        loop {
            match site.desk.sight() {
                // What was asked before it was told to do something else is not it.
                Sight::Asking(of, _) if of == at && !site.desk.is_told() => break,
                Sight::Idle if !site.desk.is_told() => break,
                Sight::Ended => break,
                Sight::Idle | Sight::Busy(_) | Sight::Asking(..) => {}
            }
            if pulse.changed().await.is_err() {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(patience, seen).await;
}

async fn answer(State(site): Shared, Path(id): Path<String>, multipart: Multipart) -> Response {
    let fields = match form(&site, &address(&id), multipart).await {
        Ok(fields) => fields,
        Err(response) => return response,
    };
    let Some((at, ask)) = asking(&site, &id) else {
        set_aside(&site, &id, fields);
        return to(&address(&id));
    };
    if fields.get("step") != ask.step.to_string() {
        site.desk.tell(Refused::Key.message());
        return to(&address(&id));
    }
    if !fields.get("save").is_empty() {
        site.desk.keep_draft(at, ask.step, draft_of(fields));
        site.desk.tell(Message::pair("途中までの回答を保存しました", "your answers so far are kept"));
        return to("/");
    }
    let reply = match &ask.what {
        What::Export { .. } => handed_over(&site, at, &ask, &fields),
        What::Import { files, .. } => told(files, &fields),
        What::Show { lines, gone, .. } => screen(lines, gone, &fields),
        What::Exchange { .. } => exchanged(&fields),
    };
    match reply {
        Ok(reply) => {
            if site.desk.answer(at, ask.step, reply) {
                settled(&site, at, PATIENCE).await;
            }
        }
        Err(message) => {
            let marked = fields.get("all").parse::<usize>().ok();
            site.desk.keep_draft(at, ask.step, draft_of(fields));
            site.desk.tell(message);
            // Back to the lines that were marked.
            if let Some(line) = marked {
                return to(&format!("{}#t{line}", address(&id)));
            }
        }
    }
    to(&address(&id))
}

/// Keeps the answers of a form whose question is not asked any more, and says so: another window has opened
/// another case meanwhile, or has ended this one.
fn set_aside(site: &Site, id: &str, fields: Fields) {
    let (Some(at), Ok(step)) = (site.desk.place(id), fields.get("step").parse()) else { return };
    if site.desk.entry(at).outcome.is_some() {
        return site.desk.tell(Message::pair(
            "このケースは、先に送信された回答で終わっています。直すときは、ケースをやり直してください",
            "this case has ended by the answer that was sent first; to change it, do the case again",
        ));
    }
    if site.desk.cases()[at].transport {
        return site.desk.tell(Message::pair(
            "別のウィンドウでほかのケースを開いたため、このケースは中断しました。いまの回答は使っていません",
            "another case was opened in another window, so this one was left; this answer was not used",
        ));
    }
    site.desk.keep_draft(at, step, draft_of(fields));
    site.desk.tell(Message::pair(
        "別のウィンドウでほかのケースを開いたため、このケースは中断しています。入力は保存しました。「続ける」から送信し直してください。ファイルは、もう一度選んでください",
        "another case was opened in another window, so this one is left for now; what you filled in is kept. Go on \
         and send it again; files are to be chosen again",
    ));
}

/// The fields of a form to be filled in again.
fn draft_of(fields: Fields) -> BTreeMap<String, String> {
    let mut texts = fields.texts;
    // An emptied value says that the screen shows nothing there.
    let own = ["key", "save", "to", "back"];
    texts.retain(|name, text| !own.contains(&name.as_str()) && (!text.is_empty() || name.starts_with('v')));
    texts
}

/// The files of an export: chosen ones, else those of a folder, else those of before, else none.
fn handed_over(site: &Site, at: usize, ask: &Ask, fields: &Fields) -> Result<Reply, Message> {
    let named = fields.get("folder").trim();
    let files = if !fields.files.is_empty() {
        fields.files.clone()
    } else if !named.is_empty() {
        fields::folder(named)?
    } else if fields.get("before") == "on" {
        let before = site.desk.entry(at).replies.get(ask.step).map(|given| given.reply.clone());
        return before.ok_or_else(|| Message::pair("前回のファイルはありません", "there are no earlier files"));
    } else if fields.get("none") == "on" {
        Vec::new()
    } else {
        return Err(Message::pair(
            "ファイルを選ぶか、フォルダーを指定してください。出力できなかったときは、その旨を選んでください",
            "choose files or name a folder; if your software wrote none, say so",
        ));
    };
    site.desk.store(at, ask.step, &files).map(Reply::Files)
}

fn told(files: &[(String, Vec<u8>)], fields: &Fields) -> Result<Reply, Message> {
    let all = fields.get("all");
    let mut answers = Vec::new();
    for (nth, (name, _)) in files.iter().enumerate() {
        let word = match fields.get(&format!("f{nth}")) {
            "" => all,
            word => word,
        };
        let accepted = match word {
            "accepted" => true,
            "refused" => false,
            _ => {
                return Err(Message::pair(
                    format!("{name} を取り込めたかどうかを選んでください"),
                    format!("say whether {name} was taken"),
                ));
            }
        };
        let message = Some(fields.get(&format!("m{nth}")).trim().to_owned()).filter(|text| !text.is_empty());
        answers.push(Told { file: name.clone(), accepted, message });
    }
    Ok(Reply::Answers(answers))
}

/// What the screen shows. `all` marks every line of one form that has no answer yet, and asks again.
fn screen(lines: &[Line], gone: &[Line], fields: &Fields) -> Result<Reply, Message> {
    if !fields.get("all").is_empty() {
        return Err(Message::pair(
            "まだ答えのない行を「シートどおり」にしました。違うところがあれば直して送信してください",
            "lines without an answer are marked as on the sheet; change those that differ, then send",
        ));
    }
    let mut seen = Vec::new();
    let mut open = 0;
    for (nth, line) in lines.iter().enumerate() {
        let changed = changed(nth, line, fields);
        match fields.get(&format!("l{nth}")) {
            "missing" => seen.push(Seen::Missing),
            // What was typed over differs, whatever is ticked.
            "same" | "different" if !changed.is_empty() => seen.push(Seen::Different(changed)),
            "same" => seen.push(Seen::Same),
            "different" if line.items.is_empty() => seen.push(Seen::Different(BTreeMap::new())),
            "different" => {
                return Err(Message::pair(
                    format!("{} {}: 画面に表示されている値を入力してください", line.form, line.title),
                    format!("{} {}: type what the screen shows", line.form, line.title),
                ));
            }
            _ => open += 1,
        }
    }
    let mut there = Vec::new();
    // Where there is nothing to name, it is asked whether anything is there at all.
    let nameless = lines.is_empty() && gone.is_empty();
    for nth in 0..if nameless { 1 } else { gone.len() } {
        match fields.get(&format!("g{nth}")) {
            "gone" => there.push(false),
            "there" => there.push(true),
            _ => open += 1,
        }
    }
    match open {
        0 => Ok(Reply::Screen(Screen { lines: seen, there })),
        open => {
            Err(Message::pair(format!("答えのない行が{open}行あります"), format!("lines without an answer: {open}")))
        }
    }
}

/// Items of a line that show something else than they should.
fn changed(nth: usize, line: &Line, fields: &Fields) -> BTreeMap<String, String> {
    let mut changed = BTreeMap::new();
    for said in &line.items {
        let name = format!("v{nth}.{}", said.key.name());
        if let Some(typed) = fields.texts.get(&name).filter(|typed| **typed != said.value) {
            changed.insert(said.key.name().to_owned(), typed.clone());
        }
    }
    let (item, value) = (fields.get(&format!("x{nth}.item")), fields.get(&format!("x{nth}.value")));
    if line.others.iter().any(|(key, _)| key.name() == item) && !value.is_empty() {
        changed.insert(item.to_owned(), value.to_owned());
    }
    changed
}

fn exchanged(fields: &Fields) -> Result<Reply, Message> {
    let done = match fields.get("done") {
        "yes" => Some(true),
        "no" => Some(false),
        "unsaid" => None,
        _ => {
            return Err(Message::pair("送受信の結果を選んでください", "say how the exchange ended"));
        }
    };
    let message = Some(fields.get("message").trim().to_owned()).filter(|text| !text.is_empty());
    Ok(Reply::Exchanged(Ended { done, message }))
}
