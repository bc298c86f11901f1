//! The TLS platform: accounts, certificates, licences, deliveries, faults, journal.
//!
//! What it does beyond what is published of the real system is an assumption and is listed in
//! `docs/PLATFORM.md`; the code says so where it decides.
//!
//! # Invariants
//!
//! 1. It makes no finding: what it refuses, it refuses for platform reasons ([`refusal`]). Content
//!    checks are functions that the caller passes in: [`post::Gate`], and [`inspect::Inspector`] for
//!    the page that checks files.
//! 2. Faults are scripted, never rolled; a step that never fired is reported.
//! 3. Accepted means durable: an acknowledgement is sent after the delivery is on the disk.
//! 4. No behaviour of the real platform is stated as fact without a source.
//! 5. Loopback unless told otherwise, and never a key in the repository.
//! 6. All time is the [`clock::Clock`]'s, so that certificates, licences and months can be moved to.
//! 7. Nothing of an office leaves through another office's session, not even that it exists.

pub mod accounts;
pub mod api;
pub mod certificates;
mod clients;
pub mod clock;
pub mod deviations;
pub mod faults;
mod files;
pub mod inspect;
pub mod journal;
pub mod licence;
mod manage;
pub mod metrics;
pub mod model;
pub mod pki;
pub mod platform;
pub mod post;
pub mod refusal;
pub mod screens;
pub mod server;
pub mod settings;
pub mod site;
pub mod store;
pub mod tls;
mod told;
pub mod wire;
pub mod world;
