//! OpenSSL, which is not ours, reads every p12 file, follows the revocation list and shakes hands.
//! Where there is no `openssl`, these tests say so and check nothing.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod listener;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use listener::{Listener, NOW, Order, number};
use renkei_mock_platform::model::CertificateKind;
use renkei_mock_platform::pki::{Authority, set};
use tempfile::TempDir;

const PASSWORD: &str = "Passw0rdAb";

/// Runs it; `None` where it is not installed.
fn openssl(args: &[&str], input: &[u8]) -> Option<Output> {
    let command =
        Command::new("openssl").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match command {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut stderr = std::io::stderr().lock();
            writeln!(stderr, "skipped: openssl is not installed").unwrap();
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    // It may end before it has read all.
    let _ = child.stdin.take().unwrap().write_all(input);
    Some(child.wait_with_output().unwrap())
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A set of two offices, and its authority.
fn folder() -> (TempDir, Authority) {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(NOW).unwrap();
    let offices = [
        (number("9970100013"), CertificateKind::KaigoJigyousho),
        (number("9970100021"), CertificateKind::CarePlanJigyousho),
    ];
    set::write(folder.path(), &authority, &offices, NOW, PASSWORD).unwrap();
    (folder, authority)
}

/// The files of a folder with an ending, sorted.
fn files(folder: &Path, ending: &str) -> Vec<String> {
    let mut found: Vec<String> = ["good", "refused"]
        .iter()
        .flat_map(|part| std::fs::read_dir(folder.join(part)).unwrap())
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .filter(|path| path.ends_with(ending))
        .collect();
    found.sort();
    found
}

#[test]
fn openssl_reads_every_p12_with_the_password_and_in_the_right_case_only() {
    let (folder, _authority) = folder();
    let files = files(folder.path(), ".p12");
    assert_eq!(files.len(), 2 * 10);
    for file in &files {
        let legacy = file.ends_with("-legacy.p12");
        let run = |password: &str| {
            let password = format!("pass:{password}");
            let mut args = vec!["pkcs12", "-in", file, "-passin", &password, "-nodes", "-info"];
            args.extend(legacy.then_some("-legacy"));
            openssl(&args, b"")
        };
        let Some(output) = run(PASSWORD) else { return };
        let text = told(&output);
        assert!(output.status.success(), "{file}: {text}");
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 2, "{file}: {text}");
        assert_eq!(text.matches("BEGIN PRIVATE KEY").count(), 1, "{file}: {text}");
        let cipher = if legacy { "pbeWithSHA1And3-KeyTripleDES-CBC" } else { "AES-256-CBC" };
        assert_eq!(text.matches(cipher).count(), 2, "{file}: {text}");
        assert!(text.contains(if legacy { "MAC: sha1" } else { "MAC: sha256" }), "{file}: {text}");
        for wrong in ["passw0rdAb", "PASSW0RDAB", ""] {
            let output = run(wrong).expect("it is installed");
            assert!(!output.status.success(), "{file} {wrong}");
            assert!(told(&output).contains("invalid password"), "{file} {wrong}: {}", told(&output));
        }
    }
}

#[test]
fn openssl_follows_the_revocation_list() {
    let (folder, _authority) = folder();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let now = NOW.unix_timestamp().to_string();
    let verify = |certificate: &str| {
        let (ca, crl, certificate) = (at("ca/ca.pem"), at("ca/ca.crl"), at(certificate));
        let args = ["-crl_check", "-attime", &now, "-CAfile", &ca, "-CRLfile", &crl, &certificate];
        openssl(&[&["verify", "-purpose", "sslclient"][..], &args].concat(), b"")
    };
    for (certificate, expected) in [
        ("good/9970100013-KaigoJigyousho.pem", ": OK"),
        ("refused/revoked.pem", "certificate revoked"),
        ("refused/expired.pem", "certificate has expired"),
        ("refused/not-yet-valid.pem", "certificate is not yet valid"),
        ("refused/other-authority.pem", "unable to get local issuer certificate"),
        ("refused/agent.pem", ": OK"),
    ] {
        let Some(output) = verify(certificate) else { return };
        let text = told(&output);
        assert!(text.contains(expected), "{certificate}: {text}");
        assert_eq!(output.status.success(), expected == ": OK", "{certificate}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openssl_shakes_hands_and_sees_the_alerts() {
    let (folder, authority) = folder();
    let listener = Listener::of(Order::default(), Arc::new(authority)).await;
    let address = listener.address.to_string();
    let now = NOW.unix_timestamp().to_string();
    let ca = folder.path().join("ca/ca.pem").to_str().unwrap().to_owned();
    for version in ["-tls1_2", "-tls1_3"] {
        for (name, expected) in [
            ("good/9970100021-CarePlanJigyousho", "CarePlanJigyousho9970100021 9970100021 Some(CarePlanJigyousho)"),
            ("refused/wrong-office", "KaigoJigyousho9990000003 9990000003 Some(KaigoJigyousho)"),
            ("refused/agent", "alert access denied"),
            ("refused/disability", "alert access denied"),
            ("refused/expired", "alert certificate expired"),
            ("refused/not-yet-valid", "alert certificate expired"),
            ("refused/other-authority", "alert unknown ca"),
            ("refused/wrong-usage", "alert unsupported certificate"),
            ("refused/revoked", "alert certificate revoked"),
        ] {
            let pem = folder.path().join(format!("{name}.pem")).to_str().unwrap().to_owned();
            let key = folder.path().join(format!("{name}.key")).to_str().unwrap().to_owned();
            let args = [
                "s_client",
                version,
                "-connect",
                &address,
                "-CAfile",
                &ca,
                "-cert",
                &pem,
                "-key",
                &key,
                "-attime",
                &now,
                "-verify_return_error",
                "-verify_hostname",
                "localhost",
                "-ign_eof",
            ];
            let request = b"GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            let Some(output) = tokio::task::block_in_place(|| openssl(&args, request)) else { return };
            let text = told(&output);
            assert!(text.contains(expected), "{version} {name}: {text}");
            assert!(text.contains("Verification: OK"), "{version} {name}: {text}");
        }
    }
}
