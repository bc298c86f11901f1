//! Why a client was refused in the handshake, more precisely than the alert says. Knows reasons, their
//! alerts and words; judges no certificate.

use std::fmt;

use renkei_validator::text::Message;
use rustls::CertificateError;
use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::clock::JST;
use crate::pki::Refused;

/// Why a client was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RefusalReason)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum Reason {
    /// It showed none.
    NoCertificate,
    /// What it showed is no certificate.
    Malformed,
    /// Another authority issued it.
    UnknownIssuer,
    /// It says that our authority issued it, but the signature is not the authority's.
    BadSignature,
    /// The client does not hold the key of the certificate.
    KeyNotHeld,
    /// Its validity is over.
    Expired {
        /// Its last second.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    /// Its validity has not begun.
    NotYetValid {
        /// Its first second.
        #[serde(with = "time::serde::rfc3339")]
        from: OffsetDateTime,
    },
    /// It is not for clients.
    WrongUsage,
    /// It is revoked.
    Revoked {
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
    },
    /// It is of a kind that is refused.
    KindRefused {
        /// Which.
        kind: Refused,
    },
    /// It is of an accepted kind, but names no office.
    NoOffice,
    /// Its name says no known kind.
    UnknownKind,
    /// A scripted fault refused it.
    Scripted,
    /// Something else that the library for paths names.
    Other {
        /// In its words.
        what: String,
        /// The alert it leads to.
        alert: Alert,
    },
}

/// An alert of TLS, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, example = "certificate_expired")]
pub struct Alert(pub u8);

impl Reason {
    /// The alert that the client gets.
    pub fn alert(&self) -> Alert {
        match self {
            Reason::NoCertificate => Alert(116),
            Reason::Malformed => Alert(42),
            Reason::UnknownIssuer => Alert(48),
            Reason::BadSignature | Reason::KeyNotHeld => Alert(51),
            Reason::Expired { .. } | Reason::NotYetValid { .. } => Alert(45),
            Reason::WrongUsage => Alert(43),
            Reason::Revoked { .. } => Alert(44),
            Reason::KindRefused { .. } | Reason::NoOffice | Reason::UnknownKind | Reason::Scripted => Alert(49),
            Reason::Other { alert, .. } => *alert,
        }
    }

    /// The error that makes rustls send that alert.
    pub(super) fn error(&self, original: rustls::Error) -> rustls::Error {
        let error = match self {
            Reason::Malformed => CertificateError::BadEncoding,
            Reason::UnknownIssuer => CertificateError::UnknownIssuer,
            Reason::BadSignature | Reason::KeyNotHeld => CertificateError::BadSignature,
            Reason::Expired { .. } => CertificateError::Expired,
            Reason::NotYetValid { .. } => CertificateError::NotValidYet,
            Reason::WrongUsage => CertificateError::InvalidPurpose,
            Reason::Revoked { .. } => CertificateError::Revoked,
            Reason::KindRefused { .. } | Reason::NoOffice | Reason::UnknownKind | Reason::Scripted => {
                CertificateError::ApplicationVerificationFailure
            }
            Reason::NoCertificate | Reason::Other { .. } => return original,
        };
        rustls::Error::InvalidCertificate(error)
    }

