//! Exactly once, whatever happens: every misdeed of the platform at every request of a run, every death
//! of the client at every step, and both.

mod client_server;

use std::collections::BTreeMap;

use client_server::{Accepted, Desk, DiesAt, Entry, Misdeed, OTHER, Plan, Ran, Server};
use renkei_suites::client::{Point, Profile, Tally};
use renkei_suites::exit::Exit;

const PLAN: &str = "UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV";
const TOTALS: &str = "UPSIKYU_202610_9970100013_43_9970100021_11_20260928101500.CSV";
const ELSEWHERE: &str = "UPPLAN_202610_9970100013_43_9970100039_15_20260928101500.CSV";
const RESULT: &str = "UPJSK_202609_9970100021_11_9970100013_43_20261003174500.CSV";
const SECOND: &str = "UPJSK_202609_9970100039_15_9970100013_43_20261003174501.CSV";

/// Three deliveries out, three entries in, one of which repeats another.
fn prepare(server: &Server) -> Desk {
    let mut platform = server.platform();
    platform.reset();
    let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
    let entry =
        |id: &str, message: &str, files| Entry { id: id.to_owned(), sender: OTHER, message: message.to_owned(), files };
    platform.post(entry("R1", "", vec![file(RESULT, b"result"), file("写真.pdf", &[0x80; 100_000])]));
    platform.post(entry("R2/../x", "ご確認ください", vec![file(SECOND, b"second")]));
    platform.post(entry("R3", "", vec![file(RESULT, b"result"), file("写真.pdf", &[0x80; 100_000])]));
    let desk = Desk::new();
    desk.put(PLAN, b"plan");
    desk.put(TOTALS, b"totals");
    desk.put(ELSEWHERE, &[b'x'; 200_000]);
    desk.put("with letter/手紙.pdf", b"letter");
    desk.put("with letter/message.txt", "よろしくお願いします\n".as_bytes());
    desk.put("with letter/to.txt", b"9970100021\n");
    desk
}

fn delivery(destination: &str, message: &str, files: &[(&str, &[u8])]) -> Accepted {
    Accepted {
        destination: destination.to_owned(),
        message: message.to_owned(),
        files: files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect(),
    }
}

/// Everything is there once, and nothing else is anywhere.
#[track_caller]
fn is_exact(server: &Server, desk: &Desk, when: &str) {
    let platform = server.platform();
    let mut accepted = platform.accepted.clone();
    accepted.sort_by(|one, other| (&one.destination, &one.message).cmp(&(&other.destination, &other.message)));
    let expected = [
        delivery("9970100021", "", &[(PLAN, b"plan"), (TOTALS, b"totals")]),
        delivery("9970100021", "よろしくお願いします", &[("手紙.pdf", b"letter")]),
        delivery("9970100039", "", &[(ELSEWHERE, &[b'x'; 200_000])]),
    ];
    assert!(accepted == expected, "{when}: accepted {} deliveries", accepted.len());
    assert_eq!(platform.not_fetched(), 0, "{when}");

    let message = "message-9970100021-bc7abfc2.txt";
    let expected = BTreeMap::from([
        (RESULT.to_owned(), b"result".to_vec()),
        (SECOND.to_owned(), b"second".to_vec()),
        ("写真.pdf".to_owned(), vec![0x80; 100_000]),
        (message.to_owned(), "ご確認ください".as_bytes().to_vec()),
    ]);
    let received = desk.received();
    assert_eq!(received.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{when}");
    assert!(received == expected, "{when}: other bytes");

    let mut outgoing: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, bytes) in desk.outgoing() {
        let parts: Vec<&str> = name.split('/').collect();
        match parts[..] {
            ["sent", folder, file] => outgoing.push((format!("{}/{file}", &folder[..10]), bytes)),
            _ => panic!("{when}: {name} is left"),
        }
    }
    outgoing.sort();
    let mut expected = vec![
        (format!("9970100021/{PLAN}"), b"plan".to_vec()),
        (format!("9970100021/{TOTALS}"), b"totals".to_vec()),
        ("9970100021/message.txt".to_owned(), "よろしくお願いします\n".as_bytes().to_vec()),
        ("9970100021/to.txt".to_owned(), b"9970100021\n".to_vec()),
        ("9970100021/手紙.pdf".to_owned(), b"letter".to_vec()),
        (format!("9970100039/{ELSEWHERE}"), vec![b'x'; 200_000]),
    ];
    expected.sort();
    assert!(outgoing == expected, "{when}: {:?}", outgoing.iter().map(|(name, _)| name).collect::<Vec<_>>());
}

