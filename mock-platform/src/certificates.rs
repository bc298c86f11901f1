//! The certificate office: applications, issuing, notices, downloads. Knows states and days; makes no
//! certificate itself ([`crate::pki`] does).
//!
//! Known: 発行申請中, then 発行済み; the precautions are opened and the terms read to the end before an
//! application; the p12 opens with the password of the application, in upper and lower case as given; it
//! is downloaded any number of times; a validity of three years, to 23:59:59 of its last day; a notice
//! when it is issued, and another ninety days before it ends.
//!
//! Assumptions: the password follows the rules of passwords of 電子請求受付システム; the validity begins
//! with the day of issue; one application at a time; 介護保険証明書 shows no fee, as its amount is not
//! known; the words of notices but the title of the first; the encryption of the p12.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::api::body::{CertificateApplication, CertificateView};
use crate::api::respond::Failure;
use crate::clock::{JST, later};
use crate::journal::Event;
use crate::model::{Certificate, CertificateKind, CertificateState, Office, OfficeNumber};
use crate::pki::fingerprint::hex;
use crate::pki::p12::{self, Cipher, P12Error};
use crate::pki::{Authority, Issued, PkiError, Profile, password};
use crate::platform::Platform;
use crate::refusal::{Business, Refusal, System};
use crate::settings::Settings;
use crate::world::{NewNotice, World};

/// Days before its end from which a certificate ends soon.
const SOON: i64 = 90;

const APPLIED: &str = "発行申請中";
const ISSUED: &str = "発行済み";

/// 発行申請: the new line of the history.
///
/// # Errors
/// [`Business::PrecautionsNotRead`], [`Business::IssuePasswordUnfit`], [`Business::TermsNotRead`],
/// [`Business::IssuePending`], [`Business::TooManyCertificates`]: in the order of the screens.
pub fn apply(
    office: &mut Office,
    application: &CertificateApplication,
    now: OffsetDateTime,
    settings: &Settings,
) -> Result<CertificateView, Refusal> {
    let pending =
        office.certificates.iter().any(|certificate| matches!(certificate.state, CertificateState::Applied { .. }));
    let why = if pending {
        Some(Business::IssuePending)
    } else if office.certificates.len() >= settings.most_certificates {
        Some(Business::TooManyCertificates)
    } else if !application.precautions_read {
        Some(Business::PrecautionsNotRead)
    } else if password::check(&application.password).is_err() {
        Some(Business::IssuePasswordUnfit)
    } else if !application.terms_read {
        Some(Business::TermsNotRead)
    } else {
        None
    };
    if let Some(why) = why {
        return Err(Refusal::plain(why));
    }
    let certificate = Certificate {
        no: office.certificates.last().map_or(1, |last| last.no.saturating_add(1)),
        kind: application.kind,
        applied_at: now,
        state: CertificateState::Applied { password: application.password.clone() },
        end_noticed: false,
    };
    let view = view(&certificate, now);
    office.certificates.push(certificate);
    Ok(view)
}

/// Issues what was applied for; a certificate that has been issued stays as it is. The validity begins
/// with the day of `at`.
///
/// # Errors
/// [`System::NotFound`] without such a certificate; [`System::Internal`] where it cannot be made or kept.
pub async fn approve(
    platform: &Platform,
    number: &OfficeNumber,
    no: u32,
    at: OffsetDateTime,
) -> Result<CertificateView, ApproveError> {
    let office = platform.world.office(number).ok_or(ApproveError::NoSuchCertificate)?;
    let certificate = find(&office, no).ok_or(ApproveError::NoSuchCertificate)?;
    let CertificateState::Applied { password } = &certificate.state else {
        return Ok(view(certificate, platform.clock.now()));
    };
    let profile = Profile::of_office(certificate.kind, number, at)?;
    let (authority, password) = (Arc::clone(&platform.authority), password.to_owned());
    // Keys and the sealing of a p12 take long enough to hold up other requests.
    let made = tokio::task::spawn_blocking(move || make(&authority, &profile, &password));
    let (issued, p12) = made.await.map_err(|_| ApproveError::Stopped)??;
    let (from, until) = (issued.not_before, issued.not_after);
    let (serial, fingerprint) = (issued.serial, issued.fingerprint_sha256);
    let state = CertificateState::Issued { from, until, serial: serial.clone(), fingerprint, p12: hex(&p12) };
    let change = platform.world.change_and_post(number, |office| {
        let certificate = office.certificates.iter_mut().find(|certificate| certificate.no == no);
        // Gone where the world was replaced, issued where two approved at once.
        let Some(certificate) = certificate else { return Ok((None, Vec::new())) };
        match certificate.state {
            CertificateState::Issued { .. } => return Ok((Some((view(certificate, at), false)), Vec::new())),
            CertificateState::Applied { .. } => certificate.state = state,
        }
        let seen = view(certificate, at);
        let notice = issued_notice(number, certificate, until, at);
        Ok((Some((seen, true)), vec![notice]))
    });
    let (seen, is_new) = change.await?.ok_or(ApproveError::NoSuchCertificate)?;
    if is_new {
        platform.note(&Event::Issued { office: number.clone(), no, serial });
    }
    Ok(seen)
}

