//! Which rows and keys of a file have been seen, and on which line first. Knows bytes; judges nothing.
//!
//! Only hashes are kept: 64 bits of a key, and of a row 48 beside those of its owner while its run goes
//! on, 40 after. Rows of different owners are never taken for each other. That two different rows of a
//! million fall together happens once in some ten million files where the rows of each owner stand
//! together, and once in a million where they do not.
//!
//! The rows of one owner stand together in most files. While they do, a row costs five bytes, and it
//! is compared with those of its run alone; when an owner comes back, all of that owner's rows move to
//! where any row is found.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::{FixedState, FoldHasher};

use crate::facts::Person;

/// With fixed keys, so that a file is judged the same each time.
const STATE: FixedState = FixedState::with_seed(0);

/// Maps are divided, so that one that grows is copied a small part at a time.
const PARTS: usize = 32;

/// In runs longer than this, a row is not looked for by looking at each.
const SHORT_RUN: usize = 64;

/// How many times 64 hashes are told apart at a glance.
const MET: usize = 8;

/// A hash of 48 bits above a line of 16, counted from the run's first.
type Packed = u64;

const LINE_BITS: u32 = 16;

/// What is kept of a hash after its run: 40 bits, in as many bytes as they need.
type Kept = [u8; 5];

const DROPPED_BITS: u32 = 8;

#[derive(Debug, Default)]
pub(crate) struct SeenRows {
    /// Hashes with the lines they were first seen on.
    anywhere: Parts<u64>,
    /// Where the rows of each owner stand.
    owners: Parts<Owner>,
    /// The rows of all runs before, one run after the other, a row to each line.
    rows: Vec<Kept>,
    run: Option<Run>,
    /// The rows of the present run.
    open: Vec<Packed>,
    /// One bit for each of some hashes: most rows of the present run are told to be new by it.
    met: [u64; MET],
    /// Hashes and lines of the present run, once it is long.
    long: HashMap<u64, u64, FixedState>,
}

#[derive(Debug)]
struct Parts<V>([HashMap<u64, V, FixedState>; PARTS]);

/// Where the rows of an owner are.
#[derive(Clone, Copy, Debug)]
enum Owner {
    /// Among those of runs.
    Run {
        first: u32,
        count: u32,
        line: u32,
    },
    Anywhere,
}

/// The run of rows that goes on.
#[derive(Debug)]
struct Run {
    owner: Person,
    hash: u64,
    /// Whether its rows are looked for anywhere.
    anywhere: bool,
    line: u64,
}

