//! Who sits before a page: the cookie, what is kept for it, form tokens. Knows browsers; knows no page.
//!
//! An id is kept from the login on, under its digest; before that a cookie is nothing but a number that
//! form tokens are made of. A login gives another id, so that one that was planted is worth nothing. The
//! name of the cookie bears the port, as browsers share cookies among the ports of a machine.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{COOKIE, HOST, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::Screens;
use super::frame::Lang;
use super::trouble::Trouble;
use crate::model::{CertificateKind, OfficeNumber};
use crate::pki::fingerprint::hex;
use crate::refusal::System;

/// Browsers that are logged in at once; for one more, the oldest login ends (assumption).
const MOST: usize = 1_000;

/// Characters of an id.
const ID_CHARS: usize = 64;

/// The language of the pages, for the whole machine.
pub(super) const LANGUAGE: &str = "renkei-language";

/// A browser, in one request.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) id: String,
    /// What each form sends back.
    pub(super) token: String,
    pub(super) lang: Lang,
    /// The path of the request, with its query; that of the area where it is no reading.
    pub(super) path: String,
    /// The path of the request, without its query.
    pub(super) asked: String,
    pub(super) login: Login,
    cookie: String,
}

/// What a browser has logged in to.
#[derive(Clone, Debug, Default)]
pub(super) struct Login {
    /// The first step at the client.
    pub(super) step: Option<Step>,
    /// The client.
    pub(super) client: Option<ClientLogin>,
    /// 利用状況Webサイト and the certificate office.
    pub(super) site: Option<SiteLogin>,
    /// How far an application for a certificate has come.
    pub(super) issue: Option<Issue>,
}

/// A login of 事業所ユーザ.
#[derive(Clone, Debug)]
pub(super) struct SiteLogin {
    pub(super) office: OfficeNumber,
    pub(super) name: String,
    pub(super) token: String,
}

/// An application for a certificate, between its pages.
#[derive(Clone, Debug, Default)]
pub(super) struct Issue {
    pub(super) precautions_read: bool,
    pub(super) kind: Option<CertificateKind>,
    pub(super) password: String,
}

/// The first step of a login at the client.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) office: OfficeNumber,
    pub(super) fingerprint: String,
    pub(super) token: String,
}

/// A login at the client.
#[derive(Clone, Debug)]
pub(super) struct ClientLogin {
    pub(super) office: OfficeNumber,
    pub(super) name: String,
    /// The certificate of the login.
    pub(super) fingerprint: String,
    pub(super) access: String,
    pub(super) refresh: String,
}

/// The logins of all browsers.
#[derive(Debug, Default)]
pub(super) struct Visits {
    next: u64,
    logins: HashMap<[u8; 32], (u64, Login)>,
}

impl Visits {
    fn of(&self, id: &str) -> Login {
        self.logins.get(&digest(id)).map(|(_, login)| login.clone()).unwrap_or_default()
    }

    fn put(&mut self, id: &str, login: Login) {
        if self.logins.len() >= MOST
            && let Some(oldest) = self.logins.iter().min_by_key(|(_, (age, _))| *age).map(|(id, _)| *id)
        {
            self.logins.remove(&oldest);
        }
        self.next += 1;
        self.logins.insert(digest(id), (self.next, login));
    }
}

impl Screens {
    /// Changes what is kept of a login; nothing where there is none.
    pub(super) fn change_login(&self, id: &str, change: impl FnOnce(&mut Login)) {
        if let Some((_, login)) = self.visits().logins.get_mut(&digest(id)) {
            change(login);
        }
    }

    /// A login under a new id: the one before is worth nothing afterwards. What the response must bear.
    pub(super) fn renew(&self, visit: &Visit, change: impl FnOnce(&mut Login)) -> Result<NewCookie, Trouble> {
        let id = id().map_err(|_| System::Internal)?;
        let mut visits = self.visits();
        let mut login = visits.logins.remove(&digest(&visit.id)).map(|(_, login)| login).unwrap_or_default();
        change(&mut login);
        visits.put(&id, login);
        Ok(NewCookie(cookie(&visit.cookie, &id)))
    }
}

/// A response that gives the browser another id.
pub(super) struct NewCookie(HeaderValue);

