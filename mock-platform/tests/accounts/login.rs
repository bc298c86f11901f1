//! The two steps, and every reason for which they are refused.

use renkei_mock_platform::world::Seed;
use serde_json::json;
use time::Duration;

use crate::bench::{EXPIRED, KAIGO, NOW, OTHER, PASSWORD_EXPIRED, TEMPORARY, UNLICENSED, bench, number};

#[tokio::test]
async fn two_steps_open_a_session() {
    let bench = bench().await;
    let session = bench.log_in(KAIGO).await;
    assert_eq!((&session["expires_in"], &session["refresh_expires_in"]), (&json!(3600), &json!(28800)));
    let office = json!({"number": KAIGO, "name": "居宅介護支援事業所みほん", "service_types": ["43"]});
    assert_eq!(session["office"], office);

    let home = bench.get(KAIGO, session["access_token"].as_str().unwrap(), "/v1/home").await;
    let home = home.data();
    assert_eq!(home["office"], office);
    assert_eq!((&home["licence_until"], &home["licence_valid"]), (&json!("2027-05-31"), &json!(true)));
    assert_eq!(home["certificate_until"], "2028-12-31T23:59:59+09:00");
    assert_eq!((&home["certificate_ends_soon"], &home["not_fetched"]), (&json!(false), &json!(0)));
    assert_eq!(home["now"], "2026-11-27T09:00:00+09:00");
    assert_eq!(home["notices"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn offices_without_a_good_licence_log_in_all_the_same() {
    let bench = bench().await;
    for (office, until) in [(UNLICENSED, json!(null)), (EXPIRED, json!("2026-10-28"))] {
        let token = bench.access(office).await;
        let home = bench.get(office, &token, "/v1/home").await;
        assert_eq!((&home.data()["licence_until"], &home.data()["licence_valid"]), (&until, &json!(false)));
    }
}

#[tokio::test]
async fn agents_and_users_of_the_other_step_are_turned_away_by_their_ids() {
    let bench = bench().await;
    let step = bench.step(KAIGO).await;
    assert_eq!(bench.personal(KAIGO, "HD999970100013", "x").await.error(), (200, "CPM-A05"));
    assert_eq!(bench.office(KAIGO, &step, "HD999970100013", "x").await.error(), (200, "CPM-A05"));
    assert_eq!(bench.site_login("HD999970100013", "x").await.error(), (200, "CPM-A05"));
    for (id, password) in [("KJ999970100013", "Office9970100013"), ("KJ000000000000", "x")] {
        assert_eq!(bench.personal(KAIGO, id, password).await.error(), (200, "CPM-A06"));
    }
    for (id, password) in [("c9970100013", "Person9970100013"), ("c0", "x")] {
        assert_eq!(bench.office(KAIGO, &step, id, password).await.error(), (200, "CPM-A06"));
        assert_eq!(bench.site_login(id, password).await.error(), (200, "CPM-A06"));
    }
}

#[tokio::test]
async fn a_state_of_the_password_is_told_after_the_right_password_only() {
    let bench = bench().await;
    for (office, code, word) in
        [(TEMPORARY, "CPM-A02", "電子請求受付システム"), (PASSWORD_EXPIRED, "CPM-A03", "電子請求受付システム")]
    {
        let (id, password) = (format!("KJ99{office}"), format!("Office{office}"));
        let step = bench.step(office).await;
        assert_eq!(bench.office(office, &step, &id, "wrong").await.error(), (200, "CPM-A01"));
        let refused = bench.office(office, &step, &id, &password).await;
        assert_eq!(refused.error(), (200, code));
        assert!(refused.body["error"]["message"]["ja"].as_str().unwrap().contains(word));
        assert_eq!(bench.site_login(&id, &password).await.error(), (200, code));
    }
}

#[tokio::test]
async fn a_step_token_survives_a_mistyped_password() {
    let bench = bench().await;
    let step = bench.step(KAIGO).await;
    assert_eq!(bench.office(KAIGO, &step, "KJ999970100013", "wrong").await.error(), (200, "CPM-A01"));
    bench.office(KAIGO, &step, "KJ999970100013", "Office9970100013").await.data();
    let again = bench.office(KAIGO, &step, "KJ999970100013", "Office9970100013").await;
    assert_eq!(again.error(), (401, "CPM-S401"));
}

#[tokio::test]
async fn three_failures_lock_a_user_for_half_an_hour_and_nobody_else() {
    let bench = bench().await;
    for _ in 0..3 {
        assert_eq!(bench.personal(KAIGO, "c9970100013", "wrong").await.error(), (200, "CPM-A01"));
    }
    let right = || bench.personal(KAIGO, "c9970100013", "Person9970100013");
    assert_eq!(right().await.error(), (200, "CPM-A04"));
    bench.site_login("KJ999970100013", "Office9970100013").await.data();
    bench.step(OTHER).await;
    bench.set_clock(NOW + Duration::minutes(30) - Duration::SECOND);
    assert_eq!(right().await.error(), (200, "CPM-A04"));
    bench.set_clock(NOW + Duration::minutes(30));
    right().await.data();
    let user = &bench.platform.world.office(&number(KAIGO)).unwrap().personal_user;
    assert_eq!((user.failures, user.locked_until), (0, None));
}

#[tokio::test]
async fn a_good_login_clears_the_count() {
    let bench = bench().await;
    for _ in 0..3 {
        for _ in 0..2 {
            assert_eq!(bench.personal(KAIGO, "c9970100013", "wrong").await.error(), (200, "CPM-A01"));
        }
        bench.step(KAIGO).await;
    }
}

#[tokio::test]
async fn an_id_that_nobody_has_is_answered_like_a_wrong_password() {
    let bench = bench().await;
    let mut seen = Vec::new();
    for id in ["c9970100013", "c9970199990"] {
        let mut bodies = Vec::new();
        for password in ["wrong", "", "wrong", "wrong"] {
            bodies.push(bench.personal(KAIGO, id, password).await.body.to_string());
        }
        bench.set_clock(NOW + Duration::minutes(30));
        bodies.push(bench.personal(KAIGO, id, "wrong").await.body.to_string());
        bench.set_clock(NOW);
        seen.push(bodies);
    }
    assert_eq!(seen[0], seen[1]);
    let codes = ["CPM-A01", "CPM-A01", "CPM-A01", "CPM-A04", "CPM-A01"];
    for (body, code) in seen[0].iter().zip(codes) {
        assert!(body.contains(code), "{body}");
    }
}

#[tokio::test]
async fn the_certificate_must_be_the_offices() {
    let bench = bench().await;
    assert_eq!(bench.personal(OTHER, "c9970100013", "wrong").await.error(), (200, "CPM-A01"));
    assert_eq!(bench.personal(OTHER, "c9970100013", "Person9970100013").await.error(), (200, "CPM-A07"));
    let nobodys = bench.personal("", "c9970100013", "Person9970100013").await;
    assert_eq!(nobodys.error(), (200, "CPM-A07"));
    // On the way to 事業所ユーザ the connection has changed.
    let step = bench.step(KAIGO).await;
    let foreign = bench.office(OTHER, &step, "KJ999970100021", "Office9970100021").await;
    assert_eq!(foreign.error(), (403, "CPM-S403"));
}

#[tokio::test]
async fn both_users_must_be_of_one_office() {
    let bench = bench().await;
    let step = bench.step(KAIGO).await;
    assert_eq!(bench.office(KAIGO, &step, "KJ999970100021", "wrong").await.error(), (200, "CPM-A01"));
    let apart = bench.office(KAIGO, &step, "KJ999970100021", "Office9970100021").await;
    assert_eq!(apart.error(), (200, "CPM-A08"));
    // Nothing is told of the state of a password before that.
    let (id, password) = (format!("KJ99{TEMPORARY}"), format!("Office{TEMPORARY}"));
    assert_eq!(bench.office(KAIGO, &step, &id, &password).await.error(), (200, "CPM-A08"));
}

#[tokio::test]
async fn the_second_step_needs_the_first() {
    let bench = bench().await;
    for token in [String::new(), "0".repeat(64)] {
        let refused = bench.office(KAIGO, &token, "KJ999970100013", "Office9970100013").await;
        assert_eq!(refused.error(), (401, "CPM-S401"));
    }
    let body = json!({"user_id": "KJ999970100013", "password": "Office9970100013"});
    let missing = bench.post(KAIGO, "", "/v1/login/office", body).await;
    assert_eq!(missing.error(), (400, "CPM-S400"));
    let body = json!({"user_id": "c9970100013", "password": "Person9970100013", "step_token": "a"});
    let early = bench.post(KAIGO, "", "/v1/login/personal", body).await;
    assert_eq!(early.error(), (400, "CPM-S400"));
    let step = bench.step(KAIGO).await;
    bench.set_clock(NOW + Duration::minutes(5));
    let late = bench.office(KAIGO, &step, "KJ999970100013", "Office9970100013").await;
    assert_eq!(late.error(), (401, "CPM-S401"));
}

#[tokio::test]
async fn the_journal_tells_logins_and_no_passwords() {
    let bench = bench().await;
    bench.personal(KAIGO, "c9970100013", "Himitsu123").await;
    bench.personal(KAIGO, "Person9970100013", "c9970100013").await;
    bench.personal(KAIGO, "HD1", "x").await;
    bench.log_in(KAIGO).await;
    let line = |user: &str, office: Option<&str>, code: Option<&str>| {
        (user.to_owned(), office.map(str::to_owned), code.map(str::to_owned))
    };
    assert_eq!(
        bench.logins(),
        [
            line("c9970100013", Some(KAIGO), Some("CPM-A01")),
            line("?", None, Some("CPM-A01")),
            line("HD1", None, Some("CPM-A05")),
            line("c9970100013", Some(KAIGO), None),
            line("KJ999970100013", Some(KAIGO), None),
        ]
    );
    let journal = bench.journal_text();
    assert!(!["Himitsu123", "Person9970100013", "Office9970100013"].iter().any(|word| journal.contains(word)));
}

#[tokio::test]
async fn a_login_that_cannot_be_counted_is_our_failure() {
    let bench = bench().await;
    bench.platform.store.close().await;
    assert_eq!(bench.personal(KAIGO, "c9970100013", "wrong").await.error(), (503, "CPM-S503"));
}

#[tokio::test]
async fn a_locked_user_stays_locked_when_the_world_is_read_again() {
    let bench = bench().await;
    for _ in 0..3 {
        bench.personal(KAIGO, "c9970100013", "wrong").await;
    }
    bench.platform.world.reload().await.unwrap();
    let locked = bench.personal(KAIGO, "c9970100013", "Person9970100013").await;
    assert_eq!(locked.error(), (200, "CPM-A04"));
    bench.platform.world.replace(&Seed::demo(NOW.date()), NOW).await.unwrap();
    bench.step(KAIGO).await;
}
