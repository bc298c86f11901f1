//! Writes the deliveries of a population: into a folder, as a folder for each, all in one, or one huge
//! file; or to a stream. Knows units of work, files and threads; knows no row and no archive.
//!
//! A folder is written beside the one asked for and moved there when it is complete, so that a
//! failure leaves nothing half-written. Memory is bounded by what one planning office has in one
//! month, times the threads.

mod estimate;
mod folder;
mod journal;
mod single;
mod stream;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::Kind;
use renkei_validator::text::Message;
use thiserror::Error;

pub use self::estimate::Estimate;
use self::estimate::Sample;
pub use self::folder::Leftover;
pub use self::stream::Sink;
use crate::calendar::months;
use crate::delivery::{Courier, DeliveryError};
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

/// Where a folder is to be written, and what may stand there.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder. It need not exist.
    pub out: PathBuf,
    /// Whether the folder may hold something already; what has the same name is replaced.
    pub force: bool,
    /// Whether to go on where an earlier run with the same request stopped, and to keep what is
    /// complete if this one stops, too.
    pub resume: bool,
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
    /// Another run is writing there.
    #[error("another run is writing {}", .0.display())]
    Busy(PathBuf),
    /// What an earlier run left is of another request, or other data come from this one now.
    #[error("what an earlier run left of {} is of another request: {}", .path.display(), .earlier.en)]
    OtherRequest {
        /// The folder asked for.
        path: PathBuf,
        /// What the earlier run was asked for, where that differs.
        earlier: Message,
    },
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
    /// The stream said no.
    #[error("cannot write the stream: {0}")]
    Stream(io::Error),
}

/// What one planning office has in one month.
#[derive(Clone, Copy, Debug)]
struct Unit<'a> {
    /// Its place among all.
    index: usize,
    manager: &'a Office,
    month: YearMonth,
}

/// Told how many of how many units are done, from any thread.
pub type Progress<'p> = &'p (dyn Fn(u64, u64) + Sync);

/// What is to be written, checked.
#[derive(Debug)]
pub struct Job<'a> {
    courier: Courier<'a>,
    shape: Shape,
    threads: usize,
    units: Vec<Unit<'a>>,
    sample: OnceLock<Sample>,
}

impl<'a> Job<'a> {
    /// Checks a request. At least one thread is used.
    ///
    /// # Errors
    ///
    /// A month that cannot be written in the version asked for, and a shape that cannot be had.
    pub fn new(courier: Courier<'a>, shape: Shape, threads: usize) -> Result<Job<'a>, WriteError> {
        let (from, to) = courier.population.request().months;
        for month in months(from, to) {
            courier.version(month)?;
        }
        if let Shape::OneFile(kind) = shape {
            single::check(&courier, kind)?;
        }
        let units = months(from, to)
            .flat_map(|month| courier.population.managers().map(move |manager| (manager, month)))
            .enumerate()
            .map(|(index, (manager, month))| Unit { index, manager, month })
            .collect();
        Ok(Job { courier, shape, threads: threads.max(1), units, sample: OnceLock::new() })
    }
}

impl Shape {
    /// As it is asked for: `tree`, `flat`, `one-file:UPPLAN`.
    pub fn name(self) -> String {
        match self {
            Shape::Tree => "tree".to_owned(),
            Shape::Flat => "flat".to_owned(),
            Shape::OneFile(kind) => format!("one-file:{kind}"),
        }
    }
}

impl Written {
    fn add(&mut self, other: Written) {
        self.deliveries += other.deliveries;
        self.files += other.files;
        self.rows += other.rows;
        self.bytes += other.bytes;
    }
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
                failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.clamp(1, units.len().max(1)) {
            scope.spawn(run);
        }
        run();
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

/// Makes something of each unit in several threads, and takes it in the order of units: some are made
/// at a time, so that memory is bounded.
fn in_order<'u, T: Send + Sync>(
    units: &'u [Unit<'u>],
    threads: usize,
    make: &(dyn Fn(&'u Unit<'u>) -> Result<T, WriteError> + Sync),
    mut take: impl FnMut(&[Unit<'u>], Vec<T>) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    for batch in units.chunks(threads * 2) {
        let slots: Vec<(&Unit<'_>, OnceLock<T>)> = batch.iter().map(|unit| (unit, OnceLock::new())).collect();
        each(&slots, threads, &|(unit, slot)| {
            // Each slot is filled once.
            let _ = slot.set(make(unit)?);
            Ok(())
        })?;
        take(batch, slots.into_iter().filter_map(|(_, slot)| slot.into_inner()).collect())?;
    }
    Ok(())
}
