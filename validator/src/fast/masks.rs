//! Bytes of 64 at a time as bits of a word: bit `i` stands for byte `i`. Knows bytes; knows no record.

use wide::u8x16;

/// How many bytes a word stands for.
pub(super) const BLOCK: usize = 64;

/// Where quotes, commas and line feeds stand in a buffer.
#[derive(Debug, Default)]
pub(super) struct Masks {
    words: Vec<[u64; 3]>,
}

const QUOTE: usize = 0;
const COMMA: usize = 1;
const FEED: usize = 2;

impl Masks {
    /// Looks through a buffer.
    pub(super) fn read(&mut self, buffer: &[u8]) {
        let (blocks, rest) = buffer.as_chunks::<BLOCK>();
        self.words.clear();
        self.words.extend(blocks.iter().map(structure));
        self.words.push(structure(&padded(rest)));
        // So that a window may begin anywhere.
        self.words.push([0; 3]);
    }

    /// The first line feed from a place on.
    #[inline]
    pub(super) fn feed(&self, from: usize) -> Option<usize> {
        let mut index = from / BLOCK;
        let mut word = self.words.get(index)?[FEED] & (u64::MAX << (from % BLOCK));
        while word == 0 {
            index += 1;
            word = self.words.get(index)?[FEED];
        }
        Some(index * BLOCK + word.trailing_zeros() as usize)
    }

    /// Quotes and commas of the 64 bytes from a place on.
    #[inline]
    pub(super) fn window(&self, from: usize) -> [u64; 2] {
        let (index, shift) = (from / BLOCK, from % BLOCK);
        match self.words.get(index..index + 2) {
            // Two shifts, because one by 64 is none.
            Some([low, high]) => {
                let join = |i: usize| low[i] >> shift | (high[i] << 1) << (BLOCK - 1 - shift);
                [join(QUOTE), join(COMMA)]
            }
            _ => [0; 2],
        }
    }
}

/// At most 64 bytes, with zeros behind them.
pub(super) fn padded(bytes: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let length = bytes.len().min(BLOCK);
    block[..length].copy_from_slice(&bytes[..length]);
    block
}

// Written out for each quarter: arrays that are mapped cost more than what is done to them.

#[inline(always)]
fn quarters(block: &[u8; BLOCK]) -> [u8x16; 4] {
    let (quarters, _) = block.as_chunks::<16>();
    [u8x16::new(quarters[0]), u8x16::new(quarters[1]), u8x16::new(quarters[2]), u8x16::new(quarters[3])]
}

/// One bit for the highest bit of each byte.
#[inline(always)]
fn bits(a: u8x16, b: u8x16, c: u8x16, d: u8x16) -> u64 {
    u64::from(a.to_bitmask() | b.to_bitmask() << 16) | u64::from(c.to_bitmask() | d.to_bitmask() << 16) << 32
}

/// Where a byte stands.
#[inline(always)]
fn equal([a, b, c, d]: [u8x16; 4], byte: u8) -> u64 {
    let byte = u8x16::splat(byte);
    bits(a.simd_eq(byte), b.simd_eq(byte), c.simd_eq(byte), d.simd_eq(byte))
}

#[inline(always)]
fn structure(block: &[u8; BLOCK]) -> [u64; 3] {
    let quarters = quarters(block);
    [equal(quarters, b'"'), equal(quarters, b','), equal(quarters, b'\n')]
}

#[inline(always)]
fn digit(bytes: u8x16) -> u8x16 {
    let value = bytes - u8x16::splat(b'0');
    value.min(u8x16::splat(9)).simd_eq(value)
}

/// Where two blocks differ.
#[inline(always)]
pub(super) fn changes(new: &[u8; BLOCK], old: &[u8; BLOCK]) -> u64 {
    let ([a, b, c, d], [e, f, g, h]) = (quarters(new), quarters(old));
    !bits(a.simd_eq(e), b.simd_eq(f), c.simd_eq(g), d.simd_eq(h))
}

/// Where digits stand.
#[inline(always)]
pub(super) fn digits(block: &[u8; BLOCK]) -> u64 {
    let [a, b, c, d] = quarters(block);
    bits(digit(a), digit(b), digit(c), digit(d))
}

/// Where one of two blocks has a byte beyond ASCII.
#[inline(always)]
pub(super) fn beyond(new: &[u8; BLOCK], old: &[u8; BLOCK]) -> u64 {
    let ([a, b, c, d], [e, f, g, h]) = (quarters(new), quarters(old));
    bits(a | e, b | f, c | g, d | h)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte stands at every place of a block once, beside every other.
    fn blocks() -> impl Iterator<Item = [u8; BLOCK]> {
        (0..=255_u8).map(|start| std::array::from_fn(|i| start.wrapping_add((i as u8).wrapping_mul(37))))
    }

    fn word(picks: impl Fn(usize) -> bool) -> u64 {
        (0..BLOCK).filter(|i| picks(*i)).fold(0, |word, i| word | 1 << i)
    }

    #[test]
    fn a_bit_stands_for_each_byte_that_is_equal() {
        for block in blocks() {
            let expected = [b'"', b',', b'\n'].map(|byte| word(|i| block[i] == byte));
            assert_eq!(structure(&block), expected);
        }
    }

    #[test]
    fn two_blocks_are_told_apart_by_bytes_digits_and_what_is_beyond_ascii() {
        for new in blocks() {
            assert_eq!(digits(&new), word(|i| new[i].is_ascii_digit()));
            for old in [new, [0; BLOCK], std::array::from_fn(|i| if i % 3 == 0 { new[i] } else { 0xE0 })] {
                assert_eq!(changes(&new, &old), word(|i| new[i] != old[i]));
                assert_eq!(beyond(&new, &old), word(|i| !new[i].is_ascii() || !old[i].is_ascii()));
            }
        }
    }

    #[test]
    fn windows_and_line_feeds_are_found_from_any_place() {
        let mut buffer = vec![b'x'; 300];
        for at in [0, 63, 64, 130, 299] {
            buffer[at] = b'"';
            let mut masks = Masks::default();
            masks.read(&buffer);
            for from in 0..buffer.len() {
                let expected = word(|i| buffer.get(from + i) == Some(&b'"'));
                assert_eq!(masks.window(from), [expected, 0], "{from}");
                assert_eq!(masks.feed(from), None);
            }
        }
        buffer[70] = b'\n';
        buffer[200] = b'\n';
        let mut masks = Masks::default();
        masks.read(&buffer);
        assert_eq!(
            [0, 70, 71, 200, 201].map(|from| masks.feed(from)),
            [Some(70), Some(70), Some(200), Some(200), None]
        );
    }
}
