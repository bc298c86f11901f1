//! The layer around the routes: asks which fault strikes a request, and strikes. Knows requests and
//! responses as such; knows no route by itself and nothing of deliveries, which follow the
//! [`Deviations`] that every request bears.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http_body_util::BodyExt;
use tokio::time::{sleep, timeout};

use super::engine::Engine;
use super::fault::Fault;
use super::operation::Operation;
use super::{answer, bend};
use crate::deviations::{Deviations, ListDeviation};
use crate::refusal::System;
use crate::tls::Peer;
use crate::wire::{Control, Misbehaviour};

/// How much of a request that is not executed is read before it is answered: more than any that
/// could be. An answer to a request that is still being sent may be lost on its way.
const MOST_UNREAD: u64 = 1 << 30;

/// How long that may take.
const READING_TIME: Duration = Duration::from_secs(120);

/// Puts the faults of an engine around routes. A request that comes over no connection of the
/// platform listener (without [`Peer`]) or to no [`Operation`] is never struck.
pub fn with_faults<S>(router: Router<S>, engine: Engine) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router.layer(from_fn_with_state(engine, apply))
}

async fn apply(State(engine): State<Engine>, request: Request, next: Next) -> Response {
    match struck(&engine, &request) {
        Some((fault, control)) => strike(fault, &control, request, next).await,
        None => run(request, next, Deviations::default()).await,
    }
}

fn struck(engine: &Engine, request: &Request) -> Option<(Fault, Control)> {
    let path = request.extensions().get::<MatchedPath>()?;
    let operation = Operation::of(request.method(), path.as_str())?;
    let peer = request.extensions().get::<Peer>()?;
    let fault = engine.on_request(operation, peer.connection, peer.certificate.office.as_ref())?;
    Some((fault, peer.control.clone()))
}

