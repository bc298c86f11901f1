//! Every certificate on the wire: what the client sees and what the ledger says, in TLS 1.2 and 1.3.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod listener;

use listener::{
    Listener, NOW, Order, Saw, V12, V13, client, connect, number, odd_client, office_profile, router, soon, visit,
};
use renkei_mock_platform::clock::Hand;
use renkei_mock_platform::model::CertificateKind;
use renkei_mock_platform::pki::set::{self, Member, RefusedAt};
use renkei_mock_platform::pki::{Authority, Issued, Refused};
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::tls::ledger::{Failure, Outcome};
use renkei_mock_platform::tls::{Greeting, Reason};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{HandshakeKind, SupportedProtocolVersion};
use time::macros::datetime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const VERSIONS: [&SupportedProtocolVersion; 2] = [V12, V13];

/// What a client sees of an alert: in TLS 1.3 its handshake is over before the server judges it, so
/// that the first write succeeds and the read fails.
fn refusal(version: &SupportedProtocolVersion, alert: &str) -> Saw {
    if version.version == V12.version {
        Saw::HandshakeRefused(alert.to_owned())
    } else {
        Saw::ReadRefused(alert.to_owned())
    }
}

#[tokio::test]
async fn every_refused_certificate_of_the_set_is_refused_with_its_alert_and_its_reason() {
    let mut listener = Listener::start(Order::default()).await;
    let office = (number("9970100013"), CertificateKind::KaigoJigyousho);
    let set = set::make(&listener.authority, &[office], NOW).unwrap();
    let expected = [
        ("good/9970100013-KaigoJigyousho", None),
        ("refused/agent", Some(("access_denied", Reason::KindRefused { kind: Refused::Agent }))),
        ("refused/disability", Some(("access_denied", Reason::KindRefused { kind: Refused::Disability }))),
        (
            "refused/expired",
            Some(("certificate_expired", Reason::Expired { until: datetime!(2026-11-26 23:59:59 +9) })),
        ),
        (
            "refused/not-yet-valid",
            Some(("certificate_expired", Reason::NotYetValid { from: datetime!(2026-11-28 0:00 +9) })),
        ),
        ("refused/other-authority", Some(("unknown_ca", Reason::UnknownIssuer))),
        ("refused/wrong-usage", Some(("unsupported_certificate", Reason::WrongUsage))),
        ("refused/revoked", Some(("certificate_revoked", Reason::Revoked { since: NOW }))),
        ("refused/wrong-office", None),
    ];
    let paths: Vec<&str> = set.iter().map(|made| made.path.as_str()).collect();
    assert_eq!(paths, expected.each_ref().map(|(path, _)| *path));
    let mut connection = 0;
    for version in VERSIONS {
        for (made, (path, refused)) in set.iter().zip(&expected) {
            connection += 1;
            let saw = visit(listener.address, &client(&listener.authority, Some(&made.issued), version)).await;
            let handshake = listener.handshake().await;
            match refused {
                None => {
                    let name = &made.issued.common_name;
                    let office = &name["KaigoJigyousho".len()..];
                    let body = format!("{connection} {name} {office} Some(KaigoJigyousho)");
                    assert_eq!(saw, Saw::Served(body), "{path}");
                    assert!(matches!(made.member.refused_at(), RefusedAt::Nowhere | RefusedAt::Login));
                    assert!(matches!(handshake.outcome, Outcome::Established { .. }), "{path} {handshake:?}");
                }
                Some((alert, reason)) => {
                    assert_eq!(saw, refusal(version, alert), "{path}");
                    assert_eq!(made.member.refused_at(), RefusedAt::Tls(alert), "{path}");
                    let outcome = Outcome::Refused { reason: reason.clone(), alert: reason.alert() };
                    assert_eq!(handshake.outcome, outcome, "{path}");
                    assert_eq!(reason.alert().to_string(), *alert);
                }
            }
            let shown = handshake.shown.expect("it was shown");
            let Issued { serial, fingerprint_sha256, not_before, not_after, common_name, .. } = &made.issued;
            assert_eq!((&shown.serial, &shown.fingerprint), (serial, fingerprint_sha256));
            assert_eq!((shown.not_before, shown.not_after), (*not_before, *not_after));
            assert_eq!(shown.subject, format!("O=TEST renkei, CN={common_name}"));
            assert_eq!((shown.issuer.as_str(), &shown.common_name), ("O=TEST renkei, CN=e-seikyuu CA", common_name));
            assert_eq!((handshake.connection, handshake.at), (connection, NOW));
            assert!(handshake.peer.ip().is_loopback());
            assert_eq!(handshake.greeting, Greeting::Serve);
        }
    }
    assert_eq!(listener.ledger.list(0).len(), 2 * set.len());
    assert!(set.iter().any(|made| made.member == Member::WrongOffice));
}

