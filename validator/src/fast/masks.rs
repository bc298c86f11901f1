//! Bytes of 64 at a time as bits of a word: bit `i` stands for byte `i`. Knows bytes; knows no record.

use wide::u8x16;

/// How many bytes a word stands for.
pub(super) const BLOCK: usize = 64;

/// Where quotes, commas and line feeds stand in a buffer.
#[derive(Debug, Default)]
pub(super) struct Masks {
    quotes: Vec<u64>,
    commas: Vec<u64>,
    feeds: Vec<u64>,
}

impl Masks {
    /// Looks through a buffer.
    pub(super) fn read(&mut self, buffer: &[u8]) {
        let Masks { quotes, commas, feeds } = self;
        for words in [&mut *quotes, &mut *commas, &mut *feeds] {
            words.clear();
            words.reserve(buffer.len() / BLOCK + 2);
        }
        let mut add = |block: &[u8; BLOCK]| {
            let [quote, comma, feed] = equal(block, [b'"', b',', b'\n']);
            quotes.push(quote);
            commas.push(comma);
            feeds.push(feed);
        };
        let (blocks, rest) = buffer.as_chunks::<BLOCK>();
        for block in blocks {
            add(block);
        }
        add(&padded(rest));
        // So that a window may begin anywhere.
        add(&[0; BLOCK]);
    }

    /// The first line feed from a place on.
    pub(super) fn feed(&self, from: usize) -> Option<usize> {
        let first = from / BLOCK;
        let mut word = self.feeds.get(first)? & (u64::MAX << (from % BLOCK));
        for (index, next) in self.feeds.iter().enumerate().skip(first + 1) {
            if word != 0 {
                return Some((index - 1) * BLOCK + word.trailing_zeros() as usize);
            }
            word = *next;
        }
        None
    }

    /// Quotes and commas of the 64 bytes from a place on.
    pub(super) fn window(&self, from: usize) -> [u64; 2] {
        [window(&self.quotes, from), window(&self.commas, from)]
    }
}

fn window(words: &[u64], from: usize) -> u64 {
    let (index, shift) = (from / BLOCK, from % BLOCK);
    match words.get(index..index + 2) {
        // Two shifts, because one by 64 is none.
        Some(&[low, high]) => low >> shift | (high << 1) << (BLOCK - 1 - shift),
        _ => 0,
    }
}

/// At most 64 bytes, with zeros behind them.
pub(super) fn padded(bytes: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    for (to, from) in block.iter_mut().zip(bytes) {
        *to = *from;
    }
    block
}

/// The 64 bytes from a place on, with zeros behind the end.
pub(super) fn block(bytes: &[u8], from: usize) -> [u8; BLOCK] {
    match bytes.get(from..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
        Some(block) => *block,
        None => padded(bytes.get(from..).unwrap_or_default()),
    }
}

/// What tells two blocks apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Where they differ.
    pub(super) bytes: u64,
    /// Where the first has a digit.
    pub(super) digits: u64,
    /// Where one of them has a byte beyond ASCII.
    pub(super) beyond: u64,
}

fn lanes(block: &[u8; BLOCK]) -> [u8x16; 4] {
    let (lanes, _) = block.as_chunks::<16>();
    std::array::from_fn(|i| u8x16::new(lanes[i]))
}

/// One bit for the highest bit of each byte.
fn bits(lanes: [u8x16; 4]) -> u64 {
    let [a, b, c, d] = lanes.map(|lane| u64::from(lane.to_bitmask()));
    a | b << 16 | c << 32 | d << 48
}

/// Where each of some bytes stands.
#[inline]
fn equal<const N: usize>(block: &[u8; BLOCK], bytes: [u8; N]) -> [u64; N] {
    let lanes = lanes(block);
    bytes.map(|byte| {
        let byte = u8x16::splat(byte);
        bits(lanes.map(|lane| lane.simd_eq(byte)))
    })
}

/// Compares two blocks.
#[inline]
pub(super) fn difference(new: &[u8; BLOCK], old: &[u8; BLOCK]) -> Difference {
    let (new, old) = (lanes(new), lanes(old));
    let (zero, nine) = (u8x16::splat(b'0'), u8x16::splat(9));
    Difference {
        bytes: !bits(std::array::from_fn(|i| new[i].simd_eq(old[i]))),
        digits: bits(new.map(|lane| {
            let value = lane - zero;
            value.min(nine).simd_eq(value)
        })),
        beyond: bits(std::array::from_fn(|i| new[i] | old[i])),
    }
}

/// Where digits stand.
pub(super) fn digits(block: &[u8; BLOCK]) -> u64 {
    difference(block, block).digits
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
            assert_eq!(equal(&block, [b'"', b',', b'\n']), expected);
        }
    }

    #[test]
    fn a_difference_tells_bytes_digits_and_what_is_beyond_ascii() {
        for new in blocks() {
            for old in [new, [0; BLOCK], std::array::from_fn(|i| if i % 3 == 0 { new[i] } else { 0xE0 })] {
                let expected = Difference {
                    bytes: word(|i| new[i] != old[i]),
                    digits: word(|i| new[i].is_ascii_digit()),
                    beyond: word(|i| !new[i].is_ascii() || !old[i].is_ascii()),
                };
                assert_eq!(difference(&new, &old), expected);
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
