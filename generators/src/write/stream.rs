//! Hands files to a stream, in one order for any number of threads. Knows paths within the stream;
//! knows no archive.

use std::io;

use super::{Job, Progress, Shape, WriteError, Written, in_order};
use crate::delivery::{Delivery, File};

/// What files are streamed to.
pub trait Sink {
    /// A file that is ready to be written.
    type Ready: Send + Sync;

    /// Makes a file ready, in any thread. Its path has `/` between folders.
    ///
    /// # Errors
    ///
    /// What cannot be made.
    fn ready(path: &str, file: &File) -> io::Result<Self::Ready>;

    /// Writes one.
    ///
    /// # Errors
    ///
    /// What cannot be written.
    fn write(&mut self, ready: Self::Ready) -> io::Result<()>;
}

impl Job<'_> {
    /// Hands all files to a sink, for the shapes that have several.
    ///
    /// # Errors
    ///
    /// See [`WriteError`]; the stream is cut short then.
    pub fn stream<S: Sink>(&self, sink: &mut S, progress: Progress<'_>) -> Result<Written, WriteError> {
        let mut total = Written::default();
        let mut done = 0;
        in_order(
            &self.units,
            self.threads,
            &|unit| {
                let mut ready = Vec::new();
                let mut written = Written::default();
                self.courier.deliveries(unit.manager, unit.month, &mut |delivery| {
                    let folder = folder(self.shape, &delivery);
                    for file in &delivery.files {
                        let path = format!("{folder}{}", file.name);
                        ready.push(S::ready(&path, file).map_err(WriteError::Stream)?);
                    }
                    written.add(measure(&delivery));
                    Ok::<(), WriteError>(())
                })?;
                Ok((ready, written))
            },
            |_, all| {
                for (ready, written) in all {
                    ready.into_iter().try_for_each(|one| sink.write(one)).map_err(WriteError::Stream)?;
                    total.add(written);
                    done += 1;
                    progress(done, self.units.len() as u64);
                }
                Ok(())
            },
        )?;
        if total.rows == 0 { Err(WriteError::Nothing) } else { Ok(total) }
    }
}

/// The folder of a set, with the `/` behind it; empty where all files are in one.
pub(super) fn folder(shape: Shape, delivery: &Delivery) -> String {
    match shape {
        Shape::Tree => format!("{}/{}/{}/", delivery.month, delivery.sender, delivery.title),
        Shape::Flat | Shape::OneFile(_) => String::new(),
    }
}

/// What a set adds to the whole.
pub(super) fn measure(delivery: &Delivery) -> Written {
    Written {
        deliveries: 1,
        files: delivery.files.len() as u64,
        rows: delivery.files.iter().map(|file| file.rows).sum(),
        bytes: delivery.files.iter().map(|file| file.bytes.len() as u64).sum(),
    }
}
