//! The HTTPS API of the platform listener: routes, bodies, errors, OpenAPI.
//!
//! That it is logged in to with a certificate and ID/password, that tokens live 60 minutes and 8
//! hours, that there is one call per destination, and how errors are answered is published of the
//! coming WEBサービスAPI; paths, fields and codes are ours (`docs/PLATFORM.md`).

mod archive;
pub mod body;
pub(crate) mod deliveries;
mod handout;
mod list;
mod multipart;
pub(crate) mod received;
pub(crate) mod respond;
pub(crate) mod sent;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::platform::Platform;

/// The routes of the platform listener, with their description.
pub fn router() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::default().merge(deliveries::routes()).merge(sent::routes()).merge(received::routes())
}
