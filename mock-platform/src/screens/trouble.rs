//! Why a page is not shown, and the page that says so, in both languages. Knows failures; knows no page.

use askama::Template;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use renkei_validator::text::Message;

use super::frame::{Frame, shown_as};
use crate::api::respond::Failure;
use crate::refusal::{ErrorBody, System, Words};

/// Why a page is not shown.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The platform said no, with this status.
    Said(u16, Box<ErrorBody>),
    /// What the platform answered could not be read, or nothing came: as a fault plan can have it.
    NoAnswer,
    /// A form that was not made for this browser.
    ForeignForm,
    /// First a login.
    LogIn(&'static str),
}

impl From<System> for Trouble {
    fn from(system: System) -> Trouble {
        Trouble::Said(system.status(), Box::new(system.into()))
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        match failure {
            Failure::Business(refusal) => Trouble::Said(200, Box::new(refusal.into())),
            Failure::System(system, detail) => {
                let body = ErrorBody { detail: detail.map(Into::into), ..ErrorBody::from(system) };
                Trouble::Said(system.status(), Box::new(body))
            }
        }
    }
}

impl Trouble {
    /// One in words of a page, with this status.
    pub(super) fn said(status: u16, words: Message) -> Trouble {
        let body = ErrorBody { code: "—".to_owned(), message: words.into(), ..ErrorBody::from(System::BadRequest) };
        Trouble::Said(status, Box::new(body))
    }

    /// What it is about, where the page that asked can go on with it: the refusal of a form.
    ///
    /// # Errors
    /// Itself, where the page cannot.
    pub(super) fn refusal(self) -> Result<ErrorBody, Trouble> {
        match self {
            Trouble::Said(200, body) => Ok(*body),
            other @ (Trouble::Said(..) | Trouble::NoAnswer | Trouble::ForeignForm | Trouble::LogIn(_)) => Err(other),
        }
    }

    /// What is said of it.
    pub(super) fn body(self) -> (u16, ErrorBody) {
        match self {
            Trouble::Said(status, body) => (status, *body),
            Trouble::NoAnswer => (
                502,
                ErrorBody {
                    code: "—".to_owned(),
                    message: Words {
                        ja: "プラットフォームからの応答がないか、読み取れませんでした。処理が行われたかどうかは、一覧で確認してください。".to_owned(),
                        en: "The platform gave no answer that could be read. The lists tell whether it did what was asked.".to_owned(),
                    },
                    ..ErrorBody::from(System::Unavailable)
                },
            ),
            Trouble::ForeignForm => (
                403,
                ErrorBody {
                    message: Words {
                        ja: "この画面は古くなっています。前の画面に戻り、再読み込みしてから操作してください。".to_owned(),
                        en: "This form is out of date. Go back, load the page again, and repeat what you did.".to_owned(),
                    },
                    ..ErrorBody::from(System::Forbidden)
                },
            ),
            Trouble::LogIn(_) => (401, System::Unauthorized.into()),
        }
    }
}

/// The page; both languages, as it may come where no browser is known.
#[derive(Template)]
#[template(path = "trouble.html")]
struct Page {
    frame: Frame,
    error: ErrorBody,
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        if let Trouble::LogIn(to) = self {
            return see(to);
        }
        let (status, error) = self.body();
        let status = match status {
            // A business error that no form shows.
            200 => StatusCode::UNPROCESSABLE_ENTITY,
            other => StatusCode::from_u16(other).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        };
        let frame = Frame { title: "エラー / Error".to_owned(), path: "/".to_owned(), ..Frame::default() };
        shown_as(status, &Page { frame, error })
    }
}

/// Leads on to another page of this listener.
pub(super) fn see(path: &str) -> Response {
    let place = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response()
}

pub(super) async fn no_such_page() -> Trouble {
    System::NotFound.into()
}

pub(super) async fn no_such_method() -> Trouble {
    System::MethodNotAllowed.into()
}
