//! What no client should send, to every operation that the OpenAPI document describes: a new one joins by
//! itself. Each is answered with an error of ours, nothing is kept, and the platform goes on.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::bench::{Bench, CENTER, MANAGER, Reply, send, small};

/// Operations of offices that are asked without a session.
const OPEN: [&str; 4] = ["login-personal", "login-office", "token-refresh", "site-login"];

/// A body that is not the one of an operation.
const BOUNDARY: &str = "renkei-boundary";

/// An operation of the document.
struct Described {
    id: String,
    method: Method,
    path: String,
    /// Names of the parameters in the path and in the query.
    query: Vec<String>,
    /// The content type of the body, and its schema.
    body: Option<(String, Value)>,
    /// Whether it is one of the management, which nobody logs in to.
    of_operator: bool,
}

/// Those who ask: an office with a session, here and on the site.
struct Asker<'b> {
    bench: &'b Bench,
    site: String,
}

impl Asker<'_> {
    async fn ask(&self, operation: &Described, path: &str) -> RequestBuilder {
        self.ask_by(operation, operation.method.clone(), path).await
    }

    async fn ask_by(&self, operation: &Described, method: Method, path: &str) -> RequestBuilder {
        if operation.path.starts_with("/v1/") {
            return self.bench.as_office(MANAGER, method, path).await.header("Idempotency-Key", "k");
        }
        self.bench.local(method, path).bearer_auth(&self.site)
    }
}

async fn described(bench: &Bench) -> Vec<Described> {
    let document = send(bench.local(Method::GET, "/openapi.json")).await.json();
    let resolved = |schema: &Value| match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap().clone(),
        None => schema.clone(),
    };
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let named = |place: &str| {
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let those = parameters.filter(|parameter| parameter["in"] == place);
                those.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
            };
            let content = operation["requestBody"]["content"].as_object();
            let body = content.and_then(|content| content.iter().next());
            all.push(Described {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                query: named("query"),
                body: body.map(|(media_type, content)| (media_type.clone(), resolved(&content["schema"]))),
                of_operator: operation["tags"] == json!(["manage"]),
            });
        }
    }
    assert!(all.len() >= 44, "{}", all.len());
    all
}

/// A path without parameters that lead anywhere.
fn plain(path: &str) -> String {
    path.replace("{number}", MANAGER)
        .replace("{id}", "R0000000001")
        .replace("{position}", "0")
        .replace("{no}", "1")
        .replace("{name}", "n")
        .replace("{serial}", "00")
}

