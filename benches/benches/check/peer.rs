//! What people would write instead: the csv crate's `ByteRecord`, and for each item a check of its
//! bytes, chosen once from the same table. No row, file or set is looked at, no line end, no quote,
//! and nothing is remembered but a count.

use csv::{ByteRecord, ReaderBuilder};
use renkei_validator::spec::{self, CodeTable, Condition, ItemType, Length, Required, Table, Version};

/// A value that an item may have, by one check of its bytes.
enum Form {
    Digits,
    Insurer,
    Insured,
    Office,
    Alnum(&'static [u8]),
    Service(Version),
    Decimal,
    Date { zero: bool },
    Month { zero: bool },
    Time { nines: bool, most: u16 },
    Bitmap,
    Code(&'static CodeTable),
    Picture(&'static [u8]),
    Phone,
    Empty,
    Text,
}

struct Check {
    form: Form,
    required: bool,
    exactly: Option<usize>,
    most: usize,
    is: Option<&'static [u8]>,
    range: Option<(u32, u32)>,
}

/// Counts the rows, and the values that are not as their table says.
pub(crate) fn count(table: &'static Table, bytes: &[u8]) -> (u64, u64) {
    let checks: Vec<Check> = table.items.iter().map(|item| Check::of(table.version, item)).collect();
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = ByteRecord::new();
    let (mut rows, mut wrong) = (0, 0);
    while reader.read_byte_record(&mut record).expect("a slice can be read") {
        rows += 1;
        wrong += u64::from(record.len() != checks.len());
        for (check, value) in checks.iter().zip(&record) {
            wrong += u64::from(!check.accepts(value));
        }
    }
    (rows, wrong)
}

impl Check {
    fn of(version: Version, item: &'static spec::Item) -> Check {
        let form = match item.form {
            ItemType::Digits | ItemType::Integer => Form::Digits,
            ItemType::Insurer => Form::Insurer,
            ItemType::Insured => Form::Insured,
            ItemType::Office => Form::Office,
            ItemType::Alnum => Form::Alnum(b""),
            ItemType::Todokede => Form::Alnum(b"-"),
            ItemType::ServiceCode | ItemType::ServiceType => Form::Service(version),
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
            ItemType::Version | ItemType::Text | ItemType::FileName => Form::Text,
        };
        let up_to = item.condition(|c| if let Condition::UpTo(most) = c { Some(*most) } else { None });
        Check {
            form,
            required: item.required == Required::Yes && !item.has(&Condition::FreeOnSumRows),
            exactly: if let Length::Exactly(length) = item.length { Some(length) } else { None },
            most: if let Length::AtMost(most) = item.length { most.max(up_to.unwrap_or(0)) } else { usize::MAX },
            is: item.condition(|c| if let Condition::Is(value) = c { Some(value.as_bytes()) } else { None }),
            range: item.condition(|c| if let Condition::Range(from, to) = c { Some((*from, *to)) } else { None }),
        }
    }

    fn accepts(&self, value: &[u8]) -> bool {
        if value.is_empty() {
            return !self.required;
        }
        self.exactly.is_none_or(|length| value.len() == length)
            && value.len() <= self.most
            && self.is.is_none_or(|is| value == is)
            && self.range.is_none_or(|(from, to)| (from..=to).contains(&number(value)))
            && self.form.accepts(value)
    }
}

impl Form {
    fn accepts(&self, value: &[u8]) -> bool {
        match *self {
            Form::Digits => digits(value),
            Form::Insurer => digits(value) && renkei_validator::numbers::has_check_digit(value) != Some(false),
            Form::Insured => match value {
                [b'H', rest @ ..] => rest.len() == 9 && digits(rest),
                _ => value.len() == 10 && digits(value),
            },
            Form::Office => {
                let letter = |(i, b): (usize, &u8)| {
                    b.is_ascii_digit() || i == 2 && b.is_ascii_uppercase() && !matches!(b, b'I' | b'O' | b'Q')
                };
                value.len() == 10 && value.iter().enumerate().all(letter)
            }
            Form::Alnum(others) => value.iter().all(|b| b.is_ascii_alphanumeric() || others.contains(b)),
            Form::Service(version) => {
                value.iter().all(u8::is_ascii_alphanumeric)
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
            Form::Bitmap => value.iter().all(|b| matches!(b, b'0' | b'1')),
            Form::Code(codes) => codes.contains(value),
            Form::Picture(picture) => {
                let fits = |(b, p): (&u8, &u8)| if *p == b'9' { b.is_ascii_digit() } else { b == p };
                value.len() == picture.len() && value.iter().zip(picture).all(fits)
            }
            Form::Phone => value.iter().all(|b| matches!(b, b'0'..=b'9' | b'-' | b'(' | b')' | b'+' | b' ')),
            Form::Empty => false,
            Form::Text => is_text(value),
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

/// Whether every byte belongs to a character of MS932, as far as one look at lead and trail tells.
fn is_text(value: &[u8]) -> bool {
    let mut i = 0;
    while let Some(&byte) = value.get(i) {
        i += match byte {
            0x20..=0x7E | 0xA1..=0xDF | b'\r' | b'\n' => 1,
            0x81..=0x9F | 0xE0..=0xEF | 0xFA..=0xFC => match value.get(i + 1) {
                Some(0x40..=0x7E | 0x80..=0xFC) => 2,
                Some(_) | None => return false,
            },
            _ => return false,
        };
    }
    true
}
