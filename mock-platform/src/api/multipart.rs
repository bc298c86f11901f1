//! Reads the multipart bodies of deliveries: one JSON part and parts `file` with names. Knows parts,
//! limits and time; knows no delivery.
//!
//! Bytes are counted as they stream, and memory for them is taken from one budget of all requests before
//! they are kept. A body that is a little too large is read to its end, so that it can be answered as a
//! business error; a larger one is answered with 413 and the connection is closed.
//!
//! A file name is UTF-8, as RFC 7578 has it; `filename*` of RFC 5987 is read too, and must agree where
//! both are there. Encoded words of RFC 2047 are not decoded.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use bytes::BytesMut;
use futures_util::{Stream, TryStreamExt, stream};
use renkei_validator::text::Message;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::respond::{Failure, MOST_JSON_BYTES, read_json, why_unread};
use crate::post::judge::{delivery_too_large, file_too_large, too_many_files};
use crate::refusal::{Refusal, System};

/// So much more than may be kept is read and thrown away, to answer with a business error.
const DRAINED: u64 = 8 << 20;

/// Bytes of a body that are handed to the parser of parts at once, about.
const GATHERED: usize = 128 << 10;

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
    /// The JSON part.
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
pub(crate) async fn read<T: DeserializeOwned>(
    request: Request,
    part: &str,
    limits: Limits,
    budget: &Arc<Semaphore>,
) -> Result<Upload<T>, Failure> {
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
    let parts = tokio::time::timeout(limits.time, parts(multipart, part, limits)).await;
    let stopped = stopped.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (parts, stopped) {
        (Err(_), _) => Err(System::RequestTimeout.into()),
        (Ok(_), Some(system @ (System::ContentTooLarge | System::Unavailable | System::RequestTimeout))) => {
            Err(system.into())
        }
        (Ok(Ok((request, files))), _) => Ok(Upload { request, files, _memory: memory }),
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
            if gathered.is_empty() {
                gathered.reserve(counted.expected.min(GATHERED).max(chunk.len()));
            }
            gathered.extend_from_slice(&chunk);
            counted.expected = counted.expected.saturating_sub(chunk.len());
        }
        Ok((!gathered.is_empty()).then(|| (gathered.freeze(), (body, counted, stopped))))
    })
}

type Kept = Result<Vec<UploadedFile>, Refusal>;

async fn parts<T: DeserializeOwned>(
    mut multipart: Multipart,
    part: &str,
    limits: Limits,
) -> Result<(T, Kept), Failure> {
    let mut json: Option<T> = None;
    let mut files: Kept = Ok(Vec::new());
    let mut total: u64 = 0;
    loop {
        let Some(mut field) = multipart.next_field().await.map_err(broken)? else { break };
        let disposition = disposition(field.headers())?;
        if disposition.name == part {
            if json.is_some() {
                return Err(bad_part(part, "が2つあります。", "is there twice."));
            }
            if field.content_type().is_some_and(|media_type| !is_json(media_type)) {
                return Err(System::UnsupportedMediaType.into());
            }
            json = Some(read_json(&small(&mut field).await?)?);
        } else if disposition.name == "file" {
            let Some(name) = disposition.file_name else {
                return Err(bad_part("file", "にファイル名がありません。", "has no file name."));
            };
            let kept = file(field, name, limits, &mut total, &mut files).await?;
            if let (Some(kept), Ok(files)) = (kept, &mut files) {
                files.push(kept);
            }
        } else {
            return Err(bad("知らない名前のパートがあります。", "There is a part of a name that is not read here."));
        }
    }
    let json = json.ok_or_else(|| bad_part(part, "がありません。", "is missing."))?;
    Ok((json, files))
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

async fn small(field: &mut Field<'_>) -> Result<BytesMut, Failure> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        if bytes.len() + chunk.len() > MOST_JSON_BYTES {
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

/// What a part says of itself.
#[derive(Debug, PartialEq, Eq)]
struct Disposition {
    name: String,
    file_name: Option<String>,
}

fn disposition(headers: &HeaderMap) -> Result<Disposition, Failure> {
    let malformed = || {
        bad("パートのContent-Dispositionが正しくありません。", "The Content-Disposition of a part is not well-formed.")
    };
    let value = headers.get(CONTENT_DISPOSITION).ok_or_else(malformed)?;
    let value = std::str::from_utf8(value.as_bytes())
        .map_err(|_| bad("ファイル名がUTF-8ではありません。", "A file name is not UTF-8."))?;
    let (kind, mut rest) = value.split_once(';').ok_or_else(malformed)?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return Err(malformed());
    }
    let (mut name, mut file_name, mut extended) = (None, None, None);
    while !rest.trim().is_empty() {
        let (key, value, after) = parameter(rest).ok_or_else(malformed)?;
        let place = match key.to_ascii_lowercase().as_str() {
            "name" => &mut name,
            "filename" => &mut file_name,
            "filename*" => &mut extended,
            _ => {
                rest = after;
                continue;
            }
        };
        if place.replace(value).is_some() {
            return Err(malformed());
        }
        rest = after;
    }
    let extended = extended.map(|value| extended_value(&value).ok_or_else(malformed)).transpose()?;
    let file_name = match (file_name, extended) {
        (Some(plain), Some(extended)) if plain != extended => {
            return Err(bad("filenameとfilename*が違います。", "`filename` and `filename*` differ."));
        }
        (plain, extended) => plain.or(extended),
    };
    Ok(Disposition { name: name.ok_or_else(malformed)?, file_name })
}

/// The first parameter of a header value: its key, its value, and what follows.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let (key, rest) = text.split_once('=')?;
    let key = key.trim();
    let rest = rest.trim_start();
    let (value, after) = match rest.strip_prefix('"') {
        Some(quoted) => unquoted(quoted)?,
        None => {
            let end = rest.find(';').unwrap_or(rest.len());
            (rest[..end].trim().to_owned(), &rest[end..])
        }
    };
    let after = after.trim_start();
    let after = if after.is_empty() { after } else { after.strip_prefix(';')? };
    (!key.is_empty() && !key.contains(['"', ' ', ';'])).then_some((key, value, after))
}

