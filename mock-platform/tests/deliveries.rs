//! Sending, over the routes: receipts and keys, every refusal with its code, bulk sends, and bodies that
//! are not what they should be.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use common::{
    BOUNDARY, Bench, CENTER, EXPIRED, MANAGER, PROVIDER, UNLICENSED, borrowed, delivery, end, file_part, json_part,
    multipart, part, small, table,
};
use renkei_mock_platform::deviations::Deviations;
use renkei_mock_platform::post::Gate;
use renkei_mock_platform::settings::Settings;
use renkei_validator::text::Message;
use serde_json::{Value, json};
use time::macros::datetime;

const DELETE: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
const ROW: &[u8] = b"202407,1\r\n";
const PDF: &[u8] = b"%PDF-1.7";

#[tokio::test]
async fn a_delivery_is_accepted_and_its_receipt_tells_what() {
    let bench = Bench::new(small()).await;
    let files = table("20260928101500");
    let mut sent = borrowed(&files);
    sent.push(("第3表.pdf", PDF));
    let reply = bench.deliver(MANAGER, "k-1", r#"{"message":"10月分です"}"#, &sent).await;
    let file = |kind: &str, sha256: &str| {
        json!({
            "name": format!("{kind}_202610_9970100013_43_9970100021_11_20260928101500.CSV"),
            "bytes": 9 + kind.len(), "sha256": sha256, "file_type": "登録", "csv_version": "202407",
        })
    };
    assert_eq!(
        reply.data(),
        json!({
            "id": "S0000000001",
            "repeated": false,
            "destination": "9970100021",
            "accepted_at": "2026-11-20T10:00:00+09:00",
            "files": [
                // printf '202407,UPPLAN\r\n' | sha256sum, and so on
                file("UPPLAN", "63072cd83513eb7d1bd346253f1d2b2652f514071bd03a65b4d122afc4e83359"),
                file("UPSIKYU", "0308c254769d3ab206edd20943f4b490107e45d9a5a652d017944f7bb592358b"),
                file("UPHOSOKU", "db88c61a04e74c40d449b884b2822bbe3048fffd6fb02a62199665a91ecff4e9"),
                {
                    "name": "第3表.pdf", "bytes": 8, "sha256": "86edbaa24831badfa0a8b04bb410141e2ee4182b6d0014493fe262a7a331c20b",
                    "file_type": "PDF等", "csv_version": null,
                },
            ],
        })
    );
}

#[tokio::test]
async fn a_key_and_content_are_accepted_once() {
    let bench = Bench::new(small()).await;
    let message = r#"{"message":"x"}"#;
    let first = bench.deliver(MANAGER, "k", message, &[(DELETE, ROW), ("a.pdf", PDF)]).await.data();
    let again = bench.deliver(MANAGER, "k", message, &[(DELETE, ROW), ("a.pdf", PDF)]).await.data();
    let mut expected = first.clone();
    expected["repeated"] = json!(true);
    assert_eq!(again, expected);
    // In another order, and with the destination named.
    let named = r#"{"message":"x","destination":"9970100021"}"#;
    assert_eq!(bench.deliver(MANAGER, "k", named, &[("a.pdf", PDF), (DELETE, ROW)]).await.data(), expected);
    // The licence has expired since, and version and destination would be refused, too.
    bench.set_clock(datetime!(2027-04-01 0:00 +9));
    assert_eq!(bench.deliver(MANAGER, "k", message, &[(DELETE, ROW), ("a.pdf", PDF)]).await.data(), expected);
    let fresh = bench.deliver(MANAGER, "k2", message, &[(DELETE, ROW), ("a.pdf", PDF)]).await;
    assert_eq!(fresh.error(), (200, "CPM-L02".to_owned()));
    bench.set_clock(common::NOW);
    for (json, files) in [
        (r#"{"message":"y"}"#, vec![(DELETE, ROW), ("a.pdf", PDF)]),
        (message, vec![(DELETE, ROW), ("a.pdf", &b"%PDF-1.8"[..])]),
        (message, vec![(DELETE, ROW), ("b.pdf", PDF)]),
        (message, vec![(DELETE, ROW)]),
    ] {
        let reused = bench.deliver(MANAGER, "k", json, &files).await;
        assert_eq!(reused.error(), (200, "CPM-D12".to_owned()), "{json}");
    }
    // Keys belong to their sender.
    let result = ("UPJSK_202610_9970100021_11_9970100013_43_20261003174500.CSV", ROW);
    assert_eq!(bench.deliver(PROVIDER, "k", "{}", &[result]).await.data()["repeated"], json!(false));
    assert_eq!(bench.accepted(), 2);
}

struct Strict;

impl Gate for Strict {
    fn judge(&self, files: &[(&str, &[u8])]) -> Result<(), Message> {
        match files.iter().find(|(_, bytes)| bytes.starts_with(b"dirty")) {
            Some((name, _)) => Err(Message::same(*name)),
            None => Ok(()),
        }
    }
}

#[tokio::test]
async fn every_refusal_has_its_code_and_its_nearest() {
    let bench = Bench::with(small(), |platform| platform.gate = Some(Arc::new(Strict))).await;
    bench.deliver(MANAGER, "used", "{}", &[(DELETE, ROW)]).await.data();
    let big = [0; 1_001];
    let named = |office: &str| format!(r#"{{"destination":"{office}"}}"#);
    type Files<'a> = Vec<(&'a str, &'a [u8])>;
    let to = |number: &str| DELETE.replace(PROVIDER, number);
    let (itself, nobody, centre) = (to(MANAGER), to("9970100020"), to(CENTER).replace("_11_", "_46_"));
    let (unlicensed, expired) = (to(UNLICENSED), to(EXPIRED));
    let cases: Vec<(&str, &str, String, Files<'_>, Option<Value>)> = vec![
        ("CPM-D01", MANAGER, "{}".into(), vec![(&nobody, ROW)], Some(json!(["9970100021"]))),
        ("CPM-D02", MANAGER, "{}".into(), vec![(&unlicensed, ROW)], None),
        ("CPM-D03", MANAGER, "{}".into(), vec![(&itself, ROW)], None),
        (
            "CPM-D04",
            MANAGER,
            "{}".into(),
            vec![("UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV", ROW)],
            Some(json!(["UPPLAN", "UPSIKYU", "UPHOSOKU"])),
        ),
        (
            "CPM-D05",
            MANAGER,
            "{}".into(),
            vec![("UPKHON_9970100013_43_9970100021_11_20260928101500.CSV", ROW)],
            Some(json!(["UPKIHON_9970100013_43_9970100021_11_20260928101500.CSV"])),
        ),
        (
            "CPM-D06",
            MANAGER,
            "{}".into(),
            vec![("DLTPLAN_202503_9970100013_43_9970100021_11_20260929083000.CSV", ROW)],
            Some(json!(["202208"])),
        ),
        ("CPM-D07", MANAGER, "{}".into(), vec![(DELETE, ROW), (&centre, ROW)], Some(json!([centre]))),
        ("CPM-D08", PROVIDER, "{}".into(), vec![("DLT1KYO_9970100013_43_9970100021_11_20260929083000.CSV", ROW)], None),
        ("CPM-D09", MANAGER, named(PROVIDER), vec![("a.pdf", &big)], None),
        (
            "CPM-D09",
            MANAGER,
            named(PROVIDER),
            vec![("a.pdf", &big[1..]), ("b.pdf", &big[1..]), ("c.pdf", &big[500..])],
            None,
        ),
        (
            "CPM-D10",
            MANAGER,
            named(PROVIDER),
            vec![("1.pdf", PDF), ("2.pdf", PDF), ("3.pdf", PDF), ("4.pdf", PDF), ("5.pdf", PDF)],
            None,
        ),
        ("CPM-D11", MANAGER, r#"{"message":"一二三四五六七八九十一"}"#.into(), vec![(DELETE, ROW)], None),
        ("CPM-D13", MANAGER, "{}".into(), vec![], None),
        ("CPM-D14", MANAGER, "{}".into(), vec![("a.pdf", PDF), ("a.pdf", PDF)], None),
        ("CPM-D15", PROVIDER, "{}".into(), vec![("DLT1KYO_9970100021_11_9970100013_43_20260929083000.CSV", ROW)], None),
        ("CPM-D16", MANAGER, named(PROVIDER), vec![("a.exe", PDF)], None),
        (
            "CPM-D17",
            MANAGER,
            "{}".into(),
            vec![("DLTPLAN_202610_9970100013_43_9970100021_13_20260929083000.CSV", ROW)],
            Some(json!([DELETE])),
        ),
        ("CPM-D18", MANAGER, "{}".into(), vec![(DELETE, b"dirty")], None),
        ("CPM-D19", MANAGER, "{}".into(), vec![("a.pdf", PDF)], None),
        ("CPM-L01", UNLICENSED, named(PROVIDER), vec![("a.pdf", PDF)], None),
        ("CPM-L02", EXPIRED, named(PROVIDER), vec![("a.pdf", PDF)], None),
        ("CPM-L03", MANAGER, "{}".into(), vec![(&expired, ROW)], None),
    ];
    let mut refusals = Vec::new();
    for (no, (code, office, json, files, nearest)) in cases.iter().enumerate() {
        let key = format!("key-{no}");
        let reply = bench.deliver(office, &key, json, files).await;
        assert_eq!(reply.error(), (200, (*code).to_owned()), "{files:?}");
        let error = &reply.json()["error"];
        assert_eq!(error.get("nearest").map(|nearest| &nearest["accepted"]), nearest.as_ref(), "{code}");
        assert_eq!(error["official_wording"], json!(false));
        refusals.push(((*code).to_owned(), Some(key)));
    }
    let reply = bench.deliver(MANAGER, "used", "{}", &[(DELETE, b"202407,2\r\n")]).await;
    assert_eq!(reply.error(), (200, "CPM-D12".to_owned()));
    refusals.push(("CPM-D12".to_owned(), Some("used".to_owned())));
    assert_eq!(bench.refusals(), refusals);
    assert_eq!(bench.accepted(), 1);
}

#[tokio::test]
async fn a_fault_can_bend_what_is_decided() {
    let bench = Bench::new(small()).await;
    let none = Deviations::default();
    for (deviations, code) in [
        (Deviations { licence_expired: true, ..none.clone() }, "CPM-L02"),
        (Deviations { destination_unregistered: true, ..none.clone() }, "CPM-D02"),
        (Deviations { version_refused: true, ..none.clone() }, "CPM-D06"),
    ] {
        let reply = bench.send_bent(MANAGER, delivery("k", "{}", &[(DELETE, ROW)]), deviations).await;
        assert_eq!(reply.error(), (200, code.to_owned()));
    }
    let twice = Deviations { extra_copies: 1, shown_after: Duration::from_secs(60), ..none };
    bench.send_bent(MANAGER, delivery("k", "{}", &[(DELETE, ROW)]), twice).await.data();
    assert_eq!(bench.get(PROVIDER, "/v1/received").await.data()["items"], json!([]));
    bench.set_clock(datetime!(2026-11-20 10:01 +9));
    let list = bench.get(PROVIDER, "/v1/received").await.data();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(bench.get(MANAGER, "/v1/sent").await.data()["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn names_that_lead_out_are_refused_however_they_are_written() {
    let bench = Bench::new(small()).await;
    let disposition = |value: &[u8]| {
        let head = [b"Content-Disposition: form-data; name=\"file\"; ", value].concat();
        [b"--", BOUNDARY.as_bytes(), b"\r\n", &head, b"\r\n\r\n", PDF, b"\r\n"].concat()
    };
    let json = r#"{"destination":"9970100021"}"#;
    let long = format!("filename=\"{}.pdf\"", "x".repeat(252));
    for (value, expected) in [
        (&b"filename=\"../a.pdf\""[..], (200, "CPM-D05")),
        (b"filename=\"..\\\\a.pdf\"", (200, "CPM-D05")),
        (b"filename=\"C:\\a.pdf\"", (200, "CPM-D05")),
        (b"filename*=UTF-8''..%2Fa.pdf", (200, "CPM-D05")),
        (b"filename*=UTF-8''a%00.pdf", (200, "CPM-D05")),
        (b"filename*=UTF-8''a%0D%0A.pdf", (200, "CPM-D05")),
        (b"filename=\"NUL.pdf\"", (200, "CPM-D05")),
        (b"filename=\"=?UTF-8?B?Li4vYS5wZGY=?=\"", (200, "CPM-D05")),
        (b"filename=\"\"", (200, "CPM-D05")),
        (long.as_bytes(), (200, "CPM-D05")),
        // 表.pdf in Shift_JIS
        (b"filename=\"\x95\x5c.pdf\"", (400, "CPM-S400")),
        (b"filename*=UTF-8''%95%5C.pdf", (400, "CPM-S400")),
        (b"filename*=Shift_JIS''%95%5C.pdf", (400, "CPM-S400")),
        (b"filename=\"a.pdf\"; filename*=UTF-8''b.pdf", (400, "CPM-S400")),
        (b"filename=\"a.pdf\"; filename=\"b.pdf\"", (400, "CPM-S400")),
        (b"filename=\"a\x01.pdf\"", (400, "CPM-S400")),
    ] {
        let parts = [json_part("delivery", json), disposition(value)];
        let reply = bench.send(MANAGER, multipart("/v1/deliveries", Some("k"), &parts)).await;
        assert_eq!(reply.error(), (expected.0, expected.1.to_owned()), "{}", String::from_utf8_lossy(value));
    }
    let parts = [json_part("delivery", json), disposition(b"filename*=UTF-8''%E8%A1%A8.pdf")];
    let reply = bench.send(MANAGER, multipart("/v1/deliveries", Some("k"), &parts)).await;
    assert_eq!(reply.data()["files"][0]["name"], json!("表.pdf"));
}

#[tokio::test]
async fn bodies_that_are_not_the_form_are_refused_and_nothing_is_kept() {
    let bench = Bench::new(small()).await;
    let json = || json_part("delivery", "{}");
    let file = || file_part(DELETE, ROW);
    let plain = |body: &str| {
        part("Content-Disposition: form-data; name=\"delivery\"\r\nContent-Type: text/plain", body.as_bytes())
    };
    let large = format!(r#"{{"message":"{}"}}"#, "x".repeat(65 << 10));
    let cases: Vec<(&str, Vec<Vec<u8>>, u16)> = vec![
        ("no JSON part", vec![file()], 400),
        ("two JSON parts", vec![json(), file(), json()], 400),
        ("a part of an unknown name", vec![json(), file(), json_part("more", "{}")], 400),
        ("a file without a name", vec![json(), part("Content-Disposition: form-data; name=\"file\"", ROW)], 400),
        ("a part without a name", vec![json(), part("Content-Disposition: form-data", ROW)], 400),
        ("a part without a disposition", vec![json(), part("Content-Type: text/csv", ROW)], 400),
        ("JSON of another type", vec![json_part("delivery", r#"{"message":1}"#), file()], 400),
        ("JSON with an unknown field", vec![json_part("delivery", r#"{"more":1}"#), file()], 400),
        ("JSON that ends early", vec![json_part("delivery", "{"), file()], 400),
        ("a destination of another form", vec![json_part("delivery", r#"{"destination":"1"}"#), file()], 400),
        (
            "JSON that is not UTF-8",
            vec![part("Content-Disposition: form-data; name=\"delivery\"", b"{\"message\":\"\x95\x5c\"}"), file()],
            400,
        ),
        ("JSON of another content type", vec![plain("{}"), file()], 415),
        ("JSON over the limit", vec![json_part("delivery", &large), file()], 413),
    ];
    for (what, parts, status) in cases {
        let reply = bench.send(MANAGER, multipart("/v1/deliveries", Some("k"), &parts)).await;
        assert_eq!(reply.error(), (status, format!("CPM-S{status}")), "{what}");
    }
    let whole = [json(), file()].concat();
    for (content_type, status) in [
        ("application/json", 415),
        ("multipart/mixed; boundary=renkei-boundary", 415),
        ("", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=other", 400),
    ] {
        let request =
            Request::post("/v1/deliveries").header("content-type", content_type).header("idempotency-key", "k");
        let reply = bench.send(MANAGER, request.body(Body::from([whole.clone(), end()].concat())).unwrap()).await;
        assert_eq!(reply.error(), (status, format!("CPM-S{status}")), "{content_type}");
    }
    assert_eq!(bench.accepted(), 0);
}

#[tokio::test]
async fn a_body_cut_anywhere_is_refused_and_nothing_is_kept() {
    let bench = Bench::new(small()).await;
    let whole = [json_part("delivery", "{}"), file_part(DELETE, ROW), end()].concat();
    // The line break after the last boundary may be missing.
    for length in 0..whole.len() - 2 {
        let request = Request::post("/v1/deliveries")
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .header("idempotency-key", "k")
            .body(Body::from(whole[..length].to_vec()))
            .unwrap();
        let reply = bench.send(MANAGER, request).await;
        assert_eq!(reply.error(), (400, "CPM-S400".to_owned()), "{length} of {} bytes", whole.len());
    }
    assert_eq!(bench.accepted(), 0);
}

#[tokio::test]
async fn a_key_is_1_to_128_visible_characters() {
    let bench = Bench::new(small()).await;
    let parts = [json_part("delivery", "{}"), file_part(DELETE, ROW)];
    let long = "k".repeat(129);
    for key in [None, Some(""), Some("a b"), Some("a\tb"), Some("キー"), Some(long.as_str())] {
        let reply = bench.send(MANAGER, multipart("/v1/deliveries", key, &parts)).await;
        assert_eq!(reply.error(), (400, "CPM-S400".to_owned()), "{key:?}");
    }
    let mut two = multipart("/v1/deliveries", Some("k"), &parts);
    two.headers_mut().append("idempotency-key", "l".parse().unwrap());
    assert_eq!(bench.send(MANAGER, two).await.status, 400);
    for key in ["k", &long[1..], "!~"] {
        bench.send(MANAGER, multipart("/v1/deliveries", Some(key), &parts)).await.data();
    }
}

#[tokio::test]
async fn what_is_declared_or_is_far_too_large_is_413_and_closes() {
    let bench = Bench::new(small()).await;
    let mut declared = delivery("k", "{}", &[(DELETE, ROW)]);
    declared.headers_mut().insert("content-length", "999999999999".parse().unwrap());
    let reply = bench.send(MANAGER, declared).await;
    assert_eq!(reply.error(), (413, "CPM-S413".to_owned()));
    assert_eq!(reply.headers["connection"], "close");
    // Without a length: stopped as soon as more has come than is thrown away.
    let chunk = Bytes::from(vec![b'x'; 1 << 20]);
    let head = Bytes::from([json_part("delivery", "{}"), file_part("a.pdf", b"")].concat());
    let endless = futures_util::stream::iter(
        std::iter::once(head).chain(std::iter::repeat(chunk)).map(Ok::<_, std::convert::Infallible>),
    );
    let request = Request::post("/v1/deliveries")
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .header("idempotency-key", "k")
        .body(Body::from_stream(endless))
        .unwrap();
    assert_eq!(bench.send(MANAGER, request).await.error(), (413, "CPM-S413".to_owned()));
}

#[tokio::test]
async fn a_body_that_does_not_end_is_408_and_one_without_memory_503() {
    let bench = Bench::new(Settings { body_time: Duration::from_millis(200), ..small() }).await;
    let first = futures_util::stream::once(async { Ok::<_, std::convert::Infallible>(Bytes::from_static(b"--")) });
    let pending = Body::from_stream(futures_util::StreamExt::chain(first, futures_util::stream::pending()));
    let request = Request::post("/v1/deliveries")
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .header("idempotency-key", "k");
    let reply = bench.send(MANAGER, request.body(pending).unwrap()).await;
    assert_eq!(reply.error(), (408, "CPM-S408".to_owned()));
    assert_eq!(reply.headers["connection"], "close");
    let most = bench.platform.body_memory.available_permits();
    assert_eq!(most, 256 << 20);
    let taken = Arc::clone(&bench.platform.body_memory).acquire_many_owned(u32::try_from(most).unwrap()).await;
    let reply = bench.deliver(MANAGER, "k", "{}", &[(DELETE, ROW)]).await;
    assert_eq!(reply.error(), (503, "CPM-S503".to_owned()));
    drop(taken);
    bench.deliver(MANAGER, "k", "{}", &[(DELETE, ROW)]).await.data();
    assert_eq!(bench.platform.body_memory.available_permits(), most);
}

#[tokio::test]
async fn a_file_may_be_empty() {
    let bench = Bench::new(small()).await;
    let receipt = bench.deliver(MANAGER, "k", "{}", &[(DELETE, b"")]).await.data();
    assert_eq!(receipt["files"][0]["bytes"], json!(0));
    assert_eq!(receipt["files"][0]["csv_version"], json!("202407"));
}

fn bulk(key: Option<&str>, json: &str, files: &[(&str, &[u8])]) -> Request<Body> {
    let mut parts = vec![json_part("deliveries", json)];
    parts.extend(files.iter().map(|(name, bytes)| file_part(name, bytes)));
    multipart("/v1/deliveries/bulk", key, &parts)
}

/// Key, whether it was accepted, and the code of the refusal, of each outcome.
fn outcomes(data: &Value) -> Vec<(String, Option<bool>, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let items = data.as_array().unwrap().iter();
    items
        .map(|item| {
            (text(&item["key"]).unwrap(), item["receipt"]["repeated"].as_bool(), text(&item["refusal"]["code"]))
        })
        .collect()
}

#[tokio::test]
async fn each_delivery_of_a_bulk_send_is_judged_alone() {
    let bench = Bench::new(small()).await;
    let json = r#"{"message":"一括","deliveries":[
        {"key":"a","files":["DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV","a.pdf"]},
        {"key":"b","files":["a.pdf"]},
        {"key":"c","destination":"9900100018","files":["a.pdf"]}]}"#;
    let files = [(DELETE, ROW), ("a.pdf", PDF)];
    let told = |a, c| {
        vec![
            ("a".to_owned(), Some(a), None),
            ("b".to_owned(), None, Some("CPM-D19".to_owned())),
            ("c".to_owned(), Some(c), None),
        ]
    };
    assert_eq!(outcomes(&bench.send(MANAGER, bulk(None, json, &files)).await.data()), told(false, false));
    assert_eq!(outcomes(&bench.send(MANAGER, bulk(None, json, &files)).await.data()), told(true, true));
    let sent = bench.get(MANAGER, "/v1/sent").await.data();
    assert_eq!(sent["items"][0]["message"], json!("一括"));
    assert_eq!(sent["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_bulk_send_without_deliveries_is_grouped_by_names() {
    let bench = Bench::new(small()).await;
    let other = "DLT1KYO_9970100013_43_9970100021_11_20260929070000.CSV";
    let files = [(DELETE, ROW), ("a.pdf", PDF), (other, ROW)];
    assert_eq!(
        outcomes(&bench.send(MANAGER, bulk(Some("k"), "{}", &files)).await.data()),
        [
            ("k#0".to_owned(), Some(false), None),
            ("k#1".to_owned(), Some(false), None),
            ("k#2".to_owned(), None, Some("CPM-D19".to_owned())),
        ]
    );
    assert_eq!(bench.send(MANAGER, bulk(None, "{}", &files)).await.status, 400);
    assert_eq!(bench.send(MANAGER, bulk(Some("k"), "{}", &[])).await.error().1, "CPM-D13");
    let many: Vec<String> = (0..4).map(|i| DELETE.replace("083000", &format!("08300{i}"))).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), ROW)).collect();
    assert_eq!(bench.send(MANAGER, bulk(Some("m"), "{}", &many)).await.error(), (200, "CPM-D10".to_owned()));
    assert_eq!(bench.accepted(), 2);
}

#[tokio::test]
async fn a_bulk_send_that_does_not_add_up_is_refused_as_a_whole() {
    let bench = Bench::new(small()).await;
    let files = [(DELETE, ROW), ("a.pdf", PDF)];
    for json in [
        r#"{"deliveries":[{"key":"a","files":["a.pdf"]}]}"#,
        r#"{"deliveries":[{"key":"a","files":["a.pdf","b.pdf"]}]}"#,
        r#"{"deliveries":[{"key":"a b","files":["a.pdf"]}]}"#,
        r#"{"deliveries":[{"key":"a","files":["a.pdf"]},{"key":"a","files":["a.pdf"]}]}"#,
        r#"{"deliveries":[{"files":["a.pdf"]}]}"#,
        r#"{"deliveries":{}}"#,
    ] {
        let reply = bench.send(MANAGER, bulk(None, json, &files)).await;
        assert_eq!(reply.error(), (400, "CPM-S400".to_owned()), "{json}");
    }
    let named = r#"{"deliveries":[{"key":"a","files":["a.pdf"]}]}"#;
    let twice = bench.send(MANAGER, bulk(None, named, &[("a.pdf", PDF), ("a.pdf", ROW)])).await;
    assert_eq!(twice.error(), (200, "CPM-D14".to_owned()));
    assert_eq!(bench.accepted(), 0);
}

#[tokio::test]
async fn names_are_recognised_before_anything_is_sent() {
    let bench = Bench::new(small()).await;
    let names = json!({ "names": [DELETE, "a.pdf"] }).to_string();
    assert_eq!(
        bench.post_json(MANAGER, "/v1/deliveries/recognise", &names).await.data(),
        json!({
            "deliveries": [{
                "destination": "9970100021",
                "destination_name": "試験事業所9970100021",
                "timestamp": "20260929083000",
                "files": [{
                    "name": DELETE, "kind": "DLTPLAN", "title": "サービス利用票_予定_削除", "file_type": "削除",
                }],
                "refusal": null,
            }],
            "apart": ["a.pdf"],
        })
    );
    let many = json!({ "names": vec!["a.pdf"; 13] }).to_string();
    assert_eq!(bench.post_json(MANAGER, "/v1/deliveries/recognise", &many).await.error(), (200, "CPM-D10".to_owned()));
    for body in ["", "[]", r#"{"names":[1]}"#, r#"{"names":[],"more":1}"#] {
        assert_eq!(bench.post_json(MANAGER, "/v1/deliveries/recognise", body).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn without_a_session_nothing_is_read_and_other_methods_are_refused() {
    let bench = Bench::new(small()).await;
    for (mut request, status) in [
        (delivery("k", "{}", &[(DELETE, ROW)]), 401),
        (bulk(Some("k"), "{}", &[(DELETE, ROW)]), 401),
        (Request::get("/v1/sent").body(Body::empty()).unwrap(), 401),
        (Request::get("/v1/received/R0000000001/files/0").body(Body::empty()).unwrap(), 401),
        (Request::delete("/v1/deliveries").body(Body::empty()).unwrap(), 405),
        (Request::put("/v1/received").body(Body::empty()).unwrap(), 405),
        (Request::get("/v1/delivery").body(Body::empty()).unwrap(), 404),
    ] {
        let what = format!("{} {}", request.method(), request.uri());
        request.extensions_mut().insert(common::world::peer(MANAGER, &bench.control));
        assert_eq!(bench.send_raw(request).await.error(), (status, format!("CPM-S{status}")), "{what}");
    }
}
