//! The attended run: its page over HTTP, and as Chromium shows it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops where it cannot go on, and says where it did not begin"
)]

mod bench;
mod browser;
mod command;
mod http;
