//! The first page, and the choice of the language. Knows where everything is.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use super::form::{Asked, Place};
use super::frame::{Frame, Lang, shown};
use super::trouble::{Trouble, see};
use super::visit::{LANGUAGE, Visit};
use super::write;
use super::{Screens, check};
use crate::refusal::System;

#[derive(Template)]
#[template(path = "landing.html")]
struct Page {
    frame: Frame,
    now: String,
    offices: usize,
    checks: bool,
}

pub(super) async fn page(State(screens): State<Arc<Screens>>, visit: Visit) -> Response {
    shown(&Page {
        frame: Frame::of(&visit, "はじめに", "Start"),
        now: write::minute(screens.platform.clock.now()),
        offices: screens.platform.world.offices().len(),
        checks: check::is_there(&screens),
    })
}

/// Remembers a language and leads back.
pub(super) async fn language(Place(code): Place<String>, back: Asked) -> Result<Response, Trouble> {
    let lang = Lang::read(&code).ok_or(System::NotFound)?;
    let mut response = see(if is_here(back.get("to")) { back.get("to") } else { "/" });
    let cookie = format!("{LANGUAGE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict", lang.code());
    response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(|_| System::Internal)?);
    Ok(response)
}

/// Whether an address leads to a page of this listener and nowhere else.
fn is_here(to: &str) -> bool {
    to.starts_with('/') && !to.starts_with("//") && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_listener_are_led_back_to() {
        for good in ["/", "/client/received?page=2", "/console"] {
            assert!(is_here(good), "{good}");
        }
        for bad in ["", "//example.com", "/\\example.com", "https://example.com", "client", "/a\r\nb", "/連携", "/a b"]
        {
            assert!(!is_here(bad), "{bad}");
        }
    }
}
