//! The ways to software under test: what `sut.toml` says, and how it is made to export, import, tell what it
//! holds, send and receive. Knows no case and judges no data; what goes wrong on the way is told as *blocked*
//! or *failed*, see `docs/TESTING.md`.

pub mod answer;
pub mod interrupt;
pub mod process;
pub mod settings;
pub mod template;

mod command;
mod desk;
mod folder;
mod ground;
mod http;
mod told;

use std::path::{Path, PathBuf};

use self::command::ByCommand;
use self::folder::ByFolder;
use self::http::ByPlatform;
use self::settings::{Settings, Way};
use super::sut::{Sut, Trouble};

/// Software that can be reached without a person, or how else it is reached.
pub enum Adapter {
    /// It is ready.
    Ready(Box<dyn Sut>),
    /// By a person.
    Attended,
    /// It is renkei's own.
    InProcess,
}

/// The adapter that the settings ask for. Tasks work in folders below `work`, which stay when it is done.
///
/// # Errors
///
/// *Blocked*: there is no such folder, and none can be made.
pub fn open(settings: Settings, work: &Path) -> Result<Adapter, Trouble> {
    let cannot = |error: std::io::Error| told::cannot_write(work, &error);
    std::fs::create_dir_all(work).map_err(cannot)?;
    let work: PathBuf = std::path::absolute(work).map_err(cannot)?;
    Ok(match settings.way.clone() {
        Way::Command => Adapter::Ready(Box::new(ByCommand::new(settings, work))),
        Way::Folder(folder) => Adapter::Ready(Box::new(ByFolder::new(settings, folder, work))),
        Way::Http(http) => Adapter::Ready(Box::new(ByPlatform::new(settings, http, work))),
        Way::Attended(_) => Adapter::Attended,
        Way::InProcess => Adapter::InProcess,
    })
}
