//! What a world begins with: read from a description, built in, or recognised in file names. Knows
//! which offices can be; keeps none.
//!
//! Assumptions, as no source tells: the twelve characters after `KJ` are the prefecture and the office
//! number (inferred from one dummy of a manual); what follows the `c` of 個人ユーザ is ours.

mod demo;
mod description;
mod names;

use std::collections::BTreeSet;

use renkei_validator::text::Message;
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use super::NewNotice;
use crate::licence;
use crate::model::{Applicant, Licence, Office, OfficeNumber, PasswordState, User};
use crate::settings;
use crate::world::UserKind;

pub use names::DEFAULT_PROVIDER_TYPE;

/// Offices and notices. No two offices share a number or a user ID.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed {
    offices: Vec<Office>,
    notices: Vec<SeedNotice>,
}

/// A notice of a seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedNotice {
    /// 掲載日時; absent: when the world begins.
    #[serde(with = "time::serde::rfc3339::option")]
    pub at: Option<OffsetDateTime>,
    /// 件名
    pub title: String,
    /// 本文
    pub text: String,
    /// Only for this office; else for all.
    pub office: Option<OfficeNumber>,
}

/// Why a description is no seed.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Not TOML, an unknown key, or a value that cannot be; the message tells the line.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// Not JSON, an unknown key, or a value that cannot be; the message tells the line.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// Nobody could use such a platform.
    #[error("there is no [[offices]]")]
    NoOffices,
    /// Two offices have the same number.
    #[error("office {0} stands there twice")]
    OfficeTwice(OfficeNumber),
    /// Two users have the same ID.
    #[error("user {0} stands there twice")]
    UserTwice(String),
    /// A notice is for an office that is not described.
    #[error("a notice is for office {0}, which is not described")]
    NoticeForNobody(OfficeNumber),
    /// An office cannot be as it is described.
    #[error("office {number}: {}", why.en)]
    Unfit {
        /// Which.
        number: OfficeNumber,
        /// Why not.
        why: Message,
    },
}

impl SeedError {
    /// What is wrong with a description, in both languages.
    pub fn message(&self, text: &str) -> Message {
        let ja = match self {
            SeedError::Toml(error) => return settings::flaw(text, error),
            SeedError::Json(error) => format!("JSONとして読めないか、使えない値です: {error}"),
            SeedError::NoOffices => "[[offices]] が1つもありません".to_owned(),
            SeedError::OfficeTwice(number) => format!("事業所 {number} が2つあります"),
            SeedError::UserTwice(id) => format!("ユーザID {id} が2つあります"),
            SeedError::NoticeForNobody(number) => format!("お知らせのあて先の事業所 {number} がありません"),
            SeedError::Unfit { number, why } => format!("事業所 {number}: {}", why.ja),
        };
        Message::pair(ja, self.to_string())
    }
}

impl Seed {
    /// Reads a description in TOML. `today` is the day that licences without dates count from.
    ///
    /// # Errors
    /// [`SeedError`], with the line where it is known.
    pub fn from_toml(text: &str, today: Date) -> Result<Seed, SeedError> {
        description::seed(toml::from_str(text)?, today)
    }

    /// Reads a description in JSON, of the same shape.
    ///
    /// # Errors
    /// [`SeedError`], with the line where it is known.
    pub fn from_json(text: &str, today: Date) -> Result<Seed, SeedError> {
        description::seed(serde_json::from_str(text)?, today)
    }

    /// A seed of offices, without notices.
    ///
    /// # Errors
    /// [`SeedError::OfficeTwice`], [`SeedError::UserTwice`], [`SeedError::Unfit`].
    pub fn of_offices(offices: Vec<Office>) -> Result<Seed, SeedError> {
        Seed { offices, notices: Vec::new() }.checked()
    }

    /// The fictional world that is built in: a 地域包括支援センター, two care managers, providers, and
    /// offices that something is wrong with. The offices of the project's samples are among them.
    pub fn demo(today: Date) -> Seed {
        demo::seed(today)
    }

