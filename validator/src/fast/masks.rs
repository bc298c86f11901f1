//! Bytes of 64 at a time as bits of a word: bit `i` stands for byte `i`. Knows bytes; knows no record.
//!
//! Three ways give the same: sixteen bytes at once on any processor, thirty-two or all of them on those
//! that can. Which one is found out while the program runs. The only unsafe code of the validator is
//! here: that a processor has the instructions is known to who holds a [`Wide`] or a [`Widest`].

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
pub(super) trait Lanes: Copy {
    /// Where quotes, commas and line ends stand.
    fn marks(self, block: &Bytes) -> Marks;

    /// Where two blocks differ.
    fn changes(self, new: &Bytes, old: &Bytes) -> u64;

    /// Where digits stand.
    fn digits(self, block: &Bytes) -> u64;

    /// Where bytes beyond ASCII stand.
    fn beyond_ascii(self, block: &Bytes) -> u64;
}

/// Something that uses such a way. It is compiled for each, where it is inlined as a whole.
pub(super) trait Work {
    type Outcome;

    fn run<L: Lanes>(self, lanes: L) -> Self::Outcome;
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

/// Looks at some blocks from the beginning on, with zeros behind the end.
#[inline(always)]
pub(super) fn with_blocks<R>(bytes: &[u8], count: usize, look: impl Fn(&[Bytes]) -> R) -> R {
    match bytes.get(..count * BLOCK) {
        Some(bytes) => look(bytes.as_chunks().0),
        None => {
            let mut blocks = [[0; BLOCK]; MOST_BLOCKS];
            let count = count.min(MOST_BLOCKS);
            for (index, block) in blocks[..count].iter_mut().enumerate() {
                *block = with_block(bytes, index * BLOCK, |block| *block);
            }
            look(&blocks[..count])
        }
    }
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

    #[inline(always)]
    fn beyond_ascii(self, block: &Bytes) -> u64 {
        let [a, b, c, d] = quarters(block);
        bits(a, b, c, d)
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
pub(super) use self::ways::{Wide, Widest};

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "instructions that not every processor has are called after asking it")]
mod ways {
    use std::arch::x86_64::{
        __m256i, __m512i, _mm256_cmpeq_epi8, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_set1_epi8,
        _mm256_setr_epi64x, _mm256_sub_epi8, _mm512_cmpeq_epi8_mask, _mm512_cmple_epu8_mask, _mm512_cmpneq_epi8_mask,
        _mm512_movepi8_mask, _mm512_set1_epi8, _mm512_setr_epi64, _mm512_sub_epi8,
    };

    use super::{Bytes, Lanes, Marks, Work};

