//! Servers that lie, and folders that are not as they should be.

mod client_server;

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use client_server::{Authority, Desk, DiesAt, Entry, Listing, Misdeed, NoTime, OTHER, Plan, Server, Valid};
use renkei_mock_platform::model::OfficeNumber;
use renkei_suites::client::{
    CannotBegin, Client, Folders, Identity, Policy, Profile, Stored, Tally, Told, Tools, Unwatched,
};
use renkei_suites::exit::Exit;

const PLAN: &str = "UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV";
/// A set that the scripted platform refuses.
const REFUSED: &str = "UPPLAN_202601_9970100013_43_9970100021_11_20260928101501.CSV";

fn entry(id: &str, files: &[(&str, &[u8])]) -> Entry {
    Entry {
        id: id.to_owned(),
        sender: OTHER,
        message: String::new(),
        files: files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect(),
    }
}

fn received(desk: &Desk) -> Vec<(String, String)> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the files are text");
    desk.received().into_iter().map(|(name, bytes)| (name, text(bytes))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, bytes)| ((*name).to_owned(), (*bytes).to_owned())).collect()
}

/// Why things failed, in English.
fn failures(told: &[Told]) -> Vec<String> {
    let why = |told: &Told| match told {
        Told::Failed { why, .. } => Some(why.en.clone()),
        Told::Sent { .. }
        | Told::Refused { .. }
        | Told::Received { .. }
        | Told::Duplicate { .. }
        | Told::Left { .. } => None,
    };
    told.iter().filter_map(why).collect()
}

#[test]
fn no_name_of_a_server_leads_out_of_the_inbox() {
    let server = Server::start();
    let names = ["../../escaped", "/tmp/absolute", "C:\\windows.txt", "NUL", "a\0b", ".renkei/lock", "..", "ok.csv"];
    for (at, name) in names.iter().enumerate() {
        server.platform().post(entry(&format!("R{at}"), &[(name, name.as_bytes())]));
    }
    server.platform().post(entry("../../../R9", &[("plain.csv", b"plain")]));
    let around = tempfile::tempdir().unwrap();
    let inbox = around.path().join("a/b/inbox");
    fs::create_dir_all(&inbox).unwrap();
    let desk =
        Desk { outbox: tempfile::tempdir().unwrap(), inbox: tempfile::Builder::new().tempdir_in(&inbox).unwrap() };
    let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
    assert_eq!(tally, Tally { received: 9, ..Tally::default() }, "{told:?}");
    let expected = pairs(&[
        ("C__windows.txt", "C:\\windows.txt"),
        ("_._.._escaped", "../../escaped"),
        ("_NUL", "NUL"),
        ("__", ".."),
        ("_renkei_lock", ".renkei/lock"),
        ("_tmp_absolute", "/tmp/absolute"),
        ("a_b", "a\0b"),
        ("ok.csv", "ok.csv"),
        ("plain.csv", "plain"),
    ]);
    assert_eq!(received(&desk), expected);
    let all = client_server::files(around.path());
    assert!(all.keys().all(|name| name.starts_with("a/b/inbox/")), "{:?}", all.keys());
    let renamed = Told::Received {
        entry: "R0".to_owned(),
        sender: OfficeNumber::parse(OTHER).unwrap(),
        files: vec![Stored { name: "../../escaped".to_owned(), stored_as: "_._.._escaped".to_owned(), already: false }],
    };
    assert!(told.contains(&renamed), "{told:?}");
}

#[test]
fn a_name_that_is_taken_is_overwritten_by_nothing() {
    let server = Server::start();
    let desk = Desk::new();
    fs::write(desk.inbox.path().join("a.csv"), b"mine").unwrap();
    fs::write(desk.inbox.path().join("b.csv"), b"same").unwrap();
    server.platform().post(entry("R1", &[("a.csv", b"first"), ("b.csv", b"same"), ("c.csv", b"1"), ("c.csv", b"2")]));
    server.platform().post(entry("R2", &[("a.csv", b"second"), ("A.CSV", b"third")]));
    let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
    assert_eq!(tally, Tally { received: 2, ..Tally::default() }, "{told:?}");
    // On Windows, names that differ in capitals are one.
    let third = if cfg!(windows) { "A (4).CSV" } else { "A.CSV" };
    let expected = pairs(&[
        (third, "third"),
        ("a (2).csv", "first"),
        ("a (3).csv", "second"),
        ("a.csv", "mine"),
        ("b.csv", "same"),
        ("c (2).csv", "2"),
        ("c.csv", "1"),
    ]);
    assert_eq!(received(&desk), expected);
    let english: Vec<String> = told.iter().map(|told| told.message().en).collect();
    let kept = if cfg!(windows) { "A.CSV (kept as A (4).CSV)" } else { "A.CSV" };
    assert_eq!(
        english,
        [
            "received: from 9970100021: a.csv (kept as a (2).csv), b.csv (already there), c.csv, c.csv (kept as c (2).csv) (entry R1)",
            &format!("received: from 9970100021: a.csv (kept as a (3).csv), {kept} (entry R2)"),
        ]
    );
}