#[track_caller]
fn assert_error(reply: &Reply, status: u16, what: &str) {
    assert_eq!(reply.error(), (status, format!("CPM-S{status}")), "{what}: {}", reply.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_survives_what_no_client_should_send() {
    let bench = Bench::start(small()).await;
    let asker = Asker { bench: &bench, site: bench.site_login(MANAGER).await };
    let operations = described(&bench).await;
    let (mut json_bodies, mut forms, mut paths, mut queries) = (0, 0, 0, 0);
    for operation in &operations {
        let id = operation.id.as_str();
        let path = plain(&operation.path);
        // Session bound operations say nothing without a token, or with a wrong one.
        if !OPEN.contains(&id) && !operation.of_operator {
            for token in ["", "x", &"0".repeat(64)] {
                let request = if path.starts_with("/v1/") {
                    bench.on(MANAGER, operation.method.clone(), &path)
                } else {
                    bench.local(operation.method.clone(), &path)
                };
                assert_error(&send(request.bearer_auth(token)).await, 401, id);
            }
        }
        assert_error(&send(asker.ask_by(operation, Method::PATCH, &path).await).await, 405, id);
        if operation.path.contains('{') {
            paths += 1;
            strange_paths(&asker, operation).await;
        }
        for name in &operation.query {
            queries += 1;
            for query in [format!("{name}=%00%FF"), format!("{name}=-1"), format!("{name}=1&{name}=2")] {
                if name == "query" && !query.contains('&') {
                    continue;
                }
                assert_error(&send(asker.ask(operation, &format!("{path}?{query}")).await).await, 400, &query);
            }
            assert_error(&send(asker.ask(operation, &format!("{path}?colour=1")).await).await, 400, id);
        }
        match &operation.body {
            Some((media_type, schema)) if media_type == "application/json" => {
                json_bodies += 1;
                strange_json(&asker, operation, &path, schema).await;
            }
            Some((media_type, _)) if media_type == "application/toml" => strange_plans(&asker, operation, &path).await,
            Some((media_type, _)) => {
                assert_eq!(media_type, "multipart/form-data", "{id}");
                forms += 1;
                strange_forms(&asker, operation, &path).await;
            }
            None => {}
        }
    }
    assert!(json_bodies >= 11 && forms >= 2 && paths >= 11 && queries >= 10, "{json_bodies} {forms} {paths} {queries}");
    let journal = bench.journal(0).await;
    assert!(journal.iter().all(|line| line["event"] != "accepted"), "nothing was sent");
    assert!(journal.iter().all(|line| line["status"] != 500), "nothing broke");
    let file = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
    bench.deliver(MANAGER, "good", &json!({}), &[(file, b"202407,1\r\n")]).await.data();
}

/// Parameters of the path that name nothing.
async fn strange_paths(asker: &Asker<'_>, operation: &Described) {
    for strange in
        ["..%2F..%2Fetc%2Fpasswd", "%00", "%FF%FE", "%E9%80%A3", "-1", "4294967296", "R9999999999", &"x".repeat(4_000)]
    {
        let path = operation.path.split('/').map(|part| if part.starts_with('{') { strange } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        // Names and serial numbers that the operator makes up may be any of these that are well-formed.
        let is_made_up = ["{name}", "{serial}"].iter().any(|made_up| operation.path.contains(made_up));
        if is_made_up && strange.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && strange.len() < 64
        {
            continue;
        }
        let reply = send(asker.ask(operation, &path).await).await;
        // What is not the office's is not told apart from what is not there.
        let is_refused = match reply.status {
            403 | 404 => true,
            400 => is_made_up,
            // It may be looked for after the body only.
            415 => operation.body.is_some(),
            _ => false,
        };
        assert!(is_refused, "{} {strange:.40}: {}", operation.id, reply.text());
        assert_error(&reply, reply.status, &operation.id);
    }
}

async fn strange_json(asker: &Asker<'_>, operation: &Described, path: &str, schema: &Value) {
    let id = operation.id.as_str();
    let mut bodies: Vec<Vec<u8>> =
        ["", "{", "null", "[]", "7", "\"text\"", "{\"unknown\":1}", "{}}"].map(Vec::from).to_vec();
    bodies.push("[".repeat(10_000).into());
    bodies.push(vec![b'{', b'"', 0x98, 0x41, 0x8C, 0x67, b'"', b':', b'1', b'}']);
    bodies.push([0xEF, 0xBB, 0xBF, b'{', b'}'].to_vec());
    let alternatives = schema["oneOf"].as_array().map_or_else(|| std::slice::from_ref(schema), Vec::as_slice);
    let properties = alternatives.iter().filter_map(|schema| schema["properties"].as_object());
    let names: Vec<&String> = properties.flat_map(|properties| properties.keys()).collect();
    assert!(!names.is_empty(), "{id} tells no properties");
    for name in names {
        // Each of them is of no type that a property of this API has.
        for wrong in [json!(1.5), json!([[]]), json!({"a": 1})] {
            bodies.push(json!({name.as_str(): wrong}).to_string().into());
        }
    }
    for body in bodies {
        let what = format!("{id} {:.60}", String::from_utf8_lossy(&body));
        let request = asker.ask(operation, path).await.header("Content-Type", "application/json");
        assert_error(&send(request.body(body)).await, 400, &what);
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json"] {
        let request = asker.ask(operation, path).await.header("Content-Type", content_type);
        assert_error(&send(request.body("{}")).await, 415, &format!("{id} {content_type}"));
    }
    // The answer is not lost although the client still sends. What is far too much is not read.
    for length in [82 << 10, 1 << 20, 8 << 20] {
        let request = asker.ask(operation, path).await.header("Content-Type", "application/json");
        // The management is for this machine only and is not tested for what is far too much.
        if length > 1 << 20 && !path.starts_with("/v1/") {
            continue;
        }
        let reply = send(request.body(format!("{{\"a\":\"{}\"}}", "x".repeat(length)))).await;
        assert_error(&reply, 413, &format!("{id} {length}"));
        let closes = reply.headers.get("connection").is_some_and(|value| value == "close");
        assert_eq!(closes, length > 1 << 20, "{id} {length}");
    }
}

async fn strange_plans(asker: &Asker<'_>, operation: &Described, path: &str) {
    let id = operation.id.as_str();
    let ask = async |content_type: &str, plan: Vec<u8>| {
        send(asker.ask(operation, path).await.header("Content-Type", content_type).body(plan)).await
    };
    for plan in [&b"{"[..], b"step = 1", b"[[step]]", b"[[step]]\nfault = 7", b"\x95\x5c = 1", b"\0", b"colour = 1"] {
        let reply = ask("application/toml", plan.to_vec()).await;
        assert_error(&reply, 400, &format!("{id} {}", String::from_utf8_lossy(plan)));
    }
    for content_type in ["application/json", "toml", ""] {
        assert_error(&ask(content_type, Vec::new()).await, 415, &format!("{id} {content_type}"));
    }
    assert_error(&ask("application/toml", vec![b'#'; 2 << 20]).await, 413, id);
}

async fn strange_forms(asker: &Asker<'_>, operation: &Described, path: &str) {
    let id = operation.id.as_str();
    let name = if id == "send" { "delivery" } else { "deliveries" };
    let json_part = |json: &[u8]| {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/json\r\n\r\n"
        );
        [head.as_bytes(), json, b"\r\n"].concat()
    };
    let file = |file_name: &[u8]| {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; ");
        [head.as_bytes(), file_name, b"\r\n\r\n%PDF-1.7\r\n"].concat()
    };
    let end = format!("--{BOUNDARY}--\r\n").into_bytes();
    let good = format!("multipart/form-data; boundary={BOUNDARY}");
    let ask = async |content_type: &str, body: Vec<u8>| {
        let request = asker.ask(operation, path).await.header("Content-Type", content_type);
        send(request.body(body)).await
    };
    let json = json!({"message": "x"}).to_string();
    let whole = [json_part(json.as_bytes()), file(b"filename=\"a.pdf\""), end.clone()].concat();
    for length in (0..whole.len() - 2).step_by(7) {
        assert_error(&ask(&good, whole[..length].to_vec()).await, 400, &format!("{id} cut at {length}"));
    }
    for (content_type, status) in [
        ("application/json", 415),
        ("text/plain", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=other", 400),
    ] {
        assert_error(&ask(content_type, whole.clone()).await, status, &format!("{id} {content_type}"));
    }
    for bad in [&b"{"[..], b"[]", b"{\"message\":1}", b"{\"unknown\":1}", b"{\"message\":\"\x95\x5c\"}"] {
        let body = [json_part(bad), file(b"filename=\"a.pdf\""), end.clone()].concat();
        assert_error(&ask(&good, body).await, 400, &format!("{id} {}", String::from_utf8_lossy(bad)));
    }
    // Names that lead out are refused as names; those that are no UTF-8 as bodies.
    for (file_name, status) in [
        (&b"filename=\"../a.pdf\""[..], 200),
        (b"filename=\"..\\\\a.pdf\"", 200),
        (b"filename=\"C:\\a.pdf\"", 200),
        (b"filename*=UTF-8''..%2Fa.pdf", 200),
        (b"filename*=UTF-8''a%00.pdf", 200),
        (b"filename=\"NUL.pdf\"", 200),
        (b"filename=\"\x95\x5c.pdf\"", 400),
        (b"filename*=UTF-8''%95%5C.pdf", 400),
    ] {
        let json = if id == "send" { json!({"destination": CENTER}) } else { json!({}) };
        let body = [json_part(json.to_string().as_bytes()), file(file_name), end.clone()].concat();
        let reply = ask(&good, body).await;
        let what = format!("{id} {}", String::from_utf8_lossy(file_name));
        if status == 200 {
            assert_eq!(reply.status, 200, "{what}");
            assert!(reply.text().contains("CPM-D05"), "{what}: {}", reply.text());
        } else {
            assert_error(&reply, status, &what);
        }
    }
}
