//! The commands of `sut.toml`: `[command]` and every other key that holds one. Knows which places each of them
//! may and must have; starts nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use renkei_validator::text::Text;

use super::super::template::{Place, Template, Values};
use crate::section::{Section, Wrong};

/// What software is asked to do, with a command for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// To forget everything.
    Reset,
    /// To hold a content and export it.
    Export,
    /// To hold a content and export its deletion.
    Delete,
    /// To export what it holds.
    Again,
    /// To import.
    Import,
    /// To tell what it holds.
    Dump,
    /// To send and receive.
    Exchange,
}

impl Operation {
    /// All of them.
    pub const ALL: [Operation; 7] = [
        Operation::Reset,
        Operation::Export,
        Operation::Delete,
        Operation::Again,
        Operation::Import,
        Operation::Dump,
        Operation::Exchange,
    ];

    /// The word in `sut.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Operation::Reset => "reset",
            Operation::Export => "export",
            Operation::Delete => "delete",
            Operation::Again => "again",
            Operation::Import => "import",
            Operation::Dump => "dump",
            Operation::Exchange => "exchange",
        }
    }

    /// The setting that says how long it may take.
    pub fn limit(self) -> &'static str {
        match self {
            Operation::Reset => "limits.reset",
            Operation::Export | Operation::Delete | Operation::Again => "limits.export",
            Operation::Import => "limits.import",
            Operation::Dump => "limits.dump",
            Operation::Exchange => "limits.exchange",
        }
    }

    /// What it is called.
    pub fn text(self) -> Text {
        let (ja, en) = match self {
            Operation::Reset => ("初期化", "the reset"),
            Operation::Export => ("出力", "the export"),
            Operation::Delete => ("削除の出力", "the export of a deletion"),
            Operation::Again => ("再出力", "the export of what is held"),
            Operation::Import => ("取込", "the import"),
            Operation::Dump => ("保持内容の書き出し", "the dump"),
            Operation::Exchange => ("送受信", "the exchange"),
        };
        Text { ja, en }
    }

    /// What may stand in braces.
    pub fn places(self) -> &'static [Place] {
        match self {
            Operation::Reset => &[Place::Case],
            Operation::Export => {
                &[Place::Content, Place::Out, Place::Operation, Place::Before, Place::Version, Place::Role, Place::Case]
            }
            Operation::Delete => &[Place::Content, Place::Out, Place::Version, Place::Role, Place::Case],
            Operation::Again => &[Place::Out, Place::Version, Place::Role, Place::Case],
            Operation::Import => &[Place::In, Place::Result, Place::Office, Place::Role, Place::Case],
            Operation::Dump => &[Place::Dump, Place::Case],
            Operation::Exchange => &[
                Place::Url,
                Place::Ca,
                Place::P12,
                Place::P12Password,
                Place::Office,
                Place::PersonalUser,
                Place::PersonalPassword,
                Place::OfficeUser,
                Place::OfficePassword,
                Place::Profile,
                Place::Outbox,
                Place::Inbox,
                Place::Memory,
                Place::Result,
                Place::Role,
                Place::Case,
            ],
        }
    }

    /// Without which a command cannot do it.
    fn needed(self) -> &'static [Place] {
        match self {
            Operation::Reset | Operation::Exchange => &[],
            Operation::Export | Operation::Delete => &[Place::Content, Place::Out],
            Operation::Again => &[Place::Out],
            Operation::Import => &[Place::In],
            Operation::Dump => &[Place::Dump],
        }
    }
}

/// `[command]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commands {
    /// `reset`
    pub reset: Option<CommandLine>,
    /// `export`
    pub export: Option<CommandLine>,
    /// `delete`
    pub delete: Option<CommandLine>,
    /// `again`
    pub again: Option<CommandLine>,
    /// `import`
    pub import: Option<CommandLine>,
    /// `dump`
    pub dump: Option<CommandLine>,
    /// `exchange`
    pub exchange: Option<CommandLine>,
    /// Where commands run; the folder of `sut.toml` where it is not said.
    pub folder: Option<PathBuf>,
    /// The exit codes of an import that mean that nothing was taken.
    pub refused: Vec<i32>,
    /// What their environment has beside renkei's own.
    pub environment: Vec<(String, OsString)>,
}

