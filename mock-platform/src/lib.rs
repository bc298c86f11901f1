//! The TLS platform: accounts, certificates, licences, deliveries, faults, journal.
//!
//! This crate holds its invariants only; the platform comes with a later issue.
//!
//! # Invariants
//!
//! 1. It makes no finding: what it refuses, it refuses for platform reasons. Content checks are a
//!    gate function that the caller passes in.
//! 2. Faults are scripted, never rolled; a step that never fired is reported.
//! 3. Accepted means durable.
//! 4. No behaviour of the real platform is stated as fact without a source.
//! 5. Loopback unless told otherwise, and never a key in the repository.
