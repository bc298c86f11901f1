//! Every system error, provoked on the wire: by what a client sends, by limits, and, where a sound
//! platform never answers so, by a fault.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use renkei_mock_platform::refusal::System;
use renkei_mock_platform::settings::Settings;
use reqwest::Method;
use serde_json::json;

use crate::bench::{Bench, MANAGER, PROVIDER, Reply, form, send, small};

const DELETE: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
const ROW: &[u8] = b"202407,1\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_system_error_comes_over_the_wire_with_its_status_and_words() {
    let bench = Bench::start(Settings { body_time: Duration::from_millis(300), ..small() }).await;
    let token = bench.token(MANAGER).await;
    let mut answers: Vec<(u16, Reply)> = Vec::new();

    answers.push((400, bench.post(MANAGER, "/v1/received/fetch", &json!({"ids": []})).await));
    answers.push((401, send(bench.on(MANAGER, Method::GET, "/v1/home")).await));
    // The token of another office, on a connection of one's own.
    answers.push((403, send(bench.on(PROVIDER, Method::GET, "/v1/home").bearer_auth(&token)).await));
    answers.push((403, bench.get(MANAGER, "/v1/received/R0000000001").await));
    answers.push((404, bench.get(MANAGER, "/v1/offices/9999999999").await));
    answers.push((404, bench.get(MANAGER, "/v2/home").await));
    answers.push((405, bench.post(MANAGER, "/v1/home", &json!({})).await));

    // A body that never ends, and sends nothing any more.
    let first = futures_util::stream::once(async { Ok::<_, std::convert::Infallible>("--x\r\n") });
    let endless = reqwest::Body::wrap_stream(first.chain(futures_util::stream::pending()));
    let request = bench.as_office(MANAGER, Method::POST, "/v1/deliveries").await;
    let request = request.header("Idempotency-Key", "slow").header("Content-Type", "multipart/form-data; boundary=x");
    let reply = send(request.body(endless)).await;
    assert_eq!(reply.headers["connection"], "close");
    answers.push((408, reply));

    let large = json!({"ids": ["x".repeat(64 << 10)]});
    answers.push((413, bench.post(MANAGER, "/v1/received/fetch", &large).await));
    let request =
        bench.as_office(MANAGER, Method::POST, "/v1/received/fetch").await.header("Content-Type", "text/plain");
    answers.push((415, send(request.body("{}")).await));
    bench.plan("[[step]]\non = \"home\"\nnth = 1\nfault = \"status-429\"\nretry_after_s = 7\n").await;
    let reply = bench.get(MANAGER, "/v1/home").await;
    assert_eq!(reply.headers["retry-after"], "7");
    answers.push((429, reply));
    // A gate that breaks: nothing is let through unjudged.
    answers.push((500, bench.deliver(MANAGER, "broken", &json!({}), &[(DELETE, b"broken")]).await));
    answers.push((503, without_memory().await));

    for (status, reply) in &answers {
        assert_eq!(reply.error(), (*status, format!("CPM-S{status}")), "{}", reply.text());
        assert_eq!(reply.headers["content-type"], "application/json", "{status}");
        let json = reply.json();
        let error = &json["error"];
        assert_eq!((&json["status"], &error["official_wording"]), (&json!("error"), &json!(false)), "{status}");
        let [ja, en] = ["ja", "en"].map(|language| error["message"][language].as_str().unwrap());
        assert!(ja.ends_with('。') && en.ends_with('.'), "{status}: {ja} {en}");
    }
    let seen: BTreeSet<u16> = answers.iter().map(|(status, _)| *status).collect();
    let all: BTreeSet<u16> = System::ALL.iter().map(|system| system.status()).collect();
    assert!(all.len() >= 11, "{all:?}");
    assert_eq!(seen, all);

    // The journal has each status as it was answered, and the platform goes on.
    let journal = bench.journal(0).await;
    let statuses =
        journal.iter().filter(|line| line["event"] == "request").map(|line| line["status"].as_u64().unwrap());
    let statuses: BTreeSet<u64> = statuses.collect();
    assert!(all.iter().all(|status| *status == 503 || statuses.contains(&u64::from(*status))), "{statuses:?}");
    bench.deliver(MANAGER, "good", &json!({}), &[(DELETE, ROW)]).await.data();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_names_no_host_is_400_and_meets_no_fault() {
    let bench = Bench::start(small()).await;
    bench.plan("[[step]]\non = \"home\"\nnth = 1\nfault = \"status-503\"\nretry_after_s = 1\n").await;
    let reply = send(bench.as_office(MANAGER, Method::GET, "/v1/home").await.header("Host", "no host")).await;
    assert_eq!(reply.error(), (400, "CPM-S400".to_owned()));
    bench.told(0, |line| line["route"] == "/v1/home" && line["status"] == 400).await;
    let reply = send(bench.as_office(MANAGER, Method::GET, "/v1/home").await.header("Host", "any.example.com")).await;
    assert_eq!(reply.status, 503);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_at_an_address_where_nothing_is_gets_a_page_and_a_program_json() {
    let bench = Bench::start(small()).await;
    for address in ["/nowhere", "/manage/nowhere", "/v1/home"] {
        let reply = send(bench.local(Method::GET, address)).await;
        assert_eq!(reply.error(), (404, "CPM-S404".to_owned()), "{address}");
        let browser = bench.local(Method::GET, address).header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        let reply = send(browser).await;
        assert_eq!((reply.status, &reply.headers["content-type"]), (404, &"text/html; charset=utf-8".parse().unwrap()));
        assert!(reply.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        assert!(reply.text().contains("該当するものがありません。"), "{}", reply.text());
    }
}

/// Other systems have no second address of their own.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_at_another_address_says_that_address_and_has_a_certificate_for_it() {
    use renkei_mock_platform::server::{Options, start};

    let mut options = Options::for_tests();
    options.listen = ([127, 0, 0, 2], 0).into();
    let running = start(options).await.unwrap();
    assert_eq!(running.url(), format!("https://{}", running.platform));
    let office = &running.parts().seed.offices()[0].number;
    let client =
        reqwest::Client::builder().tls_backend_preconfigured(crate::bench::identity(&running, office)).build().unwrap();
    assert_eq!(send(client.get(format!("{}/v1/home", running.url()))).await.status, 401);
    let profile = running.folder().join("clients").join(office.as_str()).join("client.toml");
    assert!(std::fs::read_to_string(profile).unwrap().contains(&running.url()));
}

/// The answer of a platform whose memory for bodies is smaller than a body.
async fn without_memory() -> Reply {
    let settings = Settings { most_body_memory: 100, body_time: Duration::from_millis(400), ..small() };
    let bench = Bench::start(settings).await;
    let request = bench.as_office(MANAGER, Method::POST, "/v1/deliveries").await.header("Idempotency-Key", "k");
    let reply = send(request.multipart(form("delivery", &json!({}), &[(DELETE, &[b'x'; 500])]))).await;
    bench.told(0, |line| line["event"] == "request" && line["status"] == 503).await;
    reply
}
