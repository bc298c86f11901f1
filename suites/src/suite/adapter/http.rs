//! The adapter `http`: the vendor's own client talks to the platform. It is started for each exchange, or runs
//! already and is told in a file where the platform is. Knows when an exchange is over; what happened in it is
//! in the platform's journal.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::desk::{self, Desk};
use super::process::{self, Ended, Pauses, Running};
use super::settings::{HttpSettings, Operation, Settings};
use super::template::Place;
use super::{ground, interrupt, told};
use crate::suite::compare::Named;
use crate::suite::content::Content;
use crate::suite::sut::{Abilities, ExchangeTask, Exchanged, ExportTask, ImportTask, Imported, Sut, Trouble};

/// Software with a client of its own.
pub(super) struct ByPlatform {
    desk: Desk,
    http: HttpSettings,
}

impl ByPlatform {
    pub(super) fn new(settings: Settings, http: HttpSettings, work: PathBuf) -> ByPlatform {
        ByPlatform { desk: Desk { settings, work }, http }
    }

    /// Waits until the client has ended, or is silent after it has talked to the platform.
    fn wait(&self, journal: &Path, client: Option<&mut Running>) -> Result<Option<Ended>, Trouble> {
        let limit = self.desk.settings.limits.exchange;
        let mut pauses = Pauses::until(limit);
        let mut silence = Silence::of(length(journal));
        let mut client = client;
        loop {
            if let Some(client) = client.as_mut() {
                let ended = client.look().map_err(|error| self.lost(error))?;
                if ended.is_some() {
                    return Ok(ended);
                }
            }
            if interrupt::asked() {
                return Err(told::interrupted());
            }
            if silence.lasts(length(journal)) >= Some(self.http.quiet) {
                return Ok(None);
            }
            if !pauses.pause() {
                return if silence.heard { Ok(Some(Ended::Overrun)) } else { Err(told::never_heard(limit)) };
            }
        }
    }

    fn lost(&self, error: std::io::Error) -> Trouble {
        let program = self.http.start.as_ref().map_or(Path::new(""), |start| &start.program);
        told::not_started(&process::Start::Lost(error), program)
    }
}

/// How long the journal has not grown, once it has.
struct Silence {
    length: u64,
    since: Instant,
    heard: bool,
}

impl Silence {
    fn of(length: u64) -> Silence {
        Silence { length, since: Instant::now(), heard: false }
    }

    fn lasts(&mut self, length: u64) -> Option<Duration> {
        if length != self.length {
            *self = Silence { length, since: Instant::now(), heard: true };
        }
        self.heard.then(|| self.since.elapsed())
    }
}

fn length(journal: &Path) -> u64 {
    std::fs::metadata(journal).map_or(0, |file| file.len())
}

impl Sut for ByPlatform {
    fn abilities(&self) -> Abilities {
        Abilities { exchange: true, ..self.desk.abilities() }
    }

    fn reset(&mut self, case: &str) -> Result<(), Trouble> {
        self.desk.reset(case)
    }

    fn export(&mut self, task: &ExportTask<'_>) -> Result<Vec<Named>, Trouble> {
        self.desk.export(task)
    }

    fn import(&mut self, task: &ImportTask<'_>) -> Result<Imported, Trouble> {
        self.desk.import(task)
    }

    fn dump(&mut self, case: &str) -> Result<Content, Trouble> {
        self.desk.dump(case)
    }

    fn exchange(&mut self, task: &ExchangeTask<'_>) -> Result<Exchanged, Trouble> {
        let (folder, log, mut values) = self.desk.begin(task.case, Operation::Exchange.word())?;
        let result = folder.join("result.json");
        values.extend(desk::addresses(task));
        values.insert(Place::Result, result.clone().into());
        let told = match &self.http.tell {
            Some(path) => Some(Told::write(path, &values)?),
            None => None,
        };
        let ended = match &self.http.start {
            Some(start) => {
                let argv = start.fill(&values);
                let limit = self.desk.settings.limits.exchange;
                let start_task = self.desk.task(&argv, limit, &log)?;
                let mut client = process::start(&start_task).map_err(|why| told::not_started(&why, &start.program))?;
                let ended = self.wait(&task.journal, Some(&mut client))?;
                client.stop().map_err(|error| told::cannot_write(&log, &error))?;
                match ended {
                    Some(ended) => Some(told::ended(Operation::Exchange, Ok(ended), &start.program, limit, &log)?),
                    None => None,
                }
            }
            None => match self.wait(&task.journal, None)? {
                Some(_) => return Err(told::never_silent(self.desk.settings.limits.exchange)),
                None => None,
            },
        };
        drop(told);
        desk::exchanged(ended, &result)
    }
}

/// The file that tells where the platform is; gone when this is dropped.
struct Told<'a>(&'a Path);

impl<'a> Told<'a> {
    fn write(path: &'a Path, values: &super::template::Values) -> Result<Told<'a>, Trouble> {
        let pairs = values
            .iter()
            .map(|(place, value)| (place.word().to_owned(), Value::String(value.to_string_lossy().into_owned())));
        let json = Value::Object(pairs.collect::<Map<_, _>>()).to_string() + "\n";
        // A client that watches for it never sees half of it.
        let unfinished = path.with_extension("writing");
        ground::put(&unfinished, json.as_bytes())?;
        std::fs::rename(&unfinished, path).map_err(|error| told::cannot_write(path, &error))?;
        Ok(Told(path))
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        // A client may have taken it away already.
        std::fs::remove_file(self.0).ok();
    }
}
