//! The platform that the offices of a population exchange through: who is registered, whose licence runs,
//! what time it is, what goes wrong. Knows the platform's parts; knows no document.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use renkei_generators::arrangement::trade_of;
use renkei_generators::model::{Office, Trade};
use renkei_generators::population::Population;
use renkei_mock_platform::api::body::LicenceApplication;
use renkei_mock_platform::clock::{Clock, Hand, JST};
use renkei_mock_platform::faults::Plan;
use renkei_mock_platform::licence::{self, LicenceState, RENEWING_SINCE, end_of_term};
use renkei_mock_platform::model::OfficeNumber;
use renkei_mock_platform::server::{Data, Options, Running, start};
use renkei_mock_platform::world::Seed;
use renkei_validator::text::Message;
use serde_json::{Value, json};
use time::{Date, PrimitiveDateTime, Time};
use tokio::runtime::Handle;

use super::program::Role;
use super::work::unwritable;
use crate::client::{Client, Folders, Policy, Profile, Tally, Told, Tools, Unwatched, Waits};
use crate::gate::Validation;
use crate::proof::{self, Proof};

/// Services that an office of another type gives, too: those of 介護予防.
const PREVENTION: [[u8; 2]; 7] = [*b"62", *b"63", *b"64", *b"66", *b"67", *b"24", *b"34"];

/// Passes after which what is left is left: a plan strikes a bounded number of times.
const MOST_PASSES: usize = 6;

/// Where the offices have their folders.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) folder: PathBuf,
}

impl Places {
    /// The folder of an office.
    pub(super) fn of(&self, number: &str) -> PathBuf {
        self.folder.join("offices").join(number)
    }

    pub(super) fn outbox(&self, number: &str) -> PathBuf {
        self.of(number).join("outbox")
    }

    pub(super) fn inbox(&self, number: &str) -> PathBuf {
        self.of(number).join("inbox")
    }

    /// The documents of an office.
    pub(super) fn documents(&self, number: &str) -> PathBuf {
        self.of(number).join("program.sqlite")
    }

    /// What receivers should have of an office.
    pub(super) fn entered(&self, number: &str) -> PathBuf {
        self.of(number).join("entered.sqlite")
    }
}

/// A platform with the offices of a population.
#[derive(Debug)]
pub(super) struct Town {
    running: Running,
    clock: Clock,
    handle: Handle,
    places: Places,
    applied_again: AtomicU64,
}

/// What office a program is of.
pub(super) fn role(office: &Office) -> Role {
    match office.trade {
        Trade::CareManagement => Role::CareManager("43"),
        Trade::CommunityCenter => Role::CareManager("46"),
        Trade::Service(_) => Role::Provider,
    }
}

fn service_types(office: &Office) -> Vec<String> {
    let text = |code: [u8; 2]| code.map(char::from).iter().collect::<String>();
    match office.trade {
        Trade::CareManagement => vec!["43".to_owned()],
        Trade::CommunityCenter => vec!["46".to_owned()],
        Trade::Service(own) => {
            let also = PREVENTION.into_iter().filter(|code| trade_of(*code) == office.trade);
            std::iter::once(own).chain(also).map(text).collect()
        }
    }
}

/// The offices, each with a licence of one year from the first day on.
fn seed(population: &Population, today: Date) -> Result<Seed, Message> {
    let licence = json!({
        "applied_on": today.to_string(),
        "until": end_of_term(today).to_string(),
        "paid": true,
        "renews": today >= RENEWING_SINCE,
    });
    let office = |office: &Office| {
        json!({
            "number": office.number, "name": office.name, "service_types": service_types(office),
            "licence": licence,
        })
    };
    let offices: Vec<Value> = population.offices().iter().map(office).collect();
    let text = json!({ "offices": offices }).to_string();
    Seed::from_json(&text, today).map_err(|error| error.message(&text))
}

