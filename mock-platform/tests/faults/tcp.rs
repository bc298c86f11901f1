//! Faults of the connection.

use std::time::Instant;

use renkei_mock_platform::faults::Kind;

use crate::bench::{Bench, FILE, get_file, get_home, get_path, nothing_but, post_bytes, post_delivery};
use crate::client::{Client, End, tcp, tcp_is_silent, tcp_rest};

pub(crate) fn a_connection_is_reset_before_a_byte(kind: Kind) {
    let bench = Bench::new(kind, "connect", "");
    assert_eq!(tcp_rest(&mut tcp(bench.address)), (Vec::new(), End::Reset));
    bench.struck(&[]);
}

pub(crate) fn a_connection_is_closed_before_a_byte(kind: Kind) {
    let bench = Bench::new(kind, "connect", "");
    assert_eq!(tcp_rest(&mut tcp(bench.address)), (Vec::new(), End::Fin));
    bench.struck(&[]);
}

pub(crate) fn a_handshake_is_never_answered(kind: Kind) {
    let bench = Bench::new(kind, "connect", "");
    let mut tcp = tcp(bench.address);
    // The beginning of a ClientHello: a record of a handshake, of 512 bytes.
    std::io::Write::write_all(&mut tcp, b"\x16\x03\x01\x02\x00\x01\x00\x01\xFC").unwrap();
    assert!(tcp_is_silent(&mut tcp));
    bench.struck(&[]);
}

pub(crate) fn a_request_is_read_and_reset_without_being_executed(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    nothing_but(&bench.broken(&post_bytes("/v1/deliveries", &vec![b'x'; 300_000])), End::Reset);
    bench.struck(&[]);
}

pub(crate) fn a_request_is_reset_while_it_is_sent(kind: Kind) {
    let bench = Bench::new(kind, "send", "after_bytes = 100");
    let mut client = bench.client();
    // The rest of the body never comes: only a server that does not wait for it can answer.
    let request = post_delivery();
    client.send(&request[..request.len() - 300]).unwrap();
    nothing_but(&client.rest(), End::Reset);
    bench.struck(&[]);
}

pub(crate) fn half_of_a_response_comes_before_the_reset(kind: Kind) {
    let bench = Bench::new(kind, "fetch-file", "");
    let broken = bench.broken(&get_file());
    let (response, body) = broken.parts();
    assert_eq!((response.status, response.header("content-length")), (200, Some("1000")));
    assert_eq!(body, &FILE[..500]);
    assert_eq!(broken.end, End::Reset);
    bench.struck(&["fetch-file"]);
}

pub(crate) fn a_connection_ends_after_a_response_that_did_not_say_so(kind: Kind) {
    let bench = Bench::new(kind, "home", "");
    let mut client = bench.client();
    let response = client.ask(&get_home()).unwrap();
    assert_eq!((response.status, response.header("connection")), (200, None));
    assert_eq!(response.json(), crate::bench::answer());
    nothing_but(&client.rest(), End::Fin);
    bench.struck(&["home"]);
}

pub(crate) fn a_response_trickles_and_the_next_one_does_not(kind: Kind) {
    let bench = Bench::new(kind, "fetch-file", "bytes_per_second = 4000");
    let mut client = bench.client();
    let begun = Instant::now();
    let response = client.ask(&get_file()).unwrap();
    // Over 1,000 bytes in pieces of 200, with a pause of 50 ms after each.
    assert!(begun.elapsed().as_millis() >= 200, "{:?}", begun.elapsed());
    assert_eq!(response.body, FILE);
    // So many would take most of a minute at that speed.
    let begun = Instant::now();
    for _ in 0..200 {
        assert_eq!(client.ask(&get_file()).unwrap().body, FILE);
    }
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    bench.struck(&["fetch-file"; 201]);
}

pub(crate) fn silence_comes_in_place_of_a_response(kind: Kind) {
    let bench = Bench::new(kind, "send", "duration_ms = 1500");
    let mut client = bench.client();
    client.send(&post_delivery()).unwrap();
    assert!(client.is_silent());
    nothing_but(&client.rest(), End::Reset);
    bench.struck(&[]);
}

pub(crate) fn silence_comes_after_half_of_a_response(kind: Kind) {
    let bench = Bench::new(kind, "fetch-file", "duration_ms = 1500");
    let mut client = bench.client();
    client.send(&get_file()).unwrap();
    let (response, body) = client.begin(500).unwrap();
    assert_eq!((response.header("content-length"), body.as_slice()), (Some("1000"), &FILE[..500]));
    assert!(client.is_silent());
    let broken = client.rest();
    assert_eq!((broken.parts().1.as_slice(), broken.end), (&FILE[..500], End::Reset));
    bench.struck(&["fetch-file"]);
}

#[test]
fn a_client_that_hangs_up_frees_a_stalled_connection_and_nothing_is_executed() {
    let bench = Bench::new(Kind::StallBeforeResponse, "send", "duration_ms = 600000");
    let mut client = bench.client();
    client.send(&post_delivery()).unwrap();
    assert!(client.is_silent());
    drop(client);
    bench.struck(&[]);
}

#[test]
fn a_request_behind_a_silent_close_is_not_executed() {
    let bench = Bench::new(Kind::CloseAfterResponse, "home", "");
    let mut client = bench.client();
    // Both requests come before the first response leaves.
    client.send(&[get_home(), get_path("/v1/received")].concat()).unwrap();
    assert_eq!(client.response().unwrap().status, 200);
    let broken = client.rest();
    assert!(broken.bytes.is_empty() && matches!(broken.end, End::Fin | End::Reset), "{broken:?}");
    bench.struck(&["home"]);
}

#[test]
fn a_second_client_is_not_touched_by_a_broken_connection() {
    let bench = Bench::new(Kind::ResetMidResponse, "fetch-file", "");
    let mut other = Client::connect(bench.address, bench.config.clone()).unwrap_or_else(|end| panic!("{end:?}"));
    assert_eq!(bench.broken(&get_file()).end, End::Reset);
    assert_eq!(other.ask(&get_file()).unwrap().body, FILE);
    bench.struck(&["fetch-file", "fetch-file"]);
}
