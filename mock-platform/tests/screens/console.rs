//! The operator's console: what it shows and what it changes.

use http_body_util::BodyExt;
use renkei_mock_platform::clock::Hand;
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::store::NewDelivery;
use renkei_mock_platform::tls::ledger::{Handshake, Outcome};
use renkei_mock_platform::tls::{Greeting, Reason};
use time::macros::datetime;
use tower::ServiceExt;

use crate::bench::{Bench, MANAGER, PROVIDER, borrowed, plan};

#[tokio::test]
async fn a_fault_set_in_the_console_strikes_the_client() {
    let bench = Bench::new().await;
    let (mut operator, mut manager) = (bench.browser(), bench.client(MANAGER).await);
    let cards = operator.get("/console/faults").await.words();
    assert!(cards.contains("障害は起こりません。") && cards.contains("delivered-twice"), "{cards}");
    let sample = operator.get("/console/faults?add=delivered-twice").await.text();
    assert!(sample.contains("fault = &#34;delivered-twice&#34;"), "{sample}");
    let fields = [("plan", "[[step]]\r\non = \"send\"\r\nnth = 1\r\nfault = \"delivered-twice\"\r\n")];
    assert_eq!(operator.post("/console/faults", "/console/faults", &fields).await.place(), "/console/faults");

    manager.add(&borrowed(&plan())).await;
    manager.post("/client/sending", "/client/sending", &[]).await;
    let list = bench.client(PROVIDER).await.get("/client/received").await.words();
    assert!(list.contains("2件（未2件）"), "{list}");
    let words = operator.get("/console/faults").await.words();
    assert!(words.contains("1 send 1 — delivered-twice 1 1"), "{words}");
    let words = operator.get("/console/deliveries").await.words();
    assert!(words.contains("9970100013 9970100021 2 未 未 UPPLAN_202611"), "{words}");
    let words = operator.get("/console/journal").await.words();
    assert!(
        words.contains("障害 fault delivered-twice step 1") && words.contains("受付 delivery S0000000001"),
        "{words}"
    );
}

#[tokio::test]
async fn a_plan_that_cannot_be_read_stays_in_the_editor_with_what_is_wrong() {
    let bench = Bench::new().await;
    let mut operator = bench.browser();
    let fields = [("plan", "[[step]]\non = \"sned\"\nnth = 1\nfault = \"status-500\"\n</textarea><script>")];
    let seen = operator.post("/console/faults", "/console/faults", &fields).await;
    assert!(seen.words().contains("CPM-S400") && seen.text().contains("on = &#34;sned&#34;"), "{}", seen.text());
    assert!(!seen.text().contains("</textarea><script>"));
    assert_eq!(bench.platform().faults.status().steps, []);
}

#[tokio::test]
async fn the_clock_is_stopped_run_and_given_back() {
    let bench = Bench::new().await;
    let mut operator = bench.browser();
    let fields = [("hand", "stop_at"), ("at", "2027-01-05T09:30")];
    operator.post("/console", "/console/clock", &fields).await.place();
    assert_eq!(bench.platform().clock.now(), datetime!(2027-01-05 9:30 +9));
    let words = operator.get("/console").await.words();
    assert!(words.contains("2027/01/05 09:30:00 停止中"), "{words}");
    operator.post("/console", "/console/clock", &[("hand", "machine"), ("at", "")]).await.place();
    assert_eq!(bench.platform().clock.hand(), Hand::Moved(time::Duration::ZERO));
    let seen = operator.post("/console", "/console/clock", &[("hand", "stop_at"), ("at", "soon")]).await;
    assert!(seen.words().contains("CPM-S400"), "{}", seen.words());
}

#[tokio::test]
async fn a_snapshot_brings_back_what_a_reset_took() {
    let bench = Bench::new().await;
    let (mut operator, mut manager) = (bench.browser(), bench.client(MANAGER).await);
    manager.add(&borrowed(&plan())).await;
    manager.post("/client/sending", "/client/sending", &[]).await;
    operator.post("/console", "/console/snapshot", &[("name", "before")]).await.place();
    operator.post("/console", "/console/reset", &[]).await.place();
    assert!(operator.get("/console/deliveries").await.words().contains("送信データはありません。"));
    assert_eq!(manager.get("/client").await.place(), "/client/login");
    operator.post("/console", "/console/restore", &[("name", "before")]).await.place();
    assert!(operator.get("/console/deliveries").await.words().contains("9970100021"));
    for name in ["../../etc", "a/b", "", ".."] {
        let seen = operator.post("/console", "/console/snapshot", &[("name", name)]).await;
        assert_ne!(seen.status, 303, "{name}");
    }
}