impl Town {
    /// Starts the platform on a day, with what is to go wrong.
    pub(super) fn open(
        folder: &Path,
        population: &Population,
        today: Date,
        faults: &str,
        handle: Handle,
    ) -> Result<Town, Message> {
        let places = Places { folder: folder.to_owned() };
        let clock = Clock::stopped(morning(today).assume_offset(JST));
        let plan = match faults {
            "" => Plan::none(),
            faults => Plan::parse(faults.as_bytes()).map_err(|flaws| flaws.text())?,
        };
        let options = Options {
            data: Data::Folder(folder.join("platform")),
            seed: Some(seed(population, today)?),
            clock: clock.clone(),
            plan,
            gate: Some(Arc::new(Validation)),
            ..Options::for_tests()
        };
        let running = handle.block_on(start(options)).map_err(|error| error.message())?;
        Ok(Town { running, clock, handle, places, applied_again: AtomicU64::new(0) })
    }

    /// It is the morning of another day. Offices whose licence is over apply again.
    pub(super) fn dawn(&self, today: Date) -> Result<(), Message> {
        self.clock.set(Hand::Stopped(morning(today).assume_offset(JST)));
        let world = &self.running.parts().world;
        for office in world.offices() {
            let LicenceState::Expired { .. } = licence::state(&office, today) else { continue };
            let Some(applicant) = office.licence.as_ref().map(|licence| licence.applicant.clone()) else { continue };
            let application = LicenceApplication { applicant, terms_agreed: true, privacy_agreed: true };
            let applied = world.change(&office.number, |office| licence::apply(office, &application, today));
            self.handle.block_on(applied).map_err(|error| Message::same(error.to_string()))?;
            self.applied_again.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// How often an office applied for a licence again.
    pub(super) fn applied_again(&self) -> u64 {
        self.applied_again.load(Ordering::Relaxed)
    }

    /// Lets the client of an office send what lies in its outbox and fetch what is there, as often as it takes.
    pub(super) fn pass(&self, number: &str, tell: &(dyn Fn(&Told) + Sync)) -> Result<Tally, Message> {
        let office = OfficeNumber::parse(number).ok_or_else(|| Message::same(number))?;
        let profile = Profile::load(&self.running.client(&office).profile, &|name| std::env::var(name).ok())?;
        let folders = Folders { outbox: self.places.outbox(number), inbox: self.places.inbox(number) };
        for path in [&folders.outbox, &folders.inbox] {
            std::fs::create_dir_all(path).map_err(|error| unwritable(path, &error))?;
        }
        let mut sum = Tally::default();
        for _ in 0..MOST_PASSES {
            let tools = Tools { policy: policy(), pause: &Waits, watcher: &Unwatched, tell: &|told| tell(told) };
            let mut client = Client::open(&profile, &folders, tools).map_err(|why| why.message())?;
            let tally = self.handle.block_on(client.once(std::time::Duration::ZERO));
            sum.sent += tally.sent;
            sum.received += tally.received;
            sum.refused += tally.refused;
            sum.duplicates += tally.duplicates;
            (sum.left, sum.failed) = (tally.left, tally.failed);
            if tally.left == 0 && tally.failed == 0 {
                break;
            }
        }
        // What has been sent is kept by nobody: the receiver has it, and the platform.
        let sent = folders.outbox.join("sent");
        match std::fs::remove_dir_all(&sent) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unwritable(&sent, &error)),
            Ok(()) | Err(_) => Ok(sum),
        }
    }

    /// What the journal proves.
    pub(super) fn proof(&self) -> Result<Proof, Message> {
        proof::proof(&self.running.parts().journal)
    }

    /// Stops the platform.
    pub(super) fn close(self) {
        self.handle.clone().block_on(self.running.stop());
    }
}

/// When work begins.
pub(super) fn morning(date: Date) -> PrimitiveDateTime {
    PrimitiveDateTime::new(date, Time::from_hms(9, 0, 0).unwrap_or(Time::MIDNIGHT))
}

/// Tries as usual, with shorter waits: the platform is on this machine.
fn policy() -> Policy {
    Policy {
        first_wait: std::time::Duration::from_millis(20),
        longest_wait: std::time::Duration::from_secs(1),
        ..Policy::default()
    }
}
