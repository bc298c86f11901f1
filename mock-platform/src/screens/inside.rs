//! Asks the platform's routes without a socket: the same handlers, journal and faults as for a client
//! that connects. Knows requests and answers; knows no page.
//!
//! A fault that breaks the connection shows as [`Trouble::NoAnswer`]; one below HTTP strikes no page, as
//! there is no connection.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderValue, Method, Request};
use axum::response::Response;
use futures_util::stream;
use http_body_util::{BodyExt, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;

use super::trouble::Trouble;
use crate::api::body::Nothing;
use crate::platform::Platform;
use crate::refusal::System;
use crate::tls::{Peer, PeerCertificate};
use crate::wire::Control;
use crate::{api, manage};

/// How long an answer may take: longer than a browser's reader waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes of an answer that is no file.
const MOST: usize = 64 << 20;

/// The routes.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    v1: Router,
    site: Router,
    manage: Router,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    method: Method,
    path: String,
    content: Option<Content>,
    key: Option<HeaderValue>,
}

#[derive(Clone, Debug)]
struct Content {
    media_type: HeaderValue,
    chunks: Vec<Bytes>,
}

impl Ask {
    pub(super) fn get(path: impl Into<String>) -> Ask {
        Ask { method: Method::GET, path: path.into(), content: None, key: None }
    }

    /// A request to take something away.
    pub(super) fn delete(path: impl Into<String>) -> Ask {
        Ask { method: Method::DELETE, ..Ask::get(path) }
    }

    /// A request with a JSON body.
    pub(super) fn post(path: impl Into<String>, body: &impl Serialize) -> Result<Ask, Trouble> {
        let json = serde_json::to_vec(body).map_err(|_| System::Internal)?;
        let content = Content { media_type: HeaderValue::from_static("application/json"), chunks: vec![json.into()] };
        Ok(Ask { method: Method::POST, path: path.into(), content: Some(content), key: None })
    }

    /// The same with PUT.
    pub(super) fn put(path: impl Into<String>, body: &impl Serialize) -> Result<Ask, Trouble> {
        Ok(Ask { method: Method::PUT, ..Ask::post(path, body)? })
    }

    /// A request with a body in TOML.
    pub(super) fn put_toml(path: impl Into<String>, text: &str) -> Ask {
        let media_type = HeaderValue::from_static("application/toml");
        let content = Content { media_type, chunks: vec![Bytes::copy_from_slice(text.as_bytes())] };
        Ask { method: Method::PUT, path: path.into(), content: Some(content), key: None }
    }

    /// A delivery: its JSON part and its files.
    pub(super) fn delivery(
        request: &impl Serialize,
        files: &[(&str, Bytes)],
        boundary: &str,
        key: &str,
    ) -> Result<Ask, Trouble> {
        let json = serde_json::to_string(request).map_err(|_| System::Internal)?;
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"delivery\"\r\nContent-Type: application/json\r\n\r\n{json}\r\n"
        );
        let mut chunks = vec![Bytes::from(head)];
        for (name, bytes) in files {
            // In this form no name can end the header, whatever is in it.
            let name = percent(name);
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''{name}\r\n\r\n"
            );
            chunks.extend([Bytes::from(head), bytes.clone(), Bytes::from_static(b"\r\n")]);
        }
        chunks.push(Bytes::from(format!("--{boundary}--\r\n")));
        let media_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
        let content = Content { media_type: media_type.map_err(|_| System::Internal)?, chunks };
        let key = Some(HeaderValue::try_from(key).map_err(|_| System::Internal)?);
        Ok(Ask { method: Method::POST, path: "/v1/deliveries".to_owned(), content: Some(content), key })
    }

    fn request(self, token: Option<&str>) -> Result<Request<Body>, Trouble> {
        let mut request = Request::builder().method(self.method).uri(self.path).header(HOST, "localhost");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = self.key {
            request = request.header("idempotency-key", key);
        }
        let body = match self.content {
            Some(Content { media_type, chunks }) => {
                request = request.header(CONTENT_TYPE, media_type);
                Body::from_stream(stream::iter(chunks.into_iter().map(Ok::<_, std::io::Error>)))
            }
            None => Body::empty(),
        };
        // A path of ours with values that are not those of one names nothing.
        request.body(body).map_err(|_| System::NotFound.into())
    }
}

impl Inside {
    pub(super) fn of(platform: &Arc<Platform>) -> Inside {
        Inside { v1: api::served(platform), site: api::served_site(platform), manage: manage::routes(platform) }
    }

