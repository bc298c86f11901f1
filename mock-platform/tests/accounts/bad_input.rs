//! What no client should send, to every route that reads something.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::bench::{Bench, KAIGO, bench};

const READERS: [&str; 6] = [
    "/v1/login/personal",
    "/v1/login/office",
    "/v1/token/refresh",
    "/site/login",
    "/site/licence/application",
    "/site/certificates",
];

async fn token(bench: &Bench, path: &str) -> String {
    if path.starts_with("/site") { bench.site_token(KAIGO).await } else { bench.access(KAIGO).await }
}

async fn raw(bench: &Bench, path: &str, content_type: Option<&str>, body: impl Into<Body>) -> (u16, String) {
    let token = token(bench, path).await;
    let request = Request::post(path).header(AUTHORIZATION, format!("Bearer {token}"));
    let request = content_type.into_iter().fold(request, |request, value| request.header(CONTENT_TYPE, value));
    let answered = bench.send(KAIGO, request.body(body.into()).unwrap()).await;
    let (status, code) = answered.error();
    (status, code.to_owned())
}

/// A body that a route reads well.
fn good(path: &str) -> Value {
    match path {
        "/v1/token/refresh" => json!({"refresh_token": "a"}),
        "/site/licence/application" => json!({"applicant": {
            "representative_family_name": "", "representative_given_name": "", "contact_family_name": "",
            "contact_given_name": "", "phone": "", "mail": "", "mail_again": "",
        }}),
        "/site/certificates" => {
            json!({"kind": "kaigo_jigyousho", "precautions_read": false, "terms_read": false, "password": ""})
        }
        _ => json!({"user_id": "a", "password": "b"}),
    }
}

#[tokio::test]
async fn wrong_types_missing_and_unknown_fields_are_400() {
    let bench = bench().await;
    for path in READERS {
        let mut bodies = vec![json!(null), json!([]), json!("text"), json!({})];
        let names: Vec<String> = good(path).as_object().unwrap().keys().cloned().collect();
        for name in names {
            for value in [json!(7), json!(null), json!([]), json!({"a": 1})] {
                let mut body = good(path);
                body[&name] = value;
                bodies.push(body);
            }
            let mut body = good(path);
            body.as_object_mut().unwrap().remove(&name);
            bodies.push(body);
        }
        let mut body = good(path);
        body["unknown"] = json!(1);
        bodies.push(body);
        for body in bodies {
            let answered = raw(&bench, path, Some("application/json"), body.to_string()).await;
            assert_eq!(answered, (400, "CPM-S400".to_owned()), "{path} {body}");
        }
    }
}

#[tokio::test]
async fn bodies_that_are_no_json_are_400() {
    let bench = bench().await;
    for path in READERS {
        let shift_jis = vec![b'{', b'"', 0x98, 0x41, 0x8C, 0x67, b'"', b':', b'1', b'}'];
        let cut = good(path).to_string().into_bytes();
        let cut = cut[..cut.len() - 1].to_vec();
        let deep = "[".repeat(10_000).into_bytes();
        for body in [Vec::new(), b"{".to_vec(), shift_jis, vec![0xFF, 0xFE], cut, deep] {
            let answered = raw(&bench, path, Some("application/json"), body).await;
            assert_eq!(answered, (400, "CPM-S400".to_owned()), "{path}");
        }
    }
}

