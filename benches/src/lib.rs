//! The numbers that the README claims, re-runnable.
//!
//! This crate holds its invariants only; the benches come with a later issue. Until then the README's
//! figures are those of one run of the commands beside them.
//!
//! # Invariants
//!
//! 1. What is compared is measured side by side in one run, on one machine.
//! 2. No test depends on a time.
