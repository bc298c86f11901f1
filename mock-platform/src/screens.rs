//! The platform's pages in a browser, on the management listener: 連携クライアント, 利用状況Webサイト, the
//! certificate office, the operator's console, and the one that checks files. Knows pages, forms and who sits before
//! them; decides nothing of what may be done: each page asks the routes that programs ask, without a socket between.
//!
//! Every page is made on the server and works without a script; scripts add drop zones, the live journal
//! and terms that have to be scrolled to their end. Nothing is asked of another host.
//!
//! Assumptions: which screens there are, their columns, buttons and words are read in published manuals
//! where a page says nothing else; their layout is ours. The office whose computer the browser plays is
//! chosen at the login, as plain HTTP knows no client certificate: its newest good certificate stands in.

mod assets;
mod certificates;
mod check;
mod client;
mod console;
mod counter;
mod desk;
mod form;
mod frame;
mod inside;
mod landing;
mod outbox;
mod routes;
mod trouble;
mod usage;
mod visit;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{Semaphore, watch};

pub(crate) use self::frame::guard;
use self::inside::Inside;
use self::outbox::Outboxes;
use self::routes::Routes;
use self::visit::Visits;
use crate::api::respond;
use crate::platform::Platform;

/// What the pages share.
#[derive(Debug)]
pub(crate) struct Screens {
    platform: Arc<Platform>,
    inside: Inside,
    visits: Mutex<Visits>,
    outboxes: Mutex<Outboxes>,
    /// Whether the platform stops: what is open for long ends then.
    stopped: watch::Receiver<bool>,
    /// What form tokens are made with.
    secret: [u8; 32],
    /// Files that may be judged at once.
    inspections: Arc<Semaphore>,
}

impl Screens {
    fn visits(&self) -> MutexGuard<'_, Visits> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outboxes(&self) -> MutexGuard<'_, Outboxes> {
        self.outboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All pages of a platform, until it stops. What is no page of theirs is not answered here.
///
/// # Errors
/// Where the machine gives no chance to make form tokens with.
pub fn router(platform: &Arc<Platform>, stopped: watch::Receiver<bool>) -> Result<Router, getrandom::Error> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    let screens = Arc::new(Screens {
        platform: Arc::clone(platform),
        inside: Inside::of(platform),
        visits: Mutex::default(),
        outboxes: Mutex::default(),
        stopped,
        secret,
        inspections: Arc::new(Semaphore::new(check::AT_ONCE)),
    });
    let pages = routes().router().layer(from_fn_with_state(Arc::clone(&screens), visit::know)).with_state(screens);
    Ok(pages.merge(assets::router()).layer(from_fn(frame::guard)))
}

/// Answers an address of the management listener where nothing is: a browser with a page.
pub(crate) async fn no_such_address(headers: HeaderMap) -> Response {
    let wants_page = |accept: &HeaderValue| accept.to_str().is_ok_and(|accept| accept.contains("text/html"));
    if headers.get_all(ACCEPT).iter().any(wants_page) {
        return trouble::no_such_page().await.into_response();
    }
    respond::no_such_route().await.into_response()
}

/// The paths of all pages, with placeholders, such as `/client/sent/{id}`.
pub fn pages() -> Vec<String> {
    routes().pages()
}

/// The paths of all forms of the pages, with placeholders, such as `/client/sending/{no}`.
pub fn forms() -> Vec<String> {
    routes().forms()
}

fn routes() -> Routes {
    Routes::default()
        .page("/", landing::page)
        .other("/language/{code}", landing::language)
        .area("/check", check::routes())
        .area("/client", client::routes())
        .area("/console", console::routes())
        .area("/usage", usage::routes())
        .area("/e-seikyuu", certificates::routes())
}
