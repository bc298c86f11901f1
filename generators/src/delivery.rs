//! Which sets of files an office sends in a month, and what other offices send it: who, to whom,
//! when, under which names. Knows sending units and parties; knows no folder and no thread.
//!
//! The work is cut by the office that sends the plans and by month ([`Courier::deliveries`]):
//! everything about a user in a month is made there, each office's and user's part from its own
//! dice. Business days before the month are given to plans and tables, those within it to corrections,
//! those behind it to results, each kind of set with days of its own, so that no two sets between the
//! same two offices share a timestamp.

mod client;
mod sets;
mod single;

pub use client::Client;
pub(crate) use sets::rows;
pub use single::{single_name, single_rows};

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::{Kind, Segment, Version, grammar};
use thiserror::Error;
use time::{Date, Duration, PrimitiveDateTime, Time};

use crate::calendar::{business_day, plus};
use crate::chance::Dice;
use crate::encode::EncodeError;
use crate::model::{Office, Trade};
use crate::population::Population;
use crate::version::{VersionError, Versions};

/// A file of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its kind.
    pub kind: Kind,
    /// Its name, as the standard has it.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// How many rows.
    pub rows: u64,
}

/// Files that are sent together: one sender, receiver and timestamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The service month that it belongs to.
    pub month: YearMonth,
    /// The sender, as in the names of its files.
    pub sender: String,
    /// The receiver, the timestamp, and what the set is.
    pub title: String,
    /// Base first.
    pub files: Vec<File>,
}

/// Why deliveries cannot be made.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// A value does not fit its item: a defect of the generators.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The month cannot be written in the version asked for.
    #[error("{}", .0.message().en)]
    Version(VersionError),
}

/// One end of a set: an office, and the service type that it takes part with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct End<'a> {
    pub(crate) index: u32,
    pub(crate) service_type: [u8; 2],
    pub(crate) number: &'a str,
}

impl<'a> End<'a> {
    pub(crate) fn of(office: &'a Office) -> End<'a> {
        let service_type = match office.trade {
            Trade::CareManagement => *b"43",
            Trade::CommunityCenter => *b"46",
            Trade::Service(code) => code,
        };
        End { index: office.index, service_type, number: &office.number }
    }

    pub(crate) fn type_text(&self) -> String {
        self.service_type.map(char::from).iter().collect()
    }
}

/// What a set is sent for. Each has days of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Plan,
    PlanDelete,
    InfoDelete,
    PlanAgain,
    Tables,
    Corrected,
    Withdrawn,
    WithoutWithdrawn,
    Result,
    ResultCorrected,
    ResultDelete,
    Forwarded,
}

impl Purpose {
    /// The month, counted from the service month, and the business days of it.
    fn days(self) -> (i32, u8, u8) {
        match self {
            Purpose::Plan => (-1, 10, 11),
            Purpose::PlanDelete => (-1, 12, 12),
            Purpose::InfoDelete => (-1, 13, 13),
            Purpose::PlanAgain => (-1, 14, 15),
            Purpose::Tables => (-1, 16, 18),
            Purpose::Corrected => (0, 7, 7),
            Purpose::Withdrawn => (0, 8, 8),
            Purpose::WithoutWithdrawn => (0, 9, 9),
            Purpose::Result => (1, 1, 2),
            Purpose::ResultCorrected => (1, 3, 4),
            Purpose::ResultDelete => (1, 5, 5),
            Purpose::Forwarded => (1, 6, 6),
        }
    }

    /// The day a user's records of the purpose are made: before the first set of it is sent.
    pub(crate) fn made_on(self, month: YearMonth) -> Date {
        let (months, first, _) = self.days();
        business_day(plus(month, months), first)
    }
}

/// Marks the dice of this module.
const DELIVERY: u64 = 0xDE11;

/// Makes the deliveries of a population.
#[derive(Clone, Copy, Debug)]
pub struct Courier<'a> {
    /// Whose.
    pub population: &'a Population,
    /// In which versions.
    pub versions: Versions,
}

