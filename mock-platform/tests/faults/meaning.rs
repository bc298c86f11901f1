//! Faults of meaning. What deliveries and lists make of a deviation is tested where they are; here it
//! is that the handler is given this one and no other.

use std::time::{Duration, Instant};

use renkei_mock_platform::deviations::{Deviations, ListDeviation};
use renkei_mock_platform::faults::Kind;

use crate::bench::{Bench, FILE, answer, get_file, get_path, nothing_but, post_delivery};
use crate::client::End;

pub(crate) fn an_executed_request_is_reset_before_a_byte(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    nothing_but(&bench.broken(&post_delivery()), End::Reset);
    bench.struck(&["send"]);
}

pub(crate) fn an_executed_request_is_answered_late(kind: Kind) {
    let bench = Bench::new(kind, "send", "delay_ms = 1500");
    let mut client = bench.client();
    let begun = Instant::now();
    client.send(&post_delivery()).unwrap();
    while bench.executions() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::yield_now();
    }
    assert!(client.is_silent());
    assert_eq!(client.response().unwrap().json(), answer());
    assert!(begun.elapsed() >= Duration::from_millis(1500), "{:?}", begun.elapsed());
    bench.struck(&["send"]);
}

/// That the handler of this operation was given these deviations, and answers as ever.
#[track_caller]
fn deviates(kind: Kind, on: &'static str, parameter: &str, expected: Deviations) {
    let bench = Bench::new(kind, on, parameter);
    match on {
        "send" => assert_eq!(bench.response(&post_delivery()).json(), answer()),
        "received-list" => assert_eq!(bench.response(&get_path("/v1/received")).json(), answer()),
        "fetch-file" => assert_eq!(bench.response(&get_file()).body, FILE),
        other => panic!("{other}"),
    }
    assert_eq!(bench.deviations(), expected);
    bench.struck(&[on]);
}

pub(crate) fn a_delivery_is_to_be_copied(kind: Kind) {
    deviates(kind, "send", "", Deviations { extra_copies: 1, ..Deviations::default() });
}

pub(crate) fn a_delivery_is_to_be_shown_late(kind: Kind) {
    let shown_after = Duration::from_secs(90);
    deviates(kind, "send", "delay_s = 90", Deviations { shown_after, ..Deviations::default() });
}

pub(crate) fn a_licence_is_to_count_as_expired(kind: Kind) {
    deviates(kind, "send", "", Deviations { licence_expired: true, ..Deviations::default() });
}

pub(crate) fn a_destination_is_to_count_as_unregistered(kind: Kind) {
    deviates(kind, "send", "", Deviations { destination_unregistered: true, ..Deviations::default() });
}

pub(crate) fn a_version_is_to_count_as_refused(kind: Kind) {
    deviates(kind, "send", "", Deviations { version_refused: true, ..Deviations::default() });
}

pub(crate) fn a_fetch_is_to_be_forgotten(kind: Kind) {
    deviates(kind, "fetch-file", "", Deviations { fetch_forgotten: true, ..Deviations::default() });
}

pub(crate) fn a_list_is_to_be_reversed(kind: Kind) {
    let expected = Deviations { list: ListDeviation::Reversed, ..Deviations::default() };
    deviates(kind, "received-list", "", expected);
}

pub(crate) fn a_list_is_to_repeat_an_entry(kind: Kind) {
    let expected = Deviations { list: ListDeviation::RepeatsLast, ..Deviations::default() };
    deviates(kind, "received-list", "", expected);
}

pub(crate) fn a_list_is_to_be_empty(kind: Kind) {
    let expected = Deviations { list: ListDeviation::Empty, ..Deviations::default() };
    deviates(kind, "received-list", "", expected);
}

pub(crate) fn maintenance_is_a_business_error(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = bench.response(&post_delivery());
    assert_eq!(response.status, 200);
    let body = response.json();
    assert_eq!((&body["status"], &body["error"]["code"]), (&"error".into(), &"CPM-M01".into()));
    assert_eq!(body["error"]["message"]["ja"], "ただいまメンテナンス中です。");
    bench.struck(&[]);
}
