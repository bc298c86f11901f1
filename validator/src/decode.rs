//! Decodes cells, and tells which encoding a file looks like. Knows characters; knows no table.
//!
//! Text is decoded only to be shown or measured; rules about characters look at the bytes.

use std::borrow::Cow;
use std::ops::Range;

use crate::finding::Place;
use crate::ms932::{Class, characters};
use crate::scan::Record;

/// A cell as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    /// Every byte stands for a character of MS932.
    Clean(Cow<'a, str>),
    /// A byte that stands for none.
    Undecodable {
        /// Offset of that byte in the cell.
        at: usize,
    },
}

/// Decodes the content of a cell. Total: any bytes give a value.
pub fn decode(bytes: &[u8]) -> Text<'_> {
    if bytes.is_ascii() {
        return match std::str::from_utf8(bytes) {
            Ok(text) => Text::Clean(Cow::Borrowed(text)),
            Err(error) => Text::Undecodable { at: error.valid_up_to() },
        };
    }
    for (range, class) in characters(bytes) {
        match class {
            Class::Ascii | Class::Control | Class::HalfKana | Class::Mapped => {}
            Class::UndefinedByte | Class::UserDefined | Class::Unmapped | Class::LeadAlone | Class::BadTrail => {
                return Text::Undecodable { at: range.start };
            }
        }
    }
    let (text, _) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(bytes);
    Text::Clean(text)
}

/// Bytes as something a person can read, for excerpts: what cannot be decoded becomes U+FFFD.
pub fn display(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for (range, class) in characters(bytes) {
        match class {
            Class::Ascii | Class::HalfKana | Class::Mapped => {
                shown.push_str(&encoding_rs::SHIFT_JIS.decode_without_bom_handling(&bytes[range]).0);
            }
            Class::Control => shown.push(match bytes[range.start] {
                0x7F => '\u{2421}',
                byte => char::from_u32(0x2400 + u32::from(byte)).unwrap_or('\u{FFFD}'),
            }),
            Class::UndefinedByte | Class::UserDefined | Class::Unmapped | Class::LeadAlone | Class::BadTrail => {
                shown.push('\u{FFFD}');
            }
        }
    }
    shown
}

/// An encoding that a file may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// What the standard asks for, or nothing beyond ASCII.
    Ms932,
    /// UTF-8 without a byte-order mark
    Utf8,
    /// UTF-8 with EF BB BF
    Utf8Bom,
    /// UTF-16, either order
    Utf16,
    /// ISO-2022-JP
    Iso2022Jp,
    /// EUC-JP
    EucJp,
}

impl Encoding {
    /// The name that people use.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Ms932 => "Shift_JIS (MS932)",
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Bom => "UTF-8 (BOM)",
            Encoding::Utf16 => "UTF-16",
            Encoding::Iso2022Jp => "ISO-2022-JP",
            Encoding::EucJp => "EUC-JP",
        }
    }

    /// Whether commas, quotes and line ends stand where they do in Shift_JIS.
    pub fn keeps_structure(self) -> bool {
        match self {
            Encoding::Ms932 | Encoding::Utf8 | Encoding::Utf8Bom | Encoding::EucJp => true,
            Encoding::Utf16 | Encoding::Iso2022Jp => false,
        }
    }
}

/// Where something was first seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// 1-based physical line.
    pub line: u64,
    /// Range in the file.
    pub bytes: Range<u64>,
    /// The place in its record, where it is in one.
    pub place: Option<Place>,
}

impl Seen {
    /// Something outside any record.
    pub fn at(line: u64, bytes: Range<u64>) -> Seen {
        Seen { line, bytes, place: None }
    }

    /// Something in a cell of a record.
    fn within(record: &Record<'_>, range: Range<usize>) -> Seen {
        let column = record.cells.iter().position(|cell| cell.span().contains(&range.start));
        let place = Place::range(record, range, column);
        Seen { line: record.line, bytes: place.bytes(), place: Some(place) }
    }
}

/// How many bytes tell UTF-16 from anything else.
const HEAD: usize = 1024;

/// Evidence about the encoding, gathered over a whole file.
#[derive(Clone, Debug, Default)]
pub struct EncodingEvidence {
    bom: Vec<u8>,
    /// The first bytes of the file, up to [`HEAD`].
    head: Vec<u8>,
    escape: Option<Seen>,
    utf8: Votes,
    euc: Votes,
    ms932: u64,
}

