//! Whose rows stand where in a file. Knows runs of rows of one owner, and which of them have been
//! forgotten; judges nothing.
//!
//! All that is remembered of rows is remembered of their owner, and the rows of one owner stand together
//! in most files. So what is remembered of an owner goes when the run ends, and a few bytes tell where
//! it stands. Should the owner come back, the run is read again, once, and nothing of that owner is
//! forgotten any more. Where the file cannot be read again, nothing is forgotten.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

use crate::bind::Row;
use crate::check::ReadAgain;
use crate::facts::Person;
use crate::scan::Record;
use crate::seen::{Parts, SeenRows, part};
use crate::spec::Key;
use crate::spec::keys::upjsk;

/// With fixed keys, so that a file is judged the same each time.
const STATE: FixedState = FixedState::with_seed(1);

#[derive(Default)]
pub(super) struct Owners {
    pub(super) again: Option<ReadAgain>,
    pub(super) seen: SeenRows,
    run: Option<Run>,
    /// The runs that were forgotten, by [`tag`].
    past: Parts<u32, Packed>,
    /// Owners of whom nothing is forgotten.
    kept: HashSet<Person, FixedState>,
    /// Whether some rows could not be read again.
    pub(super) lost: bool,
}

/// The run of rows that goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) owner: Person,
    hash: u64,
    at: u64,
    line: u64,
    /// The sum of the hashes of its rows.
    sum: u32,
    /// Whether rows are looked for among those before.
    compares: bool,
    forgets: bool,
}

/// A run that was forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Past {
    /// Offset of its first row.
    pub(super) at: u64,
    /// The line of that row.
    pub(super) line: u64,
    /// Who forgot it, one bit for each.
    pub(super) rules: u16,
    /// The sum of the hashes of its rows.
    pub(super) sum: u32,
}

/// Small, because there is one for each owner: offset, line and sum, with the rules above the offset.
type Packed = [u32; 4];

const AT_BITS: u32 = 48;

/// What a row is to the rows before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Of the owner of the one before.
    Same,
    /// Of another owner, or of nobody knows whom.
    Other,
    /// Of another owner, whose forgotten rows must be shown again first.
    Back(Past),
}

impl Owners {
    /// Has what can be read again forgotten.
    pub(super) fn reading_again(&mut self, again: ReadAgain) {
        self.again = Some(again);
        self.seen.forgetting();
    }

    /// Whether the row before has an owner.
    #[inline]
    pub(super) fn is_somebody(&self) -> bool {
        self.run.is_some()
    }

    /// Whether a row is of the owner of the one before.
    #[inline]
    pub(super) fn goes_on(&self, row: &Row<'_>) -> bool {
        // Bytes just put together cannot be compared at once: the processor waits for them.
        matches!((owner(row), &self.run), (Some((insurer, insured)), Some(run))
            if run.owner[..6] == *insurer && run.owner[6..] == *insured)
    }

    /// Takes a row of the present run, or of nobody, by its hash; the line that the same row was first
    /// seen on, where it was.
    #[inline]
    pub(super) fn row(&mut self, hash: u64, line: u64) -> Option<u64> {
        if let Some(run) = &mut self.run {
            run.sum = run.sum.wrapping_add(hash as u32);
        }
        self.seen.row(hash, line)
    }

    /// The run that goes on, and whether it will be forgotten.
    pub(super) fn run(&self) -> Option<(Person, bool)> {
        self.run.map(|run| {
            let fits = run.at >> AT_BITS == 0 && u32::try_from(run.line).is_ok();
            (run.owner, run.forgets && fits && (!run.compares || self.seen.will_forget()))
        })
    }

    /// Ends the run. `rules` says who forgot it, where it may be forgotten.
    pub(super) fn end_run(&mut self, rules: Option<u16>) {
        self.seen.end();
        let Some(run) = self.run.take() else { return };
        match rules {
            // Nobody remembered anything.
            Some(0) if !run.compares => {}
            Some(rules) => self.keep_past(run.hash, Past { at: run.at, line: run.line, rules, sum: run.sum }),
            None if run.forgets => {
                self.kept.insert(run.owner);
            }
            None => {}
        }
    }

    fn keep_past(&mut self, hash: u64, past: Past) {
        self.past.of(hash).insert(tag(hash), past.packed());
    }

    /// Begins the run of a row. The one before must have ended.
    pub(super) fn begin(&mut self, row: &Row<'_>) -> Turn {
        let Some((insurer, insured)) = owner(row) else { return Turn::Other };
        let owner = person(insurer, insured);
        let hash = hash_of(&owner);
        let Record { at, line, .. } = row.record;
        let is_kept = self.again.is_none() || self.kept.contains(&owner);
        let past = if is_kept { None } else { self.past.of(hash).remove(&tag(hash)) };
        let compares = row.table.row_key.is_empty();
        let forgets = !is_kept && past.is_none();
        self.run = Some(Run { owner, hash, at, line, sum: 0, compares, forgets });
        if compares && (forgets || self.again.is_none()) {
            self.seen.begin(hash, line);
        } else if compares {
            self.seen.begin_anywhere(hash);
        }
        match past {
            None => Turn::Other,
            Some(past) => {
                self.kept.insert(owner);
                Turn::Back(Past::of(past))
            }
        }
    }

