//! The authority that issues and revokes. Knows its key and what it has revoked; keeps no list of what
//! it has issued.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason, RevokedCertParams,
    SanType, SerialNumber,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use tokio::sync::watch;

use super::fingerprint::hex;
use super::{Fingerprint, PkiError, Profile, Secrecy, Usage, Validity, to_pem, write_file};

/// The most bytes of a serial number (RFC 5280, 4.1.2.2).
const MOST_SERIAL: usize = 20;

/// CN of the issuer, as Windows shows it of the real one.
pub const COMMON_NAME: &str = "e-seikyuu CA";
/// O of the issuer, which the real one does not have.
pub const ORGANISATION: &str = "TEST renkei";

/// Names of the files of an authority in its folder.
const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca.key";
const REVOKED: &str = "revoked.json";

/// How long a revocation list stands before the next is due.
const LIST_STANDS: Duration = Duration::days(7);

/// A certificate authority with its key.
pub struct Authority {
    certificate: CertificateDer<'static>,
    key_id: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
    revoked: watch::Sender<BTreeMap<String, OffsetDateTime>>,
    /// Held by who writes what is revoked.
    writing: Mutex<()>,
}

/// A certificate with its key.
#[derive(Clone)]
pub struct Issued {
    /// The certificate.
    pub cert_pem: String,
    /// The same in DER.
    pub cert_der: CertificateDer<'static>,
    /// The key, PKCS#8.
    pub key_pem: String,
    /// The same in DER.
    pub key_der: Vec<u8>,
    /// CN of the subject.
    pub common_name: String,
    /// Serial number, in lower-case hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate, in lower-case hexadecimal.
    pub fingerprint_sha256: String,
    /// The first second of its validity.
    pub not_before: OffsetDateTime,
    /// The last second of its validity.
    pub not_after: OffsetDateTime,
}

#[derive(Serialize, Deserialize)]
struct Revoked {
    serial: String,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl Authority {
    /// A new authority with a key of its own.
    pub fn new(now: OffsetDateTime) -> Result<Authority, PkiError> {
        let key = KeyPair::generate()?;
        let validity = Validity::of_authority(now)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, ORGANISATION);
        params.distinguished_name.push(DnType::CommonName, COMMON_NAME);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.serial_number = Some(SerialNumber::from(serial()?));
        (params.not_before, params.not_after) = (validity.not_before, validity.not_after);
        let certificate = params.self_signed(&key)?.der().clone();
        Ok(Authority {
            key_id: params.key_identifier(&key),
            certificate,
            issuer: Issuer::new(params, key),
            revoked: watch::Sender::default(),
            writing: Mutex::default(),
        })
    }

    /// Reads an authority that [`Authority::save`] wrote.
    pub fn load(dir: &Path) -> Result<Authority, PkiError> {
        let read = |name: &str| {
            let path = dir.join(name);
            std::fs::read_to_string(&path).map_err(|error| PkiError::File { path, error })
        };
        let unusable =
            |name: &str, why: String| -> PkiError { PkiError::Content { path: PathBuf::from(dir).join(name), why } };
        let certificate = CertificateDer::from_pem_slice(read(CERTIFICATE)?.as_bytes())
            .map_err(|error| unusable(CERTIFICATE, error.to_string()))?;
        let key = KeyPair::from_pem(&read(KEY)?).map_err(|error| unusable(KEY, error.to_string()))?;
        let (key_id, public_key) = described(&certificate).map_err(|why| unusable(CERTIFICATE, why))?;
        if public_key != key.public_key_raw() {
            return Err(unusable(KEY, format!("it is not the key of {CERTIFICATE}")));
        }
        let revoked: Vec<Revoked> =
            serde_json::from_str(&read(REVOKED)?).map_err(|error| unusable(REVOKED, error.to_string()))?;
        if let Some(odd) = revoked.iter().find(|one| unhex(&one.serial).is_none()) {
            return Err(unusable(REVOKED, format!("{:?} is no serial number", odd.serial)));
        }
        let issuer =
            Issuer::from_ca_cert_der(&certificate, key).map_err(|error| unusable(CERTIFICATE, error.to_string()))?;
        let revoked = revoked.into_iter().map(|one| (bare_serial(&one.serial).to_owned(), one.at)).collect();
        let revoked = watch::Sender::new(revoked);
        Ok(Authority { certificate, key_id, issuer, revoked, writing: Mutex::default() })
    }

