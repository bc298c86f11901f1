//! Reads multipart bodies: parts `file` with names, and beside them one JSON part, as deliveries have it, or
//! the fields of a form. Knows parts, limits and time; knows no delivery and no page.
//!
//! Bytes are counted as they stream, and memory for them is taken from one budget of all requests before
//! they are kept. A body is taken apart when it is there as a whole: its files are pieces of it, and are
//! not copied. One that is a little too large is read to its end, so that it can be answered as a business
//! error; a larger one is answered with 413 and the connection is closed.

mod disposition;
mod parts;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::BytesMut;
use http_body_util::BodyExt as _;
use renkei_validator::text::Message;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::disposition::disposition;
use self::parts::{Broken, Part, Parts, boundary};
use super::respond::{Failure, MOST_JSON_BYTES, bad_request, content_type, read_json, why_unread};
use crate::post::judge::{delivery_too_large, file_too_large, too_many_files};
use crate::refusal::{Refusal, System};

/// So much more than may be kept is read and thrown away, to answer with a business error.
const DRAINED: u64 = 8 << 20;

/// Bytes for which there is room at once, whatever a client says that it will send.
const ROOM: usize = 1 << 20;

/// Bytes of a digest that are worked off at once: others have their turn in between.
const TURN: usize = 1 << 20;

/// Fields of a form with files, and bytes of each.
const MOST_FIELDS: usize = 16;
const MOST_FIELD_BYTES: usize = 1 << 10;

/// What one body may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Files.
    pub(crate) files: usize,
    /// Bytes of one file.
    pub(crate) file_bytes: u64,
    /// Bytes of all files.
    pub(crate) bytes: u64,
    /// How long all of it may take.
    pub(crate) time: Duration,
}

/// A body that was read.
pub(crate) struct Upload<T> {
    /// What is there beside the files.
    pub(crate) request: T,
    /// The files, or why they were not kept.
    pub(crate) files: Result<Vec<UploadedFile>, Refusal>,
    /// Memory that the files take: given back when this is dropped.
    _memory: Option<OwnedSemaphorePermit>,
}

/// A file of a body.
#[derive(Clone, Debug)]
pub(crate) struct UploadedFile {
    /// Its name, as sent.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Bytes,
    /// SHA-256 of that.
    pub(crate) sha256: [u8; 32],
}

/// Reads a body whose JSON part has that name.
///
/// # Errors
/// 400, 408, 413, 415 or 503.
pub(crate) async fn read<T: DeserializeOwned + Send>(
    request: Request,
    part: &str,
    limits: Limits,
    budget: &Arc<Semaphore>,
) -> Result<Upload<T>, Failure> {
    let (json, files, memory) = read_parts(request, JsonPart { part, found: None }, limits, budget).await?;
    let request = json.found.ok_or_else(|| bad_part(part, "がありません。", "is missing."))?;
    Ok(Upload { request, files, _memory: memory })
}

/// Reads a form with files and other fields, in the order they were sent. What a browser sends where no
/// file was chosen is a file without a name.
///
/// # Errors
/// The same.
pub(crate) async fn read_form(
    request: Request,
    limits: Limits,
    budget: &Arc<Semaphore>,
) -> Result<Upload<Vec<(String, String)>>, Failure> {
    let (fields, files, memory) = read_parts(request, TextFields(Vec::new()), limits, budget).await?;
    Ok(Upload { request: fields.0, files, _memory: memory })
}

/// What a body holds beside files.
trait Beside: Send {
    /// Takes a part of that name.
    fn take(&mut self, name: &str, part: &Part) -> Result<(), Failure>;
}

/// One part of JSON.
struct JsonPart<'a, T> {
    part: &'a str,
    found: Option<T>,
}

impl<T: DeserializeOwned + Send> Beside for JsonPart<'_, T> {
    fn take(&mut self, name: &str, part: &Part) -> Result<(), Failure> {
        if name != self.part {
            return Err(bad("知らない名前のパートがあります。", "There is a part of a name that is not read here."));
        }
        if self.found.is_some() {
            return Err(bad_part(name, "が2つあります。", "is there twice."));
        }
        if part.content_type.as_ref().is_some_and(|media_type| !is_json(media_type)) {
            return Err(System::UnsupportedMediaType.into());
        }
        self.found = Some(read_json(small(part, MOST_JSON_BYTES)?)?);
        Ok(())
    }
}

/// Fields of a form, few and short.
struct TextFields(Vec<(String, String)>);

impl Beside for TextFields {
    fn take(&mut self, name: &str, part: &Part) -> Result<(), Failure> {
        if self.0.len() >= MOST_FIELDS {
            return Err(System::ContentTooLarge.into());
        }
        let text = std::str::from_utf8(small(part, MOST_FIELD_BYTES)?)
            .map_err(|_| bad("項目の値がUTF-8ではありません。", "The value of a field is not UTF-8."))?;
        self.0.push((name.to_owned(), text.to_owned()));
        Ok(())
    }
}

