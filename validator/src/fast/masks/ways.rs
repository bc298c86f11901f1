//! The ways of x86-64: thirty-two bytes at once, and sixty-four. The only unsafe code of the project: that
//! a processor has the instructions is known to who holds a [`Wide`] or a [`Widest`].

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_add_epi8, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8,
    _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_storeu_si256, _mm256_sub_epi8, _mm256_xor_si256, _mm512_add_epi8,
    _mm512_and_si512, _mm512_cmpeq_epi8_mask, _mm512_cmple_epu8_mask, _mm512_cmpneq_epi8_mask, _mm512_loadu_si512,
    _mm512_movepi8_mask, _mm512_set1_epi8, _mm512_storeu_si512, _mm512_sub_epi8, _mm512_xor_si512,
};

use std::hint::black_box;

use super::{BLOCK, Bytes, Lanes, Marks, Work};

/// Defines a way that only [`detect`](Wide::detect) makes, so that whoever holds one may call what
/// it needs.
macro_rules! way {
    ($(#[$about:meta])* $name:ident, $block:ty, $module:ident, [$($feature:tt),+], $features:literal) => {
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
            type Block = $block;

            #[inline(always)]
            fn load(self, bytes: &Bytes) -> $block {
                // SAFETY: the processor was asked when this was made.
                unsafe { $module::load(bytes) }
            }

            #[inline(always)]
            fn marks(self, block: $block) -> Marks {
                // SAFETY: the processor was asked when this was made.
                unsafe { $module::marks(block) }
            }

            #[inline(always)]
            fn changes(self, new: $block, old: $block) -> u64 {
                // SAFETY: the processor was asked when this was made.
                unsafe { $module::changes(new, old) }
            }

            #[inline(always)]
            fn digits(self, block: $block) -> u64 {
                // SAFETY: the processor was asked when this was made.
                unsafe { $module::digits(block) }
            }

            #[inline(always)]
            fn beyond_ascii(self, block: $block) -> u64 {
                // SAFETY: the processor was asked when this was made.
                unsafe { $module::beyond_ascii(block) }
            }

            #[inline(always)]
            fn fold(self, folded: $block, block: $block, mask: $block) -> $block {
                // SAFETY: the processor was asked when this was made.
                unsafe { $module::fold(folded, block, mask) }
            }

            #[inline(always)]
            fn store(self, block: $block) -> Bytes {
                // SAFETY: the processor was asked when this was made.
                unsafe { $module::store(block) }
            }
        }
    };
}

way! {
    /// Thirty-two bytes at once: AVX2 and what comes with it.
    Wide, [__m256i; 2], halves, ["avx2", "bmi1", "bmi2", "lzcnt", "popcnt"], "avx2,bmi1,bmi2,lzcnt,popcnt"
}

way! {
    /// Sixty-four bytes at once: AVX-512 for bytes, and what comes with it.
    Widest, __m512i, wholes, ["avx512f", "avx512bw", "avx512vl", "avx2", "bmi1", "bmi2", "lzcnt", "popcnt"],
    "avx512f,avx512bw,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt"
}

mod halves {
    use super::*;

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn load(bytes: &Bytes) -> [__m256i; 2] {
        // SAFETY: both halves are read within the bytes, wherever these lie.
        unsafe { [_mm256_loadu_si256(bytes.as_ptr().cast()), _mm256_loadu_si256(bytes[BLOCK / 2..].as_ptr().cast())] }
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
        // Kept from what follows, which else takes it apart bit by bit.
        black_box(bits(_mm256_cmpeq_epi8(low, byte), _mm256_cmpeq_epi8(high, byte)))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn marks(block: [__m256i; 2]) -> Marks {
        Marks {
            quotes: equal(block, b'"'),
            commas: equal(block, b','),
            feeds: equal(block, b'\n'),
            returns: equal(block, b'\r'),
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn changes([a, b]: [__m256i; 2], [c, d]: [__m256i; 2]) -> u64 {
        !bits(_mm256_cmpeq_epi8(a, c), _mm256_cmpeq_epi8(b, d))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn digits([low, high]: [__m256i; 2]) -> u64 {
        bits(digit(low), digit(high))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn beyond_ascii([low, high]: [__m256i; 2]) -> u64 {
        bits(low, high)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn fold([a, b]: [__m256i; 2], [c, d]: [__m256i; 2], [e, f]: [__m256i; 2]) -> [__m256i; 2] {
        let (thrice_a, thrice_b) =
            (_mm256_add_epi8(_mm256_add_epi8(a, a), a), _mm256_add_epi8(_mm256_add_epi8(b, b), b));
        [_mm256_xor_si256(thrice_a, _mm256_and_si256(c, e)), _mm256_xor_si256(thrice_b, _mm256_and_si256(d, f))]
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn store([low, high]: [__m256i; 2]) -> Bytes {
        let mut bytes = [0; BLOCK];
        // SAFETY: both halves are written within the bytes, wherever these lie.
        unsafe {
            _mm256_storeu_si256(bytes.as_mut_ptr().cast(), low);
            _mm256_storeu_si256(bytes[BLOCK / 2..].as_mut_ptr().cast(), high);
        }
        bytes
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
    pub(super) fn load(bytes: &Bytes) -> __m512i {
        // SAFETY: it is as long as the bytes, which may lie anywhere.
        unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn equal(block: __m512i, byte: u8) -> u64 {
        _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte as i8))
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn marks(block: __m512i) -> Marks {
        Marks {
            quotes: equal(block, b'"'),
            commas: equal(block, b','),
            feeds: equal(block, b'\n'),
            returns: equal(block, b'\r'),
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn changes(new: __m512i, old: __m512i) -> u64 {
        _mm512_cmpneq_epi8_mask(new, old)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn digits(block: __m512i) -> u64 {
        let value = _mm512_sub_epi8(block, _mm512_set1_epi8(b'0' as i8));
        _mm512_cmple_epu8_mask(value, _mm512_set1_epi8(9))
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn beyond_ascii(block: __m512i) -> u64 {
        _mm512_movepi8_mask(block)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn fold(folded: __m512i, block: __m512i, mask: __m512i) -> __m512i {
        let thrice = _mm512_add_epi8(_mm512_add_epi8(folded, folded), folded);
        _mm512_xor_si512(thrice, _mm512_and_si512(block, mask))
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn store(block: __m512i) -> Bytes {
        let mut bytes = [0; BLOCK];
        // SAFETY: it is as long as the bytes, which may lie anywhere.
        unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), block) };
        bytes
    }
}