/// Why an application was not approved.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// The office has no certificate of that number.
    #[error("there is no such certificate")]
    NoSuchCertificate,
    /// It could not be made.
    #[error("cannot make the certificate")]
    Pki(#[from] PkiError),
    /// It could not be sealed.
    #[error("cannot seal the certificate")]
    P12(#[from] P12Error),
    /// The platform stopped meanwhile.
    #[error("the platform stopped")]
    Stopped,
    /// It could not be kept.
    #[error("cannot keep the certificate")]
    Change(#[from] crate::world::ChangeError),
}

impl From<ApproveError> for Failure {
    fn from(error: ApproveError) -> Failure {
        match error {
            ApproveError::NoSuchCertificate => System::NotFound.into(),
            ApproveError::Pki(_) | ApproveError::P12(_) | ApproveError::Stopped => System::Internal.into(),
            ApproveError::Change(error) => error.into(),
        }
    }
}

/// Does for an office what time does: issues what has waited for as long as the settings say, and posts
/// the notice of certificates that end soon, once for each.
///
/// # Errors
/// As those of [`approve`].
pub async fn catch_up(platform: &Platform, number: &OfficeNumber) -> Result<(), ApproveError> {
    let now = platform.clock.now();
    let Some(office) = platform.world.office(number) else { return Ok(()) };
    if let Some(delay) = platform.settings.certificate_issue_delay {
        for certificate in &office.certificates {
            let due = later(certificate.applied_at, delay);
            if matches!(certificate.state, CertificateState::Applied { .. }) && due <= now {
                approve(platform, number, certificate.no, due).await?;
            }
        }
    }
    if !office.certificates.iter().any(|certificate| is_unnoticed(certificate, now)) {
        return Ok(());
    }
    let change = platform.world.change_and_post(number, |office| {
        let mut notices = Vec::new();
        for certificate in office.certificates.iter_mut().filter(|certificate| is_unnoticed(certificate, now)) {
            certificate.end_noticed = true;
            notices.push(ends_notice(number, certificate, now));
        }
        Ok(((), notices))
    });
    Ok(change.await?)
}

/// The history, oldest first.
pub fn history(office: &Office, now: OffsetDateTime) -> Vec<CertificateView> {
    office.certificates.iter().map(|certificate| view(certificate, now)).collect()
}

/// The p12 of a certificate; `None` without such a certificate.
///
/// # Errors
/// [`Business::NotIssued`]
pub fn download(office: &Office, no: u32) -> Option<Result<Vec<u8>, Business>> {
    match &find(office, no)?.state {
        CertificateState::Applied { .. } => Some(Err(Business::NotIssued)),
        CertificateState::Issued { p12, .. } => Some(Ok(bytes(p12))),
    }
}

/// Whether a certificate that is good now ends within ninety days.
pub fn ends_soon(until: OffsetDateTime, now: OffsetDateTime) -> bool {
    let day = |moment: OffsetDateTime| moment.to_offset(JST).date();
    now <= until && (day(until) - day(now)).whole_days() <= SOON
}

/// The office that a certificate was issued to, by its serial number.
pub(crate) fn holder(world: &World, serial: &str) -> Option<OfficeNumber> {
    let bears = |certificate: &Certificate| matches!(&certificate.state, CertificateState::Issued { serial: own, .. } if own == serial);
    let offices = world.offices();
    offices.iter().find(|office| office.certificates.iter().any(bears)).map(|office| office.number.clone())
}

/// A certificate of the authority, and its p12 with the key and the root.
fn make(authority: &Authority, profile: &Profile, password: &str) -> Result<(Issued, Vec<u8>), ApproveError> {
    let issued = authority.issue(profile)?;
    let root = authority.cert_der().clone();
    let p12 = p12::seal(&issued, &[root], password, Cipher::Aes256)?;
    Ok((issued, p12))
}

fn find(office: &Office, no: u32) -> Option<&Certificate> {
    office.certificates.iter().find(|certificate| certificate.no == no)
}

fn view(certificate: &Certificate, now: OffsetDateTime) -> CertificateView {
    let Certificate { no, kind, applied_at, state, .. } = certificate;
    let (state, from, until) = match state {
        CertificateState::Applied { .. } => (APPLIED, None, None),
        CertificateState::Issued { from, until, .. } => (ISSUED, Some(*from), Some(*until)),
    };
    CertificateView {
        no: *no,
        kind: *kind,
        applied_at: *applied_at,
        from: from.map(|from| from.to_offset(JST)),
        until: until.map(|until| until.to_offset(JST)),
        state: state.to_owned(),
        fee: 0,
        ends_soon: until.is_some_and(|until| ends_soon(until, now)),
    }
}

fn is_unnoticed(certificate: &Certificate, now: OffsetDateTime) -> bool {
    match certificate.state {
        CertificateState::Applied { .. } => false,
        CertificateState::Issued { until, .. } => !certificate.end_noticed && ends_soon(until, now),
    }
}

fn title(kind: CertificateKind) -> &'static str {
    match kind {
        CertificateKind::KaigoJigyousho => "介護保険証明書",
        CertificateKind::CarePlanJigyousho => "請求委任事業所用ケアプラン証明書",
    }
}

fn issued_notice(
    number: &OfficeNumber,
    certificate: &Certificate,
    until: OffsetDateTime,
    at: OffsetDateTime,
) -> NewNotice {
    let (kind, last) = (title(certificate.kind), day(until));
    NewNotice {
        at,
        title: "証明書発行完了通知".to_owned(),
        text: format!("{kind}が発行されました。ダウンロードしてインストールしてください。有効終了年月日は{last}です。"),
        office: Some(number.clone()),
    }
}

fn ends_notice(number: &OfficeNumber, certificate: &Certificate, at: OffsetDateTime) -> NewNotice {
    let last = match certificate.state {
        CertificateState::Applied { .. } => String::new(),
        CertificateState::Issued { until, .. } => day(until),
    };
    let kind = title(certificate.kind);
    NewNotice {
        at,
        title: "証明書の有効期間の終了が近づいています".to_owned(),
        text: format!("{kind}の有効終了年月日は{last}です。期限までに発行申請をしてください。"),
        office: Some(number.clone()),
    }
}

/// As the history writes days: `2026/04/01`.
fn day(moment: OffsetDateTime) -> String {
    let date = moment.to_offset(JST).date();
    format!("{:04}/{:02}/{:02}", date.year(), u8::from(date.month()), date.day())
}

/// The bytes of what [`hex`] wrote.
fn bytes(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
    text.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;
    use crate::world::Seed;

    const NOW: OffsetDateTime = datetime!(2026-11-27 9:00 +9);

    fn office() -> Office {
        Seed::demo(date!(2026 - 11 - 27)).offices()[1].clone()
    }

    fn application() -> CertificateApplication {
        CertificateApplication {
            kind: CertificateKind::CarePlanJigyousho,
            precautions_read: true,
            terms_read: true,
            password: "Hakkou2026".to_owned(),
        }
    }

    #[test]
    fn a_certificate_ends_soon_on_the_last_ninety_days() {
        let until = datetime!(2026-04-01 23:59:59 +9);
        for (now, soon) in [
            (datetime!(2025-12-31 23:59:59 +9), false),
            (datetime!(2026-01-01 0:00 +9), true),
            (datetime!(2025-12-31 15:00 UTC), true),
            (datetime!(2026-04-01 23:59:59 +9), true),
            (datetime!(2026-04-02 0:00 +9), false),
        ] {
            assert_eq!(ends_soon(until, now), soon, "{now}");
        }
    }

    #[test]
    fn an_application_follows_the_screens() {
        let refused = |application: &CertificateApplication| {
            let mut office = office();
            let refusal = apply(&mut office, application, NOW, &Settings::default()).unwrap_err();
            assert!(office.certificates.is_empty());
            refusal.why
        };
        let nothing = CertificateApplication {
            precautions_read: false,
            terms_read: false,
            password: String::new(),
            ..application()
        };
        assert_eq!(refused(&nothing), Business::PrecautionsNotRead);
        assert_eq!(
            refused(&CertificateApplication { precautions_read: true, ..nothing }),
            Business::IssuePasswordUnfit
        );
        assert_eq!(refused(&CertificateApplication { terms_read: false, ..application() }), Business::TermsNotRead);

        let mut office = office();
        let view = apply(&mut office, &application(), NOW, &Settings::default()).unwrap();
        assert_eq!((view.no, view.state.as_str(), view.from, view.until), (1, "発行申請中", None, None));
        let again = apply(&mut office, &application(), NOW, &Settings::default()).unwrap_err();
        assert_eq!(again.why, Business::IssuePending);
        assert_eq!(download(&office, 1), Some(Err(Business::NotIssued)));
        assert_eq!(download(&office, 2), None);
    }

    #[test]
    fn an_office_has_no_more_certificates_than_the_settings_say() {
        let settings = Settings { most_certificates: 1, ..Settings::default() };
        let mut office = office();
        apply(&mut office, &application(), NOW, &settings).unwrap();
        office.certificates[0].state = CertificateState::Issued {
            from: NOW,
            until: datetime!(2029-11-27 23:59:59 +9),
            serial: String::new(),
            fingerprint: String::new(),
            p12: hex(&[0, 0x7F, 0xFF]),
        };
        let refusal = apply(&mut office, &application(), NOW, &settings).unwrap_err();
        assert_eq!(refusal.why, Business::TooManyCertificates);
        assert_eq!(download(&office, 1), Some(Ok(vec![0, 0x7F, 0xFF])));
        assert_eq!(history(&office, NOW)[0].state, "発行済み");
    }
}
