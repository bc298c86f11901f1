//! Every greeting does on the wire what its name says.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod listener;

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use listener::{Always, Listener, Order, Saw, V12, V13, connect, soon, visit};
use renkei_mock_platform::settings::Settings;
use renkei_mock_platform::tls::ledger::Outcome;
use renkei_mock_platform::tls::{Greeter, Greeting, Reason, ServerFace};
use rustls::CertificateError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn meeting(greeting: Greeting) -> Listener {
    Listener::start(Order { greeter: Arc::new(Always(greeting)), ..Order::default() }).await
}

async fn is_scripted(listener: &mut Listener, greeting: Greeting) {
    let handshake = listener.handshake().await;
    assert_eq!((handshake.outcome, handshake.greeting, handshake.shown), (Outcome::Scripted, greeting, None));
}

#[tokio::test]
async fn reset_at_once_sends_rst() {
    let mut listener = meeting(Greeting::ResetAtOnce).await;
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    let error = soon(tcp.read_u8()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    is_scripted(&mut listener, Greeting::ResetAtOnce).await;
}

#[tokio::test]
async fn close_at_once_sends_fin_and_no_byte() {
    let mut listener = meeting(Greeting::CloseAtOnce).await;
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    // Even where the client has sent something, it is no reset.
    tcp.write_all(&[22, 3, 1, 0, 200]).await.unwrap();
    let mut answer = Vec::new();
    soon(tcp.read_to_end(&mut answer)).await.unwrap();
    assert_eq!(answer, b"");
    is_scripted(&mut listener, Greeting::CloseAtOnce).await;
}

#[tokio::test]
async fn stall_never_answers_and_gives_its_place_back_when_the_client_goes() {
    struct First;
    impl Greeter for First {
        fn greet(&self, connection: u64) -> Greeting {
            if connection == 1 { Greeting::Stall } else { Greeting::Serve }
        }
    }
    let settings = Settings { most_connections: 1, handshake_time: Duration::from_millis(10), ..Settings::default() };
    let mut listener = Listener::start(Order { settings, greeter: Arc::new(First), ..Order::default() }).await;
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    tcp.write_all(&[22, 3, 1, 0, 200]).await.unwrap();
    is_scripted(&mut listener, Greeting::Stall).await;
    // The limit of a handshake does not end it.
    let answer = tokio::time::timeout(Duration::from_millis(300), tcp.read_u8()).await;
    assert!(answer.is_err(), "{answer:?}");
    drop(tcp);
    // The place is free when the server has seen the end of the connection.
    soon(async {
        let turned_away = |listener: &Listener| listener.ledger.turned_away();
        loop {
            let before = turned_away(&listener);
            let _tcp = TcpStream::connect(listener.address).await.unwrap();
            tokio::select! {
                handshake = listener.handshake() => break assert_eq!(handshake.greeting, Greeting::Serve),
                () = async { while turned_away_of(&listener.ledger) == before { tokio::task::yield_now().await } } => {}
            }
        }
    })
    .await;
}

fn turned_away_of(ledger: &renkei_mock_platform::tls::Ledger) -> u64 {
    ledger.turned_away()
}

#[tokio::test]
async fn abort_handshake_answers_with_a_fatal_alert() {
    let mut listener = meeting(Greeting::AbortHandshake).await;
    for version in [V12, V13] {
        let saw = visit(listener.address, &listener.good_client(version)).await;
        assert_eq!(saw, Saw::HandshakeRefused("handshake_failure".to_owned()));
        is_scripted(&mut listener, Greeting::AbortHandshake).await;
    }
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    tcp.write_all(&[22, 3, 1, 0, 2, 1]).await.unwrap();
    tcp.write_all(&[0]).await.unwrap();
    let mut answer = Vec::new();
    soon(tcp.read_to_end(&mut answer)).await.unwrap();
    assert_eq!(answer, [21, 3, 3, 0, 2, 2, 40]);
}

#[tokio::test]
async fn abort_handshake_does_not_wait_for_a_slow_client_for_ever() {
    let settings = Settings { handshake_time: Duration::from_millis(50), ..Settings::default() };
    let greeter = Arc::new(Always(Greeting::AbortHandshake));
    let listener = Listener::start(Order { settings, greeter, ..Order::default() }).await;
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    tcp.write_all(&[22, 3]).await.unwrap();
    let mut answer = Vec::new();
    soon(tcp.read_to_end(&mut answer)).await.unwrap();
    assert_eq!(answer, b"");
}

#[tokio::test]
async fn every_face_shows_its_certificate() {
    for (face, alert) in [
        (ServerFace::Expired, "certificate_expired"),
        (ServerFace::NotYetValid, "certificate_expired"),
        (ServerFace::WrongName, "bad_certificate"),
        (ServerFace::OtherAuthority, "decrypt_error"),
    ] {
        let mut listener = meeting(Greeting::Face(face)).await;
        for version in [V12, V13] {
            let saw = visit(listener.address, &listener.good_client(version)).await;
            let Saw::OwnRefusal(rustls::Error::InvalidCertificate(error)) = &saw else { panic!("{saw:?}") };
            let fits = match face {
                ServerFace::Good => false,
                ServerFace::Expired => matches!(error, CertificateError::ExpiredContext { .. }),
                ServerFace::NotYetValid => matches!(error, CertificateError::NotValidYetContext { .. }),
                ServerFace::WrongName => matches!(error, CertificateError::NotValidForNameContext { .. }),
                ServerFace::OtherAuthority => matches!(error, CertificateError::BadSignature),
            };
            assert!(fits, "{face:?} {error:?}");
            let told = serde_json::to_value(listener.handshake().await.outcome).unwrap();
            assert_eq!(told["failure"], serde_json::json!({"code": "client_alert", "alert": alert}), "{face:?}");
        }
    }
    let listener = meeting(Greeting::Face(ServerFace::Good)).await;
    assert!(matches!(visit(listener.address, &listener.good_client(V13)).await, Saw::Served(_)));
}

#[tokio::test]
async fn tls_1_3_only_is_a_greeting_too() {
    let listener = meeting(Greeting::Tls13Only).await;
    let saw = visit(listener.address, &listener.good_client(V12)).await;
    assert_eq!(saw, Saw::HandshakeRefused("protocol_version".to_owned()));
    assert!(matches!(visit(listener.address, &listener.good_client(V13)).await, Saw::Served(_)));
}

#[tokio::test]
async fn refuse_client_refuses_a_good_certificate_and_says_that_it_was_scripted() {
    let mut listener = meeting(Greeting::RefuseClient).await;
    for (version, saw) in
        [(V12, Saw::HandshakeRefused("access_denied".to_owned())), (V13, Saw::ReadRefused("access_denied".to_owned()))]
    {
        assert_eq!(visit(listener.address, &listener.good_client(version)).await, saw);
        let handshake = listener.handshake().await;
        let reason = Reason::Scripted;
        assert_eq!(handshake.outcome, Outcome::Refused { alert: reason.alert(), reason });
        assert!(handshake.shown.is_some());
    }
}

#[tokio::test]
async fn a_greeting_is_asked_for_once_per_connection() {
    struct Every(std::sync::Mutex<Vec<u64>>);
    impl Greeter for Every {
        fn greet(&self, connection: u64) -> Greeting {
            self.0.lock().unwrap().push(connection);
            Greeting::Serve
        }
    }
    let greeter = Arc::new(Every(std::sync::Mutex::default()));
    let listener = Listener::start(Order { greeter: greeter.clone(), ..Order::default() }).await;
    let mut tls = connect(listener.address, &listener.good_client(V13)).await.unwrap();
    for _ in 0..2 {
        tls.write_all(b"GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = vec![0; 4096];
        let length = soon(tls.read(&mut answer)).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.ends_with("1 KaigoJigyousho9970100013 9970100013 Some(KaigoJigyousho)"), "{answer}");
    }
    visit(listener.address, &listener.good_client(V13)).await;
    assert_eq!(*greeter.0.lock().unwrap(), [1, 2]);
}
