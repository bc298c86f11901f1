//! Streams the bytes of one input past the check and the digest. Knows neither.

use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{TrySendError, channel, sync_channel};
use std::sync::{Arc, OnceLock};

use renkei_validator::times::Clock;
use renkei_validator::{FileCheck, FileJudgement, Options, Reuse, RowHashes};
use sha2::{Digest, Sha256};

use super::{CHUNK, Stop};
use crate::timings::{Spent, timed};

/// Below so many bytes, a second thread costs more than it gains.
const WORTH: u64 = 1 << 20;

/// More readers than this gain nothing.
const MOST_THREADS: usize = 8;

/// Bytes that go from one thread to the other at once: with fewer, waking each other takes them a tenth of
/// the time.
const PIECE: usize = 512 << 10;

/// How many of those may wait between the threads.
const WAITING: usize = 3;

/// How many threads may work, and how many do.
#[derive(Debug)]
pub(super) struct Spare {
    /// `None` for as many as there are CPUs.
    asked: Option<NonZeroUsize>,
    all: OnceLock<usize>,
    working: AtomicUsize,
}

impl Spare {
    pub(super) fn new(asked: Option<NonZeroUsize>) -> Spare {
        Spare { asked, all: OnceLock::new(), working: AtomicUsize::new(0) }
    }

    /// Takes those that begin: one at least, and no more than there are things to do.
    pub(super) fn begin(&self, things: Option<usize>) -> usize {
        let threads = match things {
            Some(0 | 1) => 1,
            Some(things) => things.min(self.all()),
            None => self.all(),
        };
        self.working.store(threads, Ordering::Relaxed);
        threads
    }

    /// Gives back one that has run out of work.
    pub(super) fn add(&self) {
        self.working.fetch_sub(1, Ordering::Relaxed);
    }

    /// Takes one, where there is one.
    fn take(&self) -> bool {
        let one_more = |working| (working < self.all()).then_some(working + 1);
        self.working.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    /// Looked up where it matters only: asking for the CPUs takes as long as judging some hundred rows.
    fn all(&self) -> usize {
        let cpus = || std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        *self.all.get_or_init(|| self.asked.map_or_else(cpus, usize::from))
    }
}

/// What a thread works with, on one file after the other.
#[derive(Debug)]
pub(super) struct Kit {
    /// What the last check has left; nothing while one is under way, and after one that stopped half-way.
    reuse: Option<Reuse>,
    buffer: Vec<u8>,
    clock: Option<Clock>,
    spent: Spent,
}

impl Kit {
    /// Where a clock is told, where the time goes will be, too.
    pub(super) fn new(clock: Option<Clock>) -> Kit {
        Kit { reuse: None, buffer: Vec::new(), clock, spent: Spent::default() }
    }

    /// Where its time went.
    pub(super) fn spent(mut self) -> Spent {
        self.spent.add_times(self.reuse.as_ref().and_then(Reuse::times));
        self.spent
    }

    /// Opens something.
    pub(super) fn reading<T>(&mut self, open: impl FnOnce() -> T) -> T {
        timed(self.clock, &mut self.spent.reading, open)
    }

    /// Starts on an input of that name.
    pub(super) fn check(&mut self, name: impl Into<Arc<str>>, options: &Options) -> FileCheck {
        FileCheck::reusing(name, options, self.reuse.take().unwrap_or_default())
    }

