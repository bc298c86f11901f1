//! 利用状況Webサイト and the certificate office: what is shown, applied for and downloaded.

use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::{certificates, licence};

use crate::bench::{Bench, Browser, MANAGER, NOW, UNLICENSED};

async fn log_in(browser: &mut Browser, area: &str, office: &str) {
    let (path, user, password) = (format!("{area}/login"), format!("KJ99{office}"), format!("Office{office}"));
    let seen = browser.post(&path, &path, &[("user", &user), ("password", &password)]).await;
    assert_eq!(seen.place(), area);
}

const GOOD: [(&str, &str); 9] = [
    ("representative_family_name", "見本"),
    ("representative_given_name", "一郎"),
    ("contact_family_name", "見本"),
    ("contact_given_name", "花子"),
    ("phone", "0300000000"),
    ("mail", "care-plan_1@mail.example.com"),
    ("mail_again", "care-plan_1@mail.example.com"),
    ("terms", "yes"),
    ("privacy", "yes"),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let value = |name, usual| changes.iter().find(|(key, _)| *key == name).map_or(usual, |(_, value)| *value);
    let mut fields: Vec<_> = GOOD.iter().map(|(name, usual)| (*name, value(*name, *usual))).collect();
    fields.push(("answer", "yes"));
    fields
}

#[tokio::test]
async fn the_top_page_shows_the_personal_user_and_the_state_of_the_system() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    assert_eq!(browser.get("/usage").await.place(), "/usage/login");
    log_in(&mut browser, "/usage", MANAGER).await;
    let words = browser.get("/usage").await.words();
    assert!(words.contains("利用可能です。 ただいまシステムは正常稼働中です。"), "{words}");
    assert!(words.contains("個人ユーザID c9970100013 パスワード Person9970100013"), "{words}");
    let words = browser.get("/usage/licence").await.words();
    assert!(
        words.contains("差引状態 完了 事業所名 居宅介護支援事業所みほん 事業所番号 9970100013 有効期限"),
        "{words}"
    );
    assert!(words.contains("残高 0円"), "{words}");
    let page = browser.get("/usage/application").await;
    let words = page.words();
    assert!(words.contains("○新規で利用申請された方: 利用申請が正常に完了しております。"), "{words}");
    assert!(
        words.contains(
            "○継続利用をご希望の方: ご利用期間内、もしくはライセンス料のお支払が完了していない為、現在は利用申請ができません。"
        ),
        "{words}"
    );
    assert!(page.text().contains("<button class=\"main\" disabled>申請</button>"));
    assert_eq!(browser.get("/usage/application/form").await.place(), "/usage/application");
}

#[tokio::test]
async fn an_application_asks_once_more_and_then_is_complete() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    log_in(&mut browser, "/usage", UNLICENSED).await;
    let words = browser.get("/usage/application").await.words();
    assert!(words.contains("利用申請可能です。"), "{words}");
    const FORM: &str = "/usage/application/form";
    let asked = browser.post(FORM, FORM, &GOOD).await;
    assert!(asked.words().contains("はい いいえ"), "{}", asked.words());
    assert!(asked.text().contains("name=\"phone\" value=\"0300000000\""));
    let mut no = GOOD.to_vec();
    no.push(("answer", "no"));
    let back = browser.post(FORM, FORM, &no).await;
    assert!(back.text().contains("value=\"care-plan_1@mail.example.com\""), "{}", back.text());
    let done = browser.post(FORM, FORM, &with(&[])).await.words();
    assert!(done.contains("利用申請が完了しました。 申請日 2026/11/27"), "{done}");
    assert!(done.contains("代表者氏名 見本 一郎 担当者氏名 見本 花子 電話番号 0300000000"), "{done}");
    let office = OfficeNumber::parse(UNLICENSED).unwrap();
    let office = bench.platform().world.office(&office).unwrap();
    assert!(matches!(licence::state(&office, NOW.date()), licence::LicenceState::Valid { .. }));
}

#[tokio::test]
async fn each_message_stands_beside_its_field() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    log_in(&mut browser, "/usage", UNLICENSED).await;
    const FORM: &str = "/usage/application/form";
    for (field, value, after, message) in [
        ("representative_given_name", "", "representative_family_name", "未入力です。"),
        ("contact_family_name", "Mihon", "contact_family_name", "不正な形式または不正な記号が入力されています。"),
        ("phone", "03-1234-567", "phone", "10桁、もしくは11桁の数字を入力してください。"),
        ("mail_again", "test#@test.com", "mail_again", "メールアドレスが一致していません。"),
    ] {
        let page = browser.post(FORM, FORM, &with(&[(field, value)])).await.text();
        let beside = format!("<span class=\"wrong\" id=\"wrong-{after}\">{message}</span>");
        assert!(page.contains(&beside), "{field}: {page}");
        assert_eq!(page.matches("class=\"wrong\"").count(), 1, "{field}");
    }
    let page = browser.post(FORM, FORM, &with(&[("terms", "")])).await.words();
    assert!(page.contains("利用規約と個人情報の取扱いへの同意が必要です。 CPM-L06"), "{page}");
    let markup = browser.post(FORM, FORM, &with(&[("mail", "\"><script>alert(1)</script>")])).await.text();
    assert!(!markup.contains("<script>alert"), "{markup}");
}

