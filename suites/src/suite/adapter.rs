//! The ways to software under test: what `sut.toml` says, and how it is made to export, import, tell what it
//! holds, send and receive. Knows no case and judges no data; what goes wrong on the way is told as *blocked*
//! or *failed*, see `docs/TESTING.md`.

pub mod interrupt;
pub mod process;
pub mod settings;
pub mod template;

mod nearest;
mod section;
