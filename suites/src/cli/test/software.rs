//! The software that `sut.toml` names, opened. Knows adapters and our own programs; runs no case by itself.

use std::path::{Path, PathBuf};

use renkei_reports::{Lang, OutcomeRecord};
use renkei_validator::text::Message;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::exit::Exit;
use crate::lang::io_reason;
use crate::suite::adapter::settings::{DEFAULT_FILE, Settings};
use crate::suite::adapter::{self, Adapter};
use crate::suite::case::{Case, FILES};
use crate::suite::program::{PATTERNS, Program};
use crate::suite::run::{self, Options, StateError, WORK};
use crate::suite::sut::{Role, Sut, Trouble};

/// The software and where it works.
pub(super) struct Software {
    /// What a run of it can go on from: the settings, the cases and this version of renkei.
    pub(super) identity: String,
    sut: Box<dyn Sut>,
    _work: Option<TempDir>,
}

impl Software {
    /// Opens what the settings name.
    pub(super) fn open(
        file: Option<&PathBuf>,
        out: Option<&PathBuf>,
        _lang: Lang,
    ) -> Result<Software, (Message, Exit)> {
        let path = file.map_or_else(|| Path::new(DEFAULT_FILE), PathBuf::as_path);
        let settings = Settings::load(path).map_err(|message| (message, Exit::Usage))?;
        let identity = identity(path);
        let (work, temporary) = match out {
            Some(out) => (out.join(WORK), None),
            None => {
                let folder = tempfile::tempdir().map_err(|error| {
                    let why = io_reason(&error);
                    let ja = format!("作業用のフォルダーを作れません: {}", why.ja);
                    (Message::pair(ja, format!("cannot make a folder to work in: {}", why.en)), Exit::Incomplete)
                })?;
                (folder.path().to_owned(), Some(folder))
            }
        };
        let (roles, patterns) = (settings.roles.clone(), settings.patterns.clone());
        let versions = settings.versions.clone();
        let sut: Box<dyn Sut> = match adapter::open(settings, &work) {
            Ok(Adapter::Ready(sut)) => sut,
            Ok(Adapter::InProcess) => {
                let beside = PATTERNS
                    .into_iter()
                    .filter(|pattern| !adapter::settings::PATTERNS.iter().any(|(_, other)| other == pattern));
                let program = Program::good(roles.into_iter().map(Role::from));
                Box::new(program.claiming(patterns.into_iter().chain(beside), versions))
            }
            Ok(Adapter::Attended) => {
                return Err((
                    Message::pair(
                        "adapter が \"attended\" のソフトは、renkei test attend で試します",
                        "software with the adapter attended is tried with renkei test attend",
                    ),
                    Exit::Usage,
                ));
            }
            Err(Trouble::Blocked(message) | Trouble::Failed(message)) => return Err((message, Exit::Incomplete)),
        };
        Ok(Software { identity, sut, _work: temporary })
    }

    pub(super) fn run(
        &mut self,
        cases: &[&Case],
        options: &Options<'_>,
        tell: &mut dyn FnMut(&OutcomeRecord),
    ) -> Result<Vec<OutcomeRecord>, StateError> {
        run::run(&mut *self.sut, cases, options, tell)
    }
}

fn identity(path: &Path) -> String {
    let mut digest = Sha256::new();
    digest.update(env!("CARGO_PKG_VERSION"));
    digest.update(std::fs::read(path).unwrap_or_default());
    for (name, text) in FILES {
        digest.update(name);
        digest.update(text);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
