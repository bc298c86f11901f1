//! The software that `sut.toml` names, opened. Knows adapters and our own programs; runs no case by itself.

use std::path::{Path, PathBuf};

use renkei_reports::{Lang, OutcomeRecord};
use renkei_validator::text::Message;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::super::terminal;
use crate::exit::Exit;
use crate::lang::{io_reason, pick};
use crate::suite::adapter::settings::{self, DEFAULT_FILE, Settings};
use crate::suite::adapter::{self, Adapter};
use crate::suite::attended::{self, Attended, Runner};
use crate::suite::case::{Case, FILES};
use crate::suite::program::{PATTERNS, Program};
use crate::suite::run::{self, Options, StateError, WORK};
use crate::suite::sut::{Abilities, Role, Sut, Trouble};

/// Where answers of a person are kept.
const ATTENDED: &str = "renkei-attended";

/// Where evidence is kept among them, unless there is a folder for it.
const EVIDENCE: &str = "evidence";

/// How the software is reached.
enum Way {
    Sut(Box<dyn Sut>),
    Attended(attended::Settings),
}

/// The software and where it works.
pub(super) struct Software {
    /// What a run of it can go on from: the settings, the cases and this version of renkei.
    pub(super) identity: String,
    way: Way,
    _work: Option<TempDir>,
}

impl Software {
    /// Opens what the settings name.
    pub(super) fn open(file: Option<&PathBuf>, out: Option<&PathBuf>, lang: Lang) -> Result<Software, (Message, Exit)> {
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
        if let settings::Way::Attended(attended) = settings.way {
            // Answers outlive the run.
            let folder = out.map_or_else(|| PathBuf::from(ATTENDED), |out| out.join(ATTENDED));
            let abilities = by_hand(&settings, attended.exchange);
            let evidence = out.map_or_else(|| folder.join(EVIDENCE), Clone::clone);
            let settings = attended::Settings { folder, evidence, abilities, lang, identity: identity.clone() };
            return Ok(Software { identity, way: Way::Attended(settings), _work: temporary });
        }
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
                let why = Message::pair("担当者が操作するソフトです", "it is operated by a person");
                return Err((why, Exit::Incomplete));
            }
            Err(Trouble::Blocked(message) | Trouble::Failed(message)) => return Err((message, Exit::Incomplete)),
        };
        Ok(Software { identity, way: Way::Sut(sut), _work: temporary })
    }

    pub(super) fn run(
        &mut self,
        cases: &[&Case],
        options: &Options<'_>,
        tell: &mut dyn FnMut(&OutcomeRecord),
    ) -> Result<Vec<OutcomeRecord>, StateError> {
        match &mut self.way {
            Way::Sut(sut) => run::run(&mut **sut, cases, options, tell),
            Way::Attended(settings) => attend(settings, cases, options),
        }
    }
}

/// A person goes through the cases; the address is told on standard error.
fn attend(
    settings: &attended::Settings,
    cases: &[&Case],
    options: &Options<'_>,
) -> Result<Vec<OutcomeRecord>, StateError> {
    let attended = Attended::open(settings, cases).map_err(StateError::Disk)?;
    let mut runner = Runner { options, versions: settings.abilities.versions.clone() };
    terminal::tell(pick(settings.lang, "ケースを準備しています", "preparing the cases"));
    attended.prepare(cases, &mut runner);
    let address = attended.address();
    terminal::tell(pick(
        settings.lang,
        &format!("ブラウザーで開いてください（一度だけ使えます）: {address}"),
        &format!("Open in a browser (it works once): {address}"),
    ));
    // Whoever looks at why a case failed does so on the page, before there is a report.
    let kept = Options { out: options.out.or(Some(&settings.evidence)), ..options.clone() };
    runner.options = &kept;
    let mut outcomes = attended.lead(cases, &mut runner);
    outcomes.sort_by(|a, b| (a.pattern, &a.case).cmp(&(b.pattern, &b.case)));
    Ok(outcomes)
}

/// What a person can do with a software.
fn by_hand(settings: &Settings, exchange: bool) -> Abilities {
    Abilities {
        roles: settings.roles.iter().copied().map(Role::from).collect(),
        patterns: settings.patterns.iter().copied().collect(),
        versions: settings.versions.iter().copied().collect(),
        export: true,
        delete: true,
        import: true,
        dump: true,
        // What the screen shows is asked for instead.
        again: false,
        answers: true,
        exchange,
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
