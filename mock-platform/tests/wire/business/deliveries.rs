//! Refusals of deliveries, of their senders' and receivers' licences, and maintenance.

use serde_json::{Value, json};

use super::{Provoked, Provoker};
use crate::bench::{Bench, CENTER, EXPIRED, MANAGER, PROVIDER, UNLICENSED};

const DELETE: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
const ROW: &[u8] = b"202407,1\r\n";
const PDF: &[u8] = b"%PDF-1.7";

/// A delivery that is refused.
struct Case {
    code: &'static str,
    sender: &'static str,
    json: Value,
    files: Vec<(&'static str, &'static [u8])>,
    nearest: Option<(&'static [&'static str], &'static str)>,
}

impl Default for Case {
    fn default() -> Case {
        Case { code: "", sender: MANAGER, json: json!({}), files: vec![(DELETE, ROW)], nearest: None }
    }
}

fn cases() -> Vec<Case> {
    let to_provider = json!({"destination": PROVIDER});
    vec![
        Case {
            code: "CPM-D01",
            files: vec![("DLTPLAN_202610_9970100013_43_9970100020_11_20260929083000.CSV", ROW)],
            nearest: Some((&[PROVIDER], "送信先事業所番号「9970100020」を「9970100021」にします。")),
            ..Case::default()
        },
        Case {
            code: "CPM-D02",
            files: vec![("DLTPLAN_202610_9970100013_43_9970100062_11_20260929083000.CSV", ROW)],
            ..Case::default()
        },
        Case {
            code: "CPM-D03",
            files: vec![("DLTPLAN_202610_9970100013_43_9970100013_43_20260929083000.CSV", ROW)],
            ..Case::default()
        },
        Case {
            code: "CPM-D04",
            files: vec![
                ("UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV", ROW),
                ("UPHOSOKU_202610_9970100013_43_9970100021_11_20260928101500.CSV", ROW),
            ],
            nearest: Some((&["UPPLAN", "UPSIKYU", "UPHOSOKU"], "UPSIKYUがありません。")),
            ..Case::default()
        },
        Case {
            code: "CPM-D05",
            files: vec![("UPKHON_9970100013_43_9970100021_11_20260929083000.CSV", ROW)],
            nearest: Some((
                &["UPKIHON_9970100013_43_9970100021_11_20260929083000.CSV"],
                "識別子「UPKHON」を「UPKIHON」にします。",
            )),
            ..Case::default()
        },
        Case {
            code: "CPM-D06",
            files: vec![("DLTPLAN_202503_9970100013_43_9970100021_11_20260929083000.CSV", ROW)],
            nearest: Some((&["202208"], "202503のCSVバージョンは202208です。")),
            ..Case::default()
        },
        Case {
            code: "CPM-D07",
            files: vec![
                (DELETE, ROW),
                ("DLTPLAN_202610_9970100013_43_9900100018_46_20260929083000.CSV", ROW),
                ("説明.pdf", PDF),
            ],
            nearest: Some((
                &["DLTPLAN_202610_9970100013_43_9900100018_46_20260929083000.CSV"],
                "次のファイルは別の送信にします: DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV",
            )),
            ..Case::default()
        },
        Case { code: "CPM-D08", sender: CENTER, ..Case::default() },
        Case { code: "CPM-D09", json: to_provider.clone(), files: vec![("a.pdf", &[0; 1_001])], ..Case::default() },
        Case {
            code: "CPM-D09",
            json: to_provider.clone(),
            files: vec![("a.pdf", &[0; 1_000]), ("b.pdf", &[0; 1_000]), ("c.pdf", &[0; 501])],
            ..Case::default()
        },
        Case {
            code: "CPM-D10",
            json: to_provider.clone(),
            files: vec![("1.pdf", PDF), ("2.pdf", PDF), ("3.pdf", PDF), ("4.pdf", PDF), ("5.pdf", PDF)],
            ..Case::default()
        },
        Case { code: "CPM-D11", json: json!({"message": "一二三四五六七八九十一"}), ..Case::default() },
        Case { code: "CPM-D13", files: vec![], ..Case::default() },
        Case {
            code: "CPM-D14",
            json: to_provider.clone(),
            files: vec![("a.pdf", PDF), ("a.pdf", PDF)],
            ..Case::default()
        },
        Case {
            code: "CPM-D15",
            sender: PROVIDER,
            files: vec![("DLT1KYO_9970100021_11_9970100013_43_20260929083000.CSV", ROW)],
            ..Case::default()
        },
        Case { code: "CPM-D16", json: to_provider.clone(), files: vec![("a.exe", PDF)], ..Case::default() },
        Case {
            code: "CPM-D17",
            files: vec![("DLTPLAN_202610_9970100013_43_9970100021_13_20260929083000.CSV", ROW)],
            nearest: Some((&[DELETE], "送信先サービス種類コード「13」を「11」にします。")),
            ..Case::default()
        },
        Case { code: "CPM-D18", files: vec![(DELETE, b"dirty")], ..Case::default() },
        Case { code: "CPM-D19", files: vec![("a.pdf", PDF)], ..Case::default() },
        Case {
            code: "CPM-L01",
            sender: UNLICENSED,
            json: to_provider.clone(),
            files: vec![("a.pdf", PDF)],
            ..Case::default()
        },
        Case { code: "CPM-L02", sender: EXPIRED, json: to_provider, files: vec![("a.pdf", PDF)], ..Case::default() },
        Case { code: "CPM-L03", json: json!({"destination": EXPIRED}), files: vec![("a.pdf", PDF)], ..Case::default() },
    ]
}

