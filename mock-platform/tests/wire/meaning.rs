//! Faults in the meaning, as both sides see them over HTTPS: what the sender is told, and what stands in
//! the receiver's list, in its details and in its files.

use std::collections::BTreeSet;

use renkei_mock_platform::faults::card::Layer;
use renkei_mock_platform::faults::{Kind, card};
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, CENTER, MANAGER, PROVIDER, form, send, small, text};

const DELETE: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
const ROW: &[u8] = b"202407,990010,0000000001,202610\r\n";
/// `printf '202407,990010,0000000001,202610\r\n' | sha256sum`
const SHA256: &str = "29c768089504cac378ab7d184088ab45fac4b204cfce7bc6af4c83aae3482c04";
/// The same digest in Base64, as RFC 9530 writes it.
const REPR_DIGEST: &str = "sha-256=:KcdoCJUEysN4q30YQIirRfrEsgTPznvGr0yDquNILAQ=:";

/// Makes a test of each scenario, and the list that is held complete.
macro_rules! scenarios {
    ($($kind:ident => $name:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                scenario::$name(Bench::start(small()).await).await;
            }
        )*

        const SEEN: &[Kind] = &[$(Kind::$kind,)*];
    };
}

scenarios! {
    AcknowledgementLost => a_delivery_whose_receipt_was_lost_is_received_once,
    AcknowledgementLate => a_delivery_is_received_before_its_receipt_comes,
    DeliveredTwice => a_delivery_is_received_as_two_entries_of_the_same_files,
    VisibleLate => a_delivery_is_received_later_than_it_was_accepted,
    LicenceExpired => a_delivery_of_an_expired_licence_is_not_received,
    DestinationUnregistered => a_delivery_to_an_unregistered_office_is_not_received_and_others_are,
    VersionRefused => a_delivery_of_a_refused_version_is_not_received,
    FetchForgotten => files_come_whole_and_their_entry_stays_unfetched,
    ListReversed => a_page_comes_in_reverse_and_the_next_one_follows,
    ListRepeatsLast => a_page_begins_with_the_last_entry_of_the_page_before,
    ListEmpty => a_list_comes_empty_and_its_entries_are_still_there,
    Maintenance => nothing_is_executed_during_maintenance,
}

#[test]
fn every_fault_in_the_meaning_is_seen() {
    let all = Kind::ALL.iter().copied().filter(|kind| card(*kind).layer == Layer::Meaning);
    let all: BTreeSet<Kind> = all.collect();
    assert!(all.len() >= 9, "{all:?}");
    assert_eq!(SEEN.iter().copied().collect::<BTreeSet<_>>(), all);
}

/// Sends the delivery of the tests.
async fn deliver(bench: &Bench, key: &str) -> Value {
    bench.deliver(MANAGER, key, &json!({"message": key}), &[(DELETE, ROW)]).await.data()
}

/// The code of the refusal of the same.
async fn refused(bench: &Bench, key: &str) -> (u16, String) {
    bench.deliver(MANAGER, key, &json!({"message": key}), &[(DELETE, ROW)]).await.error()
}

/// A fault that strikes once, at the next such operation.
async fn once(bench: &Bench, on: &str, fault: &str, parameter: &str) {
    bench.plan(&format!("[[step]]\non = \"{on}\"\nnth = 1\nfault = \"{fault}\"\n{parameter}\n")).await;
}

/// A page of a list: the numbers of its entries, and the cursor.
async fn page(bench: &Bench, office: &str, path: &str) -> (Vec<String>, Option<String>) {
    let page = bench.get(office, path).await.data();
    let ids = page["items"].as_array().unwrap().iter().map(|entry| text(&entry["id"])).collect();
    (ids, page["next"].as_str().map(str::to_owned))
}

/// 受信一覧 of the receiver: number, データ取得状況 and message of each entry.
async fn received(bench: &Bench) -> Vec<(String, String, String)> {
    let list = bench.get(PROVIDER, "/v1/received").await.data();
    assert_eq!(list["next"], Value::Null);
    let line = |entry: &Value| {
        let [id, fetched, message] = ["id", "fetched", "message"].map(|key| text(&entry[key]));
        (id, fetched, message)
    };
    list["items"].as_array().unwrap().iter().map(line).collect()
}

fn entry(id: &str, fetched: &str, message: &str) -> (String, String, String) {
    (id.to_owned(), fetched.to_owned(), message.to_owned())
}

