//! What a hostile page, name or address comes to.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, ORIGIN, SET_COOKIE};

use crate::bench::{Bench, MANAGER, PROVIDER, borrowed, plan};

/// Each form of the pages that an office sees.
const FORMS: [&str; 7] = [
    "/client/login",
    "/client/login/office",
    "/client/logout",
    "/client/sending",
    "/client/sending/1",
    "/client/sending/1/remove",
    "/client/received",
];

#[tokio::test]
async fn no_form_is_taken_without_the_token_of_its_browser() {
    let bench = Bench::new().await;
    let (mut manager, mut other) = (bench.client(MANAGER).await, bench.client(PROVIDER).await);
    manager.add(&borrowed(&plan())).await;
    let foreign = other.get("/client/received").await.token();
    for path in FORMS {
        for token in ["", "0", &foreign] {
            let seen = manager.post_bare(path, &[("token", token), ("office", MANAGER)]).await;
            assert_eq!(seen.status, 403, "{path} {token}");
            assert!(seen.words().contains("この画面は古くなっています。"), "{path}");
        }
        assert_eq!(manager.post_bare(path, &[]).await.status, 403, "{path}");
    }
    for token in ["", &foreign] {
        assert_eq!(manager.add_with(token, &borrowed(&plan())).await.status, 403);
    }
    assert_eq!(manager.get("/client/sending").await.text().matches("/client/sending/").count(), 1);
}

#[tokio::test]
async fn a_form_of_another_origin_is_refused_even_with_a_token() {
    let bench = Bench::new().await;
    let mut manager = bench.client(MANAGER).await;
    let token = manager.get("/client/received").await.token();
    for origin in ["http://evil.example", "null", "http://127.0.0.1:7001", "http://localhost:7000"] {
        let request = Request::post("/client/logout")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ORIGIN, origin);
        assert_eq!(manager.send(request, format!("token={token}")).await.status, 403, "{origin}");
    }
    assert_eq!(manager.get("/client").await.status, 200);
    let request = Request::post("/client/logout")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ORIGIN, "http://127.0.0.1:7000");
    assert_eq!(manager.send(request, format!("token={token}")).await.place(), "/client/login");
    assert_eq!(manager.get("/client").await.place(), "/client/login");
}

#[tokio::test]
async fn an_id_that_was_planted_is_worth_nothing_after_the_login() {
    let bench = Bench::new().await;
    let planted = "0123456789abcdef".repeat(4);
    let mut victim = bench.browser();
    victim.cookies.insert("renkei-7000".to_owned(), planted.clone());
    victim.log_in(MANAGER).await;
    assert_ne!(victim.cookies["renkei-7000"], planted);
    let mut attacker = bench.browser();
    attacker.cookies.insert("renkei-7000".to_owned(), planted);
    assert_eq!(attacker.get("/client").await.place(), "/client/login");

    let before = victim.cookies.clone();
    victim.post("/client/received", "/client/logout", &[]).await;
    attacker.cookies = before;
    assert_eq!(attacker.get("/client").await.place(), "/client/login");
}