#[tokio::test]
async fn users_and_certificates_are_managed_by_office() {
    let bench = Bench::new().await;
    let mut operator = bench.browser();
    let page = format!("/console/offices/{MANAGER}");
    let fields = [("office_user", "temporary"), ("personal_user", "regular")];
    operator.post(&page, &format!("{page}/users"), &fields).await.place();
    let mut browser = bench.browser();
    browser.personal(MANAGER, "c9970100013", "Person9970100013").await.place();
    let fields = [("user", "KJ999970100013"), ("password", "Office9970100013")];
    let refused = browser.post("/client/login/office", "/client/login/office", &fields).await;
    assert!(refused.words().contains("CPM-A02"), "{}", refused.words());

    let text = operator.get(&page).await.text();
    let revoke = text.split("action=\"").find(|part| part.contains("/revoke\"")).expect("a certificate is there");
    let revoke = revoke.split('"').next().unwrap().to_owned();
    operator.post(&page, &revoke, &[]).await.place();
    assert!(operator.get(&page).await.words().contains("失効"));
    let office = OfficeNumber::parse(MANAGER).unwrap();
    assert!(bench.platform().world.office(&office).is_some());
    assert_eq!(operator.get("/console/offices/9970199993").await.status, 404);
    assert_eq!(operator.get("/console/offices/x").await.status, 404);
}

#[tokio::test]
async fn no_form_of_the_console_is_taken_without_its_token() {
    let bench = Bench::new().await;
    let mut operator = bench.browser();
    operator.get("/console").await;
    for path in [
        "/console/clock",
        "/console/reset",
        "/console/snapshot",
        "/console/restore",
        "/console/notice",
        "/console/faults",
        "/console/offices/9970100013/users",
        "/console/offices/9970100013/certificates/1/approve",
        "/console/offices/9970100013/certificates/01/revoke",
    ] {
        assert_eq!(operator.post_bare(path, &[("name", "a"), ("hand", "machine")]).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn lines_of_the_journal_arrive_as_they_are_written_until_the_platform_stops() {
    let bench = Bench::new().await;
    let last = bench.platform().journal.last();
    let request = axum::http::Request::get(format!("/console/journal/events?since={last}"))
        .header("host", "127.0.0.1:7000")
        .body(axum::body::Body::empty())
        .unwrap();
    let response = bench.router().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    bench.platform().note(&renkei_mock_platform::journal::Event::PlanReplaced);
    let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let frame = String::from_utf8(frame.to_vec()).unwrap();
    assert!(frame.contains("\"event\":\"障害計画の変更\"") && frame.contains(&format!("id: {}", last + 1)), "{frame}");
    bench.stop();
    assert!(body.frame().await.is_none());
}

/// Which of some marks stand on a page, in its order, and where its link to the next page of the list leads.
fn listed(text: &str, words: &str, of: impl Fn(&str) -> bool) -> (Vec<String>, Option<String>) {
    let found = words.split_whitespace().filter(|word| of(word)).map(str::to_owned).collect();
    let older = text.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|href| href.contains("before="));
    (found, older.map(|href| href.replace("&amp;", "&")))
}

#[tokio::test]
async fn deliveries_and_handshakes_that_one_page_does_not_hold_are_on_the_next() {
    let bench = Bench::new().await;
    let mut operator = bench.browser();
    let office = |number: &str| OfficeNumber::parse(number).unwrap();
    for i in 0_u32..405 {
        // Of two senders, so that a page is made of both.
        let (sender, receiver) = if i % 3 == 0 { (PROVIDER, MANAGER) } else { (MANAGER, PROVIDER) };
        let delivery = NewDelivery {
            sender: office(sender),
            receiver: office(receiver),
            key: format!("k{i}"),
            digest: [0; 32],
            message: String::new(),
            timestamp: None,
            accepted_at: crate::bench::NOW,
            visible_at: crate::bench::NOW,
            copies: 1,
            files: Vec::new(),
        };
        bench.platform().store.accept(delivery).await.unwrap();
        let reason = Reason::NoCertificate;
        let outcome = Outcome::Refused { alert: reason.alert(), reason };
        bench.platform().ledger.record(Handshake {
            seq: 0,
            connection: 5_000 + u64::from(i),
            at: crate::bench::NOW,
            peer: "127.0.0.1:1".parse().unwrap(),
            greeting: Greeting::Serve,
            outcome,
            shown: None,
        });
    }
    let number = |word: &str| word.len() == 11 && word.starts_with("S0000000");
    let mut path = Some("/console/deliveries".to_owned());
    let mut pages = Vec::new();
    while let Some(next) = path {
        let page = operator.get(&next).await;
        let (found, older) = listed(&page.text(), &page.words(), number);
        pages.push(found);
        path = older;
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [200, 200, 5]);
    let all: Vec<String> = (1..=405).rev().map(|number| format!("S{number:010}")).collect();
    assert_eq!(pages.concat(), all);

    let connection = |word: &str| word.len() == 4 && word.starts_with('5');
    let mut path = Some("/console/handshakes?only=refused".to_owned());
    let mut pages = Vec::new();
    while let Some(next) = path {
        assert!(next.contains("only=refused"), "{next}");
        let page = operator.get(&next).await;
        let (found, older) = listed(&page.text(), &page.words(), connection);
        pages.push(found);
        path = older;
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [200, 200, 5]);
    let all: Vec<String> = (5_000..5_405).rev().map(|number| number.to_string()).collect();
    assert_eq!(pages.concat(), all);
}