/// What the detail of an entry says of its file, and the file itself.
async fn assert_whole(bench: &Bench, id: &str) {
    let detail = bench.get(PROVIDER, &format!("/v1/received/{id}")).await.data();
    assert_eq!((&detail["sender"], &detail["sender_name"]), (&json!(MANAGER), &json!("居宅介護支援事業所みほん")));
    assert_eq!(
        detail["files"],
        json!([{"name": DELETE, "bytes": 33, "sha256": SHA256, "file_type": "削除", "csv_version": "202407"}])
    );
    assert_file(bench, id).await;
}

async fn assert_file(bench: &Bench, id: &str) {
    let file = bench.get(PROVIDER, &format!("/v1/received/{id}/files/0")).await;
    assert_eq!((file.status, file.bytes.as_slice()), (200, ROW));
    assert_eq!(
        (&file.headers["content-length"], &file.headers["repr-digest"]),
        (&"33".parse().unwrap(), &REPR_DIGEST.parse().unwrap())
    );
}

/// Fetches the file of an entry and waits until it is known to be fetched.
async fn fetch(bench: &Bench, id: &str) {
    let before = bench.mark().await;
    assert_file(bench, id).await;
    let line = bench.told(before, |line| line["event"] == "fetched" && line["entry"] == id).await;
    assert_eq!(line["complete"], true);
}

async fn not_fetched(bench: &Bench) -> Value {
    bench.get(PROVIDER, "/v1/home").await.data()["not_fetched"].clone()
}

mod scenario {
    use super::*;

    pub(super) async fn a_delivery_whose_receipt_was_lost_is_received_once(bench: Bench) {
        bench.token(MANAGER).await;
        once(&bench, "send", "acknowledgement-lost", "").await;
        let form = form("delivery", &json!({"message": "k"}), &[(DELETE, ROW)]);
        let request = bench.as_office(MANAGER, Method::POST, "/v1/deliveries").await.header("Idempotency-Key", "k");
        let error = request.multipart(form).send().await.expect_err("no byte of the answer comes");
        assert!(error.is_request(), "{error:?}");
        assert_eq!(received(&bench).await, [entry("R0000000001", "未", "k")]);
        let receipt = deliver(&bench, "k").await;
        assert_eq!((&receipt["id"], &receipt["repeated"]), (&json!("S0000000001"), &json!(true)));
        assert_eq!(received(&bench).await, [entry("R0000000001", "未", "k")]);
        assert_whole(&bench, "R0000000001").await;
    }

    pub(super) async fn a_delivery_is_received_before_its_receipt_comes(bench: Bench) {
        let (sender, receiver) = (bench.token(MANAGER).await, bench.token(PROVIDER).await);
        assert_ne!(sender, receiver);
        once(&bench, "send", "acknowledgement-late", "delay_ms = 1500").await;
        let watching = async {
            while received(&bench).await.is_empty() {
                tokio::task::yield_now().await;
            }
            assert_whole(&bench, "R0000000001").await;
            std::time::Instant::now()
        };
        let sending = async {
            let receipt = deliver(&bench, "k").await;
            assert_eq!(receipt["repeated"], false);
            std::time::Instant::now()
        };
        let (seen, told) = tokio::join!(watching, sending);
        assert!(seen < told);
    }

    pub(super) async fn a_delivery_is_received_as_two_entries_of_the_same_files(bench: Bench) {
        for (number, on) in ["send", "send-bulk"].into_iter().enumerate() {
            once(&bench, on, "delivered-twice", "").await;
            let key = format!("k{number}");
            if on == "send" {
                deliver(&bench, &key).await;
            } else {
                let json = json!({"message": key, "deliveries": [{"key": key, "files": [DELETE]}]});
                let form = form("deliveries", &json, &[(DELETE, ROW)]);
                let request = bench.as_office(MANAGER, Method::POST, "/v1/deliveries/bulk").await;
                assert_eq!(send(request.multipart(form)).await.data()[0]["receipt"]["id"], "S0000000002");
            }
        }
        let (all, next) = page(&bench, PROVIDER, "/v1/received?limit=4").await;
        assert_eq!((all.join(" ").as_str(), next), ("R0000000001 R0000000002 R0000000003 R0000000004", None));
        for id in &all {
            assert_whole(&bench, id).await;
        }
        // The sender knows of one delivery each.
        assert_eq!(page(&bench, MANAGER, "/v1/sent").await.0, ["S0000000002", "S0000000001"]);
    }

