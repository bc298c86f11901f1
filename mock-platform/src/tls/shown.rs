//! What a client's certificate says. Knows fields; judges none.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use x509_parser::extensions::ParsedExtension;

use super::PeerCertificate;
use crate::clock::JST;
use crate::pki::fingerprint::hex;
use crate::pki::{Fingerprint, Subject};

/// Characters of a name that are kept: a name can fill a whole message.
const MOST_CHARS: usize = 200;

/// What a client's certificate says, whoever issued it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ShownCertificate)]
pub struct Shown {
    /// The whole name of the subject; a long one is cut.
    pub subject: String,
    /// CN of the subject; a long one is cut. Empty where there is none.
    pub common_name: String,
    /// The whole name of the issuer; a long one is cut.
    pub issuer: String,
    /// Serial number, in lower-case hexadecimal; a long one is cut.
    pub serial: String,
    /// SHA-256, in lower-case hexadecimal.
    pub fingerprint: String,
    /// The first second of its validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_before: OffsetDateTime,
    /// The last second of its validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: OffsetDateTime,
    /// What it names as the key of its issuer.
    #[serde(skip)]
    pub(super) issuer_key: Option<Vec<u8>>,
}

impl Shown {
    /// Reads a certificate; `None` where it is not one.
    pub(super) fn read(der: &[u8]) -> Option<Shown> {
        let (rest, parsed) = x509_parser::parse_x509_certificate(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let common_name = parsed.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
        let issuer_key = parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0.to_vec()),
            _ => None,
        });
        Some(Shown {
            subject: cut(&parsed.subject().to_string()),
            common_name: cut(common_name.unwrap_or_default()),
            issuer: cut(&parsed.issuer().to_string()),
            serial: cut(&hex(parsed.raw_serial())),
            fingerprint: Fingerprint::of(der).sha256,
            not_before: parsed.validity().not_before.to_datetime().to_offset(JST),
            not_after: parsed.validity().not_after.to_datetime().to_offset(JST),
            issuer_key,
        })
    }

    /// The same, of one that was accepted.
    pub(super) fn accepted(&self) -> PeerCertificate {
        let subject = Subject::parse(&self.common_name);
        PeerCertificate {
            office: subject.office().cloned(),
            kind: subject.kind(),
            common_name: self.common_name.clone(),
            serial: self.serial.clone(),
            fingerprint: self.fingerprint.clone(),
            not_before: self.not_before,
            not_after: self.not_after,
        }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_say_so() {
        assert_eq!(cut(&"あ".repeat(200)), "あ".repeat(200));
        assert_eq!(cut(&"あ".repeat(201)), format!("{}…", "あ".repeat(200)));
    }

    #[test]
    fn bytes_that_are_no_certificate_are_none() {
        assert_eq!(Shown::read(b""), None);
        assert_eq!(Shown::read(&[0x30, 0x82, 0xff, 0xff]), None);
    }
}