#[test]
fn lists_in_any_order_are_read_once() {
    let server = Server::start();
    for listing in [Listing::Reversed, Listing::RepeatsLast, Listing::FirstEmpty] {
        let desk = Desk::new();
        server.platform().reset();
        server.platform().listing = listing;
        for at in 1..=5 {
            let name = format!("{at}.csv");
            server.platform().post(entry(&format!("R{at}"), &[(&name, name.as_bytes())]));
        }
        let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
        assert_eq!(tally, Tally { received: 5, ..Tally::default() }, "{listing:?}: {told:?}");
        assert_eq!(received(&desk).len(), 5, "{listing:?}");
        assert_eq!(server.platform().asked("/files/0"), 5, "{listing:?}: each is fetched once");
    }
}

#[test]
fn a_list_that_shows_less_than_there_is_or_never_ends_is_told_of() {
    let server = Server::start();
    for (listing, received, why) in [
        (Listing::AlwaysEmpty, 0, "what was received does not match: home 3, list 0"),
        (Listing::Circle, 3, "what was received does not match: the list leads back to where it was"),
    ] {
        let desk = Desk::new();
        server.platform().reset();
        server.platform().listing = listing;
        for at in 1..=3 {
            server.platform().post(entry(&format!("R{at}"), &[("x.csv", format!("{at}").as_bytes())]));
        }
        let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
        assert_eq!(tally, Tally { received, failed: 1, ..Tally::default() }, "{listing:?}");
        assert_eq!(failures(&told), [why]);
    }
}

#[test]
fn a_fetch_that_the_platform_forgets_is_not_repeated_for_ever() {
    let server = Server::start();
    server.platform().forgets_fetches = true;
    server.platform().post(entry("R1", &[("x.csv", b"1")]));
    let desk = Desk::new();
    for expected in [Tally { received: 1, ..Tally::default() }, Tally::default()] {
        let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
        assert_eq!(tally, expected, "{told:?}");
    }
    assert_eq!(server.platform().asked("/files/0"), 1);
}

#[test]
fn a_file_that_never_matches_is_never_in_the_inbox_and_does_not_hold_up_others() {
    let server = Server::start();
    for misdeed in [Misdeed::Garbled, Misdeed::HalfBody, Misdeed::CutBody, Misdeed::Html, Misdeed::Redirect] {
        let desk = Desk::new();
        server.platform().reset();
        server.platform().plan = Plan::Always("/R1/files/0", misdeed);
        server.platform().post(entry("R1", &[("spoilt.csv", b"spoilt")]));
        server.platform().post(entry("R2", &[("good.csv", b"good")]));
        let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
        assert_eq!(tally, Tally { received: 1, failed: 1, ..Tally::default() }, "{misdeed:?}: {told:?}");
        assert_eq!(received(&desk), pairs(&[("good.csv", "good")]), "{misdeed:?}");
        assert_eq!(server.platform().asked("/elsewhere"), 0, "a redirect is not followed");
    }
}

#[test]
fn a_delivery_is_never_sent_by_half_an_answer() {
    let server = Server::start();
    for misdeed in [Misdeed::HalfBody, Misdeed::Html, Misdeed::ShiftJis, Misdeed::OtherShape, Misdeed::Redirect] {
        let desk = Desk::new();
        server.platform().reset();
        server.platform().plan = Plan::Always("/v1/deliveries", misdeed);
        desk.put(PLAN, b"plan");
        let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
        assert_eq!(tally, Tally { failed: 1, ..Tally::default() }, "{misdeed:?}: {told:?}");
        let outgoing: Vec<String> = desk.outgoing().into_keys().collect();
        assert!(outgoing.len() == 1 && outgoing[0].starts_with(".renkei/sending/"), "{misdeed:?}: {outgoing:?}");
    }
}

