//! The login of the client: the computer of an office, 個人ユーザ, then 事業所ユーザ. Knows the two steps;
//! the platform judges them.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::Screens;
use super::super::desk::{LOGIN, installed};
use super::super::form::Fields;
use super::super::frame::{Frame, shown};
use super::super::inside::Ask;
use super::super::trouble::{Trouble, see};
use super::super::visit::{ClientLogin, Step, Visit};
use crate::api::body::{LoginRequest, Nothing, SessionAnswer, StepAnswer};
use crate::model::OfficeNumber;
use crate::refusal::ErrorBody;
use crate::refusal::{System, Words};

#[derive(Template)]
#[template(path = "client/login.html")]
struct PersonalPage {
    frame: Frame,
    offices: Vec<Computer>,
    user: String,
    error: Option<ErrorBody>,
    /// Why the computer cannot connect.
    bare: Option<Words>,
}

/// The computer of an office.
struct Computer {
    number: String,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "client/login_office.html")]
struct OfficePage {
    frame: Frame,
    name: String,
    user: String,
    error: Option<ErrorBody>,
}

pub(super) async fn personal_page(State(screens): State<Arc<Screens>>, visit: Visit) -> Response {
    shown(&blank(&screens, &visit, visit.login.client.as_ref().map(|login| login.office.as_str())))
}

/// The first step.
pub(super) async fn personal(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Trouble> {
    let (office, user) = (fields.get("office"), fields.get("user"));
    let number = OfficeNumber::parse(office).ok_or(System::BadRequest)?;
    let page = blank(&screens, &visit, Some(office));
    let certificate = match installed(&screens.platform, &number, None) {
        Ok(certificate) => Arc::new(certificate),
        Err(why) => return Ok(shown(&PersonalPage { user: user.to_owned(), bare: Some(why), ..page })),
    };
    let request =
        LoginRequest { user_id: user.to_owned(), password: fields.get("password").to_owned(), step_token: None };
    let ask = Ask::post("/v1/login/personal", &request)?;
    match screens.inside.ask::<StepAnswer>(&certificate, None, ask).await {
        Ok(answer) => {
            let step = Step { office: number, fingerprint: certificate.fingerprint.clone(), token: answer.step_token };
            let cookie = screens.renew(&visit, |login| login.step = Some(step))?;
            Ok(cookie.on(see("/client/login/office")))
        }
        Err(trouble) => {
            let error = Some(trouble.refusal()?);
            Ok(shown(&PersonalPage { user: user.to_owned(), error, ..page }))
        }
    }
}

pub(super) async fn office_page(State(screens): State<Arc<Screens>>, visit: Visit) -> Result<Response, Trouble> {
    let step = visit.login.step.clone().ok_or(Trouble::LogIn(LOGIN))?;
    Ok(shown(&second(&screens, &visit, &step)))
}

/// The second step.
pub(super) async fn office(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Trouble> {
    let step = visit.login.step.clone().ok_or(Trouble::LogIn(LOGIN))?;
    let certificate = installed(&screens.platform, &step.office, Some(&step.fingerprint));
    let certificate = Arc::new(certificate.map_err(|_| Trouble::LogIn(LOGIN))?);
    let user = fields.get("user").to_owned();
    let request = LoginRequest {
        user_id: user.clone(),
        password: fields.get("password").to_owned(),
        step_token: Some(step.token.clone()),
    };
    let ask = Ask::post("/v1/login/office", &request)?;
    match screens.inside.ask::<SessionAnswer>(&certificate, None, ask).await {
        Ok(answer) => {
            let client = ClientLogin {
                office: answer.office.number,
                name: answer.office.name,
                fingerprint: certificate.fingerprint.clone(),
                access: answer.access_token,
                refresh: answer.refresh_token,
            };
            let cookie = screens.renew(&visit, |login| {
                login.step = None;
                login.client = Some(client);
            })?;
            Ok(cookie.on(see("/client")))
        }
        // The first step was too long ago.
        Err(Trouble::Said(401, _)) => Ok(see(LOGIN)),
        Err(trouble) => {
            let error = Some(trouble.refusal()?);
            Ok(shown(&OfficePage { user, error, ..second(&screens, &visit, &step) }))
        }
    }
}

/// Ends the session at the platform, too.
pub(super) async fn logout(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    _fields: Fields,
) -> Result<Response, Trouble> {
    if let Some(login) = &visit.login.client
        && let Ok(certificate) = installed(&screens.platform, &login.office, Some(&login.fingerprint))
    {
        let ask = Ask::post("/v1/logout", &Nothing {})?;
        // Whatever becomes of it, the browser is logged out.
        let _ = screens.inside.ask::<Nothing>(&Arc::new(certificate), Some(&login.access), ask).await;
    }
    let cookie = screens.renew(&visit, |login| login.client = None)?;
    Ok(cookie.on(see(LOGIN)))
}

fn blank(screens: &Screens, visit: &Visit, chosen: Option<&str>) -> PersonalPage {
    let offices = screens.platform.world.offices();
    let offices = offices.iter().map(|office| Computer {
        number: office.number.to_string(),
        name: office.name.clone(),
        chosen: chosen == Some(office.number.as_str()),
    });
    PersonalPage {
        offices: offices.collect(),
        frame: Frame::of(visit, "ログイン", "Log in").within("連携クライアント", "Client"),
        user: String::new(),
        error: None,
        bare: None,
    }
}

fn second(screens: &Screens, visit: &Visit, step: &Step) -> OfficePage {
    let office = screens.platform.world.office(&step.office);
    OfficePage {
        frame: Frame::of(visit, "事業所ユーザのログイン", "Log in as the office").within("連携クライアント", "Client"),
        name: office.map(|office| office.name.clone()).unwrap_or_default(),
        user: String::new(),
        error: None,
    }
}
