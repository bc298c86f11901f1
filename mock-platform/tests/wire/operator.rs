//! What the operator does and offices then see.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, MANAGER, UNLICENSED, UNPAID, send, small};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fee_that_the_operator_settles_makes_the_next_application_possible() {
    let bench = Bench::start(small()).await;
    let token = bench.site_login(UNPAID).await;
    let seen = async || {
        let licence = bench.site(&token, Method::GET, "/site/licence", None).await.data();
        let texts: Vec<_> =
            licence["texts"].as_array().unwrap().iter().map(|text| text["text"]["ja"].clone()).collect();
        (licence["settlement"].clone(), licence["balance"].clone(), licence["can_apply"].clone(), json!(texts))
    };
    let refused = "ご利用期間内、もしくはライセンス料のお支払が完了していない為、現在は利用申請ができません。";
    assert_eq!(seen().await, (json!("未完了"), json!(21_000), json!(false), json!([refused])));
    let paid = format!("/manage/offices/{UNPAID}/licence/paid");
    for _ in 0..2 {
        let settled = send(bench.local(Method::POST, &paid)).await.data();
        assert_eq!((&settled["number"], &settled["settlement"]), (&json!(UNPAID), &json!("完了")));
    }
    assert_eq!(seen().await, (json!("完了"), json!(0), json!(true), json!(["利用申請可能です。"])));

    for nothing in [UNLICENSED, "9999999999", "997"] {
        let path = format!("/manage/offices/{nothing}/licence/paid");
        let reply = send(bench.local(Method::POST, &path)).await;
        assert_eq!(reply.error(), (404, "CPM-S404".to_owned()), "{nothing}");
    }
    let document = send(bench.local(Method::GET, "/openapi.json")).await.json();
    let described = &document["paths"]["/manage/offices/{number}/licence/paid"]["post"];
    assert_eq!(described["operationId"], "manage-licence-paid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offices_and_notices_that_cannot_be_are_refused_with_the_reason() {
    let bench = Bench::start(small()).await;
    let path = format!("/manage/offices/{MANAGER}");
    let office = async || {
        let offices = send(bench.local(Method::GET, "/manage/offices")).await.data();
        offices.as_array().unwrap().iter().find(|office| office["number"] == MANAGER).unwrap().clone()
    };
    let before = office().await;
    let told = async |method, path: &str, body: &Value| {
        let reply = bench.manage(method, path, body).await;
        assert_eq!(reply.error(), (400, "CPM-S400".to_owned()), "{body}");
        let detail = reply.json()["error"]["detail"].clone();
        (detail["ja"].as_str().unwrap().to_owned(), detail["en"].as_str().unwrap().to_owned())
    };
    for (place, value, ja, en) in [
        ("/name", json!(" "), "事業所名がありません", "name"),
        ("/service_types", json!(["43", "99"]), "「99」はサービス種類コードではありません", "99"),
        ("/service_types", json!([""]), "「」はサービス種類コードではありません", "service type"),
        ("/office_user/password", json!(""), "パスワードがありません", "password"),
        ("/personal_user/id", json!("cother"), "ユーザID c9970100013 は変更できません（cother）", "cannot be changed"),
        ("/licence/until", json!("2000-01-01"), "有効期限（until）が開始日（from）より前です", "until"),
    ] {
        let mut changed = before.clone();
        *changed.pointer_mut(place).unwrap() = value;
        let (told_ja, told_en) = told(Method::PUT, &path, &changed).await;
        assert!(told_ja.contains(ja) && told_en.contains(en), "{place}: {told_ja} / {told_en}");
    }
    assert_eq!(office().await, before);
    bench.manage(Method::PUT, &path, &before).await.data();
    for (notice, ja) in [
        (json!({"title": "", "text": "本文"}), "件名と本文が必要です"),
        (json!({"title": "件名", "text": " "}), "件名と本文が必要です"),
        (json!({"title": "件名", "text": "本文", "office": "9999999999"}), "事業所 9999999999 がありません"),
    ] {
        assert_eq!(told(Method::POST, "/manage/notices", &notice).await.0, ja);
    }
}