    /// Asks on a connection of a certificate, and reads the answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        certificate: &Arc<PeerCertificate>,
        token: Option<&str>,
        ask: Ask,
    ) -> Result<T, Trouble> {
        read(self.connected(certificate, token, ask)).await
    }

    /// Asks 利用状況Webサイト or the certificate office, and reads the answer.
    pub(super) async fn ask_site<T: DeserializeOwned>(&self, token: Option<&str>, ask: Ask) -> Result<T, Trouble> {
        read(self.unconnected(token, ask)).await
    }

    /// Asks the management, and reads the answer.
    pub(super) async fn manage<T: DeserializeOwned>(&self, ask: Ask) -> Result<T, Trouble> {
        read(async { Ok((Control::default(), answered(&self.manage, ask.request(None)?).await)) }).await
    }

    /// Asks for a file, which is handed on as it comes; what the platform does when its last byte has
    /// left is done then.
    pub(super) async fn file(
        &self,
        certificate: &Arc<PeerCertificate>,
        token: &str,
        ask: Ask,
    ) -> Result<Response, Trouble> {
        hand_on(self.connected(certificate, Some(token), ask)).await
    }

    /// The same of the certificate office.
    pub(super) async fn file_of_site(&self, token: &str, ask: Ask) -> Result<Response, Trouble> {
        hand_on(self.unconnected(Some(token), ask)).await
    }

    async fn connected(
        &self,
        certificate: &Arc<PeerCertificate>,
        token: Option<&str>,
        ask: Ask,
    ) -> Result<(Control, Response), Trouble> {
        let control = Control::default();
        let mut request = ask.request(token)?;
        // Connections count from 1: 0 is none.
        let peer = Peer { connection: 0, certificate: Arc::clone(certificate), control: control.clone() };
        request.extensions_mut().insert(peer);
        Ok((control, answered(&self.v1, request).await))
    }

    async fn unconnected(&self, token: Option<&str>, ask: Ask) -> Result<(Control, Response), Trouble> {
        Ok((Control::default(), answered(&self.site, ask.request(token)?).await))
    }
}

async fn answered(router: &Router, request: Request<Body>) -> Response {
    match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Reads an answer to its end.
async fn read<T: DeserializeOwned>(
    asked: impl Future<Output = Result<(Control, Response), Trouble>>,
) -> Result<T, Trouble> {
    let reading = async {
        let (control, response) = asked.await?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), MOST).collect().await.map_err(|_| Trouble::NoAnswer)?;
        end(&control)?;
        let mut answer: Value = serde_json::from_slice(&body.to_bytes()).map_err(|_| Trouble::NoAnswer)?;
        // Taken apart here: a date that is null cannot be read from within `Answer`.
        match (answer["status"].as_str(), status) {
            (Some("ok"), 200) => serde_json::from_value(answer["data"].take()).map_err(|_| Trouble::NoAnswer),
            (Some("error"), _) => match serde_json::from_value(answer["error"].take()) {
                Ok(error) => Err(Trouble::Said(status, Box::new(error))),
                Err(_) => Err(Trouble::NoAnswer),
            },
            _ => Err(Trouble::NoAnswer),
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.unwrap_or(Err(Trouble::NoAnswer))
}

/// Hands a file on; what is none is read.
async fn hand_on(asked: impl Future<Output = Result<(Control, Response), Trouble>>) -> Result<Response, Trouble> {
    let (control, response) = tokio::time::timeout(PATIENCE, asked).await.unwrap_or(Err(Trouble::NoAnswer))?;
    if response.status() != 200 || is_json(&response) {
        // A good answer without a file is none.
        let said = read::<Nothing>(async { Ok((control, response)) }).await;
        return Err(said.err().unwrap_or(Trouble::NoAnswer));
    }
    let (head, body) = response.into_parts();
    Ok(Response::from_parts(head, Body::new(Handed { body, control })))
}

/// What the listener does when a response has left.
fn end(control: &Control) -> Result<(), Trouble> {
    if control.is_broken() {
        return Err(Trouble::NoAnswer);
    }
    control.response_ended();
    control.flushed();
    Ok(())
}

fn is_json(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|value| value == "application/json")
}

/// A body on its way through.
struct Handed {
    body: Body,
    control: Control,
}

impl http_body::Body for Handed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        let polled = std::task::ready!(std::pin::Pin::new(&mut self.body).poll_frame(cx));
        if self.control.is_broken() {
            return std::task::Poll::Ready(Some(Err(axum::Error::new("the connection breaks, as a plan has it"))));
        }
        if !matches!(polled, Some(Err(_))) && self.body.is_end_stream() {
            self.control.response_ended();
            self.control.flushed();
        }
        std::task::Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

/// As RFC 5987 writes values.
fn percent(text: &str) -> String {
    let mut written = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => written.push(char::from(byte)),
            _ => written.push_str(&format!("%{byte:02X}")),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_its_header() {
        assert_eq!(percent("a\"\r\nb 連.pdf"), "a%22%0D%0Ab%20%E9%80%A3.pdf");
    }
}