#[test]
fn a_refused_delivery_is_put_aside_with_the_reason() {
    let server = Server::start();
    let desk = Desk::new();
    desk.put(REFUSED, b"plan");
    let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
    assert_eq!(tally, Tally { refused: 1, ..Tally::default() }, "{told:?}");
    assert_eq!(tally.exit(), Exit::Invalid);
    let outgoing: Vec<(String, Vec<u8>)> = desk.outgoing().into_iter().collect();
    let [(first, plan), (second, reason)] = &outgoing[..] else { panic!("{outgoing:?}") };
    assert!(first.starts_with("refused/9970100021-") && first.ends_with(REFUSED), "{first}");
    assert!(second.ends_with("/reason.txt"), "{second}");
    assert_eq!(plan, b"plan");
    let expected = "[CPM-D04] この組み合わせのファイルは送信できません。\n受け付けられる最も近いもの: UPPLAN + UPSIKYU\n\
        違い: UPSIKYUを加える\n\n[CPM-D04] This combination of files cannot be sent.\n\
        The nearest that would be accepted: UPPLAN + UPSIKYU\nThe difference: add UPSIKYU\n";
    assert_eq!(std::str::from_utf8(reason).unwrap(), expected);
    assert!(server.platform().accepted.is_empty());
}

#[test]
fn what_a_server_asks_to_wait_is_waited() {
    let server = Server::start();
    for (misdeed, expected) in [
        (Misdeed::Unavailable, vec![7.0]),
        (Misdeed::TooMany, vec![11.0]),
        (Misdeed::Maintenance, vec![0.5]),
        (Misdeed::ResetDone, vec![0.5]),
        (Misdeed::Unauthorised, vec![]),
    ] {
        let desk = Desk::new();
        server.platform().reset();
        server.platform().plan = Plan::First("/v1/deliveries", misdeed);
        desk.put(PLAN, b"plan");
        let (tally, told, waits) = desk.once(&server.profile(), &DiesAt::never()).ended();
        assert_eq!(tally, Tally { sent: 1, ..Tally::default() }, "{misdeed:?}: {told:?}");
        assert_eq!(waits, expected, "{misdeed:?}");
    }
}

#[test]
fn a_session_that_ends_is_refreshed_once_and_else_opened_again() {
    let server = Server::start();
    for (misdeed, refreshes, logins) in [(Misdeed::Unauthorised, 1, 1), (Misdeed::LoggedOut, 1, 2)] {
        let desk = Desk::new();
        server.platform().reset();
        server.platform().plan = Plan::First("/v1/received", misdeed);
        let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
        assert_eq!(tally, Tally::default(), "{misdeed:?}: {told:?}");
        let platform = server.platform();
        assert_eq!(platform.asked("/token/refresh"), refreshes, "{misdeed:?}");
        assert_eq!(
            (platform.asked("/login/personal"), platform.asked("/login/office")),
            (logins, logins),
            "{misdeed:?}"
        );
    }
}

#[test]
fn a_wrong_password_is_tried_once_even_when_watching() {
    let server = Server::start();
    server.platform().password = "another1";
    let desk = Desk::new();
    let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
    assert_eq!(tally.exit(), Exit::Incomplete);
    assert_eq!(failures(&told), ["[CPM-A01] The ID or the password is wrong."]);
    assert_eq!(server.platform().asked("/login/personal"), 1);

    let time = NoTime::new(100);
    let tools = Tools { policy: Policy::default(), pause: &time, watcher: &Unwatched, tell: &|_| {} };
    let mut client = Client::open(&server.profile(), &desk.folders(), tools).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tally = runtime.block_on(client.watch(Duration::from_secs(30)));
    assert_eq!(tally, Tally { failed: 1, ..Tally::default() });
    assert_eq!(server.platform().asked("/login/personal"), 2);
}

#[test]
fn a_watch_sends_what_comes_and_waits_for_the_rest_of_a_set() {
    let server = Server::start();
    let desk = Desk::new();
    desk.put(PLAN, b"plan");
    desk.put(REFUSED, b"plan");
    desk.put("alone.pdf", b"alone");
    let time = NoTime::new(10);
    let told = std::cell::RefCell::new(Vec::new());
    let tell = |one: &Told| told.borrow_mut().push(one.message().en);
    let tools = Tools { policy: Policy::default(), pause: &time, watcher: &Unwatched, tell: &tell };
    let mut client = Client::open(&server.profile(), &desk.folders(), tools).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tally = runtime.block_on(client.watch(Duration::from_secs(30)));
    let told = told.into_inner();
    assert_eq!(tally, Tally { sent: 1, refused: 1, left: 1, ..Tally::default() }, "{told:?}");
    let begins: Vec<String> = told.iter().map(|line| line.chars().take(40).collect()).collect();
    assert_eq!(
        begins,
        [
            "sent: to 9970100021: UPPLAN_202610_99701",
            "left: UPPLAN_202601_9970100013_43_997010",
            "left: alone.pdf: its name tells no desti",
            "refused: to 9970100021: UPPLAN_202601_99",
        ]
    );
    assert_eq!(time.waits(), [30.0; 11], "eleven passes");
    assert_eq!(server.platform().asked("/login/personal"), 1, "one session");
}