    /// The offices that file names tell of, as senders and receivers, with the service types written
    /// there, default passwords and licences that renew themselves. Names that are not the standard's
    /// tell of none. Names of versions without service types make the sender of plans and the receiver
    /// of results a care manager (43), and the other side a [`DEFAULT_PROVIDER_TYPE`] where no other
    /// name tells more.
    pub fn of_file_names<'a>(names: impl IntoIterator<Item = &'a str>, today: Date) -> Seed {
        names::seed(names, today)
    }

    /// The offices, in the order of the description.
    pub fn offices(&self) -> &[Office] {
        &self.offices
    }

    /// The offices, to be completed. Their numbers and users stay as they are.
    pub(crate) fn offices_mut(&mut self) -> &mut [Office] {
        &mut self.offices
    }

    /// The notices, oldest first.
    pub fn notices(&self) -> &[SeedNotice] {
        &self.notices
    }

    fn checked(self) -> Result<Seed, SeedError> {
        let (mut numbers, mut users) = (BTreeSet::new(), BTreeSet::new());
        for office in &self.offices {
            if !numbers.insert(&office.number) {
                return Err(SeedError::OfficeTwice(office.number.clone()));
            }
            if let Some(why) = flaw_of(office) {
                return Err(SeedError::Unfit { number: office.number.clone(), why });
            }
            for user in [&office.office_user, &office.personal_user] {
                if !users.insert(&user.id) {
                    return Err(SeedError::UserTwice(user.id.clone()));
                }
            }
        }
        let nobody = self.notices.iter().filter_map(|notice| notice.office.as_ref());
        match nobody.into_iter().find(|office| !numbers.contains(office)) {
            Some(office) => Err(SeedError::NoticeForNobody(office.clone())),
            None => Ok(self),
        }
    }
}

impl SeedNotice {
    /// The notice, posted now where it has no time of its own.
    pub(super) fn at(&self, now: OffsetDateTime) -> NewNotice {
        NewNotice {
            at: self.at.unwrap_or(now),
            title: self.title.clone(),
            text: self.text.clone(),
            office: self.office.clone(),
        }
    }
}

/// Why an office cannot be as it is said to be; `None` where it can.
pub(crate) fn flaw_of(office: &Office) -> Option<Message> {
    description::flaw_of(office)
}

/// The password that a user gets where none is given: `Office` or `Person` and the office number, such
/// as `Office9970100013`. Sixteen letters and digits, as 電子請求受付システム allows.
pub fn default_password(kind: UserKind, number: &OfficeNumber) -> String {
    match kind {
        UserKind::Office => format!("Office{number}"),
        UserKind::Personal => format!("Person{number}"),
    }
}

fn default_user(kind: UserKind, number: &OfficeNumber) -> User {
    let id = match kind {
        UserKind::Office => format!("KJ{}{number}", &number.as_str()[..2]),
        UserKind::Personal => format!("c{number}"),
    };
    let password = default_password(kind, number);
    User { id, password, state: PasswordState::Regular, failures: 0, locked_until: None }
}

/// An office with default users and no licence.
fn office(number: OfficeNumber, name: String, service_types: BTreeSet<String>) -> Office {
    Office {
        office_user: default_user(UserKind::Office, &number),
        personal_user: default_user(UserKind::Personal, &number),
        name,
        service_types: service_types.into_iter().collect(),
        licence: None,
        certificates: Vec::new(),
        number,
    }
}

/// A licence that is good today and renews itself, from as early as licences do: so that it stays good
/// when the clock is moved back to months of generated data.
fn lasting_licence(today: Date) -> Licence {
    let from = licence::RENEWING_SINCE.min(today);
    Licence { paid: true, renews: true, ..licence_from(from) }
}

/// A licence whose term ended thirty days ago.
fn expired_licence(today: Date) -> Licence {
    let until = today.saturating_sub(Duration::days(30));
    Licence { until, paid: true, renews: false, ..licence_from(until.saturating_sub(Duration::days(364))) }
}

fn licence_from(from: Date) -> Licence {
    Licence {
        applied_on: from,
        from,
        until: licence::end_of_term(from),
        paid: licence::fee(from) == 0,
        renews: from >= licence::RENEWING_SINCE,
        applicant: applicant(),
    }
}

/// Whoever applied: nobody real.
fn applicant() -> Applicant {
    Applicant {
        representative_family_name: "見本".to_owned(),
        representative_given_name: "一郎".to_owned(),
        contact_family_name: "見本".to_owned(),
        contact_given_name: "花子".to_owned(),
        phone: "0300000000".to_owned(),
        mail: "office@example.com".to_owned(),
        mail_again: "office@example.com".to_owned(),
    }
}
