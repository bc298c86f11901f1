//! What the operator does and offices then see.

use renkei_mock_platform::settings::Settings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::{Bench, MANAGER, UNLICENSED, UNPAID, send, small};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fee_that_the_operator_settles_makes_the_next_application_possible() {
    let bench = Bench::start(small()).await;
    let token = bench.site_login(UNPAID).await;
    let seen = async || {
        let licence = bench.site(&token, Method::GET, "/site/licence", None).await.data();
        let texts: Vec<_> =
            licence["texts"].as_array().unwrap().iter().map(|text| text["text"]["ja"].clone()).collect();
        (licence["settlement"].clone(), licence["balance"].clone(), licence["can_apply"].clone(), json!(texts))
    };
    let refused = "ご利用期間内、もしくはライセンス料のお支払が完了していない為、現在は利用申請ができません。";
    assert_eq!(seen().await, (json!("未完了"), json!(21_000), json!(false), json!([refused])));
    let paid = format!("/manage/offices/{UNPAID}/licence/paid");
    for _ in 0..2 {
        let settled = send(bench.local(Method::POST, &paid)).await.data();
        assert_eq!((&settled["number"], &settled["settlement"]), (&json!(UNPAID), &json!("完了")));
    }
    assert_eq!(seen().await, (json!("完了"), json!(0), json!(true), json!(["利用申請可能です。"])));

    for nothing in [UNLICENSED, "9999999999", "997"] {
        let path = format!("/manage/offices/{nothing}/licence/paid");
        let reply = send(bench.local(Method::POST, &path)).await;
        assert_eq!(reply.error(), (404, "CPM-S404".to_owned()), "{nothing}");
    }
    let document = send(bench.local(Method::GET, "/openapi.json")).await.json();
    let described = &document["paths"]["/manage/offices/{number}/licence/paid"]["post"];
    assert_eq!(described["operationId"], "manage-licence-paid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offices_and_notices_that_cannot_be_are_refused_with_the_reason() {
    let bench = Bench::start(small()).await;
    let path = format!("/manage/offices/{MANAGER}");
    let office = async || {
        let offices = send(bench.local(Method::GET, "/manage/offices")).await.data();
        offices.as_array().unwrap().iter().find(|office| office["number"] == MANAGER).unwrap().clone()
    };
    let before = office().await;
    let told = async |method, path: &str, body: &Value| {
        let reply = bench.manage(method, path, body).await;
        assert_eq!(reply.error(), (400, "CPM-S400".to_owned()), "{body}");
        let detail = reply.json()["error"]["detail"].clone();
        (detail["ja"].as_str().unwrap().to_owned(), detail["en"].as_str().unwrap().to_owned())
    };
    for (place, value, ja, en) in [
        ("/name", json!(" "), "事業所名がありません", "name"),
        ("/service_types", json!(["43", "99"]), "「99」はサービス種類コードではありません", "99"),
        ("/service_types", json!([""]), "「」はサービス種類コードではありません", "service type"),
        ("/office_user/password", json!(""), "パスワードがありません", "password"),
        ("/personal_user/id", json!("cother"), "ユーザID c9970100013 は変更できません（cother）", "cannot be changed"),
        ("/licence/until", json!("2000-01-01"), "有効期限（until）2000-01-01 が開始日（from）", "until"),
    ] {
        let mut changed = before.clone();
        *changed.pointer_mut(place).unwrap() = value;
        let (told_ja, told_en) = told(Method::PUT, &path, &changed).await;
        assert!(told_ja.contains(ja) && told_en.contains(en), "{place}: {told_ja} / {told_en}");
    }
    assert_eq!(office().await, before);
    bench.manage(Method::PUT, &path, &before).await.data();
    for (notice, ja) in [
        (json!({"title": "", "text": "本文"}), "件名と本文が必要です"),
        (json!({"title": "件名", "text": " "}), "件名と本文が必要です"),
        (json!({"title": "件名", "text": "本文", "office": "9999999999"}), "事業所 9999999999 がありません"),
    ] {
        assert_eq!(told(Method::POST, "/manage/notices", &notice).await.0, ja);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_office_is_put_back_with_as_many_certificates_as_it_may_have() {
    let most = 100;
    let bench = Bench::start(Settings { most_certificates: most, ..small() }).await;
    let offices = send(bench.local(Method::GET, "/manage/offices")).await.data();
    let mut office = offices.as_array().unwrap().iter().find(|office| office["number"] == MANAGER).unwrap().clone();
    let one = office["certificates"][0].clone();
    let numbered = |no: usize| {
        let mut certificate = one.clone();
        certificate["no"] = no.into();
        certificate
    };
    office["certificates"] = (1..=most).map(numbered).collect();
    bench.manage(Method::PUT, &format!("/manage/offices/{MANAGER}"), &office).await.data();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_tells_what_the_operator_did() {
    let bench = Bench::start(small()).await;
    let offices = send(bench.local(Method::GET, "/manage/offices")).await.data();
    let manager = offices.as_array().unwrap().iter().find(|office| office["number"] == MANAGER).unwrap().clone();
    let serial = manager["certificates"][0]["state"]["serial"].as_str().unwrap().to_owned();
    let path = format!("/manage/offices/{MANAGER}");
    bench.manage(Method::PUT, &path, &manager).await.data();
    let refused = json!({"number": MANAGER});
    assert_eq!(bench.manage(Method::PUT, &path, &refused).await.error(), (400, "CPM-S400".to_owned()));
    send(bench.local(Method::POST, &format!("/manage/offices/{UNPAID}/licence/paid"))).await.data();
    bench.manage(Method::POST, "/manage/notices", &json!({"title": "件名", "text": "本文"})).await.data();
    let for_one = json!({"title": "件名", "text": "本文", "office": MANAGER});
    bench.manage(Method::POST, "/manage/notices", &for_one).await.data();
    let token = bench.site_login(MANAGER).await;
    let application = json!({
        "kind": "kaigo_jigyousho", "precautions_read": true, "terms_read": true, "password": "Hakkou2026",
    });
    bench.site(&token, Method::POST, "/site/certificates", Some(&application)).await.data();
    for _ in 0..2 {
        send(bench.local(Method::POST, &format!("{path}/certificates/2/approve"))).await.data();
    }
    send(bench.local(Method::POST, &format!("/manage/certificates/00{serial}/revoke"))).await.data();

    let lines = send(bench.local(Method::GET, "/manage/journal")).await.data();
    let mut told: Vec<Value> = lines.as_array().unwrap().clone();
    told.retain(|line| {
        let event = line["event"].as_str().unwrap();
        ["office_set", "licence_paid", "notice_added", "issued", "revoked"].contains(&event)
    });
    for line in &mut told {
        for name in ["seq", "at", "since"] {
            line.as_object_mut().unwrap().remove(name);
        }
    }
    let issued = told[4]["serial"].as_str().unwrap().to_owned();
    assert_ne!(issued, serial);
    assert_eq!(
        told,
        [
            json!({"event": "office_set", "office": MANAGER}),
            json!({"event": "licence_paid", "office": UNPAID}),
            json!({"event": "notice_added", "office": null}),
            json!({"event": "notice_added", "office": MANAGER}),
            json!({"event": "issued", "office": MANAGER, "no": 2, "serial": issued}),
            json!({"event": "revoked", "office": MANAGER, "serial": serial}),
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_whose_certificate_is_revoked_is_refused_at_its_next_request() {
    let bench = Bench::start(small()).await;
    bench.get(MANAGER, "/v1/home").await.data();
    let mark = bench.mark().await;
    bench.get(MANAGER, "/v1/home").await.data();
    let lines = bench.journal(mark).await;
    assert_eq!(lines.len(), 1, "the connection is kept: {lines:?}");
    let offices = send(bench.local(Method::GET, "/manage/offices")).await.data();
    let manager = offices.as_array().unwrap().iter().find(|office| office["number"] == MANAGER).unwrap();
    let serial = &manager["certificates"][0]["state"]["serial"];
    let revoke = format!("/manage/certificates/{}/revoke", serial.as_str().unwrap());
    send(bench.local(Method::POST, &revoke)).await.data();
    let request = bench.as_office(MANAGER, Method::GET, "/v1/home").await;
    request.send().await.unwrap_err();
    let closed = bench.told(mark, |line| line["event"] == "closed").await;
    assert_eq!(
        (&closed["connection"], &closed["serial"], &closed["refusal"]),
        (&lines[0]["connection"], serial, &json!("revoked"))
    );
    let answered = |line: &&Value| line["event"] == "request" && line["route"] == "/v1/home";
    assert_eq!(bench.journal(mark).await.iter().filter(answered).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_is_none_is_refused_and_everything_stays() {
    let bench = Bench::start(small()).await;
    let file = ("DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV", &b"202407,1\r\n"[..]);
    bench.deliver(MANAGER, "k", &json!({}), &[file]).await.data();
    send(bench.local(Method::PUT, "/manage/snapshots/one")).await.data();
    let folder = bench.running.folder().join("snapshots").join("one");
    let restore = async || send(bench.local(Method::POST, "/manage/snapshots/one/restore")).await;
    let told = async || {
        let reply = restore().await;
        assert_eq!(reply.error(), (400, "CPM-S400".to_owned()), "{}", reply.text());
        reply.json()["error"]["detail"]["ja"].as_str().unwrap().to_owned()
    };
    let log = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let log = log.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "log")).unwrap();
    let bytes = std::fs::read(&log).unwrap();
    std::fs::write(&log, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(told().await, "スナップショット「one」は、壊れています。何も復元していません");
    std::fs::write(&log, &bytes).unwrap();
    let index = folder.join("platform.sqlite");
    let kept = std::fs::read(&index).unwrap();
    std::fs::write(&index, b"something else").unwrap();
    let other = "スナップショット「one」は、このバージョンのデータではありません。何も復元していません";
    assert_eq!(told().await, other);
    std::fs::remove_file(&index).unwrap();
    assert_eq!(told().await, other);
    assert_eq!(bench.get(MANAGER, "/v1/sent").await.data()["items"].as_array().unwrap().len(), 1);
    std::fs::write(&index, kept).unwrap();
    restore().await.data();
    assert_eq!(restore().await.status, 200);
}
