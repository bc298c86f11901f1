//! 利用状況Webサイト: login, トップ, ライセンス and 利用申請/更新. Knows its pages and their order; the platform
//! judges what is applied for.
//!
//! Known: the form is checked after はい in the dialog, and messages stand beside the fields. Assumption:
//! without a script the dialog is a page, and boxes can be ticked without scrolling.

use askama::Template;
use axum::response::Response;

use super::counter::{self, Counter};
use super::form::Fields;
use super::frame::{Frame, Tabs, shown};
use super::inside::Ask;
use super::routes::Routes;
use super::trouble::{Trouble, see};
use super::write;
use crate::api::body::{LicenceApplication, LicenceApplied, LicenceView, Nothing};
use crate::model::Applicant;
use crate::refusal::{ErrorBody, FieldError};
use crate::site::SiteTop;

const TABS: &Tabs = &[
    ("/usage", "トップ", "Top"),
    ("/usage/licence", "ライセンス", "Licence"),
    ("/usage/application", "利用申請/更新", "Apply or renew"),
];

pub(super) fn routes() -> Routes {
    Routes::default()
        .page("/", top)
        .page("/login", counter::login_page)
        .form("/login", counter::login)
        .form("/logout", counter::logout)
        .page("/licence", licence)
        .form("/licence", opt_out)
        .page("/application", application)
        .page("/application/form", form)
        .form("/application/form", apply)
}

#[derive(Template)]
#[template(path = "usage/top.html")]
struct TopPage {
    frame: Frame,
    top: SiteTop,
}

#[derive(Template)]
#[template(path = "usage/licence.html")]
struct LicencePage {
    frame: Frame,
    view: LicenceView,
    until: String,
    balance: String,
    error: Option<ErrorBody>,
}

#[derive(Template)]
#[template(path = "usage/application.html")]
struct ApplicationPage {
    frame: Frame,
    view: LicenceView,
    user: String,
}

#[derive(Template)]
#[template(path = "usage/form.html")]
struct FormPage {
    frame: Frame,
    office: String,
    rows: Vec<FormRow>,
    error: Option<ErrorBody>,
    agreed: bool,
}

/// A line of the form.
struct FormRow {
    label: &'static str,
    english: &'static str,
    inputs: Vec<Input>,
    /// What is wrong, beside the fields.
    wrong: Option<FieldError>,
}