impl Commands {
    /// The command for an operation.
    pub fn of(&self, operation: Operation) -> Option<&CommandLine> {
        match operation {
            Operation::Reset => self.reset.as_ref(),
            Operation::Export => self.export.as_ref(),
            Operation::Delete => self.delete.as_ref(),
            Operation::Again => self.again.as_ref(),
            Operation::Import => self.import.as_ref(),
            Operation::Dump => self.dump.as_ref(),
            Operation::Exchange => self.exchange.as_ref(),
        }
    }
}

/// A program and its arguments, with places in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// The program, as it is started.
    pub program: PathBuf,
    arguments: Vec<Template>,
}

impl CommandLine {
    /// With everything filled in.
    pub fn fill(&self, values: &Values) -> Vec<OsString> {
        let program = self.program.clone().into_os_string();
        std::iter::once(program).chain(self.arguments.iter().map(|argument| argument.fill(values))).collect()
    }

    /// Whether a place stands in it.
    pub fn has(&self, place: Place) -> bool {
        self.arguments.iter().any(|argument| argument.has(place))
    }
}

pub(super) fn read(section: &Section<'_>, home: &Path, adapter: &str) -> Result<Commands, Wrong> {
    section.only(&[
        "reset",
        "export",
        "delete",
        "again",
        "import",
        "dump",
        "exchange",
        "folder",
        "refused",
        "environment",
    ])?;
    if adapter == "folder" {
        // The folders are the way that data goes then.
        if let Some(key) = ["export", "delete", "again", "import"].into_iter().find(|key| section.has(key)) {
            return Err(section.wrong(
                key,
                "adapter が \"folder\" のときは、フォルダーで行います",
                "with the adapter folder, this is done by its folders",
            ));
        }
    }
    let read = |operation: Operation| line(section, operation.word(), operation.places(), operation.needed(), home);
    let commands = Commands {
        reset: read(Operation::Reset)?,
        export: read(Operation::Export)?,
        delete: read(Operation::Delete)?,
        again: read(Operation::Again)?,
        import: read(Operation::Import)?,
        dump: read(Operation::Dump)?,
        exchange: read(Operation::Exchange)?,
        folder: section.text("folder")?.map(|folder| home.join(folder)),
        refused: section.numbers("refused")?.unwrap_or_default(),
        environment: match section.section("environment")? {
            Some(environment) => {
                let owned = |(name, value): (&str, &str)| (name.to_owned(), OsString::from(value));
                environment.pairs()?.into_iter().map(owned).collect()
            }
            None => Vec::new(),
        },
    };
    if commands.refused.contains(&0) {
        return Err(section.wrong("refused", "0は、すべて取り込んだことを表します", "0 says that all was taken"));
    }
    if adapter == "command" && commands.export.is_none() && commands.import.is_none() {
        return Err(section.missing("export"));
    }
    Ok(commands)
}

/// A command that a key holds.
pub(super) fn line(
    section: &Section<'_>,
    key: &'static str,
    places: &[Place],
    needed: &[Place],
    home: &Path,
) -> Result<Option<CommandLine>, Wrong> {
    let Some(words) = section.texts(key, true)? else { return Ok(None) };
    let (program, arguments) = words.split_first().ok_or_else(|| section.missing(key))?;
    if program.trim().is_empty() {
        return Err(section.wrong(key, "最初にプログラムを書きます", "the program comes first"));
    }
    let argument = |text: &&str| Template::parse(text, places).map_err(|why| section.wrong(key, &why.ja, &why.en));
    let line = CommandLine {
        program: program_path(program, home),
        arguments: arguments.iter().map(argument).collect::<Result<_, _>>()?,
    };
    match needed.iter().find(|place| !line.has(**place)) {
        Some(place) => {
            let word = place.word();
            let text = place.text();
            Err(section.wrong(
                key,
                &format!("{{{word}}}（{}）がありません", text.ja),
                &format!("there is no {{{word}}}, {}", text.en),
            ))
        }
        None => Ok(Some(line)),
    }
}

/// A bare name is looked for as the system does; a path starts at the folder of the file.
fn program_path(program: &str, home: &Path) -> PathBuf {
    let is_path = program.contains('/') || (cfg!(windows) && program.contains('\\'));
    if is_path { home.join(program) } else { PathBuf::from(program) }
}