    /// Defines a way that only [`detect`](Wide::detect) makes, so that whoever holds one may call what
    /// it needs.
    macro_rules! way {
        ($(#[$about:meta])* $name:ident, $module:ident, [$($feature:tt),+], $features:literal) => {
            $(#[$about])*
            #[derive(Clone, Copy, Debug)]
            pub(in super::super) struct $name(());

            impl $name {
                pub(super) fn detect() -> Option<$name> {
                    (true $(&& is_x86_feature_detected!($feature))+).then_some($name(()))
                }

                #[inline(always)]
                pub(super) fn compiled<W: Work>(self, work: W) -> W::Outcome {
                    #[target_feature(enable = $features)]
                    fn run<W: Work>(lanes: $name, work: W) -> W::Outcome {
                        work.run(lanes)
                    }
                    // SAFETY: the processor was asked when this was made.
                    unsafe { run(self, work) }
                }
            }

            impl Lanes for $name {
                #[inline(always)]
                fn marks(self, block: &Bytes) -> Marks {
                    // SAFETY: the processor was asked when this was made.
                    unsafe { $module::marks(block) }
                }

                #[inline(always)]
                fn changes(self, new: &Bytes, old: &Bytes) -> u64 {
                    // SAFETY: the processor was asked when this was made.
                    unsafe { $module::changes(new, old) }
                }

                #[inline(always)]
                fn digits(self, block: &Bytes) -> u64 {
                    // SAFETY: the processor was asked when this was made.
                    unsafe { $module::digits(block) }
                }

                #[inline(always)]
                fn beyond_ascii(self, block: &Bytes) -> u64 {
                    // SAFETY: the processor was asked when this was made.
                    unsafe { $module::beyond_ascii(block) }
                }
            }
        };
    }

    way! {
        /// Thirty-two bytes at once: AVX2 and what comes with it.
        Wide, halves, ["avx2", "bmi1", "bmi2", "lzcnt", "popcnt"], "avx2,bmi1,bmi2,lzcnt,popcnt"
    }

    way! {
        /// Sixty-four bytes at once: AVX-512 for bytes, and what comes with it.
        Widest, wholes, ["avx512f", "avx512bw", "avx512vl", "avx2", "bmi1", "bmi2", "lzcnt", "popcnt"],
        "avx512f,avx512bw,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt"
    }

    mod halves {
        use super::*;

        #[inline]
        #[target_feature(enable = "avx2")]
        fn of(block: &Bytes) -> [__m256i; 2] {
            let (words, _) = block.as_chunks::<8>();
            let word = |index: usize| i64::from_le_bytes(words[index]);
            [
                _mm256_setr_epi64x(word(0), word(1), word(2), word(3)),
                _mm256_setr_epi64x(word(4), word(5), word(6), word(7)),
            ]
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
        pub(super) fn marks(block: &Bytes) -> Marks {
            let block = of(block);
            Marks {
                quotes: equal(block, b'"'),
                commas: equal(block, b','),
                feeds: equal(block, b'\n'),
                returns: equal(block, b'\r'),
            }
        }

        #[inline]
        #[target_feature(enable = "avx2")]
        pub(super) fn changes(new: &Bytes, old: &Bytes) -> u64 {
            let ([a, b], [c, d]) = (of(new), of(old));
            !bits(_mm256_cmpeq_epi8(a, c), _mm256_cmpeq_epi8(b, d))
        }

        #[inline]
        #[target_feature(enable = "avx2")]
        pub(super) fn digits(block: &Bytes) -> u64 {
            let [low, high] = of(block);
            bits(digit(low), digit(high))
        }

        #[inline]
        #[target_feature(enable = "avx2")]
        pub(super) fn beyond_ascii(block: &Bytes) -> u64 {
            let [low, high] = of(block);
            bits(low, high)
        }

        #[inline]
        #[target_feature(enable = "avx2")]
        fn digit(bytes: __m256i) -> __m256i {
            let value = _mm256_sub_epi8(bytes, _mm256_set1_epi8(b'0' as i8));
            _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value)
        }
    }

    mod wholes {
        use super::*;

        #[inline]
        #[target_feature(enable = "avx512f")]
        fn of(block: &Bytes) -> __m512i {
            let (words, _) = block.as_chunks::<8>();
            let word = |index: usize| i64::from_le_bytes(words[index]);
            _mm512_setr_epi64(word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7))
        }

        #[inline]
        #[target_feature(enable = "avx512f,avx512bw")]
        fn equal(block: __m512i, byte: u8) -> u64 {
            _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte as i8))
        }

        #[inline]
        #[target_feature(enable = "avx512f,avx512bw")]
        pub(super) fn marks(block: &Bytes) -> Marks {
            let block = of(block);
            Marks {
                quotes: equal(block, b'"'),
                commas: equal(block, b','),
                feeds: equal(block, b'\n'),
                returns: equal(block, b'\r'),
            }
        }

        #[inline]
        #[target_feature(enable = "avx512f,avx512bw")]
        pub(super) fn changes(new: &Bytes, old: &Bytes) -> u64 {
            _mm512_cmpneq_epi8_mask(of(new), of(old))
        }

        #[inline]
        #[target_feature(enable = "avx512f,avx512bw")]
        pub(super) fn digits(block: &Bytes) -> u64 {
            let value = _mm512_sub_epi8(of(block), _mm512_set1_epi8(b'0' as i8));
            _mm512_cmple_epu8_mask(value, _mm512_set1_epi8(9))
        }

        #[inline]
        #[target_feature(enable = "avx512f,avx512bw")]
        pub(super) fn beyond_ascii(block: &Bytes) -> u64 {
            _mm512_movepi8_mask(of(block))
        }
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
            for_each_way!(lanes, assert_eq!(lanes.marks(&block), expected));
        }
    }

    #[test]
    fn two_blocks_are_told_apart_by_bytes_and_digits() {
        for new in blocks() {
            for_each_way!(lanes, assert_eq!(lanes.digits(&new), word(|i| new[i].is_ascii_digit())));
            for_each_way!(lanes, assert_eq!(lanes.beyond_ascii(&new), word(|i| !new[i].is_ascii())));
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