#[tokio::test]
async fn cookies_are_for_this_port_and_out_of_the_reach_of_scripts() {
    let bench = Bench::new().await;
    let seen = bench.browser().get("/").await;
    let cookie = seen.headers[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("renkei-7000="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    let mut odd = bench.browser();
    odd.cookies.insert("renkei-7000".to_owned(), "A".repeat(64));
    assert!(odd.get("/").await.headers.contains_key(SET_COOKIE));
}

#[tokio::test]
async fn markup_in_names_and_messages_is_text() {
    let bench = Bench::new().await;
    let (mut manager, mut provider) = (bench.client(MANAGER).await, bench.client(PROVIDER).await);
    const MARKUP: &str = "<script>alert(1)</script>\"'<img src=x>&amp;";
    let odd = format!("{MARKUP}.pdf");
    let files = plan();
    let mut files = borrowed(&files);
    files.push((&odd, b"a"));
    files.push(("\u{202e}fdp.exe", b"a"));
    let added = manager.add(&files).await.place().to_owned();
    let page = manager.get(&added).await.text();
    for raw in ["<script>alert", "<img", "\u{202e}"] {
        assert!(!page.contains(raw), "{raw}");
    }
    assert!(page.contains("&#60;script&#62;alert(1)"), "{page}");
    assert!(page.contains("\\u{202e}fdp.exe"));
    for (no, remove) in [(1, [3, 4]), (1, [0, 0])] {
        let fields = remove.map(|position: i32| ("remove", position.to_string()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let path = format!("/client/sending/{no}");
        if remove == [3, 4] {
            manager.post(&path, &path, &fields).await;
        }
    }
    let edit = manager.post("/client/sending/1", "/client/sending/1", &[("message", MARKUP)]).await;
    assert_eq!(edit.place(), "/client/sending");
    for page in ["/client/sending", "/client/sending/1"] {
        assert!(!manager.get(page).await.text().contains("<script>alert"), "{page}");
    }
    manager.post("/client/sending", "/client/sending", &[("message", MARKUP)]).await;
    let notice = renkei_mock_platform::world::NewNotice {
        at: crate::bench::NOW,
        title: MARKUP.to_owned(),
        text: MARKUP.to_owned(),
        office: None,
    };
    bench.platform().world.post(notice).await.unwrap();
    let list = provider.get("/client/received").await.text();
    let id = list.split("name=\"id\" value=\"").nth(1).expect("it was received")[..11].to_owned();
    let detail = format!("/client/received/{id}");
    for page in ["/client", "/client/received", &detail] {
        let page = provider.get(page).await.text();
        assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
        assert!(page.contains("&#60;script&#62;alert(1)"), "{page}");
    }
    let refused = bench.browser().personal(MANAGER, MARKUP, "x").await.text();
    assert!(!refused.contains("<script>alert") && refused.contains("&#60;script&#62;"), "{refused}");
}

#[tokio::test]
async fn addresses_lead_to_nothing_but_what_they_name() {
    let bench = Bench::new().await;
    let (mut manager, mut provider) = (bench.client(MANAGER).await, bench.client(PROVIDER).await);
    manager.add(&borrowed(&plan())).await;
    manager.post("/client/sending", "/client/sending", &[]).await;
    let own = provider.get("/client/received").await.text();
    let id = own.split("name=\"id\" value=\"").nth(1).unwrap()[..11].to_owned();
    assert_eq!(provider.get(&format!("/client/received/{id}")).await.status, 200);
    // What is another office's is answered as what is not there.
    for path in [format!("/client/received/{id}"), format!("/client/received/{id}/files/0")] {
        assert_eq!(manager.get(&path).await.status, 403, "{path}");
    }
    for path in [
        "/client/received/..%2Fhome",
        "/client/received/%2e%2e",
        "/client/received/R0000000001%2Ffiles%2F0",
        "/client/received/R0000000001%3Fx",
        "/client/received/%FF",
        "/client/sent/..%2F..%2Fhome",
        "/client/received/R0000000001/files/-1",
        "/client/received/R0000000001/files/99999999999",
        "/client/sending/x",
        "/client/nowhere",
        "/client/sent?after=..%2Fhome",
        "/assets/..%2F..%2FCargo.toml",
    ] {
        assert_eq!(provider.get(path).await.status, 404, "{path}");
    }
    let seen = provider.post("/client/received", "/client/received", &[("id", "../home")]).await;
    assert_eq!(seen.status, 403);
    assert_eq!(provider.send(Request::delete("/client/received"), Body::empty()).await.status, 405);
}

#[tokio::test]
async fn every_answer_bears_the_headers_of_a_careful_page() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    for path in ["/", "/client", "/client/login", "/client/nowhere", "/assets/screens.css", "/assets/screens.js"] {
        let headers = browser.get(path).await.headers;
        assert_eq!(
            headers["content-security-policy"],
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
             img-src 'self'; frame-ancestors 'none'; base-uri 'none'",
            "{path}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
        assert!(headers.contains_key("cache-control"), "{path}");
    }
    let page = browser.get("/client/login").await.text();
    assert!(page.contains("<strong>TEST</strong>"));
    for inline in ["style=", "<style", "onclick", "javascript:", "http://", "https://"] {
        assert!(!page.contains(inline), "{inline}");
    }
}
