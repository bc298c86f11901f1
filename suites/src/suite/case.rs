//! Cases: what is given, what the software does, what is expected of it. Knows the closed vocabulary of
//! `suites/cases/`; draws no data (that is [`given`](super::given)'s) and runs nothing.
//!
//! ```toml
//! id = "d2.export.two-visits-a-day"
//! title = { ja = "1日に2回の訪問を出力します", en = "Two visits of a day are exported" }
//! pattern = "D2"
//! kind = "export"
//! versions = ["202407"]
//! requirements = ["table6.rows"]
//!
//! [[given]]
//! name = "plan"
//! draw = { unit = "USE_TABLE" }
//!
//! [[given.change]]
//! kind = "UPPLAN"
//! row = 1
//! copy = true
//! set = { start_time = "1700", end_time = "1730" }
//!
//! [[step]]
//! do = "export"
//! content = ["plan"]
//!
//! [expect]
//! says = ["plan"]
//! ```

mod load;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use renkei_reports::{CaseKind, Pair, Pattern};
use renkei_validator::spec::{Key, Kind, Version};
use serde::Deserialize;

use super::content::End;
use super::sut::{Operation, Role};

pub use self::load::{FILES, cases, find, parse};

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// `d2.export.two-visits-a-day`: pattern, what is done, what it is about. Never changes.
    pub id: String,
    /// What it is about, in one sentence.
    pub title: Pair,
    /// What it belongs to.
    pub pattern: Pattern,
    /// What is tried.
    pub kind: Aim,
    /// The versions it is for. It runs once: in the first of these that the software has.
    #[serde(deserialize_with = "words::versions")]
    pub versions: Vec<Version>,
    /// Whose software it is for; without it, whose the first step makes it: the sender of what is exported
    /// or sent, the receiver of what is imported or fetched.
    #[serde(default)]
    pub role: Option<Role>,
    /// Ids of `suites/requirements.csv`.
    pub requirements: Vec<String>,
    /// What there is to work with.
    #[serde(default)]
    pub given: Vec<Given>,
    /// The platform, in cases that talk to it.
    #[serde(default)]
    pub platform: Platform,
    /// What is done, in order.
    pub step: Vec<Step>,
    /// What must be true at the end.
    #[serde(default)]
    pub expect: Expect,
}

/// What a case tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// The software writes what it holds.
    Export,
    /// The software holds what it reads.
    Import,
    /// Something is withdrawn.
    Delete,
    /// Something replaces what was sent before.
    Correct,
    /// Something must be refused.
    Reject,
    /// The way to the platform and back.
    Transport,
    /// Files with defects.
    Robustness,
    /// Which version is written and read when.
    Version,
    /// Ends of months, lengths, characters, codes.
    Boundary,
}

/// Something to work with: a content, and the files that say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// What steps call it.
    pub name: String,
    /// Drawn from the generators. One of `draw`, `from` and `deletes` is there.
    #[serde(default)]
    pub draw: Option<Draw>,
    /// A copy of an earlier one, sent an hour after it.
    #[serde(default)]
    pub from: Option<String>,
    /// The deletion of an earlier one, sent an hour after it: of each person and plan, day or month in it.
    #[serde(default)]
    pub deletes: Option<String>,
    /// Only these kinds of it; all where there are none.
    #[serde(default, deserialize_with = "words::kinds")]
    pub only: Vec<Kind>,
    /// What is changed in it, in order.
    #[serde(default)]
    pub change: Vec<Change>,
    /// Parts of the names of its files that become others.
    #[serde(default)]
    pub named: Named,
    /// Another form of the same, that a file may also have.
    #[serde(default)]
    pub form: Option<Form>,
    /// Its files are those of a mutant that breaks one rule.
    #[serde(default)]
    pub mutant: Option<Mutant>,
}

