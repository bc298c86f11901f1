//! What the OpenAPI document lets a client ask is what the platform takes, and what it forbids is refused.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, MANAGER, form, send, small};

/// Whether a schema of the document takes a value.
fn takes(document: &Value, schema: &Value, value: &Value) -> bool {
    let whole = json!({"allOf": [schema], "components": document["components"]});
    jsonschema::options().should_validate_formats(true).build(&whole).unwrap().is_valid(value)
}

fn parameter<'a>(document: &'a Value, method: &str, path: &str, name: &str) -> &'a Value {
    let parameters = document["paths"][path][method]["parameters"].as_array().unwrap();
    &parameters.iter().find(|parameter| parameter["name"] == name).unwrap()["schema"]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parameters_are_taken_and_refused_as_the_document_says() {
    let bench = Bench::start(small()).await;
    let document = send(bench.local(Method::GET, "/openapi.json")).await.json();
    // A page has five entries at most here, as the settings say.
    for path in ["/v1/notices", "/v1/offices", "/v1/received", "/v1/sent"] {
        let schema = parameter(&document, "get", path, "limit");
        assert!(schema["default"].is_u64() && takes(&document, schema, &schema["default"]), "{path}: {schema}");
        for (limit, good) in [(0, false), (1, true), (5, true), (6, false)] {
            assert_eq!(takes(&document, schema, &json!(limit)), good, "{path} {limit}: {schema}");
            let reply = bench.get(MANAGER, &format!("{path}?limit={limit}")).await;
            assert_eq!(reply.status, if good { 200 } else { 400 }, "{path} {limit}");
            assert!(good || reply.text().contains("limit は1以上5以下の整数です"), "{}", reply.text());
        }
        let reply = bench.get(MANAGER, &format!("{path}?after=x")).await;
        assert_eq!(
            (reply.status, reply.text().contains("after は、前のページの next の値です")),
            (400, true),
            "{path}"
        );
        assert!(!takes(&document, parameter(&document, "get", path, "after"), &json!("")), "{path}");
    }
    for path in ["/manage/journal", "/manage/handshakes"] {
        let schema = parameter(&document, "get", path, "limit");
        for (limit, good) in [(0, false), (1, true), (1_000, true), (1_001, false)] {
            assert_eq!(takes(&document, schema, &json!(limit)), good, "{path} {limit}: {schema}");
            let reply = send(bench.local(Method::GET, &format!("{path}?limit={limit}"))).await;
            assert_eq!(reply.status, if good { 200 } else { 400 }, "{path} {limit}");
        }
        assert_eq!(parameter(&document, "get", path, "since")["format"], "uint64");
        let last = send(bench.local(Method::GET, &format!("{path}?since={}", u64::MAX))).await;
        assert_eq!(last.status, 200, "{path}");
    }
    let serial = parameter(&document, "post", "/manage/certificates/{serial}/revoke", "serial");
    let most = "ff".repeat(20);
    let over = "11".repeat(21);
    for (written, good) in [
        ("deadbeef", true),
        ("00000001", true),
        ("0010", true),
        (&most, true),
        ("0", false),
        ("00", false),
        ("1", false),
        ("001", false),
        ("0A", true),
        (&over, false),
    ] {
        assert_eq!(takes(&document, serial, &json!(written)), good, "{written}");
        let reply = send(bench.local(Method::POST, &format!("/manage/certificates/{written}/revoke"))).await;
        assert_eq!(reply.status, if good { 200 } else { 400 }, "{written}");
    }
    let name = parameter(&document, "put", "/manage/snapshots/{name}", "name");
    let (long, longer) = ("a".repeat(64), "a".repeat(65));
    for (written, good) in [("A-b_9", true), (&long, true), (&longer, false), ("a.b", false), ("%E9%80%A3", false)] {
        assert_eq!(takes(&document, name, &json!(written)), good, "{written}");
        let reply = send(bench.local(Method::PUT, &format!("/manage/snapshots/{written}"))).await;
        assert_eq!(reply.status, if good { 200 } else { 400 }, "{written}");
    }
    let key = parameter(&document, "post", "/v1/deliveries", "Idempotency-Key");
    let (long, longer) = ("k".repeat(128), "k".repeat(129));
    for (written, good) in [("!~", true), (long.as_str(), true), (&longer, false), ("a b", false), ("", false)] {
        assert_eq!(takes(&document, key, &json!(written)), good, "{written}");
        let request = bench.as_office(MANAGER, Method::POST, "/v1/deliveries").await.header("idempotency-key", written);
        // Without a file a good key leads to a business error.
        let reply = send(request.multipart(form("delivery", &json!({}), &[]))).await;
        let expected = if good { (200, "CPM-D13") } else { (400, "CPM-S400") };
        assert_eq!(reply.error(), (expected.0, expected.1.to_owned()), "{written}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_are_taken_and_refused_as_the_document_says() {
    let bench = Bench::start(small()).await;
    let document = send(bench.local(Method::GET, "/openapi.json")).await.json();
    let schema = |method: &str, path: &str| {
        document["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"].clone()
    };
    for (setting, good) in [
        (json!({"stop_at": "2027-01-05"}), true),
        (json!({"stop_at": "2027-01-05T09:00:00+09:00"}), true),
        (json!({"stop_at": "2027-02-30"}), false),
        (json!({"stop_at": "1999-12-31"}), false),
        (json!({"stop_at": "tomorrow"}), false),
        (json!({"machine": {}}), true),
        (json!({"machine": {"at": 1}}), false),
        (json!({"machine": {}, "stop_at": "2027-01-05"}), false),
        (json!({}), false),
        (json!({"stop_at": "2026-11-27T09:00:00+09:00"}), true),
    ] {
        assert_eq!(takes(&document, &schema("put", "/manage/clock"), &setting), good, "{setting}");
        let reply = bench.manage(Method::PUT, "/manage/clock", &setting).await;
        assert_eq!(reply.status, if good { 200 } else { 400 }, "{setting}: {}", reply.text());
    }
    for (notice, good) in [
        (json!({"title": "件名", "text": "本文", "office": MANAGER}), true),
        (json!({"title": " ", "text": "本文"}), false),
        (json!({"title": "件名", "text": ""}), false),
        (json!({"title": "件名", "text": "本文", "office": "123"}), false),
    ] {
        assert_eq!(takes(&document, &schema("post", "/manage/notices"), &notice), good, "{notice}");
        let reply = bench.manage(Method::POST, "/manage/notices", &notice).await;
        assert_eq!(reply.status, if good { 200 } else { 400 }, "{notice}");
    }
    for (body, good) in [(json!({"ids": ["R1"]}), true), (json!({"ids": []}), false)] {
        assert_eq!(takes(&document, &schema("post", "/v1/received/fetch"), &body), good, "{body}");
        let reply = bench.post(MANAGER, "/v1/received/fetch", &body).await;
        assert_eq!(reply.status == 400, !good, "{body}: {}", reply.text());
        assert!(good || reply.text().contains("ids に1件以上を指定してください"), "{}", reply.text());
    }
    let user = json!({"user_id": "c1", "password": "x"});
    let mut with_step = user.clone();
    with_step["step_token"] = json!("x");
    for (path, body, good) in [
        ("/v1/login/personal", &user, true),
        ("/v1/login/personal", &with_step, false),
        ("/v1/login/office", &user, false),
        ("/v1/login/office", &with_step, true),
    ] {
        assert_eq!(takes(&document, &schema("post", path), body), good, "{path} {body}");
        let reply = send(bench.on(MANAGER, Method::POST, path).json(body)).await;
        assert_eq!(reply.status == 400, !good, "{path} {body}: {}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_office_is_replaced_as_the_document_says_and_no_misspelt_key_takes_anything_away() {
    let bench = Bench::start(small()).await;
    let document = send(bench.local(Method::GET, "/openapi.json")).await.json();
    let path = format!("/manage/offices/{MANAGER}");
    let office = async || {
        let offices = send(bench.local(Method::GET, "/manage/offices")).await.data();
        offices.as_array().unwrap().iter().find(|office| office["number"] == MANAGER).unwrap().clone()
    };
    let before = office().await;
    let put = async |office: &Value, good: bool| {
        let schema = json!({"$ref": "#/components/schemas/Office"});
        assert_eq!(takes(&document, &schema, office), good, "{office}");
        let reply = bench.manage(Method::PUT, &path, office).await;
        assert_eq!(reply.status, if good { 200 } else { 400 }, "{}", reply.text());
    };
    // What is null in the answer may be left out.
    let mut short = before.clone();
    short["office_user"].as_object_mut().unwrap().remove("locked_until").unwrap();
    put(&short, true).await;
    for (place, key) in [("", "licences"), ("/office_user", "locked"), ("/licence", "end"), ("/certificates/0", "end")]
    {
        let mut misspelt = before.clone();
        misspelt.pointer_mut(place).unwrap()[key] = json!("2027-01-01");
        put(&misspelt, false).await;
    }
    for (place, value) in [("/name", json!(" ")), ("/number", json!("997")), ("/personal_user/password", json!(""))] {
        let mut unfit = before.clone();
        *unfit.pointer_mut(place).unwrap() = value;
        put(&unfit, false).await;
    }
    assert_eq!(office().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_link_of_the_document_leads_to_an_operation_with_its_parameters() {
    let bench = Bench::start(small()).await;
    let document = send(bench.local(Method::GET, "/openapi.json")).await.json();
    let operations: Vec<&Value> =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values()).collect();
    let mut found = Vec::new();
    for operation in &operations {
        for link in operation["responses"]["200"]["links"].as_object().into_iter().flat_map(|links| links.values()) {
            let next = operations.iter().find(|next| next["operationId"] == link["operationId"]).unwrap();
            let wanted: Vec<&Value> =
                next["parameters"].as_array().unwrap().iter().map(|parameter| &parameter["name"]).collect();
            let given: Vec<Value> = link["parameters"].as_object().unwrap().keys().map(|name| json!(name)).collect();
            assert_eq!(given.iter().collect::<Vec<_>>(), wanted, "{link}");
            let name = |operation: &Value| operation["operationId"].as_str().unwrap().to_owned();
            found.push(format!("{} -> {}", name(operation), name(next)));
        }
    }
    found.sort();
    assert_eq!(
        found,
        [
            "manage-snapshot -> manage-snapshot-restore",
            "received-list -> fetch-file",
            "received-list -> received-detail",
            "send -> sent-detail",
            "sent-list -> sent-detail",
        ]
    );
}
