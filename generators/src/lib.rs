//! Clean data from the spec tables and a synthetic population; dirty data from the rules' mutants.
//!
//! Not made yet: 処遇改善 from 2026-06 on but for 訪問介護 and 総合事業.
//!
//! # Invariants
//!
//! 1. Same seed, same bytes, for any number of threads; adding a person changes that person only.
//! 2. What it calls clean, `renkei check` finds nothing in; what it calls a mutant breaks one rule.
//! 3. Every name, address and number is fictional and recognisably so.
//! 4. Output streams; memory does not grow with it.

pub mod arrangement;
pub mod aside;
pub mod calendar;
pub mod certification;
pub mod chance;
mod choice;
pub mod delivery;
pub mod encode;
mod equipment;
pub mod life;
mod limits;
pub mod manifest;
pub mod model;
pub mod money;
pub mod mutate;
mod names;
mod offices;
mod people;
pub mod plan;
pub mod population;
mod result;
pub mod score;
pub mod services;
mod stays;
#[cfg(feature = "proptest")]
pub mod strategies;
pub mod texts;
pub mod version;
mod week;
pub mod write;
