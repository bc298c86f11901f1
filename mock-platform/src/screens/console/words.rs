//! Events of the journal in words. Knows events; knows no page.

use renkei_validator::text::Text;

use crate::journal::{Delivered, Event, Mended};
use crate::post;

/// What an event is called, and how it turned out.
pub(super) struct Told {
    pub(super) name: Text,
    pub(super) tone: Tone,
    /// What is told of it: what it is, and its value.
    pub(super) facts: Vec<(&'static str, String)>,
}

/// How an event turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Bad,
    Odd,
}

impl Tone {
    /// Its class in the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Good => "good",
            Tone::Bad => "bad",
            Tone::Odd => "warn",
        }
    }
}

/// The facts of an event, of which some may not be there.
struct Facts(Vec<(&'static str, String)>);

impl Facts {
    fn none() -> Facts {
        Facts(Vec::new())
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Facts {
        self.0.push((name, post::shown(&value.to_string())));
        self
    }

    fn maybe(self, name: &'static str, value: Option<&impl ToString>) -> Facts {
        match value {
            Some(value) => self.with(name, value.to_string()),
            None => self,
        }
    }
}

/// An event in words.
pub(super) fn told(event: &Event) -> Told {
    let of = |ja, en, tone, facts: Facts| Told { name: Text { ja, en }, tone, facts: facts.0 };
    match event {
        Event::Started { tool, version, schema: _ } => {
            of("起動", "started", Tone::Plain, Facts::none().with(tool_of(tool), version))
        }
        Event::Mended { what, bytes } => {
            let what = match what {
                Mended::Journal => "journal",
                Mended::Bodies => "bodies",
            };
            of("修復", "mended", Tone::Odd, Facts::none().with("what", what).with("bytes", bytes))
        }
        Event::Lost { events } => of("記録もれ", "lost", Tone::Bad, Facts::none().with("events", events)),
        Event::Opened { store, deliveries } => {
            of("保存先", "opened", Tone::Plain, Facts::none().with("store", store).with("deliveries", deliveries))
        }
        Event::Recovered(delivered) => of("受付の補記", "recovered", Tone::Odd, delivery(delivered)),
        Event::Handshake { connection, protocol, subject, issuer: _, serial, refusal, alert } => {
            let facts = Facts::none().with("connection", connection).maybe("subject", subject.as_ref());
            let facts = facts.maybe("serial", serial.as_ref()).maybe("protocol", protocol.as_ref());
            let tone = if refusal.is_some() { Tone::Bad } else { Tone::Plain };
            of("TLS接続", "handshake", tone, facts.maybe("refusal", refusal.as_ref()).maybe("alert", alert.as_ref()))
        }
        Event::Closed { connection, serial, refusal } => {
            let facts = Facts::none().with("connection", connection).maybe("serial", serial.as_ref());
            of("接続の終了", "closed", Tone::Bad, facts.with("refusal", refusal))
        }
        Event::Login { user, office, code } => {
            let facts = Facts::none().with("user", user).maybe("office", office.as_ref()).maybe("code", code.as_ref());
            of("ログイン", "login", if code.is_some() { Tone::Bad } else { Tone::Good }, facts)
        }
        Event::Request { connection, office, method, route, status } => {
            let facts = Facts::none().with("status", status).with("route", format!("{method} {route}"));
            let tone = if *status < 400 { Tone::Plain } else { Tone::Bad };
            of("要求", "request", tone, facts.maybe("office", office.as_ref()).with("connection", connection))
        }
        Event::Accepted(delivered) => of("受付", "accepted", Tone::Good, delivery(delivered)),
        Event::Repeated { delivery, key, sender } => {
            let facts = Facts::none().with("delivery", delivery).with("sender", sender).with("key", key);
            of("再送", "repeated", Tone::Odd, facts)
        }
        Event::Refused { route, office, code, key, .. } => {
            let facts = Facts::none().with("code", code).with("route", route).maybe("office", office.as_ref());
            of("拒否", "refused", Tone::Bad, facts.maybe("key", key.as_ref()))
        }
        Event::Fetched { entry, delivery, receiver, position, complete } => {
            let facts = Facts::none().with("entry", entry).with("delivery", delivery).with("receiver", receiver);
            let facts = facts.with("file", position).with("complete", complete);
            of("取得", "fetched", if *complete { Tone::Good } else { Tone::Plain }, facts)
        }
        Event::Fault { step, fault, route, connection, office } => {
            let facts = Facts::none().with("fault", fault).with("step", step).maybe("route", route.as_ref());
            of("障害", "fault", Tone::Odd, facts.maybe("office", office.as_ref()).with("connection", connection))
        }
        Event::Clock { now } => {
            of("時計", "clock", Tone::Plain, Facts::none().with("now", super::super::write::second(*now)))
        }
        Event::Revoked { serial, since, office } => {
            let facts = Facts::none().with("serial", serial).with("since", super::super::write::second(*since));
            of("証明書の失効", "revoked", Tone::Odd, facts.maybe("office", office.as_ref()))
        }
        Event::Issued { office, no, serial } => {
            let facts = Facts::none().with("office", office).with("no", no).with("serial", serial);
            of("証明書の発行", "issued", Tone::Plain, facts)
        }
        Event::OfficeSet { office } => {
            of("事業所の変更", "office set", Tone::Plain, Facts::none().with("office", office))
        }
        Event::LicencePaid { office } => {
            of("利用料の完了", "licence paid", Tone::Plain, Facts::none().with("office", office))
        }
        Event::NoticeAdded { office } => {
            of("お知らせの掲載", "notice added", Tone::Plain, Facts::none().maybe("office", office.as_ref()))
        }
        Event::Reset => of("リセット", "reset", Tone::Odd, Facts::none()),
        Event::Snapshot => of("スナップショット", "snapshot", Tone::Plain, Facts::none()),
        Event::Restored => of("復元", "restored", Tone::Odd, Facts::none()),
        Event::PlanReplaced => of("障害計画の変更", "plan replaced", Tone::Plain, Facts::none()),
        Event::Stopped { never_fired } => {
            let facts = never_fired.iter().fold(Facts::none(), |facts, step| facts.with("never fired", step));
            of("終了", "stopped", Tone::Plain, facts)
        }
    }
}

/// The one tool that writes journals, or what a line says that did.
fn tool_of(tool: &str) -> &'static str {
    if tool == "renkei" { "renkei" } else { "tool" }
}

fn delivery(delivered: &Delivered) -> Facts {
    let Delivered { delivery, key, sender, receiver, copies, files } = delivered;
    let facts = Facts::none().with("delivery", delivery).with("sender", sender).with("receiver", receiver);
    let facts = facts.with("copies", copies);
    files.iter().fold(facts, |facts, file| facts.with("file", &file.name)).with("key", key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::DeliveredFile;
    use crate::model::OfficeNumber;

    #[test]
    fn a_delivery_is_told_with_its_files_and_without_what_disturbs_a_page() {
        let office = |number| OfficeNumber::parse(number).unwrap();
        let file = DeliveredFile { name: "a\u{202e}fdp.exe".to_owned(), bytes: 1, sha256: "0".repeat(64) };
        let told = told(&Event::Accepted(Delivered {
            delivery: "S0000000001".to_owned(),
            key: "k".to_owned(),
            sender: office("9970100013"),
            receiver: office("9970100021"),
            copies: 2,
            files: vec![file],
        }));
        assert_eq!((told.name.ja, told.tone), ("受付", Tone::Good));
        let facts: Vec<String> = told.facts.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            facts,
            [
                "delivery=S0000000001",
                "sender=9970100013",
                "receiver=9970100021",
                "copies=2",
                "file=a\\u{202e}fdp.exe",
                "key=k"
            ]
        );
    }

    #[test]
    fn what_was_refused_is_told_as_bad() {
        let refused = Event::Login { user: "c1".to_owned(), office: None, code: Some("CPM-A01".to_owned()) };
        assert_eq!(told(&refused).tone, Tone::Bad);
        let request = |status| Event::Request {
            connection: 1,
            office: None,
            method: "GET".to_owned(),
            route: "/".to_owned(),
            status,
        };
        assert_eq!((told(&request(200)).tone, told(&request(503)).tone), (Tone::Plain, Tone::Bad));
    }
}
