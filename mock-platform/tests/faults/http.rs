//! Faults of status and headers.

use renkei_mock_platform::faults::Kind;
use serde_json::{Value, json};

use crate::bench::{Bench, answer, get_home, nothing_but, post_delivery};
use crate::client::{End, Response};

/// The answer to a delivery, and that the connection is as good as ever.
#[track_caller]
fn answered(bench: &Bench) -> Response {
    let mut client = bench.client();
    let response = client.ask(&post_delivery()).unwrap();
    assert_eq!(client.ask(&get_home()).unwrap().json(), answer());
    response
}

/// What of a system error is read by programs.
fn error(response: &Response) -> Value {
    let body = response.json();
    assert_eq!(response.header("content-type"), Some("application/json"));
    json!([body["status"], body["error"]["code"], body["error"]["official_wording"]])
}

pub(crate) fn status_500_comes_with_a_system_error(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = answered(&bench);
    assert_eq!((response.status, response.header("retry-after")), (500, None));
    assert_eq!(error(&response), json!(["error", "CPM-S500", false]));
    bench.struck(&["home"]);
}

pub(crate) fn status_503_tells_seconds_to_wait(kind: Kind) {
    let bench = Bench::new(kind, "send", "retry_after_s = 3");
    let response = answered(&bench);
    assert_eq!((response.status, response.header("retry-after")), (503, Some("3")));
    assert_eq!(error(&response), json!(["error", "CPM-S503", false]));
    bench.struck(&["home"]);
}

pub(crate) fn status_503_tells_a_date_of_the_past(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = answered(&bench);
    assert_eq!((response.status, response.header("retry-after")), (503, Some("Fri, 31 Dec 1999 23:59:59 GMT")));
    assert_eq!(error(&response), json!(["error", "CPM-S503", false]));
    bench.struck(&["home"]);
}

pub(crate) fn status_429_tells_seconds_to_wait(kind: Kind) {
    let bench = Bench::new(kind, "send", "retry_after_s = 0");
    let response = answered(&bench);
    assert_eq!((response.status, response.header("retry-after")), (429, Some("0")));
    assert_eq!(error(&response), json!(["error", "CPM-S429", false]));
    bench.struck(&["home"]);
}

pub(crate) fn status_408_ends_the_connection(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let mut client = bench.client();
    let response = client.ask(&post_delivery()).unwrap();
    assert_eq!((response.status, response.header("connection")), (408, Some("close")));
    assert_eq!(error(&response), json!(["error", "CPM-S408", false]));
    nothing_but(&client.rest(), End::Notified);
    bench.struck(&[]);
}

pub(crate) fn status_504_comes_after_execution(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = answered(&bench);
    assert_eq!((response.status, response.body.as_slice()), (504, &[][..]));
    bench.struck(&["send", "home"]);
}

pub(crate) fn status_599_comes_without_a_body(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = answered(&bench);
    assert_eq!((response.status, response.body.as_slice()), (599, &[][..]));
    bench.struck(&["home"]);
}

pub(crate) fn a_page_of_html_comes_in_place_of_json(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = answered(&bench);
    assert_eq!((response.status, response.header("content-type")), (502, Some("text/html")));
    assert!(response.body.starts_with(b"<!DOCTYPE html>"));
    bench.struck(&["home"]);
}

pub(crate) fn a_redirect_leads_to_the_other_name_of_this_machine_where_nothing_is(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = answered(&bench);
    assert_eq!(
        (response.status, response.header("location")),
        (307, Some("https://127.0.0.1/elsewhere/v1/deliveries"))
    );
    bench.struck(&["home"]);
}

pub(crate) fn status_401_comes_though_the_token_lives(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = answered(&bench);
    assert_eq!(response.status, 401);
    assert_eq!(error(&response), json!(["error", "CPM-S401", false]));
    bench.struck(&["home"]);
}
