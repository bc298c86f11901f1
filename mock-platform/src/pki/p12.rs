//! PKCS#12: the file with key, certificate and root that is imported. The only module that knows the
//! library for it; knows no office.
//!
//! That the real file carries the root of the authority is an inference from the warning that Windows
//! shows at the first import; what it is encrypted with is not known.

use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, Pkcs12Archive, PrivateKey, PrivateKeyChain,
};
use rustls::pki_types::CertificateDer;
use sha1::{Digest as _, Sha1};

use super::{Issued, to_pem};

/// What a file is encrypted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// AES-256 with HMAC-SHA-256: today's form.
    Aes256,
    /// Triple DES with SHA-1: what Windows before 10 1709 and old Java can read.
    LegacyTripleDes,
}

/// Why a file cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum P12Error {
    /// The password is not the file's. Upper and lower case are told apart.
    #[error("the password of the p12 file is wrong")]
    Password,
    /// Not PKCS#12, or of a form that is not supported.
    #[error("cannot read the p12 file: {0}")]
    Unreadable(String),
    /// No key, or a key without its certificate.
    #[error("the p12 file holds no key with its certificate")]
    NoKey,
    /// The library refused to make it.
    #[error("cannot make a p12 file: {0}")]
    Make(String),
}

/// What a file holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// The certificate of the key.
    pub cert_chain_pem: String,
    /// The key, PKCS#8.
    pub key_pem: String,
    /// All other certificates: those of authorities.
    pub ca_pems: Vec<String>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("cert_chain_pem", &self.cert_chain_pem).finish_non_exhaustive()
    }
}

/// Makes a file of a certificate with its key and the certificates above it, the root last.
pub fn seal(
    issued: &Issued,
    chain: &[CertificateDer<'_>],
    password: &str,
    cipher: Cipher,
) -> Result<Vec<u8>, P12Error> {
    let make = |error: p12_keystore::error::Error| P12Error::Make(error.to_string());
    let mut certificates = vec![Certificate::from_der(&issued.cert_der).map_err(make)?];
    for certificate in chain {
        certificates.push(Certificate::from_der(certificate).map_err(make)?);
    }
    let key = PrivateKey::from_der(&issued.key_der).map_err(make)?;
    let key_id = Sha1::digest(&issued.cert_der).to_vec();
    let mut store = KeyStore::new();
    let entry = KeyStoreEntry::PrivateKeyChain(PrivateKeyChain::new(key_id, key, certificates));
    store.add_entry(&issued.common_name, entry);
    let writer = store.writer(password);
    match cipher {
        Cipher::Aes256 => writer
            .encryption_algorithm(EncryptionAlgorithm::PbeWithHmacSha256AndAes256)
            .mac_algorithm(MacAlgorithm::HmacSha256),
        Cipher::LegacyTripleDes => writer
            .encryption_algorithm(EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc)
            .encryption_iterations(2048)
            .mac_algorithm(MacAlgorithm::HmacSha1)
            .mac_iterations(2048),
    }
    .write()
    .map_err(make)
}

/// Reads a file.
pub fn open(bytes: &[u8], password: &str) -> Result<Opened, P12Error> {
    let archive = Pkcs12Archive::from_pkcs12(bytes, password).map_err(|error| match error {
        p12_keystore::error::Error::MacError(_) => P12Error::Password,
        other => P12Error::Unreadable(other.to_string()),
    })?;
    let key = archive.keys.first().ok_or(P12Error::NoKey)?;
    let own = |id: &Option<Vec<u8>>| key.local_key_id.as_ref().is_some_and(|own| id.as_deref() == Some(own.as_ref()));
    let leaf = archive.certs.iter().find(|bag| own(&bag.local_key_id)).ok_or(P12Error::NoKey)?;
    let others = archive.certs.iter().filter(|bag| bag.cert != leaf.cert);
    Ok(Opened {
        cert_chain_pem: to_pem("CERTIFICATE", leaf.cert.as_der()),
        key_pem: to_pem("PRIVATE KEY", key.key.as_der()),
        ca_pems: others.map(|bag| to_pem("CERTIFICATE", bag.cert.as_der())).collect(),
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::model::{CertificateKind, OfficeNumber};
    use crate::pki::{Authority, Profile};

    #[test]
    fn what_is_sealed_is_opened_with_the_very_password_only() {
        let now = datetime!(2026-11-27 12:00 +9);
        let authority = Authority::new(now).unwrap();
        let number = OfficeNumber::parse("9970100013").unwrap();
        let profile = Profile::of_office(CertificateKind::CarePlanJigyousho, &number, now).unwrap();
        let issued = authority.issue(&profile).unwrap();
        for cipher in [Cipher::Aes256, Cipher::LegacyTripleDes] {
            let chain = [authority.cert_der().clone()];
            let sealed = seal(&issued, &chain, "Passw0rdAb", cipher).unwrap();
            let opened = open(&sealed, "Passw0rdAb").unwrap();
            assert_eq!(opened.cert_chain_pem, issued.cert_pem);
            assert_eq!(opened.key_pem, issued.key_pem);
            assert_eq!(opened.ca_pems, [authority.cert_pem()]);
            for wrong in ["passw0rdAb", "Passw0rdAb ", ""] {
                assert!(matches!(open(&sealed, wrong), Err(P12Error::Password)), "{cipher:?} {wrong}");
            }
            for length in 0..sealed.len() {
                assert!(open(&sealed[..length], "Passw0rdAb").is_err(), "{cipher:?} {length}");
            }
        }
    }
}
