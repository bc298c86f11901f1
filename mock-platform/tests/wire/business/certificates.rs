//! Refusals of the certificate office. Each office begins with one certificate; the settings of the test
//! allow two.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Provoked, Provoker};
use crate::bench::MANAGER;

const APPLICATIONS: &str = "/site/certificates";

fn order() -> Value {
    json!({"kind": "care_plan_jigyousho", "precautions_read": true, "terms_read": true, "password": "Hakkou2026"})
}

fn changed(field: &str, value: Value) -> Value {
    let mut order = order();
    order[field] = value;
    order
}

pub(super) async fn provoke(provoker: &mut Provoker<'_>) {
    let bench = provoker.bench;
    let token = bench.site_login(MANAGER).await;
    for (code, order) in [
        ("CPM-C01", changed("precautions_read", json!(false))),
        ("CPM-C02", changed("password", json!("hakkouhakkou"))),
        ("CPM-C03", changed("terms_read", json!(false))),
    ] {
        let before = bench.mark().await;
        let reply = bench.site(&token, Method::POST, APPLICATIONS, Some(&order)).await;
        provoker.refused(APPLICATIONS, before, Provoked::new(code, reply)).await;
    }

    let applied = bench.site(&token, Method::POST, APPLICATIONS, Some(&order())).await.data();
    assert_eq!((&applied["no"], &applied["state"]), (&json!(2), &json!("発行申請中")));
    let before = bench.mark().await;
    let reply = bench.site(&token, Method::GET, "/site/certificates/2/p12", None).await;
    provoker.refused("/site/certificates/{no}/p12", before, Provoked::new("CPM-C05", reply)).await;
    let before = bench.mark().await;
    let reply = bench.site(&token, Method::POST, APPLICATIONS, Some(&order())).await;
    provoker.refused(APPLICATIONS, before, Provoked::new("CPM-C04", reply)).await;

    let approve = format!("/manage/offices/{MANAGER}/certificates/2/approve");
    assert_eq!(bench.manage(Method::POST, &approve, &json!({})).await.data()["state"], "発行済み");
    let before = bench.mark().await;
    let reply = bench.site(&token, Method::POST, APPLICATIONS, Some(&order())).await;
    provoker.refused(APPLICATIONS, before, Provoked::new("CPM-C06", reply)).await;
}
