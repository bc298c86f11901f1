//! The bytes of MS932 (the Shift_JIS of Windows): which stand for a character and which do not.
//! Knows bytes and classes; maps nothing to Unicode.
//!
//! Source of the ranges: code page 932 as Microsoft defines it, JIS X 0208 rows with NEC row 13,
//! the NEC selection of IBM extensions (ED, EE) and the IBM extensions (FA–FC).

use std::ops::Range;

/// What one or two bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 20–7E
    Ascii,
    /// 00–1F and 7F
    Control,
    /// A1–DF
    HalfKana,
    /// 80, A0, FD–FF: no character stands here
    UndefinedByte,
    /// Two bytes with a character
    Mapped,
    /// F040–F9FC: 外字, a meaning only inside one office
    UserDefined,
    /// Two well-formed bytes whose cell is empty
    Unmapped,
    /// A lead byte with nothing, or a delimiter, behind it
    LeadAlone,
    /// A lead byte with a byte behind it that cannot be a trail byte
    BadTrail,
}

/// Whether a byte begins a two-byte character.
pub const fn is_lead(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9F | 0xE0..=0xFC)
}

/// Whether a byte may follow a lead byte.
pub const fn is_trail(byte: u8) -> bool {
    matches!(byte, 0x40..=0x7E | 0x80..=0xFC)
}

/// The class of the character that begins `bytes`, and its length in bytes (1 or 2).
///
/// A lead byte before a comma, a quote, CR or LF is [`Class::LeadAlone`]: those bytes belong to
/// the file, not to the character.
pub fn classify(bytes: &[u8]) -> Option<(Class, usize)> {
    let &first = bytes.first()?;
    Some(match first {
        0x00..=0x1F | 0x7F => (Class::Control, 1),
        0x20..=0x7E => (Class::Ascii, 1),
        0xA1..=0xDF => (Class::HalfKana, 1),
        0x80 | 0xA0 | 0xFD..=0xFF => (Class::UndefinedByte, 1),
        0x81..=0x9F | 0xE0..=0xFC => match bytes.get(1) {
            None | Some(b',' | b'"' | b'\r' | b'\n') => (Class::LeadAlone, 1),
            Some(&trail) if is_trail(trail) => (pair(first, trail), 2),
            Some(_) => (Class::BadTrail, 2),
        },
    })
}

/// The class of a lead byte with a trail byte.
fn pair(lead: u8, trail: u8) -> Class {
    if (0xF0..=0xF9).contains(&lead) {
        return Class::UserDefined;
    }
    let mapped: &[(u8, u8)] = match lead {
        0x81 => &[(0x40, 0xAC), (0xB8, 0xBF), (0xC8, 0xCE), (0xDA, 0xE8), (0xF0, 0xF7), (0xFC, 0xFC)],
        0x82 => &[(0x4F, 0x58), (0x60, 0x79), (0x81, 0x9A), (0x9F, 0xF1)],
        0x83 => &[(0x40, 0x96), (0x9F, 0xB6), (0xBF, 0xD6)],
        0x84 => &[(0x40, 0x60), (0x70, 0x91), (0x9F, 0xBE)],
        0x85 | 0x86 | 0xEB | 0xEC | 0xEF => &[],
        0x87 => &[(0x40, 0x5D), (0x5F, 0x75), (0x7E, 0x9C)],
        0x88 => &[(0x9F, 0xFC)],
        0x98 => &[(0x40, 0x72), (0x9F, 0xFC)],
        0xEA => &[(0x40, 0xA4)],
        0xEE => &[(0x40, 0xEC), (0xEF, 0xFC)],
        0xFC => &[(0x40, 0x4B)],
        _ => &[(0x40, 0xFC)],
    };
    if mapped.iter().any(|&(from, to)| (from..=to).contains(&trail)) { Class::Mapped } else { Class::Unmapped }
}

/// Pairs that other tables map to another character: the wave dash and its siblings.
/// The value is what MS932 means and what JIS X 0208 based tables mean.
pub const AMBIGUOUS: &[([u8; 2], &str, &str)] = &[
    ([0x81, 0x5C], "U+2015 ―", "U+2014 —"),
    ([0x81, 0x60], "U+FF5E ～", "U+301C 〜"),
    ([0x81, 0x61], "U+2225 ∥", "U+2016 ‖"),
    ([0x81, 0x7C], "U+FF0D －", "U+2212 −"),
    ([0x81, 0x91], "U+FFE0 ￠", "U+00A2 ¢"),
    ([0x81, 0x92], "U+FFE1 ￡", "U+00A3 £"),
    ([0x81, 0xCA], "U+FFE2 ￢", "U+00AC ¬"),
];

/// Walks the characters of some bytes: each with its class and its range.
pub fn characters(bytes: &[u8]) -> impl Iterator<Item = (Range<usize>, Class)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let (class, length) = classify(&bytes[from..])?;
        let range = from..from + length;
        from = range.end;
        Some((range, class))
    })
}

/// A character that some rule may have something to say about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddCharacter {
    /// Where it stands in the bytes that were walked.
    pub range: Range<usize>,
    /// What it is.
    pub class: Class,
}

/// The characters that are neither plain text nor a line break inside quotes, and the ambiguous ones.
pub fn odd_characters(bytes: &[u8]) -> Vec<OddCharacter> {
    let mut odd = Vec::new();
    let mut from = 0;
    while let Some(rest) = bytes.get(from..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = plain(rest) {
            from += length;
            continue;
        }
        let Some((class, length)) = classify(rest) else { break };
        let range = from..from + length;
        from = range.end;
        let is_odd = match class {
            Class::Ascii | Class::HalfKana => false,
            Class::Control => !matches!(bytes[range.start], b'\r' | b'\n'),
            Class::Mapped => bytes[range.start] == 0x81 && ambiguous(&bytes[range.clone()]).is_some(),
            Class::UndefinedByte | Class::UserDefined | Class::Unmapped | Class::LeadAlone | Class::BadTrail => true,
        };
        if is_odd {
            odd.push(OddCharacter { range, class });
        }
    }
    odd
}

/// How many of the first bytes are plain text at a glance: eight of ASCII, or one character.
#[inline]
fn plain(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGH: u64 = ONES << 7;
    if let Some(word) = bytes.first_chunk::<8>().map(|chunk| u64::from_le_bytes(*chunk)) {
        let beyond_or_delete = word | word.wrapping_add(ONES);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        if (beyond_or_delete | control) & HIGH == 0 {
            return Some(8);
        }
    }
    match *bytes {
        [0x20..=0x7E | 0xA1..=0xDF, ..] => Some(1),
        // These have a character behind every trail byte.
        [0x89..=0x97 | 0x99..=0x9F | 0xE0..=0xE9, 0x40..=0x7E | 0x80..=0xFC, ..] => Some(2),
        _ => None,
    }
}

/// The two readings of a pair, where there are two.
pub fn ambiguous(pair: &[u8]) -> Option<(&'static str, &'static str)> {
    AMBIGUOUS.iter().find(|(bytes, ..)| bytes == pair).map(|&(_, here, there)| (here, there))
}
