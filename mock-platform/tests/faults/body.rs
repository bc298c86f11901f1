//! Faults of the body.

use renkei_mock_platform::faults::Kind;
use serde_json::{Value, json};

use crate::bench::{Bench, FILE, answer, get_file, get_home, post_bytes, post_delivery};
use crate::client::{End, Response};

/// A response of which HTTP itself has nothing to say, and that its connection goes on.
#[track_caller]
fn whole(bench: &Bench, request: &[u8]) -> Response {
    let mut client = bench.client();
    let response = client.ask(request).unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(client.ask(&get_home()).unwrap().json(), answer());
    response
}

fn plain() -> Vec<u8> {
    serde_json::to_vec(&answer()).unwrap()
}

fn fetch_bulk() -> Vec<u8> {
    post_bytes("/v1/received/fetch", b"{}")
}

pub(crate) fn half_of_the_promised_length_comes(kind: Kind) {
    let bench = Bench::new(kind, "fetch-file", "");
    let broken = bench.broken(&get_file());
    let (response, body) = broken.parts();
    assert_eq!((response.status, response.header("content-length")), (200, Some("1000")));
    assert_eq!((body.as_slice(), broken.end), (&FILE[..500], End::Fin));
    bench.struck(&["fetch-file"]);

    // Without a length: half of the first piece, and no last chunk.
    let bench = Bench::new(kind, "fetch-bulk", "");
    let broken = bench.broken(&fetch_bulk());
    let (response, body) = broken.parts();
    assert_eq!((response.status, response.header("transfer-encoding")), (200, Some("chunked")));
    assert_eq!(body, [b"32\r\n", &FILE[..50], b"\r\n"].concat());
    assert_eq!(broken.end, End::Fin);
    bench.struck(&["fetch-bulk"]);
}

pub(crate) fn one_bit_in_the_middle_is_another(kind: Kind) {
    let differences = |body: &[u8]| {
        assert_eq!(body.len(), FILE.len());
        let pairs = body.iter().zip(&FILE).enumerate();
        pairs.filter(|(_, (got, sent))| got != sent).map(|(at, (got, sent))| (at, got ^ sent)).collect::<Vec<_>>()
    };
    let bench = Bench::new(kind, "fetch-file", "");
    let response = whole(&bench, &get_file());
    assert_eq!(response.header("content-length"), Some("1000"));
    assert_eq!(differences(&response.body), [(500, 1)]);
    bench.struck(&["fetch-file", "home"]);

    // Without a length: the middle of the first piece of 100.
    let bench = Bench::new(kind, "fetch-bulk", "");
    assert_eq!(differences(&whole(&bench, &fetch_bulk()).body), [(50, 1)]);
    bench.struck(&["fetch-bulk", "home"]);
}

pub(crate) fn half_of_the_json_is_a_complete_response(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = whole(&bench, &post_delivery());
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(response.body, plain()[..plain().len() / 2]);
    assert!(serde_json::from_slice::<Value>(&response.body).unwrap_err().is_eof());
    bench.struck(&["send", "home"]);
}

pub(crate) fn every_object_has_a_field_more(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let mut body = whole(&bench, &post_delivery()).json();
    let field = json!({"values": [1, null, "未知"]});
    assert_eq!(body.as_object_mut().unwrap().remove("x-renkei-unknown"), Some(field.clone()));
    assert_eq!(body["data"].as_object_mut().unwrap().remove("x-renkei-unknown"), Some(field));
    assert_eq!(body, answer());
    bench.struck(&["send", "home"]);
}

pub(crate) fn json_comes_in_shift_jis(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = whole(&bench, &post_delivery());
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert!(std::str::from_utf8(&response.body).is_err());
    // 登録 and 髙.
    for bytes in [&b"\"\x93\x6F\x98\x5E\""[..], b"\"\xFB\xFC\""] {
        assert!(response.body.windows(bytes.len()).any(|window| window == bytes), "{:02X?}", response.body);
    }
    bench.struck(&["send", "home"]);
}

pub(crate) fn json_comes_behind_a_byte_order_mark(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = whole(&bench, &post_delivery());
    assert_eq!(response.body, [b"\xEF\xBB\xBF".to_vec(), plain()].concat());
    bench.struck(&["send", "home"]);
}

pub(crate) fn the_head_comes_without_a_body(kind: Kind) {
    for (on, request) in [("send", post_delivery()), ("fetch-file", get_file()), ("fetch-bulk", fetch_bulk())] {
        let bench = Bench::new(kind, on, "");
        let response = whole(&bench, &request);
        assert_eq!((response.header("content-length"), response.header("transfer-encoding")), (Some("0"), None));
        assert_eq!(response.body, b"");
        bench.struck(&[on, "home"]);
    }
}

pub(crate) fn each_byte_comes_in_its_own_chunk(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = whole(&bench, &post_delivery());
    assert_eq!(response.header("content-length"), None);
    assert_eq!(response.chunks, vec![1; plain().len()]);
    assert_eq!(response.json(), answer());
    bench.struck(&["send", "home"]);
}

pub(crate) fn json_calls_itself_html(kind: Kind) {
    let bench = Bench::new(kind, "send", "");
    let response = whole(&bench, &post_delivery());
    assert_eq!(response.header("content-type"), Some("text/html"));
    assert_eq!(response.body, plain());
    bench.struck(&["send", "home"]);
}