pub(super) async fn provoke(provoker: &mut Provoker<'_>) {
    let bench = provoker.bench;
    for (number, Case { code, sender, json, files, nearest }) in cases().into_iter().enumerate() {
        let key = format!("key-{number}");
        bench.token(sender).await;
        let before = bench.mark().await;
        let reply = bench.deliver(sender, &key, &json, &files).await;
        let nearest = nearest.map(|(accepted, ja)| (accepted.iter().map(ToString::to_string).collect(), ja));
        provoker.refused("/v1/deliveries", before, Provoked { nearest, ..Provoked::new(code, reply) }).await;
        let line = bench.told(before, |line| line["event"] == "refused").await;
        assert_eq!((&line["key"], &line["office"]), (&json!(key), &json!(sender)), "{code}");
    }
    assert_eq!(accepted(bench).await, 0, "a refusal keeps nothing");

    bench.deliver(MANAGER, "used", &json!({}), &[(DELETE, ROW)]).await.data();
    let before = bench.mark().await;
    let reply = bench.deliver(MANAGER, "used", &json!({}), &[(DELETE, b"202407,2\r\n")]).await;
    provoker.refused("/v1/deliveries", before, Provoked::new("CPM-D12", reply)).await;
    assert_eq!(accepted(bench).await, 1);

    // Version 3 is over from January 2027 on, by the clock.
    let old = "DLTPLAN_202610_9970100013_9970100021_20260929083000.CSV";
    let row = b"202208,1\r\n";
    bench.set_clock("2026-12-31T23:59:59+09:00").await;
    bench.deliver(MANAGER, "last-day", &json!({}), &[(old, row)]).await.data();
    bench.set_clock("2027-01-01T00:00:00+09:00").await;
    bench.token(MANAGER).await;
    let before = bench.mark().await;
    let reply = bench.deliver(MANAGER, "too-late", &json!({}), &[(old, row)]).await;
    let nearest = Some((vec!["202407".to_owned()], "CSVバージョンを202407にします（ファイル名もその形にします）。"));
    provoker.refused("/v1/deliveries", before, Provoked { nearest, ..Provoked::new("CPM-D06", reply) }).await;
    bench.set_clock("2026-11-27T09:00:00+09:00").await;

    // Nothing but the plan makes it maintenance; the journal tells of the fault.
    bench.token(MANAGER).await;
    bench.plan("[[step]]\non = \"home\"\nnth = 1\nfault = \"maintenance\"\n").await;
    let before = bench.mark().await;
    let reply = bench.get(MANAGER, "/v1/home").await;
    let line = bench.told(before, |line| line["event"] == "fault").await;
    assert_eq!((&line["fault"], &line["route"]), (&json!("maintenance"), &json!("home")));
    provoker.provoked.push(Provoked::new("CPM-M01", reply));
}

async fn accepted(bench: &Bench) -> usize {
    bench.journal(0).await.iter().filter(|line| line["event"] == "accepted").count()
}