    /// Whether a run that was taken for one of the present owner is of another, who is not told from this
    /// one by what is kept. It stays kept for that one.
    pub(super) fn is_past_of(&mut self, other: &Person, past: Past) -> bool {
        let Some(run) = self.run else { return false };
        let hash = hash_of(other);
        let is_alike = (part(hash), tag(hash)) == (part(run.hash), tag(run.hash));
        if is_alike {
            self.keep_past(hash, past);
        }
        is_alike
    }
}

impl Past {
    fn packed(self) -> Packed {
        let at = self.at | u64::from(self.rules) << AT_BITS;
        [at as u32, (at >> 32) as u32, self.line as u32, self.sum]
    }

    fn of([low, high, line, sum]: Packed) -> Past {
        let at = u64::from(high) << 32 | u64::from(low);
        Past { at: at & ((1 << AT_BITS) - 1), line: u64::from(line), rules: (at >> AT_BITS) as u16, sum }
    }
}

/// What tells whose row it is.
pub(super) const OWNER: [Key; 2] = [upjsk::INSURER_NUMBER, upjsk::INSURED_NUMBER];

/// Whose row it is, where that can be told.
pub(super) fn owner<'a>(row: &Row<'a>) -> Option<(&'a [u8; 6], &'a [u8; 10])> {
    let [insurer, insured] = OWNER.map(|key| row.bytes(key));
    let (insurer, insured) = (insurer.is()?.try_into().ok()?, insured.is()?.try_into().ok()?);
    Some((insurer, insured))
}

pub(super) fn person(insurer: &[u8; 6], insured: &[u8; 10]) -> Person {
    let mut person = [0; 16];
    person[..6].copy_from_slice(insurer);
    person[6..].copy_from_slice(insured);
    person
}

fn hash_of(person: &Person) -> u64 {
    let mut hasher = STATE.build_hasher();
    hasher.write(person);
    hasher.finish()
}

/// What is kept of a hash beside its part.
fn tag(hash: u64) -> u32 {
    (hash >> u32::BITS) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::check::{FileCheck, Options};

    /// Two insured numbers whose owners are not told from each other by what is kept of a run.
    fn alike() -> [String; 2] {
        let mut seen: HashMap<(usize, u32), u64> = HashMap::new();
        for number in 0..4_000_000_u64 {
            let hash = hash_of(&person(b"990010", format!("{number:010}").as_bytes().try_into().unwrap()));
            if let Some(other) = seen.insert((part(hash), tag(hash)), number) {
                return [other, number].map(|number| format!("{number:010}"));
            }
        }
        panic!("no two are alike");
    }

    #[test]
    fn owners_who_are_not_told_apart_by_their_hashes_are_by_their_rows() {
        let [a, b] = alike();
        let row = |insured: &str, code: &str| {
            format!(
                "202407,990010,{insured},20260928,202610,9970100013,,300,,20261001,,9999,9999,1,{code},\
                 00003-000044,,,,9970100047,,,0,9970100013,\r\n"
            )
        };
        let rows = [(&a, "111211"), (&b, "111211"), (&a, "111211"), (&b, "111111"), (&b, "111211"), (&a, "111211")];
        let bytes = rows.map(|(insured, code)| row(insured, code)).concat().into_bytes();
        let name = "UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV";
        let lines = |mut check: FileCheck| {
            check.push(&bytes);
            let judgement = check.finish();
            assert!(judgement.not_checked.iter().all(|entry| !entry.blocks), "{:?}", judgement.not_checked);
            let kept = judgement.findings.kept.into_iter();
            let repeated = kept.filter(|finding| finding.rule.id == "file/duplicate-row");
            repeated.filter_map(|finding| finding.at.line).collect::<Vec<u64>>()
        };
        let check = || FileCheck::new(name, &Options::default());
        assert_eq!(lines(check()), [3, 5, 6]);
        let again = bytes.clone();
        let reading = check()
            .reading_again(Box::new(move |range| Some(again[range.start as usize..range.end as usize].to_vec())));
        assert_eq!(lines(reading), [3, 5, 6]);
    }

    #[test]
    fn a_run_is_packed_and_taken_out_as_it_was() {
        let past = Past { at: (1 << 48) - 2, line: u64::from(u32::MAX) - 1, rules: 0x8003, sum: 0xDEAD_BEEF };
        assert_eq!(Past::of(past.packed()), past);
    }
}
