//! What the management answers is what the OpenAPI document says of it.

use std::sync::Arc;

use jsonschema::Validator;
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::refusal::{Business, System};
use reqwest::Method;
use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;
use serde_json::{Value, json};

use crate::bench::{Bench, MANAGER, PROVIDER, Reply, identity, send, small};

/// The answers of an operation that the document describes for a status.
fn validator(document: &Value, method: &Method, path: &str, status: u16) -> Validator {
    let method = method.as_str().to_lowercase();
    let operation = &document["paths"][path][&method];
    let schema = &operation["responses"][status.to_string()]["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "{method} {path} {status} is not described: {operation}");
    let whole = json!({"allOf": [schema], "components": document["components"]});
    jsonschema::options().should_validate_formats(true).build(&whole).unwrap()
}

/// Shows no certificate.
#[derive(Debug)]
struct Nobody;

impl ResolvesClientCert for Nobody {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_lists_every_code_with_its_words() {
    let bench = Bench::start(small()).await;
    let document = send(bench.local(Method::GET, "/openapi.json")).await.json();
    let code = &document["components"]["schemas"]["ErrorBody"]["properties"]["code"];
    let all: Vec<&str> =
        Business::ALL.iter().map(|why| why.code()).chain(System::ALL.iter().map(|why| why.code())).collect();
    assert_eq!(code["enum"], json!(all));
    for why in Business::ALL {
        assert!(code["description"].as_str().unwrap().contains(&format!("`{}`: {}", why.code(), why.text().ja)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_of_the_management_is_of_its_schema() {
    let bench = Bench::start(small()).await;
    let document = send(bench.local(Method::GET, "/openapi.json")).await.json();
    let checked = |reply: Reply, method: &Method, path: &str| {
        let answer = reply.json();
        let errors: Vec<String> = validator(&document, method, path, reply.status)
            .iter_errors(&answer)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{method} {path} {errors:?}: {answer}");
        assert_eq!(answer["status"], if reply.status == 200 { "ok" } else { "error" });
        answer["data"].clone()
    };
    let get = async |path: &str| checked(send(bench.local(Method::GET, path)).await, &Method::GET, path);
    let put = async |path: &str, of: &str, body: Value| {
        checked(bench.manage(Method::PUT, path, &body).await, &Method::PUT, of)
    };
    let post = async |path: &str, of: &str, body: Value| {
        checked(bench.manage(Method::POST, path, &body).await, &Method::POST, of)
    };

    // Something to tell of: a plan, a fault, a login, a delivery, handshakes that came to something and to nothing.
    bench.plan("[[step]]\non = \"send\"\nnth = 1\nfault = \"maintenance\"\n").await;
    let file = ("DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV", &b"202407,1\r\n"[..]);
    assert_eq!(bench.deliver(MANAGER, "k", &json!({}), &[file]).await.error().1, "CPM-M01");
    bench.deliver(MANAGER, "k", &json!({}), &[file]).await.data();
    let mut tls = identity(&bench.running, &OfficeNumber::parse(MANAGER).unwrap());
    tls.client_auth_cert_resolver = Arc::new(Nobody);
    let nobody = reqwest::Client::builder().tls_backend_preconfigured(tls).build().unwrap();
    nobody.get(format!("https://{}/v1/home", bench.running.platform)).send().await.unwrap_err();
    let handshakes = get("/manage/handshakes").await;
    assert!(handshakes["handshakes"].as_array().unwrap().iter().any(|one| one["outcome"]["outcome"] == "refused"));

    // What answers one question is no answer to another.
    let clock = send(bench.local(Method::GET, "/manage/clock")).await.json();
    for other in ["/version", "/manage/faults", "/manage/journal", "/manage/handshakes", "/manage/offices"] {
        assert!(!validator(&document, &Method::GET, other, 200).is_valid(&clock), "{other}");
    }
    assert_eq!(get("/version").await["real_system"], json!(false));
    assert_eq!(get("/manage/clock").await["stopped"], json!(true));
    assert_eq!(get("/manage/faults").await["steps"][0]["fired"], json!(1));
    let offices = get("/manage/offices").await;
    let office = offices.as_array().unwrap().iter().find(|office| office["number"] == PROVIDER).unwrap().clone();
    let of_office = format!("/manage/offices/{PROVIDER}");
    put(&of_office, "/manage/offices/{number}", office).await;
    put(&of_office, "/manage/offices/{number}", json!({"number": PROVIDER})).await;
    put("/manage/clock", "/manage/clock", json!({"run_from": "2026-11-27T09:00:00+09:00"})).await;
    put("/manage/clock", "/manage/clock", json!({"machine": {}})).await;
    post("/manage/notices", "/manage/notices", json!({"title": "お知らせ", "text": "見本"})).await;
    post(&format!("{of_office}/licence/paid"), "/manage/offices/{number}/licence/paid", json!({})).await;
    let approve = "/manage/offices/{number}/certificates/{no}/approve";
    post(&approve.replace("{number}", PROVIDER).replace("{no}", "1"), approve, json!({})).await;
    let revoke = "/manage/certificates/{serial}/revoke";
    let issued = &get("/manage/offices").await[0];
    let serial = issued["certificates"][0]["state"]["serial"].as_str().unwrap();
    // As `openssl x509 -serial` writes it.
    let written = format!("00{serial}").to_uppercase();
    let revoked = post(&revoke.replace("{serial}", &written), revoke, json!({})).await;
    assert_eq!((&revoked["serial"], &revoked["office"]), (&json!(serial), &issued["number"]));
    let unknown = post(&revoke.replace("{serial}", "00deadbeef"), revoke, json!({})).await;
    assert_eq!((&unknown["serial"], &unknown["office"]), (&json!("deadbeef"), &Value::Null));
    let (one, again) = ("/manage/snapshots/{name}", "/manage/snapshots/{name}/restore");
    put("/manage/snapshots/first", one, json!({})).await;
    post("/manage/snapshots/first/restore", again, json!({})).await;
    post("/manage/reset", "/manage/reset", json!({})).await;
    assert!(bench.running.parts().authority.revoked_since("deadbeef").is_some(), "a reset revokes no revocation");
    let reset = &document["paths"]["/manage/reset"]["post"];
    assert!(reset["summary"].as_str().unwrap().contains("stays revoked"), "{reset}");
    let events: Vec<Value> =
        get("/manage/journal").await.as_array().unwrap().iter().map(|line| line["event"].clone()).collect();
    for event in [
        "started",
        "handshake",
        "login",
        "request",
        "accepted",
        "fault",
        "clock",
        "revoked",
        "office_set",
        "notice_added",
        "restored",
        "reset",
    ] {
        assert!(events.contains(&json!(event)), "{event}: {events:?}");
    }

    // A name that is there already is not the platform's failure.
    put("/manage/snapshots/first", one, json!({})).await;
    let twice = bench.manage(Method::PUT, "/manage/snapshots/first", &json!({})).await;
    assert_eq!(twice.error(), (400, "CPM-S400".to_owned()), "{}", twice.text());
    assert!(twice.text().contains("その名前のスナップショットはもうあります"), "{}", twice.text());
    // Nor is one that not every system has for a folder.
    for name in ["CON", "lpt1", "a.b", &"a".repeat(65)] {
        let reply = bench.manage(Method::PUT, &format!("/manage/snapshots/{name}"), &json!({})).await;
        assert_eq!(reply.error(), (400, "CPM-S400".to_owned()), "{name}");
        assert!(reply.text().contains("スナップショットの名前は、64文字以内"), "{}", reply.text());
    }
    // Nor is a moment that the clock cannot show, or that is none.
    for (setting, told) in [
        (json!({"run_from": "9999-12-31T23:59:59Z"}), "2000年から2100年まで"),
        (json!({"stop_at": "1999-12-31"}), "2000年から2100年まで"),
        (json!({"stop_at": "tomorrow"}), "日付か、時差のある日時を指定します"),
        (json!({"stop_at": 5}), "値の種類が違います。文字列にします"),
    ] {
        let reply = bench.manage(Method::PUT, "/manage/clock", &setting).await;
        assert_eq!(reply.error(), (400, "CPM-S400".to_owned()), "{setting}");
        assert!(reply.json()["error"]["detail"]["ja"].as_str().unwrap().contains(told), "{}", reply.text());
    }
    put("/manage/clock", "/manage/clock", json!({"run_from": "2100-12-31T23:59:59+09:00"})).await;
    put("/manage/clock", "/manage/clock", json!({"stop_at": "2027-01-05"})).await;
    assert_eq!(get("/manage/clock").await["now"], json!("2027-01-05T00:00:00+09:00"));
    // Nor is a number that no certificate can have.
    for serial in ["0", "00", "xy", &"11".repeat(21)] {
        let reply = send(bench.local(Method::POST, &format!("/manage/certificates/{serial}/revoke"))).await;
        assert_eq!(reply.error(), (400, "CPM-S400".to_owned()), "{serial}");
        assert!(reply.text().contains("シリアル番号は、0でない16進数"), "{}", reply.text());
    }
    let ended = checked(send(bench.local(Method::DELETE, "/manage/faults")).await, &Method::DELETE, "/manage/faults");
    assert_eq!(ended["steps"].as_array().unwrap().len(), 1);
    assert_eq!(get("/manage/faults").await["steps"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_says_who_may_ask_and_which_answers_are_bytes() {
    let bench = Bench::start(small()).await;
    let document = send(bench.local(Method::GET, "/openapi.json")).await.json();
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["certificate"]["type"], "mutualTLS");
    for token in ["token", "site-token"] {
        assert_eq!((&schemes[token]["type"], &schemes[token]["scheme"]), (&json!("http"), &json!("bearer")), "{token}");
    }
    let (mut binaries, mut asked) = (0, 0);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let expected = match id {
                "login-personal" | "login-office" | "token-refresh" => json!([{"certificate": []}]),
                "site-login" => json!([{}]),
                _ if path.starts_with("/v1/") => json!([{"certificate": [], "token": []}]),
                _ if path.starts_with("/site/") => json!([{"site-token": []}]),
                _ => json!([{}]),
            };
            assert_eq!(operation["security"], expected, "{id}");
            // The platform's routes are on its own listener, the others where the document is.
            let servers = if path.starts_with("/v1/") { json!([{"url": bench.running.url()}]) } else { Value::Null };
            assert_eq!(operation["servers"], servers, "{id}");
            // What needs a token is refused without one.
            if expected.to_string().contains("token") {
                asked += 1;
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let request =
                    if path.starts_with("/v1/") { bench.on(MANAGER, method, path) } else { bench.local(method, path) };
                assert_eq!(send(request).await.status, 401, "{id}");
            }
            for (media, body) in operation["responses"]["200"]["content"].as_object().into_iter().flatten() {
                if media != "application/json" && !media.starts_with("text/") {
                    binaries += 1;
                    assert_eq!(body["schema"], json!({"type": "string", "contentMediaType": media}), "{id}");
                }
            }
        }
    }
    assert_eq!((binaries, asked > 15), (3, true), "{asked}");
}
