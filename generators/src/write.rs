//! Writes the deliveries of a population into a folder: a folder for each, all in one, or one huge
//! file. Knows files, folders and threads; knows no row.
//!
//! Everything is written into a folder beside the one asked for and moved there when it is complete,
//! so that a failure leaves nothing half-written. Memory is bounded by what one planning office has in
//! one month, times the threads.

mod aside;
mod single;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::Kind;
use renkei_validator::text::Message;
use thiserror::Error;

use self::aside::Aside;
use crate::calendar::months;
use crate::delivery::{Courier, Delivery, DeliveryError};
use crate::model::Office;

/// How files are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Month, sender, and a folder for each set.
    Tree,
    /// All files in one folder.
    Flat,
    /// One file of one kind with the rows of all users.
    OneFile(Kind),
}

/// What is to be written, and where.
#[derive(Clone, Debug)]
pub struct Order {
    /// The folder. It need not exist.
    pub out: PathBuf,
    /// The layout.
    pub shape: Shape,
    /// At least one is used.
    pub threads: usize,
    /// Whether the folder may hold something already; files of the same names are replaced.
    pub force: bool,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Sets of files.
    pub deliveries: u64,
    /// Files.
    pub files: u64,
    /// Rows in them.
    pub rows: u64,
    /// Bytes in them.
    pub bytes: u64,
}

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The folder holds something.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// It is a file, or has no name.
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A shape that cannot be had for what is asked.
    #[error("{}", .0.en)]
    Shape(Message),
    /// Nobody has anything in these months.
    #[error("there is nothing to write")]
    Nothing,
    /// A month that cannot be written, or a defect of the generators.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// The disk said no.
    #[error("cannot write {}: {error}", .path.display())]
    Io {
        /// What was to be written.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

/// What one planning office has in one month.
#[derive(Clone, Copy, Debug)]
struct Unit<'a> {
    manager: &'a Office,
    month: YearMonth,
}

/// Writes all deliveries of a population. `progress` is told how many of how many parts are done,
/// from any thread.
///
/// # Errors
///
/// See [`WriteError`]; nothing is left behind then.
pub fn write(
    courier: &Courier<'_>,
    order: &Order,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Written, WriteError> {
    let (from, to) = courier.population.request().months;
    for month in months(from, to) {
        courier.version(month)?;
    }
    let units: Vec<Unit<'_>> = months(from, to)
        .flat_map(|month| courier.population.managers().map(move |manager| Unit { manager, month }))
        .collect();
    if let Shape::OneFile(kind) = order.shape {
        single::check(courier, kind)?;
    }
    let aside = Aside::new(&order.out, order.force)?;
    let written = match order.shape {
        Shape::Tree | Shape::Flat => sets(courier, order, &units, aside.path(), progress)?,
        Shape::OneFile(kind) => single::write(courier, kind, order.threads, &units, aside.path(), progress)?,
    };
    if written.rows == 0 {
        return Err(WriteError::Nothing);
    }
    aside.finish()?;
    Ok(written)
}

fn sets(
    courier: &Courier<'_>,
    order: &Order,
    units: &[Unit<'_>],
    folder: &Path,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Written, WriteError> {
    let total = Mutex::new(Written::default());
    let done = AtomicUsize::new(0);
    each(units, order.threads, &|unit| {
        let mut written = Written::default();
        courier.deliveries(unit.manager, unit.month, &mut |delivery: Delivery| {
            let place = match order.shape {
                Shape::Tree => folder.join(delivery.month.to_string()).join(&delivery.sender).join(&delivery.title),
                Shape::Flat | Shape::OneFile(_) => folder.to_owned(),
            };
            put(&place, &delivery, &mut written)
        })?;
        if let Ok(mut total) = total.lock() {
            total.add(written);
        }
        progress(done.fetch_add(1, Ordering::Relaxed) as u64 + 1, units.len() as u64);
        Ok(())
    })?;
    let total = total.lock().map(|total| *total).unwrap_or_default();
    Ok(total)
}

impl Written {
    fn add(&mut self, other: Written) {
        self.deliveries += other.deliveries;
        self.files += other.files;
        self.rows += other.rows;
        self.bytes += other.bytes;
    }
}

fn put(folder: &Path, delivery: &Delivery, written: &mut Written) -> Result<(), WriteError> {
    fs::create_dir_all(folder).map_err(|error| WriteError::Io { path: folder.to_owned(), error })?;
    for file in &delivery.files {
        let path = folder.join(&file.name);
        // Two files of one name would be one delivery lost.
        let created = fs::File::create_new(&path);
        created
            .and_then(|mut out| io::Write::write_all(&mut out, &file.bytes))
            .map_err(|error| WriteError::Io { path, error })?;
        written.files += 1;
        written.rows += file.rows;
        written.bytes += file.bytes.len() as u64;
    }
    written.deliveries += 1;
    Ok(())
}

/// Does something for each unit, in several threads; the first error ends it.
fn each<'u, T: Sync>(
    units: &'u [T],
    threads: usize,
    work: &(dyn Fn(&'u T) -> Result<(), WriteError> + Sync),
) -> Result<(), WriteError> {
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let failed = Mutex::new(None);
    let run = || {
        while !stopped.load(Ordering::Relaxed) {
            let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            if let Err(error) = work(unit) {
                stopped.store(true, Ordering::Relaxed);
                if let Ok(mut failed) = failed.lock() {
                    failed.get_or_insert(error);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.clamp(1, units.len().max(1)) {
            scope.spawn(run);
        }
        run();
    });
    match failed.into_inner() {
        Ok(Some(error)) => Err(error),
        Ok(None) => Ok(()),
        Err(poisoned) => poisoned.into_inner().map_or(Ok(()), Err),
    }
}
