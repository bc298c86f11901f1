//! Reads multipart bodies: parts `file` with names, and beside them one JSON part, as deliveries have it, or
//! the fields of a form. Knows parts, limits and time; knows no delivery and no page.
//!
//! Bytes are counted as they stream, and memory for them is taken from one budget of all requests before
//! they are kept. A body that is a little too large is read to its end, so that it can be answered as a
//! business error; a larger one is answered with 413 and the connection is closed.

mod disposition;

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::BytesMut;
use futures_util::{Stream, TryStreamExt, stream};
use renkei_validator::text::Message;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::disposition::disposition;
use super::respond::{Failure, MOST_JSON_BYTES, read_json, why_unread};
use crate::post::judge::{delivery_too_large, file_too_large, too_many_files};
use crate::refusal::{Refusal, System};

/// So much more than may be kept is read and thrown away, to answer with a business error.
const DRAINED: u64 = 8 << 20;

/// Bytes of a body that are handed to the parser of parts at once, about.
const GATHERED: usize = 128 << 10;

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
    _memory: Memory,
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
    fn take(&mut self, name: &str, field: &mut Field<'_>) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// One part of JSON.
struct JsonPart<'a, T> {
    part: &'a str,
    found: Option<T>,
}

impl<T: DeserializeOwned + Send> Beside for JsonPart<'_, T> {
    async fn take(&mut self, name: &str, field: &mut Field<'_>) -> Result<(), Failure> {
        if name != self.part {
            return Err(bad("知らない名前のパートがあります。", "There is a part of a name that is not read here."));
        }
        if self.found.is_some() {
            return Err(bad_part(name, "が2つあります。", "is there twice."));
        }
        if field.content_type().is_some_and(|media_type| !is_json(media_type)) {
            return Err(System::UnsupportedMediaType.into());
        }
        self.found = Some(read_json(&small(field, MOST_JSON_BYTES).await?)?);
        Ok(())
    }
}

/// Fields of a form, few and short.
struct TextFields(Vec<(String, String)>);

impl Beside for TextFields {
    async fn take(&mut self, name: &str, field: &mut Field<'_>) -> Result<(), Failure> {
        if self.0.len() >= MOST_FIELDS {
            return Err(System::ContentTooLarge.into());
        }
        let bytes = small(field, MOST_FIELD_BYTES).await?;
        let text = std::str::from_utf8(&bytes)
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
) -> Result<(B, Kept, Memory), Failure> {
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err(System::UnsupportedMediaType.into());
    }
    let most = limits.bytes.saturating_add(DRAINED);
    let declared = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|declared| declared > most) {
        return Err(System::ContentTooLarge.into());
    }
    let (head, body) = request.into_parts();
    let memory = Memory::default();
    let counted = Counted {
        expected: declared.and_then(|declared| usize::try_from(declared).ok()).unwrap_or_default(),
        memory: memory.clone(),
        budget: Arc::clone(budget),
        left: most,
        // A quarter of the time of a body: others finish, or are given up, while this one waits.
        patience: limits.time / 4,
    };
    let stopped = Stopped::default();
    let body = Body::from_stream(count(body, counted, stopped.clone()));
    let multipart = Multipart::from_request(Request::from_parts(head, body), &()).await;
    let multipart =
        multipart.map_err(|_| bad("Content-Typeのboundaryが正しくありません。", "The boundary is not valid."))?;
    let parts = tokio::time::timeout(limits.time, parts(multipart, beside, limits)).await;
    let stopped = stopped.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (parts, stopped) {
        (Err(_), _) => Err(System::RequestTimeout.into()),
        (Ok(_), Some(system @ (System::ContentTooLarge | System::Unavailable | System::RequestTimeout))) => {
            Err(system.into())
        }
        (Ok(Ok((beside, files))), _) => Ok((beside, files, memory)),
        (Ok(Err(failure)), _) => Err(failure),
    }
}

/// Why a body was not read to its end: told here, as the parser of parts passes on that it ended only.
#[derive(Clone, Debug, Default)]
struct Stopped(Arc<Mutex<Option<System>>>);

impl Stopped {
    fn tell(&self, why: System) -> Box<dyn Error + Send + Sync> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
        why.code().into()
    }
}

/// Memory of one body.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Memory {
    fn add(&self, more: OwnedSemaphorePermit) {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(held) => held.merge(more),
            none => *none = Some(more),
        }
    }
}

struct Counted {
    /// Bytes still to come, as the client said.
    expected: usize,
    memory: Memory,
    budget: Arc<Semaphore>,
    left: u64,
    patience: Duration,
}

