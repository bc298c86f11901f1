//! 受信一覧: `GET /v1/received`, its entries one by one, their files, and `POST /v1/received/fetch`
//! (一括取得). Knows what an office received and when bytes have left; knows nothing of senders' lists.
//!
//! An entry is 済 when the operating system has taken the last byte of each of its files. A HEAD, a
//! request for a range and a transfer that breaks record nothing; ranges are not served, so a request
//! for one is answered with the whole file. What is not the office's own, or not visible yet, is 403,
//! the same as what does not exist.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::http::header::RANGE;
use axum::http::{Extensions, Method};
use axum::response::Response;
use futures_util::{Stream, stream};
use renkei_validator::text::Message;
use tokio::io::AsyncReadExt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::archive;
use super::body::{Answer, FetchRequest, Page, ReceivedEntry};
use super::handout::{Done, Handout};
use super::list::{self, Paging};
use super::respond::{Failure, Json, Path, Query, SystemErrors, bad_request, ok};
use crate::accounts::Session;
use crate::deviations::Deviations;
use crate::model::OfficeNumber;
use crate::platform::Platform;
use crate::refusal::{Business, Refusal, System};
use crate::store::ReceivedRecord;

/// The routes of this module.
pub(crate) fn router() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(received_list))
        .routes(routes!(received_detail))
        .routes(routes!(received_file))
        .routes(routes!(received_fetch))
}

/// 受信一覧, oldest first.
#[utoipa::path(
    get,
    path = "/v1/received",
    operation_id = "received-list",
    tag = "received",
    params(Paging),
    responses(
        (status = 200, description = "done, or a business error", body = Answer<Page<ReceivedEntry>>),
        SystemErrors,
    ),
)]
async fn received_list(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Query(paging): Query<Paging>,
    request: Request,
) -> Result<Response, Failure> {
    let limit = paging.limit(&platform)?;
    let office = &session.office.number;
    let now = platform.clock.now();
    let read = |after, limit| platform.store.received(office, now, after, limit);
    let page = list::page(paging.after, limit, deviations(request.extensions()).list, read).await?;
    let items = page.items.into_iter().map(|entry| list::received(&platform, entry)).collect();
    Ok(ok(Page { items, next: page.next }))
}

/// One line of 受信一覧.
#[utoipa::path(
    get,
    path = "/v1/received/{id}",
    operation_id = "received-detail",
    tag = "received",
    params(
        ("id" = String, Path, description = "the number of the entry"),
    ),
    responses(
        (status = 200, description = "done, or a business error", body = Answer<ReceivedEntry>),
        SystemErrors,
    ),
)]
async fn received_detail(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let entry = own(&platform, &session.office.number, &id).await?;
    Ok(ok(list::received(&platform, entry)))
}

/// A file of an entry (データ取得).
#[utoipa::path(
    get,
    path = "/v1/received/{id}/files/{position}",
    operation_id = "fetch-file",
    tag = "received",
    params(
        ("id" = String, Path, description = "the number of the entry"),
        ("position" = u32, Path, description = "which file, from 0"),
    ),
    responses(
        (status = 200, description = "the bytes, with their digest in Repr-Digest (RFC 9530)", body = Vec<u8>, content_type = "application/octet-stream"),
        SystemErrors,
    ),
)]
async fn received_file(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path((id, position)): Path<(String, u32)>,
    request: Request,
) -> Result<Response, Failure> {
    let office = &session.office.number;
    let entry = own(&platform, office, &id).await?;
    let file = usize::try_from(position).ok().and_then(|position| entry.files.get(position));
    let file = file.ok_or(System::NotFound)?;
    let whole = request.method() == Method::GET && !request.headers().contains_key(RANGE);
    let done = done(&platform, &session, request.extensions(), vec![(entry.id, vec![position])]).filter(|_| whole);
    let stream = Box::pin(platform.store.body(&file.body));
    Ok(Handout::new(stream, file.bytes, done).response("application/octet-stream", &file.name, Some(&file.sha256)))
}

