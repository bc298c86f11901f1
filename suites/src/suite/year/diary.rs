//! What each office's people enter on which day, as the generator has it: laid down on the disk a month
//! ahead, and read day by day. Knows days and folders; knows no program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use renkei_generators::calendar::{business_day, day, plus};
use renkei_generators::delivery::{Courier, Delivery, DeliveryError};
use renkei_generators::model::YearMonth;
use renkei_validator::text::Message;
use time::Date;

use super::record::{End, Set, read};
use super::work::{Size, each, folders, unwritable};
use crate::suite::compare::Named;

/// The business days of a month on which there is a round, of all since the one before. Each holds what
/// belongs together: 実績, their corrections and deletions, 委託分の実績, corrected tables, plans, deleted
/// plans, new ones, tables.
const ROUNDS: [u8; 8] = [2, 5, PASSED_ON, 9, 11, 13, 15, 18];

/// The business day on which results of outsourced plans are passed on.
const PASSED_ON: u8 = 6;

/// A day of the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Round {
    pub(super) date: Date,
    /// The month whose results are passed on, on the day for it.
    pub(super) passed_on: Option<YearMonth>,
}

/// The rounds of a month.
pub(super) fn rounds(month: YearMonth) -> impl Iterator<Item = Round> {
    ROUNDS
        .into_iter()
        .map(move |on| Round { date: business_day(month, on), passed_on: (on == PASSED_ON).then(|| plus(month, -1)) })
}

/// The diaries of all offices.
#[derive(Debug)]
pub(super) struct Diary {
    folder: PathBuf,
}

impl Diary {
    pub(super) fn new(folder: PathBuf) -> Diary {
        Diary { folder }
    }

    /// Lays down what is entered of a service month.
    pub(super) fn write(&self, courier: &Courier<'_>, month: YearMonth, threads: usize) -> Result<Size, Message> {
        let managers: Vec<_> = courier.population.managers().collect();
        let sizes = each(threads, &managers, |manager| {
            let mut size = Size::default();
            courier.deliveries::<Stop>(manager, month, &mut |delivery| {
                size.sets += 1;
                size.files += delivery.files.len() as u64;
                size.rows += delivery.files.iter().map(|file| file.rows).sum::<u64>();
                self.lay(&delivery).map_err(Stop)
            })?;
            Ok(size)
        });
        Ok(sizes?.into_iter().sum())
    }

    fn lay(&self, delivery: &Delivery) -> Result<(), Message> {
        let Delivery { sender, title, files, .. } = delivery;
        // Base kind, receiver, its service type and timestamp; kinds may have the separator in them.
        let mut parts = title.rsplitn(4, '_');
        let mut part = || parts.next().unwrap_or_default();
        let (timestamp, to_type, to, kind) = (part(), part(), part(), part());
        let (from, from_type) = sender.split_once('_').unwrap_or((sender, ""));
        let round = round(timestamp).unwrap_or_default();
        let set = format!("{timestamp}.{kind}.{from_type}.{to}.{to_type}");
        let folder = self.folder.join(round).join(from).join(set);
        std::fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
        for file in files {
            let path = folder.join(&file.name);
            std::fs::write(&path, &file.bytes).map_err(|error| unwritable(&path, &error))?;
        }
        Ok(())
    }

    /// The offices whose people enter something on a day, each with its folder.
    pub(super) fn offices(&self, round: Round) -> Result<BTreeMap<String, PathBuf>, Message> {
        let named = |path: PathBuf| Some((path.file_name()?.to_str()?.to_owned(), path));
        Ok(folders(&self.of(round))?.into_iter().filter_map(named).collect())
    }

    /// What is entered in an office, in the order of the day.
    pub(super) fn entries(
        &self,
        folder: &Path,
        take: &mut dyn FnMut(Set) -> Result<(), Message>,
    ) -> Result<(), Message> {
        let office = folder.file_name().unwrap_or_default().to_string_lossy();
        for folder in folders(folder)? {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let mut files: Vec<Named> = super::work::files(&folder)?;
            // Base first, as the name of the set says.
            let parts: Vec<&str> = name.split('.').collect();
            let [_, kind, from_type, to, to_type] = parts[..] else { continue };
            files.sort_by_key(|(name, _)| (!name.starts_with(&format!("{kind}_{office}")), name.clone()));
            let mut set = read(&files)?;
            // People know with which service type they take part, whatever the names tell.
            set.from = End { number: office.clone().into_owned(), service_type: from_type.to_owned() };
            set.to = End { number: to.to_owned(), service_type: to_type.to_owned() };
            take(set)?;
        }
        Ok(())
    }

    /// Throws away what has been entered.
    pub(super) fn done(&self, round: Round) -> Result<(), Message> {
        let folder = self.of(round);
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unwritable(&folder, &error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn of(&self, round: Round) -> PathBuf {
        let date = round.date;
        self.folder.join(format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day()))
    }
}

/// The day of the round that a timestamp falls into.
fn round(timestamp: &str) -> Option<String> {
    let month = YearMonth::parse(timestamp.get(..6)?.as_bytes())?;
    let date = day(month, timestamp.get(6..8)?.parse().ok()?);
    let on = ROUNDS.map(|on| business_day(month, on)).into_iter().find(|on| date <= *on)?;
    Some(format!("{month}{:02}", on.day()))
}

/// Why generating stopped.
struct Stop(Message);

impl From<DeliveryError> for Stop {
    fn from(error: DeliveryError) -> Stop {
        Stop(match error {
            DeliveryError::Version(error) => error.message(),
            // A defect of the generators; what they could not write is fictional.
            DeliveryError::Encode(error) => Message::same(error.to_string()),
        })
    }
}

impl From<Stop> for Message {
    fn from(stop: Stop) -> Message {
        stop.0
    }
}