/// A set of files from the generators.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// The sending unit of `units.csv`: `CARE_PLAN`, `USE_TABLE`, `RESULT`, …
    pub unit: String,
    /// Whether it is about 介護予防; without it, whether the pattern is.
    #[serde(default)]
    pub prevention: Option<bool>,
    /// Who sends it.
    #[serde(default)]
    pub sender: Option<Role>,
    /// Who receives it.
    #[serde(default)]
    pub receiver: Option<Role>,
    /// Of which population.
    #[serde(default = "words::one")]
    pub seed: u64,
    /// The service month (YYYYMM); without it 202610, or 202410 before 202407.
    #[serde(default, deserialize_with = "words::month")]
    pub month: Option<String>,
    /// The version; without it, that of the case.
    #[serde(default, deserialize_with = "words::version")]
    pub version: Option<Version>,
    /// How many people it is about: the first of the set.
    #[serde(default = "words::one_usize")]
    pub people: usize,
    /// Only people of whom each of these is true.
    #[serde(default)]
    pub having: Vec<Having>,
    /// Which of the sets that fit, from 1.
    #[serde(default = "words::one_usize")]
    pub nth: usize,
}

/// Something true of a person: one of the rows has something in an item.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Having {
    /// The kind of the row.
    #[serde(deserialize_with = "words::kind")]
    pub kind: Kind,
    /// The item.
    #[serde(deserialize_with = "words::key")]
    pub item: Key,
    /// What its value begins with; without it, anything but 0.
    #[serde(default)]
    pub begins: String,
}

/// A change of rows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The kind of the rows.
    #[serde(deserialize_with = "words::kind")]
    pub kind: Kind,
    /// Only of the nth person, from 1.
    #[serde(default)]
    pub person: Option<usize>,
    /// Only rows in which these items hold these values.
    #[serde(default, rename = "where", deserialize_with = "words::items")]
    pub only: BTreeMap<Key, Value>,
    /// Only the nth of the rows left, from 1.
    #[serde(default)]
    pub row: Option<usize>,
    /// First the rows are copied, each behind itself; the copies are what is changed.
    #[serde(default)]
    pub copy: bool,
    /// Items that become something else.
    #[serde(default, deserialize_with = "words::items")]
    pub set: BTreeMap<Key, Value>,
    /// The rows go away; a document without rows does, too.
    #[serde(default)]
    pub remove: bool,
}

/// What an item becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// This.
    Text(String),
    /// This, so many times: `{ repeat = "あ", times = 400 }`.
    Repeat(String, usize),
}

/// Parts of names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// 送信元
    #[serde(default)]
    pub source: Option<End>,
    /// 送信先
    #[serde(default)]
    pub destination: Option<End>,
    /// 対象年月
    #[serde(default)]
    pub month: Option<String>,
    /// ファイル連番
    #[serde(default)]
    pub timestamp: Option<String>,
}

/// Another form that says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Every cell that holds something is in quotes.
    AllQuoted,
    /// Numbers without leading zeros have them.
    ZeroPadded,
    /// The rows in the opposite order, where their order is free.
    Reversed,
    /// The extension in small letters.
    SmallExtension,
    /// Characters that have two codes in MS932 have the one that encoders do not write.
    OtherCodes,
    /// Lines end with LF only.
    LineFeeds,
    /// No line end stands after the last row.
    NoFinalLineEnd,
}

/// A mutant: a set that breaks one rule alone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// The rule's id.
    pub rule: String,
    /// Which of its mutants that fit the set, from 1.
    #[serde(default = "words::one_usize")]
    pub nth: usize,
}

/// How the platform is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// A fault plan, as `renkei serve --plan` reads it.
    #[serde(default)]
    pub plan: Option<String>,
    /// The certificate that the software gets, by the name that `renkei certs` gives it; a good one without it.
    #[serde(default)]
    pub certificate: Option<String>,
    /// The licence of the software's office.
    #[serde(default)]
    pub licence: Licence,
    /// The password of its 事業所ユーザ.
    #[serde(default)]
    pub password: Password,
    /// Offices that are not registered: `source` or `destination` of what is sent.
    #[serde(default)]
    pub unregistered: Vec<Side>,
    /// Whether it looks at what files say, and refuses what does not conform.
    #[serde(default)]
    pub gate: bool,
    /// Entries on a page of a list, where the software asks for no number of them.
    #[serde(default)]
    pub page: Option<u32>,
}