/// A quoted text after its opening quote, and what follows. A backslash escapes a quote or a backslash
/// and stands for itself before anything else, as browsers send paths.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' if text[at + 1..].starts_with(['"', '\\']) => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    None
}

/// `UTF-8''…` with percent escapes.
fn extended_value(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '\'');
    let (charset, _language, value) = (parts.next()?, parts.next()?, parts.next()?);
    charset.eq_ignore_ascii_case("utf-8").then_some(())?;
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let digits = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &[u8]) -> Option<(String, Option<String>)> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_DISPOSITION, axum::http::HeaderValue::from_bytes(value).unwrap());
        disposition(&headers).ok().map(|found| (found.name, found.file_name))
    }

    fn named(file_name: &str) -> Option<(String, Option<String>)> {
        Some(("file".to_owned(), Some(file_name.to_owned())))
    }

    #[test]
    fn a_file_name_is_read_in_every_way_clients_write_it() {
        assert_eq!(read(b"form-data; name=\"file\""), Some(("file".to_owned(), None)));
        assert_eq!(read("form-data; name=\"file\"; filename=\"第3表.pdf\"".as_bytes()), named("第3表.pdf"));
        assert_eq!(read(b"Form-Data;name=file;FileName=a.pdf"), named("a.pdf"));
        assert_eq!(read(b"form-data; name=\"file\"; filename=\"a;b=\\\"c\\\\.pdf\""), named("a;b=\"c\\.pdf"));
        assert_eq!(read(b"form-data; name=\"file\"; filename=\"C:\\x\\a.pdf\""), named("C:\\x\\a.pdf"));
        assert_eq!(read(b"form-data; name=\"file\"; filename*=UTF-8''%E8%A1%A8.pdf"), named("表.pdf"));
        assert_eq!(
            read("form-data; name=\"file\"; filename=\"表.pdf\"; filename*=utf-8'ja'%E8%A1%A8.pdf".as_bytes()),
            named("表.pdf")
        );
        assert_eq!(
            read(b"form-data; name=\"file\"; filename=\"=?UTF-8?B?6KGoLnBkZg==?=\""),
            named("=?UTF-8?B?6KGoLnBkZg==?=")
        );
        assert_eq!(read(b"form-data; name=\"file\"; filename=\"%22.pdf\"; size=3"), named("%22.pdf"));
    }

    #[test]
    fn what_is_not_well_formed_is_no_name() {
        for value in [
            &b"form-data"[..],
            b"attachment; name=\"file\"",
            b"form-data; filename=\"a.pdf\"",
            b"form-data; name=\"file\"; filename=\"a.pdf",
            b"form-data; name=\"file\"; filename=\"a.pdf\" b",
            b"form-data; name=\"file\"; filename=\"a\"; filename=\"b\"",
            b"form-data; name=\"file\"; filename=\"a\"; filename*=UTF-8''b",
            b"form-data; name=\"file\"; filename*=ISO-8859-1''a",
            b"form-data; name=\"file\"; filename*=UTF-8''%E8%A1",
            b"form-data; name=\"file\"; filename*=UTF-8''%zz",
            b"form-data; name=\"file\"; filename*=UTF-8''%+1",
            b"form-data; name=\"file\"; =x",
            // 表.pdf in Shift_JIS
            b"form-data; name=\"file\"; filename=\"\x95\x5c.pdf\"",
        ] {
            assert_eq!(read(value), None, "{:?}", String::from_utf8_lossy(value));
        }
    }
}
