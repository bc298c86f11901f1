//! Turns away requests that name another host than this machine: a page of another site whose name was
//! made to point here (DNS rebinding) must not speak to the management listener. Knows names; knows no
//! route.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::extract::Request;
use axum::http::Uri;
use axum::http::header::HOST;
use axum::http::uri::Authority;
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
    let mut headers = request.headers().get_all(HOST).iter();
    let header = headers.next().and_then(|host| host.to_str().ok());
    let (Some(header), None) = (header, headers.next()) else {
        return Err(bad_request(&"Host: exactly one is expected"));
    };
    let named = Uri::authority(request.uri()).map(Authority::as_str);
    if is_this_machine(header) && named.is_none_or(is_this_machine) {
        return Ok(());
    }
    let detail = Message::pair(
        "このマシン自身を指すホスト名（localhost、127.0.0.1など）で接続してください。",
        "Use a host name of this machine itself, such as localhost or 127.0.0.1.",
    );
    Err(Failure::System(System::Forbidden, Some(detail)))
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
