//! How much a request will write, from a small part of it. Knows units and sizes; writes nothing.
//!
//! Units of one kind of month and office are alike but for how many users they have: a few of each
//! kind are made, evenly spread and always the same, and the rest is counted by users.

use std::collections::BTreeMap;

use renkei_validator::spec::Version;
use sha2::{Digest, Sha256};

use super::stream::{folder, measure};
use super::{Job, Shape, Unit, WriteError, Written, single};
use crate::delivery::single_rows;
use crate::model::Trade;

/// How many units of one kind are made at most.
const UNITS: usize = 6;
/// With so many users in them, no more units of the kind are made.
const USERS: u64 = 400;

/// What a request is expected to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Sets, files, rows and bytes.
    pub written: Written,
    /// Bytes on a disk that gives whole blocks to files and folders.
    pub on_disk: u64,
    /// Months of users that it was measured on.
    pub sampled: u64,
    /// Months of users in all.
    pub all: u64,
}

/// What was made of some units.
#[derive(Debug)]
pub(super) struct Sample {
    strata: Vec<Stratum>,
    /// Of every file's path and bytes.
    pub(super) digest: String,
}

/// What one kind of units has.
#[derive(Debug, Default)]
struct Stratum {
    /// Users of the units that were made.
    sampled: u64,
    /// Users of all units.
    users: u64,
    written: Written,
    /// Of each file.
    sizes: Vec<u64>,
    folders: u64,
}

/// Whether it is the first month, when everybody gets a plan; the version; and who plans.
type Alike = (bool, Version, Trade);

impl Job<'_> {
    /// What will be written, on a disk of such blocks. Exact where there are few units.
    ///
    /// # Errors
    ///
    /// A defect of the generators.
    pub fn estimate(&self, block: u64) -> Result<Estimate, WriteError> {
        let block = block.max(1);
        let sample = self.sample()?;
        let (mut sampled, mut all) = (0, 0);
        let mut sums = [0_u64; 5];
        for stratum in &sample.strata {
            sampled += stratum.sampled;
            all += stratum.users;
            let blocks: u64 = stratum.sizes.iter().map(|size| size.div_ceil(block)).sum();
            let Written { deliveries, files, rows, bytes } = stratum.written;
            let own = [deliveries, files, rows, bytes, (blocks + stratum.folders) * block];
            for (sum, own) in sums.iter_mut().zip(own) {
                *sum += stratum.scaled(own);
            }
        }
        let [deliveries, files, rows, bytes, on_disk] = sums;
        let mut written = Written { deliveries, files, rows, bytes };
        if let Shape::OneFile(_) = self.shape {
            written = Written { deliveries: 1, files: 1, ..written };
        }
        Ok(Estimate { written, on_disk, sampled, all })
    }

    pub(super) fn sample(&self) -> Result<&Sample, WriteError> {
        if let Some(sample) = self.sample.get() {
            return Ok(sample);
        }
        let made = self.make_sample()?;
        Ok(self.sample.get_or_init(|| made))
    }

    fn make_sample(&self) -> Result<Sample, WriteError> {
        let first = self.courier.population.request().months.0;
        let mut alike: BTreeMap<Alike, Vec<&Unit<'_>>> = BTreeMap::new();
        for unit in &self.units {
            let kind = (unit.month == first, self.courier.version(unit.month)?, unit.manager.trade);
            alike.entry(kind).or_default().push(unit);
        }
        let mut hash = Sha256::new();
        let mut strata = Vec::new();
        for units in alike.values() {
            let mut stratum = Stratum::default();
            for unit in units {
                stratum.users += self.users(unit);
            }
            let made = units.len().min(UNITS);
            for at in 0..made {
                if stratum.sampled >= USERS {
                    break;
                }
                // The middle of each of so many equal parts.
                self.add(units[(2 * at + 1) * units.len() / (2 * made)], &mut stratum, &mut hash)?;
            }
            strata.push(stratum);
        }
        let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Sample { strata, digest })
    }

    fn users(&self, unit: &Unit<'_>) -> u64 {
        self.courier.population.users_of(unit.manager.index).count() as u64
    }

    fn add(&self, unit: &Unit<'_>, stratum: &mut Stratum, hash: &mut Sha256) -> Result<(), WriteError> {
        stratum.sampled += self.users(unit);
        match self.shape {
            Shape::Tree | Shape::Flat => self.courier.deliveries(unit.manager, unit.month, &mut |delivery| {
                let folder = folder(self.shape, &delivery);
                for file in &delivery.files {
                    hash.update(folder.as_bytes());
                    hash.update(file.name.as_bytes());
                    hash.update(&file.bytes);
                    stratum.sizes.push(file.bytes.len() as u64);
                }
                stratum.folders += u64::from(!folder.is_empty());
                stratum.written.add(measure(&delivery));
                Ok::<(), WriteError>(())
            }),
            Shape::OneFile(kind) => {
                let bytes = single_rows(&self.courier, kind, unit.manager, unit.month)?;
                hash.update(single::name(&self.courier, kind)?.as_bytes());
                hash.update(&bytes);
                let (rows, length) = (crate::delivery::rows(&bytes), bytes.len() as u64);
                stratum.sizes.push(length);
                stratum.written.add(Written { rows, bytes: length, ..Written::default() });
                Ok(())
            }
        }
    }
}

impl Stratum {
    /// What was counted on the sample, for all units. A kind whose units were all made is exact; one
    /// without users has nothing.
    fn scaled(&self, counted: u64) -> u64 {
        if self.sampled == 0 {
            return counted;
        }
        // The product is above 2^64 for large requests; the quotient is not.
        (u128::from(counted) * u128::from(self.users) / u128::from(self.sampled)) as u64
    }
}
