//! The HTTPS API of the platform listener: routes, bodies, errors, OpenAPI.
//!
//! That it is logged in to with a certificate and ID/password, that tokens live 60 minutes and 8
//! hours, that there is one call per destination, and how errors are answered is published of the
//! coming WEBサービスAPI; paths, fields and codes are ours (`docs/PLATFORM.md`).

mod archive;
pub mod body;
pub(crate) mod deliveries;
mod described;
mod handout;
pub(crate) mod home;
mod list;
pub(crate) mod login;
pub(crate) mod multipart;
mod observed;
pub(crate) mod received;
pub(crate) mod respond;
pub(crate) mod sent;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::faults::with_faults;
use crate::platform::Platform;
use crate::settings::Settings;
use crate::{manage, screens, site};

/// What is said of the API as a whole.
#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "renkei mock platform",
    description = "A mock of the platform of ケアプランデータ連携 for tests. It is not the real system: paths, \
                   fields and codes are its own.",
    license(name = "MIT OR Apache-2.0"),
))]
struct About;

/// The routes of the platform listener.
pub fn router() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::default()
        .merge(login::router())
        .merge(home::router())
        .merge(deliveries::router())
        .merge(sent::router())
        .merge(received::router())
}

/// All of the platform listener: its routes, what goes wrong with them, and who writes down what
/// became of each request.
pub fn served(platform: &Arc<Platform>) -> Router {
    let (router, _) = complete(router(), Arc::clone(platform));
    let router = with_faults(router, platform.faults.clone()).layer(from_fn(site::any_host));
    observed::observed(router, platform)
}

/// 利用状況Webサイト and the certificate office: their routes, and who writes down what became of each
/// request, of those to no route of this listener, too.
pub(crate) fn served_site(platform: &Arc<Platform>) -> Router {
    let (router, _) = complete(site::router(), Arc::clone(platform));
    observed::observed(router.fallback(screens::no_such_address), platform)
}

/// The description of both listeners. `url` is where the platform's listens; the other is where the description is
/// served.
pub fn document(settings: &Settings, url: Option<&str>) -> OpenApi {
    let mut document = About::openapi();
    document.merge(router().into_openapi());
    document.merge(site::router().into_openapi());
    document.merge(manage::described().into_openapi());
    described::complete(&mut document, settings, url);
    document
}

/// Completes routes: whatever is no route or no method of one is answered with our error body. With them
/// comes the document that describes them.
pub fn complete(routes: OpenApiRouter<Arc<Platform>>, platform: Arc<Platform>) -> (Router, OpenApi) {
    let (router, document) = routes.split_for_parts();
    let router = router.fallback(respond::no_such_route).method_not_allowed_fallback(respond::no_such_method);
    (router.with_state(platform), document)
}
