//! Reads `sut.toml`: the software under test, what it claims, and how it is reached. Knows its keys and says
//! which line is wrong; starts nothing.

mod commands;
mod written;

use std::path::{Path, PathBuf};
use std::time::Duration;

use renkei_reports::Pattern;
use renkei_validator::spec::{Party, Version};
use renkei_validator::text::Message;

pub use self::commands::{CommandLine, Commands, Operation};
pub use self::written::{Start, written};
use crate::lang::io_reason;
use crate::section::{Section, Wrong, parse};
use crate::suite::case::versions_of;

/// The file that is read where none is named.
pub const DEFAULT_FILE: &str = "sut.toml";

/// All that `sut.toml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// 介護ソフト名
    pub product: String,
    /// Its version.
    pub product_version: Option<String>,
    /// 提供会社名
    pub company: String,
    /// Whom to ask.
    pub contact: Option<String>,
    /// Whose software it is.
    pub roles: Vec<Party>,
    /// The patterns it claims.
    pub patterns: Vec<Pattern>,
    /// The versions it claims.
    pub versions: Vec<Version>,
    /// How it is reached.
    pub way: Way,
    /// The commands that are given; all of them where [`Way::Command`].
    pub commands: Commands,
    /// How long things may take.
    pub limits: Limits,
    /// Where paths of the file start: its folder.
    pub home: PathBuf,
}

/// How the software is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// By commands that end by themselves.
    Command,
    /// By folders that a program watches.
    Folder(FolderSettings),
    /// By the platform, to which it connects.
    Http(HttpSettings),
    /// By a person in front of it.
    Attended(AttendedSettings),
    /// Renkei's own good program.
    InProcess,
}

/// `[folder]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderSettings {
    /// The folder that holds the others.
    pub path: PathBuf,
    /// How it is told that the program is done.
    pub done: Done,
    /// For how long nothing may change before a folder is at rest.
    pub quiet: Duration,
    /// The program that watches, where renkei is to start it.
    pub start: Option<CommandLine>,
}

/// `[attended]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttendedSettings {
    /// Whether the person can connect the software to the platform, too.
    pub exchange: bool,
}

/// How it is told that a program which watches a folder is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It writes an answer.
    Answer,
    /// It takes what it was given away.
    Taken,
    /// It has been at rest for a while.
    Quiet,
}

/// `[http]`: at least one of `start` and `tell`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSettings {
    /// The client, where renkei is to start it. It is ended when the exchange is over.
    pub start: Option<CommandLine>,
    /// The file that tells a client which runs already where the platform is. It is there during an exchange only.
    pub tell: Option<PathBuf>,
    /// For how long the client may be silent before the exchange is over.
    pub quiet: Duration,
}

/// `[limits]`: how long things may take, and how much of what a program says is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// To forget everything.
    pub reset: Duration,
    /// To export.
    pub export: Duration,
    /// To import.
    pub import: Duration,
    /// To tell what is held.
    pub dump: Duration,
    /// To send and receive.
    pub exchange: Duration,
}

/// Bytes of each stream of a program that are kept.
pub const KEEP: u64 = 1 << 20;

impl Default for Limits {
    fn default() -> Limits {
        let seconds = Duration::from_secs;
        Limits {
            reset: seconds(60),
            export: seconds(120),
            import: seconds(120),
            dump: seconds(60),
            exchange: seconds(600),
        }
    }
}

impl Limits {
    /// How long an operation may take.
    pub fn of(&self, operation: Operation) -> Duration {
        match operation {
            Operation::Reset => self.reset,
            Operation::Export | Operation::Delete | Operation::Again => self.export,
            Operation::Import => self.import,
            Operation::Dump => self.dump,
            Operation::Exchange => self.exchange,
        }
    }
}

/// Words of `roles`.
pub const ROLES: [(&str, Party); 3] =
    [("care-manager", Party::CareManager), ("provider", Party::Provider), ("center", Party::Center)];

/// Words of `adapter`.
pub const ADAPTERS: [&str; 5] = ["command", "folder", "http", "attended", "in-process"];

/// Words of `folder.done`.
pub const DONE: [(&str, Done); 3] = [("answer", Done::Answer), ("taken", Done::Taken), ("quiet", Done::Quiet)];

/// Words of `patterns`: what a vendor can claim. Transport and robustness are claimed by nobody; they are tried
/// wherever the adapter can.
pub const PATTERNS: [(&str, Pattern); 10] = [
    ("D1", Pattern::D1),
    ("D2", Pattern::D2),
    ("D3", Pattern::D3),
    ("D4", Pattern::D4),
    ("D5", Pattern::D5),
    ("D6", Pattern::D6),
    ("D7", Pattern::D7),
    ("計画書(1,2表)", Pattern::Plan),
    ("予定(6,7表)", Pattern::Schedule),
    ("実績(6表)", Pattern::Result),
];

