//! Offices: users with their passwords, licences, certificates to approve and to revoke. Knows how they are
//! shown and changed by the operator.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;
use time::Date;
use time::macros::format_description;

use super::super::Screens;
use super::super::form::{Fields, Place, id};
use super::super::frame::{Frame, shown};
use super::super::inside::Ask;
use super::super::trouble::{Trouble, see};
use super::super::visit::Visit;
use super::super::write;
use crate::accounts;
use crate::api::respond::Failure;
use crate::clock::JST;
use crate::licence::{self, LicenceState};
use crate::model::{Applicant, CertificateState, Licence, Office, OfficeNumber, PasswordState, User};
use crate::platform::Platform;
use crate::refusal::System;
use crate::world::UserKind;

#[derive(Template)]
#[template(path = "console/offices.html")]
struct Page {
    frame: Frame,
    offices: Vec<Entry>,
}

struct Entry {
    number: String,
    name: String,
    service_types: String,
    /// 有効期限; empty without a licence.
    until: String,
    valid: bool,
    users: Vec<Account>,
    applied: bool,
}

struct Account {
    key: &'static str,
    id: String,
    password: String,
    state: &'static str,
    locked: bool,
}

#[derive(Template)]
#[template(path = "console/office.html")]
struct OfficePage {
    frame: Frame,
    entry: Entry,
    /// 有効期限, as a field for a day takes it.
    field: String,
    /// 差引状態; none without a licence.
    paid: Option<bool>,
    renews: bool,
    certificates: Vec<Certificate>,
}

struct Certificate {
    no: u32,
    kind: &'static str,
    from: String,
    until: String,
    /// Empty until it is issued.
    serial: String,
    revoked: bool,
}

pub(super) async fn page(State(screens): State<Arc<Screens>>, visit: Visit) -> Response {
    let offices = screens.platform.world.offices();
    shown(&Page {
        frame: super::frame(&visit, "/console/offices", "事業所", "Offices"),
        offices: offices.iter().map(|office| entry(&screens.platform, office)).collect(),
    })
}

pub(super) async fn one(
    State(screens): State<Arc<Screens>>,
    visit: Visit,
    Place(number): Place<OfficeNumber>,
) -> Result<Response, Trouble> {
    let platform = &screens.platform;
    let office = platform.world.office(&number).ok_or(System::NotFound)?;
    let now = platform.clock.now();
    let day = |at: time::OffsetDateTime| write::day(at.to_offset(JST).date());
    let certificates = office.certificates.iter().rev().map(|certificate| {
        let kind = super::super::certificates::name(certificate.kind);
        let no = certificate.no;
        match &certificate.state {
            CertificateState::Applied { .. } => Certificate {
                no,
                kind,
                from: String::new(),
                until: String::new(),
                serial: String::new(),
                revoked: false,
            },
            CertificateState::Issued { from, until, serial, .. } => Certificate {
                no,
                kind,
                from: day(*from),
                until: day(*until),
                serial: serial.clone(),
                revoked: platform.authority.revoked_since(serial).is_some_and(|since| now >= since),
            },
        }
    });
    let today = platform.clock.today();
    let last = match licence::state(&office, today) {
        LicenceState::Valid { until } | LicenceState::Expired { until } => until,
        LicenceState::None => licence::end_of_term(today),
    };
    Ok(shown(&OfficePage {
        field: last.to_string(),
        paid: office.licence.as_ref().map(|licence| licence.paid),
        renews: office.licence.as_ref().is_some_and(|licence| licence.renews),
        frame: super::frame(&visit, "/console/offices", "事業所", "Offices"),
        certificates: certificates.collect(),
        entry: entry(platform, &office),
    }))
}

/// Changes the state of passwords, and unlocks.
pub(super) async fn users(
    State(screens): State<Arc<Screens>>,
    Place(number): Place<OfficeNumber>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let change = screens.platform.world.change(&number, |office| {
        for kind in [UserKind::Office, UserKind::Personal] {
            let user = kind.of_mut(office);
            user.state = match fields.get(key(kind)) {
                "temporary" => PasswordState::Temporary,
                "expired" => PasswordState::Expired,
                _ => PasswordState::Regular,
            };
            (user.failures, user.locked_until) = (0, None);
        }
        Ok(())
    });
    change.await.map_err(Failure::from)?;
    Ok(see(&format!("/console/offices/{number}")))
}

