//! Hashes of whole rows, those made ahead among them. Knows bytes; judges nothing.
//!
//! 64 bits: two different rows of one owner with a hundred rows fall together once in some 10^15 owners.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

/// With fixed keys, so that a file is judged the same each time.
const STATE: FixedState = FixedState::with_seed(0);

/// The hash of a row, quotes and commas included.
#[inline]
pub(crate) fn row_hash(row: &[u8]) -> u64 {
    let mut hasher = STATE.build_hasher();
    hasher.write(row);
    hasher.finish()
}

/// The hashes of rows that lie whole in a piece of a file. To make them takes a part of the time of judging, for
/// which another thread may have time: see [`FileCheck::push_hashed`].
///
/// [`FileCheck::push_hashed`]: crate::FileCheck::push_hashed
#[derive(Debug, Default)]
pub struct RowHashes {
    /// In the order of the file.
    list: Vec<RowHash>,
}

#[derive(Clone, Copy, Debug)]
struct RowHash {
    /// Where in the piece it begins, if a row does.
    start: u32,
    /// Without its line end.
    length: u32,
    hash: u64,
}

impl RowHashes {
    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.list.clear();
    }

    /// Becomes those of a piece: of all that ends in CR LF there, and begins at its beginning or behind LF.
    pub fn become_of(&mut self, piece: &[u8]) {
        self.list.clear();
        let mut start = 0;
        for feed in memchr::memchr_iter(b'\n', piece) {
            if let Some(row) = piece[start..feed].strip_suffix(b"\r")
                && let (Ok(start), Ok(length)) = (u32::try_from(start), u32::try_from(row.len()))
            {
                self.list.push(RowHash { start, length, hash: row_hash(row) });
            }
            start = feed + 1;
        }
    }
}

/// Hashes of rows, in the order of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hashed<'a> {
    /// Where in the file the piece begins that they are of.
    pub(crate) at: u64,
    pub(crate) hashes: &'a RowHashes,
}

impl Hashed<'_> {
    /// The hash of a row that begins at a place of the file, as [`row_hash`] gives it. `next` goes along with the
    /// rows.
    #[inline(always)]
    pub(crate) fn row_hash(self, next: &mut usize, at: u64, row: &[u8]) -> u64 {
        while let Some(known) = self.hashes.list.get(*next) {
            let begins = self.at + u64::from(known.start);
            if begins < at {
                *next += 1;
            } else if begins == at && known.length as usize == row.len() {
                return known.hash;
            } else {
                break;
            }
        }
        row_hash(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(list: &[(u32, u32, u64)]) -> RowHashes {
        RowHashes { list: list.iter().map(|&(start, length, hash)| RowHash { start, length, hash }).collect() }
    }

    #[test]
    fn what_ends_in_cr_lf_is_hashed_from_the_last_lf_on() {
        let mut of_piece = hashes(&[(7, 7, 7)]);
        of_piece.become_of(b"ow\r\n\"a\nb\",c\r\n\r\nd\re\r\nro");
        let found: Vec<_> = of_piece.list.iter().map(|known| (known.start, known.length, known.hash)).collect();
        let of = |row: &[u8]| row_hash(row);
        assert_eq!(found, [(0, 2, of(b"ow")), (7, 4, of(b"b\",c")), (13, 0, of(b"")), (15, 3, of(b"d\re"))]);
        of_piece.become_of(b"");
        assert!(of_piece.list.is_empty());
    }

    #[test]
    fn a_hash_is_that_of_a_row_of_its_place_and_length_alone() {
        let hashes = hashes(&[(0, 3, 1), (5, 3, 2), (10, 4, 3), (16, 3, 4)]);
        let (hashed, mut next) = (Hashed { at: 1000, hashes: &hashes }, 0);
        let mut of = |at, row: &[u8]| hashed.row_hash(&mut next, at, row);
        let made = row_hash(b"1,2");
        // Before the piece, then in it, and behind what is known.
        assert_eq!(
            [990, 1000, 1004, 1005, 1010, 1016, 1021].map(|at| of(at, b"1,2")),
            [made, 1, made, 2, made, 4, made]
        );
    }
}
