//! What people would write instead: the csv crate's `ByteRecord`, and for each item a check of its
//! bytes, chosen once from the same tables.
//!
//! It checks of each item what the rules about characters and cells check: presence, also where it
//! hangs on another item; form; length; fixed values and ranges; code lists and service types; days
//! and months of the calendar, times; the check digit of insurers; spaces around texts; and that each
//! character of a text is one of MS932 and no control character, 外字 or ambiguous sign. It counts the
//! items of each row. It lacks what the csv crate hides: line ends, quotes and where they stand,
//! blank lines, a mark or a tail; and it looks at no row, file or set. `tests/peer.rs` holds it to this
//! by the mutants of the rules.
//!
//! It is written to be fast where that is plain to write: no item is decoded or copied, each check is
//! one match on bytes, and characters of two bytes are looked up in a table.

use std::io::{self, Read};
use std::sync::LazyLock;

use csv::{ByteRecord, ReaderBuilder};
use renkei_validator::bind::SumRow;
use renkei_validator::ms932::{self, Class};
use renkei_validator::numbers::{OfficeNumber, has_check_digit, office_number};
use renkei_validator::spec::keys::upsikyu;
use renkei_validator::spec::{self, CodeTable, Condition, Item, ItemType, Length, Required, Table, Version};

/// How much is read at once.
const BUFFER: usize = 64 << 10;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Rows.
    pub rows: u64,
    /// Values that are not as their table says, and rows with more or fewer items.
    pub wrong: u64,
}

/// Counts the rows, and the values that are not as their table says.
///
/// # Errors
///
/// What the reader says.
pub fn count(table: &'static Table, from: impl Read) -> io::Result<Count> {
    let checks: Vec<Check> = table.items.iter().map(|item| Check::of(table, item)).collect();
    let mut count = Count::default();
    let mut reader = reader(from);
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        count.rows += 1;
        count.wrong += u64::from(record.len() != checks.len());
        for (check, value) in checks.iter().zip(&record) {
            count.wrong += u64::from(!check.accepts(value, &record));
        }
    }
    Ok(count)
}

/// Counts the rows and their items with the csv crate, and checks none.
///
/// # Errors
///
/// What the reader says.
pub fn split(from: impl Read) -> io::Result<(u64, u64)> {
    let (mut rows, mut items) = (0, 0);
    let mut reader = reader(from);
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        rows += 1;
        items += record.len() as u64;
    }
    Ok((rows, items))
}

fn reader<R: Read>(from: R) -> csv::Reader<R> {
    ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(BUFFER).from_reader(from)
}

