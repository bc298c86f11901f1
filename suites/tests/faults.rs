//! `renkei faults`

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use common::{folder, run};
use serde_json::Value;

#[test]
fn all_faults_are_listed_with_layer_and_whether_the_request_is_executed() {
    let folder = folder();
    let ja = run(folder.path(), ["faults", "--lang", "ja"]).code_is(0).out;
    let en = run(folder.path(), ["faults", "--lang", "en"]).code_is(0).out;
    assert!(ja.contains("acknowledgement-lost               meaning  yes  実行後の応答の消失\n"), "{ja}");
    assert!(en.contains("acknowledgement-lost               meaning  yes  acknowledgement lost\n"), "{en}");
    assert!(en.contains("server-certificate-other-authority tls      no   "), "{en}");
    let names = |text: &str| text.lines().filter(|line| line.contains(" yes  ") || line.contains(" no   ")).count();
    let all: Value = serde_json::from_str(&run(folder.path(), ["faults", "--format", "json"]).code_is(0).out).unwrap();
    assert_eq!([names(&ja), names(&en)], [all.as_array().unwrap().len(); 2]);
    assert!(names(&ja) >= 28);
}

#[test]
fn a_fault_is_shown_with_a_plan_that_can_be_copied() {
    let folder = folder();
    let en = run(folder.path(), ["faults", "status-503", "--lang", "en"]).code_is(0).out;
    assert_eq!(
        en,
        "status-503\n  503 with Retry-After in seconds\n\n\
         what it does\n  Nothing is executed; the answer is 503 with a Retry-After that says how many seconds to wait.\n\n\
         what a good client does\n  It repeats with the same idempotency key when these seconds are over, not earlier.\n\n\
         where it can strike\n  layer: http\n  on: any, login-personal, login-office, token-refresh, logout, home, notices, \
         offices, office, recognise, send, send-bulk, received-list, received-detail, fetch-file, fetch-bulk, sent-list, \
         sent-detail\n  the request is executed: no\n\n\
         parameter\n  retry_after_s (0..86400): The seconds that the header Retry-After says.\n\n\
         sample plan\n  [[step]]\n  on = \"send\"\n  nth = 1\n  times = 2\n  fault = \"status-503\"\n  retry_after_s = 1\n"
    );
    let ja = run(folder.path(), ["faults", "json-cut", "--lang", "ja"]).code_is(0).out;
    assert!(ja.starts_with("json-cut\n  途中で終わるJSON\n\n起きること\n  実行し、"), "{ja}");
    assert!(ja.contains("\n  リクエストの実行: される\n") && !ja.contains("引数"), "{ja}");
}

#[test]
fn one_fault_as_json_is_its_card() {
    let folder = folder();
    let out = run(folder.path(), ["faults", "slow-response", "--format", "json"]).code_is(0).out;
    let cards: Value = serde_json::from_str(&out).unwrap();
    let [card] = cards.as_array().unwrap().as_slice() else { panic!("{out}") };
    assert_eq!(
        (&card["fault"], &card["layer"], &card["executed"]),
        (&"slow-response".into(), &"tcp".into(), &"yes".into())
    );
    assert_eq!((&card["parameter"]["key"], &card["parameter"]["least"]), (&"bytes_per_second".into(), &20.into()));
    assert_eq!(card["title"]["ja"], "遅い応答");
    assert!(card["sample"].as_str().unwrap().starts_with("[[step]]\n"));
}

#[test]
fn an_unknown_fault_leads_to_those_that_were_meant() {
    let folder = folder();
    let outcome = run(folder.path(), ["faults", "acknowledgment-lost", "--lang", "en"]).code_is(2);
    assert!(
        outcome.err.starts_with("error: no fault acknowledgment-lost; the nearest are acknowledgement-lost, "),
        "{}",
        outcome.err
    );
    assert_eq!(outcome.out, "");
    let outcome = run(folder.path(), ["faults", "reset", "--lang", "ja"]).code_is(2);
    assert!(outcome.err.starts_with("エラー: 障害 reset はありません。近いもの: "), "{}", outcome.err);
}
