//! The HTTPS API of the platform listener: routes, bodies, errors, OpenAPI.
//!
//! That it is logged in to with a certificate and ID/password, that tokens live 60 minutes and 8
//! hours, that there is one call per destination, and how errors are answered is published of the
//! coming WEBサービスAPI; paths, fields and codes are ours (`docs/PLATFORM.md`).

mod archive;
pub mod body;
pub(crate) mod deliveries;
mod handout;
pub(crate) mod home;
mod list;
pub(crate) mod login;
mod multipart;
pub(crate) mod received;
pub(crate) mod respond;
pub(crate) mod sent;

use std::sync::Arc;

use axum::Router;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::platform::Platform;

/// The routes of the platform listener.
pub fn router() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::default()
        .merge(login::router())
        .merge(home::router())
        .merge(deliveries::router())
        .merge(sent::router())
        .merge(received::router())
}

/// Completes routes: whatever is no route or no method of one is answered with our error body. With them
/// comes the document that describes them.
pub fn complete(routes: OpenApiRouter<Arc<Platform>>, platform: Arc<Platform>) -> (Router, OpenApi) {
    let (router, document) = routes.split_for_parts();
    let router = router.fallback(respond::no_such_route).method_not_allowed_fallback(respond::no_such_method);
    (router.with_state(platform), document)
}
