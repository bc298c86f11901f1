//! Every business error, provoked through the public interfaces alone. A code without a case fails the
//! test, and so does a case whose answer is another refusal.

mod accounts;
mod certificates;
mod deliveries;
mod licences;

use std::collections::{BTreeMap, BTreeSet};

use renkei_mock_platform::refusal::Business;
use serde_json::{Value, json};

use crate::bench::{Bench, Reply, small};

/// A refusal that was provoked.
pub(super) struct Provoked {
    /// Which code it should have.
    code: &'static str,
    reply: Reply,
    /// `nearest`: what would be accepted and, in Japanese, the one difference.
    nearest: Option<(Vec<String>, &'static str)>,
}

impl Provoked {
    fn new(code: &'static str, reply: Reply) -> Provoked {
        Provoked { code, reply, nearest: None }
    }
}

/// Provokes refusals one after another and looks after each whether the journal tells of it.
pub(super) struct Provoker<'b> {
    bench: &'b Bench,
    provoked: Vec<Provoked>,
}

impl Provoker<'_> {
    /// A refusal of which the journal tells, with this route.
    async fn refused(&mut self, route: &str, after: u64, provoked: Provoked) {
        let line = self.bench.told(after, |line| line["event"] == "refused").await;
        assert_eq!((&line["code"], &line["route"]), (&json!(provoked.code), &json!(route)), "{line}");
        self.provoked.push(provoked);
    }
}

/// The codes whose Japanese words are the real system's, with these words.
const OFFICIAL: [(&str, &str); 1] =
    [("CPM-L04", "ご利用期間内、もしくはライセンス料のお支払が完了していない為、現在は利用申請ができません。")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_business_error_comes_over_the_wire_with_its_code_and_words() {
    let bench = Bench::start(small()).await;
    let mut provoker = Provoker { bench: &bench, provoked: Vec::new() };
    deliveries::provoke(&mut provoker).await;
    licences::provoke(&mut provoker).await;
    certificates::provoke(&mut provoker).await;
    accounts::provoke(&mut provoker).await;

    let mut words: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for Provoked { code, reply, nearest } in &provoker.provoked {
        assert_eq!(reply.error(), (200, (*code).to_owned()), "{}", reply.text());
        assert_eq!(reply.headers["content-type"], "application/json", "{code}");
        let error = &reply.json()["error"];
        let [ja, en] = ["ja", "en"].map(|language| error["message"][language].as_str().unwrap().trim().to_owned());
        assert!(!ja.is_ascii() && ja.ends_with('。'), "{code}: {ja}");
        assert!(en.ends_with('.') && !en.is_empty(), "{code}: {en}");
        let official = OFFICIAL.iter().find(|(known, _)| known == code).map(|(_, words)| *words);
        assert_eq!(error["official_wording"], json!(official.is_some()), "{code}");
        assert!(official.is_none_or(|official| official == ja), "{code}: {ja}");
        assert_eq!(told(error), nearest.as_ref().map(|(kinds, ja)| (kinds.clone(), (*ja).to_owned())), "{code}");
        words.entry(code).or_default().insert(ja);
    }
    // One code has one sentence, and no two have the same.
    assert!(words.values().all(|sentences| sentences.len() == 1), "{words:?}");
    assert_eq!(words.values().flatten().collect::<BTreeSet<_>>().len(), words.len());
    let all: Vec<&str> = Business::ALL.iter().map(|why| why.code()).collect();
    assert!(all.len() >= 40, "{all:?}");
    assert_eq!(words.keys().copied().collect::<Vec<_>>(), BTreeSet::from_iter(all).into_iter().collect::<Vec<_>>());
}

/// What would be accepted and the one difference, as an error tells it; both languages say it.
fn told(error: &Value) -> Option<(Vec<String>, String)> {
    let nearest = error.get("nearest")?;
    let accepted = nearest["accepted"].as_array().unwrap().iter().map(crate::bench::text).collect();
    assert!(!nearest["difference"]["en"].as_str().unwrap().is_empty(), "{nearest}");
    Some((accepted, crate::bench::text(&nearest["difference"]["ja"])))
}