async fn read_parts<B: Beside>(
    request: Request,
    beside: B,
    limits: Limits,
    budget: &Arc<Semaphore>,
) -> Result<(B, Kept, Option<OwnedSemaphorePermit>), Failure> {
    if !content_type(request.headers())?.eq_ignore_ascii_case("multipart/form-data") {
        return Err(System::UnsupportedMediaType.into());
    }
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = boundary(media_type)
        .ok_or_else(|| bad("Content-Typeのboundaryが正しくありません。", "The boundary is not valid."))?;
    let most = limits.bytes.saturating_add(DRAINED);
    let declared = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|declared| declared > most) {
        return Err(System::ContentTooLarge.into());
    }
    let collecting = Collecting {
        expected: declared.and_then(|declared| usize::try_from(declared).ok()).unwrap_or_default(),
        budget,
        memory: None,
        left: most,
        // A quarter of the time of a body: others finish, or are given up, while this one waits.
        patience: limits.time / 4,
    };
    let collected = tokio::time::timeout(limits.time, collecting.all(request.into_body())).await;
    let (body, memory) = collected.map_err(|_| System::RequestTimeout)??;
    let (beside, files) = take_apart(Parts::of(body, &boundary), beside, limits).await?;
    Ok((beside, files, memory))
}

/// How a body is collected.
struct Collecting<'a> {
    /// Bytes that come, as the client said.
    expected: usize,
    budget: &'a Arc<Semaphore>,
    /// What was taken of the budget.
    memory: Option<OwnedSemaphorePermit>,
    /// Bytes that may come.
    left: u64,
    patience: Duration,
}

impl Collecting<'_> {
    /// Reads a body to its end, each chunk after its memory has been taken.
    async fn all(mut self, mut body: Body) -> Result<(Bytes, Option<OwnedSemaphorePermit>), System> {
        let mut collected = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(chunk) = frame.map_err(|error| why_unread(&error))?.into_data() else { continue };
            self.take(chunk.len()).await?;
            if collected.is_empty() {
                if chunk.len() == self.expected {
                    // It is all there is.
                    return Ok((chunk, self.memory));
                }
                collected.reserve(self.expected.min(ROOM));
            }
            collected.extend_from_slice(&chunk);
        }
        Ok((collected.freeze(), self.memory))
    }

    /// Takes memory for so many bytes.
    async fn take(&mut self, bytes: usize) -> Result<(), System> {
        self.left = self.left.checked_sub(bytes as u64).ok_or(System::ContentTooLarge)?;
        let permits = u32::try_from(bytes).map_err(|_| System::ContentTooLarge)?;
        let permit = match Arc::clone(self.budget).try_acquire_many_owned(permits) {
            Ok(permit) => permit,
            Err(_) => {
                let acquired = Arc::clone(self.budget).acquire_many_owned(permits);
                let acquired = tokio::time::timeout(self.patience, acquired).await;
                acquired.ok().and_then(Result::ok).ok_or(System::Unavailable)?
            }
        };
        match &mut self.memory {
            Some(held) => held.merge(permit),
            none => *none = Some(permit),
        }
        Ok(())
    }
}

type Kept = Result<Vec<UploadedFile>, Refusal>;

async fn take_apart<B: Beside>(mut parts: Parts, mut beside: B, limits: Limits) -> Result<(B, Kept), Failure> {
    let mut files: Kept = Ok(Vec::new());
    let mut total: u64 = 0;
    while let Some(part) = parts.next().map_err(broken)? {
        let disposition = disposition(part.disposition.as_deref())?;
        if !part.is_plain() {
            return Err(bad(
                "パートのContent-Transfer-Encodingは使えません。内容をそのままのバイトで送ってください。",
                "A part has a Content-Transfer-Encoding. Send what is in it byte for byte.",
            ));
        }
        if disposition.name != "file" {
            beside.take(&disposition.name, &part)?;
            continue;
        }
        let Some(name) = disposition.file_name else {
            return Err(bad_part("file", "にファイル名がありません。", "has no file name."));
        };
        // Once something is too much, nothing is kept any more.
        let Ok(kept) = &mut files else { continue };
        let size = part.content.len() as u64;
        total += size;
        if kept.len() >= limits.files {
            files = Err(too_many_files(limits.files));
        } else if size > limits.file_bytes {
            files = Err(file_too_large(&name, limits.file_bytes));
        } else if total > limits.bytes {
            files = Err(delivery_too_large(limits.bytes));
        } else {
            let sha256 = digest(&part.content).await;
            kept.push(UploadedFile { name, bytes: part.content, sha256 });
        }
    }
    Ok((beside, files))
}

async fn digest(content: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut turns = content.chunks(TURN);
    digest.update(turns.next().unwrap_or_default());
    for turn in turns {
        tokio::task::yield_now().await;
        digest.update(turn);
    }
    digest.finalize().into()
}

fn small(part: &Part, most: usize) -> Result<&[u8], Failure> {
    if part.content.len() > most { Err(System::ContentTooLarge.into()) } else { Ok(&part.content) }
}

fn is_json(media_type: &[u8]) -> bool {
    let essence = media_type.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

fn broken(Broken: Broken) -> Failure {
    bad(
        "multipartの本文が正しくないか、途中で終わっています。",
        "The multipart body is not well-formed, or ends too early.",
    )
}

fn bad(ja: &str, en: &str) -> Failure {
    bad_request(Message::pair(ja, en))
}

fn bad_part(part: &str, ja: &str, en: &str) -> Failure {
    bad_request(Message::pair(format!("パート {part} {ja}"), format!("The part {part} {en}")))
}
