//! Turns away requests that name another host than this machine: a page of another site whose name was
//! made to point here (DNS rebinding) must not speak to the management listener. Turns away, too, what a
//! page of another origin sends by a browser and is not a mere reading; and, on either listener, requests that name no
//! host or several. Knows names; knows no route.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, Uri, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use renkei_validator::text::Message;

use crate::api::respond::{Failure, bad_request};
use crate::refusal::System;

/// The layer: `router.layer(axum::middleware::from_fn(only_this_machine))`.
pub async fn only_this_machine(request: Request, next: Next) -> Response {
    match judge(&request) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

fn judge(request: &Request) -> Result<(), Failure> {
    let header = one(request.headers())?;
    let named = Uri::authority(request.uri()).map(Authority::as_str);
    if is_this_machine(header) && named.is_none_or(is_this_machine) {
        return if is_of_this_origin(request, header) { Ok(()) } else { Err(other_origin()) };
    }
    let detail = Message::pair(
        "この端末自身を指すホスト名（localhost、127.0.0.1など）で接続してください。",
        "Use a host name of this machine itself, such as localhost or 127.0.0.1.",
    );
    Err(Failure::System(System::Forbidden, Some(detail)))
}

/// The layer of the other listener, which answers under every name: HTTP/1.1 wants a request to say one.
pub(crate) async fn any_host(request: Request, next: Next) -> Response {
    let is_older = request.version() < Version::HTTP_11 && !request.headers().contains_key(HOST);
    match one(request.headers()) {
        Err(failure) if !is_older => failure.into_response(),
        _ => next.run(request).await,
    }
}

/// The one host that a request names.
fn one(headers: &HeaderMap) -> Result<&str, Failure> {
    let mut named = headers.get_all(HOST).iter();
    let host = named.next().and_then(|host| host.to_str().ok()).filter(|host| host.parse::<Authority>().is_ok());
    host.filter(|_| named.next().is_none()).ok_or_else(|| {
        bad_request(Message::pair("Hostヘッダーが1つ必要です。", "Exactly one Host header is expected."))
    })
}

/// Whether a request that may change something comes from a page of this very listener, or from no page
/// at all. Browsers say where from with each such request; other clients do not.
fn is_of_this_origin(request: &Request, host: &str) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let mut origins = request.headers().get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => origin.to_str().is_ok_and(|origin| origin == format!("http://{host}")),
        (Some(_), Some(_)) => false,
    }
}

fn other_origin() -> Failure {
    let detail = Message::pair("ほかのサイトのページからは操作できません。", "Pages of other sites cannot do that.");
    Failure::System(System::Forbidden, Some(detail))
}

/// Whether `host` or `host:port` is a loopback name.
fn is_this_machine(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    if authority.as_str().contains('@') {
        return false;
    }
    let host = authority.host();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || bare.is_some_and(|host| host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback()))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[test]
    fn only_loopback_names_are_this_machine() {
        for good in ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.1.2.3:1", "[::1]", "[::1]:8443"] {
            assert!(is_this_machine(good), "{good}");
        }
        for bad in [
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "10.0.0.1",
            "[::2]",
            "0.0.0.0",
            "",
            "a@localhost",
        ] {
            assert!(!is_this_machine(bad), "{bad}");
        }
    }

    #[tokio::test]
    async fn pages_of_other_origins_change_nothing() {
        let router = Router::new().route("/", get(|| async { "here" }).post(|| async { "done" }));
        let router = router.layer(axum::middleware::from_fn(only_this_machine));
        let request = |method: Method, origins: &[&str]| {
            let request = Request::builder().method(method).uri("/").header(HOST, "127.0.0.1:7000");
            let request = origins.iter().fold(request, |request, origin| request.header(ORIGIN, *origin));
            router.clone().oneshot(request.body(Body::empty()).unwrap())
        };
        for (method, origins, status) in [
            (Method::POST, &[][..], 200),
            (Method::POST, &["http://127.0.0.1:7000"], 200),
            (Method::POST, &["http://127.0.0.1:7001"], 403),
            (Method::POST, &["https://127.0.0.1:7000"], 403),
            (Method::POST, &["http://localhost:7000"], 403),
            (Method::POST, &["https://example.com"], 403),
            (Method::POST, &["null"], 403),
            (Method::POST, &["http://127.0.0.1:7000", "http://127.0.0.1:7000"], 403),
            (Method::GET, &["https://example.com"], 200),
        ] {
            assert_eq!(request(method, origins).await.unwrap().status(), status, "{origins:?}");
        }
    }

    #[tokio::test]
    async fn a_request_names_one_host_but_in_http_1_0() {
        let router = Router::new().route("/", get(|| async { "here" })).layer(axum::middleware::from_fn(any_host));
        for (hosts, version, status) in [
            (&["localhost:8443"][..], Version::HTTP_11, 200),
            (&["platform.example.com"], Version::HTTP_11, 200),
            (&[], Version::HTTP_11, 400),
            (&[""], Version::HTTP_11, 400),
            (&["a b"], Version::HTTP_11, 400),
            (&["localhost", "localhost"], Version::HTTP_11, 400),
            (&[], Version::HTTP_10, 200),
            (&["a b"], Version::HTTP_10, 400),
        ] {
            let request =
                hosts.iter().fold(Request::get("/").version(version), |request, host| request.header(HOST, *host));
            let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), status, "{hosts:?} {version:?}");
        }
    }

    #[tokio::test]
    async fn other_hosts_and_missing_ones_do_not_get_through() {
        let router = Router::new().route("/", get(|| async { "here" }));
        let router = router.layer(axum::middleware::from_fn(only_this_machine));
        let request = |hosts: &[&str], uri: &str| {
            let request = hosts.iter().fold(Request::get(uri), |request, host| request.header(HOST, *host));
            router.clone().oneshot(request.body(Body::empty()).unwrap())
        };
        for (hosts, uri, status) in [
            (&["127.0.0.1:7000"][..], "/", 200),
            (&["rebound.example.com"], "/", 403),
            (&[], "/", 400),
            (&["localhost", "localhost"], "/", 400),
            (&["localhost"], "http://rebound.example.com/", 403),
            (&["localhost"], "http://localhost/", 200),
        ] {
            assert_eq!(request(hosts, uri).await.unwrap().status(), status, "{hosts:?} {uri}");
        }
    }
}