#[test]
fn a_server_that_is_not_to_be_trusted_is_asked_a_few_times_and_told_nothing() {
    let own = || Authority::new();
    let servers = [
        ("another authority", {
            let shown = own().issue("localhost", Valid::Now);
            Server::with(own(), &shown)
        }),
        ("another name", {
            let authority = own();
            let shown = authority.issue("example.test", Valid::Now);
            Server::with(authority, &shown)
        }),
        ("expired", {
            let authority = own();
            let shown = authority.issue("localhost", Valid::Before);
            Server::with(authority, &shown)
        }),
    ];
    for (what, server) in &servers {
        let desk = Desk::new();
        desk.put(PLAN, b"plan");
        let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
        assert_eq!(tally, Tally { failed: 1, ..Tally::default() }, "{what}");
        let failures = failures(&told);
        assert!(failures[0].starts_with("the certificate of the server cannot be trusted: "), "{what}: {failures:?}");
        assert_eq!(server.platform().connections, 3, "{what}");
        assert_eq!(server.platform().requests.len(), 0, "{what}");
        assert_eq!(desk.outgoing().into_keys().collect::<Vec<_>>(), [PLAN], "{what}: nothing is moved");
    }
}

#[test]
fn a_client_certificate_that_is_not_taken_is_shown_a_few_times() {
    let server = Server::start();
    let mut profile = server.profile();
    let other = Authority::new().issue("KaigoJigyousho9970100013", Valid::Now);
    profile.identity = Identity::Pem { certificate: other.0.into_bytes(), key: other.1.into_bytes() };
    let desk = Desk::new();
    let (tally, told, _) = desk.once(&profile, &DiesAt::never()).ended();
    assert_eq!(tally, Tally { failed: 1, ..Tally::default() });
    let failures = failures(&told);
    assert!(failures[0].starts_with("the server does not take the client certificate: "), "{failures:?}");
    assert_eq!(server.platform().connections, 3);
    assert_eq!(server.platform().requests.len(), 0);
}

#[test]
fn a_p12_of_either_form_opens_a_connection_with_its_very_password_only() {
    use renkei_mock_platform::model::CertificateKind;
    use renkei_mock_platform::pki;

    let now = time::OffsetDateTime::now_utc();
    let office = pki::Authority::new(now).unwrap();
    let number = OfficeNumber::parse("9970100013").unwrap();
    let wanted = pki::Profile::of_office(CertificateKind::KaigoJigyousho, &number, now).unwrap();
    let issued = office.issue(&wanted).unwrap();
    let authority = Authority::new();
    let shown = authority.issue("localhost", Valid::Now);
    let server = Server::taking(authority, &shown, &office.cert_pem());
    for cipher in [pki::p12::Cipher::Aes256, pki::p12::Cipher::LegacyTripleDes] {
        let bytes = pki::p12::seal(&issued, &[office.cert_der().clone()], "Passw0rdAb", cipher).unwrap();
        let identity = |password: &str| Identity::P12 { bytes: bytes.clone(), password: password.to_owned() };
        let desk = Desk::new();
        let profile = Profile { identity: identity("Passw0rdAb"), ..server.profile() };
        let (tally, told, _) = desk.once(&profile, &DiesAt::never()).ended();
        assert_eq!(tally, Tally::default(), "{cipher:?}: {told:?}");

        let time = NoTime::new(0);
        let tools = Tools { policy: Policy::default(), pause: &time, watcher: &Unwatched, tell: &|_| {} };
        let profile = Profile { identity: identity("passw0rdAb"), ..server.profile() };
        match Client::open(&profile, &desk.folders(), tools) {
            Err(CannotBegin::Configuration(why)) => {
                let en = "identity.p12: no p12, or not its password (its case matters): ";
                assert!(why.en.starts_with(en) && why.ja.starts_with("identity.p12: p12として開けない"), "{why:?}");
            }
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("it has another password"),
        }
    }
}