/// Runs the client until a run is clean.
#[track_caller]
fn until_clean(desk: &Desk, profile: &Profile, when: &str) -> Tally {
    for _ in 0..4 {
        let (tally, told, _) = desk.once(profile, &DiesAt::never()).ended();
        if tally.exit() == Exit::Valid {
            return tally;
        }
        assert_eq!(tally.exit(), Exit::Incomplete, "{when}: {told:?}");
    }
    panic!("{when}: no run is clean");
}

#[test]
fn a_clean_run_sends_and_receives_everything_once() {
    let server = Server::start();
    let desk = prepare(&server);
    let watcher = DiesAt::never();
    let (tally, told, waits) = desk.once(&server.profile(), &watcher).ended();
    let expected = Tally { sent: 3, refused: 0, received: 2, duplicates: 1, left: 0, failed: 0 };
    assert_eq!(tally, expected, "{told:?}");
    assert_eq!(waits, [] as [f64; 0]);
    is_exact(&server, &desk, "a clean run");
    let seen: std::collections::BTreeSet<Point> = watcher.seen.into_inner().into_iter().collect();
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), Point::ALL, "every step is taken");

    let again = desk.once(&server.profile(), &DiesAt::never()).ended().0;
    assert_eq!(again, Tally::default(), "there is nothing more to do");
    is_exact(&server, &desk, "a second run");
}

#[test]
fn every_misdeed_at_every_request_is_survived() {
    let server = Server::start();
    let profile = server.profile();
    for misdeed in Misdeed::ALL {
        let mut at = 0;
        loop {
            let desk = prepare(&server);
            server.platform().plan = Plan::At(at, misdeed);
            let when = format!("{misdeed:?} at request {at}");
            until_clean(&desk, &profile, &when);
            is_exact(&server, &desk, &when);
            if server.platform().misdeeds == 0 {
                break;
            }
            at += 1;
        }
        assert!(at >= 14, "{misdeed:?}: a clean run has {at} requests only");
    }
}

#[test]
fn a_platform_that_breaks_down_at_any_request_and_comes_back_has_everything_once() {
    let server = Server::start();
    let profile = server.profile();
    for misdeed in [Misdeed::ResetUndone, Misdeed::ResetDone, Misdeed::UnavailableDone, Misdeed::HalfBody] {
        let mut at = 0;
        loop {
            let desk = prepare(&server);
            server.platform().plan = Plan::From(at, misdeed);
            let when = format!("{misdeed:?} from request {at} on");
            let (tally, _, _) = desk.once(&profile, &DiesAt::never()).ended();
            let broke = server.platform().misdeeds > 0;
            assert_eq!(tally.exit(), if broke { Exit::Incomplete } else { Exit::Valid }, "{when}");
            server.platform().plan = Plan::Never;
            until_clean(&desk, &profile, &when);
            is_exact(&server, &desk, &when);
            if !broke {
                break;
            }
            at += 1;
        }
        assert!(at >= 14, "{misdeed:?}: a clean run has {at} requests only");
    }
}

