//! Answers that stand in for a handler's. Knows how errors are written down.

use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_TYPE, HOST, LOCATION, RETRY_AFTER};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::Response;

use crate::api::body::Answer;
use crate::refusal::{Business, ErrorBody, Refusal, System};

/// A status of which only the number is known.
const UNKNOWN: u16 = 599;

/// A date of the past, as HTTP writes dates.
const LONG_AGO: &str = "Fri, 31 Dec 1999 23:59:59 GMT";

/// Where redirects lead: nothing is served below it.
const ELSEWHERE: &str = "/elsewhere";

/// What a gateway shows in place of the answer behind it.
const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n\
    <body><h1>502 Bad Gateway</h1></body></html>\n";

pub(super) fn system(system: System) -> Response {
    let status = StatusCode::from_u16(system.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(status, ErrorBody::from(system))
}

pub(super) fn retry_after(what: System, seconds: u32) -> Response {
    with(system(what), RETRY_AFTER, HeaderValue::from(seconds))
}

pub(super) fn retry_after_as_date() -> Response {
    with(system(System::Unavailable), RETRY_AFTER, HeaderValue::from_static(LONG_AGO))
}

pub(super) fn request_timeout() -> Response {
    with(system(System::RequestTimeout), CONNECTION, HeaderValue::from_static("close"))
}

pub(super) fn gateway_timeout() -> Response {
    bare(StatusCode::GATEWAY_TIMEOUT)
}

pub(super) fn unknown_status() -> Response {
    bare(StatusCode::from_u16(UNKNOWN).expect("a number of three digits is a status"))
}

pub(super) fn html_page() -> Response {
    let page = with(bare(StatusCode::BAD_GATEWAY), CONTENT_TYPE, HeaderValue::from_static("text/html"));
    page.map(|_| Body::from(PAGE))
}

/// Leads to the other name of this machine, so that whoever follows leaves the host that it knows, comes to
/// the same listener, and stands in the journal.
pub(super) fn redirect(uri: &Uri, headers: &HeaderMap) -> Response {
    let known = headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    let name = match known.as_ref().map(Authority::host) {
        Some("localhost") => "127.0.0.1",
        Some(_) | None => "localhost",
    };
    let port = known.and_then(|known| known.port_u16()).map(|port| format!(":{port}")).unwrap_or_default();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let there = HeaderValue::try_from(format!("https://{name}{port}{ELSEWHERE}{path}"));
    with(bare(StatusCode::TEMPORARY_REDIRECT), LOCATION, there.unwrap_or(HeaderValue::from_static(ELSEWHERE)))
}

pub(super) fn maintenance() -> Response {
    json(StatusCode::OK, ErrorBody::from(Refusal::plain(Business::Maintenance)))
}

/// A response of which nothing is sent: the connection breaks before.
pub(super) fn unsent() -> Response {
    bare(StatusCode::INTERNAL_SERVER_ERROR)
}

fn json(status: StatusCode, error: ErrorBody) -> Response {
    let body = serde_json::to_vec(&Answer::<()>::Error { error }).expect("an error body is strings and lists of them");
    let response = with(bare(status), CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.map(|_| Body::from(body))
}

fn bare(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn with(mut response: Response, name: HeaderName, value: HeaderValue) -> Response {
    response.headers_mut().insert(name, value);
    response
}
