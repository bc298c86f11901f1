//! Stand-in for the merge: gives the handlers of deliveries what they ask for, and nothing else.
#![allow(missing_docs)]
use crate::{api::respond::Failure, model::*, platform::Platform, refusal::System};
use axum::{extract::FromRequestParts, http::request::Parts};
use std::sync::Arc;
pub(crate) struct Session {
    pub office: Arc<Office>,
}
impl FromRequestParts<Arc<Platform>> for Session {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, p: &Arc<Platform>) -> Result<Session, Failure> {
        let n = parts
            .headers
            .get("x-office")
            .and_then(|v| OfficeNumber::parse(v.to_str().ok()?))
            .ok_or(System::Unauthorized)?;
        Ok(Session { office: p.world.office(&n).ok_or(System::Unauthorized)? })
    }
}
