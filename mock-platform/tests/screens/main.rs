//! The platform's pages, asked as a browser asks them, without a socket.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod bench;
mod check;
mod client;
mod console;
mod forms;
mod safety;
mod usage;