/// Which items must be filled.
enum Presence {
    Free,
    Always,
    /// Unless the code in that column is that of a subtotal or of the total.
    UnlessSum(usize),
    /// Where that column has that value.
    Where(usize, &'static [u8]),
}

/// A value that an item may have, by one check of its bytes.
enum Form {
    Digits,
    Insurer,
    Insured,
    Office,
    Alnum(&'static [u8]),
    Service(Version),
    Decimal,
    Date {
        zero: bool,
    },
    Month {
        zero: bool,
    },
    Time {
        nines: bool,
        most: u16,
    },
    Bitmap,
    Code(&'static CodeTable),
    Picture(&'static [u8]),
    Phone,
    /// The name of one.
    Image,
    Empty,
    /// Characters of MS932.
    Text,
    /// Those, without spaces around them.
    Name,
}

struct Check {
    form: Form,
    presence: Presence,
    exactly: Option<usize>,
    most: usize,
    is: Option<&'static [u8]>,
    range: Option<(u32, u32)>,
}

impl Check {
    fn of(table: &'static Table, item: &'static Item) -> Check {
        let form = match item.form {
            ItemType::Digits | ItemType::Integer => Form::Digits,
            ItemType::Insurer => Form::Insurer,
            ItemType::Insured => Form::Insured,
            ItemType::Office => Form::Office,
            ItemType::Alnum => Form::Alnum(b""),
            ItemType::Todokede => Form::Alnum(b"-"),
            ItemType::ServiceCode | ItemType::ServiceType => Form::Service(table.version),
            ItemType::Tais => Form::Picture(b"99999-999999"),
            ItemType::Postal => Form::Picture(b"999-9999"),
            ItemType::Decimal => Form::Decimal,
            ItemType::Date => {
                Form::Date { zero: item.conditions.iter().any(|c| matches!(c, Condition::ZeroOrDate(_))) }
            }
            ItemType::Month => Form::Month { zero: item.has(&Condition::ZeroOrMonth) },
            ItemType::VisitTime => Form::Time { nines: item.has(&Condition::NinesMeanNone), most: 2359 },
            ItemType::ClockTime => Form::Time { nines: false, most: 2459 },
            ItemType::Bitmap => Form::Bitmap,
            ItemType::Code => item.codes.map_or(Form::Text, Form::Code),
            ItemType::Phone => Form::Phone,
            ItemType::Unused => Form::Empty,
            ItemType::Text => Form::Name,
            ItemType::FileName => Form::Image,
            ItemType::Version => Form::Text,
        };
        let up_to = item.condition(|c| if let Condition::UpTo(most) = c { Some(*most) } else { None });
        Check {
            form,
            presence: Presence::of(table, item),
            exactly: if let Length::Exactly(length) = item.length { Some(length) } else { None },
            most: if let Length::AtMost(most) = item.length { most.max(up_to.unwrap_or(0)) } else { usize::MAX },
            is: item.condition(|c| if let Condition::Is(value) = c { Some(value.as_bytes()) } else { None }),
            range: item.condition(|c| if let Condition::Range(from, to) = c { Some((*from, *to)) } else { None }),
        }
    }

    fn accepts(&self, value: &[u8], record: &ByteRecord) -> bool {
        if value.is_empty() {
            return self.presence.may_be_empty(record);
        }
        self.exactly.is_none_or(|length| value.len() == length)
            && value.len() <= self.most
            && self.is.is_none_or(|is| value == is)
            && self.range.is_none_or(|(from, to)| (from..=to).contains(&number(value)))
            && self.form.accepts(value)
    }
}

impl Presence {
    fn of(table: &'static Table, item: &'static Item) -> Presence {
        let sums = table.column(upsikyu::SERVICE_CODE).filter(|_| item.has(&Condition::FreeOnSumRows));
        let condition = item.condition(|condition| match condition {
            Condition::Expected => Some(Presence::Always),
            Condition::RequiredIf(key, value) | Condition::ExpectedIf(key, value) => {
                Some(Presence::Where(table.column(*key)?, value.as_bytes()))
            }
            _ => None,
        });
        match (item.required, sums) {
            (Required::Yes, Some(column)) => Presence::UnlessSum(column),
            (Required::Yes, None) => Presence::Always,
            _ => condition.unwrap_or(Presence::Free),
        }
    }

    fn may_be_empty(&self, record: &ByteRecord) -> bool {
        match *self {
            Presence::Free => true,
            Presence::Always => false,
            Presence::UnlessSum(column) => record.get(column).is_some_and(|code| SumRow::of(code) != SumRow::Detail),
            Presence::Where(column, value) => record.get(column) != Some(value),
        }
    }
}

impl Form {
    fn accepts(&self, value: &[u8]) -> bool {
        match *self {
            Form::Digits => digits(value),
            Form::Insurer => digits(value) && has_check_digit(value) != Some(false),
            Form::Insured => match value {
                [b'H', rest @ ..] => rest.len() == 9 && digits(rest),
                _ => value.len() == 10 && digits(value),
            },
            Form::Office => office_number(value) == OfficeNumber::Sound,
            Form::Alnum(others) => value.iter().all(|b| b.is_ascii_alphanumeric() || others.contains(b)),
            Form::Service(version) => {
                value.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
                    && (value == b"999999" || spec::service_type(version, &value[..2.min(value.len())]) == Some(true))
            }
            Form::Decimal => match value {
                [whole @ .., b'.', a, b] => !whole.is_empty() && digits(whole) && digits(&[*a, *b]),
                _ => false,
            },
            Form::Date { zero } => zero && value == b"00000000" || is_date(value),
            Form::Month { zero } => {
                zero && value == b"000000"
                    || value.len() == 6 && digits(value) && (1..=12).contains(&number(&value[4..]))
            }
            Form::Time { nines, most } => {
                nines && value == b"9999"
                    || value.len() == 4
                        && digits(value)
                        && number(value) <= u32::from(most)
                        && number(&value[2..]) <= 59
            }
            Form::Bitmap => value.len() == 31 && value.iter().all(|b| matches!(b, b'0' | b'1')),
            Form::Code(codes) => codes.contains(value),
            Form::Picture(picture) => {
                let fits = |(b, p): (&u8, &u8)| if *p == b'9' { b.is_ascii_digit() } else { b == p };
                value.len() == picture.len() && value.iter().zip(picture).all(fits)
            }
            Form::Phone => {
                value.iter().all(|b| matches!(b, b'0'..=b'9' | b'-' | b'(' | b')' | b'+' | b' '))
                    && value.iter().any(u8::is_ascii_digit)
            }
            Form::Image => {
                let parts = value.split(|b| *b == b'_').collect::<Vec<_>>();
                let last = parts.last().copied().unwrap_or_default();
                value.starts_with(b"UPKIHON_IMAGE_")
                    && parts.len() == 8
                    && last.len() == 8
                    && digits(&last[..4])
                    && last[4..].eq_ignore_ascii_case(b".jpg")
            }
            Form::Empty => false,
            Form::Text => is_text(value),
            Form::Name => is_text(value) && !has_spaces_around(value),
        }
    }
}

fn digits(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit)
}

fn number(value: &[u8]) -> u32 {
    value.iter().fold(0, |number: u32, b| number.wrapping_mul(10).wrapping_add(u32::from(b.wrapping_sub(b'0'))))
}

fn is_date(value: &[u8]) -> bool {
    if value.len() != 8 || !digits(value) {
        return false;
    }
    let (year, month, day) = (number(&value[..4]), number(&value[4..6]), number(&value[6..]));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// Which pairs of bytes are characters of MS932 that mean the same everywhere.
static PAIRS: LazyLock<Vec<bool>> = LazyLock::new(|| {
    let sound = |pair: [u8; 2]| ms932::classify(&pair) == Some((Class::Mapped, 2)) && ms932::ambiguous(&pair).is_none();
    (0..=u16::MAX).map(|pair| sound(pair.to_be_bytes())).collect()
});

/// Whether each character stands in MS932, and is no control character, 外字 or ambiguous sign.
fn is_text(value: &[u8]) -> bool {
    let pairs = PAIRS.as_slice();
    let mut i = 0;
    while let Some(&byte) = value.get(i) {
        i += match byte {
            0x20..=0x7E | 0xA1..=0xDF | b'\r' | b'\n' => 1,
            _ => match value.get(i + 1) {
                Some(&trail) if pairs[usize::from(u16::from_be_bytes([byte, trail]))] => 2,
                Some(_) | None => return false,
            },
        };
    }
    true
}

/// Whether a text begins or ends with a space of either width.
fn has_spaces_around(text: &[u8]) -> bool {
    // 81 40 at the end may be the second byte of a character and an @.
    let wide_at_end = || ms932::characters(text).last().is_some_and(|(range, _)| text[range] == *b"\x81\x40");
    text.starts_with(b" ")
        || text.starts_with(b"\x81\x40")
        || text.ends_with(b" ")
        || text.ends_with(b"\x81\x40") && wide_at_end()
}
