//! Accounts, licences and certificates through their routes, without sockets: every business error of
//! these with its code, bad input, and tokens that are not good.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

#[path = "accounts/bad_input.rs"]
mod bad_input;
#[path = "accounts/bench.rs"]
mod bench;
#[path = "accounts/licence_and_certificates.rs"]
mod licence_and_certificates;
#[path = "accounts/login.rs"]
mod login;
#[path = "accounts/tokens.rs"]
mod tokens;
