//! Binds the cells of a record to the items of a table. Knows forms; knows no rule.
//!
//! Every getter gives a [`Known`]: a rule about rows takes `Is` and returns otherwise, so that one
//! bad byte makes one finding and not six.

use std::ops::Range;

use time::Date;

use crate::finding::Place;
use crate::scan::{Cell, Record};
use crate::spec::keys::upplan;
use crate::spec::{Condition, Item, ItemType, Key, Kind, Table, is_rental, parse_date};

/// A value, as far as it can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// It is this.
    Is(T),
    /// The item is empty, or the table has no such item.
    Absent,
    /// Something stands there that has not the form of the item.
    Unreadable,
}

impl<T> Known<T> {
    /// The value, where it is known.
    pub fn is(self) -> Option<T> {
        match self {
            Known::Is(value) => Some(value),
            Known::Absent | Known::Unreadable => None,
        }
    }
}

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearMonth {
    /// As written.
    pub year: u16,
    /// 1 to 12
    pub month: u8,
}

impl YearMonth {
    /// Before any.
    pub(crate) const FIRST: YearMonth = YearMonth { year: 0, month: 0 };
    /// After any.
    pub(crate) const LAST: YearMonth = YearMonth { year: u16::MAX, month: u8::MAX };

    /// Reads YYYYMM.
    pub fn parse(text: &[u8]) -> Option<YearMonth> {
        if text.len() != 6 || !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let digits = |range: Range<usize>| text[range].iter().fold(0_u16, |n, b| n * 10 + u16::from(b - b'0'));
        let month = digits(4..6) as u8;
        (1..=12).contains(&month).then(|| YearMonth { year: digits(0..4), month })
    }

    /// How many days it has.
    pub fn days(self) -> u8 {
        let month = time::Month::try_from(self.month).expect("a month is 1 to 12 by construction");
        month.length(i32::from(self.year))
    }

    /// Whether the day lies in it.
    pub fn holds(self, date: Date) -> bool {
        date.year() == i32::from(self.year) && u8::from(date.month()) == self.month
    }
}

impl std::fmt::Display for YearMonth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}{:02}", self.year, self.month)
    }
}

/// A time of day, in minutes after midnight; 24xx is beyond 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minutes(pub u16);

impl Minutes {
    /// Reads HHMM up to 2459. 9999 is none.
    pub fn parse(text: &[u8]) -> Option<Minutes> {
        if text.len() != 4 || !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let hours = u16::from(text[0] - b'0') * 10 + u16::from(text[1] - b'0');
        let minutes = u16::from(text[2] - b'0') * 10 + u16::from(text[3] - b'0');
        (hours <= 24 && minutes <= 59).then_some(Minutes(hours * 60 + minutes))
    }
}

/// What a row of 第7表 is, by its service code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SumRow {
    /// A service.
    Detail,
    /// TTAAAA, TTEEEE or TTZZZZ.
    Subtotal(Subtotal),
    /// 999999
    Total,
}

/// Which subtotal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subtotal {
    /// 区分支給対象 (AAAA)
    Within,
    /// 区分支給対象外 (EEEE)
    Outside,
    /// 30日超過分 (ZZZZ)
    Over30Days,
}

impl SumRow {
    /// Reads a service code. One in small letters is meant as the same, and cell/not-alphanumeric speaks of it.
    #[inline]
    pub fn of(code: &[u8]) -> SumRow {
        match code {
            b"999999" => SumRow::Total,
            _ => match code.get(2..) {
                Some(b"AAAA" | b"aaaa") => SumRow::Subtotal(Subtotal::Within),
                Some(b"EEEE" | b"eeee") => SumRow::Subtotal(Subtotal::Outside),
                Some(b"ZZZZ" | b"zzzz") => SumRow::Subtotal(Subtotal::Over30Days),
                Some(_) | None => SumRow::Detail,
            },
        }
    }
}

/// A record with as many cells as its table has items.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The table.
    pub table: &'static Table,
    /// The record.
    pub record: Record<'a>,
}

