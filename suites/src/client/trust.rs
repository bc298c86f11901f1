//! What TLS is told: whom to trust and who we are. Knows PEM and p12; knows no connection.

use std::sync::Arc;

use renkei_validator::text::Message;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::profile::{Identity, Profile};

/// The TLS of a profile: only its own authority is trusted, and there is no way to trust others.
pub(crate) fn config(profile: &Profile) -> Result<ClientConfig, Message> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&profile.ca).map_err(|why| of("ca", &why))? {
        roots.add(certificate).map_err(|error| of("ca", &Message::same(error.to_string())))?;
    }
    let (chain, key) = match &profile.identity {
        Identity::Pem { certificate, key } => (
            certificates(certificate).map_err(|why| of("identity.certificate", &why))?,
            private_key(key).map_err(|why| of("identity.key", &why))?,
        ),
        Identity::P12 { bytes, password } => from_p12(bytes, password).map_err(|why| of("identity.p12", &why))?,
    };
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| of("TLS", &Message::same(error.to_string())))?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|error| {
            let why = Message::pair(
                format!("証明書と鍵の組として使えません: {error}"),
                format!("not a certificate with its key: {error}"),
            );
            of("identity", &why)
        })
}

fn from_p12(bytes: &[u8], password: &str) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Message> {
    let opened = renkei_mock_platform::pki::p12::open(bytes, password).map_err(|error| {
        Message::pair(
            format!("p12として開けないか、パスワードが違います（大文字と小文字は区別されます）: {error}"),
            format!("no p12, or not its password (its case matters): {error}"),
        )
    })?;
    Ok((certificates(opened.cert_chain_pem.as_bytes())?, private_key(opened.key_pem.as_bytes())?))
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Message> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(Message::pair("PEM形式の証明書がありません", "there is no certificate in PEM")),
        Err(error) => Err(Message::pair(
            format!("PEM形式の証明書として読み取れません: {error}"),
            format!("not readable as certificates in PEM: {error}"),
        )),
    }
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, Message> {
    // The error of the reader may quote what it read.
    PrivateKeyDer::from_pem_slice(pem)
        .map_err(|_| Message::pair("PEM形式の秘密鍵がありません", "there is no private key in PEM"))
}

fn of(what: &str, why: &Message) -> Message {
    Message::pair(format!("{what}: {}", why.ja), format!("{what}: {}", why.en))
}
