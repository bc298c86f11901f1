//! 連携クライアント: from the login to what the other side receives.

use renkei_mock_platform::faults::Plan;
use renkei_mock_platform::journal::Event;
use renkei_mock_platform::platform::Platform;

use crate::bench::{Bench, MANAGER, PROVIDER, UNLICENSED, borrowed, plan};

fn accepted(platform: &Platform) -> usize {
    let lines = platform.journal.since(0, 10_000).unwrap();
    lines.iter().filter(|line| matches!(line.event, Event::Accepted(_))).count()
}

#[tokio::test]
async fn a_plan_goes_from_one_office_to_the_other_and_a_result_comes_back() {
    let bench = Bench::new().await;
    let (mut manager, mut provider) = (bench.client(MANAGER).await, bench.client(PROVIDER).await);

    let added = manager.add(&borrowed(&plan())).await;
    let added = manager.get(added.place()).await.words();
    assert!(added.contains("ヘルパーステーションみほん 9970100021 2026/11/27 09:00:00"), "{added}");
    assert!(
        added.contains(
            "登録 サービス利用票（第6表）予定 登録 サービス利用票別表（第7表） 登録 利用者補足情報 未送信 編集"
        ),
        "{added}"
    );
    let fields = [("message", "11月分の予定です。\r\nご確認ください。")];
    assert_eq!(manager.post("/client/sending", "/client/sending", &fields).await.place(), "/client/sending");
    let sending = manager.get("/client/sending").await.words();
    assert!(sending.contains("1件を送信しました。") && sending.contains("未送信のデータはありません。"), "{sending}");
    let sent = manager.get("/client/sent").await.words();
    assert!(
        sent.contains("ヘルパーステーションみほん 2026/11/27 09:00:00 11月分の予定です。 ご確認ください。"),
        "{sent}"
    );

    let list = provider.get("/client/received").await;
    let words = list.words();
    assert!(words.contains("1件（未1件）") && words.contains("居宅介護支援事業所みほん"), "{words}");
    assert!(words.contains("登録 登録 登録 202407 202407 202407 未"), "{words}");
    assert!(list.text().contains("<tr class=\"new\">"));
    let id = list.text().split("name=\"id\" value=\"").nth(1).unwrap()[..11].to_owned();
    let zip = provider.post("/client/received", "/client/received", &[("id", &id)]).await;
    assert_eq!((zip.status, zip.headers["content-type"].to_str().unwrap()), (200, "application/zip"));
    assert!(zip.bytes.starts_with(b"PK"));
    let fetched = provider.get(&format!("/client/received/{id}")).await;
    settled(&mut provider).await;
    let list = provider.get("/client/received").await;
    assert!(list.words().contains("1件（未0件）") && !list.text().contains("<tr class=\"new\">"), "{}", list.words());
    assert!(fetched.words().contains("9970100013 居宅介護支援事業所みほん"), "{}", fetched.words());
    let file = provider.get(&format!("/client/received/{id}/files/1")).await;
    assert_eq!(file.bytes, "202407,UPSIKYU\r\n");
    let downloads = provider.get("/client/downloads").await.words();
    assert!(downloads.contains("received.zip") && downloads.contains(&id), "{downloads}");

    let result = format!("UPJSK_202611_{PROVIDER}_11_{MANAGER}_43_20261127100000.CSV");
    provider.add(&[(&result, b"202407,UPJSK\r\n")]).await;
    provider.post("/client/sending", "/client/sending", &[]).await;
    let back = manager.get("/client/received").await.words();
    assert!(back.contains(&result) && back.contains("ヘルパーステーションみほん"), "{back}");
    assert_eq!(accepted(bench.platform()), 2);
}