async fn strike(fault: Fault, control: &Control, request: Request, next: Next) -> Response {
    let usual = Deviations::default();
    let uri = request.uri().clone();
    match fault {
        // No plan lets one of these strike a request: the cards say where each can.
        Fault::ResetOnConnect
        | Fault::CloseOnConnect
        | Fault::StallOnConnect
        | Fault::AbortHandshake
        | Fault::ServerCertificateExpired
        | Fault::ServerCertificateNotYetValid
        | Fault::ServerCertificateWrongName
        | Fault::ServerCertificateOtherAuthority
        | Fault::RefuseClientCertificate
        | Fault::OnlyTls13 => run(request, next, usual).await,

        Fault::ResetBeforeResponse => {
            read(request.into_body(), MOST_UNREAD).await;
            reset(control)
        }
        Fault::ResetWhileReadingRequest { after_bytes } => {
            read(request.into_body(), u64::from(after_bytes)).await;
            reset(control)
        }
        Fault::ResetMidResponse => bend::cut(run(request, next, usual).await, control, bend::After::Reset),
        Fault::CloseAfterResponse => {
            let response = run(request, next, usual).await;
            control.when_sent_misbehave(Some(Misbehaviour::CloseAfter(0)));
            response
        }
        Fault::SlowResponse { bytes_per_second } => {
            let response = run(request, next, usual).await;
            control.misbehave(Misbehaviour::Slow(bytes_per_second));
            control.when_sent_misbehave(None);
            response
        }
        Fault::StallBeforeResponse { duration_ms } => {
            read(request.into_body(), MOST_UNREAD).await;
            sleep(milliseconds(duration_ms)).await;
            reset(control)
        }
        Fault::StallMidResponse { duration_ms } => {
            let after = bend::After::Stall(milliseconds(duration_ms));
            bend::cut(run(request, next, usual).await, control, after)
        }
        Fault::CloseWithoutNotify => bend::cut_at_the_end_of_the_connection(run(request, next, usual).await, control),

        Fault::Status500 => instead(request, answer::system(System::Internal)).await,
        Fault::Status503 { retry_after_s } => {
            instead(request, answer::retry_after(System::Unavailable, retry_after_s)).await
        }
        Fault::RetryAfterAsDate => instead(request, answer::retry_after_as_date()).await,
        Fault::Status429 { retry_after_s } => {
            instead(request, answer::retry_after(System::TooManyRequests, retry_after_s)).await
        }
        Fault::RequestTimeout408 => instead(request, answer::request_timeout()).await,
        Fault::GatewayTimeout504 => {
            run(request, next, usual).await;
            answer::gateway_timeout()
        }
        Fault::UnknownStatus599 => instead(request, answer::unknown_status()).await,
        Fault::HtmlErrorPage => instead(request, answer::html_page()).await,
        Fault::Redirect => {
            let there = answer::redirect(&uri, request.headers());
            instead(request, there).await
        }
        Fault::TokenDiesEarly => instead(request, answer::system(System::Unauthorized)).await,

        Fault::TruncatedBody => bend::cut(run(request, next, usual).await, control, bend::After::Close),
        Fault::CorruptedBody => bend::flip(run(request, next, usual).await),
        Fault::JsonCut => bend::shorten(run(request, next, usual).await),
        Fault::JsonWithUnknownFields => bend::turn(run(request, next, usual).await, bend::Turn::unknown_fields()),
        Fault::JsonInShiftJis => bend::turn(run(request, next, usual).await, bend::Turn::shift_jis()),
        Fault::JsonWithBom => bend::turn(run(request, next, usual).await, bend::Turn::mark()),
        Fault::EmptyBody => bend::empty(run(request, next, usual).await),
        Fault::ChunkedInSingleBytes => bend::single_bytes(run(request, next, usual).await),
        Fault::WrongContentType => bend::as_html(run(request, next, usual).await),

        Fault::AcknowledgementLost => {
            run(request, next, usual).await;
            reset(control)
        }
        Fault::AcknowledgementLate { delay_ms } => {
            let response = run(request, next, usual).await;
            sleep(milliseconds(delay_ms)).await;
            response
        }
        Fault::DeliveredTwice => run(request, next, Deviations { extra_copies: 1, ..usual }).await,
        Fault::VisibleLate { delay_s } => {
            let shown_after = Duration::from_secs(u64::from(delay_s));
            run(request, next, Deviations { shown_after, ..usual }).await
        }
        Fault::LicenceExpired => run(request, next, Deviations { licence_expired: true, ..usual }).await,
        Fault::DestinationUnregistered => {
            run(request, next, Deviations { destination_unregistered: true, ..usual }).await
        }
        Fault::VersionRefused => run(request, next, Deviations { version_refused: true, ..usual }).await,
        Fault::FetchForgotten => run(request, next, Deviations { fetch_forgotten: true, ..usual }).await,
        Fault::ListReversed => run(request, next, Deviations { list: ListDeviation::Reversed, ..usual }).await,
        Fault::ListRepeatsLast => run(request, next, Deviations { list: ListDeviation::RepeatsLast, ..usual }).await,
        Fault::ListEmpty => run(request, next, Deviations { list: ListDeviation::Empty, ..usual }).await,
        Fault::Maintenance => instead(request, answer::maintenance()).await,
    }
}

async fn run(mut request: Request, next: Next, deviations: Deviations) -> Response {
    request.extensions_mut().insert(deviations);
    next.run(request).await
}

/// Answers in place of the handler, when the client has sent everything.
async fn instead(request: Request, answer: Response) -> Response {
    read(request.into_body(), MOST_UNREAD).await;
    answer
}

/// Breaks the connection. Nothing of the response leaves: writing it meets the reset.
fn reset(control: &Control) -> Response {
    control.misbehave(Misbehaviour::Reset);
    answer::unsent()
}

/// Reads a body to its end, or until there are so many bytes, and keeps nothing of it.
async fn read(mut body: Body, enough: u64) {
    let reading = async {
        let mut read = 0;
        while read < enough {
            match body.frame().await {
                Some(Ok(frame)) => read += frame.data_ref().map_or(0, |data| data.len() as u64),
                Some(Err(_)) | None => break,
            }
        }
    };
    // Who sends more slowly than that is answered without being read to the end.
    let _ = timeout(READING_TIME, reading).await;
}

fn milliseconds(count: u32) -> Duration {
    Duration::from_millis(u64::from(count))
}
