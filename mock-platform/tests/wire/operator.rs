//! What the operator does and offices then see.

use reqwest::Method;
use serde_json::json;

use crate::bench::{Bench, UNLICENSED, UNPAID, send, small};

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
