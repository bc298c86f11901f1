//! How handlers answer. Knows the envelope of answers and the two kinds of failure; knows no route.
//!
//! A business error is an answer like any other and comes with HTTP 200; a system error comes with its
//! own status. [`Json`], [`Query`] and [`Path`] are those of axum with rejections that are [`Failure`]s.

mod asked;

use std::collections::BTreeMap;
use std::error::Error;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use renkei_validator::text::Message;
use serde::Serialize;
use utoipa::IntoResponses;
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};

pub(crate) use self::asked::{Json, MOST_JSON_BYTES, Path, Query, collect, content_type, json, read_json, why_unread};
use super::body::Answer;
use crate::refusal::{Business, ErrorBody, Refusal, System};
use crate::settings::Settings;
use crate::store::StoreError;
use crate::told;
use crate::world::ChangeError;

/// Why a request ends without what it asked for.
#[derive(Debug)]
pub enum Failure {
    /// It was understood and is refused: HTTP 200.
    Business(Refusal),
    /// It was not taken up, or we failed: the status of the error; with what exactly, where that helps.
    System(System, Option<Message>),
}

/// The code of an error, as an extension of its response: for the journal, which reads no bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ErrorCode(pub(crate) &'static str);

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Business(refusal)
    }
}

impl From<Business> for Failure {
    fn from(why: Business) -> Failure {
        Failure::Business(Refusal::plain(why))
    }
}

