//! Writes units into a folder beside the one asked for, and moves it there at the end; goes on where
//! an earlier run stopped. Knows files and the journal; knows no row.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use renkei_validator::spec::Kind;

use super::journal::{Journal, Past, Request};
use super::stream::{folder, measure};
use super::{Job, Place, Progress, Shape, Unit, WriteError, Written, each, single};
use crate::aside::{self, Aside, Standing, real, standing};
use crate::delivery::Delivery;
use crate::version::Versions;

/// What an earlier run left, as it did not end well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leftover {
    /// Units that are complete.
    pub units: u64,
    /// Bytes in their files.
    pub bytes: u64,
}

/// Where things stand while a folder is written.
struct Paths {
    out: PathBuf,
    part: PathBuf,
    journal: PathBuf,
}

impl Paths {
    fn of(place: &Place) -> Result<Paths, WriteError> {
        let out = real(&place.out).map_err(|error| WriteError::Io { path: place.out.clone(), error })?;
        if out.file_name().is_none() {
            return Err(WriteError::NotAFolder(place.out.clone()));
        }
        let (part, journal) = (aside::beside(&out, "part"), aside::beside(&out, "journal"));
        Ok(Paths { out, part, journal })
    }

    /// Whether all was moved already, and the run ended before it could say so.
    fn is_settled(&self, past: &Past) -> bool {
        past.is_settling && !self.part.exists()
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> WriteError {
    let path = path.to_owned();
    move |error| WriteError::Io { path: path.clone(), error }
}

impl Job<'_> {
    /// Checks the place, and tells what an earlier run left beside it; `None` where nothing. Writes
    /// nothing.
    ///
    /// # Errors
    ///
    /// A place that holds something, is no folder, is being written by another run, or cannot be looked at.
    pub fn look(&self, place: &Place) -> Result<Option<Leftover>, WriteError> {
        let paths = Paths::of(place)?;
        let past = Past::look(&paths.journal).map_err(at(&paths.journal))?;
        let past = past.ok_or_else(|| WriteError::Busy(place.out.clone()))?;
        if !(place.resume && paths.is_settled(&past)) {
            check(place, &paths)?;
        }
        let units = past.done.len() as u64;
        Ok(past.request.is_some().then_some(Leftover { units, bytes: past.written().bytes }))
    }

    /// Writes a folder.
    ///
    /// # Errors
    ///
    /// See [`WriteError`]. Nothing is left behind then, unless it is to be resumed.
    pub fn write(&self, place: &Place, progress: Progress<'_>) -> Result<Written, WriteError> {
        let paths = Paths::of(place)?;
        self.look(place)?;
        fs::create_dir_all(paths.out.parent().unwrap_or(&paths.out)).map_err(at(&place.out))?;
        let (journal, past) = match Journal::open(&paths.journal).map_err(at(&place.out))? {
            Some(opened) => opened,
            None => return Err(WriteError::Busy(place.out.clone())),
        };
        let request = match self.request() {
            Ok(request) => request,
            Err(error) => return Err(self.clear(journal, &past, error)),
        };
        let past = match past.request.as_ref().filter(|_| place.resume) {
            Some(before) if *before != request => {
                let earlier = before.differs_from(&request);
                return Err(WriteError::OtherRequest { path: place.out.clone(), earlier });
            }
            Some(_) if paths.part.exists() || paths.is_settled(&past) => {
                journal.go_on(&past).map_err(at(&paths.journal))?;
                past
            }
            // It ended before it wrote anything, or somebody took the rest away.
            Some(_) => {
                journal.begin(&request).map_err(at(&paths.journal))?;
                Past::default()
            }
            None => {
                if past.request.is_some() {
                    aside::remove(&paths.part).map_err(at(&paths.part))?;
                } else if paths.part.exists() {
                    // Without a journal it is nobody's that is known here.
                    let exists = at(&paths.part)(io::ErrorKind::AlreadyExists.into());
                    return Err(self.clear(journal, &past, exists));
                }
                let begun = journal.begin(&request).map_err(at(&paths.journal));
                if let Err(error) = begun {
                    return Err(self.clear(journal, &Past::default(), error));
                }
                Past::default()
            }
        };
        let moved = self.fill(place, &paths, &journal, &past, progress);
        match (&moved, place.resume) {
            (Err(WriteError::Nothing), _) | (Err(_), false) | (Ok(_), _) => {
                let removed = journal.remove().map_err(at(&paths.journal));
                moved.and_then(|written| removed.map(|()| written))
            }
            (Err(_), true) => moved,
        }
    }

    /// Takes away a journal that nothing was written in; passes the error on.
    fn clear(&self, journal: Journal, past: &Past, error: WriteError) -> WriteError {
        if past.request.is_none() {
            // The error that is on its way is the one to be told.
            let _ = journal.remove();
        }
        error
    }

    /// Writes what is missing, and moves all to its place.
    fn fill(
        &self,
        place: &Place,
        paths: &Paths,
        journal: &Journal,
        past: &Past,
        progress: Progress<'_>,
    ) -> Result<Written, WriteError> {
        if paths.is_settled(past) {
            return Ok(self.whole(past.written()));
        }
        let aside = Aside::lasting(paths.part.clone(), place.resume).map_err(at(&paths.out))?;
        let written = match self.shape {
            Shape::Tree | Shape::Flat => self.sets(aside.path(), journal, past, progress)?,
            Shape::OneFile(kind) => self.single(kind, aside.path(), journal, past, progress)?,
        };
        if written.rows == 0 {
            aside.give_up();
            return Err(WriteError::Nothing);
        }
        journal.settling().map_err(at(&paths.journal))?;
        aside.settle(&paths.out, &[], None).map_err(at(&paths.out))?;
        Ok(self.whole(written))
    }

    /// One file is one delivery, whatever its units say.
    fn whole(&self, written: Written) -> Written {
        match self.shape {
            Shape::Tree | Shape::Flat => written,
            Shape::OneFile(_) => Written { deliveries: 1, files: 1, ..written },
        }
    }

    fn request(&self) -> Result<Request, WriteError> {
        let request = self.courier.population.request();
        let (from, to) = request.months;
        Ok(Request {
            renkei: env!("CARGO_PKG_VERSION").to_owned(),
            seed: request.seed,
            users: request.users,
            offices: request.offices,
            months: format!("{}-{:02}..{}-{:02}", from.year, from.month, to.year, to.month),
            version: match self.courier.versions {
                Versions::ByMonth => "auto".to_owned(),
                Versions::Always(version) => version.value().to_owned(),
            },
            shape: self.shape.name(),
            sample: self.sample()?.digest.clone(),
        })
    }

    fn sets(&self, part: &Path, journal: &Journal, past: &Past, progress: Progress<'_>) -> Result<Written, WriteError> {
        let all = self.units.len() as u64;
        let left: Vec<&Unit<'_>> = self.units.iter().filter(|unit| !past.done.contains_key(&unit.index)).collect();
        let total = Mutex::new((past.written(), past.done.len() as u64));
        each(&left, self.threads, &|unit| {
            journal.begun(unit.index).map_err(at(part))?;
            let again = past.begun.contains(&unit.index);
            let mut written = Written::default();
            self.courier.deliveries(unit.manager, unit.month, &mut |delivery| {
                put(&part.join(folder(self.shape, &delivery)), &delivery, again)?;
                written.add(measure(&delivery));
                Ok::<(), WriteError>(())
            })?;
            journal.done(unit.index, written).map_err(at(part))?;
            let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
            total.0.add(written);
            total.1 += 1;
            progress(total.1, all);
            Ok(())
        })?;
        Ok(total.into_inner().unwrap_or_else(PoisonError::into_inner).0)
    }

    /// Units follow one another in the file, so that those that are complete are its beginning.
    fn single(
        &self,
        kind: Kind,
        part: &Path,
        journal: &Journal,
        past: &Past,
        progress: Progress<'_>,
    ) -> Result<Written, WriteError> {
        let path = part.join(single::name(&self.courier, kind)?);
        let mut written = past.written();
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(at(&path))?;
        if file.metadata().map_err(at(&path))?.len() < written.bytes {
            // The machine stopped, and what was written last is lost.
            return Err(at(&path)(io::ErrorKind::UnexpectedEof.into()));
        }
        // What came after the last complete unit is written again.
        file.set_len(written.bytes).and_then(|()| file.seek(SeekFrom::End(0))).map_err(at(&path))?;
        let mut out = BufWriter::with_capacity(1 << 20, file);
        let mut done = past.done.len() as u64;
        let left = self.units.get(past.done.len()..).unwrap_or_default();
        single::write(self, kind, left, &mut out, &at(&path), &mut |unit, one| {
            journal.done(unit.index, one).map_err(at(part))?;
            written.add(one);
            done += 1;
            progress(done, self.units.len() as u64);
            Ok(())
        })?;
        Ok(written)
    }
}

fn check(place: &Place, paths: &Paths) -> Result<(), WriteError> {
    match (standing(&paths.out).map_err(at(&place.out))?, place.force) {
        (Standing::Free, _) | (Standing::Filled, true) => Ok(()),
        (Standing::Filled, false) => Err(WriteError::NotEmpty(place.out.clone())),
        (Standing::File, _) => Err(WriteError::NotAFolder(place.out.clone())),
    }
}

/// Writes the files of a set. `again`: an earlier run may have begun with them.
fn put(folder: &Path, delivery: &Delivery, again: bool) -> Result<(), WriteError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    for file in &delivery.files {
        let path = folder.join(&file.name);
        // Two files of one name would be one delivery lost.
        let created = if again { fs::File::create(&path) } else { fs::File::create_new(&path) };
        created.and_then(|mut out| out.write_all(&file.bytes)).map_err(at(&path))?;
    }
    Ok(())
}
