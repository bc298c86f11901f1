//! Refusals of 利用状況Webサイト: applications for a licence and renewals that are not wanted.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Provoked, Provoker};
use crate::bench::{EXPIRED, MANAGER, UNLICENSED, UNPAID};

const APPLICATION: &str = "/site/licence/application";
const OPT_OUT: &str = "/site/licence/opt-out";

fn application() -> Value {
    json!({
        "applicant": {
            "representative_family_name": "見本", "representative_given_name": "一郎",
            "contact_family_name": "見本", "contact_given_name": "花子",
            "phone": "0300000000", "mail": "office@example.com", "mail_again": "office@example.com",
        },
        "terms_agreed": true, "privacy_agreed": true,
    })
}

pub(super) async fn provoke(provoker: &mut Provoker<'_>) {
    let bench = provoker.bench;
    let unwilling = {
        let mut body = application();
        body["privacy_agreed"] = json!(false);
        body
    };
    // The term of the first is running, the fee of the second has not been settled.
    for (office, path, body, code) in [
        (MANAGER, APPLICATION, Some(application()), "CPM-L04"),
        (UNPAID, APPLICATION, Some(application()), "CPM-L04"),
        (UNLICENSED, APPLICATION, Some(unwilling), "CPM-L06"),
        (UNLICENSED, OPT_OUT, None, "CPM-L07"),
        (EXPIRED, OPT_OUT, None, "CPM-L07"),
    ] {
        let token = bench.site_login(office).await;
        let before = bench.mark().await;
        let reply = bench.site(&token, Method::POST, path, body.as_ref()).await;
        provoker.refused(path, before, Provoked::new(code, reply)).await;
    }

    let mut body = application();
    for (field, value) in
        [("contact_family_name", ""), ("phone", "03-1234-567"), ("mail", "test!@test.com"), ("mail_again", "test")]
    {
        body["applicant"][field] = json!(value);
    }
    let token = bench.site_login(UNLICENSED).await;
    let before = bench.mark().await;
    let reply = bench.site(&token, Method::POST, APPLICATION, Some(&body)).await;
    let fields: Vec<(String, String, bool)> = reply.json()["error"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            assert!(!field["message"]["en"].as_str().unwrap().is_empty());
            let [name, ja] = [&field["field"], &field["message"]["ja"]].map(crate::bench::text);
            (name, ja, field["official_wording"] == true)
        })
        .collect();
    let expected = [
        ("contact_family_name", "未入力です。"),
        ("phone", "10桁、もしくは11桁の数字を入力してください。"),
        ("mail", "不正な形式または不正な記号が入力されています。"),
        ("mail_again", "メールアドレスが一致していません。"),
    ];
    assert_eq!(fields, expected.map(|(field, ja)| (field.to_owned(), ja.to_owned(), true)));
    provoker.refused(APPLICATION, before, Provoked::new("CPM-L05", reply)).await;
}
