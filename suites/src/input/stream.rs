//! Streams the bytes of one input past the check and the digest. Knows neither.

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, sync_channel};

use renkei_validator::{FileCheck, FileJudgement};
use sha2::{Digest, Sha256};

use super::{CHUNK, Stop};

/// Below so many bytes, a second thread costs more than it gains.
const WORTH: u64 = 1 << 20;

/// How many chunks may wait between the threads.
const WAITING: usize = 8;

/// Threads that have nothing to do.
#[derive(Debug)]
pub(super) struct Spare(AtomicUsize);

impl Spare {
    pub(super) fn new(threads: usize) -> Spare {
        Spare(AtomicUsize::new(threads))
    }

    /// Gives one back, or one that has run out of work.
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes one, where there is one.
    fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |spare| spare.checked_sub(1)).is_ok()
    }
}

/// What is told of every chunk that was read; it may say that there were enough.
pub(super) type Meter<'m> = &'m mut dyn FnMut(u64) -> Result<(), Stop>;

/// Reads, digests and judges. Where a thread is to spare and the input is long, the judging goes on
/// beside the rest.
pub(super) fn read(
    reader: &mut dyn Read,
    check: FileCheck,
    meter: Meter<'_>,
    spare: Option<&Spare>,
    bytes: u64,
) -> Result<(FileJudgement, String), Stop> {
    match spare.filter(|spare| bytes >= WORTH && spare.take()) {
        Some(spare) => {
            let outcome = beside(reader, check, meter);
            spare.add();
            outcome
        }
        None => in_turn(reader, check, meter),
    }
}

fn in_turn(reader: &mut dyn Read, mut check: FileCheck, meter: Meter<'_>) -> Result<(FileJudgement, String), Stop> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    loop {
        let length = fill(reader, &mut buffer)?;
        if length == 0 {
            break;
        }
        meter(length as u64)?;
        digest.update(&buffer[..length]);
        check.push(&buffer[..length]);
    }
    Ok((check.finish(), hexadecimal(&digest.finalize())))
}

/// Judges in a thread of its own.
fn beside(reader: &mut dyn Read, mut check: FileCheck, meter: Meter<'_>) -> Result<(FileJudgement, String), Stop> {
    std::thread::scope(|scope| {
        let (filled, to_judge) = sync_channel::<(Vec<u8>, usize)>(WAITING);
        let (emptied, to_fill) = channel::<Vec<u8>>();
        let judging = scope.spawn(move || {
            for (buffer, length) in to_judge {
                check.push(&buffer[..length]);
                // Nobody may want it any more.
                let _ = emptied.send(buffer);
            }
            check.finish()
        });
        let mut digest = Sha256::new();
        loop {
            let mut buffer = to_fill.try_recv().unwrap_or_else(|_| vec![0; CHUNK]);
            let length = fill(reader, &mut buffer)?;
            if length == 0 {
                break;
            }
            meter(length as u64)?;
            digest.update(&buffer[..length]);
            if filled.send((buffer, length)).is_err() {
                // The judging broke; joining it tells.
                break;
            }
        }
        drop(filled);
        match judging.join() {
            Ok(judgement) => Ok((judgement, hexadecimal(&digest.finalize()))),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> Result<usize, Stop> {
    loop {
        match reader.read(buffer) {
            Ok(length) => return Ok(length),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Stop::Io(error)),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
