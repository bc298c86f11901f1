//! One file of one kind with the rows of all users: as large as there are users. Its rows are those
//! that one planning office would send of them, so that it is judged clean by itself.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;

use renkei_validator::bind::YearMonth;
use renkei_validator::spec::Kind;
use renkei_validator::text::Message;

use super::{Unit, WriteError, Written, each};
use crate::delivery::{Courier, single_name, single_rows};

/// Whether there is such a file.
pub(super) fn check(courier: &Courier<'_>, kind: Kind) -> Result<(), WriteError> {
    let (from, to) = courier.population.request().months;
    let no = |ja: String, en: String| Err(WriteError::Shape(Message::pair(ja, en)));
    if from != to {
        return no("1つのファイルには1か月だけを書けます".to_owned(), "one file holds one month only".to_owned());
    }
    if single_name(courier, kind, from)?.is_none() {
        return no(
            format!("{kind}は{from}の1つのファイルとしては作れません"),
            format!("{kind} cannot be made as one file for {from}"),
        );
    }
    Ok(())
}

/// Writes it, in the order of units: some are made at a time, and written in turn.
pub(super) fn write(
    courier: &Courier<'_>,
    kind: Kind,
    threads: usize,
    units: &[Unit<'_>],
    folder: &Path,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Written, WriteError> {
    let month: YearMonth = courier.population.request().months.0;
    let name = single_name(courier, kind, month)?.unwrap_or_default();
    let path = folder.join(name);
    let at = |error| WriteError::Io { path: path.clone(), error };
    let mut out = BufWriter::with_capacity(1 << 20, fs::File::create_new(&path).map_err(at)?);
    let mut written = Written { deliveries: 1, files: 1, ..Written::default() };
    let mut done = 0;
    for batch in units.chunks(threads.max(1) * 2) {
        let slots: Vec<(&Unit<'_>, Mutex<Vec<u8>>)> = batch.iter().map(|unit| (unit, Mutex::default())).collect();
        each(&slots, threads, &|(unit, slot)| {
            let rows = single_rows(courier, kind, unit.manager, unit.month)?;
            if let Ok(mut slot) = slot.lock() {
                *slot = rows;
            }
            Ok(())
        })?;
        for (_, slot) in slots {
            let bytes = slot.into_inner().unwrap_or_default();
            out.write_all(&bytes).map_err(at)?;
            written.bytes += bytes.len() as u64;
            written.rows += crate::delivery::rows(&bytes);
        }
        done += batch.len() as u64;
        progress(done, units.len() as u64);
    }
    out.flush().map_err(at)?;
    Ok(written)
}