/// All files of several entries as a zip archive with a folder for each entry (一括取得).
#[utoipa::path(
    post,
    path = "/v1/received/fetch",
    operation_id = "fetch-bulk",
    tag = "received",
    request_body = FetchRequest,
    responses(
        (status = 200, description = "the archive, or a business error as JSON", body = Vec<u8>, content_type = "application/zip"),
        SystemErrors,
    ),
)]
async fn received_fetch(
    State(platform): State<Arc<Platform>>,
    session: Session,
    request: Request,
) -> Result<Response, Failure> {
    let office = &session.office.number;
    let extensions = request.extensions().clone();
    let Json(FetchRequest { mut ids }) = Json::from_request(request, &()).await?;
    let most = usize::try_from(platform.settings.page.1).unwrap_or(usize::MAX);
    if ids.is_empty() {
        return Err(bad_request(Message::pair("ids に1件以上を指定してください", "ids names at least one entry")));
    }
    if ids.len() > most {
        let words =
            Message::pair(format!("一度に取得できるのは{most}件までです。"), format!("At most {most} at once."));
        return Err(Refusal::with(Business::TooMany, words).into());
    }
    ids.sort();
    ids.dedup();
    let mut entries = Vec::with_capacity(ids.len());
    for id in &ids {
        entries.push(own(&platform, office, id).await?);
    }
    let bytes = entries.iter().flat_map(|entry| &entry.files).fold(0_u64, |sum, file| sum.saturating_add(file.bytes));
    let most = platform.settings.most_fetch_bytes;
    if bytes > most {
        let words = Message::pair(
            format!("一度に取得できるのは{most}バイトまでです。"),
            format!("At most {most} bytes at once."),
        );
        return Err(Refusal::with(Business::TooLarge, words).into());
    }
    let archive = archive::of(&platform.store, &entries).await.map_err(|_| System::Internal)?;
    let fetched = entries.into_iter().map(|entry| {
        let files = u32::try_from(entry.files.len()).unwrap_or(u32::MAX);
        (entry.id, (0..files).collect())
    });
    let done = done(&platform, &session, &extensions, fetched.collect());
    let stream = Box::pin(chunks(tokio::fs::File::from_std(archive.file)));
    Ok(Handout::new(stream, archive.bytes, done).response("application/zip", "received.zip", None))
}

/// The bytes of a file from its beginning.
fn chunks(file: tokio::fs::File) -> impl Stream<Item = std::io::Result<bytes::Bytes>> + Send + 'static {
    const CHUNK: usize = 64 << 10;
    stream::try_unfold(file, |mut file| async move {
        let mut chunk = bytes::BytesMut::with_capacity(CHUNK);
        let read = file.read_buf(&mut chunk).await?;
        Ok((read > 0).then(|| (chunk.freeze(), file)))
    })
}

/// An entry of the office's own list.
async fn own(platform: &Platform, office: &OfficeNumber, id: &str) -> Result<ReceivedRecord, Failure> {
    let found = platform.store.received_one(office, platform.clock.now(), id).await;
    found?.ok_or_else(|| System::Forbidden.into())
}

/// Marks files as fetched when the bytes have left; nothing where a fault says so.
fn done(
    platform: &Arc<Platform>,
    session: &Session,
    extensions: &Extensions,
    fetched: Vec<(String, Vec<u32>)>,
) -> Option<Done> {
    if deviations(extensions).fetch_forgotten {
        return None;
    }
    let control = session.peer.control.clone();
    let (store, clock, office) = (platform.store.clone(), platform.clock.clone(), session.office.number.clone());
    let runtime = tokio::runtime::Handle::current();
    let then = Box::new(move || {
        runtime.spawn(async move {
            for (entry, positions) in fetched {
                for position in positions {
                    // Where it cannot be recorded the entry stays 未: the receiver fetches it once more.
                    let _ = store.mark_fetched(&office, &entry, position, clock.now()).await;
                }
            }
        });
    });
    Some(Done { control, then })
}

fn deviations(extensions: &Extensions) -> Deviations {
    extensions.get::<Deviations>().cloned().unwrap_or_default()
}