impl<'a> Courier<'a> {
    /// All deliveries of a month whose plans an office sends: its own, those of the offices that
    /// send their results to it, and those it has from and for the 地域包括支援センター.
    ///
    /// # Errors
    ///
    /// What `take` says, and a month that cannot be written.
    pub fn deliveries<E: From<DeliveryError>>(
        &self,
        manager: &Office,
        month: YearMonth,
        take: &mut dyn FnMut(Delivery) -> Result<(), E>,
    ) -> Result<(), E> {
        let version = self.version(month)?;
        let clients = Client::all(self.population, manager, month, version);
        let round = sets::Round { courier: *self, manager, month, version };
        round.run(&clients, take)
    }

    /// The version of a month.
    ///
    /// # Errors
    ///
    /// A month that cannot be written in the version asked for.
    pub fn version(&self, month: YearMonth) -> Result<Version, DeliveryError> {
        self.versions.of(month).map_err(DeliveryError::Version)
    }

    pub(crate) fn dice(&self, path: &[u64]) -> Dice {
        let mut whole = vec![DELIVERY];
        whole.extend_from_slice(path);
        Dice::of(self.population.request().seed, &whole)
    }

    /// When a set is sent: within the days of its purpose, in office hours.
    pub(crate) fn timestamp(
        &self,
        month: YearMonth,
        purpose: Purpose,
        from: End<'_>,
        to: End<'_>,
    ) -> PrimitiveDateTime {
        let ends = u64::from(from.index) << 32 | u64::from(to.index);
        let types =
            u64::from(u16::from_be_bytes(to.service_type)) << 16 | u64::from(u16::from_be_bytes(from.service_type));
        let months = u64::from(month.year) * 12 + u64::from(month.month);
        let mut dice = self.dice(&[1, ends, types, months, purpose as u64]);
        let (offset, first, last) = purpose.days();
        let date = business_day(plus(month, offset), dice.between(u32::from(first), u32::from(last)) as u8);
        let opening = PrimitiveDateTime::new(date, Time::MIDNIGHT) + Duration::hours(8) + Duration::minutes(30);
        opening + Duration::seconds(i64::from(dice.below(9 * 3600)))
    }
}

/// What the name of a file says beside its kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address<'a> {
    pub(crate) version: Version,
    pub(crate) from: End<'a>,
    pub(crate) to: End<'a>,
    pub(crate) at: PrimitiveDateTime,
}

impl Address<'_> {
    pub(crate) fn timestamp(&self) -> String {
        let (date, time) = (self.at.date(), self.at.time());
        let (hour, minute, second) = time.as_hms();
        format!("{:04}{:02}{:02}{hour:02}{minute:02}{second:02}", date.year(), u8::from(date.month()), date.day())
    }

    /// The name of a file, by the segments of the standard. `month` is that of the name.
    ///
    /// # Errors
    ///
    /// A kind that the version has not.
    pub(crate) fn name(&self, kind: Kind, month: &str, branch: u32) -> Result<String, EncodeError> {
        let version = self.version;
        let grammar = grammar(version, kind).ok_or(EncodeError::NoKind { version, kind })?;
        let mut name = kind.name().to_owned();
        for segment in &grammar.segments {
            name.push('_');
            match segment {
                Segment::TargetMonth => name.push_str(month),
                Segment::SenderOffice => name.push_str(self.from.number),
                Segment::SenderServiceType => name.push_str(&self.from.type_text()),
                Segment::ReceiverOffice => name.push_str(self.to.number),
                Segment::ReceiverServiceType => name.push_str(&self.to.type_text()),
                Segment::Timestamp => name.push_str(&self.timestamp()),
                Segment::Branch => name.push_str(&format!("{branch:04}")),
            }
        }
        name.push_str(if kind == Kind::UpkihonImage { ".jpg" } else { ".CSV" });
        Ok(name)
    }
}
