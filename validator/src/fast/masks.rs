//! Bytes of 64 at a time as bits of a word: bit `i` stands for byte `i`. Knows bytes; knows no record.
//!
//! Three ways give the same: sixteen bytes at once on any processor, thirty-two or all of them on those
//! that can. Which one is found out while the program runs.

use wide::u8x16;

/// How many bytes a word stands for.
pub(super) const BLOCK: usize = 64;

/// Rows longer than so many blocks are left to the rules.
pub(super) const MOST_BLOCKS: usize = 16;

/// The bytes that a word stands for.
pub(super) type Bytes = [u8; BLOCK];

/// Where what divides a file into cells stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) quotes: u64,
    pub(super) commas: u64,
    pub(super) feeds: u64,
    pub(super) returns: u64,
}

/// A way to look at many bytes at once.
///
/// What uses one is written without closures: those are compiled for any processor, and the few
/// instructions that a way comes to are then called, not inlined.
pub(super) trait Lanes: Copy {
    /// Bytes that are being looked at.
    type Block: Copy;

    fn load(self, bytes: &Bytes) -> Self::Block;

    /// The 64 bytes from a place on, with zeros behind the end.
    #[inline(always)]
    fn block(self, bytes: &[u8], from: usize) -> Self::Block {
        let rest = bytes.get(from..).unwrap_or_default();
        match rest.first_chunk() {
            Some(bytes) => self.load(bytes),
            None => self.load(&padded(rest)),
        }
    }

    /// Where quotes, commas and line ends stand.
    fn marks(self, block: Self::Block) -> Marks;

    /// Where two blocks differ.
    fn changes(self, new: Self::Block, old: Self::Block) -> u64;

    /// Where digits stand.
    fn digits(self, block: Self::Block) -> u64;

    /// Where bytes beyond ASCII stand.
    fn beyond_ascii(self, block: Self::Block) -> u64;

    /// What was folded of other blocks, with a block whose bytes are kept where a mask has all bits.
    fn fold(self, folded: Self::Block, block: Self::Block, mask: Self::Block) -> Self::Block;

    fn store(self, block: Self::Block) -> Bytes;
}

/// Fewer bytes than a block has, with zeros behind them.
#[cold]
#[inline(never)]
pub(super) fn padded(bytes: &[u8]) -> Bytes {
    let mut block = [0; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    block
}

/// Something that uses such a way. It is compiled for each, where it is inlined as a whole.
pub(super) trait Work {
    type Outcome;

    fn run<L: Lanes>(self, lanes: L) -> Self::Outcome;
}

/// The way of this processor.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    #[cfg(target_arch = "x86_64")]
    Widest(Widest),
    #[cfg(target_arch = "x86_64")]
    Wide(Wide),
    Any(Any),
}

impl Way {
    pub(super) fn best() -> Way {
        #[cfg(target_arch = "x86_64")]
        if let Some(way) = Widest::detect().map(Way::Widest).or_else(|| Wide::detect().map(Way::Wide)) {
            return way;
        }
        Way::Any(Any)
    }

    #[inline(always)]
    pub(super) fn run<W: Work>(self, work: W) -> W::Outcome {
        match self {
            #[cfg(target_arch = "x86_64")]
            Way::Widest(lanes) => lanes.compiled(work),
            #[cfg(target_arch = "x86_64")]
            Way::Wide(lanes) => lanes.compiled(work),
            Way::Any(lanes) => work.run(lanes),
        }
    }
}

/// Any processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Any;

impl Lanes for Any {
    type Block = [u8x16; 4];

    #[inline(always)]
    fn load(self, bytes: &Bytes) -> [u8x16; 4] {
        let (quarters, _) = bytes.as_chunks::<16>();
        [u8x16::new(quarters[0]), u8x16::new(quarters[1]), u8x16::new(quarters[2]), u8x16::new(quarters[3])]
    }

    #[inline(always)]
    fn marks(self, block: [u8x16; 4]) -> Marks {
        Marks {
            quotes: equal(block, b'"'),
            commas: equal(block, b','),
            feeds: equal(block, b'\n'),
            returns: equal(block, b'\r'),
        }
    }

