//! Every form of the pages, whoever sends it: without its token, with another browser's, from another site,
//! after a login, with markup in each field, with paths in each field and in its address. Which forms there
//! are is asked of the pages themselves: one that is not listed here fails the first test.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use renkei_mock_platform::screens;

use crate::bench::{Bench, Browser, MANAGER, PROVIDER, UNLICENSED, borrowed, plan};

const MARKUP: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

/// Who has a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Nobody needs to have logged in.
    Anybody,
    /// A client, with a draft and an entry.
    Client,
    /// 事業所ユーザ of an office without a licence.
    Site,
}

/// A form: its route, who has it, the page it stands on, the address it is sent to, and its fields.
struct Form {
    route: &'static str,
    who: Who,
    page: &'static str,
    action: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

const fn form(
    route: &'static str,
    who: Who,
    page: &'static str,
    fields: &'static [(&'static str, &'static str)],
) -> Form {
    Form { route, who, page, action: route, fields }
}

const APPLICATION: &[(&str, &str)] = &[
    ("representative_family_name", "見本"),
    ("representative_given_name", "一郎"),
    ("contact_family_name", "見本"),
    ("contact_given_name", "花子"),
    ("phone", "0300000000"),
    ("mail", "a@example.com"),
    ("mail_again", "a@example.com"),
    ("terms", "yes"),
    ("privacy", "yes"),
    ("answer", "yes"),
];
const USER: &[(&str, &str)] = &[("user", "KJ999970100013"), ("password", "wrong")];
const OFFICE: &str = "/console/offices/9970100013";

const FORMS: &[Form] = &[
    form("/client/login", Who::Anybody, "/client/login", &[("office", MANAGER), ("user", "c1"), ("password", "x")]),
    form("/client/login/office", Who::Anybody, "/client/login/office", USER),
    form("/client/logout", Who::Client, "/client", &[]),
    form("/client/new", Who::Client, "/client/new", &[]),
    form("/client/sending", Who::Client, "/client/sending", &[("message", "a")]),
    Form {
        action: "/client/sending/1",
        ..form(
            "/client/sending/{no}",
            Who::Client,
            "/client/sending/1",
            &[("message", "a"), ("destination", PROVIDER), ("remove", "9")],
        )
    },
    Form {
        action: "/client/sending/1/remove",
        ..form("/client/sending/{no}/remove", Who::Client, "/client/sending/1", &[])
    },
    form("/client/received", Who::Client, "/client/received", &[("id", "R0000000001")]),
    Form {
        action: "/client/received/R0000000001",
        ..form("/client/received/{id}", Who::Client, "/client/received", &[])
    },
    form("/console/clock", Who::Anybody, "/console", &[("hand", "stop_at"), ("at", "2026-11-27T09:00")]),
    form("/console/reset", Who::Anybody, "/console", &[]),
    form("/console/snapshot", Who::Anybody, "/console", &[("name", "a")]),
    form("/console/restore", Who::Anybody, "/console", &[("name", "a")]),
    form("/console/notice", Who::Anybody, "/console", &[("title", "a"), ("text", "b"), ("office", "")]),
    form("/console/faults", Who::Anybody, "/console/faults", &[("plan", "")]),
    Form {
        action: "/console/offices/9970100013/users",
        ..form(
            "/console/offices/{number}/users",
            Who::Anybody,
            OFFICE,
            &[("office_user", "regular"), ("personal_user", "regular")],
        )
    },
    Form {
        action: "/console/offices/9970100013/licence",
        ..form(
            "/console/offices/{number}/licence",
            Who::Anybody,
            OFFICE,
            &[("change", "until"), ("until", "2027-01-31")],
        )
    },
    Form {
        action: "/console/offices/9970100013/certificates/1/approve",
        ..form("/console/offices/{number}/certificates/{no}/approve", Who::Anybody, OFFICE, &[])
    },
    Form {
        action: "/console/offices/9970100013/certificates/01/revoke",
        ..form("/console/offices/{number}/certificates/{serial}/revoke", Who::Anybody, OFFICE, &[])
    },
    form("/usage/login", Who::Anybody, "/usage/login", USER),
    form("/usage/logout", Who::Site, "/usage", &[]),
    form("/usage/licence", Who::Site, "/usage", &[]),
    form("/usage/application/form", Who::Site, "/usage/application/form", APPLICATION),
    form("/e-seikyuu/login", Who::Anybody, "/e-seikyuu/login", USER),
    form("/e-seikyuu/logout", Who::Site, "/e-seikyuu", &[]),
    form("/e-seikyuu/password", Who::Site, "/e-seikyuu", &[("kind", "kaigo")]),
    form("/e-seikyuu/terms", Who::Site, "/e-seikyuu", &[("password", "Himitsu123")]),
    form("/e-seikyuu/apply", Who::Site, "/e-seikyuu", &[]),
];

/// Forms that are there only with somebody who judges files, and are tried where that is:
/// `suites/tests/check_upload.rs`.
const ELSEWHERE: [&str; 1] = ["/check/report"];

#[test]
fn every_form_of_the_pages_is_tried_here() {
    let there: BTreeSet<String> = screens::forms().into_iter().collect();
    let tried = FORMS.iter().map(|form| form.route).chain(ELSEWHERE);
    let tried: BTreeSet<String> = tried.map(str::to_owned).collect();
    assert_eq!(there, tried);
    assert_eq!(tried.len(), FORMS.len() + ELSEWHERE.len());
    assert!(FORMS.iter().all(|form| form.route.split('/').count() == form.action.split('/').count()));
}

/// A platform on which each form has something to do, and the browser of who has it.
async fn before(form: &Form) -> (Bench, Browser) {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    match form.who {
        Who::Anybody => {
            if form.page == "/client/login/office" {
                browser.personal(MANAGER, "c9970100013", "Person9970100013").await.place();
            }
        }
        Who::Client => {
            browser.log_in(MANAGER).await;
            browser.add(&borrowed(&plan())).await;
            let mut provider = bench.client(PROVIDER).await;
            provider.add(&[("UPJSK_202609_9970100021_11_9970100013_43_20261003174500.CSV", b"a")]).await;
            provider.post("/client/sending", "/client/sending", &[]).await;
        }
        Who::Site => {
            let (user, password) = (format!("KJ99{UNLICENSED}"), format!("Office{UNLICENSED}"));
            browser.post("/usage/login", "/usage/login", &[("user", &user), ("password", &password)]).await.place();
        }
    }
    (bench, browser)
}

/// What a form could have changed: the journal tells of every change of the platform but for offices.
fn state(bench: &Bench) -> (Vec<String>, String) {
    let lines = bench.platform().journal.since(0, 10_000).unwrap();
    let told = lines.iter().map(|line| format!("{:?}", line.event)).filter(|line| !line.starts_with("Request"));
    let offices = bench.platform().world.offices();
    (told.collect(), format!("{offices:?}{:?}", bench.platform().faults.status()))
}

/// Sends a form, whose token is on its page, or is the one given.
async fn send(
    browser: &mut Browser,
    form: &Form,
    token: &str,
    action: &str,
    fields: &[(&str, &str)],
) -> crate::bench::Seen {
    if form.route == "/client/new" {
        let name = fields.first().map_or("a.pdf", |(_, value)| value);
        return browser.add_with(token, &[(name, b"a")]).await;
    }
    let fields: Vec<(&str, &str)> = [("token", token)].into_iter().chain(fields.iter().copied()).collect();
    browser.post_bare(action, &fields).await
}

#[tokio::test]
async fn no_form_is_taken_without_the_token_of_its_browser() {
    for form in FORMS {
        let (bench, mut browser) = before(form).await;
        let page = browser.get(form.page).await;
        let before = state(&bench);
        let mut other = bench.browser();
        let foreign = other.get("/console").await.token();
        for token in ["", "0", foreign.as_str(), &"0".repeat(64)] {
            let seen = send(&mut browser, form, token, form.action, form.fields).await;
            assert_eq!(seen.status, 403, "{} with {token:?}", form.route);
        }
        let seen = browser.post_bare(form.action, form.fields).await;
        // The form with files is no form at all without them.
        assert!(matches!(seen.status, 403 | 400 | 415), "{}: {}", form.route, seen.status);
        assert_eq!(state(&bench), before, "{}", form.route);
        assert_eq!(page.status, 200, "{}", form.route);
    }
}

#[tokio::test]
async fn no_form_is_taken_from_a_page_of_another_site() {
    for form in FORMS {
        let (bench, mut browser) = before(form).await;
        let token = browser.get("/console").await.token();
        let before = state(&bench);
        for origin in ["https://example.com", "http://127.0.0.1:7001", "http://localhost.example.com:7000", "null"] {
            let mut text = form_urlencoded::Serializer::new(String::new());
            text.append_pair("token", &token).extend_pairs(form.fields);
            let request = Request::post(form.action).header(ORIGIN, origin);
            let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            let seen = browser.send(request, text.finish()).await;
            assert_eq!(seen.status, 403, "{} from {origin}", form.route);
        }
        // A name that was made to point at this machine (DNS rebinding).
        let request = Request::post(form.action).header(HOST, "example.com:7000");
        assert!(matches!(browser.send(request, Body::empty()).await.status, 400 | 403), "{}", form.route);
        assert_eq!(state(&bench), before, "{}", form.route);
    }
}

#[tokio::test]
async fn a_login_makes_every_form_and_cookie_from_before_worthless() {
    for (login, page, fields) in [
        (
            "/client/login",
            "/client/login",
            [("office", MANAGER), ("user", "c9970100013"), ("password", "Person9970100013")].as_slice(),
        ),
        ("/usage/login", "/usage", &[("user", "KJ999970100062"), ("password", "Office9970100062")]),
        ("/e-seikyuu/login", "/e-seikyuu", &[("user", "KJ999970100062"), ("password", "Office9970100062")]),
    ] {
        let bench = Bench::new().await;
        let mut victim = bench.browser();
        let planted = "a".repeat(64);
        victim.cookies.insert("renkei-7000".to_owned(), planted.clone());
        let old = victim.get(login).await.token();
        victim.post(login, login, fields).await.place();
        assert_ne!(victim.cookies["renkei-7000"], planted, "{login}");
        for form in FORMS.iter().filter(|form| form.route != "/client/new") {
            let seen = send(&mut victim, form, &old, form.action, form.fields).await;
            // What needs a login of another area sends there first.
            assert!(
                seen.status == 403 || seen.status == 303 && seen.place().ends_with("/login"),
                "{login}, {}",
                form.route
            );
        }
        // Who planted the cookie is not logged in with it.
        let mut attacker = bench.browser();
        attacker.cookies.insert("renkei-7000".to_owned(), planted);
        let next = if login == "/client/login" { "/client/login/office" } else { page };
        assert!(attacker.get(next).await.place().ends_with("/login"), "{login}");
    }
}

#[tokio::test]
async fn markup_in_any_field_of_any_form_stays_text() {
    for form in FORMS {
        for field in form.fields.iter().map(|(name, _)| *name).chain((form.route == "/client/new").then_some("name")) {
            let (_bench, mut browser) = before(form).await;
            let token = browser.get("/console").await.token();
            let with =
                |(name, usual): &(&'static str, &'static str)| (*name, if *name == field { MARKUP } else { *usual });
            let fields: Vec<(&str, &str)> = match form.route {
                "/client/new" => vec![("name", MARKUP)],
                _ => form.fields.iter().map(with).collect(),
            };
            let seen = send(&mut browser, form, &token, form.action, &fields).await;
            assert!(seen.status < 500, "{}, {field}: {}", form.route, seen.status);
            let mut pages = vec![seen.text_of_page()];
            if seen.status == 303 {
                let place = seen.place().to_owned();
                pages.push(browser.get(&place).await.text());
            }
            for page in
                [form.page, "/console", "/console/journal", "/console/offices", "/client", "/client/sending", "/usage"]
            {
                pages.push(browser.get(page).await.text_of_page());
            }
            for page in pages {
                assert!(!page.contains("<script>alert") && !page.contains("<img"), "{}, {field}: {page}", form.route);
            }
        }
    }
}

#[tokio::test]
async fn paths_in_any_field_or_address_lead_nowhere() {
    const PATHS: [&str; 4] = ["../../../../etc/passwd", "..%2F..%2Fetc%2Fpasswd", "..\\..\\etc", "/etc/passwd\0.csv"];
    for form in FORMS {
        let (bench, mut browser) = before(form).await;
        let folder = bench.folder().to_owned();
        let around = || {
            let entries = std::fs::read_dir(folder.parent().unwrap()).unwrap();
            entries
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .filter(|name| name == "etc" || name == "passwd")
                .count()
        };
        assert_eq!(around(), 0);
        for path in PATHS {
            for field in form.fields.iter().map(|(name, _)| *name) {
                let token = browser.get("/console").await.token();
                let with =
                    |(name, usual): &(&'static str, &'static str)| (*name, if *name == field { path } else { *usual });
                let fields: Vec<(&str, &str)> = form.fields.iter().map(with).collect();
                let seen = send(&mut browser, form, &token, form.action, &fields).await;
                assert!(seen.status < 500, "{}, {field}: {}", form.route, seen.status);
                assert!(!seen.text_of_page().contains("root:"), "{}, {field}", form.route);
            }
            if form.route.contains('{') {
                let escaped: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
                let parts =
                    form.route.split('/').map(|part| if part.starts_with('{') { escaped.as_str() } else { part });
                let action = parts.collect::<Vec<_>>().join("/");
                let token = browser.get("/console").await.token();
                let seen = browser.post_bare(&action, &[("token", &token)]).await;
                assert!((400..500).contains(&seen.status), "{action}: {}", seen.status);
            }
        }
        assert_eq!(around(), 0, "{}", form.route);
    }
}