impl<'a> Row<'a> {
    /// Binds a record to the first of the tables that has as many items as it has cells.
    pub fn bind(tables: &'static [Table], record: Record<'a>) -> Option<Row<'a>> {
        let table = tables.iter().find(|table| table.items.len() == record.cells.len())?;
        Some(Row { table, record })
    }

    /// The cell of an item.
    pub fn cell(&self, key: Key) -> Option<&'a Cell> {
        self.table.column(key).map(|column| &self.record.cells[column])
    }

    /// The item of a key.
    pub fn item(&self, key: Key) -> Option<&'static Item> {
        self.table.item(key)
    }

    /// The content of an item as bytes: `Unreadable` where its quotes are broken.
    #[inline]
    pub fn bytes(&self, key: Key) -> Known<&'a [u8]> {
        self.cell(key).map_or(Known::Absent, |cell| self.content_of(cell))
    }

    #[inline]
    fn content_of(&self, cell: &Cell) -> Known<&'a [u8]> {
        match &self.record.bytes[cell.content()] {
            _ if !cell.is_sound() => Known::Unreadable,
            b"" => Known::Absent,
            content => Known::Is(content),
        }
    }

    #[inline]
    fn parsed<T>(&self, key: Key, parse: impl Fn(&'a [u8]) -> Option<T>) -> Known<T> {
        match self.bytes(key) {
            Known::Is(content) => parse(content).map_or(Known::Unreadable, Known::Is),
            Known::Absent => Known::Absent,
            Known::Unreadable => Known::Unreadable,
        }
    }

    /// A day of the calendar. 00000000 is `Unreadable`.
    pub fn date(&self, key: Key) -> Known<Date> {
        self.parsed(key, parse_date)
    }

    /// A month. 000000 is `Unreadable`.
    pub fn month(&self, key: Key) -> Known<YearMonth> {
        self.parsed(key, YearMonth::parse)
    }

    /// A time of day; 9999 is `Absent`, as it says that no time is given.
    pub fn time(&self, key: Key) -> Known<Minutes> {
        match self.bytes(key) {
            Known::Is(b"9999") => Known::Absent,
            Known::Is(_) | Known::Absent | Known::Unreadable => self.parsed(key, Minutes::parse),
        }
    }

    /// A whole number; a leading minus is read, too. One with more characters than the item holds is `Unreadable`.
    #[inline]
    pub fn integer(&self, key: Key) -> Known<i64> {
        let most = self.item(key).and_then(Item::most).unwrap_or(usize::MAX);
        self.parsed(key, |content| integer(content).filter(|_| content.len() <= most))
    }

    /// Exactly `N` half-width letters or digits: numbers of offices and people, codes.
    #[inline]
    pub fn fixed<const N: usize>(&self, key: Key) -> Known<[u8; N]> {
        self.parsed(key, fixed)
    }

    /// The first two characters of a service code.
    pub fn service_type(&self, key: Key) -> Known<[u8; 2]> {
        match self.fixed::<6>(key) {
            Known::Is(code) => Known::Is([code[0], code[1]]),
            Known::Absent => Known::Absent,
            Known::Unreadable => Known::Unreadable,
        }
    }

    /// What a row of 第7表 is; `Absent` in any other kind.
    pub fn sum_row(&self, service_code: Key) -> Known<SumRow> {
        if self.table.kind != Kind::Upsikyu {
            return Known::Absent;
        }
        match self.fixed::<6>(service_code) {
            Known::Is(code) => Known::Is(SumRow::of(&code)),
            Known::Absent => Known::Absent,
            Known::Unreadable => Known::Unreadable,
        }
    }

    /// Whether it may stand in a file as often as it likes: it rents equipment and has no number, and two of the
    /// same product are two equal rows.
    pub(crate) fn may_repeat(&self) -> bool {
        let Known::Is(service_type) = self.service_type(upplan::SERVICE_CODE) else { return false };
        let is_sum = matches!(self.sum_row(upplan::SERVICE_CODE), Known::Is(SumRow::Subtotal(_) | SumRow::Total));
        let numbered = self.item(upplan::DETAIL_NO).and_then(|item| {
            item.condition(|c| if let Condition::NumberedFor(code) = c { Some(code.as_bytes()) } else { None })
        });
        is_rental(self.table.version, &service_type) && !is_sum && numbered != Some(&service_type)
    }

    /// Whether the item is free text.
    pub fn is_text(item: &Item) -> bool {
        matches!(item.form, ItemType::Text)
    }
}

/// What stands in the columns of a row, however these are kept.
pub(crate) trait Contents {
    fn table(&self) -> &'static Table;

    /// The columns that may be filled, one bit for each.
    fn filled(&self) -> u128 {
        u128::MAX
    }

    /// The content of a column as bytes: `Unreadable` where its quotes are broken.
    fn content(&self, column: usize) -> Known<&[u8]>;

    /// Eight bytes of the row from that content on, and how many bytes it has, where it is known and so many
    /// stand there.
    fn start(&self, column: usize) -> Option<([u8; 8], usize)>;

    /// The place of that content, or of the whole row.
    fn place(&self, column: Option<usize>) -> Place;
}