    /// A sentence on it.
    pub fn text(&self) -> Message {
        match self {
            Reason::NoCertificate => {
                Message::pair("クライアントが証明書を提示していません。", "The client shows no certificate.")
            }
            Reason::Malformed => {
                Message::pair("証明書の形式ではありません。", "What the client shows is no certificate.")
            }
            Reason::UnknownIssuer => Message::pair(
                "この認証局が発行した証明書ではありません。",
                "The certificate was issued by another authority.",
            ),
            Reason::BadSignature => Message::pair(
                "証明書の署名が、この認証局のものではありません。",
                "The signature of the certificate is not that of the authority.",
            ),
            Reason::KeyNotHeld => Message::pair(
                "クライアントが証明書の秘密鍵を持っていません。",
                "The client does not hold the key of the certificate.",
            ),
            Reason::Expired { until } => Message::pair(
                format!("証明書の有効期間は{}に終わっています。", moment(*until)),
                format!("The validity of the certificate ended at {}.", moment(*until)),
            ),
            Reason::NotYetValid { from } => Message::pair(
                format!("証明書の有効期間は{}に始まります。", moment(*from)),
                format!("The validity of the certificate begins at {}.", moment(*from)),
            ),
            Reason::WrongUsage => {
                Message::pair("証明書の用途がクライアント認証ではありません。", "The certificate is not for clients.")
            }
            Reason::Revoked { since } => Message::pair(
                format!("証明書は{}に失効しています。", moment(*since)),
                format!("The certificate is revoked since {}.", moment(*since)),
            ),
            Reason::KindRefused { kind: Refused::Agent } => {
                Message::pair("代理人証明書は使えません。", "代理人証明書 (of a billing agent) cannot be used.")
            }
            Reason::KindRefused { kind: Refused::Disability } => Message::pair(
                "障害総合支援証明書は使えません。",
                "障害総合支援証明書 (for disability services) cannot be used.",
            ),
            Reason::NoOffice => Message::pair(
                "証明書の名前に事業所番号がありません。",
                "The name in the certificate holds no office number.",
            ),
            Reason::UnknownKind => Message::pair(
                "証明書の名前が、使える種類のものではありません。",
                "The name in the certificate is none of the accepted kinds.",
            ),
            Reason::Scripted => {
                Message::pair("障害の指定により拒否しています。", "A scripted fault refuses the client.")
            }
            Reason::Other { what, .. } => Message::pair(
                format!("証明書を検証できません: {what}"),
                format!("The certificate cannot be verified: {what}"),
            ),
        }
    }
}

/// Such as `2026-11-27 23:59:59 JST`.
fn moment(at: OffsetDateTime) -> String {
    let at = at.to_offset(JST);
    let (hour, minute, second) = at.to_hms();
    format!("{} {hour:02}:{minute:02}:{second:02} JST", at.date())
}

impl fmt::Display for Alert {
    /// Its name in RFC 8446 or RFC 5246.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            0 => "close_notify",
            10 => "unexpected_message",
            20 => "bad_record_mac",
            22 => "record_overflow",
            40 => "handshake_failure",
            42 => "bad_certificate",
            43 => "unsupported_certificate",
            44 => "certificate_revoked",
            45 => "certificate_expired",
            46 => "certificate_unknown",
            47 => "illegal_parameter",
            48 => "unknown_ca",
            49 => "access_denied",
            50 => "decode_error",
            51 => "decrypt_error",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            109 => "missing_extension",
            110 => "unsupported_extension",
            112 => "unrecognized_name",
            113 => "bad_certificate_status_response",
            115 => "unknown_psk_identity",
            116 => "certificate_required",
            120 => "no_application_protocol",
            other => return write!(f, "alert_{other}"),
        };
        f.write_str(name)
    }
}

impl Serialize for Alert {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn expired_and_not_yet_valid_have_one_alert_and_two_reasons() {
        let expired = Reason::Expired { until: datetime!(2026-11-27 14:59:59 UTC) };
        let early = Reason::NotYetValid { from: datetime!(2026-11-27 15:00 UTC) };
        assert_eq!((expired.alert().to_string(), early.alert()), ("certificate_expired".to_owned(), expired.alert()));
        assert_eq!(expired.text().en, "The validity of the certificate ended at 2026-11-27 23:59:59 JST.");
        assert_eq!(early.text().ja, "証明書の有効期間は2026-11-28 00:00:00 JSTに始まります。");
        let written = serde_json::to_string(&expired).unwrap();
        assert_eq!(written, r#"{"code":"expired","until":"2026-11-27T14:59:59Z"}"#);
    }
}