/// Gives, ends, settles and takes away a licence.
pub(super) async fn licence(
    State(screens): State<Arc<Screens>>,
    Place(number): Place<OfficeNumber>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let back = format!("/console/offices/{number}");
    let today = screens.platform.clock.today();
    let world = &screens.platform.world;
    match fields.get("change") {
        "paid" => {
            let path = format!("/manage/offices/{number}/licence/paid");
            screens.inside.manage::<Value>(Ask::post(path, &serde_json::json!({}))?).await?;
        }
        "until" => {
            let form = format_description!("[year]-[month]-[day]");
            let until = Date::parse(fields.get("until"), form).map_err(|_| System::BadRequest)?;
            let change = world.change(&number, |office| {
                office.licence = Some(ending(office.licence.take(), until, today));
                Ok(())
            });
            change.await.map_err(Failure::from)?;
        }
        "none" => {
            let change = world.change(&number, |office| {
                office.licence = None;
                Ok(())
            });
            change.await.map_err(Failure::from)?;
        }
        _ => return Err(System::BadRequest.into()),
    }
    Ok(see(&back))
}

/// A licence whose last day is given. It does not renew itself, or it would not end there.
fn ending(known: Option<Licence>, until: Date, today: Date) -> Licence {
    let known = known.unwrap_or_else(|| Licence {
        applied_on: today,
        from: today,
        until,
        paid: true,
        renews: false,
        applicant: Applicant::default(),
    });
    let from = if known.from <= until { known.from } else { until };
    Licence { from, until, renews: false, ..known }
}

/// Issues what was applied for.
pub(super) async fn approve(
    State(screens): State<Arc<Screens>>,
    Place((number, no)): Place<(OfficeNumber, u32)>,
    _fields: Fields,
) -> Result<Response, Trouble> {
    let path = format!("/manage/offices/{number}/certificates/{no}/approve");
    screens.inside.manage::<Value>(Ask::post(path, &serde_json::json!({}))?).await?;
    Ok(see(&format!("/console/offices/{number}")))
}

pub(super) async fn revoke(
    State(screens): State<Arc<Screens>>,
    Place((number, serial)): Place<(OfficeNumber, String)>,
    _fields: Fields,
) -> Result<Response, Trouble> {
    let path = format!("/manage/certificates/{}/revoke", id(&serial)?);
    screens.inside.manage::<Value>(Ask::post(path, &serde_json::json!({}))?).await?;
    Ok(see(&format!("/console/offices/{number}")))
}

fn entry(platform: &Platform, office: &Office) -> Entry {
    let (until, valid) = match licence::state(office, platform.clock.today()) {
        LicenceState::None => (String::new(), false),
        LicenceState::Valid { until } => (write::day(until), true),
        LicenceState::Expired { until } => (write::day(until), false),
    };
    let now = platform.clock.now();
    let account = |kind: UserKind| {
        let user: &User = kind.of(office);
        Account {
            key: key(kind),
            id: user.id.clone(),
            password: user.password.clone(),
            state: match user.state {
                PasswordState::Regular => "regular",
                PasswordState::Temporary => "temporary",
                PasswordState::Expired => "expired",
            },
            locked: accounts::is_locked(user, now, &platform.settings),
        }
    };
    Entry {
        number: office.number.to_string(),
        name: office.name.clone(),
        service_types: office.service_types.join(", "),
        until,
        valid,
        users: vec![account(UserKind::Office), account(UserKind::Personal)],
        applied: office.certificates.iter().any(|one| matches!(one.state, CertificateState::Applied { .. })),
    }
}

fn key(kind: UserKind) -> &'static str {
    match kind {
        UserKind::Office => "office_user",
        UserKind::Personal => "personal_user",
    }
}
