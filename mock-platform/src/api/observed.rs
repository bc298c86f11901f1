//! Writes down what became of each request of the platform listener and of the site. Knows routes,
//! statuses and codes; reads no body.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use super::deliveries;
use super::respond::ErrorCode;
use crate::accounts::Caller;
use crate::journal::{Event, UNKNOWN_ROUTE};
use crate::platform::Platform;
use crate::tls::Peer;

/// Puts the observer around routes.
pub(super) fn observed(router: Router, platform: &Arc<Platform>) -> Router {
    router.layer(from_fn_with_state(Arc::clone(platform), observe))
}

async fn observe(State(platform): State<Arc<Platform>>, mut request: Request, next: Next) -> Response {
    let caller = Caller::default();
    request.extensions_mut().insert(caller.clone());
    let method = request.method().as_str().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or(UNKNOWN_ROUTE, MatchedPath::as_str).to_owned();
    let connection = request.extensions().get::<Peer>().map_or(0, |peer| peer.connection);
    let response = next.run(request).await;
    let office = caller.office().cloned();
    let code = response.extensions().get::<ErrorCode>().map(|code| code.0);
    let is_business = response.status().is_success();
    // Refusals of deliveries are written where their idempotency keys are known.
    if let Some(code) = code.filter(|_| is_business && !deliveries::tells(&route)) {
        let (route, office) = (route.clone(), office.clone());
        platform.note(&Event::Refused { route, office, code: code.to_owned(), key: None, content: None });
    }
    platform.note(&Event::Request { connection, office, method, route, status: response.status().as_u16() });
    response
}
