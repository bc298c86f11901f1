//! The set of certificates that clients are tried with: good ones of each office, and one of each kind
//! that is refused. Knows what each is and where it is refused; refuses nothing itself.

mod readme;

use std::path::Path;

use renkei_validator::numbers;
use renkei_validator::text::Text;
use rustls::pki_types::CertificateDer;
use serde::Serialize;
use time::OffsetDateTime;

use super::{
    Authority, Fingerprint, Issued, PkiError, Profile, Refused, Secrecy, Subject, Usage, Validity, p12, subject,
    write_file,
};
use crate::model::{CertificateKind, OfficeNumber};

/// What a certificate of the set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Member {
    /// One that is accepted.
    Good(CertificateKind),
    /// 代理人証明書
    Agent,
    /// 障害総合支援証明書
    Disability,
    /// Its validity ended yesterday at 23:59:59 JST.
    Expired,
    /// Its validity begins tomorrow.
    NotYetValid,
    /// Of an authority of the same name with another key.
    OtherAuthority,
    /// For servers only.
    WrongUsage,
    /// Withdrawn by the authority.
    Revoked,
    /// Sound, but of an office that is none of the set's: accepted in TLS, refused at login.
    WrongOffice,
}

/// Where a client is refused that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusedAt {
    /// Nowhere.
    Nowhere,
    /// In the handshake, with this alert.
    Tls(&'static str),
    /// At login, as it is not the certificate of the user's office.
    Login,
}

impl Member {
    /// The members that are refused somewhere, in the order of the README.
    pub const REFUSED: [Member; 8] = [
        Member::Agent,
        Member::Disability,
        Member::Expired,
        Member::NotYetValid,
        Member::OtherAuthority,
        Member::WrongUsage,
        Member::Revoked,
        Member::WrongOffice,
    ];

    /// The name of its files, without ending.
    pub fn slug(self) -> &'static str {
        match self {
            Member::Good(kind) => subject::prefix(kind),
            Member::Agent => "agent",
            Member::Disability => "disability",
            Member::Expired => "expired",
            Member::NotYetValid => "not-yet-valid",
            Member::OtherAuthority => "other-authority",
            Member::WrongUsage => "wrong-usage",
            Member::Revoked => "revoked",
            Member::WrongOffice => "wrong-office",
        }
    }

    /// Where it is refused.
    pub fn refused_at(self) -> RefusedAt {
        match self {
            Member::Good(_) => RefusedAt::Nowhere,
            Member::Agent | Member::Disability => RefusedAt::Tls("access_denied"),
            Member::Expired | Member::NotYetValid => RefusedAt::Tls("certificate_expired"),
            Member::OtherAuthority => RefusedAt::Tls("unknown_ca"),
            Member::WrongUsage => RefusedAt::Tls("unsupported_certificate"),
            Member::Revoked => RefusedAt::Tls("certificate_revoked"),
            Member::WrongOffice => RefusedAt::Login,
        }
    }

    /// What it is, in a sentence.
    pub fn text(self) -> Text {
        match self {
            Member::Good(CertificateKind::KaigoJigyousho) => Text {
                ja: "介護保険証明書です。受け付けられます。",
                en: "介護保険証明書 (the one used for billing). It is accepted.",
            },
            Member::Good(CertificateKind::CarePlanJigyousho) => Text {
                ja: "請求委任事業所用ケアプラン証明書（2025年10月からは介護DX証明書）です。受け付けられます。",
                en: "請求委任事業所用ケアプラン証明書 (介護DX証明書 since October 2025). It is accepted.",
            },
            Member::Agent => Text {
                ja: "代理人証明書です。このシステムでは使えません。",
                en: "代理人証明書 (of a billing agent), which cannot be used with this system.",
            },
            Member::Disability => Text {
                ja: "障害総合支援証明書です。このシステムでは使えません。",
                en: "障害総合支援証明書 (for disability services), which cannot be used with this system.",
            },
            Member::Expired => Text {
                ja: "有効期間が、作成日の前日の23時59分59秒に終わった証明書です。",
                en: "Its validity ended at 23:59:59 JST of the day before it was made.",
            },
            Member::NotYetValid => Text {
                ja: "有効期間が、作成日の翌日の0時に始まる証明書です。",
                en: "Its validity begins at 0:00:00 JST of the day after it was made.",
            },
            Member::OtherAuthority => Text {
                ja: "同じ名前の別の認証局が発行した証明書です。",
                en: "It was issued by another authority of the same name.",
            },
            Member::WrongUsage => Text {
                ja: "用途がサーバー認証だけの証明書です。",
                en: "Its usage is server authentication only.",
            },
            Member::Revoked => Text {
                ja: "失効した証明書です。失効リスト（ca/ca.crl）に載っています。",
                en: "It is revoked, and stands in the revocation list ca/ca.crl.",
            },
            Member::WrongOffice => Text {
                ja: "この組にない事業所の証明書です。TLSでは受け付けられ、ログインで拒否されます。",
                en: "It belongs to an office that is none of this set. TLS accepts it, login refuses it.",
            },
        }
    }
}