#[test]
fn a_server_that_is_not_there_leaves_everything_in_its_place() {
    let server = Server::start();
    let mut profile = server.profile();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    profile.url = format!("https://localhost:{}/", free.local_addr().unwrap().port()).parse().unwrap();
    drop(free);
    let desk = Desk::new();
    desk.put(PLAN, b"plan");
    let (tally, told, waits) = desk.once(&profile, &DiesAt::never()).ended();
    assert_eq!(tally.exit(), Exit::Incomplete);
    assert!(failures(&told)[0].starts_with("cannot connect to the server: "), "{told:?}");
    assert_eq!(waits, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0]);
    assert_eq!(desk.outgoing(), BTreeMap::from([(PLAN.to_owned(), b"plan".to_vec())]));
}

#[test]
fn folders_that_are_not_fit_are_refused_before_anything_is_done() {
    let server = Server::start();
    let desk = Desk::new();
    let within = desk.outbox.path().join("inbox");
    fs::create_dir(&within).unwrap();
    let file = desk.inbox.path().join("file");
    fs::write(&file, b"").unwrap();
    let time = NoTime::new(0);
    let open = |outbox: &std::path::Path, inbox: &std::path::Path| {
        let tools = Tools { policy: Policy::default(), pause: &time, watcher: &Unwatched, tell: &|_| {} };
        let folders = Folders { outbox: outbox.to_owned(), inbox: inbox.to_owned() };
        Client::open(&server.profile(), &folders, tools)
    };
    let (outbox, inbox) = (desk.outbox.path(), desk.inbox.path());
    for (one, other, why) in [
        (outbox, outbox.join("no-such").as_path(), "cannot use the folder "),
        (file.as_path(), inbox, "cannot use the folder "),
        (outbox, within.as_path(), "outbox and inbox must lie apart"),
        (within.as_path(), outbox, "outbox and inbox must lie apart"),
        (outbox, outbox, "outbox and inbox must lie apart"),
    ] {
        match open(one, other) {
            Err(CannotBegin::Configuration(message)) => assert!(message.en.starts_with(why), "{}", message.en),
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("{why}"),
        }
    }
    let first = open(outbox, inbox).map_err(|why| why.message()).unwrap();
    assert!(matches!(open(outbox, inbox), Err(CannotBegin::Busy(_))));
    drop(first);
    assert!(open(outbox, inbox).is_ok());
}

#[test]
fn a_certificate_that_is_none_is_a_matter_of_configuration() {
    let server = Server::start();
    let desk = Desk::new();
    let time = NoTime::new(0);
    let tools = Tools { policy: Policy::default(), pause: &time, watcher: &Unwatched, tell: &|_| {} };
    let (good, key) = server.client.clone();
    let (_, other_key) = server.authority.issue("x", Valid::Now);
    for (ca, certificate, key, why) in [
        ("", good.as_str(), key.as_str(), "ca: there is no certificate in PEM"),
        (&server.authority.pem, "no PEM", &key, "identity.certificate: there is no certificate in PEM"),
        (&server.authority.pem, &good, &good, "identity.key: there is no private key in PEM"),
        (&server.authority.pem, &good, &other_key, "identity: not a certificate with its key: "),
    ] {
        let mut profile = server.profile();
        profile.ca = ca.as_bytes().to_vec();
        profile.identity = Identity::Pem { certificate: certificate.as_bytes().to_vec(), key: key.as_bytes().to_vec() };
        match Client::open(&profile, &desk.folders(), tools) {
            Err(CannotBegin::Configuration(message)) => assert!(message.en.starts_with(why), "{}", message.en),
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("{why}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn a_delivery_of_which_a_file_cannot_be_read_is_left_whole() {
    use std::os::unix::fs::symlink;

    let server = Server::start();
    let desk = Desk::new();
    desk.put(&format!("one/{PLAN}"), b"plan");
    symlink("/no/such/file", desk.outbox.path().join("one/letter.pdf")).unwrap();
    symlink("circle", desk.outbox.path().join("circle")).unwrap();
    let (tally, told, _) = desk.once(&server.profile(), &DiesAt::never()).ended();
    assert_eq!(tally, Tally { left: 2, ..Tally::default() }, "{told:?}");
    assert_eq!(tally.exit(), Exit::Incomplete);
    assert!(server.platform().accepted.is_empty());
    assert!(desk.outbox.path().join("one").join(PLAN).exists());
}
