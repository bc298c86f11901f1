//! The certificate office's maker of certificates: the test authority. Knows both; decides nothing.

use std::sync::Arc;

use crate::certificates::{IssueError, IssuedP12, Issuer, Order};
use crate::pki::p12::{Cipher, seal};
use crate::pki::{Authority, Profile, Subject, Usage, Validity};

/// Issues with an authority.
#[derive(Debug)]
pub(super) struct ByAuthority(pub(super) Arc<Authority>);

impl Issuer for ByAuthority {
    fn issue(&self, order: &Order) -> Result<IssuedP12, IssueError> {
        let ByAuthority(authority) = self;
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| IssueError(error);
        let profile = Profile {
            common_name: Subject::Office(order.kind, order.office.clone()).to_string(),
            usage: Usage::Client,
            validity: Validity { not_before: order.from, not_after: order.until },
        };
        let issued = authority.issue(&profile).map_err(|error| failed(error.into()))?;
        let chain = [authority.cert_der().clone()];
        let p12 = seal(&issued, &chain, &order.password, Cipher::Aes256).map_err(|error| failed(error.into()))?;
        Ok(IssuedP12 { serial: issued.serial, fingerprint: issued.fingerprint_sha256, p12 })
    }
}
