//! The HTTPS API of the platform listener: routes, bodies, errors, OpenAPI.
//!
//! That it is logged in to with a certificate and ID/password, that tokens live 60 minutes and 8
//! hours, that there is one call per destination, and how errors are answered is published of the
//! coming WEBサービスAPI; paths, fields and codes are ours (`docs/PLATFORM.md`).

pub mod body;
pub(crate) mod respond;