    /// Writes certificate, key and what is revoked into a folder.
    pub fn save(&self, dir: &Path) -> Result<(), PkiError> {
        let key = to_pem("PRIVATE KEY", &self.issuer.key().serialize_der());
        write_file(&dir.join(KEY), key.as_bytes(), Secrecy::Secret)?;
        self.save_revoked(dir)?;
        write_file(&dir.join(CERTIFICATE), self.cert_pem().as_bytes(), Secrecy::Open)
    }

    /// Writes what is revoked into the folder of an authority that [`Authority::save`] wrote; its key and its
    /// certificate are not touched.
    pub fn save_revoked(&self, dir: &Path) -> Result<(), PkiError> {
        // Who waits here writes what was revoked meanwhile, too.
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let revoked: Vec<Revoked> =
            self.revoked.borrow().iter().map(|(serial, at)| Revoked { serial: serial.clone(), at: *at }).collect();
        let revoked = serde_json::to_string_pretty(&revoked).expect("serial numbers and moments are JSON");
        write_file(&dir.join(REVOKED), format!("{revoked}\n").as_bytes(), Secrecy::Open)
    }

    /// Makes a key and a certificate for it.
    pub fn issue(&self, profile: &Profile) -> Result<Issued, PkiError> {
        let key = KeyPair::generate()?;
        let serial = serial()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, ORGANISATION);
        params.distinguished_name.push(DnType::CommonName, profile.common_name.clone());
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(SerialNumber::from(serial.clone()));
        (params.not_before, params.not_after) = (profile.validity.not_before, profile.validity.not_after);
        match &profile.usage {
            Usage::Client => params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            Usage::Server(names) => {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
                params.subject_alt_names = names.iter().map(|name| alternative(name)).collect::<Result<_, _>>()?;
            }
        }
        let cert_der = params.signed_by(&key, &self.issuer)?.der().clone();
        let key_der = key.serialize_der();
        Ok(Issued {
            cert_pem: to_pem("CERTIFICATE", &cert_der),
            key_pem: to_pem("PRIVATE KEY", &key_der),
            common_name: profile.common_name.clone(),
            serial: hex(&serial),
            fingerprint_sha256: Fingerprint::of(&cert_der).sha256,
            not_before: profile.validity.not_before,
            not_after: profile.validity.not_after,
            cert_der,
            key_der,
        })
    }

    /// Revokes a certificate from a moment on; one that is revoked keeps the earlier moment. Gives that moment.
    /// A serial number is lower-case hexadecimal, as in [`Issued::serial`]; anything else is refused.
    pub fn revoke(&self, serial: &str, at: OffsetDateTime) -> Result<OffsetDateTime, PkiError> {
        let bare = bare_serial(serial);
        if bare.is_empty() || unhex(bare).is_none_or(|bytes| bytes.len() > MOST_SERIAL) {
            return Err(PkiError::Content { path: REVOKED.into(), why: format!("{serial:?} is no serial number") });
        }
        let mut since = at;
        self.revoked.send_modify(|revoked| {
            let known = revoked.entry(bare.to_owned()).or_insert(at);
            *known = at.min(*known);
            since = *known;
        });
        Ok(since)
    }

    /// Since when a certificate is revoked.
    pub fn revoked_since(&self, serial: &str) -> Option<OffsetDateTime> {
        self.revoked.borrow().get(bare_serial(serial)).copied()
    }

    /// The list of what is revoked by now.
    pub fn crl(&self, now: OffsetDateTime) -> Result<CertificateRevocationListDer<'static>, PkiError> {
        let revoked_certs = self
            .revoked
            .borrow()
            .iter()
            .filter(|(_, at)| **at <= now)
            .filter_map(|(serial, at)| {
                Some(RevokedCertParams {
                    serial_number: SerialNumber::from(unhex(serial)?),
                    revocation_time: *at,
                    reason_code: Some(RevocationReason::CessationOfOperation),
                    invalidity_date: None,
                })
            })
            .collect();
        let list = CertificateRevocationListParams {
            this_update: now,
            next_update: now.checked_add(LIST_STANDS).ok_or(PkiError::Calendar(now.date()))?,
            // A later list has a higher number, whichever process made it.
            crl_number: SerialNumber::from(now.unix_timestamp().unsigned_abs()),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer)?.into())
    }

    /// The list in PEM.
    pub fn crl_pem(&self, now: OffsetDateTime) -> Result<String, PkiError> {
        Ok(to_pem("X509 CRL", &self.crl(now)?))
    }

    /// Its own certificate, which is the root.
    pub fn cert_der(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The same in PEM.
    pub fn cert_pem(&self) -> String {
        to_pem("CERTIFICATE", &self.certificate)
    }

    /// What the certificates it issues name as the key of their issuer.
    pub fn key_id(&self) -> &[u8] {
        &self.key_id
    }

    /// Tells whenever a certificate is revoked.
    pub(crate) fn watched(&self) -> watch::Receiver<BTreeMap<String, OffsetDateTime>> {
        self.revoked.subscribe()
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fingerprint = Fingerprint::of(&self.certificate).sha256;
        f.debug_struct("Authority").field("fingerprint", &fingerprint).finish_non_exhaustive()
    }
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Issued { common_name, serial, not_before, not_after, .. } = self;
        f.debug_struct("Issued")
            .field("common_name", common_name)
            .field("serial", serial)
            .field("not_before", not_before)
            .field("not_after", not_after)
            .finish_non_exhaustive()
    }
}