    fn finish(&mut self, check: FileCheck) -> FileJudgement {
        let (judgement, reuse) = check.finish_reusable();
        self.reuse = Some(reuse);
        judgement
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
    kit: &mut Kit,
) -> Result<(FileJudgement, String), Stop> {
    match spare.filter(|spare| bytes >= WORTH && spare.take()) {
        Some(spare) => {
            let outcome = beside(reader, check, meter, kit);
            spare.add();
            outcome
        }
        None => in_turn(reader, check, meter, bytes, kit),
    }
}

fn in_turn(
    reader: &mut dyn Read,
    mut check: FileCheck,
    meter: Meter<'_>,
    bytes: u64,
    kit: &mut Kit,
) -> Result<(FileJudgement, String), Stop> {
    let mut digest = Sha256::new();
    kit.buffer.resize(CHUNK, 0);
    let mut at = 0;
    loop {
        let length = timed(kit.clock, &mut kit.spent.reading, || fill(reader, &mut kit.buffer))?;
        if length == 0 {
            break;
        }
        meter(length as u64)?;
        timed(kit.clock, &mut kit.spent.digest, || digest.update(&kit.buffer[..length]));
        check.push(&kit.buffer[..length]);
        at += length as u64;
        // What a file had when it was opened has been read: the system need not be asked for more.
        if at == bytes {
            break;
        }
    }
    Ok((kit.finish(check), hexadecimal(&digest.finalize())))
}

/// Judges in a thread of its own.
fn beside(
    reader: &mut dyn Read,
    mut check: FileCheck,
    meter: Meter<'_>,
    kit: &mut Kit,
) -> Result<(FileJudgement, String), Stop> {
    let (clock, mut spent) = (kit.clock, Spent::default());
    let outcome = std::thread::scope(|scope| {
        let (filled, to_judge) = sync_channel::<Piece>(WAITING);
        let (emptied, to_fill) = channel::<Piece>();
        let own = &mut *kit;
        let judging = scope.spawn(move || {
            for piece in to_judge {
                check.push_hashed(piece.bytes(), &piece.hashes);
                // Nobody may want it any more.
                let _ = emptied.send(piece);
            }
            own.finish(check)
        });
        let mut digest = Sha256::new();
        loop {
            let mut piece = to_fill.try_recv().unwrap_or_default();
            piece.buffer.resize(PIECE, 0);
            piece.length = timed(clock, &mut spent.reading, || fill(reader, &mut piece.buffer))?;
            if piece.length == 0 {
                break;
            }
            meter(piece.length as u64)?;
            timed(clock, &mut spent.digest, || digest.update(piece.bytes()));
            piece.hashes.clear();
            let sent = match filled.try_send(piece) {
                Err(TrySendError::Full(mut piece)) => {
                    // There is time to spare, as the judging takes longer.
                    timed(clock, &mut spent.hashes, || piece.hash());
                    filled.send(piece).is_ok()
                }
                sent => sent.is_ok(),
            };
            if !sent {
                // The judging broke; joining it tells.
                break;
            }
        }
        drop(filled);
        match judging.join() {
            Ok(judgement) => Ok((judgement, hexadecimal(&digest.finalize()))),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    kit.spent.add(&spent);
    outcome
}

/// What goes from one thread to the other.
#[derive(Debug, Default)]
struct Piece {
    buffer: Vec<u8>,
    length: usize,
    /// None where there was no time for them.
    hashes: RowHashes,
}

impl Piece {
    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    fn hash(&mut self) {
        self.hashes.become_of(&self.buffer[..self.length]);
    }
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
    let mut text = String::with_capacity(2 * bytes.len());
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
    text.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
    const ROW: &[u8] = b"202407,990010,0000000101,202610\r\n";

    /// Counts how often it is asked for more.
    struct Counting<'a> {
        left: &'a [u8],
        asked: usize,
    }

    impl Read for Counting<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.asked += 1;
            self.left.read(buffer)
        }
    }

    /// How many bytes were judged, and how often was asked for them.
    fn read_with(bytes: u64) -> (u64, usize) {
        let mut kit = Kit::new(None);
        let check = kit.check(NAME, &Options::default());
        let mut reader = Counting { left: ROW, asked: 0 };
        let outcome = read(&mut reader, check, &mut |_| Ok(()), None, bytes, &mut kit);
        let (judgement, digest) = outcome.unwrap_or_else(|_| panic!("it cannot be read"));
        assert_eq!(digest, "c4b15fb15b3a8ddddd5ac6530a6ac952e9022d203c6e82b59cde259588c5bb14");
        (judgement.bytes, reader.asked)
    }

    #[test]
    fn a_file_whose_length_is_known_is_not_asked_for_more() {
        assert_eq!(read_with(33), (33, 1));
    }

    #[test]
    fn what_has_no_length_or_another_one_is_read_to_its_end() {
        for bytes in [0, 32, 34, u64::MAX] {
            assert_eq!(read_with(bytes), (33, 2), "{bytes}");
        }
    }
}