impl Contents for Row<'_> {
    fn table(&self) -> &'static Table {
        self.table
    }

    fn content(&self, column: usize) -> Known<&[u8]> {
        self.content_of(&self.record.cells[column])
    }

    fn start(&self, column: usize) -> Option<([u8; 8], usize)> {
        let cell = self.record.cells.get(column).filter(|cell| cell.is_sound())?;
        let content = cell.content();
        let bytes = self.record.bytes.get(content.start..)?.first_chunk()?;
        Some((*bytes, content.len()))
    }

    fn place(&self, column: Option<usize>) -> Place {
        match column {
            Some(column) => Place::range(&self.record, self.record.cells[column].content(), Some(column)),
            None => Place::record(&self.record),
        }
    }
}

/// A whole number; a leading minus is read, too.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    let number = digits.iter().try_fold(0_i64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + i64::from(digit))
    })?;
    Some(sign * number)
}

/// Exactly `N` half-width letters or digits.
#[inline]
pub(crate) fn fixed<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    const ALPHANUMERIC: [bool; 256] = {
        let (mut table, mut byte) = ([false; 256], 0_u8);
        while byte < 128 {
            table[byte as usize] = byte.is_ascii_alphanumeric();
            byte += 1;
        }
        table
    };
    let array: [u8; N] = text.try_into().ok()?;
    // All are looked at: that costs less than to stop at the first other one.
    array.iter().fold(true, |all, byte| all & ALPHANUMERIC[usize::from(*byte)]).then_some(array)
}

/// The values of the first so many of eight bytes, one to eight of them, in the last places and with zeros
/// before them; `None` where they are not all digits.
#[inline(always)]
pub(crate) fn digit_values(bytes: u64, count: u32) -> Option<u64> {
    const ZEROS: u64 = u64::from_le_bytes(*b"00000000");
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // What makes anything above 9 reach the highest bit of its byte.
    const BEYOND: u64 = 0x7676_7676_7676_7676;
    let values = (bytes ^ ZEROS) << (64 - 8 * count);
    ((values.wrapping_add(BEYOND) | values) & HIGH == 0).then_some(values)
}

/// The first so many of some bytes as a number, where they are digits and nothing else, as in most amounts.
#[inline(always)]
pub(crate) fn plain_number(bytes: [u8; 8], length: usize) -> Option<u32> {
    if length.wrapping_sub(1) >= 8 {
        return None;
    }
    let digits = digit_values(u64::from_le_bytes(bytes), length as u32)?;
    // Digits become pairs, these fours, and these the number.
    let pairs = (digits.wrapping_mul(10 << 8 | 1) >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_FFFF_0000_FFFF;
    Some((fours.wrapping_mul(10_000 << 32 | 1) >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_times_numbers_and_codes_have_their_form_or_are_none() {
        let month = |text| YearMonth::parse(text).map(|month| (month.year, month.month));
        assert_eq!([&b"202601"[..], b"999912"].map(month), [Some((2026, 1)), Some((9999, 12))]);
        assert_eq!([&b"202600"[..], b"202613", b"20261", b"2026011", b"2026 1"].map(month), [None; 5]);
        let time = |text| Minutes::parse(text).map(|time| time.0);
        assert_eq!([&b"0000"[..], b"0905", b"2459"].map(time), [Some(0), Some(545), Some(1499)]);
        assert_eq!([&b"905"[..], b"09050", b"9:05", b"0960", b"2500", b"9999"].map(time), [None; 6]);
        let whole = |text| integer(text);
        assert_eq!(
            [&b"007"[..], b"-12", b"999999999999999"].map(whole),
            [Some(7), Some(-12), Some(999_999_999_999_999)]
        );
        assert_eq!([&b""[..], b"-", b"--1", b"1-", b"1.0", b"1000000000000000"].map(whole), [None; 6]);
        assert_eq!(fixed(b"1a2B3C"), Some(*b"1a2B3C"));
        // One other character, and two of them.
        for code in [&b"1a2B3-"[..], b"1a2B--", b"\x831a2B3", b"1a2B3", b"1a2B3C4"] {
            assert_eq!(fixed::<6>(code), None, "{code:?}");
        }
    }

    #[test]
    fn plain_numbers_are_digits_and_nothing_else() {
        // Any byte at any place.
        for byte in 0..=255 {
            for at in 0..8 {
                for length in at + 1..=8 {
                    let mut bytes = *b"98765432";
                    bytes[at] = byte;
                    let expected = std::str::from_utf8(&bytes[..length]).ok().and_then(|text| text.parse().ok());
                    let expected = expected.filter(|_| byte != b'+');
                    assert_eq!(plain_number(bytes, length), expected, "{bytes:?}, {length}");
                }
            }
        }
        assert_eq!(plain_number(*b"0012,34,", 4), Some(12));
        assert_eq!(plain_number(*b"99999999", 8), Some(99_999_999));
        assert_eq!(plain_number(*b"12345678", 9), None);
        assert_eq!(plain_number(*b"12345678", 0), None);
    }
}