fn alternative(name: &str) -> Result<SanType, PkiError> {
    match name.parse() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) => Ok(SanType::DnsName(Ia5String::try_from(name)?)),
    }
}

/// Sixteen bytes of chance that are a positive number without leading zeros.
fn serial() -> Result<Vec<u8>, PkiError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| PkiError::Random(error.to_string()))?;
    bytes[0] = bytes[0] & 0x3f | 0x40;
    Ok(bytes.to_vec())
}

/// Key identifier and public key of an authority's certificate.
fn described(certificate: &[u8]) -> Result<(Vec<u8>, Vec<u8>), String> {
    use x509_parser::extensions::ParsedExtension;
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).map_err(|error| error.to_string())?;
    let id = parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    });
    let public_key = parsed.public_key().subject_public_key.data.to_vec();
    id.map(|id| (id, public_key)).ok_or_else(|| "it is not the certificate of an authority".to_owned())
}

/// A serial number in hexadecimal without leading zero bytes, as numbers are compared.
pub(crate) fn bare_serial(serial: &str) -> &str {
    let mut bare = serial;
    while let Some(rest) = bare.strip_prefix("00") {
        bare = rest;
    }
    bare
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use x509_parser::prelude::FromDer as _;
    use x509_parser::revocation_list::CertificateRevocationList;

    use super::*;
    use crate::model::{CertificateKind, OfficeNumber};

    const NOW: OffsetDateTime = datetime!(2026-11-27 12:00 +9);

    fn office() -> Profile {
        let number = OfficeNumber::parse("9970100013").unwrap();
        Profile::of_office(CertificateKind::KaigoJigyousho, &number, NOW).unwrap()
    }

    fn listed(authority: &Authority, now: OffsetDateTime) -> Vec<String> {
        let list = authority.crl(now).unwrap();
        let (_, list) = CertificateRevocationList::from_der(&list).unwrap();
        list.iter_revoked_certificates().map(|one| hex(one.raw_serial())).collect()
    }

    #[test]
    fn a_certificate_says_who_and_until_when() {
        let issued = Authority::new(NOW).unwrap().issue(&office()).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(&issued.cert_der).unwrap();
        assert_eq!(parsed.issuer().to_string(), "O=TEST renkei, CN=e-seikyuu CA");
        assert_eq!(parsed.subject().to_string(), "O=TEST renkei, CN=KaigoJigyousho9970100013");
        assert_eq!(hex(parsed.raw_serial()), issued.serial);
        assert_eq!(parsed.validity().not_after.to_datetime(), datetime!(2029-11-27 23:59:59 +9));
        assert_eq!(parsed.validity().not_before.to_datetime(), datetime!(2026-11-27 0:00 +9));
    }

    #[test]
    fn a_list_names_what_is_revoked_by_its_moment() {
        let authority = Authority::new(NOW).unwrap();
        assert_eq!(listed(&authority, NOW), Vec::<String>::new());
        let (a, b) = (authority.issue(&office()).unwrap().serial, authority.issue(&office()).unwrap().serial);
        authority.revoke(&a, NOW).unwrap();
        authority.revoke(&a, NOW + Duration::DAY).unwrap();
        authority.revoke(&b, NOW + Duration::DAY).unwrap();
        assert_eq!(listed(&authority, NOW), std::slice::from_ref(&a));
        let mut both = [a, b];
        both.sort();
        assert_eq!(listed(&authority, NOW + Duration::DAY), both);
        for odd in ["", "0", "ZZ", "AB", "é0"] {
            assert!(authority.revoke(odd, NOW).is_err(), "{odd}");
        }
    }

    #[test]
    fn leading_zeros_make_no_other_serial_number() {
        let authority = Authority::new(NOW).unwrap();
        let serial = authority.issue(&office()).unwrap().serial;
        assert_eq!(authority.revoke(&format!("0000{serial}"), NOW).unwrap(), NOW);
        assert_eq!(authority.revoke(&serial, NOW + Duration::DAY).unwrap(), NOW);
        for written in [&serial, &format!("00{serial}")] {
            assert_eq!(authority.revoked_since(written), Some(NOW));
        }
        assert_eq!(listed(&authority, NOW), [serial]);
        assert!(authority.revoke(&format!("00{}", "ff".repeat(20)), NOW).is_ok());
        for nothing in ["00", "0000", "000", &"ff".repeat(21)] {
            assert!(authority.revoke(nothing, NOW).is_err(), "{nothing}");
        }
    }

    #[test]
    fn a_saved_authority_issues_and_revokes_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new(NOW).unwrap();
        let issued = authority.issue(&office()).unwrap();
        authority.revoke(&issued.serial, NOW).unwrap();
        authority.save(folder.path()).unwrap();
        let loaded = Authority::load(folder.path()).unwrap();
        assert_eq!(loaded.cert_der(), authority.cert_der());
        assert_eq!(loaded.key_id(), authority.key_id());
        assert_eq!(loaded.revoked_since(&issued.serial), Some(NOW));
        let again = loaded.issue(&office()).unwrap();
        let (_, root) = x509_parser::parse_x509_certificate(authority.cert_der()).unwrap();
        for one in [issued, again] {
            let (_, parsed) = x509_parser::parse_x509_certificate(&one.cert_der).unwrap();
            assert_eq!(parsed.issuer(), root.subject());
            assert_eq!(authority_key(&parsed), authority.key_id());
        }
        // A second time over the first.
        loaded.save(folder.path()).unwrap();
    }

    fn authority_key(certificate: &x509_parser::certificate::X509Certificate<'_>) -> Vec<u8> {
        use x509_parser::extensions::ParsedExtension;
        let id = certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.clone(),
            _ => None,
        });
        id.expect("it names the key of its issuer").0.to_vec()
    }

    #[test]
    fn a_key_of_another_authority_is_refused() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        Authority::new(NOW).unwrap().save(folder.path()).unwrap();
        Authority::new(NOW).unwrap().save(other.path()).unwrap();
        std::fs::copy(other.path().join("ca.key"), folder.path().join("ca.key")).unwrap();
        let error = Authority::load(folder.path()).unwrap_err();
        assert!(error.to_string().ends_with("it is not the key of ca.pem"), "{error}");
        std::fs::remove_file(folder.path().join("ca.key")).unwrap();
        assert!(matches!(Authority::load(folder.path()), Err(PkiError::File { .. })));
    }

    #[test]
    fn a_revocation_is_written_without_the_key_and_over_what_a_kill_left() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new(NOW).unwrap();
        authority.save(folder.path()).unwrap();
        // What a kill leaves: half of the new list beside the old one. The key cannot be written again.
        std::fs::write(folder.path().join(".revoked.json.part"), "[{\"seri").unwrap();
        assert_eq!(Authority::load(folder.path()).unwrap().revoked_since("4a"), None);
        let key = std::fs::read(folder.path().join("ca.key")).unwrap();
        std::fs::remove_file(folder.path().join("ca.key")).unwrap();
        authority.revoke("4a", NOW).unwrap();
        authority.save_revoked(folder.path()).unwrap();
        assert!(!folder.path().join("ca.key").exists());
        std::fs::write(folder.path().join("ca.key"), key).unwrap();
        assert_eq!(Authority::load(folder.path()).unwrap().revoked_since("4a"), Some(NOW));
        let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["ca.key", "ca.pem", "revoked.json"]);
    }

    #[test]
    fn a_file_that_cannot_be_replaced_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new(NOW).unwrap();
        authority.save(folder.path()).unwrap();
        // Nothing can be written beside it.
        std::fs::create_dir(folder.path().join(".revoked.json.part")).unwrap();
        authority.revoke("4a", NOW).unwrap();
        assert!(matches!(authority.save_revoked(folder.path()), Err(PkiError::File { .. })));
        assert_eq!(std::fs::read_to_string(folder.path().join("revoked.json")).unwrap(), "[]\n");
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_readable_by_their_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.key"), "readable by all").unwrap();
        Authority::new(NOW).unwrap().save(folder.path()).unwrap();
        let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("ca.key"), 0o600);
        assert_ne!(mode("ca.pem"), 0o600);
    }

    #[test]
    fn keys_do_not_show_in_debug_output() {
        let authority = Authority::new(NOW).unwrap();
        let shown = format!("{authority:?} {:?}", authority.issue(&office()).unwrap());
        assert!(!shown.contains("PRIVATE") && !shown.contains("key"), "{shown}");
    }
}
