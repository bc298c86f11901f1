//! Tokens: expired, replayed, foreign, none; and what a session may see of others.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::AUTHORIZATION;
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::world::NewNotice;
use serde_json::{Value, json};
use time::Duration;

use crate::bench::{Bench, EXPIRED, KAIGO, NOW, OTHER, UNLICENSED, bench, bench_with, number};

async fn refresh(bench: &Bench, on: &str, token: &Value) -> crate::bench::Answered {
    bench.post(on, "", "/v1/token/refresh", json!({"refresh_token": token})).await
}

#[tokio::test]
async fn requests_without_a_good_token_are_401_on_every_route() {
    let bench = bench().await;
    let paths = ["/v1/home", "/v1/notices", "/v1/offices", "/v1/offices/9970100013"];
    let site = ["/site/top", "/site/licence", "/site/certificates", "/site/certificates/1/p12"];
    let access = bench.access(KAIGO).await;
    let site_token = bench.site_token(KAIGO).await;
    for path in paths.into_iter().chain(site) {
        let foreign = if path.starts_with("/site") { &access } else { &site_token };
        for header in ["", "Bearer", "Bearer ", "Basic abc", "Bearer abc", &format!("Bearer {foreign}"), "連携"] {
            let request = Request::get(path).header(AUTHORIZATION, header.as_bytes()).body(Body::empty()).unwrap();
            assert_eq!(bench.send(KAIGO, request).await.error(), (401, "CPM-S401"), "{path} {header}");
        }
        let request = Request::get(path).body(Body::empty()).unwrap();
        assert_eq!(bench.send(KAIGO, request).await.error(), (401, "CPM-S401"), "{path}");
    }
    for path in
        ["/v1/logout", "/site/logout", "/site/licence/application", "/site/licence/opt-out", "/site/certificates"]
    {
        assert_eq!(bench.post(KAIGO, "abc", path, json!({})).await.error(), (401, "CPM-S401"), "{path}");
    }
}

#[tokio::test]
async fn two_authorization_headers_are_none() {
    let bench = bench().await;
    let bearer = format!("Bearer {}", bench.access(KAIGO).await);
    let request = Request::get("/v1/home").header(AUTHORIZATION, &bearer).header(AUTHORIZATION, &bearer);
    let answered = bench.send(KAIGO, request.body(Body::empty()).unwrap()).await;
    assert_eq!(answered.error(), (401, "CPM-S401"));
}

#[tokio::test]
async fn a_token_of_another_office_is_403_and_leaks_nothing() {
    let bench = bench().await;
    let session = bench.log_in(KAIGO).await;
    let token = session["access_token"].as_str().unwrap();
    for path in ["/v1/home", "/v1/notices", "/v1/offices"] {
        let foreign = bench.get(OTHER, token, path).await;
        assert_eq!(foreign.error(), (403, "CPM-S403"), "{path}");
        assert!(!foreign.body.to_string().contains(KAIGO));
    }
    assert_eq!(bench.post(OTHER, token, "/v1/logout", json!({})).await.error(), (403, "CPM-S403"));
    assert_eq!(refresh(&bench, OTHER, &session["refresh_token"]).await.error(), (403, "CPM-S403"));
    bench.get(KAIGO, token, "/v1/home").await.data();
}

#[tokio::test]
async fn an_access_token_ends_after_an_hour_and_is_renewed_by_the_refresh_token() {
    let bench = bench().await;
    let first = bench.log_in(KAIGO).await;
    let home = |session: Value| {
        let bench = &bench;
        async move { bench.get(KAIGO, session["access_token"].as_str().unwrap(), "/v1/home").await }
    };
    bench.set_clock(NOW + Duration::minutes(60));
    assert_eq!(home(first.clone()).await.error(), (401, "CPM-S401"));
    let renewed = refresh(&bench, KAIGO, &first["refresh_token"]).await;
    let second = renewed.data().clone();
    assert_eq!(second["office"]["number"], KAIGO);
    home(second.clone()).await.data();
    bench.set_clock(NOW + Duration::hours(9));
    assert_eq!(refresh(&bench, KAIGO, &second["refresh_token"]).await.error(), (401, "CPM-S401"));
}

#[tokio::test]
async fn a_replayed_refresh_token_closes_the_session() {
    let bench = bench().await;
    let first = bench.log_in(KAIGO).await;
    let second = refresh(&bench, KAIGO, &first["refresh_token"]).await.data().clone();
    assert_eq!(refresh(&bench, KAIGO, &first["refresh_token"]).await.error(), (401, "CPM-S401"));
    let home = bench.get(KAIGO, second["access_token"].as_str().unwrap(), "/v1/home").await;
    assert_eq!(home.error(), (401, "CPM-S401"));
    assert_eq!(refresh(&bench, KAIGO, &second["refresh_token"]).await.error(), (401, "CPM-S401"));
}

