//! What is around every page: language, banner, navigation, headers. Knows no content.

use askama::Template;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::visit::Visit;
use crate::refusal::Words;

/// What a page may load and where it may send: this listener only.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    form-action 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lang {
    #[default]
    Ja,
    En,
}

impl Lang {
    pub(super) fn read(code: &str) -> Option<Lang> {
        match code {
            "ja" => Some(Lang::Ja),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Lang::Ja => "ja",
            Lang::En => "en",
        }
    }

    /// One of two texts.
    pub(super) fn of<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Ja => ja,
            Lang::En => en,
        }
    }
}

/// A place in the navigation.
#[derive(Clone, Debug)]
pub(super) struct Tab {
    pub(super) href: &'static str,
    pub(super) text: &'static str,
    pub(super) here: bool,
}

/// What is around a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub(super) lang: Lang,
    /// What a form sends back.
    pub(super) token: String,
    /// Where the language switch leads back to.
    pub(super) path: String,
    pub(super) title: String,
    /// The area of the page; empty on the first one.
    pub(super) area: String,
    pub(super) tabs: Vec<Tab>,
    /// Who has logged in.
    pub(super) who: String,
    /// Where the logout is sent to; empty without a login.
    pub(super) logout: &'static str,
}

/// Places of an area: address, 日本語, English.
pub(super) type Tabs = [(&'static str, &'static str, &'static str)];

impl Frame {
    /// A page without an area.
    pub(super) fn of(visit: &Visit, ja: &str, en: &str) -> Frame {
        Frame {
            lang: visit.lang,
            token: visit.token.clone(),
            path: visit.path.clone(),
            title: visit.lang.of(ja, en).to_owned(),
            ..Frame::default()
        }
    }

    /// The same in an area.
    pub(super) fn within(self, ja: &str, en: &str) -> Frame {
        Frame { area: self.lang.of(ja, en).to_owned(), ..self }
    }

    /// The same with a navigation, one place of which is here.
    pub(super) fn with_tabs(self, tabs: &Tabs, here: &str) -> Frame {
        let lang = self.lang;
        let tab = |(href, ja, en): &(&'static str, &'static str, &'static str)| Tab {
            href,
            text: lang.of(ja, en),
            here: *href == here,
        };
        Frame { tabs: tabs.iter().map(tab).collect(), ..self }
    }

    /// One of two texts.
    pub(super) fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        self.lang.of(ja, en)
    }

    /// A text as a value in an address.
    pub(super) fn url(&self, text: &str) -> String {
        form_urlencoded::byte_serialize(text.as_bytes()).collect()
    }

    /// A sentence that is there in both languages.
    pub(super) fn w<'a>(&self, words: &'a Words) -> &'a str {
        self.lang.of(&words.ja, &words.en)
    }
}

/// Answers with a page.
pub(super) fn shown(page: &impl Template) -> Response {
    shown_as(StatusCode::OK, page)
}

/// The same with another status.
pub(super) fn shown_as(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => {
            (status, [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], html).into_response()
        }
        // Writing into a text fails only where a part of the page does, and none of ours can.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The layer that puts the headers of a careful page on every answer.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: with that, browsers would hide the origin of forms, which is looked at.
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        // A page that says more of itself is left alone.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
