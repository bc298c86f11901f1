//! The office's computer that a browser plays: its certificate, and its session at the platform. Knows
//! how to ask in the name of an office; knows no page.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::Screens;
use super::inside::Ask;
use super::trouble::Trouble;
use super::visit::{ClientLogin, Visit};
use crate::api::body::{RefreshRequest, SessionAnswer};
use crate::clock::JST;
use crate::model::{CertificateState, OfficeNumber};
use crate::pki::Subject;
use crate::platform::Platform;
use crate::refusal::Words;
use crate::tls::PeerCertificate;

/// Where a login begins.
pub(super) const LOGIN: &str = "/client/login";

/// A browser that has logged in at the client.
pub(super) struct Desk {
    pub(super) screens: Arc<Screens>,
    pub(super) visit: Visit,
    pub(super) login: ClientLogin,
    pub(super) certificate: Arc<PeerCertificate>,
}

impl FromRequestParts<Arc<Screens>> for Desk {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, screens: &Arc<Screens>) -> Result<Desk, Trouble> {
        let visit = Visit::from_request_parts(parts, screens).await?;
        let login = visit.login.client.clone().ok_or(Trouble::LogIn(LOGIN))?;
        let certificate = installed(&screens.platform, &login.office, Some(&login.fingerprint));
        // A certificate that is no longer good lets nobody connect.
        let certificate = Arc::new(certificate.map_err(|_| Trouble::LogIn(LOGIN))?);
        Ok(Desk { screens: Arc::clone(screens), visit, login, certificate })
    }
}

impl Desk {
    pub(super) fn office(&self) -> &OfficeNumber {
        &self.login.office
    }

    /// Asks in the session. One that has ended is refreshed once, as a good client does.
    pub(super) async fn ask<T: DeserializeOwned>(&mut self, ask: Ask) -> Result<T, Trouble> {
        let inside = self.screens.inside.clone();
        match inside.ask(&self.certificate, Some(&self.login.access), ask.clone()).await {
            Err(Trouble::Said(401, _)) => {
                self.refresh().await?;
                inside.ask(&self.certificate, Some(&self.login.access), ask).await
            }
            answered => answered,
        }
    }

    /// Asks for a file in the session.
    pub(super) async fn file(&mut self, ask: Ask) -> Result<Response, Trouble> {
        let inside = self.screens.inside.clone();
        match inside.file(&self.certificate, &self.login.access, ask.clone()).await {
            Err(Trouble::Said(401, _)) => {
                self.refresh().await?;
                inside.file(&self.certificate, &self.login.access, ask).await
            }
            answered => answered,
        }
    }

    async fn refresh(&mut self) -> Result<(), Trouble> {
        let request = RefreshRequest { refresh_token: self.login.refresh.clone() };
        let ask = Ask::post("/v1/token/refresh", &request)?;
        let answered = self.screens.inside.ask::<SessionAnswer>(&self.certificate, None, ask).await;
        match answered {
            Ok(tokens) => {
                self.login.access = tokens.access_token;
                self.login.refresh = tokens.refresh_token;
                let login = self.login.clone();
                self.screens.change_login(&self.visit.id, |kept| kept.client = Some(login));
                Ok(())
            }
            Err(Trouble::Said(401 | 403, _)) => {
                self.screens.change_login(&self.visit.id, |kept| kept.client = None);
                Err(Trouble::LogIn(LOGIN))
            }
            Err(other) => Err(other),
        }
    }
}

/// The certificate on the computer of an office: the newest that is good now, or, of a login, its own.
///
/// # Errors
/// Why there is none.
pub(super) fn installed(
    platform: &Platform,
    number: &OfficeNumber,
    fingerprint: Option<&str>,
) -> Result<PeerCertificate, Words> {
    let words = |ja: &str, en: &str| Words { ja: ja.to_owned(), en: en.to_owned() };
    let office = platform.world.office(number);
    let office = office.ok_or_else(|| words("事業所がありません。", "There is no such office."))?;
    let now = platform.clock.now();
    let mut why =
        words("この事業所の端末に電子証明書がありません。", "The computer of this office has no certificate.");
    for certificate in office.certificates.iter().rev() {
        let CertificateState::Issued { from, until, serial, fingerprint: found, .. } = &certificate.state else {
            continue;
        };
        if fingerprint.is_some_and(|wanted| wanted != found) {
            continue;
        }
        if platform.authority.revoked_since(serial).is_some_and(|since| now >= since) {
            why = words("電子証明書は失効しています。", "The certificate has been revoked.");
        } else if now < *from {
            why = words("電子証明書の有効期間がまだ始まっていません。", "The certificate is not valid yet.");
        } else if now > *until {
            why = words("電子証明書の有効期間が終わっています。", "The certificate has expired.");
        } else {
            return Ok(PeerCertificate {
                common_name: Subject::Office(certificate.kind, number.clone()).to_string(),
                office: Some(number.clone()),
                kind: Some(certificate.kind),
                serial: serial.clone(),
                fingerprint: found.clone(),
                not_before: from.to_offset(JST),
                not_after: until.to_offset(JST),
            });
        }
    }
    Err(why)
}
