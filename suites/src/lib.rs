//! Conformance cases, the driver of the client under test, and the binary `renkei`.
//!
//! # Invariants
//!
//! 1. The validator and the reports know no file, archive, standard stream, clock, locale or terminal.
//!    What they need of these is handed to them here, as values.
//! 2. No finding is made here and none is reworded: the validator finds, the reports show.
//! 3. Nothing is left out silently. What cannot be read, is refused, or stops half-way is listed
//!    under what was not checked, and the run is then incomplete, whatever else was found.
//! 4. Memory is bounded by the findings kept and by what rules must remember, never by the size of an
//!    input; an archive is bounded by the bytes that really come out of it.
//! 5. A finding, a failure of the client under test and a failure of our own are three types and
//!    never convert into one another. Exit codes say which: see [`exit::Exit`].
//! 6. Same inputs, same options, same bytes out, for any number of threads.

pub mod cli;
pub mod client;
pub mod exit;
pub mod proof;
pub mod suite;
mod timings;

mod config;
mod demo;
mod gate;
mod input;
mod inspection;
mod judging;
mod lang;
mod nearest;
mod not_toml;
mod parents;
mod progress;
mod room;
mod section;
mod text_file;
mod zip_stream;