/// A certificate of the set.
#[derive(Clone, Debug)]
pub struct Made {
    /// What it is.
    pub member: Member,
    /// Folder and name of its files, without ending, such as `good/9970100013-KaigoJigyousho`.
    pub path: String,
    /// Certificate and key.
    pub issued: Issued,
    /// The root above it.
    pub root: CertificateDer<'static>,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Where, below the folder; with `/`.
    pub path: String,
    /// Whether it holds a key.
    pub secrecy: Secrecy,
}

/// The file that tells programs what each certificate is.
pub const MANIFEST: &str = "certificates.json";

/// What stands in the folder of a set, at its top.
pub const TOP: [&str; 6] = ["README.md", "README.ja.md", "ca", "good", "refused", MANIFEST];

/// Makes the whole set. The refused ones say the number of the first office; where there is none,
/// that of a fictional one. The revoked one is revoked from now on.
pub fn make(
    authority: &Authority,
    offices: &[(OfficeNumber, CertificateKind)],
    now: OffsetDateTime,
) -> Result<Vec<Made>, PkiError> {
    let mut set: Vec<Made> = Vec::new();
    let root = authority.cert_der();
    for (number, kind) in offices {
        let member = Member::Good(*kind);
        let path = format!("good/{number}-{}", member.slug());
        if set.iter().any(|made| made.path == path) {
            continue;
        }
        let issued = authority.issue(&Profile::of_office(*kind, number, now)?)?;
        set.push(Made { member, path, issued, root: root.clone() });
    }
    let stranger = stranger(offices);
    let number = offices.first().map_or(&stranger, |(number, _)| number);
    for member in Member::REFUSED {
        let (issued, root) = refused(authority, member, number, &stranger, now)?;
        set.push(Made { member, path: format!("refused/{}", member.slug()), issued, root });
    }
    Ok(set)
}

fn refused(
    authority: &Authority,
    member: Member,
    number: &OfficeNumber,
    stranger: &OfficeNumber,
    now: OffsetDateTime,
) -> Result<(Issued, CertificateDer<'static>), PkiError> {
    let mut profile = Profile::of_office(CertificateKind::KaigoJigyousho, number, now)?;
    let refused_kind = |refused| Subject::Refused(refused, number.to_string()).to_string();
    match member {
        Member::Good(_) | Member::Revoked => {}
        Member::Agent => profile.common_name = refused_kind(Refused::Agent),
        Member::Disability => profile.common_name = refused_kind(Refused::Disability),
        Member::Expired => profile.validity = Validity::over(now)?,
        Member::NotYetValid => profile.validity = Validity::to_come(now)?,
        Member::OtherAuthority => {
            let other = Authority::new(now)?;
            return Ok((other.issue(&profile)?, other.cert_der().clone()));
        }
        Member::WrongUsage => profile.usage = Usage::Server(Vec::new()),
        Member::WrongOffice => profile = Profile::of_office(CertificateKind::KaigoJigyousho, stranger, now)?,
    }
    let issued = authority.issue(&profile)?;
    if member == Member::Revoked {
        authority.revoke(&issued.serial, now)?;
    }
    Ok((issued, authority.cert_der().clone()))
}

/// A number of the test range that is none of theirs.
fn stranger(offices: &[(OfficeNumber, CertificateKind)]) -> OfficeNumber {
    (0..=offices.len())
        .filter_map(|n| {
            let body = format!("999{n:06}");
            OfficeNumber::parse(&format!("{body}{}", numbers::check_digit(body.as_bytes())?))
        })
        .find(|number| offices.iter().all(|(known, _)| known != number))
        .expect("one more number than offices")
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    member: &'static str,
    refused_at: RefusedAt,
    subject: &'a str,
    serial: &'a str,
    #[serde(with = "time::serde::rfc3339")]
    not_before: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    not_after: OffsetDateTime,
    sha1: String,
    sha256: String,
}

