//! The whole platform over HTTPS with client certificates: every business error and every system error,
//! what a receiver sees of faults in the meaning, and what no client should send.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod apart;
mod bad_input;
mod bench;
mod business;
mod described;
mod inputs;
mod meaning;
mod operator;
mod systems;