    pub(super) async fn a_delivery_is_received_later_than_it_was_accepted(bench: Bench) {
        once(&bench, "send", "visible-late", "delay_s = 60").await;
        deliver(&bench, "late").await;
        deliver(&bench, "soon").await;
        assert_eq!(page(&bench, MANAGER, "/v1/sent").await.0, ["S0000000002", "S0000000001"]);
        for at in ["2026-11-27T09:00:00+09:00", "2026-11-27T09:00:59+09:00"] {
            bench.set_clock(at).await;
            assert_eq!(received(&bench).await, [entry("R0000000002", "未", "soon")], "{at}");
            assert_eq!(not_fetched(&bench).await, json!(1), "{at}");
            for path in ["/v1/received/R0000000001", "/v1/received/R0000000001/files/0"] {
                assert_eq!(bench.get(PROVIDER, path).await.error(), (403, "CPM-S403".to_owned()), "{path} {at}");
            }
        }
        bench.set_clock("2026-11-27T09:01:00+09:00").await;
        assert_eq!(received(&bench).await, [entry("R0000000002", "未", "soon"), entry("R0000000001", "未", "late")]);
        let detail = bench.get(PROVIDER, "/v1/received/R0000000001").await.data();
        assert_eq!(detail["received_at"], "2026-11-27T09:01:00+09:00");
        assert_whole(&bench, "R0000000001").await;
    }

    pub(super) async fn a_delivery_of_an_expired_licence_is_not_received(bench: Bench) {
        once(&bench, "send", "licence-expired", "").await;
        assert_eq!(refused(&bench, "k").await, (200, "CPM-L02".to_owned()));
        assert_eq!(received(&bench).await, []);
        // The licence is good; the next try of the same key is taken.
        assert_eq!(bench.get(MANAGER, "/v1/home").await.data()["licence_valid"], true);
        assert_eq!(deliver(&bench, "k").await["repeated"], false);
        assert_eq!(received(&bench).await, [entry("R0000000001", "未", "k")]);
    }

    pub(super) async fn a_delivery_to_an_unregistered_office_is_not_received_and_others_are(bench: Bench) {
        once(&bench, "send", "destination-unregistered", "").await;
        assert_eq!(refused(&bench, "k").await, (200, "CPM-D02".to_owned()));
        let named = json!({"destination": CENTER, "message": "other"});
        assert_eq!(bench.deliver(MANAGER, "other", &named, &[("a.pdf", ROW)]).await.data()["destination"], CENTER);
        assert_eq!(received(&bench).await, []);
        assert_eq!(page(&bench, CENTER, "/v1/received").await.0, ["R0000000001"]);
        assert_eq!(bench.get(MANAGER, &format!("/v1/offices/{PROVIDER}")).await.data()["number"], PROVIDER);
    }

    pub(super) async fn a_delivery_of_a_refused_version_is_not_received(bench: Bench) {
        once(&bench, "send", "version-refused", "").await;
        let reply = bench.deliver(MANAGER, "k", &json!({"message": "k"}), &[(DELETE, ROW)]).await;
        assert_eq!(reply.error(), (200, "CPM-D06".to_owned()));
        assert_eq!(reply.json()["error"]["detail"]["ja"], format!("「{DELETE}」: 202407"));
        assert_eq!(received(&bench).await, []);
        deliver(&bench, "k").await;
        assert_eq!(received(&bench).await, [entry("R0000000001", "未", "k")]);
    }