#[tokio::test]
async fn a_certificate_is_applied_for_issued_and_downloaded() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    assert_eq!(browser.get("/e-seikyuu").await.place(), "/e-seikyuu/login");
    log_in(&mut browser, "/e-seikyuu", MANAGER).await;
    let page = browser.get("/e-seikyuu").await;
    assert!(page.text().contains("disabled aria-describedby=\"first\">次へ</button>"));
    let early = browser.post("/e-seikyuu", "/e-seikyuu/password", &[("kind", "kaigo")]).await.words();
    assert!(early.contains("「発行申請を行う前に」を確認してください。 CPM-C01"), "{early}");
    browser.get("/e-seikyuu/precautions").await;
    let asked = browser.post("/e-seikyuu", "/e-seikyuu/password", &[("kind", "careplan")]).await;
    assert!(asked.text().contains("type=\"password\""));
    let terms = browser.post("/e-seikyuu", "/e-seikyuu/terms", &[("password", "Himitsu123")]).await;
    assert!(terms.words().contains("利用規約に同意して送信") && !terms.text().contains("Himitsu123"));
    assert_eq!(browser.post("/e-seikyuu", "/e-seikyuu/apply", &[]).await.place(), "/e-seikyuu/done");
    let words = browser.get("/e-seikyuu").await.words();
    assert!(words.contains("2026/11/27 発行申請中 0円 請求委任事業所用ケアプラン証明書"), "{words}");
    let none = browser.get("/e-seikyuu/download").await.text();
    assert!(!none.contains("/e-seikyuu/2/p12"), "{none}");
    assert!(browser.get("/e-seikyuu/2/p12").await.words().contains("CPM-C05"));

    let office = OfficeNumber::parse(MANAGER).unwrap();
    certificates::approve(bench.platform(), &office, 2, NOW).await.unwrap();
    let words = browser.get("/e-seikyuu").await.words();
    assert!(words.contains("2026/11/27 2026/11/27 2029/11/27 発行済み 0円"), "{words}");
    let list = browser.get("/e-seikyuu/download").await.text();
    assert!(list.contains("<a class=\"button\" href=\"/e-seikyuu/2/p12\" download>"), "{list}");
    let told = browser.get("/e-seikyuu/notices").await.words();
    assert!(told.contains("証明書発行完了通知"), "{told}");
    for _ in 0..2 {
        let p12 = browser.get("/e-seikyuu/2/p12").await;
        assert_eq!((p12.status, p12.headers["content-type"].to_str().unwrap()), (200, "application/x-pkcs12"));
        assert_eq!(p12.bytes[0], 0x30);
    }
    assert_eq!(browser.get("/e-seikyuu/9/p12").await.status, 404);
    // The client of the office connects with the new one from then on.
    let mut client = bench.client(MANAGER).await;
    assert!(client.get("/client").await.words().contains("2029/11/27 23:59:59"));
}

#[tokio::test]
async fn a_password_that_does_not_fit_is_refused_and_the_steps_begin_again() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    log_in(&mut browser, "/e-seikyuu", MANAGER).await;
    browser.get("/e-seikyuu/precautions").await;
    browser.post("/e-seikyuu", "/e-seikyuu/password", &[("kind", "kaigo")]).await;
    browser.post("/e-seikyuu", "/e-seikyuu/terms", &[("password", "short")]).await;
    let seen = browser.post("/e-seikyuu", "/e-seikyuu/apply", &[]).await;
    assert!(seen.words().contains("CPM-C02"), "{}", seen.words());
    assert_eq!(browser.post("/e-seikyuu", "/e-seikyuu/apply", &[]).await.place(), "/e-seikyuu");
}

#[tokio::test]
async fn no_form_of_the_site_is_taken_without_its_token() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    log_in(&mut browser, "/usage", UNLICENSED).await;
    for path in [
        "/usage/login",
        "/usage/logout",
        "/usage/licence",
        "/usage/application/form",
        "/e-seikyuu/login",
        "/e-seikyuu/logout",
        "/e-seikyuu/password",
        "/e-seikyuu/terms",
        "/e-seikyuu/apply",
    ] {
        assert_eq!(browser.post_bare(path, &GOOD).await.status, 403, "{path}");
        assert_eq!(browser.post_bare(path, &[("token", "0")]).await.status, 403, "{path}");
    }
    let words = browser.get("/usage/application").await.words();
    assert!(words.contains("利用申請可能です。"), "{words}");
}

#[tokio::test]
async fn the_two_logins_do_not_open_each_other() {
    let bench = Bench::new().await;
    let mut site = bench.browser();
    log_in(&mut site, "/usage", MANAGER).await;
    assert_eq!(site.get("/client").await.place(), "/client/login");
    let mut client = bench.client(MANAGER).await;
    assert_eq!(client.get("/usage").await.place(), "/usage/login");
    log_in(&mut client, "/usage", MANAGER).await;
    assert_eq!(client.get("/client").await.status, 200);
    client.post("/usage", "/usage/logout", &[]).await;
    assert_eq!((client.get("/usage").await.place(), client.get("/client").await.status), ("/usage/login", 200));
}
