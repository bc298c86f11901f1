//! Which rows and keys of a file have been seen, and on which line first. Knows hashes; judges nothing.
//!
//! The rows of one owner stand together in most files: a run. While it goes on, a row is compared with
//! those of its run alone, by 64 bits; rows of different owners are never taken for each other. After it,
//! the rows are forgotten, where the run can be read again should its owner come back. Where it cannot,
//! 40 bits of each are kept, in five bytes. Of an owner who has come back, all rows are where any row is
//! found.
//!
//! That two different rows fall together happens once in some 10^12 files of a million rows where rows
//! stand together; where they do not, once in some 10^7, and of rows that cannot be read again once in
//! some 10^5.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::{FixedState, FoldHasher};

/// With fixed keys, so that a file is judged the same each time.
const STATE: FixedState = FixedState::with_seed(0);

/// Maps are divided, so that one that grows is copied a small part at a time.
const PARTS: usize = 32;

/// In runs longer than this, a row is not looked for by looking at each.
const SHORT_RUN: usize = 64;

/// A run longer than this is not kept in one piece.
const LONG_RUN: usize = 1 << 12;

/// How many times 64 hashes are told apart at a glance.
const MET: usize = 8;

/// What is kept of a hash after its run: 40 bits, in as many bytes as they need.
type Kept = [u8; 5];

#[derive(Debug, Default)]
pub(crate) struct SeenRows {
    /// Whether runs are forgotten, so that nothing is kept by fewer bits.
    forgets: bool,
    /// Hashes with the lines they were first seen on.
    anywhere: Parts<u64, u64>,
    /// Where the rows of each owner stand, of those whose rows are kept in one piece.
    owners: Parts<u64, Owner>,
    /// The rows of those, one run after the other, a row to each line.
    rows: Vec<Kept>,
    run: Run,
    /// The rows of the present run, with their lines.
    open: Vec<(u64, u64)>,
    /// One bit for each of some hashes: most rows of the present run are told to be new by it.
    met: [u64; MET],
    /// The same rows, once they are many.
    long: HashMap<u64, u64, FixedState>,
}

#[derive(Debug)]
pub(crate) struct Parts<K, V>([HashMap<K, V, FixedState>; PARTS]);

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
#[derive(Clone, Copy, Debug, Default)]
enum Run {
    /// Rows of nobody, whose rows are not told apart by owner.
    #[default]
    Nobody,
    /// Its rows are looked for among each other.
    Alone { owner: u64, line: u64 },
    /// Its rows are looked for anywhere.
    Anywhere { owner: u64 },
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

/// Keys, with the lines they were first seen on.
#[derive(Debug, Default)]
pub(crate) struct SeenKeys(Parts<u64, u64>);

impl SeenKeys {
    /// Takes a key; the line it was first seen on, where it was.
    pub(crate) fn key(&mut self, key: Key, line: u64) -> Option<u64> {
        self.0.first(key.0.finish(), line)
    }
}

impl SeenRows {
    /// Has runs forgotten after their end from now on.
    pub(crate) fn forgetting(&mut self) {
        self.forgets = true;
    }

    /// Takes a row of the present run by its hash; the line it was first seen on, where it was.
    #[inline]
    pub(crate) fn row(&mut self, hash: u64, line: u64) -> Option<u64> {
        match self.run {
            Run::Nobody => self.first_anywhere(0, hash, line),
            Run::Anywhere { owner } => self.first_anywhere(owner, hash, line),
            Run::Alone { .. } => {
                let bit = 1_u64 << (hash % 64);
                let word = &mut self.met[(hash / 64 % MET as u64) as usize];
                let met = *word & bit != 0;
                *word |= bit;
                if met {
                    let first = self.first_in_run(hash);
                    if first.is_some() {
                        return first;
                    }
                }
                self.open.push((hash, line));
                if self.open.len() > SHORT_RUN {
                    self.grow(hash, line);
                }
                None
            }
        }
    }

    fn first_anywhere(&mut self, owner: u64, hash: u64, line: u64) -> Option<u64> {
        let hash = if self.forgets { hash } else { widened(narrowed(hash)) };
        self.anywhere.first(beside(owner, hash), line)
    }

    fn first_in_run(&self, hash: u64) -> Option<u64> {
        if self.long.is_empty() {
            self.open.iter().find(|(row, _)| *row == hash).map(|(_, line)| *line)
        } else {
            self.long.get(&hash).copied()
        }
    }

    /// Makes a row of a long run be found without looking at each.
    fn grow(&mut self, hash: u64, line: u64) {
        if self.open.len() > LONG_RUN {
            self.scatter();
        } else if self.long.is_empty() {
            self.long.extend(self.open.iter().copied());
        } else {
            self.long.insert(hash, line);
        }
    }

    /// Begins a run of an owner, named by a hash. The one before must have ended.
    pub(crate) fn begin(&mut self, owner: u64, line: u64) {
        let before = if self.forgets { None } else { self.owners.of(owner).insert(owner, Owner::Anywhere) };
        self.run = match before {
            None => Run::Alone { owner, line },
            Some(Owner::Anywhere) => Run::Anywhere { owner },
            Some(Owner::Run { first, count, line }) => {
                for at in 0..count {
                    let hash = widened(self.rows[(first + at) as usize]);
                    self.first_anywhere(owner, hash, u64::from(line) + u64::from(at));
                }
                Run::Anywhere { owner }
            }
        };
    }

    /// Begins a run of an owner whose rows are found anywhere. The one before must have ended.
    pub(crate) fn begin_anywhere(&mut self, owner: u64) {
        self.run = Run::Anywhere { owner };
    }

