//! `GET /v1/sent`: 送信済, newest first, and its lines one by one. Knows what an office sent; knows nothing of what
//! became of it at the receiver.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Answer, Page, SentEntry};
use super::list::{self, Paging};
use super::respond::{Failure, Path, Query, SystemErrors, ok};
use crate::accounts::Session;
use crate::deviations::Deviations;
use crate::platform::Platform;
use crate::refusal::System;

/// The routes of this module.
pub(crate) fn router() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new().routes(routes!(sent_list)).routes(routes!(sent_detail))
}

/// 送信済, newest first.
#[utoipa::path(
    get,
    path = "/v1/sent",
    operation_id = "sent-list",
    tag = "deliveries",
    params(Paging),
    responses(
        (status = 200, description = "done, or a business error", body = Answer<Page<SentEntry>>),
        SystemErrors,
    ),
)]
async fn sent_list(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Query(paging): Query<Paging>,
    request: Request,
) -> Result<Response, Failure> {
    let limit = paging.limit(&platform)?;
    let deviations = request.extensions().get::<Deviations>().cloned().unwrap_or_default();
    let read = |after, limit| platform.store.sent(&session.office.number, after, limit);
    let page = list::page(paging.after, limit, deviations.list, read).await?;
    let items = page.items.into_iter().map(|delivery| list::sent(&platform, delivery)).collect();
    Ok(ok(Page { items, next: page.next }))
}

/// One line of 送信済. An id that is not the office's own is 403, whether there is such a delivery or not.
#[utoipa::path(
    get,
    path = "/v1/sent/{id}",
    operation_id = "sent-detail",
    tag = "deliveries",
    params(
        ("id" = String, Path, description = "the number of the delivery"),
    ),
    responses(
        (status = 200, description = "done, or a business error", body = Answer<SentEntry>),
        SystemErrors,
    ),
)]
async fn sent_detail(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let delivery = platform.store.sent_one(&session.office.number, &id).await?.ok_or(System::Forbidden)?;
    Ok(ok(list::sent(&platform, delivery)))
}