/// A key in the making.
pub(crate) struct Key(FoldHasher<'static>);

impl Default for Key {
    fn default() -> Key {
        Key(STATE.build_hasher())
    }
}

impl Key {
    /// Adds a part.
    pub(crate) fn add(&mut self, part: &[u8]) {
        self.0.write_usize(part.len());
        self.0.write(part);
    }
}

impl SeenRows {
    /// Takes a key; the line it was first seen on, where it was.
    pub(crate) fn key_of(&mut self, key: Key, line: u64) -> Option<u64> {
        self.anywhere.first(key.0.finish(), line)
    }

    /// Takes a row of an owner, named by two numbers; the line it was first seen on, where it was.
    pub(crate) fn row(&mut self, owner: Option<(&[u8; 6], &[u8; 10])>, row: &[u8], line: u64) -> Option<u64> {
        let mut hasher = STATE.build_hasher();
        hasher.write(row);
        let hash = hasher.finish() >> LINE_BITS;
        let Some((insurer, insured)) = owner else { return self.anywhere.first(beside(0, hash), line) };
        // Bytes just put together cannot be compared at once: the processor waits for them.
        let is_same = |run: &Run| run.owner[..6] == *insurer && run.owner[6..] == *insured;
        if !self.run.as_ref().is_some_and(is_same) {
            let mut owner = [0; 16];
            owner[..6].copy_from_slice(insurer);
            owner[6..].copy_from_slice(insured);
            self.begin(owner, line);
        }
        let run = self.run.as_mut()?;
        let past = line.saturating_sub(run.line);
        if !run.anywhere && past >> LINE_BITS != 0 {
            run.anywhere = true;
            self.scatter_open();
        }
        let Run { hash: owner, anywhere, line: begun, .. } = *self.run.as_ref()?;
        if anywhere {
            return self.anywhere.first(beside(owner, hash >> DROPPED_BITS), line);
        }
        let bit = 1_u64 << (hash % 64);
        let word = &mut self.met[(hash / 64 % MET as u64) as usize];
        let seen = if *word & bit == 0 {
            None
        } else if self.open.len() <= SHORT_RUN {
            self.open.iter().find(|row| **row >> LINE_BITS == hash).map(|row| line_of(*row, begun))
        } else {
            if self.long.is_empty() {
                self.long.extend(self.open.iter().map(|row| (*row >> LINE_BITS, line_of(*row, begun))));
            }
            self.long.get(&hash).copied()
        };
        *word |= bit;
        if seen.is_none() {
            if !self.long.is_empty() {
                self.long.insert(hash, line);
            }
            self.open.push(hash << LINE_BITS | past);
        }
        seen
    }

    /// Ends the run and begins one of another owner.
    fn begin(&mut self, owner: Person, line: u64) {
        self.end_run();
        let mut hasher = STATE.build_hasher();
        hasher.write(&owner);
        let hash = hasher.finish();
        let anywhere = match self.owners.of(hash).insert(hash, Owner::Anywhere) {
            None => false,
            Some(Owner::Anywhere) => true,
            Some(Owner::Run { first, count, line }) => {
                for (kept, line) in self.rows[first as usize..][..count as usize].iter().zip(u64::from(line)..) {
                    self.anywhere.first(beside(hash, widened(*kept)), line);
                }
                true
            }
        };
        self.run = Some(Run { owner, hash, anywhere, line });
    }

    fn end_run(&mut self) {
        if !self.long.is_empty() {
            self.long = HashMap::default();
        }
        self.met = [0; MET];
        let Some(Run { hash, anywhere: false, line, .. }) = self.run else { return };
        let is_dense = self.open.iter().zip(line..).all(|(row, expected)| line_of(*row, line) == expected);
        match (u32::try_from(self.rows.len()), u32::try_from(self.open.len()), u32::try_from(line)) {
            (Ok(first), Ok(count), Ok(line)) if is_dense => {
                self.rows.extend(self.open.drain(..).map(|row| narrowed(row >> LINE_BITS >> DROPPED_BITS)));
                self.owners.of(hash).insert(hash, Owner::Run { first, count, line });
            }
            (_, _, _) => self.scatter_open(),
        }
    }

    /// Lets the rows of the present run be found anywhere.
    fn scatter_open(&mut self) {
        let Some(Run { hash, line, .. }) = self.run else { return };
        for row in self.open.drain(..) {
            self.anywhere.first(beside(hash, row >> LINE_BITS >> DROPPED_BITS), line_of(row, line));
        }
    }
}

impl<V> Default for Parts<V> {
    fn default() -> Parts<V> {
        Parts(std::array::from_fn(|_| HashMap::default()))
    }
}

impl<V> Parts<V> {
    fn of(&mut self, hash: u64) -> &mut HashMap<u64, V, FixedState> {
        &mut self.0[(hash % PARTS as u64) as usize]
    }
}

impl Parts<u64> {
    /// The line that a hash was first seen on; this one where it is new.
    fn first(&mut self, hash: u64, line: u64) -> Option<u64> {
        let mut new = false;
        let first = *self.of(hash).entry(hash).or_insert_with(|| {
            new = true;
            line
        });
        (!new).then_some(first)
    }
}

fn narrowed(hash: u64) -> Kept {
    let [a, b, c, d, e, ..] = hash.to_le_bytes();
    [a, b, c, d, e]
}

fn widened([a, b, c, d, e]: Kept) -> u64 {
    u64::from_le_bytes([a, b, c, d, e, 0, 0, 0])
}

fn line_of(row: Packed, first: u64) -> u64 {
    first + (row & ((1 << LINE_BITS) - 1))
}

/// The hash of a row beside that of its owner.
fn beside(owner: u64, row: u64) -> u64 {
    let mut hasher = STATE.build_hasher();
    hasher.write_u64(owner);
    hasher.write_u64(row);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Option<(&[u8; 6], &[u8; 10])> = Some((b"990010", b"0000000001"));
    const B: Option<(&[u8; 6], &[u8; 10])> = Some((b"990010", b"0000000002"));

    #[test]
    fn a_row_is_seen_again_in_its_run_and_in_a_later_one() {
        let mut seen = SeenRows::default();
        let rows = [(A, "1"), (A, "2"), (A, "1"), (B, "1"), (B, "1"), (A, "2"), (A, "3"), (B, "2"), (A, "3")];
        let found: Vec<Option<u64>> =
            rows.iter().zip(1..).map(|((owner, row), line)| seen.row(*owner, row.as_bytes(), line)).collect();
        let expected = [None, None, Some(1), None, Some(4), Some(2), None, None, Some(7)];
        assert_eq!(found, expected);
    }

    #[test]
    fn rows_of_nobody_are_compared_with_each_other() {
        let mut seen = SeenRows::default();
        assert_eq!(seen.row(None, b"1", 1), None);
        assert_eq!(seen.row(A, b"1", 2), None);
        assert_eq!(seen.row(None, b"1", 3), Some(1));
    }

    #[test]
    fn long_runs_and_runs_over_many_lines_forget_nothing() {
        let mut seen = SeenRows::default();
        for step in [1, 300] {
            for i in 0..1000_u64 {
                assert_eq!(seen.row(A, format!("{step} {i}").as_bytes(), 1 + i * step), None);
            }
            for i in 0..1000_u64 {
                assert_eq!(seen.row(A, format!("{step} {i}").as_bytes(), 1_000_000 + i), Some(1 + i * step));
            }
            assert_eq!(seen.row(B, b"1", 2_000_000), if step == 1 { None } else { Some(2_000_000) });
        }
    }

    #[test]
    fn a_key_is_more_than_its_bytes() {
        let mut seen = SeenRows::default();
        let mut take = |parts: &[&[u8]], line| {
            let mut key = Key::default();
            parts.iter().for_each(|part| key.add(part));
            seen.key_of(key, line)
        };
        assert_eq!(take(&[b"12", b"3"], 1), None);
        assert_eq!(take(&[b"1", b"23"], 2), None);
        assert_eq!(take(&[b"12", b"3"], 3), Some(1));
    }
}
