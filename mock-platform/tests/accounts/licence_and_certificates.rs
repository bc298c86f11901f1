//! 利用状況Webサイト and the certificate office, as an office uses them.

use std::time::Duration as Time;

use renkei_mock_platform::certificates;
use renkei_mock_platform::pki::p12::{self, P12Error};
use renkei_mock_platform::settings::Settings;
use serde_json::{Value, json};
use time::macros::datetime;

use crate::bench::{Bench, EXPIRED, KAIGO, NOW, OTHER, UNLICENSED, bench, bench_with, number};

fn form() -> Value {
    json!({
        "representative_family_name": "見本", "representative_given_name": "一郎",
        "contact_family_name": "見本", "contact_given_name": "花子",
        "phone": "0300000000", "mail": "office@example.com", "mail_again": "office@example.com",
    })
}

fn application() -> Value {
    json!({"applicant": form(), "terms_agreed": true, "privacy_agreed": true})
}

fn order(password: &str) -> Value {
    json!({"kind": "care_plan_jigyousho", "precautions_read": true, "terms_read": true, "password": password})
}

async fn apply(bench: &Bench, token: &str, body: Value) -> crate::bench::Answered {
    bench.post("", token, "/site/certificates", body).await
}

#[tokio::test]
async fn the_top_page_shows_the_personal_user_and_its_password() {
    let bench = bench().await;
    let login = bench.site_login("KJ999970100013", "Office9970100013").await;
    let top = &login.data()["top"];
    assert_eq!(
        (&top["personal_user_id"], &top["personal_user_password"]),
        (&json!("c9970100013"), &json!("Person9970100013"))
    );
    let texts = |top: &Value| -> Vec<String> {
        top["texts"].as_array().unwrap().iter().map(|text| text["text"]["ja"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(top), ["利用可能です。", "ただいまシステムは正常稼働中です。"]);
    let again = bench.get("", login.data()["token"].as_str().unwrap(), "/site/top").await;
    assert_eq!(again.data(), top);
    let unlicensed = bench.site_login(&format!("KJ99{UNLICENSED}"), &format!("Office{UNLICENSED}")).await;
    assert_eq!(texts(&unlicensed.data()["top"]), ["ただいまシステムは正常稼働中です。"]);
    assert_eq!(bench.site_login("KJ999970100013", "Person9970100013").await.error(), (200, "CPM-A01"));
}

#[tokio::test]
async fn an_office_applies_for_a_licence_and_can_use_the_system() {
    let bench = bench().await;
    let token = bench.site_token(UNLICENSED).await;
    let before = bench.get("", &token, "/site/licence").await;
    assert_eq!((&before.data()["can_apply"], &before.data()["until"]), (&json!(true), &Value::Null));
    let unwilling = json!({"applicant": form(), "terms_agreed": true});
    let path = "/site/licence/application";
    assert_eq!(bench.post("", &token, path, unwilling).await.error(), (200, "CPM-L06"));

    let applied = bench.post("", &token, path, application()).await;
    let expected = json!({
        "applied_on": "2026-11-27", "applicant": form(), "from": "2026-11-27", "until": "2027-11-26",
        "billed_with": "2026-12", "renews": true,
    });
    assert_eq!(applied.data(), &expected);
    let again = bench.post("", &token, path, application()).await;
    assert_eq!(again.error(), (200, "CPM-L04"));
    assert_eq!(again.body["error"]["official_wording"], true);
    let after = bench.get("", &token, "/site/licence").await;
    let after = after.data();
    assert_eq!((&after["can_apply"], &after["until"]), (&json!(false), &json!("2027-11-26")));
    assert_eq!((&after["settlement"], &after["balance"]), (&json!("完了"), &json!(0)));
    let home = bench.get(UNLICENSED, &bench.access(UNLICENSED).await, "/v1/home").await;
    assert_eq!(home.data()["licence_valid"], true);
}

#[tokio::test]
async fn the_form_is_answered_with_the_messages_of_the_real_one() {
    let bench = bench().await;
    let token = bench.site_token(EXPIRED).await;
    let mut body = application();
    body["applicant"]["contact_family_name"] = json!("");
    body["applicant"]["phone"] = json!("03-1234-567");
    body["applicant"]["mail"] = json!("test!@test.com");
    body["applicant"]["mail_again"] = json!("test#@test.com");
    let refused = bench.post("", &token, "/site/licence/application", body).await;
    assert_eq!(refused.error(), (200, "CPM-L05"));
    let fields: Vec<(&str, &str, bool)> = refused.body["error"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            let text = field["message"]["ja"].as_str().unwrap();
            (field["field"].as_str().unwrap(), text, field["official_wording"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(
        fields,
        [
            ("contact_family_name", "未入力です。", true),
            ("phone", "10桁、もしくは11桁の数字を入力してください。", true),
            ("mail", "不正な形式または不正な記号が入力されています。", true),
            ("mail_again", "メールアドレスが一致していません。", true),
        ]
    );
    bench.post("", &token, "/site/licence/application", application()).await.data();
}

#[tokio::test]
async fn an_office_that_opts_out_is_not_renewed() {
    let bench = bench().await;
    let token = bench.site_token(KAIGO).await;
    let path = "/site/licence/opt-out";
    let out = bench.post("", &token, path, json!({})).await;
    assert_eq!((&out.data()["renews"], &out.data()["until"]), (&json!(false), &json!("2027-05-31")));
    assert_eq!(bench.post("", &token, path, json!({})).await.error(), (200, "CPM-L07"));
    bench.set_clock(datetime!(2027-06-01 0:00 +9));
    let token = bench.access(KAIGO).await;
    let home = bench.get(KAIGO, &token, "/v1/home").await;
    assert_eq!((&home.data()["licence_valid"], &home.data()["licence_until"]), (&json!(false), &json!("2027-05-31")));
}

#[tokio::test]
async fn a_certificate_is_applied_for_issued_and_fetched_again_and_again() {
    let bench = bench().await;
    let token = bench.site_token(KAIGO).await;
    let applied = apply(&bench, &token, order("Hakkou2026")).await;
    let line = json!({
        "no": 1, "kind": "care_plan_jigyousho", "applied_at": "2026-11-27T09:00:00+09:00", "from": null, "until": null,
        "state": "発行申請中", "fee": 0, "ends_soon": false,
    });
    assert_eq!(applied.data(), &line);
    let path = "/site/certificates/1/p12";
    assert_eq!(bench.get("", &token, path).await.error(), (200, "CPM-C05"));
    assert_eq!(bench.get("", &token, "/site/certificates").await.data(), &json!([line]));

    let issued = certificates::approve(&bench.platform, &number(KAIGO), 1, NOW).await.unwrap();
    assert_eq!((issued.state.as_str(), issued.until), ("発行済み", Some(datetime!(2029-11-27 23:59:59 +9))));
    let again = certificates::approve(&bench.platform, &number(KAIGO), 1, NOW).await.unwrap();
    assert_eq!(again, issued);
    let downloads = [bench.get("", &token, path).await.bytes, bench.get("", &token, path).await.bytes];
    assert_eq!(downloads[0], downloads[1]);
    let opened = p12::open(&downloads[0], "Hakkou2026").unwrap();
    assert_eq!(opened.ca_pems, [bench.platform.authority.cert_pem()]);
    assert!(matches!(p12::open(&downloads[0], "hakkou2026"), Err(P12Error::Password)));
    let history = bench.get("", &token, "/site/certificates").await;
    let line = &history.data()[0];
    assert_eq!(
        (&line["state"], &line["from"], &line["until"]),
        (&json!("発行済み"), &json!("2026-11-27T00:00:00+09:00"), &json!("2029-11-27T23:59:59+09:00"))
    );
    let titles: Vec<String> =
        bench.platform.world.notices_for(&number(KAIGO)).iter().map(|notice| notice.title.clone()).collect();
    assert_eq!(titles, ["証明書発行完了通知", "テスト用の模擬環境です"]);
    assert_eq!(bench.platform.world.notices_for(&number(OTHER)).len(), 1);
}

#[tokio::test]
async fn an_application_that_skips_a_screen_is_refused() {
    let bench = bench_with(Settings { most_certificates: 1, ..Settings::default() }).await;
    let token = bench.site_token(KAIGO).await;
    let mut unread = order("Hakkou2026");
    unread["precautions_read"] = json!(false);
    assert_eq!(apply(&bench, &token, unread).await.error(), (200, "CPM-C01"));
    for password in ["Hakkou1", "Hakkou20261127123", "Hakkouhakkou", "20261127", "Hakkou-2026"] {
        assert_eq!(apply(&bench, &token, order(password)).await.error(), (200, "CPM-C02"), "{password}");
    }
    let mut unread = order("Hakkou2026");
    unread["terms_read"] = json!(false);
    assert_eq!(apply(&bench, &token, unread).await.error(), (200, "CPM-C03"));
    apply(&bench, &token, order("Hakkou2026")).await.data();
    assert_eq!(apply(&bench, &token, order("Hakkou2026")).await.error(), (200, "CPM-C04"));
    certificates::approve(&bench.platform, &number(KAIGO), 1, NOW).await.unwrap();
    assert_eq!(apply(&bench, &token, order("Hakkou2026")).await.error(), (200, "CPM-C06"));
    for missing in ["2", "0", "one", "-1", "4294967296"] {
        let answered = bench.get("", &token, &format!("/site/certificates/{missing}/p12")).await;
        assert_eq!(answered.error(), (404, "CPM-S404"), "{missing}");
    }
}

#[tokio::test]
async fn a_certificate_is_issued_by_itself_where_the_settings_say_so() {
    let delay = Some(Time::from_secs(2 * 24 * 60 * 60));
    let bench = bench_with(Settings { certificate_issue_delay: delay, ..Settings::default() }).await;
    let token = bench.site_token(KAIGO).await;
    apply(&bench, &token, order("Hakkou2026")).await.data();
    bench.set_clock(datetime!(2026-11-29 8:59:59 +9));
    let state = |token: String| {
        let bench = &bench;
        async move { bench.get("", &token, "/site/certificates").await.data()[0].clone() }
    };
    assert_eq!(state(bench.site_token(KAIGO).await).await["state"], "発行申請中");
    bench.set_clock(datetime!(2026-12-05 9:00 +9));
    let issued = state(bench.site_token(KAIGO).await).await;
    assert_eq!((&issued["state"], &issued["from"]), (&json!("発行済み"), &json!("2026-11-29T00:00:00+09:00")));
}

#[tokio::test]
async fn ninety_days_before_its_end_a_certificate_is_told_of_once() {
    let bench = bench().await;
    let token = bench.site_token(KAIGO).await;
    apply(&bench, &token, order("Hakkou2026")).await.data();
    certificates::approve(&bench.platform, &number(KAIGO), 1, NOW).await.unwrap();
    let told = |now| {
        let bench = &bench;
        async move {
            bench.set_clock(now);
            let token = bench.access(KAIGO).await;
            let notices = bench.get(KAIGO, &token, "/v1/notices").await;
            bench.get(KAIGO, &token, "/v1/home").await.data();
            let notices = notices.data()["items"].as_array().unwrap().clone();
            notices.iter().filter(|notice| notice["title"] == "証明書の有効期間の終了が近づいています").count()
        }
    };
    assert_eq!(told(datetime!(2029-08-28 23:59:59 +9)).await, 0);
    assert_eq!(told(datetime!(2029-08-29 0:00 +9)).await, 1);
    assert_eq!(told(datetime!(2029-09-30 0:00 +9)).await, 1);
    let token = bench.site_token(KAIGO).await;
    assert_eq!(bench.get("", &token, "/site/certificates").await.data()[0]["ends_soon"], true);
}
