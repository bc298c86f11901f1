//! Forms and addresses, as browsers write them. Knows fields and the token of a form; knows no page.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Screens;
use super::trouble::Trouble;
use super::visit::Visit;
use crate::api::respond::{Path, collect};
use crate::refusal::System;

/// Bytes of a form without files.
const MOST_FORM_BYTES: usize = 64 << 10;

/// The fields of a form that was made for this browser.
#[derive(Debug)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The value of a field; empty where it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of a field.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// Reads a form, whoever made it.
    fn read(bytes: &[u8]) -> Fields {
        Fields(form_urlencoded::parse(bytes).into_owned().collect())
    }
}

/// What stands behind the `?` of an address.
#[derive(Debug)]
pub(super) struct Asked(Fields);

impl Asked {
    /// A value; empty where it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name)
    }
}

impl FromRequestParts<Arc<Screens>> for Asked {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Screens>) -> Result<Asked, Trouble> {
        Ok(Asked(Fields::read(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

/// The parameters of a path.
#[derive(Debug)]
pub(super) struct Place<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Screens>> for Place<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, screens: &Arc<Screens>) -> Result<Place<T>, Trouble> {
        let Path(parameters) = Path::from_request_parts(parts, screens).await?;
        Ok(Place(parameters))
    }
}

/// A number of a thing, as it may stand in a path that is asked for: letters and digits.
pub(super) fn id(text: &str) -> Result<&str, Trouble> {
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits { Ok(text) } else { Err(System::NotFound.into()) }
}

impl FromRequest<Arc<Screens>> for Fields {
    type Rejection = Trouble;

    async fn from_request(request: Request, screens: &Arc<Screens>) -> Result<Fields, Trouble> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, screens).await?;
        if !is_form(&parts.headers) {
            return Err(System::UnsupportedMediaType.into());
        }
        let bytes = collect(body, MOST_FORM_BYTES).await?;
        let fields = Fields::read(&bytes);
        if visit.made(fields.get("token")) { Ok(fields) } else { Err(Trouble::ForeignForm) }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let fields = Fields::read("id=a&id=b+c&message=%E9%80%A3%0D%0A%3Cb%3E&empty=&odd=%FF".as_bytes());
        assert_eq!(fields.all("id"), ["a", "b c"]);
        assert_eq!(fields.get("message"), "連\r\n<b>");
        assert!(id("R0000000001").is_ok());
        for odd in ["", "..", "R1/files/0", "R1?x", "R1%2F", "連"] {
            assert!(id(odd).is_err(), "{odd}");
        }
        assert_eq!((fields.get("empty"), fields.get("missing"), fields.get("odd")), ("", "", "\u{FFFD}"));
    }
}
