//! The login of 事業所ユーザ at 利用状況Webサイト and at the certificate office, without a certificate. Knows
//! how to ask in that session; knows no page behind it.
//!
//! Assumption: one login is good for both, as the platform's own routes have it; the real ones are two
//! systems with the same user.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::Screens;
use super::form::Fields;
use super::frame::{Frame, shown};
use super::inside::Ask;
use super::trouble::{Trouble, see};
use super::visit::{SiteLogin, Visit};
use crate::api::body::Nothing;
use crate::refusal::ErrorBody;
use crate::site::{SiteLogin as Request, SiteToken};

/// The areas behind this login.
struct Area {
    home: &'static str,
    login: &'static str,
    logout: &'static str,
    name: (&'static str, &'static str),
}

const USAGE: Area = Area {
    home: "/usage",
    login: "/usage/login",
    logout: "/usage/logout",
    name: ("利用状況Webサイト", "利用状況Webサイト (usage)"),
};
const CERTIFICATES: Area = Area {
    home: "/e-seikyuu",
    login: "/e-seikyuu/login",
    logout: "/e-seikyuu/logout",
    name: ("証明書", "Certificates"),
};

impl Area {
    fn of(visit: &Visit) -> &'static Area {
        if visit.asked.starts_with(CERTIFICATES.home) { &CERTIFICATES } else { &USAGE }
    }
}

/// A browser that has logged in as 事業所ユーザ.
pub(super) struct Counter {
    pub(super) screens: Arc<Screens>,
    pub(super) visit: Visit,
    pub(super) login: SiteLogin,
}

impl FromRequestParts<Arc<Screens>> for Counter {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, screens: &Arc<Screens>) -> Result<Counter, Trouble> {
        let visit = Visit::from_request_parts(parts, screens).await?;
        let login = visit.login.site.clone().ok_or(Trouble::LogIn(Area::of(&visit).login))?;
        Ok(Counter { screens: Arc::clone(screens), visit, login })
    }
}

impl Counter {
    pub(super) async fn ask<T: DeserializeOwned>(&mut self, ask: Ask) -> Result<T, Trouble> {
        let answered = self.screens.inside.ask_site(Some(&self.login.token), ask).await;
        answered.map_err(|trouble| self.ended(trouble))
    }

    pub(super) async fn file(&mut self, ask: Ask) -> Result<Response, Trouble> {
        let answered = self.screens.inside.file_of_site(&self.login.token, ask).await;
        answered.map_err(|trouble| self.ended(trouble))
    }

    /// What is around a page of the area.
    pub(super) fn frame(&self, ja: &str, en: &str) -> Frame {
        let area = Area::of(&self.visit);
        let who = format!("{}（{}）", self.login.name, self.login.office);
        let frame = Frame::of(&self.visit, ja, en).within(area.name.0, area.name.1);
        Frame { who, logout: area.logout, ..frame }
    }

    /// A session that is over has to begin again.
    fn ended(&self, trouble: Trouble) -> Trouble {
        match trouble {
            Trouble::Said(401, _) => {
                self.screens.change_login(&self.visit.id, |login| login.site = None);
                Trouble::LogIn(Area::of(&self.visit).login)
            }
            other => other,
        }
    }
}

#[derive(Template)]
#[template(path = "usage/login.html")]
struct Page {
    frame: Frame,
    action: &'static str,
    user: String,
    error: Option<ErrorBody>,
}

pub(super) async fn login_page(visit: Visit) -> Response {
    shown(&of(&visit, "", None))
}

pub(super) async fn login(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Trouble> {
    let user = fields.get("user");
    let request = Request { user_id: user.to_owned(), password: fields.get("password").to_owned() };
    match screens.inside.ask_site::<SiteToken>(None, Ask::post("/site/login", &request)?).await {
        Ok(SiteToken { token, top, .. }) => {
            let site = SiteLogin { office: top.office.number, name: top.office.name, token };
            let cookie = screens.renew(&visit, |login| login.site = Some(site))?;
            Ok(cookie.on(see(Area::of(&visit).home)))
        }
        Err(trouble) => Ok(shown(&of(&visit, user, Some(trouble.refusal()?)))),
    }
}

pub(super) async fn logout(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    _fields: Fields,
) -> Result<Response, Trouble> {
    if let Some(login) = &visit.login.site {
        // Whatever becomes of it, the browser is logged out.
        let _ = screens.inside.ask_site::<Nothing>(Some(&login.token), Ask::post("/site/logout", &Nothing {})?).await;
    }
    let cookie = screens.renew(&visit, |login| (login.site, login.issue) = (None, None))?;
    Ok(cookie.on(see(Area::of(&visit).login)))
}

fn of(visit: &Visit, user: &str, error: Option<ErrorBody>) -> Page {
    let area = Area::of(visit);
    Page {
        frame: Frame::of(visit, "ログイン", "Log in").within(area.name.0, area.name.1),
        action: area.login,
        user: user.to_owned(),
        error,
    }
}