struct Input {
    name: &'static str,
    /// 姓 or 名, where there are two.
    part: &'static str,
    kind: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "usage/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    values: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "usage/applied.html")]
struct AppliedPage {
    frame: Frame,
    applied: LicenceApplied,
    office: String,
    /// 申請日, as the real page writes days: `2024/3/19`
    day: String,
    until: String,
}

async fn top(mut counter: Counter) -> Result<Response, Trouble> {
    let top: SiteTop = counter.ask(Ask::get("/site/top")).await?;
    Ok(shown(&TopPage { frame: frame(&counter, "/usage", "トップ", "Top"), top }))
}

async fn licence(mut counter: Counter) -> Result<Response, Trouble> {
    let view = counter.ask(Ask::get("/site/licence")).await?;
    Ok(shown(&licence_page(&counter, view, None)))
}

/// The office wants no renewal.
async fn opt_out(mut counter: Counter, _fields: Fields) -> Result<Response, Trouble> {
    match counter.ask::<LicenceView>(Ask::post("/site/licence/opt-out", &Nothing {})?).await {
        Ok(_) => Ok(see("/usage/licence")),
        Err(trouble) => {
            let error = Some(trouble.refusal()?);
            let view = counter.ask(Ask::get("/site/licence")).await?;
            Ok(shown(&licence_page(&counter, view, error)))
        }
    }
}

async fn application(mut counter: Counter) -> Result<Response, Trouble> {
    let view = counter.ask(Ask::get("/site/licence")).await?;
    let office = counter.screens.platform.world.office(&counter.login.office);
    Ok(shown(&ApplicationPage {
        frame: frame(&counter, "/usage/application", "利用申請/更新", "Apply or renew"),
        view,
        user: office.map(|office| office.office_user.id.clone()).unwrap_or_default(),
    }))
}

async fn form(mut counter: Counter) -> Result<Response, Trouble> {
    let view: LicenceView = counter.ask(Ask::get("/site/licence")).await?;
    if !view.can_apply {
        return Ok(see("/usage/application"));
    }
    Ok(shown(&form_page(&counter, &Applicant::default(), None, false)))
}

/// 申請, and what is answered to its dialog.
async fn apply(mut counter: Counter, fields: Fields) -> Result<Response, Trouble> {
    let text = |name| fields.get(name).to_owned();
    let application = LicenceApplication {
        applicant: Applicant {
            representative_family_name: text("representative_family_name"),
            representative_given_name: text("representative_given_name"),
            contact_family_name: text("contact_family_name"),
            contact_given_name: text("contact_given_name"),
            phone: text("phone"),
            mail: text("mail"),
            mail_again: text("mail_again"),
        },
        terms_agreed: fields.get("terms") == "yes",
        privacy_agreed: fields.get("privacy") == "yes",
    };
    let agreed = application.terms_agreed && application.privacy_agreed;
    match fields.get("answer") {
        "yes" => {}
        "no" => return Ok(shown(&form_page(&counter, &application.applicant, None, agreed))),
        _ => return Ok(shown(&confirm_page(&counter, &application))),
    }
    match counter.ask::<LicenceApplied>(Ask::post("/site/licence/application", &application)?).await {
        Ok(applied) => {
            let day = applied.applied_on;
            Ok(shown(&AppliedPage {
                frame: frame(&counter, "/usage/application", "利用申請完了", "Application complete"),
                office: counter.login.name.clone(),
                day: format!("{}/{}/{}", day.year(), u8::from(day.month()), day.day()),
                until: write::day(applied.until),
                applied,
            }))
        }
        Err(trouble) => {
            let error = trouble.refusal()?;
            Ok(shown(&form_page(&counter, &application.applicant, Some(error), agreed)))
        }
    }
}

fn frame(counter: &Counter, here: &str, ja: &str, en: &str) -> Frame {
    counter.frame(ja, en).with_tabs(TABS, here)
}

fn licence_page(counter: &Counter, view: LicenceView, error: Option<ErrorBody>) -> LicencePage {
    LicencePage {
        frame: frame(counter, "/usage/licence", "ライセンス", "Licence"),
        until: view.until.map_or_else(|| "—".to_owned(), write::day),
        balance: write::bytes(view.balance.into()),
        view,
        error,
    }
}

fn confirm_page(counter: &Counter, application: &LicenceApplication) -> ConfirmPage {
    let yes = |is: bool| if is { "yes" } else { "" }.to_owned();
    let mut values: Vec<(&'static str, String)> =
        rows(&application.applicant, &[]).into_iter().flat_map(|row| row.inputs).map(|i| (i.name, i.value)).collect();
    values.extend([("terms", yes(application.terms_agreed)), ("privacy", yes(application.privacy_agreed))]);
    ConfirmPage { frame: frame(counter, "/usage/application", "利用規約", "Terms"), values }
}

fn form_page(counter: &Counter, applicant: &Applicant, error: Option<ErrorBody>, agreed: bool) -> FormPage {
    let wrong = error.as_ref().map(|error| error.fields.clone()).unwrap_or_default();
    FormPage {
        frame: frame(counter, "/usage/application", "利用規約", "Terms"),
        office: counter.login.name.clone(),
        rows: rows(applicant, &wrong),
        error,
        agreed,
    }
}

fn rows(applicant: &Applicant, wrong: &[FieldError]) -> Vec<FormRow> {
    let Applicant {
        representative_family_name,
        representative_given_name,
        contact_family_name,
        contact_given_name,
        phone,
        mail,
        mail_again,
    } = applicant;
    let input = |name, part, kind, value: &String| Input { name, part, kind, value: value.clone() };
    let row = |label, english, inputs: Vec<Input>| {
        // Two fields have one place for a message, as on the real screen.
        let wrong = wrong.iter().find(|error| inputs.iter().any(|input| input.name == error.field)).cloned();
        FormRow { label, english, inputs, wrong }
    };
    vec![
        row(
            "代表者氏名",
            "Representative",
            vec![
                input("representative_family_name", "姓", "text", representative_family_name),
                input("representative_given_name", "名", "text", representative_given_name),
            ],
        ),
        row(
            "担当者氏名",
            "Contact",
            vec![
                input("contact_family_name", "姓", "text", contact_family_name),
                input("contact_given_name", "名", "text", contact_given_name),
            ],
        ),
        row("電話番号 (ハイフンなし)", "Phone, digits only", vec![input("phone", "", "tel", phone)]),
        row("メールアドレス", "Mail address", vec![input("mail", "", "text", mail)]),
        row("メールアドレス (確認用)", "Mail address, again", vec![input("mail_again", "", "text", mail_again)]),
    ]
}