    /// Whether the present run will be forgotten when it ends.
    pub(crate) fn will_forget(&self) -> bool {
        self.forgets && matches!(self.run, Run::Alone { .. })
    }

    /// Ends the run.
    pub(crate) fn end(&mut self) {
        if let Run::Alone { owner, line } = self.run
            && !self.forgets
        {
            let is_dense = self.open.iter().zip(line..).all(|((_, line), expected)| *line == expected);
            match (u32::try_from(self.rows.len()), u32::try_from(self.open.len()), u32::try_from(line)) {
                (Ok(first), Ok(count), Ok(line)) if is_dense => {
                    self.rows.extend(self.open.iter().map(|(row, _)| narrowed(*row)));
                    self.owners.of(owner).insert(owner, Owner::Run { first, count, line });
                }
                (_, _, _) => self.scatter(),
            }
        }
        self.open.clear();
        self.long = HashMap::default();
        self.met = [0; MET];
        self.run = Run::Nobody;
    }

    /// Lets the rows of the present run be found anywhere.
    fn scatter(&mut self) {
        let Run::Alone { owner, .. } = self.run else { return };
        for (row, line) in std::mem::take(&mut self.open) {
            self.first_anywhere(owner, row, line);
        }
        self.long = HashMap::default();
        self.run = Run::Anywhere { owner };
    }
}

impl<K, V> Default for Parts<K, V> {
    fn default() -> Parts<K, V> {
        Parts(std::array::from_fn(|_| HashMap::default()))
    }
}

impl<K, V> Parts<K, V> {
    /// The part for what has a hash.
    pub(crate) fn of(&mut self, hash: u64) -> &mut HashMap<K, V, FixedState> {
        &mut self.0[part(hash)]
    }
}

/// Which part holds what has a hash.
pub(crate) fn part(hash: u64) -> usize {
    (hash % PARTS as u64) as usize
}

impl Parts<u64, u64> {
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

    const A: u64 = 1;
    const B: u64 = 2;

    /// Takes rows of owners, each on the next line.
    fn seen(seen: &mut SeenRows, rows: &[(u64, u64)]) -> Vec<Option<u64>> {
        let mut last = None;
        let mut take = |(owner, row): (u64, u64), line| {
            if last != Some(owner) {
                seen.end();
                seen.begin(owner, line);
                last = Some(owner);
            }
            seen.row(row, line)
        };
        rows.iter().zip(1..).map(|(row, line)| take(*row, line)).collect()
    }

    #[test]
    fn a_row_is_seen_again_in_its_run_and_in_a_later_one() {
        let rows = [(A, 1), (A, 2), (A, 1), (B, 1), (B, 1), (A, 2), (A, 3), (B, 2), (A, 3)];
        let found = seen(&mut SeenRows::default(), &rows);
        assert_eq!(found, [None, None, Some(1), None, Some(4), Some(2), None, None, Some(7)]);
    }

    #[test]
    fn a_run_that_is_forgotten_is_seen_in_itself_alone_and_anywhere_once_it_was_seen_again() {
        let mut rows = SeenRows::default();
        rows.forgetting();
        let found = seen(&mut rows, &[(A, 1), (A, 1), (B, 1), (A, 1), (A, 1)]);
        assert_eq!(found, [None, Some(1), None, None, Some(4)]);
        rows.end();
        rows.begin_anywhere(A);
        assert_eq!([rows.row(1, 1), rows.row(1, 2), rows.will_forget().then_some(0)], [None, Some(1), None]);
        rows.end();
        rows.begin_anywhere(A);
        assert_eq!(rows.row(1, 6), Some(1));
    }

    #[test]
    fn rows_of_nobody_are_compared_with_each_other() {
        let mut seen = SeenRows::default();
        assert_eq!(seen.row(1, 1), None);
        seen.begin(A, 2);
        assert_eq!(seen.row(1, 2), None);
        seen.end();
        assert_eq!(seen.row(1, 3), Some(1));
    }

    #[test]
    fn long_runs_and_runs_over_many_lines_forget_nothing() {
        for rows in [SHORT_RUN as u64 + 2, 1000, LONG_RUN as u64 + 100] {
            let mut seen = SeenRows::default();
            for step in [1, 300] {
                seen.begin(A, 1);
                // Hashes with no pattern in any of their bits.
                let hash = |i: u64| beside(step, i);
                for i in 0..rows {
                    assert_eq!(seen.row(hash(i), 1 + i * step), None);
                }
                for i in 0..rows {
                    assert_eq!(seen.row(hash(i), 5_000_000 + i), Some(1 + i * step));
                }
                seen.end();
                seen.begin(B, 1);
                assert_eq!(seen.row(hash(7), 2_000_000), None);
                seen.end();
                seen.begin(A, 3_000_000);
                for i in 0..rows {
                    assert_eq!(seen.row(hash(i), 6_000_000 + i), Some(1 + i * step));
                }
                seen.end();
            }
        }
    }

    #[test]
    fn a_key_is_more_than_its_bytes() {
        let mut seen = SeenKeys::default();
        let mut take = |parts: &[&[u8]], line| {
            let mut key = Key::default();
            parts.iter().for_each(|part| key.add(part));
            seen.key(key, line)
        };
        assert_eq!(take(&[b"12", b"3"], 1), None);
        assert_eq!(take(&[b"1", b"23"], 2), None);
        assert_eq!(take(&[b"12", b"3"], 3), Some(1));
    }
}
