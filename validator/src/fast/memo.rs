//! Remembers what was proved clean, exactly: a value that is not remembered is merely proved again.

use crate::bind::digit_values;

/// A short value as a number: its bytes, and its length in the last one.
pub(crate) type Short = u128;

/// The one without bytes.
pub(super) const EMPTY: Short = 0;

/// No value is this one: its length would be 255.
const NONE: Short = Short::MAX;

/// The most bytes of a short value.
pub(super) const SHORT: usize = 15;

/// How many groups are held.
const SLOTS: usize = 256;

/// All bits of the first so many bytes. That is looked up, as to shift so many bits costs more.
const FIRST: [u128; SHORT + 1] = {
    let (mut masks, mut length) = ([0; SHORT + 1], 1);
    while length <= SHORT {
        masks[length] = masks[length - 1] << 8 | 0xFF;
        length += 1;
    }
    masks
};

/// A value of at most [`SHORT`] bytes, cut out of more. `None` where it is longer.
#[inline]
pub(crate) fn short(bytes: &[u8], from: usize, to: usize) -> Option<Short> {
    let length = to - from;
    if length > SHORT {
        return None;
    }
    let value = match bytes.get(from..).and_then(|rest| rest.first_chunk::<16>()) {
        Some(chunk) => u128::from_le_bytes(*chunk) & FIRST[length],
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

/// How many digits a short value has; `None` where it has none, or something else.
#[inline(always)]
pub(super) fn count_of_digits(value: Short) -> Option<u32> {
    let are_digits = |bytes: u64, count: u32| digit_values(bytes, count).is_some();
    let (low, high, length) = (value as u64, (value >> 64) as u64, (value >> 120) as u32);
    let digits = match length {
        1..=8 => are_digits(low, length),
        9..=15 => are_digits(low, 8) && are_digits(high, length - 8),
        _ => false,
    };
    digits.then_some(length)
}

/// Short values. Empty until the first one comes.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    table: Slots<Short>,
}

impl Memo {
    /// Whether a value is remembered.
    #[inline]
    pub(crate) fn holds(&self, value: Short) -> bool {
        self.table.near(hash(&[value])).contains(&value)
    }

    /// Remembers a value, in place of another where there are many.
    pub(crate) fn add(&mut self, value: Short) {
        self.table.add(value, NONE, |known| hash(&[*known]));
    }
}

/// A table that grows with what is put into it, up to a size.
#[derive(Debug)]
struct Slots<T> {
    /// Each stands in one of some places from that of its hash on; behind the last place are as many more.
    list: Vec<T>,
    /// Counts what gave way.
    turn: usize,
}

/// How many places a value may stand in.
const WAYS: usize = 4;

/// How many places there are at first, and at most.
const FEWEST: usize = 64;
const MOST: usize = 4096;

impl<T> Default for Slots<T> {
    fn default() -> Slots<T> {
        Slots { list: Vec::new(), turn: 0 }
    }
}

impl<T: Clone + PartialEq> Slots<T> {
    /// Where something with a hash may stand.
    #[inline]
    fn near(&self, hash: u64) -> &[T] {
        let start = self.start(hash);
        self.list.get(start..start + WAYS).unwrap_or_default()
    }

    #[inline]
    fn start(&self, hash: u64) -> usize {
        (hash >> 48) as usize & self.list.len().saturating_sub(WAYS)
    }

    fn add(&mut self, value: T, none: T, hash: impl Fn(&T) -> u64) {
        if self.list.is_empty() {
            self.list.resize(FEWEST + WAYS - 1, none.clone());
        }
        loop {
            let start = self.start(hash(&value));
            if let Some(free) = self.list[start..start + WAYS].iter_mut().find(|known| **known == none) {
                *free = value;
                return;
            }
            if self.list.len() >= MOST {
                self.turn += 1;
                self.list[start + self.turn % WAYS] = value;
                return;
            }
            let length = 4 * (self.list.len() - (WAYS - 1)) + WAYS - 1;
            let old = std::mem::replace(&mut self.list, vec![none.clone(); length]);
            for known in old.into_iter().filter(|known| *known != none) {
                // One that finds no place is forgotten.
                let start = self.start(hash(&known));
                if let Some(free) = self.list[start..start + WAYS].iter_mut().find(|known| **known == none) {
                    *free = known;
                }
            }
        }
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
    (hash(group) >> (64 - SLOTS.ilog2())) as usize
}

#[inline]
fn hash(group: &[Short]) -> u64 {
    let mut hash = 0_u64;
    for value in group {
        let mixed = (*value as u64) ^ ((value >> 64) as u64).rotate_left(29);
        hash = (hash.rotate_left(23) ^ mixed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    hash
}

/// Texts of up to 64 bytes, with the item they stand in.
#[derive(Debug, Default)]
pub(super) struct Texts {
    table: Slots<Text>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Text {
    item: u16,
    length: u16,
    bytes: [u8; LONGEST],
}

const LONGEST: usize = 64;

/// No text is of this length.
const NO_TEXT: Text = Text { item: 0, length: u16::MAX, bytes: [0; LONGEST] };

impl Text {
    fn is(&self, item: usize, text: &[u8]) -> bool {
        usize::from(self.item) == item && self.text() == Some(text)
    }

    fn text(&self) -> Option<&[u8]> {
        self.bytes.get(..usize::from(self.length))
    }
}

impl Texts {
    /// Whether a text of an item is remembered.
    pub(super) fn holds(&self, item: usize, text: &[u8]) -> bool {
        self.table.near(text_hash(item, text)).iter().any(|known| known.is(item, text))
    }

    /// Remembers a text, in place of another where there are many; a long one is left out.
    pub(super) fn add(&mut self, item: usize, text: &[u8]) {
        if text.len() > LONGEST {
            return;
        }
        let mut new = Text { item: item as u16, length: text.len() as u16, bytes: [0; LONGEST] };
        new.bytes[..text.len()].copy_from_slice(text);
        self.table.add(new, NO_TEXT, |known| text_hash(known.item.into(), known.text().unwrap_or_default()));
    }
}

#[inline]
fn text_hash(item: usize, text: &[u8]) -> u64 {
    let mut hash = (item as u64) << 32 | text.len() as u64;
    let mut add = |word: u64| hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        add(u64::from_le_bytes(*word));
    }
    match text.last_chunk() {
        // It may overlap the one before.
        Some(last) if !rest.is_empty() => add(u64::from_le_bytes(*last)),
        Some(_) => {}
        None => rest.iter().for_each(|byte| add(u64::from(*byte))),
    }
    hash
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
    fn digits_are_counted_where_there_is_nothing_else() {
        for length in 0..=15 {
            let digits = b"098765432101234";
            let value = short(digits, 0, length).unwrap();
            assert_eq!(count_of_digits(value), (length > 0).then_some(length as u32));
            for at in 0..length {
                for byte in 0..=255_u8 {
                    let mut bytes = *digits;
                    bytes[at] = byte;
                    let expected = byte.is_ascii_digit().then_some(length as u32);
                    assert_eq!(count_of_digits(short(&bytes, 0, length).unwrap()), expected, "{length}, {at}, {byte}");
                }
            }
        }
        assert_eq!(count_of_digits(NONE), None);
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

    #[test]
    fn what_is_remembered_stays_until_there_are_many() {
        let value = |number: usize| short(format!("{number:08}").as_bytes(), 0, 8).unwrap();
        let text = |number: usize| format!("number {number}");
        let (mut memo, mut texts) = (Memo::default(), Texts::default());
        for number in 0..500 {
            memo.add(value(number));
            texts.add(number % 3, text(number).as_bytes());
        }
        let held = (0..500).filter(|number| memo.holds(value(*number))).count();
        assert!(held > 480, "{held}");
        let held = (0..500).filter(|number| texts.holds(number % 3, text(*number).as_bytes())).count();
        assert!(held > 480, "{held}");
        for number in 500..10_000 {
            assert!(!memo.holds(value(number)) && !texts.holds(number % 3, text(number).as_bytes()));
            memo.add(value(number));
            texts.add(number % 3, text(number).as_bytes());
            assert!(memo.holds(value(number)) && texts.holds(number % 3, text(number).as_bytes()));
        }
        let length = [memo.table.list.len(), texts.table.list.len()];
        assert!(length.iter().all(|length| *length < 2 * MOST), "{length:?}");
    }
}
