//! ホーム, お知らせ and the directory of offices. Knows what a logged-in office may see of the platform
//! and of other offices; changes nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{Answer, Home, OfficeEntry, Page};
use super::list::Paging;
use super::respond::{Failure, Path, Query, SystemErrors, no_cursor, ok, page_length};
use crate::accounts::Session;
use crate::certificates;
use crate::clock::JST;
use crate::licence::{self, LicenceState};
use crate::model::{Notice, Office, OfficeNumber};
use crate::platform::Platform;
use crate::refusal::System;

/// Notices that ホーム shows.
const HOME_NOTICES: usize = 20;

pub(crate) fn router() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::default()
        .routes(routes!(home))
        .routes(routes!(notices))
        .routes(routes!(offices))
        .routes(routes!(office))
}

/// An office as others see it.
pub(crate) fn entry(office: &Office) -> OfficeEntry {
    OfficeEntry {
        number: office.number.clone(),
        name: office.name.clone(),
        service_types: office.service_types.clone(),
    }
}

/// What ホーム shows.
#[utoipa::path(
    get,
    path = "/v1/home",
    operation_id = "home",
    tag = "home",
    responses((status = 200, description = "licence, certificate, notices", body = Answer<Home>), SystemErrors)
)]
async fn home(State(platform): State<Arc<Platform>>, session: Session) -> Result<Response, Failure> {
    let office = &session.office;
    certificates::catch_up(&platform, &office.number).await?;
    let now = platform.clock.now();
    let certificate_until = session.peer.certificate.not_after;
    let (licence_until, licence_valid) = match licence::state(office, now.date()) {
        LicenceState::None => (None, false),
        LicenceState::Valid { until } => (Some(until), true),
        LicenceState::Expired { until } => (Some(until), false),
    };
    let newest = platform.world.notices_for(&office.number).into_iter().take(HOME_NOTICES);
    Ok(ok(Home {
        office: entry(office),
        licence_until,
        licence_valid,
        certificate_until: certificate_until.to_offset(JST),
        certificate_ends_soon: certificates::ends_soon(certificate_until, now),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now,
        notices: newest.map(|notice| Notice::clone(&notice)).collect(),
        not_fetched: platform.store.not_fetched(&office.number, now).await?,
    }))
}

/// お知らせ, newest first.
#[utoipa::path(
    get,
    path = "/v1/notices",
    operation_id = "notices",
    tag = "home",
    params(Paging),
    responses((status = 200, description = "a page of notices", body = Answer<Page<Notice>>), SystemErrors)
)]
async fn notices(
    State(platform): State<Arc<Platform>>,
    session: Session,
    Query(paging): Query<Paging>,
) -> Result<Response, Failure> {
    let limit = paging.limit(&platform)?;
    let after = paging.after.map(|after| after.parse::<u64>()).transpose();
    let after = after.map_err(|_| no_cursor())?;
    certificates::catch_up(&platform, &session.office.number).await?;
    let notices = platform.world.notices_for(&session.office.number);
    let rest = notices.iter().filter(|notice| after.is_none_or(|after| notice.id < after));
    let rest = rest.map(|notice| Notice::clone(notice));
    Ok(ok(page(rest, limit, |notice| notice.id.to_string())))
}

/// Which offices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfficesQuery {
    /// The beginning of a number, or a part of a name; left out: all.
    query: Option<String>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    after: Option<String>,
    /// How many entries, at most.
    #[param(minimum = 1)]
    limit: Option<u32>,
}

/// The offices that use the system, by number. An office whose term is over is among them.
#[utoipa::path(
    get,
    path = "/v1/offices",
    operation_id = "offices",
    tag = "directory",
    params(OfficesQuery),
    responses((status = 200, description = "a page of offices", body = Answer<Page<OfficeEntry>>), SystemErrors)
)]
async fn offices(
    State(platform): State<Arc<Platform>>,
    _session: Session,
    Query(query): Query<OfficesQuery>,
) -> Result<Response, Failure> {
    let limit = page_length(query.limit, &platform.settings)?;
    let after = query.after.map(|after| OfficeNumber::parse(&after).ok_or(after)).transpose();
    let after = after.map_err(|_| no_cursor())?;
    let wanted = query.query.unwrap_or_default();
    let offices = platform.world.offices();
    let rest = offices
        .iter()
        .filter(|office| after.as_ref().is_none_or(|after| office.number > *after))
        .filter(|office| is_registered(office))
        .filter(|office| office.number.as_str().starts_with(&wanted) || office.name.contains(&wanted))
        .map(|office| entry(office));
    Ok(ok(page(rest, limit, |office| office.number.to_string())))
}

/// An office that uses the system. 404 for one that does not, as for one that is not.
#[utoipa::path(
    get,
    path = "/v1/offices/{number}",
    operation_id = "office",
    tag = "directory",
    params(("number" = String, Path, description = "事業所番号")),
    responses((status = 200, description = "the office", body = Answer<OfficeEntry>), SystemErrors)
)]
async fn office(
    State(platform): State<Arc<Platform>>,
    _session: Session,
    Path(number): Path<OfficeNumber>,
) -> Result<Response, Failure> {
    let office = platform.world.office(&number).filter(|office| is_registered(office));
    Ok(ok(entry(&*office.ok_or(System::NotFound)?)))
}

/// Whether the directory shows an office: it has applied for a licence, good or not (assumption).
fn is_registered(office: &Office) -> bool {
    office.licence.is_some()
}

/// The first entries, and the cursor after them where there are more.
fn page<T>(mut rest: impl Iterator<Item = T>, limit: u32, cursor: impl Fn(&T) -> String) -> Page<T> {
    let items: Vec<T> = rest.by_ref().take(limit as usize).collect();
    let next = rest.next().and_then(|_| items.last().map(cursor));
    Page { items, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_has_no_cursor() {
        let page = |limit| {
            let page = page(1..=3, limit, |number: &i32| format!("after {number}"));
            (page.items, page.next)
        };
        assert_eq!(page(2), (vec![1, 2], Some("after 2".to_owned())));
        assert_eq!(page(3), (vec![1, 2, 3], None));
        assert_eq!(page(4), (vec![1, 2, 3], None));
    }
}
