//! The platform's pages, asked as a browser asks them, without a socket.

mod bench;
mod client;
mod console;
mod safety;
mod usage;
