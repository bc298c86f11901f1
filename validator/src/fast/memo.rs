//! Remembers what was proved clean, exactly: a value that is not remembered is merely proved again.

/// A short value as a number: its bytes, and its length in the last one.
pub(crate) type Short = u128;

/// The one without bytes.
pub(super) const EMPTY: Short = 0;

/// No value is this one: its length would be 255.
const NONE: Short = Short::MAX;

/// The most bytes of a short value.
pub(super) const SHORT: usize = 15;

/// How many values a memo holds.
const SLOTS: usize = 256;

/// A value of at most [`SHORT`] bytes, cut out of more. `None` where it is longer.
#[inline]
pub(crate) fn short(bytes: &[u8], from: usize, to: usize) -> Option<Short> {
    let length = to - from;
    if length > SHORT {
        return None;
    }
    let value = match bytes.get(from..).and_then(|rest| rest.first_chunk::<16>()) {
        Some(chunk) => u128::from_le_bytes(*chunk) & ((1 << (8 * length)) - 1),
        None => {
            let mut chunk = [0; 16];
            chunk[..length].copy_from_slice(&bytes[from..to]);
            u128::from_le_bytes(chunk)
        }
    };
    Some(value | (length as u128) << 120)
}

/// A short value whose digits are all 0.
pub(super) fn shape(value: Short) -> Short {
    const ONES: u128 = u128::MAX / 0xFF;
    const HIGH: u128 = ONES << 7;
    const LENGTH: u128 = 0xFF << 120;
    let low = value & !HIGH;
    let from_zero = low + ONES * (0x80 - b'0' as u128);
    let beyond_nine = low + ONES * (0x80 - (b'9' + 1) as u128);
    let digits = from_zero & !beyond_nine & !value & HIGH & !LENGTH;
    // Each digit is 3 in its upper half; the lower one goes.
    value & !((digits >> 7) * 0x0F)
}

/// Short values. Empty until the first one comes.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    slots: Vec<Short>,
}

impl Memo {
    /// Whether a value is remembered.
    #[inline]
    pub(crate) fn holds(&self, value: Short) -> bool {
        self.slots.get(slot(&[value])).is_some_and(|known| *known == value)
    }

    /// Remembers a value, in place of another.
    pub(crate) fn add(&mut self, value: Short) {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, NONE);
        }
        self.slots[slot(&[value])] = value;
    }
}

/// Groups of short values, all of one size. Empty until the first one comes.
#[derive(Debug, Default)]
pub(super) struct Groups {
    slots: Vec<Short>,
}

impl Groups {
    /// Whether a group is remembered.
    #[inline]
    pub(super) fn holds(&self, group: &[Short]) -> bool {
        let at = slot(group) * group.len();
        // Written out: they are too few to be compared by a call.
        self.slots.get(at..at + group.len()).is_some_and(|known| known.iter().zip(group).all(|(a, b)| a == b))
    }

    /// Remembers a group, in place of another.
    pub(super) fn add(&mut self, group: &[Short]) {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS * group.len(), NONE);
        }
        let at = slot(group) * group.len();
        self.slots[at..at + group.len()].copy_from_slice(group);
    }
}

#[inline]
fn slot(group: &[Short]) -> usize {
    let mut hash = 0_u64;
    for value in group {
        let mixed = (*value as u64) ^ ((value >> 64) as u64).rotate_left(29);
        hash = (hash.rotate_left(23) ^ mixed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    (hash >> (64 - SLOTS.ilog2())) as usize
}

/// Texts of up to 64 bytes, with the item they stand in.
#[derive(Debug, Default)]
pub(super) struct Texts {
    slots: Vec<Text>,
}

#[derive(Clone, Debug)]
struct Text {
    item: u16,
    length: u16,
    bytes: [u8; LONGEST],
}

const LONGEST: usize = 64;

impl Texts {
    /// Whether a text of an item is remembered.
    pub(super) fn holds(&self, item: usize, text: &[u8]) -> bool {
        self.slots.get(place(item, text)).is_some_and(|known| {
            usize::from(known.item) == item
                && usize::from(known.length) == text.len()
                && known.bytes.get(..text.len()) == Some(text)
        })
    }

    /// Remembers a text, in place of another; a long one is left out.
    pub(super) fn add(&mut self, item: usize, text: &[u8]) {
        if text.len() > LONGEST {
            return;
        }
        if self.slots.is_empty() {
            // No text of this length fits.
            self.slots.resize(SLOTS, Text { item: 0, length: u16::MAX, bytes: [0; LONGEST] });
        }
        let known = &mut self.slots[place(item, text)];
        known.item = item as u16;
        known.length = text.len() as u16;
        known.bytes[..text.len()].copy_from_slice(text);
    }
}

fn place(item: usize, text: &[u8]) -> usize {
    let mut hash = (item as u64) << 32 | text.len() as u64;
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    for byte in rest {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOTS.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_value_knows_its_length() {
        let bytes = b"0\x000123456789ABCDEFGH";
        assert_ne!(short(bytes, 0, 1), short(bytes, 0, 2));
        assert_eq!(short(bytes, 2, 5), short(b"012", 0, 3));
        assert_eq!(short(bytes, 2, 2), short(b"", 0, 0));
        assert!(short(bytes, 2, 17).is_some());
        assert_eq!(short(bytes, 2, 18), None);
    }

    #[test]
    fn a_shape_has_no_digit_but_0() {
        let value = |text: &[u8]| short(text, 0, text.len()).unwrap();
        assert_eq!(shape(value(b"H0123456789/:-\xB1")), value(b"H0000000000/:-\xB1"));
        assert_eq!(shape(value(b"")), value(b""));
        for byte in 0..=255_u8 {
            let expected = if byte.is_ascii_digit() { b'0' } else { byte };
            assert_eq!(shape(value(&[byte, b'1', byte])), value(&[expected, b'0', expected]));
        }
    }

    #[test]
    fn only_what_was_added_is_held() {
        let value = |text: &[u8]| short(text, 0, text.len()).unwrap();
        let mut memo = Memo::default();
        let mut groups = Groups::default();
        assert!(!memo.holds(value(b"")) && !groups.holds(&[value(b""), value(b"1")]));
        memo.add(value(b"202610"));
        groups.add(&[value(b"202610"), value(b"")]);
        assert!(memo.holds(value(b"202610")) && groups.holds(&[value(b"202610"), value(b"")]));
        for other in [&b"202611"[..], b"20261", b"2026100", b""] {
            assert!(!memo.holds(value(other)) && !groups.holds(&[value(other), value(b"")]));
        }
        let mut texts = Texts::default();
        assert!(!texts.holds(3, b""));
        texts.add(3, b"\x95\x5C");
        assert!(texts.holds(3, b"\x95\x5C"));
        assert!(!texts.holds(4, b"\x95\x5C") && !texts.holds(3, b"\x95\x5D") && !texts.holds(3, b"\x95"));
        let long = [b'A'; LONGEST + 1];
        texts.add(3, &long);
        assert!(!texts.holds(3, &long));
    }
}
