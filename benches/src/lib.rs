//! The numbers that the README claims, re-runnable. `README.md` beside this says how, and what was
//! measured.
//!
//! # Invariants
//!
//! 1. What is compared is measured side by side in one run, on one machine.
//! 2. No test depends on a time.

pub mod peer;
