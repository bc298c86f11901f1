//! Bytes of 64 at a time as bits of a word: bit `i` stands for byte `i`. Knows bytes; knows no record.
//!
//! Two ways give the same: sixteen bytes at once on any processor, and thirty-two on those that can. Which
//! one is found out while the program runs. The only unsafe code of the validator is here: that a
//! processor has the instructions is known to who holds a [`Wide`].

use wide::u8x16;

/// How many bytes a word stands for.
pub(super) const BLOCK: usize = 64;

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
pub(super) trait Lanes: Copy {
    /// Runs something that uses it, compiled for it.
    fn run<R>(self, what: impl FnOnce() -> R) -> R;

    /// Where quotes, commas and line ends stand.
    fn marks(self, block: &Bytes) -> Marks;

    /// Where two blocks differ.
    fn changes(self, new: &Bytes, old: &Bytes) -> u64;

    /// Where digits stand.
    fn digits(self, block: &Bytes) -> u64;
}

/// Looks at the 64 bytes from a place on, with zeros behind the end.
#[inline(always)]
pub(super) fn with_block<R>(bytes: &[u8], from: usize, look: impl FnOnce(&Bytes) -> R) -> R {
    let rest = bytes.get(from..).unwrap_or_default();
    match rest.first_chunk() {
        Some(block) => look(block),
        None => {
            let mut block = [0; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            look(&block)
        }
    }
}

/// The way of this processor.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    #[cfg(target_arch = "x86_64")]
    Wide(Wide),
    Any(Any),
}

impl Way {
    pub(super) fn best() -> Way {
        #[cfg(target_arch = "x86_64")]
        if let Some(wide) = Wide::detect() {
            return Way::Wide(wide);
        }
        Way::Any(Any)
    }
}

/// Any processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Any;

impl Lanes for Any {
    #[inline(always)]
    fn run<R>(self, what: impl FnOnce() -> R) -> R {
        what()
    }

    #[inline(always)]
    fn marks(self, block: &Bytes) -> Marks {
        let block = quarters(block);
        Marks {
            quotes: equal(block, b'"'),
            commas: equal(block, b','),
            feeds: equal(block, b'\n'),
            returns: equal(block, b'\r'),
        }
    }

    #[inline(always)]
    fn changes(self, new: &Bytes, old: &Bytes) -> u64 {
        let ([a, b, c, d], [e, f, g, h]) = (quarters(new), quarters(old));
        !bits(a.simd_eq(e), b.simd_eq(f), c.simd_eq(g), d.simd_eq(h))
    }

    #[inline(always)]
    fn digits(self, block: &Bytes) -> u64 {
        let [a, b, c, d] = quarters(block);
        bits(digit(a), digit(b), digit(c), digit(d))
    }
}

// Written out for each quarter: arrays that are mapped cost more than what is done to them.

#[inline(always)]
fn quarters(block: &Bytes) -> [u8x16; 4] {
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
fn digit(bytes: u8x16) -> u8x16 {
    let value = bytes - u8x16::splat(b'0');
    value.min(u8x16::splat(9)).simd_eq(value)
}

#[cfg(target_arch = "x86_64")]
pub(super) use self::wide_lanes::Wide;

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "instructions that not every processor has are called after asking it")]
mod wide_lanes {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_setr_epi64x,
        _mm256_sub_epi8,
    };

    use super::{Bytes, Lanes, Marks};

    /// A processor with AVX2 and what comes with it. Only [`Wide::detect`] makes one.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Wide(());

    impl Wide {
        pub(super) fn detect() -> Option<Wide> {
            let has = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt");
            has.then_some(Wide(()))
        }
    }

    impl Lanes for Wide {
        #[inline(always)]
        fn run<R>(self, what: impl FnOnce() -> R) -> R {
            // SAFETY: see Wide.
            unsafe { compiled_for_it(what) }
        }

        #[inline(always)]
        fn marks(self, block: &Bytes) -> Marks {
            // SAFETY: see Wide.
            unsafe { marks(block) }
        }

        #[inline(always)]
        fn changes(self, new: &Bytes, old: &Bytes) -> u64 {
            // SAFETY: see Wide.
            unsafe { changes(new, old) }
        }

        #[inline(always)]
        fn digits(self, block: &Bytes) -> u64 {
            // SAFETY: see Wide.
            unsafe { digits(block) }
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn compiled_for_it<R>(what: impl FnOnce() -> R) -> R {
        what()
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn halves(block: &Bytes) -> [__m256i; 2] {
        let (words, _) = block.as_chunks::<8>();
        let word = |index: usize| i64::from_le_bytes(words[index]);
        [_mm256_setr_epi64x(word(0), word(1), word(2), word(3)), _mm256_setr_epi64x(word(4), word(5), word(6), word(7))]
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn bits(low: __m256i, high: __m256i) -> u64 {
        u64::from(_mm256_movemask_epi8(low) as u32) | u64::from(_mm256_movemask_epi8(high) as u32) << 32
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn equal([low, high]: [__m256i; 2], byte: u8) -> u64 {
        let byte = _mm256_set1_epi8(byte as i8);
        bits(_mm256_cmpeq_epi8(low, byte), _mm256_cmpeq_epi8(high, byte))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn marks(block: &Bytes) -> Marks {
        let block = halves(block);
        Marks {
            quotes: equal(block, b'"'),
            commas: equal(block, b','),
            feeds: equal(block, b'\n'),
            returns: equal(block, b'\r'),
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn changes(new: &Bytes, old: &Bytes) -> u64 {
        let ([a, b], [c, d]) = (halves(new), halves(old));
        !bits(_mm256_cmpeq_epi8(a, c), _mm256_cmpeq_epi8(b, d))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn digits(block: &Bytes) -> u64 {
        let [low, high] = halves(block);
        bits(digit(low), digit(high))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn digit(bytes: __m256i) -> __m256i {
        let value = _mm256_sub_epi8(bytes, _mm256_set1_epi8(b'0' as i8));
        _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value)
    }
}

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
            for_each_way!(lanes, assert_eq!(lanes.marks(&block), expected));
        }
    }

    #[test]
    fn two_blocks_are_told_apart_by_bytes_and_digits() {
        for new in blocks() {
            for_each_way!(lanes, assert_eq!(lanes.digits(&new), word(|i| new[i].is_ascii_digit())));
            for old in [new, [0; BLOCK], std::array::from_fn(|i| if i % 3 == 0 { new[i] } else { 0xE0 })] {
                for_each_way!(lanes, assert_eq!(lanes.changes(&new, &old), word(|i| new[i] != old[i])));
            }
        }
    }

    #[test]
    fn a_block_may_begin_anywhere() {
        let bytes: Vec<u8> = (0..200).map(|i| i as u8 + 1).collect();
        for from in 0..=bytes.len() + 1 {
            let expected: [u8; BLOCK] = std::array::from_fn(|i| bytes.get(from + i).copied().unwrap_or(0));
            with_block(&bytes, from, |block| assert_eq!(*block, expected, "{from}"));
        }
    }
}
