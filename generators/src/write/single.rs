//! One file of one kind with the rows of all users: as large as there are users. Its rows are those
//! that one planning office would send of them, so that it is judged clean by itself.

use std::io::{self, Write};

use renkei_validator::spec::Kind;
use renkei_validator::text::Message;

use super::{Job, Progress, Unit, WriteError, Written, in_order};
use crate::delivery::{Courier, single_name, single_rows};

/// Whether there is such a file.
pub(super) fn check(courier: &Courier<'_>, kind: Kind) -> Result<(), WriteError> {
    let (from, to) = courier.population.request().months;
    let no = |ja: String, en: String| Err(WriteError::Shape(Message::pair(ja, en)));
    if from != to {
        return no("1つのファイルには1か月だけを書けます".to_owned(), "one file holds one month only".to_owned());
    }
    if single_name(courier, kind, from)?.is_none() {
        let can_be = |kind: &Kind| single_name(courier, *kind, from).is_ok_and(|name| name.is_some());
        let others = Kind::ALL.iter().copied().filter(can_be).map(Kind::name).collect::<Vec<_>>();
        return no(
            format!("{kind}は{from}の1つのファイルとしては作れません。作れる種別: {}", others.join("、")),
            format!("{kind} cannot be made as one file for {from}; these can: {}", others.join(", ")),
        );
    }
    Ok(())
}

/// What the file is called.
pub(super) fn name(courier: &Courier<'_>, kind: Kind) -> Result<String, WriteError> {
    Ok(single_name(courier, kind, courier.population.request().months.0)?.unwrap_or_default())
}

/// Writes the rows of some units in their order. What is written is told to `done` in turn, after
/// the writer has been flushed.
pub(super) fn write(
    job: &Job<'_>,
    kind: Kind,
    units: &[Unit<'_>],
    out: &mut dyn Write,
    failed: &dyn Fn(io::Error) -> WriteError,
    done: &mut dyn FnMut(&Unit<'_>, Written) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let make = |unit: &Unit<'_>| Ok(single_rows(&job.courier, kind, unit.manager, unit.month)?);
    in_order(units, job.threads, &make, |batch, all| {
        for bytes in &all {
            out.write_all(bytes).map_err(failed)?;
        }
        out.flush().map_err(failed)?;
        for (unit, bytes) in batch.iter().zip(&all) {
            let (rows, bytes) = (crate::delivery::rows(bytes), bytes.len() as u64);
            done(unit, Written { rows, bytes, ..Written::default() })?;
        }
        Ok(())
    })
}

impl Job<'_> {
    /// Writes the rows of a single file to a stream, for shape [`super::Shape::OneFile`].
    ///
    /// # Errors
    ///
    /// See [`WriteError`]; the stream is cut short then.
    pub fn stream_rows(&self, kind: Kind, out: &mut dyn Write, progress: Progress<'_>) -> Result<Written, WriteError> {
        let mut written = Written { deliveries: 1, files: 1, ..Written::default() };
        let mut done = 0;
        write(self, kind, &self.units, out, &WriteError::Stream, &mut |_, one| {
            written.add(one);
            done += 1;
            progress(done, self.units.len() as u64);
            Ok(())
        })?;
        if written.rows == 0 { Err(WriteError::Nothing) } else { Ok(written) }
    }
}