/// A licence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Licence {
    /// It is valid.
    #[default]
    Valid,
    /// It ended yesterday.
    Expired,
}

/// A password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Password {
    /// It can be used.
    #[default]
    Regular,
    /// 仮パスワード: it has to be changed before it can be used.
    Temporary,
    /// Its term is over.
    Expired,
}

/// One end of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// 送信元
    Source,
    /// 送信先
    Destination,
}

/// Something that is done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// The software is to hold this and writes it.
    Export {
        /// Names of givens.
        #[serde(default)]
        content: Vec<String>,
        /// Why it is written. With `again` there is no content.
        #[serde(default)]
        operation: Operation,
        /// With `correct`, what was sent before.
        #[serde(default)]
        before: Vec<String>,
    },
    /// The software reads this.
    Import {
        /// Names of givens, as one delivery.
        files: Vec<String>,
        /// Whether it must refuse all of it.
        #[serde(default)]
        refused: bool,
    },
    /// The software finds this in its outbox and talks to the platform.
    Send {
        /// Names of givens, a delivery each.
        files: Vec<String>,
    },
    /// Somebody else has sent this; the software talks to the platform.
    Fetch {
        /// Names of givens, a delivery each.
        files: Vec<String>,
    },
    /// The software talks to the platform once more.
    Exchange {},
    /// The fault plan ends here.
    Mend {},
}

/// What must be true at the end. Of every case: exported files conform, and no step ends in trouble.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// What the files of the last export say: names of givens.
    #[serde(default)]
    pub says: Option<Vec<String>>,
    /// What the software holds: names of givens; an empty list is nothing.
    #[serde(default)]
    pub holds: Option<Vec<String>>,
    /// Items that may hold anything, beside those that are always the software's own.
    #[serde(default, deserialize_with = "words::keys")]
    pub ignore: Vec<Key>,
    /// What arrives at the platform once each, and nothing else does: names of givens.
    #[serde(default)]
    pub delivered: Option<Vec<String>>,
    /// What lies in the inbox once each, whole, and nothing else does: names of givens.
    #[serde(default)]
    pub received: Option<Vec<String>>,
    /// What the journal and the software show beyond that.
    #[serde(default)]
    pub transport: Vec<Conduct>,
}

/// How a client behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conduct {
    /// It waits as long as the platform asks for, and longer from try to try.
    BacksOff,
    /// It sends no request to a platform that it cannot trust.
    RefusesPlatform,
    /// It sends no request to where a redirect leads.
    FollowsNoRedirect,
    /// It reports that something was not done.
    ReportsTrouble,
    /// It reports that all is done.
    ReportsDone,
    /// It does not try again what cannot succeed.
    GivesUp,
    /// It has fetched every byte of what the platform holds as fetched (済).
    FetchedWhole,
    /// It sends nothing again that was accepted, and fetches no file twice.
    NothingAgain,
}

impl Case {
    /// Which way data goes.
    pub fn direction(&self) -> CaseKind {
        let exports = self.step.iter().any(|step| matches!(step, Step::Export { .. }));
        let imports = self.step.iter().any(|step| matches!(step, Step::Import { .. }));
        match (exports, imports) {
            (true, false) => CaseKind::Export,
            (false, true) => CaseKind::Import,
            (true, true) | (false, false) => CaseKind::Exchange,
        }
    }

    /// Whether it needs the platform.
    pub fn is_transport(&self) -> bool {
        let talks = |step: &Step| matches!(step, Step::Send { .. } | Step::Fetch { .. } | Step::Exchange {});
        self.step.iter().any(talks)
    }

    /// The given of that name.
    pub fn given(&self, name: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.name == name)
    }
}

/// The versions that the cases of these patterns are of.
pub fn versions_of(patterns: &[Pattern]) -> BTreeSet<Version> {
    let of_patterns = cases().iter().filter(|case| patterns.contains(&case.pattern));
    of_patterns.flat_map(|case| case.versions.iter().copied()).collect()
}