    #[inline(always)]
    fn changes(self, [a, b, c, d]: [u8x16; 4], [e, f, g, h]: [u8x16; 4]) -> u64 {
        !bits(a.simd_eq(e), b.simd_eq(f), c.simd_eq(g), d.simd_eq(h))
    }

    #[inline(always)]
    fn digits(self, [a, b, c, d]: [u8x16; 4]) -> u64 {
        bits(digit(a), digit(b), digit(c), digit(d))
    }

    #[inline(always)]
    fn beyond_ascii(self, [a, b, c, d]: [u8x16; 4]) -> u64 {
        bits(a, b, c, d)
    }

    #[inline(always)]
    fn fold(self, folded: [u8x16; 4], block: [u8x16; 4], mask: [u8x16; 4]) -> [u8x16; 4] {
        let quarter = |i: usize| (folded[i] + folded[i] + folded[i]) ^ (block[i] & mask[i]);
        [quarter(0), quarter(1), quarter(2), quarter(3)]
    }

    #[inline(always)]
    fn store(self, block: [u8x16; 4]) -> Bytes {
        let mut bytes = [0; BLOCK];
        for (quarter, bytes) in block.iter().zip(bytes.as_chunks_mut::<16>().0) {
            *bytes = quarter.to_array();
        }
        bytes
    }
}

// Written out for each quarter: arrays that are mapped cost more than what is done to them.

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
fn digit(bytes: u8x16) -> u8x16 {
    let value = bytes - u8x16::splat(b'0');
    value.min(u8x16::splat(9)).simd_eq(value)
}

#[cfg(target_arch = "x86_64")]
pub(super) use self::ways::{Wide, Widest};

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "instructions that not every processor has are called after asking it")]
mod ways;

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! for_each_way {
        ($lanes:ident, $what:expr) => {
            let $lanes = Any;
            $what;
            #[cfg(target_arch = "x86_64")]
            if let Some($lanes) = Wide::detect() {
                $what;
            }
            #[cfg(target_arch = "x86_64")]
            if let Some($lanes) = Widest::detect() {
                $what;
            }
        };
    }

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
            let stands = |byte| word(|i| block[i] == byte);
            let expected =
                Marks { quotes: stands(b'"'), commas: stands(b','), feeds: stands(b'\n'), returns: stands(b'\r') };
            for_each_way!(lanes, assert_eq!(lanes.marks(lanes.load(&block)), expected));
        }
    }

    #[test]
    fn two_blocks_are_told_apart_by_bytes_and_digits() {
        for new in blocks() {
            for_each_way!(lanes, assert_eq!(lanes.digits(lanes.load(&new)), word(|i| new[i].is_ascii_digit())));
            for_each_way!(lanes, assert_eq!(lanes.beyond_ascii(lanes.load(&new)), word(|i| !new[i].is_ascii())));
            for old in [new, [0; BLOCK], std::array::from_fn(|i| if i % 3 == 0 { new[i] } else { 0xE0 })] {
                for_each_way!(
                    lanes,
                    assert_eq!(lanes.changes(lanes.load(&new), lanes.load(&old)), word(|i| new[i] != old[i]))
                );
            }
        }
    }

    #[test]
    fn what_is_kept_is_folded_and_the_rest_is_not() {
        for new in blocks() {
            let mask: [u8; BLOCK] = std::array::from_fn(|i| if i % 5 == 0 { 0 } else { 0xFF });
            let old: [u8; BLOCK] = std::array::from_fn(|i| new[i] ^ 0x5A);
            let expected: [u8; BLOCK] = std::array::from_fn(|i| old[i].wrapping_mul(3) ^ (new[i] & mask[i]));
            for_each_way!(lanes, {
                let folded = lanes.fold(lanes.load(&old), lanes.load(&new), lanes.load(&mask));
                assert_eq!(lanes.store(folded), expected);
            });
        }
    }

    #[test]
    fn a_block_may_begin_anywhere() {
        let bytes: Vec<u8> = (0..200).map(|i| i as u8 + 1).collect();
        for from in 0..=bytes.len() + 1 {
            let expected: [u8; BLOCK] = std::array::from_fn(|i| bytes.get(from + i).copied().unwrap_or(0));
            for_each_way!(
                lanes,
                assert_eq!(lanes.changes(lanes.block(&bytes, from), lanes.load(&expected)), 0, "{from}")
            );
        }
    }
}
