//! Hashes of rows that are sums over their cells, so that a row which differs from another in few cells
//! is hashed by those alone. Knows bytes and columns; judges nothing.
//!
//! 64 bits: two different rows of one owner with a hundred rows fall together once in some 10^15 owners.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

use crate::scan::Record;

/// With fixed keys, so that a file is judged the same each time.
const STATE: FixedState = FixedState::with_seed(0);

/// Odd numbers with no pattern: the hexadecimal digits of π.
const KEYS: [u64; 4] = [0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7345, 0xA409_3822_299F_31D1, 0x082E_FA98_EC4E_6C89];

/// The most bytes that are hashed as two words.
const SHORT: usize = 16;

/// The hash of a row: how many cells it has, and the sum of the hashes of those.
pub(crate) fn row_hash(record: &Record<'_>) -> u64 {
    let mut hash = count_hash(record.cells.len());
    for (column, cell) in record.cells.iter().enumerate() {
        let span = cell.span();
        if span.is_empty() {
            continue;
        }
        let rest = record.bytes.get(span.start..).and_then(|rest| rest.first_chunk::<SHORT>());
        hash = hash.wrapping_add(match rest {
            // What comes behind a short cell in the same 16 bytes is cut off.
            Some(chunk) if span.len() <= SHORT => {
                words_hash(column, span.len(), u128::from_le_bytes(*chunk) & u128::MAX >> (8 * (SHORT - span.len())))
            }
            Some(_) | None => cell_hash(column, &record.bytes[span]),
        });
    }
    hash
}

/// What the number of its cells adds to the hash of a row.
#[inline]
pub(crate) fn count_hash(cells: usize) -> u64 {
    words_hash(cells, SHORT + 1, 0)
}

/// What one cell, quotes included, adds to the hash of a row; 0 where it is empty.
#[inline]
pub(crate) fn cell_hash(column: usize, bytes: &[u8]) -> u64 {
    let length = bytes.len();
    if length == 0 {
        return 0;
    }
    if length > SHORT {
        let mut hasher = STATE.build_hasher();
        hasher.write_usize(column);
        hasher.write(bytes);
        return hasher.finish();
    }
    let mut words = [0; SHORT];
    words[..length].copy_from_slice(bytes);
    words_hash(column, length, u128::from_le_bytes(words))
}

#[inline]
fn words_hash(column: usize, length: usize, words: u128) -> u64 {
    let place = (column as u64) << 8 | length as u64;
    let (low, high) = (words as u64, (words >> 64) as u64);
    let first = folded(low ^ KEYS[0], high ^ KEYS[1].wrapping_add(place.wrapping_mul(KEYS[3])));
    folded(first ^ KEYS[2], place ^ KEYS[3])
}

/// Both halves of a product.
#[inline]
fn folded(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scan::{Piece, scan};

    fn hash(row: &[u8]) -> u64 {
        let mut hash = None;
        scan(row, &mut |piece| {
            if let Piece::Record(record) = piece {
                hash = Some(row_hash(&record));
            }
        });
        hash.unwrap()
    }

    #[test]
    fn rows_are_told_apart_by_each_byte_and_its_column() {
        let rows: [&[u8]; 12] = [
            b"1,2", b"2,1", b"12,", b",12", b"12", b"1,\"2\"", b"1,2,", b"1,02", b"1,\x002", b"1,2\x00", b"11,22",
            b",1,2",
        ];
        let hashes: BTreeSet<u64> = rows.iter().map(|row| hash(row)).collect();
        assert_eq!(hashes.len(), rows.len());
    }

    #[test]
    fn cells_of_every_length_are_told_apart_by_each_of_their_bytes() {
        let mut hashes = BTreeSet::new();
        let mut count = 0;
        for column in 0..3 {
            for length in 0..40 {
                let mut cell = vec![b'0'; length];
                assert_eq!(
                    hash(&[&b",".repeat(column)[..], &cell].concat()),
                    count_hash(column + 1).wrapping_add(cell_hash(column, &cell))
                );
                if length == 0 {
                    continue;
                }
                assert!(hashes.insert(cell_hash(column, &cell)));
                count += 1;
                for at in 0..length {
                    for digit in b'1'..=b'9' {
                        cell[at] = digit;
                        assert!(hashes.insert(cell_hash(column, &cell)), "{column} {length} {at} {digit}");
                        count += 1;
                    }
                    cell[at] = b'0';
                }
            }
        }
        assert_eq!(count, hashes.len());
    }

    #[test]
    fn a_row_that_differs_in_one_cell_differs_by_the_hash_of_that_cell() {
        let (old, new) = (hash(b"202407,990010,0000000101,5"), hash(b"202407,990010,0000000101,77"));
        assert_eq!(old.wrapping_sub(cell_hash(3, b"5")).wrapping_add(cell_hash(3, b"77")), new);
    }

    #[test]
    fn few_of_many_like_rows_share_the_upper_or_lower_half_of_a_hash() {
        let hashes: Vec<u64> =
            (0..20_000_u32).map(|i| hash(format!("202407,{},{},{}", i % 31, i % 7, i).as_bytes())).collect();
        for halves in [
            hashes.iter().map(|h| *h as u32).collect::<BTreeSet<u32>>(),
            hashes.iter().map(|h| (h >> 32) as u32).collect(),
        ] {
            // 0.05 pairs are to be expected.
            assert!(halves.len() >= 19_998, "{}", halves.len());
        }
    }
}