    pub(super) async fn files_come_whole_and_their_entry_stays_unfetched(bench: Bench) {
        for key in ["a", "b", "c"] {
            deliver(&bench, key).await;
        }
        once(&bench, "fetch-file", "fetch-forgotten", "").await;
        assert_whole(&bench, "R0000000001").await;
        once(&bench, "fetch-bulk", "fetch-forgotten", "").await;
        let archive = bench.post(PROVIDER, "/v1/received/fetch", &json!({"ids": ["R0000000002"]})).await;
        assert_eq!((archive.status, &archive.bytes[..2]), (200, &b"PK"[..]));
        // What is fetched afterwards is recorded: had the others been, they were by now.
        fetch(&bench, "R0000000003").await;
        let list = |first: &'static str| {
            vec![entry("R0000000001", first, "a"), entry("R0000000002", "未", "b"), entry("R0000000003", "済", "c")]
        };
        assert_eq!(received(&bench).await, list("未"));
        assert_eq!(not_fetched(&bench).await, json!(2));
        fetch(&bench, "R0000000001").await;
        assert_eq!(received(&bench).await, list("済"));
    }

    pub(super) async fn a_page_comes_in_reverse_and_the_next_one_follows(bench: Bench) {
        for key in ["a", "b", "c"] {
            deliver(&bench, key).await;
        }
        for (office, on, path, ids) in [
            (PROVIDER, "received-list", "/v1/received", ["R0000000001", "R0000000002", "R0000000003"]),
            (MANAGER, "sent-list", "/v1/sent", ["S0000000003", "S0000000002", "S0000000001"]),
        ] {
            once(&bench, on, "list-reversed", "").await;
            let (first, next) = page(&bench, office, &format!("{path}?limit=2")).await;
            assert_eq!(first, [ids[1], ids[0]], "{on}");
            let rest = format!("{path}?limit=2&after={}", next.unwrap());
            assert_eq!(page(&bench, office, &rest).await, (vec![ids[2].to_owned()], None), "{on}");
            assert_eq!(page(&bench, office, path).await.0, ids, "{on}");
        }
    }

    pub(super) async fn a_page_begins_with_the_last_entry_of_the_page_before(bench: Bench) {
        for key in ["a", "b", "c"] {
            deliver(&bench, key).await;
        }
        for (office, on, path, ids) in [
            (PROVIDER, "received-list", "/v1/received", ["R0000000001", "R0000000002", "R0000000003"]),
            (MANAGER, "sent-list", "/v1/sent", ["S0000000003", "S0000000002", "S0000000001"]),
        ] {
            bench.plan(&format!("[[step]]\non = \"{on}\"\nnth = \"every\"\nfault = \"list-repeats-last\"\n")).await;
            let (first, next) = page(&bench, office, &format!("{path}?limit=2")).await;
            assert_eq!(first, [ids[0], ids[1]], "{on}: there is no page before the first");
            let rest = format!("{path}?limit=2&after={}", next.unwrap());
            let second = (vec![ids[1].to_owned(), ids[2].to_owned()], None);
            assert_eq!(page(&bench, office, &rest).await, second, "{on}");
        }
    }

    pub(super) async fn a_list_comes_empty_and_its_entries_are_still_there(bench: Bench) {
        for key in ["a", "b", "c"] {
            deliver(&bench, key).await;
        }
        for (office, on, path, ids) in [
            (PROVIDER, "received-list", "/v1/received", ["R0000000001", "R0000000002", "R0000000003"]),
            (MANAGER, "sent-list", "/v1/sent", ["S0000000003", "S0000000002", "S0000000001"]),
        ] {
            once(&bench, on, "list-empty", "").await;
            assert_eq!(page(&bench, office, &format!("{path}?limit=2")).await, (vec![], None), "{on}");
            assert_eq!(bench.get(office, &format!("{path}/{}", ids[0])).await.data()["id"], ids[0], "{on}");
            assert_eq!(page(&bench, office, path).await.0, ids, "{on}");
        }
    }

    pub(super) async fn nothing_is_executed_during_maintenance(bench: Bench) {
        deliver(&bench, "before").await;
        bench.plan("[[step]]\non = \"any\"\nnth = \"every\"\nfault = \"maintenance\"\n").await;
        let maintenance = (200, "CPM-M01".to_owned());
        assert_eq!(refused(&bench, "k").await, maintenance);
        // Nobody can log in: the receiver's session is of before.
        let step = json!({"user_id": format!("c{PROVIDER}"), "password": format!("Person{PROVIDER}")});
        let reply = bench.log_in(PROVIDER, "personal", &step).await;
        assert_eq!(reply.error(), maintenance);
        assert_eq!(reply.json()["error"]["message"]["ja"], "ただいまメンテナンス中です。");
        send(bench.local(Method::DELETE, "/manage/faults")).await.data();
        assert_eq!(received(&bench).await, [entry("R0000000001", "未", "before")]);
        assert_eq!(deliver(&bench, "k").await["repeated"], false);
        assert_eq!(received(&bench).await.len(), 2);
    }
}