#[derive(Clone, Debug, Default)]
struct Votes {
    records: u64,
    first: Option<Seen>,
}

impl Votes {
    fn add(&mut self, record: &Record<'_>, range: Range<usize>) {
        self.records += 1;
        self.first.get_or_insert_with(|| Seen::within(record, range));
    }
}

impl EncodingEvidence {
    /// Takes the next bytes of the file; only the first of all are looked at.
    pub fn start(&mut self, bytes: &[u8]) {
        let missing = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
    }

    /// ASCII in UTF-16 has a NUL in every other byte.
    fn starts_like_utf16(&self) -> bool {
        let nuls = self.head.iter().filter(|&&b| b == 0).count();
        self.head.len() >= 8 && nuls * 5 >= self.head.len()
    }

    /// Takes the byte-order mark.
    pub fn bom(&mut self, bytes: &[u8]) {
        self.bom = bytes.to_vec();
    }

    /// Takes one record.
    pub fn record(&mut self, record: &Record<'_>) {
        let bytes = record.bytes;
        if self.escape.is_none()
            && let Some(i) = memchr::memmem::find(bytes, b"\x1B$B").or_else(|| memchr::memmem::find(bytes, b"\x1B$@"))
        {
            self.escape = Some(Seen::at(record.line, record.in_file(i..i + 3)));
        }
        let Some(first) = bytes.iter().position(|b| *b >= 0x80) else { return };
        if let Some(length) = utf8_character(bytes, first) {
            self.utf8.add(record, first..first + length);
        } else if looks_like_euc(bytes) {
            self.euc.add(record, first..first + 2);
        } else {
            self.ms932 += 1;
        }
    }

    /// The encoding that most records with anything beyond ASCII speak for, and where it shows first.
    pub fn verdict(&self) -> (Encoding, Option<Seen>) {
        let bom = Seen::at(1, 0..self.bom.len() as u64);
        if self.bom.len() == 2 {
            return (Encoding::Utf16, Some(bom));
        }
        if self.starts_like_utf16() {
            return (Encoding::Utf16, Some(Seen::at(1, 0..2)));
        }
        if let Some(seen) = &self.escape {
            return (Encoding::Iso2022Jp, Some(seen.clone()));
        }
        if self.utf8.records > self.euc.records + self.ms932 {
            return match self.bom.is_empty() {
                true => (Encoding::Utf8, self.utf8.first.clone()),
                false => (Encoding::Utf8Bom, Some(bom)),
            };
        }
        if self.euc.records > self.ms932 + self.utf8.records {
            return (Encoding::EucJp, self.euc.first.clone());
        }
        (Encoding::Ms932, None)
    }

    /// The byte-order mark; empty where there is none.
    pub fn bom_bytes(&self) -> &[u8] {
        &self.bom
    }
}

/// The length of the first character beyond ASCII, where the whole is UTF-8 and holds a character of
/// three bytes, as every kana and kanji is. Half-width kana of Shift_JIS can look like two-byte UTF-8.
fn utf8_character(bytes: &[u8], first: usize) -> Option<usize> {
    let text = std::str::from_utf8(bytes).ok()?;
    if !text.chars().any(|c| c.len_utf8() >= 3) {
        return None;
    }
    text[first..].chars().next().map(char::len_utf8)
}

/// Whether all bytes beyond ASCII pair up as EUC-JP does, with hiragana or katakana among them.
/// Read as Shift_JIS, such bytes are half-width punctuation (A4, A5), which real text hardly holds.
fn looks_like_euc(bytes: &[u8]) -> bool {
    let (mut pairs, mut kana, mut i) = (0_u64, 0_u64, 0);
    while i < bytes.len() {
        match (bytes[i], bytes.get(i + 1)) {
            (0x00..=0x7F, _) => i += 1,
            (0xA1..=0xFE, Some(0xA1..=0xFE)) => {
                pairs += 1;
                kana += u64::from(matches!(bytes[i], 0xA4 | 0xA5));
                i += 2;
            }
            _ => return false,
        }
    }
    kana >= 2 && kana * 4 >= pairs
}