/// Words of `versions`.
pub fn versions() -> [(&'static str, Version); 3] {
    Version::ALL.map(|version| (version.value(), version))
}

const KEYS: [&str; 13] = [
    "product",
    "product_version",
    "company",
    "contact",
    "roles",
    "patterns",
    "versions",
    "adapter",
    "command",
    "folder",
    "http",
    "limits",
    "attended",
];

impl Settings {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// What is wrong, with the line where it stands in the file.
    pub fn load(path: &Path) -> Result<Settings, Message> {
        let name = path.display().to_string();
        let text = crate::text_file::read(path).map_err(|error| {
            let why = io_reason(&error);
            Message::pair(
                format!("{name} を読み取れません: {}。renkei test init で作れます", why.ja),
                format!("cannot read {name}: {}; renkei test init writes one", why.en),
            )
        })?;
        let home = std::path::absolute(path).ok().and_then(|path| path.parent().map(Path::to_path_buf));
        Settings::parse(&name, &text, &home.unwrap_or_default())
    }

    /// Reads the text of a file that is in that folder.
    ///
    /// # Errors
    ///
    /// What is wrong, with the line where it stands in the text.
    pub fn parse(name: &str, text: &str, home: &Path) -> Result<Settings, Message> {
        parse(name, text, |root| read(root, home))
    }
}

fn read(root: &Section<'_>, home: &Path) -> Result<Settings, Wrong> {
    root.only(&KEYS)?;
    let adapter = root.required("adapter")?;
    let words = ADAPTERS.map(|word| (word, word));
    let adapter = root.word("adapter", adapter, &words)?;
    for section in ["folder", "http", "attended"] {
        if root.has(section) && section != adapter {
            return Err(root.wrong(
                section,
                &format!("adapter が \"{adapter}\" のときは使えません"),
                &format!("it is not used where adapter is {adapter}"),
            ));
        }
    }
    let commands = match root.section("command")? {
        Some(section) if matches!(adapter, "command" | "folder" | "http") => commands::read(&section, home, adapter)?,
        Some(_) => {
            return Err(root.wrong(
                "command",
                &format!("adapter が \"{adapter}\" のときは使えません"),
                &format!("it is not used where adapter is {adapter}"),
            ));
        }
        None if adapter == "command" => return Err(root.missing("command")),
        None => Commands::default(),
    };
    let way = match adapter {
        "command" => Way::Command,
        "folder" => Way::Folder(folder(&root.section("folder")?.ok_or_else(|| root.missing("folder"))?, home)?),
        "http" => Way::Http(http(&root.section("http")?.ok_or_else(|| root.missing("http"))?, home)?),
        "attended" => Way::Attended(match root.section("attended")? {
            Some(section) => attended(&section)?,
            None => AttendedSettings::default(),
        }),
        _ => Way::InProcess,
    };
    let settings = Settings {
        product: root.required("product")?.to_owned(),
        product_version: root.text("product_version")?.map(str::to_owned),
        company: root.required("company")?.to_owned(),
        contact: root.text("contact")?.map(str::to_owned),
        roles: root.words("roles", &ROLES)?.ok_or_else(|| root.missing("roles"))?,
        patterns: root.words("patterns", &PATTERNS)?.ok_or_else(|| root.missing("patterns"))?,
        versions: root.words("versions", &versions())?.ok_or_else(|| root.missing("versions"))?,
        way,
        commands,
        limits: match root.section("limits")? {
            Some(section) => limits(&section)?,
            None => Limits::default(),
        },
        home: home.to_owned(),
    };
    for (word, pattern) in PATTERNS.iter().filter(|(_, pattern)| settings.patterns.contains(pattern)) {
        let tried = versions_of(&[*pattern]);
        if tried.is_disjoint(&settings.versions.iter().copied().collect()) {
            let tried: Vec<&str> = tried.into_iter().map(Version::value).collect();
            let tried = tried.join(", ");
            return Err(root.wrong(
                "patterns",
                &format!(
                    "{word} のケースは、CSVバージョン {tried} のものです。versions に加えるか、{word} を外してください"
                ),
                &format!("the cases of {word} are of {tried}: add it to versions, or leave {word} out"),
            ));
        }
    }
    Ok(settings)
}

const FOLDER_QUIET: Duration = Duration::from_secs(2);
/// Longer than a good client waits of its own choice before it tries again; ours does for 30 seconds.
const HTTP_QUIET: Duration = Duration::from_secs(40);

fn folder(section: &Section<'_>, home: &Path) -> Result<FolderSettings, Wrong> {
    section.only(&["path", "done", "quiet", "start"])?;
    let done = section.required("done")?;
    Ok(FolderSettings {
        path: home.join(section.required("path")?),
        done: section.word("done", done, &DONE)?,
        quiet: section.seconds("quiet")?.unwrap_or(FOLDER_QUIET),
        start: commands::line(section, "start", &[], &[], home)?,
    })
}

fn http(section: &Section<'_>, home: &Path) -> Result<HttpSettings, Wrong> {
    section.only(&["start", "tell", "quiet"])?;
    let settings = HttpSettings {
        start: commands::line(section, "start", Operation::Exchange.places(), &[], home)?,
        tell: section.text("tell")?.map(|path| home.join(path)),
        quiet: section.seconds("quiet")?.unwrap_or(HTTP_QUIET),
    };
    if settings.start.is_none() && settings.tell.is_none() {
        return Err(section.missing("start"));
    }
    Ok(settings)
}

fn attended(section: &Section<'_>) -> Result<AttendedSettings, Wrong> {
    section.only(&["exchange"])?;
    Ok(AttendedSettings { exchange: section.flag("exchange")?.unwrap_or_default() })
}

fn limits(section: &Section<'_>) -> Result<Limits, Wrong> {
    section.only(&["reset", "export", "import", "dump", "exchange"])?;
    let usual = Limits::default();
    Ok(Limits {
        reset: section.seconds("reset")?.unwrap_or(usual.reset),
        export: section.seconds("export")?.unwrap_or(usual.export),
        import: section.seconds("import")?.unwrap_or(usual.import),
        dump: section.seconds("dump")?.unwrap_or(usual.dump),
        exchange: section.seconds("exchange")?.unwrap_or(usual.exchange),
    })
}
