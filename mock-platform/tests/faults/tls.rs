//! Faults of TLS.

use renkei_mock_platform::faults::Kind;
use rustls::{AlertDescription, CertificateError, Error};

use crate::bench::{Bench, FILE, get_file, get_home, nothing_but, post_bytes};
use crate::client::{Client, End};

/// What keeps a client from shaking hands.
#[track_caller]
fn refused(bench: &Bench) -> End {
    match Client::connect(bench.address, bench.config.clone()) {
        Ok(_) => panic!("the handshake succeeded"),
        Err(end) => end,
    }
}

pub(crate) fn a_handshake_is_answered_with_an_alert(kind: Kind) {
    let bench = Bench::new(kind, "connect", "");
    assert_eq!(refused(&bench), End::Alert(AlertDescription::HandshakeFailure));
    bench.struck(&[]);
}

#[track_caller]
fn certificate_error(kind: Kind) -> CertificateError {
    let bench = Bench::new(kind, "connect", "");
    let end = refused(&bench);
    bench.struck(&[]);
    match end {
        End::Refused(Error::InvalidCertificate(error)) => error,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn an_expired_server_certificate_is_shown(kind: Kind) {
    let error = certificate_error(kind);
    assert!(matches!(error, CertificateError::Expired | CertificateError::ExpiredContext { .. }), "{error:?}");
}

pub(crate) fn a_server_certificate_of_the_future_is_shown(kind: Kind) {
    let error = certificate_error(kind);
    assert!(matches!(error, CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }), "{error:?}");
}

pub(crate) fn a_server_certificate_of_another_name_is_shown(kind: Kind) {
    let error = certificate_error(kind);
    let other_name =
        matches!(error, CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. });
    assert!(other_name, "{error:?}");
}

pub(crate) fn a_server_certificate_of_another_authority_is_shown(kind: Kind) {
    let error = certificate_error(kind);
    assert!(matches!(error, CertificateError::UnknownIssuer | CertificateError::BadSignature), "{error:?}");
}

pub(crate) fn a_good_client_certificate_is_refused_after_the_handshake(kind: Kind) {
    let bench = Bench::new(kind, "connect", "");
    // With TLS 1.3 the client has finished and can write: the alert comes when it reads.
    let mut client = bench.client();
    client.send(&get_home()).unwrap();
    let broken = client.rest();
    assert!(broken.bytes.is_empty() && broken.end == End::Alert(AlertDescription::AccessDenied), "{broken:?}");
    bench.struck(&[]);

    // With TLS 1.2 it comes within the handshake.
    let bench = Bench::new(kind, "connect", "");
    let end = Client::connect(bench.address, bench.old_config.clone()).err();
    assert_eq!(end, Some(End::Alert(AlertDescription::AccessDenied)));
    bench.struck(&[]);
}

pub(crate) fn an_old_client_is_told_the_version_and_a_new_one_notices_nothing(kind: Kind) {
    let bench = Bench::new(kind, "connect", "");
    let old = Client::connect(bench.address, bench.old_config.clone()).err();
    assert_eq!(old, Some(End::Alert(AlertDescription::ProtocolVersion)));
    // The next connection is as ever, for the old client, too.
    assert!(Client::connect(bench.address, bench.old_config.clone()).is_ok());
    bench.struck(&[]);

    let bench = Bench::new(kind, "connect", "");
    assert_eq!(bench.response(&get_home()).status, 200);
    bench.struck(&["home"]);
}

pub(crate) fn half_of_a_response_without_length_ends_without_close_notify(kind: Kind) {
    for (request, on, half) in
        [(get_file(), "fetch-file", 500), (post_bytes("/v1/received/fetch", b"{}"), "fetch-bulk", 50)]
    {
        let bench = Bench::new(kind, on, "");
        let broken = bench.broken(&request);
        let (response, body) = broken.parts();
        assert_eq!((response.status, response.version.as_str()), (200, "HTTP/1.0"));
        assert_eq!((response.header("content-length"), response.header("transfer-encoding")), (None, None));
        assert_eq!(response.header("connection"), Some("close"));
        assert_eq!(body, &FILE[..half]);
        assert_eq!(broken.end, End::Fin);
        bench.struck(&[on]);
    }
}

#[test]
fn a_connection_that_ends_in_order_is_notified() {
    let bench = Bench::new(Kind::RequestTimeout408, "home", "");
    let mut client = bench.client();
    assert_eq!(client.ask(&get_home()).unwrap().status, 408);
    nothing_but(&client.rest(), End::Notified);
    bench.struck(&[]);
}
