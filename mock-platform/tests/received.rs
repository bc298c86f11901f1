//! Receiving, over the routes: lists and their pages, files and archives, when an entry is 済, and that
//! nothing of an office is told to another.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::io::{Cursor, Read};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use common::{
    Bench, CENTER, EXPIRED, MANAGER, PROVIDER, Reply, UNLICENSED, borrowed, delivery, json_part, multipart, small,
    table,
};
use renkei_mock_platform::deviations::{Deviations, ListDeviation};
use renkei_mock_platform::journal::Event;
use serde_json::{Value, json};
use time::macros::datetime;

const DELETE: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
const ROW: &[u8] = b"202407,1\r\n";

fn ids(data: &Value) -> Vec<String> {
    data["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Sends so many deliveries, a second after each other.
async fn sent(bench: &Bench, count: i64) {
    for no in 0..count {
        bench.set_clock(common::NOW + time::Duration::seconds(no));
        bench.deliver(MANAGER, &format!("k{no}"), "{}", &[(DELETE, ROW)]).await.data();
    }
}

#[tokio::test]
async fn lists_tell_what_was_sent_and_received() {
    let bench = Bench::new(small()).await;
    let files = table("20260928101500");
    bench.deliver(MANAGER, "k", r#"{"message":"10月分"}"#, &borrowed(&files)).await.data();
    let sent = bench.get(MANAGER, "/v1/sent").await.data();
    let received = bench.get(PROVIDER, "/v1/received").await.data();
    let listed = |kind: &str, at: usize| {
        json!({
            "name": format!("{kind}_202610_9970100013_43_9970100021_11_20260928101500.CSV"),
            "bytes": 9 + kind.len(), "sha256": sent["items"][0]["files"][at]["sha256"],
            "file_type": "登録", "csv_version": "202407",
        })
    };
    let files = [listed("UPPLAN", 0), listed("UPSIKYU", 1), listed("UPHOSOKU", 2)];
    assert_eq!(
        sent,
        json!({"items": [{
            "id": "S0000000001", "destination": "9970100021", "destination_name": "試験事業所9970100021",
            "sent_at": "2026-11-20T10:00:00+09:00", "timestamp": "20260928101500", "message": "10月分",
            "files": files, "key": "k",
        }], "next": null})
    );
    assert_eq!(
        received,
        json!({"items": [{
            "id": "R0000000001", "received_at": "2026-11-20T10:00:00+09:00", "message": "10月分",
            "sender": "9970100013", "sender_name": "試験事業所9970100013", "fetched": "未", "files": files,
        }], "next": null})
    );
    assert_eq!(bench.get(MANAGER, "/v1/sent/S0000000001").await.data(), sent["items"][0]);
    assert_eq!(bench.get(PROVIDER, "/v1/received/R0000000001").await.data(), received["items"][0]);
}

#[tokio::test]
async fn pages_are_followed_to_the_last_one() {
    let bench = Bench::new(small()).await;
    sent(&bench, 4).await;
    let first = bench.get(PROVIDER, "/v1/received").await.data();
    assert_eq!(ids(&first), ["R0000000001", "R0000000002", "R0000000003"]);
    let next = first["next"].as_str().unwrap();
    let second = bench.get(PROVIDER, &format!("/v1/received?after={next}")).await.data();
    assert_eq!((ids(&second), &second["next"]), (vec!["R0000000004".to_owned()], &Value::Null));
    let newest = bench.get(MANAGER, "/v1/sent?limit=1").await.data();
    assert_eq!(ids(&newest), ["S0000000004"]);
    let next = newest["next"].as_str().unwrap();
    let rest = bench.get(MANAGER, &format!("/v1/sent?limit=5&after={next}")).await.data();
    assert_eq!(ids(&rest), ["S0000000003", "S0000000002", "S0000000001"]);
    for query in ["limit=0", "limit=6", "limit=x", "limit=-1", "after=x", "more=1", "after=%FF", "limit=1&limit=2"] {
        for list in ["sent", "received"] {
            let reply = bench.get(PROVIDER, &format!("/v1/{list}?{query}")).await;
            assert_eq!(reply.error(), (400, "CPM-S400".to_owned()), "{list} {query}");
        }
    }
}

#[tokio::test]
async fn a_fault_can_bend_a_page() {
    let bench = Bench::new(small()).await;
    sent(&bench, 4).await;
    let next = bench.get(PROVIDER, "/v1/received?limit=2").await.data()["next"].as_str().unwrap().to_owned();
    let page = async |list: ListDeviation, query: &str| {
        let request = Request::get(format!("/v1/received?limit=2{query}")).body(Body::empty()).unwrap();
        let deviations = Deviations { list, ..Deviations::default() };
        let data = bench.send_bent(PROVIDER, request, deviations).await.data();
        (ids(&data).join(" "), data["next"].is_null())
    };
    let after = format!("&after={next}");
    assert_eq!(page(ListDeviation::None, "").await, ("R0000000001 R0000000002".into(), false));
    assert_eq!(page(ListDeviation::Reversed, "").await, ("R0000000002 R0000000001".into(), false));
    assert_eq!(page(ListDeviation::RepeatsLast, "").await, ("R0000000001 R0000000002".into(), false));
    assert_eq!(page(ListDeviation::RepeatsLast, &after).await, ("R0000000002 R0000000003 R0000000004".into(), true));
    assert_eq!(page(ListDeviation::Empty, "").await, (String::new(), true));
}

#[tokio::test]
async fn a_file_comes_with_its_length_digest_and_name() {
    let bench = Bench::new(small()).await;
    let json = r#"{"destination":"9970100021"}"#;
    bench.deliver(MANAGER, "k", json, &[("第3表.pdf", b"%PDF-1.7"), ("empty.txt", b"")]).await.data();
    let reply = bench.get(PROVIDER, "/v1/received/R0000000001/files/0").await;
    assert_eq!((reply.status, &reply.body[..]), (200, &b"%PDF-1.7"[..]));
    let header = |reply: &Reply, name: &str| reply.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header(&reply, "content-type"), "application/octet-stream");
    assert_eq!(header(&reply, "content-length"), "8");
    assert_eq!(header(&reply, "content-disposition"), "attachment; filename*=UTF-8''%E7%AC%AC3%E8%A1%A8.pdf");
    // printf '%%PDF-1.7' | openssl dgst -sha256 -binary | base64
    assert_eq!(header(&reply, "repr-digest"), "sha-256=:hu26okgxut+gqLBLtBAUHi7kGCttABRJP+Jip6Mxwgs=:");
    let empty = bench.get(PROVIDER, "/v1/received/R0000000001/files/1").await;
    assert_eq!((empty.status, empty.body.len(), header(&empty, "content-length")), (200, 0, "0".to_owned()));
    for position in ["2", "4294967295", "4294967296", "-1", "x"] {
        let reply = bench.get(PROVIDER, &format!("/v1/received/R0000000001/files/{position}")).await;
        assert_eq!(reply.error(), (404, "CPM-S404".to_owned()), "{position}");
    }
}

/// The state of the first entry, once the journal tells of so many fetches.
async fn fetched(bench: &Bench, fetches: usize) -> Value {
    let told = async {
        loop {
            let lines = bench.platform.journal.since(0, 1_000).unwrap();
            if lines.iter().filter(|line| matches!(line.event, Event::Fetched { .. })).count() >= fetches {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("the fetch is recorded");
    bench.get(PROVIDER, "/v1/received/R0000000001").await.data()["fetched"].clone()
}

#[tokio::test]
async fn an_entry_is_done_when_the_last_byte_of_each_file_has_left() {
    let bench = Bench::new(small()).await;
    bench.deliver(MANAGER, "k", "{}", &[(DELETE, ROW), ("a.pdf", b"%PDF")]).await.data();
    let file = |position: u32| format!("/v1/received/R0000000001/files/{position}");
    let head = bench.send(PROVIDER, Request::head(file(0)).body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.body.len(), &head.headers["content-length"]), (200, 0, &"10".parse().unwrap()));
    let range = Request::get(file(0)).header("range", "bytes=0-3").body(Body::empty()).unwrap();
    let range = bench.send(PROVIDER, range).await;
    assert_eq!((range.status, &range.body[..]), (200, ROW));
    let forgotten = Deviations { fetch_forgotten: true, ..Deviations::default() };
    bench.send_bent(PROVIDER, Request::get(file(0)).body(Body::empty()).unwrap(), forgotten).await;
    // None of these left anything to be done when bytes have left.
    bench.all_sent();
    assert_eq!(bench.get(PROVIDER, &file(1)).await.status, 200);
    assert_eq!(fetched(&bench, 0).await, json!("未"));
    bench.all_sent();
    assert_eq!(fetched(&bench, 1).await, json!("未"));
    assert_eq!(bench.get(PROVIDER, &file(0)).await.status, 200);
    bench.all_sent();
    assert_eq!(fetched(&bench, 2).await, json!("済"));
    let lines = bench.platform.journal.since(0, 1_000).unwrap();
    let told: Vec<(u32, bool)> = lines
        .iter()
        .filter_map(|line| match &line.event {
            Event::Fetched { entry, position, complete, .. } if entry == "R0000000001" => Some((*position, *complete)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(1, false), (0, true)]);
}

#[tokio::test]
async fn several_entries_are_fetched_as_one_archive() {
    let bench = Bench::new(small()).await;
    sent(&bench, 1).await;
    let files = table("20260928101500");
    bench.deliver(MANAGER, "table", "{}", &borrowed(&files)).await.data();
    let both = r#"{"ids":["R0000000002","R0000000001","R0000000002"]}"#;
    let reply = bench.post_json(PROVIDER, "/v1/received/fetch", both).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["content-type"], "application/zip");
    assert_eq!(reply.headers["content-length"].to_str().unwrap(), reply.body.len().to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(reply.body.to_vec())).unwrap();
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        found.push((entry.name().unwrap().into_owned(), text));
    }
    let of = |kind: &str| {
        let name = format!("R0000000002/{kind}_202610_9970100013_43_9970100021_11_20260928101500.CSV");
        (name, format!("202407,{kind}\r\n"))
    };
    let first = (format!("R0000000001/{DELETE}"), "202407,1\r\n".to_owned());
    assert_eq!(found, [first, of("UPPLAN"), of("UPSIKYU"), of("UPHOSOKU")]);
    bench.all_sent();
    assert_eq!(fetched(&bench, 4).await, json!("済"));
    for (ids, expected) in [
        (r#"{"ids":[]}"#, (400, "CPM-S400")),
        (r#"{"ids":["1","2","3","4","5","6"]}"#, (200, "CPM-D10")),
        (r#"{"ids":["R0000000001","R0000000009"]}"#, (403, "CPM-S403")),
    ] {
        let reply = bench.post_json(PROVIDER, "/v1/received/fetch", ids).await;
        assert_eq!(reply.error(), (expected.0, expected.1.to_owned()), "{ids}");
    }
}

#[tokio::test]
async fn an_archive_has_a_limit_of_bytes() {
    let bench = Bench::new(small()).await;
    let json = r#"{"destination":"9970100021"}"#;
    let kilobyte = [7; 1_000];
    for key in ["a", "b", "c"] {
        bench.deliver(MANAGER, key, json, &[("a.pdf", &kilobyte), ("b.pdf", &kilobyte[..400])]).await.data();
    }
    let two = r#"{"ids":["R0000000001","R0000000002"]}"#;
    assert_eq!(bench.post_json(PROVIDER, "/v1/received/fetch", two).await.status, 200);
    let three = r#"{"ids":["R0000000001","R0000000002","R0000000003"]}"#;
    let reply = bench.post_json(PROVIDER, "/v1/received/fetch", three).await;
    assert_eq!(reply.error(), (200, "CPM-D09".to_owned()));
}

#[tokio::test]
async fn what_is_anothers_not_visible_yet_or_not_there_is_the_same_403() {
    let bench = Bench::new(small()).await;
    bench.deliver(MANAGER, "k", "{}", &[(DELETE, ROW)]).await.data();
    let later = Deviations { shown_after: Duration::from_secs(60), ..Deviations::default() };
    bench.send_bent(MANAGER, delivery("later", "{}", &[(DELETE, ROW)]), later).await.data();
    let mut replies = Vec::new();
    for (office, path) in [
        (CENTER, "/v1/received/R0000000001"),
        (MANAGER, "/v1/received/R0000000001"),
        (PROVIDER, "/v1/received/R0000000002"),
        (PROVIDER, "/v1/received/R0000000099"),
        (PROVIDER, "/v1/received/S0000000001"),
        (PROVIDER, "/v1/received/..%2F..%2Fx"),
        (CENTER, "/v1/received/R0000000001/files/0"),
        (PROVIDER, "/v1/received/R0000000002/files/0"),
        (PROVIDER, "/v1/received/R0000000099/files/0"),
        (CENTER, "/v1/sent/S0000000001"),
        (PROVIDER, "/v1/sent/S0000000001"),
        (PROVIDER, "/v1/sent/S0000000099"),
        (PROVIDER, "/v1/sent/%00"),
    ] {
        let reply = bench.get(office, path).await;
        assert_eq!(reply.status, 403, "{office} {path}");
        replies.push(reply);
    }
    for (office, ids) in [(CENTER, "R0000000001"), (PROVIDER, "R0000000002"), (PROVIDER, "R0000000099")] {
        replies.push(bench.post_json(office, "/v1/received/fetch", &format!(r#"{{"ids":["{ids}"]}}"#)).await);
    }
    assert!(replies.iter().all(|reply| *reply == replies[0]), "{replies:?}");
    bench.set_clock(datetime!(2026-11-20 10:01 +9));
    bench.get(PROVIDER, "/v1/received/R0000000002").await.data();
}

/// Numbers that look random, the same for the same seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// What stands in the deliveries between others, and nowhere else: messages, keys, names, content.
const SECRETS: [&str; 6] =
    ["秘密メッセージ", "secret-key", "秘密の添付", "secret-bytes", "20260101235959", "202407,秘密"];

/// A request of an office, drawn: any route, with ids and names that exist or nearly do.
fn drawn(draw: &mut Draw) -> Request<Body> {
    let no = draw.below(9);
    let id = [format!("R{no:010}"), format!("S{no:010}"), format!("{no}"), format!("r{no}.{no}"), "..".to_owned()];
    let id = &id[draw.below(5)];
    let get = |path: String| Request::get(path).body(Body::empty()).unwrap();
    let json = |path: &str, body: String| {
        Request::post(path).header("content-type", "application/json").body(Body::from(body)).unwrap()
    };
    match draw.below(10) {
        0 => get(format!("/v1/sent?limit={}&after={}", draw.below(6), draw.of(&["s1", "s9", "r0.0", "s-1", "x"]))),
        1 => get(format!("/v1/received?limit={}&after={}", draw.below(6), draw.of(&["r0.0", "r-1.1", "s9", "x"]))),
        2 => get(draw.of(&["/v1/sent", "/v1/received"]).to_owned()),
        3 => get(format!("/v1/sent/{id}")),
        4 => get(format!("/v1/received/{id}")),
        5 => get(format!("/v1/received/{id}/files/{}", draw.below(3))),
        6 => json("/v1/received/fetch", format!(r#"{{"ids":["{id}","R{:010}"]}}"#, draw.below(9))),
        7 => {
            let from = draw.of(&[MANAGER, PROVIDER, CENTER]);
            let to = draw.of(&[MANAGER, PROVIDER, CENTER, UNLICENSED, EXPIRED, "9970100020"]);
            let name =
                format!("{}_202610_{from}_11_{to}_43_20261003174500.CSV", draw.of(&["UPJSK", "DLTJSK", "UPJKS"]));
            json("/v1/deliveries/recognise", format!(r#"{{"names":["{name}","a.pdf"]}}"#))
        }
        8 => {
            let to = draw.of(&[MANAGER, CENTER]);
            let key = draw.of(&["k1", "k2", "k3", "k4"]);
            let name = draw.of(&["a.pdf", "b.pdf", "x.exe"]);
            delivery(key, &format!(r#"{{"message":"m{no}","destination":"{to}"}}"#), &[(name, b"own")])
        }
        _ => {
            let json = format!(r#"{{"deliveries":[{{"key":"b{no}","files":["a.pdf"],"destination":"{MANAGER}"}}]}}"#);
            let parts = [json_part("deliveries", &json), common::file_part("a.pdf", b"own")];
            multipart("/v1/deliveries/bulk", None, &parts)
        }
    }
}

#[tokio::test]
async fn no_answer_to_an_office_tells_anything_of_the_deliveries_of_others() {
    let bench = Bench::new(small()).await;
    let mut answers = 0;
    // Between the manager and the centre, both ways; the provider must see none of it.
    let secret = r#"{"message":"秘密メッセージ"}"#;
    let down = "UPKIHON_9900100018_46_9970100013_43_20260101235959.CSV";
    let up = "DLTKIHON_9970100013_43_9900100018_46_20260101235959.CSV";
    let files: [(&str, &[u8]); 2] = [(down, "202407,秘密".as_bytes()), ("秘密の添付.pdf", b"secret-bytes")];
    bench.deliver(CENTER, "secret-key-1", secret, &files).await.data();
    bench.deliver(MANAGER, "secret-key-2", secret, &[(up, b"secret-bytes"), files[1]]).await.data();
    let refused =
        bench.deliver(MANAGER, "secret-key-3", secret, &[(up, b"secret-bytes"), ("秘密の添付.exe", b"")]).await;
    assert_eq!(refused.error().1, "CPM-D16");
    // The secrets are where they belong: a search that finds nothing anywhere would prove nothing.
    let own = bench.get(MANAGER, "/v1/received").await.body;
    assert!(String::from_utf8_lossy(&own).contains("秘密メッセージ"));
    for seed in [1, 7, 2_026, 99_701, 0xDEAD_BEEF] {
        let mut draw = Draw(seed);
        for _ in 0..300 {
            let request = drawn(&mut draw);
            let what = format!("{seed}: {} {}", request.method(), request.uri());
            let reply = bench.send(PROVIDER, request).await;
            answers += 1;
            let mut text = format!("{:?}", reply.headers);
            text.push_str(&String::from_utf8_lossy(&reply.body));
            for secret in SECRETS {
                assert!(!text.contains(secret), "{what} tells {secret}: {text}");
            }
            assert!(reply.status < 500, "{what}: {}", reply.status);
        }
    }
    assert_eq!(answers, 1_500);
    // The provider's own deliveries went through among all these.
    assert!(bench.accepted() > 2);
}
