//! Requests and their answers over mutual TLS. Knows HTTP, timeouts and which failure is which; knows
//! no session and no delivery, and repeats nothing.

use std::error::Error;
use std::io;
use std::time::Duration;

use renkei_mock_platform::api::body::Answer;
use renkei_mock_platform::refusal::ErrorBody;
use renkei_validator::text::Message;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use rustls::AlertDescription;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use tokio::time::timeout;

use super::failure::Failure;
use super::profile::{Profile, Timeouts};
use super::retry::retry_after;
use super::trust;

/// The most bytes of an answer in JSON.
const MOST_JSON: usize = 8 << 20;

/// The most bytes of the body of an error; what is longer is not read.
const MOST_ERROR: usize = 64 << 10;

/// Bytes a second that an upload reaches at the very least, on top of the time for an answer.
const SLOWEST_UPLOAD: u64 = 16 << 10;

/// The platform, as far as one can connect to it.
pub(crate) struct Connection {
    client: Client,
    url: Url,
    timeouts: Timeouts,
}

impl Connection {
    /// Prepares connections; makes none.
    pub(crate) fn new(profile: &Profile) -> Result<Connection, Message> {
        let client = Client::builder()
            .tls_backend_preconfigured(trust::config(profile)?)
            .https_only(true)
            .http1_only()
            .no_proxy()
            .referer(false)
            .redirect(reqwest::redirect::Policy::none())
            // What is repeated, and when, is for `retry` alone.
            .retry(reqwest::retry::never())
            .connect_timeout(profile.timeouts.connect)
            .timeout(profile.timeouts.total)
            .user_agent(concat!("renkei/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Message::same(causes(&error)))?;
        Ok(Connection { client, url: profile.url.clone(), timeouts: profile.timeouts })
    }

    /// A request for a route, such as `v1/home`.
    pub(crate) fn request(&self, method: Method, route: &[&str]) -> RequestBuilder {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            // Each segment is escaped: an identifier of the server leads to no other route.
            path.pop_if_empty().extend(route);
        }
        self.client.request(method, url)
    }

    /// Sends a request and gives the answer as far as its head, if that is a good one. `upload` is the
    /// length of its body.
    pub(crate) async fn head(
        &self,
        request: RequestBuilder,
        upload: u64,
        now: OffsetDateTime,
    ) -> Result<Response, Failure> {
        let patience = self.timeouts.read + Duration::from_secs(upload / SLOWEST_UPLOAD);
        let response = timeout(patience, request.send()).await.map_err(|_| Failure::TimedOut)?;
        let response = response.map_err(|error| of_request(&error))?;
        let status = response.status();
        if status == StatusCode::OK {
            return Ok(response);
        }
        if status.is_redirection() {
            return Err(Failure::Redirected(status.as_u16()));
        }
        let retry_after = asked(response.headers(), now);
        // An error whose body cannot be read is the same error.
        let body = self.body(response, MOST_ERROR).await.unwrap_or_default();
        let error = match serde_json::from_slice::<Answer<serde::de::IgnoredAny>>(&body) {
            Ok(Answer::Error { error }) => Some(Box::new(error)),
            Ok(Answer::Ok { .. }) | Err(_) => None,
        };
        Err(Failure::Status { status: status.as_u16(), error, retry_after })
    }

    /// Sends a request and gives the data of its answer.
    pub(crate) async fn answer<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        upload: u64,
        now: OffsetDateTime,
    ) -> Result<T, Failure> {
        let response = self.head(request, upload, now).await?;
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("").to_owned();
        let body = self.body(response, MOST_JSON).await?;
        if !kind.trim_start().to_ascii_lowercase().starts_with("application/json") {
            let kind = if kind.is_empty() { "-".to_owned() } else { kind };
            return Err(Failure::NotUnderstood(format!("Content-Type {kind}")));
        }
        read(&body)
    }

    /// The next piece of an answer.
    pub(crate) async fn piece(&self, response: &mut Response) -> Result<Option<bytes::Bytes>, Failure> {
        let piece = timeout(self.timeouts.read, response.chunk()).await.map_err(|_| Failure::TimedOut)?;
        piece.map_err(|error| of_request(&error))
    }

