//! What was asked, read: JSON bodies, queries and paths, with rejections that are [`Failure`]s. Knows their limits, and
//! what is said where they cannot be read; knows no route.

use std::error::Error;
use std::io;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use bytes::BytesMut;
use http_body::Body as _;
use http_body_util::BodyExt;
use renkei_validator::text::Message;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::{Failure, bad_request};
use crate::refusal::System;
use crate::told;

/// Bytes that a JSON body may have.
pub(crate) const MOST_JSON_BYTES: usize = 64 << 10;

/// So much more is read and thrown away.
const DRAINED: u64 = 1 << 20;

/// Characters of a parser's words that are repeated to the caller.
pub(super) const MOST_DETAIL_CHARS: usize = 300;

/// A JSON body of at most [`MOST_JSON_BYTES`].
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Json<T>, Failure> {
        json(request, MOST_JSON_BYTES).await.map(Json)
    }
}

/// A JSON body of at most so many bytes.
pub(crate) async fn json<T: DeserializeOwned>(request: Request, most: usize) -> Result<T, Failure> {
    if !content_type(request.headers())?.eq_ignore_ascii_case("application/json") {
        return Err(System::UnsupportedMediaType.into());
    }
    read_json(&collect(request.into_body(), most).await?)
}

/// Reads an object of JSON that has been collected already, such as a part of a multipart body.
pub(crate) fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(bad_request(Message::pair(
            "本文の先頭のBOM（EF BB BF）を取り除いてください",
            "the body begins with a byte order mark (EF BB BF), which JSON does not have",
        )));
    }
    if std::str::from_utf8(bytes).is_err() {
        return Err(bad_request(Message::pair("本文がUTF-8ではありません", "the body is not UTF-8")));
    }
    // serde would take a list of the values of an object for the object.
    if bytes.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err(bad_request(Message::pair("本文はJSONのオブジェクトです", "the body is a JSON object")));
    }
    serde_json::from_slice(bytes).map_err(|error| bad_request(unreadable(&error)))
}

/// What is wrong with a body, and where.
fn unreadable(error: &serde_json::Error) -> Message {
    let (line, column) = (error.line(), error.column());
    let words = error.to_string();
    let words = words.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&words);
    let Message { ja, en } = match error.classify() {
        Category::Data => told::of_parser(words).unwrap_or_else(|| {
            Message::pair(format!("使えない値です: {words}"), format!("a value cannot be: {words}"))
        }),
        Category::Eof => Message::pair("JSONが途中で終わっています", format!("the JSON ends too early: {words}")),
        Category::Syntax | Category::Io => Message::pair("JSONとして読めません", format!("this is not JSON: {words}")),
    };
    Message::pair(
        cut(&format!("本文の{line}行{column}バイト目: {ja}")),
        cut(&format!("line {line}, byte {column} of the body: {en}")),
    )
}

/// The parameters after `?`.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>, Failure> {
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(parameters)) => Ok(Query(parameters)),
            Err(rejection) => {
                let words = rejection.source().map_or_else(String::new, ToString::to_string);
                // A key may stand before what is wrong with its value.
                let (key, words) = words.split_once(": ").filter(|(key, _)| !key.contains(' ')).unwrap_or(("", &words));
                let Message { ja, en } = told::of_parser(words).unwrap_or_else(|| Message::same(words));
                let (of_ja, of_en) = if key.is_empty() { ("", "") } else { ("の", ", ") };
                Err(bad_request(Message::pair(
                    cut(&format!("アドレスの「?」の後{of_ja}{key}: {ja}")),
                    cut(&format!("in the query{of_en}{key}: {en}")),
                )))
            }
        }
    }
}

/// The parameters in the path. One that has not the form of what it names, names nothing: 404.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Failure> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(parameters)) => Ok(Path(parameters)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => Err(System::NotFound.into()),
            Err(_) => Err(System::Internal.into()),
        }
    }
}

fn cut(words: &str) -> String {
    words.chars().take(MOST_DETAIL_CHARS).collect()
}

/// The media type of a body, without its parameters; empty where none is told.
///
/// # Errors
/// 415 for a body that is compressed.
pub(crate) fn content_type(headers: &HeaderMap) -> Result<&str, Failure> {
    if headers.get_all(CONTENT_ENCODING).iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let detail = Message::pair(
            "圧縮した本文（Content-Encoding）は使えません。",
            "A body with a Content-Encoding is not read here.",
        );
        return Err(Failure::System(System::UnsupportedMediaType, Some(detail)));
    }
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(value.split(';').next().unwrap_or_default().trim())
}

/// Reads a body to its end; 413 where it is longer than `most`. One that is a little longer is read all the
/// same, as an answer to a request that is still being sent may be lost on its way; a larger one is not.
pub(crate) async fn collect(mut body: Body, most: usize) -> Result<bytes::Bytes, Failure> {
    let enough = most as u64 + DRAINED;
    if body.size_hint().lower() > enough {
        return Err(System::ContentTooLarge.into());
    }
    let (mut kept, mut total) = (BytesMut::new(), 0_u64);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure::from(why_unread(&error)))?;
        let Some(data) = frame.data_ref() else { continue };
        total += data.len() as u64;
        if total > enough {
            return Err(System::ContentTooLarge.into());
        }
        if total <= most as u64 {
            kept.extend_from_slice(data);
        }
    }
    if total > most as u64 { Err(System::ContentTooLarge.into()) } else { Ok(kept.freeze()) }
}

/// What a body that could not be read means. The listener's deadline shows as [`io::ErrorKind::TimedOut`].
pub(crate) fn why_unread(error: &(dyn Error + 'static)) -> System {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return System::RequestTimeout;
        }
        next = error.source();
    }
    System::BadRequest
}