#[test]
fn a_death_at_every_step_is_survived() {
    let server = Server::start();
    let profile = server.profile();
    let mut died_at = std::collections::BTreeSet::new();
    for step in 0.. {
        let desk = prepare(&server);
        match desk.once(&profile, &DiesAt::step(step)) {
            Ran::Died(point) => died_at.insert(point),
            Ran::Ended { .. } => break,
        };
        let when = format!("death at step {step}");
        until_clean(&desk, &profile, &when);
        is_exact(&server, &desk, &when);
    }
    assert_eq!(died_at.into_iter().collect::<Vec<_>>(), Point::ALL);
}

#[test]
fn a_death_after_a_lost_answer_is_survived() {
    let server = Server::start();
    let profile = server.profile();
    let mut deaths = 0;
    for (route, misdeed) in [
        ("/deliveries", Misdeed::ResetDone),
        ("/deliveries", Misdeed::CutBody),
        ("/files/0", Misdeed::ResetDone),
        ("/received", Misdeed::LoggedOut),
    ] {
        for step in 0.. {
            let desk = prepare(&server);
            server.platform().plan = Plan::First(route, misdeed);
            let when = format!("{misdeed:?} at {route}, death at step {step}");
            match desk.once(&profile, &DiesAt::step(step)) {
                Ran::Died(_) => deaths += 1,
                Ran::Ended { .. } => break,
            }
            until_clean(&desk, &profile, &when);
            is_exact(&server, &desk, &when);
        }
    }
    assert!(deaths >= 4 * 25, "{deaths}");
}

#[test]
fn a_client_that_dies_again_and_again_gets_there() {
    let server = Server::start();
    let profile = server.profile();
    for first in 0..4 {
        let desk = prepare(&server);
        let mut deaths = 0;
        while let Ran::Died(_) = desk.once(&profile, &DiesAt::step(first + deaths)) {
            deaths += 1;
        }
        assert!(deaths >= 5, "{deaths}");
        is_exact(&server, &desk, &format!("{deaths} deaths from step {first} on"));
    }
}

#[test]
fn a_delivery_made_once_more_is_sent_once_more() {
    let server = Server::start();
    let desk = Desk::new();
    for (message, id) in [("変更なし", "D1"), ("変更あり", "D2"), ("変更なし", "D3")] {
        desk.put(&format!("plan/{PLAN}"), b"plan");
        desk.put("plan/message.txt", message.as_bytes());
        let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
        assert_eq!(tally, Tally { sent: 1, ..Tally::default() }, "{id}");
        let expected = renkei_suites::client::Told::Sent {
            id: id.to_owned(),
            destination: renkei_mock_platform::model::OfficeNumber::parse("9970100021").unwrap(),
            files: vec![PLAN.to_owned()],
            repeated: false,
        };
        assert_eq!(told, [expected], "{id}");
    }
    let platform = server.platform();
    let messages: Vec<&str> = platform.accepted.iter().map(|accepted| &*accepted.message).collect();
    assert_eq!(messages, ["変更なし", "変更あり", "変更なし"]);
    assert_eq!(desk.outgoing().len(), 6, "all are among those sent");
}

#[test]
fn a_death_at_every_step_of_a_delivery_made_once_more_is_survived() {
    let server = Server::start();
    let profile = server.profile();
    let mut died_at = std::collections::BTreeSet::new();
    // The delivery that dies is the second, then the third of the same.
    for before in 1..=2 {
        for step in 0.. {
            server.platform().reset();
            let desk = Desk::new();
            for _ in 0..before {
                desk.put(PLAN, b"plan");
                desk.once(&profile, &DiesAt::never()).ended();
            }
            desk.put(PLAN, b"plan");
            match desk.once(&profile, &DiesAt::step(step)) {
                Ran::Died(point) => died_at.insert(point),
                Ran::Ended { .. } => break,
            };
            until_clean(&desk, &profile, &format!("{before} before, death at step {step}"));
            assert_eq!(server.platform().accepted.len(), before + 1, "{before} before, death at step {step}");
        }
    }
    assert_eq!(died_at.into_iter().collect::<Vec<_>>(), Point::ALL[..7]);
}