    async fn body(&self, mut response: Response, most: usize) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece(&mut response).await? {
            if body.len() + piece.len() > most {
                return Err(Failure::TooMuch(format!("> {most} bytes")));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

/// Reads the body of an answer. What is cut is not JSON, and so is not believed.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    match serde_json::from_slice::<Answer<T>>(body) {
        Ok(Answer::Ok { data }) => Ok(data),
        Ok(Answer::Error { error }) => Err(Failure::Refused(Box::new(error))),
        Err(error) => {
            // An error body is believed even where `data` should have had a form we do not know.
            if let Ok(Answer::Error { error }) = serde_json::from_slice::<Answer<serde::de::IgnoredAny>>(body) {
                return Err(Failure::Refused(Box::<ErrorBody>::new(error)));
            }
            // Only the place: the rest of the text may quote what was received.
            Err(Failure::NotUnderstood(format!("JSON {}:{}", error.line(), error.column())))
        }
    }
}

fn asked(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    retry_after(text(RETRY_AFTER)?, text(DATE), now)
}

/// Which failure it is that a request ended with.
fn of_request(error: &reqwest::Error) -> Failure {
    if let Some(tls) = tls_error(error) {
        return of_tls(tls);
    }
    if error.is_timeout() {
        Failure::TimedOut
    } else if error.is_connect() {
        match io_error(error).map(io::Error::kind) {
            Some(
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof,
            ) => Failure::Broken(causes(error)),
            Some(_) | None => Failure::Unreachable(causes(error)),
        }
    } else {
        Failure::Broken(causes(error))
    }
}

fn of_tls(error: &rustls::Error) -> Failure {
    match error {
        rustls::Error::InvalidCertificate(why) => Failure::ServerCertificate(why.to_string()),
        rustls::Error::AlertReceived(
            alert @ (AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            // An authority of the same name with another key: its signature does not fit.
            | AlertDescription::DecryptError
            | AlertDescription::AccessDenied
            | AlertDescription::CertificateRequired),
        ) => Failure::ClientCertificate(format!("{alert:?}")),
        // An enum of another crate that grows.
        other => Failure::Broken(other.to_string()),
    }
}

fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

fn io_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    chain(error).filter_map(|cause| cause.downcast_ref()).last()
}

/// An error and what caused it. What an [`io::Error`] wraps is no `source` of it, but a cause.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn Error + 'static)),
        None => error.source(),
    })
}

/// What caused an error, in one line. Without addresses that were asked for: they are in the profile.
fn causes(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn unknown_fields_are_borne_and_other_forms_are_not() {
        let ok: Result<Value, _> = read(br#"{"status":"ok","data":{"a":1},"new":true}"#);
        assert_eq!(ok, Ok(serde_json::json!({"a": 1})));
        for body in [
            &b""[..],
            b"{",
            br#"{"status":"ok","data":{"a":1}"#,
            br#"{"status":"ok"}"#,
            br#"{"status":"well","data":1}"#,
            b"<html><body>maintenance</body></html>",
            b"{\"status\":\"ok\",\"data\":\"\x8a\xb4\"}",
        ] {
            let failure = read::<Value>(body).unwrap_err();
            assert!(matches!(failure, Failure::NotUnderstood(_)), "{failure:?}");
        }
    }

    #[test]
    fn a_business_error_is_a_refusal() {
        let body = r#"{"status":"error","error":{"code":"CPM-D04","message":{"ja":"組","en":"set"},"official_wording":false,"later":1}}"#;
        match read::<u32>(body.as_bytes()) {
            Err(Failure::Refused(error)) => assert_eq!((&*error.code, &*error.message.ja), ("CPM-D04", "組")),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_cause_is_found_inside_an_io_error() {
        let inner = rustls::Error::AlertReceived(AlertDescription::CertificateExpired);
        let outer = io::Error::new(io::ErrorKind::InvalidData, io::Error::other(inner));
        let found = tls_error(&outer).map(of_tls);
        assert_eq!(found, Some(Failure::ClientCertificate("CertificateExpired".to_owned())));
    }
}
