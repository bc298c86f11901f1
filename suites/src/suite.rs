//! The rehearsal of a vendor's software: what the standard asks, which cases try it, and what came of
//! them. Knows no argument of the command line.

pub mod compare;
pub mod coverage;
pub mod requirement;
pub mod sheet;