#[tokio::test]
async fn the_ledger_tells_version_and_cipher() {
    let mut listener = Listener::start(Order::default()).await;
    for (version, told, cipher) in
        [(V12, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"), (V13, "TLSv1.3", "TLS13_AES_256_GCM_SHA384")]
    {
        let saw = visit(listener.address, &listener.good_client(version)).await;
        assert!(matches!(saw, Saw::Served(_)), "{saw:?}");
        let outcome = listener.handshake().await.outcome;
        assert_eq!(outcome, Outcome::Established { version: told, cipher: cipher.to_owned() });
    }
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused() {
    let mut listener = Listener::start(Order::default()).await;
    for version in VERSIONS {
        let saw = visit(listener.address, &client(&listener.authority, None, version)).await;
        assert_eq!(saw, refusal(version, "certificate_required"));
        let handshake = listener.handshake().await;
        let reason = Reason::NoCertificate;
        assert_eq!(handshake.outcome, Outcome::Refused { alert: reason.alert(), reason });
        assert_eq!(handshake.shown, None);
    }
}

#[tokio::test]
async fn a_certificate_is_valid_to_the_last_second_of_its_last_day_in_japan() {
    let mut listener = Listener::start(Order::default()).await;
    let issued = listener.office();
    let (until, from) = (datetime!(2029-11-27 23:59:59 +9), datetime!(2026-11-27 0:00 +9));
    for version in VERSIONS {
        let config = client(&listener.authority, Some(&issued), version);
        for (now, reason) in [
            (datetime!(2029-11-27 23:59:59 +9), None),
            (datetime!(2029-11-27 23:59:59.999 +9), None),
            (datetime!(2029-11-28 0:00 +9), Some(Reason::Expired { until })),
            (datetime!(2026-11-26 23:59:59.999 +9), Some(Reason::NotYetValid { from })),
            (datetime!(2026-11-27 0:00 +9), None),
        ] {
            listener.clock.set(Hand::Stopped(now));
            let saw = visit(listener.address, &config).await;
            let outcome = listener.handshake().await.outcome;
            match reason {
                None => assert!(matches!((&saw, &outcome), (Saw::Served(_), Outcome::Established { .. })), "{now}"),
                Some(reason) => {
                    assert_eq!(saw, refusal(version, "certificate_expired"), "{now}");
                    assert_eq!(outcome, Outcome::Refused { alert: reason.alert(), reason });
                }
            }
        }
    }
}

#[tokio::test]
async fn a_certificate_is_refused_from_the_moment_of_its_revocation_on() {
    let mut listener = Listener::start(Order::default()).await;
    let issued = listener.office();
    let since = datetime!(2026-12-01 9:00:00.75 +9);
    let config = client(&listener.authority, Some(&issued), V13);
    listener.authority.revoke(&issued.serial, since).unwrap();
    listener.clock.set(Hand::Stopped(datetime!(2026-12-01 9:00:00.7 +9)));
    assert!(matches!(visit(listener.address, &config).await, Saw::Served(_)));
    assert!(matches!(listener.handshake().await.outcome, Outcome::Established { .. }));
    listener.clock.set(Hand::Stopped(since));
    assert_eq!(visit(listener.address, &config).await, Saw::ReadRefused("certificate_revoked".to_owned()));
    let reason = Reason::Revoked { since };
    assert_eq!(listener.handshake().await.outcome, Outcome::Refused { alert: reason.alert(), reason });
}

#[tokio::test]
async fn no_session_is_resumed_so_that_a_moved_clock_is_not_missed() {
    let mut listener = Listener::start(Order::default()).await;
    for version in VERSIONS {
        listener.clock.set(Hand::Stopped(NOW));
        // One configuration for all visits: it would keep a session if it were given one.
        let config = listener.good_client(version);
        for _ in 0..2 {
            let mut tls = connect(listener.address, &config).await.unwrap();
            tls.write_all(b"GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
            let mut response = Vec::new();
            tls.read_to_end(&mut response).await.unwrap();
            assert!(response.starts_with(b"HTTP/1.1 200 "));
            assert_eq!(tls.get_ref().1.handshake_kind(), Some(HandshakeKind::Full));
            assert!(listener.handshake().await.shown.is_some());
        }
        listener.clock.set(Hand::Stopped(datetime!(2030-01-01 0:00 +9)));
        assert_eq!(visit(listener.address, &config).await, refusal(version, "certificate_expired"));
        listener.handshake().await;
    }
}

#[tokio::test]
async fn certificates_that_no_authority_would_issue_are_refused_with_precise_reasons() {
    let mut listener = Listener::start(Order::default()).await;
    let authority = listener.authority.clone();
    let issued = listener.office();
    let named = |common_name: &str| {
        let profile = renkei_mock_platform::pki::Profile { common_name: common_name.to_owned(), ..office_profile() };
        let issued = authority.issue(&profile).unwrap();
        (issued.cert_der, issued.key_der)
    };
    let mut tampered = issued.cert_der.to_vec();
    *tampered.last_mut().unwrap() ^= 1;
    let folder = tempfile::tempdir().unwrap();
    authority.save(folder.path()).unwrap();
    let pem = std::fs::read(folder.path().join("ca.key")).unwrap();
    let key_of_authority = rustls::pki_types::PrivatePkcs8KeyDer::from_pem_slice(&pem).unwrap();
    let key_of_authority = key_of_authority.secret_pkcs8_der().to_vec();
    let other_key = listener.office().key_der;
    let garbage = CertificateDer::from(vec![0x30, 0x03, 0x01, 0x02, 0x03]);
    let mut trailing = issued.cert_der.to_vec();
    trailing.push(0);
    for (shown, alert, code) in [
        ((garbage, issued.key_der.clone()), "bad_certificate", "malformed"),
        ((CertificateDer::from(trailing), issued.key_der.clone()), "bad_certificate", "malformed"),
        ((CertificateDer::from(tampered), issued.key_der.clone()), "decrypt_error", "bad_signature"),
        ((issued.cert_der.clone(), other_key), "decrypt_error", "key_not_held"),
        (named("KaigoJigyousho"), "access_denied", "no_office"),
        (named("CarePlanJigyousho99"), "access_denied", "no_office"),
        (named("Somebody"), "access_denied", "unknown_kind"),
        ((authority.cert_der().clone(), key_of_authority), "certificate_unknown", "other"),
    ] {
        for version in VERSIONS {
            let config = odd_client(&authority, Some(shown.clone()), version);
            assert_eq!(visit(listener.address, &config).await, refusal(version, alert), "{code}");
            let outcome = serde_json::to_value(listener.handshake().await.outcome).unwrap();
            let told = (outcome["outcome"].as_str(), outcome["reason"]["code"].as_str(), outcome["alert"].as_str());
            assert_eq!(told, (Some("refused"), Some(code), Some(alert)));
        }
    }
}

#[tokio::test]
async fn a_client_that_refuses_the_server_is_told_apart_by_its_alert() {
    let mut listener = Listener::start(Order::default()).await;
    let other = Authority::new(NOW).unwrap();
    let issued = listener.office();
    for version in VERSIONS {
        let saw = visit(listener.address, &client(&other, Some(&issued), version)).await;
        assert_eq!(saw, Saw::OwnRefusal(rustls::Error::InvalidCertificate(rustls::CertificateError::BadSignature)));
        let handshake = listener.handshake().await;
        let told = serde_json::to_value(handshake.outcome).unwrap();
        let failure = serde_json::json!({"code": "client_alert", "alert": "decrypt_error"});
        assert_eq!((&told["outcome"], &told["failure"]), (&"failed".into(), &failure));
    }
}

#[tokio::test]
async fn tls_1_3_alone_refuses_the_older_version() {
    let settings = Settings { tls13_only: true, ..Settings::default() };
    let mut listener = Listener::start(Order { settings, ..Order::default() }).await;
    let saw = visit(listener.address, &listener.good_client(V12)).await;
    assert_eq!(saw, Saw::HandshakeRefused("protocol_version".to_owned()));
    let outcome = listener.handshake().await.outcome;
    let what = "Tls12NotOfferedOrEnabled".to_owned();
    assert_eq!(outcome, Outcome::Failed { failure: Failure::NothingInCommon { what } });
    assert!(matches!(visit(listener.address, &listener.good_client(V13)).await, Saw::Served(_)));
}

#[tokio::test]
async fn a_client_of_tls_1_1_is_told_as_that() {
    let mut listener = Listener::start(Order::default()).await;
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    // Version, 32 bytes at random, no session, one cipher of that time, no compression.
    let hello = [&[3, 2][..], &[7; 32], &[0, 0, 2, 0xC0, 0x13, 1, 0]].concat();
    let handshake = [&[1, 0, 0, hello.len() as u8][..], &hello].concat();
    tcp.write_all(&[&[22, 3, 1, 0, handshake.len() as u8][..], &handshake].concat()).await.unwrap();
    let mut alert = Vec::new();
    soon(tcp.read_to_end(&mut alert)).await.unwrap();
    assert_eq!(alert[..1], [21]);
    let what = "TLS 1.1 or older".to_owned();
    assert_eq!(listener.handshake().await.outcome, Outcome::Failed { failure: Failure::NothingInCommon { what } });
}

#[tokio::test]
async fn what_is_not_tls_and_who_goes_away_is_written_down() {
    let mut listener = Listener::start(Order::default()).await;
    let failure = |handshake: renkei_mock_platform::tls::ledger::Handshake| match handshake.outcome {
        Outcome::Failed { failure } => failure,
        other => panic!("{other:?}"),
    };
    for bytes in [&b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], b"SSH-2.0-OpenSSH_9.0\r\n"] {
        let mut tcp = TcpStream::connect(listener.address).await.unwrap();
        tcp.write_all(bytes).await.unwrap();
        assert_eq!(failure(listener.handshake().await), Failure::NotTls);
    }
    drop(TcpStream::connect(listener.address).await.unwrap());
    assert_eq!(failure(listener.handshake().await), Failure::ClientClosed);
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    // The beginning of a ClientHello.
    tcp.write_all(&[22, 3, 1, 0, 200, 1, 0]).await.unwrap();
    drop(tcp);
    assert_eq!(failure(listener.handshake().await), Failure::ClientClosed);
    let tcp = TcpStream::connect(listener.address).await.unwrap();
    tcp.set_zero_linger().unwrap();
    drop(tcp);
    assert_eq!(failure(listener.handshake().await), Failure::ClientReset);
}

#[tokio::test]
async fn connections_do_not_mix_up_their_reasons() {
    let order = Order { router: router(), ..Order::default() };
    let mut listener = Listener::start(order).await;
    let good = listener.good_client(V13);
    let none = client(&listener.authority, None, V13);
    let other = Authority::new(NOW).unwrap().issue(&office_profile()).unwrap();
    let other = client(&listener.authority, Some(&other), V13);
    let address = listener.address;
    let mut visits = tokio::task::JoinSet::new();
    for n in 0..60 {
        let config = [&good, &none, &other][n % 3].clone();
        visits.spawn(async move { (n % 3, visit(address, &config).await) });
    }
    while let Some(visit) = visits.join_next().await {
        match visit.unwrap() {
            (0, saw) => assert!(matches!(saw, Saw::Served(_)), "{saw:?}"),
            (1, saw) => assert_eq!(saw, Saw::ReadRefused("certificate_required".to_owned())),
            (_, saw) => assert_eq!(saw, Saw::ReadRefused("unknown_ca".to_owned())),
        }
    }
    let mut counted = [0; 3];
    for _ in 0..60 {
        let handshake = listener.handshake().await;
        match (&handshake.outcome, handshake.shown.is_some()) {
            (Outcome::Established { .. }, true) => counted[0] += 1,
            (Outcome::Refused { reason: Reason::NoCertificate, .. }, false) => counted[1] += 1,
            (Outcome::Refused { reason: Reason::UnknownIssuer, .. }, true) => counted[2] += 1,
            _ => panic!("{handshake:?}"),
        }
    }
    assert_eq!(counted, [20; 3]);
}