/// Makes the set and writes it: each certificate as PEM, its key as PEM, both with the root as p12 in
/// two forms; the authority with its key and its revocation list; a manifest, and a README in two
/// languages. Lists what it wrote.
pub fn write(
    dir: &Path,
    authority: &Authority,
    offices: &[(OfficeNumber, CertificateKind)],
    now: OffsetDateTime,
    password: &str,
) -> Result<Vec<WrittenFile>, PkiError> {
    let set = make(authority, offices, now)?;
    let mut written = Vec::new();
    let mut keep = |path: String, bytes: &[u8], secrecy| -> Result<(), PkiError> {
        write_file(&dir.join(&path), bytes, secrecy)?;
        written.push(WrittenFile { path, secrecy });
        Ok(())
    };
    for made in &set {
        let (path, root) = (&made.path, [made.root.clone()]);
        keep(format!("{path}.pem"), made.issued.cert_pem.as_bytes(), Secrecy::Open)?;
        keep(format!("{path}.key"), made.issued.key_pem.as_bytes(), Secrecy::Secret)?;
        let sealed = p12::seal(&made.issued, &root, password, p12::Cipher::Aes256)?;
        keep(format!("{path}.p12"), &sealed, Secrecy::Secret)?;
        let sealed = p12::seal(&made.issued, &root, password, p12::Cipher::LegacyTripleDes)?;
        keep(format!("{path}-legacy.p12"), &sealed, Secrecy::Secret)?;
    }
    keep("ca/ca.crl".to_owned(), authority.crl_pem(now)?.as_bytes(), Secrecy::Open)?;
    keep("README.md".to_owned(), readme::en(&set, authority).as_bytes(), Secrecy::Open)?;
    keep("README.ja.md".to_owned(), readme::ja(&set, authority).as_bytes(), Secrecy::Open)?;
    let entries: Vec<Entry<'_>> = set.iter().map(entry).collect();
    let manifest = serde_json::to_string_pretty(&entries).expect("texts and moments are JSON");
    keep(MANIFEST.to_owned(), format!("{manifest}\n").as_bytes(), Secrecy::Open)?;
    authority.save(&dir.join("ca"))?;
    let of_authority =
        [("ca/ca.pem", Secrecy::Open), ("ca/ca.key", Secrecy::Secret), ("ca/revoked.json", Secrecy::Open)];
    written.extend(of_authority.map(|(path, secrecy)| WrittenFile { path: path.to_owned(), secrecy }));
    written.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(written)
}

fn entry(made: &Made) -> Entry<'_> {
    let Fingerprint { sha1, sha256 } = Fingerprint::of(&made.issued.cert_der);
    Entry {
        name: &made.path,
        member: match made.member {
            Member::Good(_) => "good",
            refused => refused.slug(),
        },
        refused_at: made.member.refused_at(),
        subject: &made.issued.common_name,
        serial: &made.issued.serial,
        not_before: made.issued.not_before,
        not_after: made.issued.not_after,
        sha1,
        sha256,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-27 12:00 +9);

    fn number(text: &str) -> OfficeNumber {
        OfficeNumber::parse(text).unwrap()
    }

    #[test]
    fn a_set_holds_each_office_once_and_every_refused_kind() {
        let authority = Authority::new(NOW).unwrap();
        let office = (number("9970100013"), CertificateKind::KaigoJigyousho);
        let set = make(&authority, &[office.clone(), office], NOW).unwrap();
        let said: Vec<(&str, &str)> =
            set.iter().map(|made| (made.path.as_str(), made.issued.common_name.as_str())).collect();
        assert_eq!(
            said,
            [
                ("good/9970100013-KaigoJigyousho", "KaigoJigyousho9970100013"),
                ("refused/agent", "Dairinin9970100013"),
                ("refused/disability", "ShougaiJigyousho9970100013"),
                ("refused/expired", "KaigoJigyousho9970100013"),
                ("refused/not-yet-valid", "KaigoJigyousho9970100013"),
                ("refused/other-authority", "KaigoJigyousho9970100013"),
                ("refused/wrong-usage", "KaigoJigyousho9970100013"),
                ("refused/revoked", "KaigoJigyousho9970100013"),
                ("refused/wrong-office", "KaigoJigyousho9990000003"),
            ]
        );
        let revoked: Vec<&str> = set
            .iter()
            .filter(|made| authority.revoked_since(&made.issued.serial).is_some())
            .map(|made| made.path.as_str())
            .collect();
        assert_eq!(revoked, ["refused/revoked"]);
    }

    #[test]
    fn the_stranger_is_none_of_the_offices_and_has_a_right_check_digit() {
        let first = stranger(&[]);
        let second = stranger(&[(first.clone(), CertificateKind::KaigoJigyousho)]);
        assert_ne!(first, second);
        for number in [first, second] {
            assert_eq!(numbers::has_check_digit(number.as_str().as_bytes()), Some(true), "{number}");
        }
    }

    #[test]
    fn what_is_written_is_listed_and_described() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new(NOW).unwrap();
        let offices = [(number("9970100013"), CertificateKind::CarePlanJigyousho)];
        let written = write(folder.path(), &authority, &offices, NOW, "Passw0rdAb").unwrap();
        assert_eq!(written.len(), 9 * 4 + 4 + 3);
        for file in &written {
            assert!(folder.path().join(&file.path).is_file(), "{}", file.path);
        }
        let mut tops: Vec<&str> = written.iter().map(|file| file.path.split('/').next().unwrap()).collect();
        tops.dedup();
        let mut known = TOP.to_vec();
        known.sort_unstable();
        assert_eq!(tops, known);
        for readme in ["README.md", "README.ja.md"] {
            let readme = std::fs::read_to_string(folder.path().join(readme)).unwrap();
            for made in written.iter().filter(|file| file.path.ends_with("-legacy.p12")) {
                let stem = made.path.strip_suffix("-legacy.p12").unwrap();
                assert!(readme.contains(&format!("`{stem}`")), "{stem}");
            }
            assert!(readme.contains(&Fingerprint::of(authority.cert_der()).windows_warning()));
            assert!(readme.contains("cp ca/ca.pem ca/ca.key ca/revoked.json DIR/authority/"));
            assert!(!readme.contains("Passw0rdAb"), "a README does not tell the password");
        }
    }
}