impl From<System> for Failure {
    fn from(system: System) -> Failure {
        Failure::System(system, None)
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Failure {
        match error {
            ChangeError::Refused(refusal) => Failure::Business(refusal),
            ChangeError::NoSuchOffice => System::NotFound.into(),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        match error {
            StoreError::Cursor => no_cursor(),
            StoreError::Closed => System::Unavailable.into(),
            StoreError::InUse { .. }
            | StoreError::Foreign { .. }
            | StoreError::Damaged { .. }
            | StoreError::NotEmpty { .. }
            | StoreError::Changed { .. }
            | StoreError::Io { .. }
            | StoreError::Index(_)
            | StoreError::Row { .. }
            | StoreError::Journal(_)
            | StoreError::Range { .. } => broken("データを読み書きできません", &error),
        }
    }
}

/// 500, with why: who runs the platform has the disk that is full.
pub(crate) fn broken(ja: &str, error: &(dyn Error + 'static)) -> Failure {
    let why = told::of_disk(error);
    Failure::System(System::Internal, Some(Message::pair(format!("{ja}: {}", why.ja), why.en)))
}

/// 400 for an `after` that no page was answered with.
pub(crate) fn no_cursor() -> Failure {
    bad_request(Message::pair("after は、前のページの next の値です", "after is the `next` of the page before"))
}

/// The system errors that any route may answer with, for the OpenAPI document.
#[derive(Debug)]
pub(crate) struct SystemErrors;

impl IntoResponses for SystemErrors {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let content = || Content::new(Some(Ref::from_schema_name("Answer_Nothing")));
        let response = |system: &System| {
            let words = system.text();
            let response = ResponseBuilder::new().description(format!("{} {}", words.ja, words.en));
            (system.status().to_string(), response.content("application/json", content()).build().into())
        };
        System::ALL.iter().map(response).collect()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, code, error) = match self {
            Failure::Business(refusal) => (StatusCode::OK, refusal.why.code(), ErrorBody::from(refusal)),
            Failure::System(system, detail) => {
                let status = StatusCode::from_u16(system.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let body = ErrorBody { detail: detail.map(Into::into), ..ErrorBody::from(system) };
                (status, system.code(), body)
            }
        };
        let mut response = answer(status, &Answer::<()>::Error { error });
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(ErrorCode(code));
        response
    }
}

/// Answers with what was asked for.
pub(crate) fn ok<T: Serialize>(data: T) -> Response {
    answer(StatusCode::OK, &Answer::Ok { data })
}

/// Answers a path that is no route. The fallback of both routers.
pub(crate) async fn no_such_route() -> Failure {
    Failure::System(System::NotFound, None)
}

/// Answers a route that has no such method. The fallback for methods of both routers.
pub(crate) async fn no_such_method() -> Failure {
    Failure::System(System::MethodNotAllowed, None)
}

fn answer<T: Serialize>(status: StatusCode, answer: &Answer<T>) -> Response {
    match serde_json::to_vec(answer) {
        Ok(json) => {
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (status, headers, json).into_response()
        }
        // Our own types always serialize; if one should not, the caller learns that it is our fault.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// How many entries a page of a list gets: as many as asked for, or as many as the settings say.
pub(crate) fn page_length(asked: Option<u32>, settings: &Settings) -> Result<u32, Failure> {
    let (usual, most) = settings.page;
    limited(asked.unwrap_or(usual), most)
}

/// A `limit` that may be so many at most.
pub(crate) fn limited(asked: u32, most: u32) -> Result<u32, Failure> {
    if (1..=most).contains(&asked) {
        return Ok(asked);
    }
    Err(bad_request(Message::pair(
        format!("limit は1以上{most}以下の整数です"),
        format!("limit is a whole number from 1 to {most}"),
    )))
}

/// 400, with what exactly.
pub(crate) fn bad_request(why: Message) -> Failure {
    Failure::System(System::BadRequest, Some(why))
}

#[cfg(test)]
mod tests {
    use std::io;

    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::header::CONTENT_ENCODING;
    use axum::routing::{get, post};
    use http_body_util::BodyExt;
    use serde::Deserialize;
    use tower::ServiceExt;

    use super::asked::MOST_DETAIL_CHARS;
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Greeting {
        name: String,
    }

    fn router() -> Router {
        Router::new()
            .route("/json", post(|Json(greeting): Json<Greeting>| async move { ok(greeting) }))
            .route("/query", get(|Query(greeting): Query<Greeting>| async move { ok(greeting) }))
            .route("/path/{number}", get(|Path(number): Path<u32>| async move { ok(number) }))
            .route("/refuses", get(|| async { Failure::from(Business::Locked) }))
            .fallback(no_such_route)
            .method_not_allowed_fallback(no_such_method)
    }

    async fn send(request: Request) -> (u16, Option<&'static str>, String) {
        let response = router().oneshot(request).await.unwrap();
        let code = response.extensions().get::<ErrorCode>().map(|code| code.0);
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, code, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn post_json(content_type: &str, body: impl Into<Body>) -> (u16, Option<&'static str>, String) {
        send(Request::post("/json").header(CONTENT_TYPE, content_type).body(body.into()).unwrap()).await
    }

    #[tokio::test]
    async fn an_answer_has_the_envelope() {
        let answer = post_json("application/json; charset=utf-8", r#"{"name":"連携"}"#).await;
        assert_eq!(answer, (200, None, r#"{"status":"ok","data":{"name":"連携"}}"#.to_owned()));
    }

    #[tokio::test]
    async fn a_business_error_comes_with_200_and_its_code() {
        let (status, code, body) = send(Request::get("/refuses").body(Body::empty()).unwrap()).await;
        assert_eq!((status, code), (200, Some("CPM-A04")));
        let body: Answer<()> = serde_json::from_str(&body).unwrap();
        let Answer::Error { error } = body else { panic!("an error is expected") };
        assert_eq!((error.code.as_str(), error.official_wording), ("CPM-A04", false));
    }

    #[tokio::test]
    async fn bodies_that_are_not_the_json_asked_for_are_400() {
        let bodies: [&[u8]; 8] = [
            b"",
            b"{",
            b"[]",
            br#"["a"]"#,
            br#"{"name":5}"#,
            br#"{}"#,
            br#"{"name":"a","more":1}"#,
            &[b'{', b'"', 0x93, 0xFA, b'"', b':', b'1', b'}'],
        ];
        for body in bodies {
            let (status, code, text) = post_json("application/json", body).await;
            assert_eq!((status, code), (400, Some("CPM-S400")), "{body:?}");
            assert!(text.contains("\"detail\""), "{text}");
        }
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_413_with_and_without_a_length() {
        let most = format!(r#"{{"name":"{}"}}"#, "a".repeat(MOST_JSON_BYTES - 11));
        assert_eq!(most.len(), MOST_JSON_BYTES);
        assert_eq!(post_json("application/json", most.clone()).await.0, 200);
        let (status, code, _) = post_json("application/json", format!("{most} ")).await;
        assert_eq!((status, code), (413, Some("CPM-S413")));
        let chunks = futures_util::stream::iter([Ok::<_, io::Error>(most), Ok(" ".to_owned())]);
        let (status, code, _) = post_json("application/json", Body::from_stream(chunks)).await;
        assert_eq!((status, code), (413, Some("CPM-S413")));
    }

    #[tokio::test]
    async fn a_body_that_ends_by_the_deadline_is_408_and_one_that_breaks_is_400() {
        for (kind, expected) in [(io::ErrorKind::TimedOut, 408), (io::ErrorKind::UnexpectedEof, 400)] {
            let chunks = futures_util::stream::iter([Ok("{".to_owned()), Err(io::Error::from(kind))]);
            assert_eq!(post_json("application/json", Body::from_stream(chunks)).await.0, expected, "{kind:?}");
        }
    }

    #[tokio::test]
    async fn another_content_type_or_none_is_415() {
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
            let (status, code, _) = post_json(content_type, r#"{"name":"a"}"#).await;
            assert_eq!((status, code), (415, Some("CPM-S415")), "{content_type}");
        }
        let (status, ..) = send(Request::post("/json").body(Body::from(r#"{"name":"a"}"#)).unwrap()).await;
        assert_eq!(status, 415);
    }

    #[tokio::test]
    async fn a_body_that_is_compressed_is_415_and_one_with_a_byte_order_mark_or_of_other_characters_is_told_so() {
        let coded = |coding: &str| {
            let request = Request::post("/json").header(CONTENT_TYPE, "application/json");
            request.header(CONTENT_ENCODING, coding).body(Body::from(r#"{"name":"a"}"#)).unwrap()
        };
        assert_eq!(send(coded("identity")).await.0, 200);
        for coding in ["gzip", "identity, br"] {
            let (status, _, text) = send(coded(coding)).await;
            assert!(status == 415 && text.contains("Content-Encoding"), "{status} {text}");
        }
        for (body, told) in
            [(&b"\xEF\xBB\xBF{\"name\":\"a\"}"[..], "BOM"), (b"{\"name\":\"\x98\x41\"}", "UTF-8"), (b"[]", "object")]
        {
            let (status, _, text) = post_json("application/json", body).await;
            assert!(status == 400 && text.contains(told), "{status} {text}");
        }
    }

    #[tokio::test]
    async fn no_route_no_method_and_unreadable_parameters_have_our_error_body() {
        let get = |uri: &str| Request::get(uri).body(Body::empty()).unwrap();
        for (request, expected) in [
            (get("/nowhere"), (404, Some("CPM-S404"))),
            (get("/json"), (405, Some("CPM-S405"))),
            (get("/query"), (400, Some("CPM-S400"))),
            (get("/query?name=a&more=1"), (400, Some("CPM-S400"))),
            (get("/path/one"), (404, Some("CPM-S404"))),
            (get("/path/%FF"), (404, Some("CPM-S404"))),
            (get("/path/7"), (200, None)),
            (get("/query?name=%E9%80%A3"), (200, None)),
        ] {
            let uri = request.uri().clone();
            let (status, code, body) = send(request).await;
            assert_eq!((status, code), expected, "{uri}");
            assert!(serde_json::from_str::<Answer<serde_json::Value>>(&body).is_ok(), "{uri}: {body}");
        }
    }

    #[tokio::test]
    async fn a_method_that_is_not_there_is_answered_with_those_that_are() {
        let response = router().oneshot(Request::get("/json").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers()["allow"], "POST");
    }

    #[test]
    fn who_is_not_let_in_learns_how_to_ask() {
        let response = Failure::from(System::Unauthorized).into_response();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["www-authenticate"]),
            (401, &"Bearer".parse().unwrap())
        );
    }

    #[test]
    fn a_disk_that_is_full_is_told() {
        let source = io::Error::other("no space left");
        let error = StoreError::Io { doing: "write", path: "store/bodies-1.log".into(), source };
        let Failure::System(System::Internal, Some(detail)) = Failure::from(ChangeError::Store(error)) else {
            panic!("500 with a detail is expected")
        };
        assert_eq!(detail.en, "cannot write store/bodies-1.log: no space left");
        assert_eq!(detail.ja, format!("データを読み書きできません: {}", detail.en));
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_body_or_a_query_is_told_in_japanese_with_its_place() {
        for (body, told) in [
            ("{", "本文の1行1バイト目: JSONが途中で終わっています"),
            ("{\n\"name\" 5}", "本文の2行8バイト目: JSONとして読めません"),
            (r#"{"nmae":"a"}"#, "本文の1行7バイト目: 「nmae」という項目はありません。「name」のことですか"),
            (r#"{"name":5}"#, "本文の1行9バイト目: 値の種類が違います。文字列にします"),
            ("{}", "本文の1行2バイト目: 項目「name」がありません"),
        ] {
            let (_, _, text) = post_json("application/json", body).await;
            assert!(text.contains(&format!("\"ja\":\"{told}\"")), "{body}: {text}");
        }
        for (query, told) in [
            ("", "アドレスの「?」の後: 項目「name」がありません"),
            ("?nmae=a", "「?」の後のnmae: 「nmae」という項目はありません。「name」のことですか"),
        ] {
            let (_, _, text) = send(Request::get(format!("/query{query}")).body(Body::empty()).unwrap()).await;
            assert!(text.contains(told), "{query}: {text}");
        }
    }

    #[test]
    fn the_words_of_a_parser_are_cut() {
        let body = format!(r#"{{"name":{{"{}":1}}}}"#, "x".repeat(10_000));
        for error in [
            read_json::<Greeting>(format!(r#"{{"{}":1}}"#, "x".repeat(10_000)).as_bytes()).unwrap_err(),
            read_json::<Greeting>(format!(r#"{{"name":5,"a":"{}"}}"#, "x".repeat(10_000)).as_bytes()).unwrap_err(),
            read_json::<Greeting>(body.as_bytes()).unwrap_err(),
        ] {
            let Failure::System(System::BadRequest, Some(detail)) = error else {
                panic!("400 with a detail is expected")
            };
            assert!([&detail.ja, &detail.en].iter().all(|words| words.chars().count() <= MOST_DETAIL_CHARS));
        }
    }
}