/// Waits until the platform has recorded what was fetched: 済 is written by a task of its own.
async fn settled(browser: &mut crate::bench::Browser) {
    for _ in 0..1_000 {
        if browser.get("/client/received").await.words().contains("未0件") {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("nothing was recorded as fetched");
}

#[tokio::test]
async fn a_combination_that_is_not_accepted_is_told_at_once_with_the_nearest_one() {
    let bench = Bench::new().await;
    let mut manager = bench.client(MANAGER).await;
    let files: Vec<_> = plan().into_iter().filter(|(name, _)| !name.starts_with("UPSIKYU")).collect();
    let added = manager.add(&borrowed(&files)).await;
    let words = manager.get(added.place()).await.words();
    assert!(words.contains("この組み合わせのファイルは送信できません。 CPM-D04"), "{words}");
    assert!(words.contains("送信できる最も近い形: UPPLAN + UPSIKYU + UPHOSOKU"), "{words}");

    manager.post("/client/sending", "/client/sending", &[]).await;
    let words = manager.get("/client/sending").await.words();
    assert!(words.contains("1件は送信できませんでした。") && words.contains("送信できませんでした 編集"), "{words}");
    assert_eq!(accepted(bench.platform()), 0);
}

#[tokio::test]
async fn attachments_alone_go_where_a_person_says() {
    let bench = Bench::new().await;
    let mut manager = bench.client(MANAGER).await;
    let added = manager.add(&[("第3表.pdf", b"%PDF-1.7 \r\n--x-")]).await;
    let words = manager.get(added.place()).await.words();
    assert!(words.contains("不明") && words.contains("PDF等 未送信"), "{words}");
    let fields = [("destination", PROVIDER), ("message", "第3表です。")];
    manager.post("/client/sending/1", "/client/sending/1", &fields).await;
    manager.post("/client/sending", "/client/sending", &[]).await;
    let mut provider = bench.client(PROVIDER).await;
    let words = provider.get("/client/received").await.words();
    assert!(words.contains("第3表です。 居宅介護支援事業所みほん 第3表.pdf PDF等 — 未"), "{words}");
}

#[tokio::test]
async fn a_row_can_lose_files_and_be_removed() {
    let bench = Bench::new().await;
    let mut manager = bench.client(MANAGER).await;
    manager.add(&borrowed(&plan())).await;
    manager.post("/client/sending/1", "/client/sending/1", &[("remove", "0"), ("remove", "2")]).await;
    let words = manager.get("/client/sending").await.words();
    assert_eq!(["UPPLAN_2", "UPSIKYU_2", "UPHOSOKU_2"].map(|name| words.matches(name).count()), [0, 1, 0]);
    manager.post("/client/sending/1", "/client/sending/1/remove", &[]).await;
    assert!(manager.get("/client/sending").await.words().contains("未送信のデータはありません。"));
    assert_eq!(manager.get("/client/sending/1").await.status, 404);
}

#[tokio::test]
async fn what_was_accepted_without_an_answer_is_not_sent_twice() {
    let bench = Bench::new().await;
    let mut manager = bench.client(MANAGER).await;
    manager.add(&borrowed(&plan())).await;
    let fault = b"[[step]]\non = \"send\"\nnth = 1\nfault = \"acknowledgement-lost\"\n";
    bench.platform().faults.replace(Plan::parse(fault).unwrap());
    manager.post("/client/sending", "/client/sending", &[("message", "予定です。")]).await;
    let words = manager.get("/client/sending").await.words();
    assert!(words.contains("応答がないか、読み取れませんでした"), "{words}");
    assert_eq!(accepted(bench.platform()), 1);
    manager.post("/client/sending", "/client/sending", &[("message", "予定です。")]).await;
    assert!(manager.get("/client/sending").await.words().contains("1件を送信しました。"));
    assert_eq!(accepted(bench.platform()), 1);
}

#[tokio::test]
async fn a_session_that_ended_early_is_refreshed() {
    let bench = Bench::new().await;
    let mut manager = bench.client(MANAGER).await;
    let fault = b"[[step]]\non = \"home\"\nnth = 1\nfault = \"token-dies-early\"\n";
    bench.platform().faults.replace(Plan::parse(fault).unwrap());
    assert_eq!(manager.get("/client").await.status, 200);
    assert_eq!(manager.get("/client").await.status, 200);
    bench.platform().sessions.close_all();
    assert_eq!(manager.get("/client").await.place(), "/client/login");
}

#[tokio::test]
async fn a_login_is_refused_in_the_words_of_the_platform() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    for (user, password, told) in [
        ("c9970100013", "wrong", "IDまたはパスワードが違います。 CPM-A01"),
        ("KJ999970100013", "Office9970100013", "ここで使うIDの種類が違います。 CPM-A06"),
        ("c9970100021", "Person9970100021", "接続に使われた電子証明書が、この事業所のものではありません。 CPM-A07"),
    ] {
        let seen = browser.personal(MANAGER, user, password).await;
        assert!(seen.words().contains(told), "{}", seen.words());
        assert!(!seen.text().contains(password), "{user}");
    }
    browser.personal(MANAGER, "c9970100013", "Person9970100013").await;
    let fields = [("user", "KJ999970100021"), ("password", "Office9970100021")];
    let seen = browser.post("/client/login/office", "/client/login/office", &fields).await;
    assert!(seen.words().contains("CPM-A08"), "{}", seen.words());
}

#[tokio::test]
async fn an_office_whose_certificate_was_revoked_has_none_to_connect_with() {
    let bench = Bench::new().await;
    let mut manager = bench.client(MANAGER).await;
    let office = bench.platform().world.offices().into_iter().find(|office| office.number.as_str() == MANAGER).unwrap();
    let serial = match &office.certificates[0].state {
        renkei_mock_platform::model::CertificateState::Issued { serial, .. } => serial.clone(),
        other => panic!("{other:?}"),
    };
    bench.platform().authority.revoke(&serial, crate::bench::NOW).unwrap();
    assert_eq!(manager.get("/client").await.place(), "/client/login");
    let seen = bench.browser().personal(MANAGER, "c9970100013", "Person9970100013").await;
    assert!(seen.words().contains("電子証明書は失効しています。"), "{}", seen.words());
}

#[tokio::test]
async fn an_office_without_a_licence_sees_that_and_may_not_send() {
    let bench = Bench::new().await;
    let mut browser = bench.client(UNLICENSED).await;
    let words = browser.get("/client").await.words();
    assert!(words.contains("ライセンスの有効期限 ライセンスなし"), "{words}");
    let name = format!("UPJSK_202611_{UNLICENSED}_11_{MANAGER}_43_20261127100000.CSV");
    let added = browser.add(&[(&name, b"202407,UPJSK\r\n")]).await;
    let words = browser.get(added.place()).await.words();
    assert!(words.contains("CPM-L01"), "{words}");
}

#[tokio::test]
async fn pages_come_in_english_where_that_is_chosen() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    assert!(browser.get("/").await.text().contains("<html lang=\"ja\">"));
    assert_eq!(browser.get("/language/en?to=%2Fclient%2Flogin").await.place(), "/client/login");
    let page = browser.get("/client/login").await;
    assert!(page.text().contains("<html lang=\"en\">") && page.words().contains("The office of this computer"));
    assert_eq!(browser.get("/language/en?to=https%3A%2F%2Fexample.com").await.place(), "/");
    assert_eq!(browser.get("/language/xx").await.status, 404);
}
