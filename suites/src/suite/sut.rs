//! The software under test, as cases see it. Knows what is asked of it and how it answers; knows no way to
//! reach it (that is an adapter's) and judges nothing.
//!
//! An adapter answers [`Trouble::Blocked`] where nothing can be said about the software, and
//! [`Trouble::Failed`] where the software did it wrong. The two never become one another: a runner makes
//! *blocked* of the one and *fail* of the other.

use std::collections::BTreeSet;
use std::path::PathBuf;

use renkei_reports::Pattern;
use renkei_validator::spec::{Party, Version};
use renkei_validator::text::Message;
use serde::{Deserialize, Serialize};

use super::compare::Named;
use super::content::{Content, End};

/// Whose software it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 居宅介護支援事業所
    CareManager,
    /// サービス事業所
    Provider,
    /// 地域包括支援センター
    Center,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 3] = [Role::CareManager, Role::Provider, Role::Center];

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Role::CareManager => "care-manager",
            Role::Provider => "provider",
            Role::Center => "center",
        }
    }
}

impl From<Party> for Role {
    fn from(party: Party) -> Role {
        match party {
            Party::CareManager => Role::CareManager,
            Party::Provider => Role::Provider,
            Party::Center => Role::Center,
        }
    }
}

impl From<Role> for Party {
    fn from(role: Role) -> Party {
        match role {
            Role::CareManager => Party::CareManager,
            Role::Provider => Party::Provider,
            Role::Center => Party::Center,
        }
    }
}

/// What a software can do. What it cannot is skipped, with that reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Whose software it is; some are for more than one.
    pub roles: BTreeSet<Role>,
    /// The patterns claimed.
    pub patterns: BTreeSet<Pattern>,
    /// The versions it writes and reads.
    pub versions: BTreeSet<Version>,
    /// It can be told what to hold, and writes files.
    pub export: bool,
    /// It can withdraw what it has sent: [`Operation::Delete`]. The standard leaves that to it.
    pub delete: bool,
    /// It reads files.
    pub import: bool,
    /// It can tell what it holds, as a [`Content`].
    pub dump: bool,
    /// It can write out again what it has read: [`Operation::Again`].
    pub again: bool,
    /// It tells of each file whether it took it. Without it, a refusal shows only in what it holds.
    pub answers: bool,
    /// It talks to the platform.
    pub exchange: bool,
}

/// Why a task was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It could not be told what the software does: the adapter, the set-up or the machine.
    Blocked(Message),
    /// The software did it wrong: it hung, wrote nothing, wrote half a file, wrote elsewhere.
    Failed(Message),
}

/// What is written, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// `content` is sent for the first time.
    #[default]
    New,
    /// `before` was sent, and `content` replaces it.
    Correct,
    /// `content` was sent, and is withdrawn: its deletion is written.
    Delete,
    /// What was imported is written out as it is held; `content` is empty.
    Again,
}

/// Asks for files.
#[derive(Clone, Debug)]
pub struct ExportTask<'a> {
    /// The case's id: adapters name folders by it.
    pub case: &'a str,
    /// The role that the software plays in the case.
    pub role: Role,
    /// The version to write.
    pub version: Version,
    /// What is sent, corrected to, or deleted. Its documents name sender and receiver; their timestamps and
    /// the days on which documents were made ([`OWN`](super::compare::OWN)) are the software's own.
    pub content: &'a Content,
    /// With [`Operation::Correct`], what was sent before.
    pub before: Option<&'a Content>,
    /// Why it is written.
    pub operation: Operation,
}

/// Gives files.
#[derive(Clone, Debug)]
pub struct ImportTask<'a> {
    /// The case's id.
    pub case: &'a str,
    /// The role that the software plays in the case.
    pub role: Role,
    /// The office that the files are for, where they have one receiver.
    pub office: Option<End>,
    /// The files of one delivery, in the order of their names.
    pub files: &'a [Named],
}

/// What a software said of the files it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Of each file it spoke of, in any order. Files not named were taken without a word.
    pub answers: Vec<Answer>,
}

/// What a software said of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The file's name.
    pub file: String,
    /// Whether it took it.
    pub accepted: bool,
    /// Its words.
    pub message: Option<String>,
}

/// Lets the software talk to the platform once: send what is in its outbox, fetch what is for it, end.
#[derive(Clone, Debug)]
pub struct ExchangeTask<'a> {
    /// The case's id.
    pub case: &'a str,
    /// The role that the software plays in the case.
    pub role: Role,
    /// The office that it is.
    pub office: &'a str,
    /// Where the platform is: `https://localhost:…`.
    pub platform: &'a str,
    /// The authority to be trusted, in PEM.
    pub ca: PathBuf,
    /// The office's certificate and key, PKCS#12.
    pub p12: PathBuf,
    /// 証明書発行用パスワード
    pub p12_password: &'a str,
    /// 個人ユーザ and its password.
    pub personal: (&'a str, &'a str),
    /// 事業所ユーザ and its password.
    pub office_user: (&'a str, &'a str),
    /// The same as `client.toml`, for clients that read ours.
    pub profile: PathBuf,
    /// Each folder in it is a delivery to be sent. What was sent must not be sent again.
    pub outbox: PathBuf,
    /// Where fetched files go, whole or not at all, in folders of any names.
    pub inbox: PathBuf,
    /// Where the software may keep what it must remember from one exchange to the next; the same for all
    /// exchanges of a case.
    pub memory: PathBuf,
    /// The platform's journal. It grows while somebody talks to the platform.
    pub journal: PathBuf,
}

/// How an exchange ended, in the software's own eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// Whether it reports that all is done; `None` where it reports nothing.
    pub done: Option<bool>,
    /// Its words.
    pub message: Option<String>,
}

/// A software under test. One is used by one case at a time.
pub trait Sut: Send {
    /// What it can do.
    fn abilities(&self) -> Abilities;

    /// Empties it: it holds nothing afterwards.
    ///
    /// # Errors
    ///
    /// See [`Trouble`].
    fn reset(&mut self, case: &str) -> Result<(), Trouble>;

    /// Lets it write files.
    ///
    /// # Errors
    ///
    /// See [`Trouble`].
    fn export(&mut self, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble>;

    /// Lets it read files.
    ///
    /// # Errors
    ///
    /// See [`Trouble`]. A refusal is none: it is an [`Answer`].
    fn import(&mut self, task: &ImportTask<'_>) -> Result<Imported, Trouble>;

    /// Lets it tell what it holds.
    ///
    /// # Errors
    ///
    /// See [`Trouble`].
    fn dump(&mut self, case: &str) -> Result<Content, Trouble>;

    /// Lets it talk to the platform.
    ///
    /// # Errors
    ///
    /// See [`Trouble`]. That it could not do what it wanted is none: it is an [`Exchanged`].
    fn exchange(&mut self, task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble>;
}