impl Counted {
    /// Takes memory for so many bytes.
    async fn take(&mut self, bytes: usize) -> Result<(), System> {
        self.left = self.left.checked_sub(bytes as u64).ok_or(System::ContentTooLarge)?;
        let permits = u32::try_from(bytes).map_err(|_| System::ContentTooLarge)?;
        if let Ok(permit) = Arc::clone(&self.budget).try_acquire_many_owned(permits) {
            self.memory.add(permit);
            return Ok(());
        }
        let acquired = tokio::time::timeout(self.patience, Arc::clone(&self.budget).acquire_many_owned(permits)).await;
        match acquired {
            Ok(Ok(permit)) => {
                self.memory.add(permit);
                Ok(())
            }
            Ok(Err(_)) | Err(_) => Err(System::Unavailable),
        }
    }
}

/// The bytes of a body, gathered in larger pieces, each chunk after its memory has been taken. A body
/// that fits into one piece is copied once by the parser of parts, and its files are then parts of that.
fn count(
    body: Body,
    counted: Counted,
    stopped: Stopped,
) -> impl Stream<Item = Result<Bytes, Box<dyn Error + Send + Sync>>> + Send + 'static {
    let start = (body.into_data_stream(), counted, stopped);
    stream::try_unfold(start, |(mut body, mut counted, stopped)| async move {
        let mut gathered = BytesMut::new();
        while gathered.len() < GATHERED {
            let chunk = match body.try_next().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                Err(error) => return Err(stopped.tell(why_unread(&error))),
            };
            counted.take(chunk.len()).await.map_err(|why| stopped.tell(why))?;
            let (length, expected) = (chunk.len(), counted.expected);
            counted.expected = expected.saturating_sub(length);
            if gathered.is_empty() && (length == expected || length >= GATHERED) {
                // It is all there is, or large enough.
                return Ok(Some((chunk, (body, counted, stopped))));
            }
            if gathered.is_empty() {
                gathered.reserve(expected.min(GATHERED).max(length));
            }
            gathered.extend_from_slice(&chunk);
        }
        Ok((!gathered.is_empty()).then(|| (gathered.freeze(), (body, counted, stopped))))
    })
}

type Kept = Result<Vec<UploadedFile>, Refusal>;

async fn parts<B: Beside>(mut multipart: Multipart, mut beside: B, limits: Limits) -> Result<(B, Kept), Failure> {
    let mut files: Kept = Ok(Vec::new());
    let mut total: u64 = 0;
    while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
        let disposition = disposition(field.headers())?;
        if disposition.name != "file" {
            beside.take(&disposition.name, &mut field).await?;
            continue;
        }
        let Some(name) = disposition.file_name else {
            return Err(bad_part("file", "にファイル名がありません。", "has no file name."));
        };
        let kept = file(field, name, limits, &mut total, &mut files).await?;
        if let (Some(kept), Ok(files)) = (kept, &mut files) {
            files.push(kept);
        }
    }
    Ok((beside, files))
}

/// Reads a file to its end. Once something is too much, nothing is kept any more.
async fn file(
    mut field: Field<'_>,
    name: String,
    limits: Limits,
    total: &mut u64,
    files: &mut Kept,
) -> Result<Option<UploadedFile>, Failure> {
    if files.as_ref().is_ok_and(|files| files.len() >= limits.files) {
        *files = Err(too_many_files(limits.files));
    }
    let (mut chunks, mut digest, mut size) = (Vec::new(), Sha256::new(), 0_u64);
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        size += chunk.len() as u64;
        *total += chunk.len() as u64;
        if files.is_ok() && size > limits.file_bytes {
            *files = Err(file_too_large(&name, limits.file_bytes));
        } else if files.is_ok() && *total > limits.bytes {
            *files = Err(delivery_too_large(limits.bytes));
        }
        if files.is_ok() {
            digest.update(&chunk);
            chunks.push(chunk);
        } else {
            chunks = Vec::new();
        }
    }
    let file = || UploadedFile { name, bytes: joined(chunks), sha256: digest.finalize().into() };
    Ok(files.is_ok().then(file))
}

/// Chunks as one piece, copied only where there are several.
fn joined(mut chunks: Vec<Bytes>) -> Bytes {
    match chunks.as_mut_slice() {
        [only] => std::mem::take(only),
        several => several.concat().into(),
    }
}

async fn small(field: &mut Field<'_>, most: usize) -> Result<BytesMut, Failure> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        if bytes.len() + chunk.len() > most {
            return Err(System::ContentTooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn is_json(media_type: &str) -> bool {
    media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn broken(_: axum::extract::multipart::MultipartError) -> Failure {
    bad(
        "multipartの本文が正しくないか、途中で終わっています。",
        "The multipart body is not well-formed, or ends too early.",
    )
}

fn bad(ja: &str, en: &str) -> Failure {
    Failure::System(System::BadRequest, Some(Message::pair(ja, en)))
}

fn bad_part(part: &str, ja: &str, en: &str) -> Failure {
    Failure::System(
        System::BadRequest,
        Some(Message::pair(format!("パート {part} {ja}"), format!("The part {part} {en}"))),
    )
}