#[tokio::test]
async fn a_token_is_good_for_nothing_after_the_logout() {
    let bench = bench().await;
    let session = bench.log_in(KAIGO).await;
    let token = session["access_token"].as_str().unwrap();
    assert_eq!(bench.post(KAIGO, token, "/v1/logout", json!({})).await.data(), &json!({}));
    assert_eq!(bench.get(KAIGO, token, "/v1/home").await.error(), (401, "CPM-S401"));
    assert_eq!(refresh(&bench, KAIGO, &session["refresh_token"]).await.error(), (401, "CPM-S401"));
    let site = bench.site_token(KAIGO).await;
    bench.post("", &site, "/site/logout", json!({})).await.data();
    assert_eq!(bench.get("", &site, "/site/top").await.error(), (401, "CPM-S401"));
}

#[tokio::test]
async fn for_one_session_too_many_the_oldest_is_closed() {
    let bench = bench_with(Settings { most_sessions: 2, ..Settings::default() }).await;
    let tokens = [bench.access(KAIGO).await, bench.access(KAIGO).await, bench.access(KAIGO).await];
    let mut statuses = Vec::new();
    for token in &tokens {
        statuses.push(bench.get(KAIGO, token, "/v1/home").await.status);
    }
    assert_eq!(statuses, [401, 200, 200]);
}

#[tokio::test]
async fn the_directory_shows_who_uses_the_system() {
    let bench = bench().await;
    let token = bench.access(KAIGO).await;
    let numbers = |query: &str| {
        let (bench, token, path) = (&bench, &token, format!("/v1/offices{query}"));
        async move {
            let page = bench.get(KAIGO, token, &path).await;
            let page = page.data();
            let items = page["items"].as_array().unwrap().iter();
            let numbers: Vec<String> = items.map(|item| item["number"].as_str().unwrap().to_owned()).collect();
            (numbers.join(" "), page["next"].as_str().map(str::to_owned))
        }
    };
    let all = "9900100018 9970100013 9970100021 9970100039 9970100047 9970100054 9970100070 9970100088 9970100096 \
               9990100019 99A0100016";
    assert_eq!(numbers("").await, (all.to_owned(), None));
    assert_eq!(numbers("?query=9990").await, ("9990100019".to_owned(), None));
    assert_eq!(numbers("?query=%E3%83%87%E3%82%A4").await, ("9970100047".to_owned(), None));
    assert_eq!(numbers("?query=nobody").await, (String::new(), None));
    let (first, next) = numbers("?limit=6").await;
    assert_eq!((first.split(' ').count(), next.as_deref()), (6, Some("9970100054")));
    assert_eq!(
        numbers("?limit=6&after=9970100054").await,
        ("9970100070 9970100088 9970100096 9990100019 99A0100016".to_owned(), None)
    );

    let one = bench.get(KAIGO, &token, &format!("/v1/offices/{EXPIRED}")).await;
    let office = json!({"number": EXPIRED, "name": "期限の切れた事業所みほん", "service_types": ["11", "15"]});
    assert_eq!(one.data(), &office);
    for nobody in [UNLICENSED, "9970199993", "997", "%FF", "9970100013%2F.."] {
        let answered = bench.get(KAIGO, &token, &format!("/v1/offices/{nobody}")).await;
        assert_eq!(answered.error(), (404, "CPM-S404"), "{nobody}");
    }
}

#[tokio::test]
async fn notices_are_paged_and_those_of_others_are_not_shown() {
    let bench = bench().await;
    for (title, office) in [("甲", Some(KAIGO)), ("乙", Some(OTHER)), ("全員", None)] {
        let office = office.map(number);
        let notice = NewNotice { at: NOW, title: title.to_owned(), text: String::new(), office };
        bench.platform.world.post(notice).await.unwrap();
    }
    let token = bench.access(KAIGO).await;
    let first = bench.get(KAIGO, &token, "/v1/notices?limit=2").await;
    let titles = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(titles(first.data()), ["全員", "甲"]);
    let next = first.data()["next"].as_str().unwrap();
    let second = bench.get(KAIGO, &token, &format!("/v1/notices?limit=2&after={next}")).await;
    assert_eq!(titles(second.data()), ["テスト用の模擬環境です"]);
    assert_eq!(second.data()["next"], Value::Null);
}