#[tokio::test]
async fn oversized_bodies_are_413() {
    let bench = bench().await;
    for path in READERS {
        let large = format!("{}{}", good(path), " ".repeat(64 << 10));
        let known = raw(&bench, path, Some("application/json"), large.clone()).await;
        assert_eq!(known, (413, "CPM-S413".to_owned()), "{path}");
        let chunk = move |_| Ok::<_, std::io::Error>(large.clone());
        let endless = Body::from_stream(futures_util::stream::iter(std::iter::repeat(())).map(chunk));
        let unknown = raw(&bench, path, Some("application/json"), endless).await;
        assert_eq!(unknown, (413, "CPM-S413".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn other_content_types_are_415() {
    let bench = bench().await;
    for path in READERS {
        for content_type in [None, Some("text/plain"), Some("multipart/form-data; boundary=x"), Some("application/xml")]
        {
            let answered = raw(&bench, path, content_type, good(path).to_string()).await;
            assert_eq!(answered, (415, "CPM-S415".to_owned()), "{path} {content_type:?}");
        }
    }
}

#[tokio::test]
async fn other_methods_are_405_and_other_paths_404_with_our_body() {
    let bench = bench().await;
    let mut tried = BTreeSet::new();
    for document in &bench.documents {
        for path in document.paths.paths.keys() {
            let request =
                Request::builder().method(Method::DELETE).uri(path.replace("{number}", "1").replace("{no}", "1"));
            let answered = bench.send(KAIGO, request.body(Body::empty()).unwrap()).await;
            assert_eq!(answered.error(), (405, "CPM-S405"), "{path}");
            tried.insert(path.clone());
        }
    }
    assert!(!tried.is_empty());
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v2/home",
        "/v1/home/",
        "/v1//home",
        "/site/",
        "/v1/../v1/home",
        "/V1/home",
        "/v1/%68ome/x",
    ] {
        let answered = bench.send(KAIGO, Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answered.error(), (404, "CPM-S404"), "{path}");
    }
}

#[tokio::test]
async fn parameters_that_are_none_of_the_route_are_400() {
    let bench = bench().await;
    let token = bench.access(KAIGO).await;
    for path in [
        "/v1/offices?limit=0",
        "/v1/offices?limit=201",
        "/v1/offices?limit=-1",
        "/v1/offices?limit=many",
        "/v1/offices?after=997",
        "/v1/offices?colour=1",
        "/v1/offices?limit=1&limit=2",
        "/v1/notices?after=first",
        "/v1/notices?after=18446744073709551616",
        "/v1/notices?limit=",
        "/v1/notices?query=a",
    ] {
        assert_eq!(bench.get(KAIGO, &token, path).await.error(), (400, "CPM-S400"), "{path}");
    }
    bench.get(KAIGO, &token, "/v1/offices?limit=200").await.data();
}

#[tokio::test]
async fn a_user_id_of_any_length_and_kind_is_just_not_known() {
    let bench = bench().await;
    for id in ["", "c", "連携", "' OR 1=1 --", "c9970100013\u{0}", "C9970100013", &"c".repeat(60_000)] {
        assert_eq!(bench.personal(KAIGO, id, "x").await.error(), (200, "CPM-A01"), "{id:.20}");
    }
    assert!(bench.logins().iter().all(|(user, ..)| user == "?" || user == "c"));
}

#[tokio::test]
async fn operations_have_kebab_case_names_and_what_they_refer_to_is_there() {
    let bench = bench().await;
    let mut names = Vec::new();
    for document in &bench.documents {
        let json = serde_json::to_value(document).unwrap();
        for (_, item) in json["paths"].as_object().unwrap() {
            for (_, operation) in item.as_object().unwrap() {
                names.push(operation["operationId"].as_str().unwrap().to_owned());
                assert!(operation["tags"].is_array() && operation["responses"]["503"].is_object());
            }
        }
        let text = json.to_string();
        let references: Vec<&str> = text.split("\"#/components/schemas/").skip(1).collect();
        assert!(!references.is_empty());
        for reference in references {
            let name = reference.split('"').next().unwrap();
            assert!(json["components"]["schemas"][name].is_object(), "{name}");
        }
    }
    names.sort();
    assert_eq!(
        names.join(" "),
        "fetch-bulk fetch-file home login-office login-personal logout notices office offices received-detail \
         received-list recognise send send-bulk sent-detail sent-list site-certificate-application \
         site-certificate-p12 site-certificates site-licence site-licence-application site-licence-opt-out site-login \
         site-logout site-top token-refresh"
    );
}