impl NewCookie {
    pub(super) fn on(self, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        response.headers_mut().append(SET_COOKIE, self.0);
        response
    }
}

/// The layer that knows browsers by their cookies, and gives one to those that have none.
pub(super) async fn know(State(screens): State<Arc<Screens>>, mut request: Request, next: Next) -> Response {
    let name = cookie_name(request.headers());
    let known = cookie_of(request.headers(), &name).filter(|id| is_id(id)).map(str::to_owned);
    let is_new = known.is_none();
    let id = match known.map_or_else(id, Ok) {
        Ok(id) => id,
        Err(_) => return Trouble::from(System::Internal).into_response(),
    };
    let lang = cookie_of(request.headers(), LANGUAGE).and_then(Lang::read).unwrap_or_default();
    let path = match *request.method() {
        Method::GET => request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        _ => "/".to_owned(),
    };
    let asked = request.uri().path().to_owned();
    let token = token(&screens.secret, &id);
    let visit = Visit { login: screens.visits().of(&id), token, lang, path, asked, cookie: name, id };
    let set = cookie(&visit.cookie, &visit.id);
    request.extensions_mut().insert(visit);
    let mut response = next.run(request).await;
    if is_new && !response.headers().contains_key(SET_COOKIE) {
        response.headers_mut().append(SET_COOKIE, set);
    }
    response
}

impl FromRequestParts<Arc<Screens>> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Screens>) -> Result<Visit, Trouble> {
        // The layer puts one into every request.
        parts.extensions.get::<Visit>().cloned().ok_or_else(|| System::Internal.into())
    }
}

impl Visit {
    /// Whether a form was made for this browser.
    pub(super) fn made(&self, token: &str) -> bool {
        let (ours, theirs) = (digest(&self.token), digest(token));
        ours.iter().zip(theirs).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
    }
}

/// What a form of a browser bears: nobody makes it without the secret, and it fits no other browser.
fn token(secret: &[u8; 32], id: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(secret);
    digest.update(id);
    hex(&digest.finalize())
}

fn cookie(name: &str, id: &str) -> HeaderValue {
    let value = format!("{name}={id}; Path=/; HttpOnly; SameSite=Strict");
    HeaderValue::try_from(value).expect("a name of letters and digits and an id of digits are a header")
}

fn cookie_name(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let port = host.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok()).unwrap_or(80);
    format!("renkei-{port}")
}

/// The value of a cookie; `None` where it is not there exactly once.
fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut found = all
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn is_id(text: &str) -> bool {
    text.len() == ID_CHARS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; ID_CHARS / 2];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_token_fits_its_browser_and_platform_only() {
        let made = token(&[1; 32], "a");
        assert_eq!(made.len(), 64);
        assert_ne!(made, token(&[1; 32], "b"));
        assert_ne!(made, token(&[2; 32], "a"));
    }

    #[test]
    fn a_cookie_that_is_there_twice_is_none() {
        let headers = |cookies: &[&'static str]| {
            cookies.iter().map(|cookie| (COOKIE, HeaderValue::from_static(cookie))).collect::<HeaderMap>()
        };
        for (cookies, found) in [
            (&["renkei-7000=a"][..], Some("a")),
            (&["x=1; renkei-7000=a; y=2"], Some("a")),
            (&["x=1", "renkei-7000=a"], Some("a")),
            (&["renkei-7001=a"], None),
            (&["renkei-7000=a; renkei-7000=b"], None),
            (&["renkei-7000=a", "renkei-7000=b"], None),
            (&[], None),
        ] {
            assert_eq!(cookie_of(&headers(cookies), "renkei-7000"), found, "{cookies:?}");
        }
    }

    #[test]
    fn for_one_login_too_many_the_oldest_ends() {
        let mut visits = Visits::default();
        let login = |office| Login {
            client: Some(ClientLogin {
                office: OfficeNumber::parse(office).unwrap(),
                name: String::new(),
                fingerprint: String::new(),
                access: String::new(),
                refresh: String::new(),
            }),
            ..Login::default()
        };
        for number in 0..=MOST {
            visits.put(&number.to_string(), login("9970100013"));
        }
        assert_eq!(visits.logins.len(), MOST);
        assert!(visits.of("0").client.is_none());
        assert!(visits.of("1").client.is_some());
    }
}
