//! Who may do what: logins, sessions, and the session of a request. Knows users, certificates and
//! tokens; knows no route.
//!
//! Known: two users of an office, 個人ユーザ first and 事業所ユーザ then; a certificate beside them;
//! access tokens of 60 minutes and refresh tokens of 8 hours; a lock after repeated failures; temporary
//! and expired passwords are turned away until they are changed in 電子請求受付システム; IDs that begin
//! with HD are not taken.
//!
//! Assumptions: failures are counted for each user, and the failure that fills the count is answered
//! like those before; a lock is not prolonged by tries; of a state of the password nothing is said
//! before the password was right; an office without a licence may log in (and not send); a new access
//! token ends the one before.

mod login;
mod sessions;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use renkei_validator::spec::Party;

use crate::api::respond::Failure;
use crate::model::{Office, OfficeNumber};
use crate::platform::Platform;
use crate::refusal::System;
use crate::tls::Peer;

pub(crate) use login::{is_locked, let_in, refuse_kind, same_certificate};
pub use sessions::Sessions;
pub(crate) use sessions::{RefreshRefusal, SessionId, Step, Tokens};

/// Who a request comes from: a session of the platform, on a connection of its own certificate.
///
/// As an extractor it answers 401 without a good access token, and 403 on a connection of another
/// certificate than that of the login.
#[derive(Clone, Debug)]
pub struct Session {
    /// The office, as it was when the request began.
    pub office: Arc<Office>,
    /// The connection.
    pub peer: Peer,
    pub(crate) id: SessionId,
}

impl Session {
    /// The sides that the office can be in an exchange, by its service types.
    pub fn parties(&self) -> BTreeSet<Party> {
        parties(&self.office)
    }
}

/// The sides that an office can be in an exchange, by its service types.
pub fn parties(office: &Office) -> BTreeSet<Party> {
    office.service_types.iter().filter_map(|code| Party::of(code)).collect()
}

/// The office of a request, for those who look at it afterwards. The journal puts it into the
/// extensions of a request; [`Session`] fills it in.
#[derive(Clone, Debug, Default)]
pub struct Caller(Arc<OnceLock<OfficeNumber>>);

impl Caller {
    /// Who it was; `None` without a good session.
    pub fn office(&self) -> Option<&OfficeNumber> {
        self.0.get()
    }

    fn is(&self, office: &OfficeNumber) {
        // A request has one session: a second extractor says the same.
        let _ = self.0.set(office.clone());
    }
}

impl FromRequestParts<Arc<Platform>> for Session {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, platform: &Arc<Platform>) -> Result<Session, Failure> {
        let peer = peer(parts)?;
        let token = bearer(parts)?;
        let found = platform.sessions.find(token, platform.clock.now()).ok_or(System::Unauthorized)?;
        if found.fingerprint != peer.certificate.fingerprint {
            return Err(System::Forbidden.into());
        }
        let office = platform.world.office(&found.office).ok_or(System::Unauthorized)?;
        told(parts, &office);
        Ok(Session { office, peer, id: found.id })
    }
}

/// Who a request to 利用状況Webサイト comes from.
#[derive(Clone, Debug)]
pub(crate) struct SiteSession {
    pub(crate) office: Arc<Office>,
    pub(crate) token: String,
}

impl FromRequestParts<Arc<Platform>> for SiteSession {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, platform: &Arc<Platform>) -> Result<SiteSession, Failure> {
        let token = bearer(parts)?;
        let number = platform.sessions.find_site(token, platform.clock.now()).ok_or(System::Unauthorized)?;
        let office = platform.world.office(&number).ok_or(System::Unauthorized)?;
        told(parts, &office);
        Ok(SiteSession { office, token: token.to_owned() })
    }
}

impl FromRequestParts<Arc<Platform>> for Peer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Platform>) -> Result<Peer, Failure> {
        peer(parts)
    }
}

fn told(parts: &Parts, office: &Office) {
    if let Some(caller) = parts.extensions.get::<Caller>() {
        caller.is(&office.number);
    }
}

/// The listener puts a peer into every request: one without is our mistake.
fn peer(parts: &Parts) -> Result<Peer, Failure> {
    parts.extensions.get::<Peer>().cloned().ok_or(Failure::System(System::Internal, None))
}

fn bearer(parts: &Parts) -> Result<&str, Failure> {
    let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else { return Err(System::Unauthorized.into()) };
    let (scheme, token) = header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(System::Unauthorized)?;
    if scheme.eq_ignore_ascii_case("Bearer") { Ok(token.trim()) } else { Err(System::Unauthorized.into()) }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::world::Seed;

    #[test]
    fn the_sides_of_an_office_follow_its_service_types() {
        let seed = Seed::demo(date!(2026 - 11 - 27));
        let sides = |number: &str| {
            let office = seed.offices().iter().find(|office| office.number.as_str() == number).unwrap();
            parties(office).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(sides("9900100018"), [Party::Center]);
        assert_eq!(sides("9970100013"), [Party::CareManager]);
        assert_eq!(sides("9970100070"), [Party::Provider]);
        let mut office = seed.offices()[0].clone();
        office.service_types = vec!["11".to_owned(), "43".to_owned(), "ZZ".to_owned()];
        assert_eq!(parties(&office).into_iter().collect::<Vec<_>>(), [Party::CareManager, Party::Provider]);
    }
}
