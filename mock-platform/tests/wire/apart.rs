//! No answer holds another office's data, whatever is asked: random requests of an office that has no part
//! in an exchange of two others.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::bench::{Bench, CENTER, MANAGER, PROVIDER, form, send, small};

/// The idempotency key of the two others, which the stranger guesses.
const KEY: &str = "himitsu-key";

/// What the two others alone know: message, file name, content, and the content's digest
/// (`printf 'himitsu no naiyou' | sha256sum`).
const SECRETS: [&str; 4] = [
    "ひみつの伝言",
    "himitsu.pdf",
    "himitsu no naiyou",
    "25653cd0aa31d6c666464c4da58f95e7907ed6eb4e6032629fe1b1e0d5f98a55",
];

/// Whose token a request bears.
#[derive(Clone, Copy, Debug)]
enum Token {
    Own,
    OfSender,
    OfReceiver,
    Cut,
    None,
}

/// A request of the stranger.
#[derive(Clone, Debug)]
struct Asked {
    token: Token,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Get(String),
    Fetch(Vec<String>),
    Recognise(Vec<String>),
    /// A delivery of its own, with a key that another office has used.
    Send(String),
    Refresh(Token),
    Logout,
}

fn number() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["R", "S", "r", ""]), 0_u32..6, prop::sample::select(vec!["", " ", "%00", "'"]))
        .prop_map(|(letter, number, tail)| format!("{letter}{number:010}{tail}"))
}

fn path() -> impl Strategy<Value = String> {
    let lists = prop::sample::select(vec![
        "/v1/home",
        "/v1/notices",
        "/v1/received",
        "/v1/sent",
        "/v1/received?limit=5",
        "/v1/sent?limit=1",
    ]);
    prop_oneof![
        lists.prop_map(String::from),
        (prop::sample::select(vec!["received", "sent"]), number()).prop_map(|(list, id)| format!("/v1/{list}/{id}")),
        (number(), 0_u32..3).prop_map(|(id, position)| format!("/v1/received/{id}/files/{position}")),
        (prop::sample::select(vec!["received", "sent"]), "[0-9a-zA-Z.~_-]{1,30}")
            .prop_map(|(list, cursor)| format!("/v1/{list}?after={cursor}")),
    ]
}

fn token() -> impl Strategy<Value = Token> {
    prop::sample::select(vec![Token::Own, Token::Own, Token::OfSender, Token::OfReceiver, Token::Cut, Token::None])
}

fn asked() -> impl Strategy<Value = Asked> {
    let names = prop::sample::select(vec![
        "himitsu.pdf".to_owned(),
        format!("DLTPLAN_202610_{MANAGER}_43_{PROVIDER}_11_20260929083000.CSV"),
        format!("DLTPLAN_202610_{CENTER}_46_{PROVIDER}_11_20260929083000.CSV"),
    ]);
    let what = prop_oneof![
        6 => path().prop_map(What::Get),
        2 => prop::collection::vec(number(), 0..4).prop_map(What::Fetch),
        1 => prop::collection::vec(names, 0..3).prop_map(What::Recognise),
        1 => "[a-z]{1,9}".prop_map(What::Send),
        1 => token().prop_map(What::Refresh),
        1 => Just(What::Logout),
    ];
    (token(), what).prop_map(|(token, what)| Asked { token, what })
}

#[test]
fn a_stranger_learns_nothing_of_an_exchange_of_two_others() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let bench = runtime.block_on(Bench::start(small()));
    let (sender, receiver) = runtime.block_on(async {
        let json = json!({"message": SECRETS[0], "destination": PROVIDER});
        bench.deliver(MANAGER, KEY, &json, &[(SECRETS[1], SECRETS[2].as_bytes())]).await.data();
        // The stranger has an entry, and has sent something, too.
        let plain = |to: &str| json!({"destination": to});
        bench.deliver(MANAGER, "other", &plain(CENTER), &[("a.pdf", b"%PDF")]).await.data();
        bench.deliver(CENTER, "own", &plain(PROVIDER), &[("b.pdf", b"%PDF")]).await.data();
        (bench.session(MANAGER).await, bench.session(PROVIDER).await)
    });
    // What the receiver sees holds the secrets: they would be found.
    let seen = runtime.block_on(bench.get(PROVIDER, "/v1/received")).text();
    assert!([0, 1, 3].iter().all(|secret| seen.contains(SECRETS[*secret])), "{seen}");

    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&asked(), |asked| {
        runtime.block_on(async {
            let (own, own_refresh) = bench.session(CENTER).await;
            let tokens = |token: Token, own: &str, sender: &str, receiver: &str| match token {
                Token::Own => own.to_owned(),
                Token::OfSender => sender.to_owned(),
                Token::OfReceiver => receiver.to_owned(),
                Token::Cut => sender[1..].to_owned(),
                Token::None => String::new(),
            };
            let access = tokens(asked.token, &own, &sender.0, &receiver.0);
            let refresh = |token: Token| tokens(token, &own_refresh, &sender.1, &receiver.1);
            let reply = send(request(&bench, &asked.what, refresh).bearer_auth(access)).await;
            let text = reply.text();
            for secret in SECRETS {
                // A name that was asked for comes back.
                let told = matches!(&asked.what, What::Recognise(names) if names.iter().any(|name| name == secret));
                prop_assert!(told || !text.contains(secret), "{secret} in {text}");
            }
            let status = reply.status;
            prop_assert!(status < 500, "{text}");
            match (&asked.what, asked.token) {
                (What::Refresh(Token::Own), _) => prop_assert_eq!(status, 200),
                (What::Refresh(Token::OfSender | Token::OfReceiver), _) => prop_assert_eq!(status, 403),
                (What::Refresh(Token::Cut | Token::None), _) => prop_assert_eq!(status, 401),
                (_, Token::OfSender | Token::OfReceiver) => prop_assert_eq!(status, 403),
                (_, Token::Cut | Token::None) => prop_assert_eq!(status, 401),
                (_, Token::Own) => {}
            }
            Ok(())
        })
    });
    outcome.unwrap();

    // Nothing of it disturbed the others: their sessions are open, and nothing was fetched for them.
    runtime.block_on(async {
        for (office, (access, _)) in [(MANAGER, &sender), (PROVIDER, &receiver)] {
            let home = send(bench.on(office, Method::GET, "/v1/home").bearer_auth(access)).await.data();
            assert_eq!(home["office"]["number"], office);
        }
        let entry = bench.get(PROVIDER, "/v1/received/R0000000001").await.data();
        assert_eq!((&entry["message"], &entry["fetched"]), (&json!(SECRETS[0]), &json!("未")));
    });
}

fn request(bench: &Bench, what: &What, refresh: impl Fn(Token) -> String) -> RequestBuilder {
    let post = |path: &str| bench.on(CENTER, Method::POST, path);
    match what {
        What::Get(path) => bench.on(CENTER, Method::GET, path),
        What::Fetch(ids) => post("/v1/received/fetch").json(&json!({"ids": ids})),
        What::Recognise(names) => post("/v1/deliveries/recognise").json(&json!({"names": names})),
        What::Send(content) => {
            let form = form("delivery", &json!({"destination": PROVIDER}), &[("c.pdf", content.as_bytes())]);
            post("/v1/deliveries").header("Idempotency-Key", KEY).multipart(form)
        }
        What::Refresh(token) => post("/v1/token/refresh").json(&json!({"refresh_token": refresh(*token)})),
        What::Logout => post("/v1/logout"),
    }
}
