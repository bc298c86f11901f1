//! Tells which encoding a file looks like, by all of its records. Knows bytes; decodes nothing.

use std::ops::Range;

use super::{Encoding, Form};
use crate::finding::Place;
use crate::scan::Record;

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

/// How many bytes from the start are looked at for UTF-16.
const SAMPLE: usize = 1024;

/// How many bytes from the start are looked at for another form of file.
const LEAD: usize = 16;

/// Evidence about the encoding, gathered over a whole file.
#[derive(Clone, Debug, Default)]
pub struct EncodingEvidence {
    bom: Vec<u8>,
    /// The first bytes of the file.
    lead: Vec<u8>,
    sampled: usize,
    nuls: usize,
    /// Units of two bytes of which one is NUL.
    halves: usize,
    /// Whether the last byte is NUL.
    after_nul: bool,
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
    /// Takes the bytes of the file as they come, byte-order mark included; only the first count.
    pub fn start(&mut self, bytes: &[u8]) {
        let sample = &bytes[..bytes.len().min(SAMPLE - self.sampled)];
        if memchr::memchr(0, sample).is_some() || self.after_nul {
            for (at, byte) in (self.sampled..).zip(sample) {
                let is_nul = *byte == 0;
                self.nuls += usize::from(is_nul);
                self.halves += usize::from(at % 2 == 1 && is_nul != self.after_nul);
                self.after_nul = is_nul;
            }
        }
        self.sampled += sample.len();
        self.lead.extend_from_slice(&sample[..sample.len().min(LEAD - self.lead.len())]);
    }

    /// Takes the byte-order mark.
    pub fn bom(&mut self, bytes: &[u8]) {
        self.bom = bytes.to_vec();
    }

    /// Takes one record.
    pub fn record(&mut self, record: &Record<'_>) {
        let bytes = record.bytes;
        let escape = || memchr::memmem::find(bytes, b"\x1B$B").or_else(|| memchr::memmem::find(bytes, b"\x1B$@"));
        if self.escape.is_none() && memchr::memchr(0x1B, bytes).is_some() {
            self.escape = escape().map(|i| Seen::at(record.line, record.in_file(i..i + 3)));
        }
        match look(bytes) {
            Look::Ascii => {}
            Look::Utf8(first) => self.utf8.add(record, first),
            Look::Euc(first) => self.euc.add(record, first),
            Look::Ms932 => self.ms932 += 1,
        }
    }

    /// Takes one record that has no control characters and is known to be MS932.
    #[inline]
    pub(crate) fn ms932_record(&mut self) {
        self.ms932 += 1;
    }

    /// The encoding that most records with anything beyond ASCII speak for, and where it shows first.
    pub fn verdict(&self) -> (Encoding, Option<Seen>) {
        let form = |form, length: usize| (Encoding::NoText(form), Some(Seen::at(1, 0..length as u64)));
        if let Some((other, length)) = Form::of(&self.lead) {
            return form(other, length);
        }
        if self.sampled > 0 && self.nuls == self.sampled {
            return form(Form::Zeros, self.lead.len());
        }
        let bom = Seen::at(1, 0..self.bom.len() as u64);
        if self.bom.len() == 2 {
            return (Encoding::Utf16, Some(bom));
        }
        // Every digit and comma of UTF-16 comes with a NUL; those behind the end of a file come together.
        if self.sampled >= 8 && self.halves * 5 >= self.sampled {
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

/// What the characters beyond ASCII of a record, or of some of its cells, look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Script {
    /// There are none.
    #[default]
    Ascii,
    /// MS932, and no other encoding whatever stands beside them
    Ms932,
    /// That has to be seen by the whole record.
    Other,
}

impl Script {
    /// Looks at some whole cells of a record, with what is between them.
    pub(crate) fn of(bytes: &[u8]) -> Script {
        let Some(first) = first_beyond_ascii(bytes) else { return Script::Ascii };
        match bytes[first] {
            // No character of UTF-8 or EUC-JP begins like this.
            0x80..=0xA0 => Script::Ms932,
            _ if !pairs_up(&bytes[first..]) && std::str::from_utf8(bytes).is_err() => Script::Ms932,
            _ => Script::Other,
        }
    }

    /// What some cells and others of the same record are together.
    #[inline(always)]
    pub(crate) fn and(self, other: Script) -> Script {
        match (self, other) {
            // What cannot be of another encoding in part cannot be as a whole.
            (Script::Ms932, _) | (_, Script::Ms932) => Script::Ms932,
            (Script::Other, _) | (_, Script::Other) => Script::Other,
            (Script::Ascii, Script::Ascii) => Script::Ascii,
        }
    }
}

/// The encoding that one record speaks for, with its first character beyond ASCII.
enum Look {
    Ascii,
    Utf8(Range<usize>),
    Euc(Range<usize>),
    Ms932,
}

fn look(bytes: &[u8]) -> Look {
    let Some(first) = first_beyond_ascii(bytes) else { return Look::Ascii };
    if let Some(length) = utf8_character(bytes, first) {
        Look::Utf8(first..first + length)
    } else if looks_like_euc(&bytes[first..]) {
        Look::Euc(first..first + 2)
    } else {
        Look::Ms932
    }
}

fn first_beyond_ascii(bytes: &[u8]) -> Option<usize> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let high = u64::from_le_bytes(*word) & HIGH;
        if high != 0 {
            return Some(index * 8 + high.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|byte| !byte.is_ascii())?;
    Some(words.len() * 8 + at)
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

/// Whether all bytes beyond ASCII pair up as EUC-JP does.
fn pairs_up(bytes: &[u8]) -> bool {
    let mut i = 0;
    while i < bytes.len() {
        match (bytes[i], bytes.get(i + 1)) {
            (0x00..=0x7F, _) => i += 1,
            (0xA1..=0xFE, Some(0xA1..=0xFE)) => i += 2,
            _ => return false,
        }
    }
    true
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Piece, scan};

    /// The verdict on a file, and the offset of what shows it first.
    fn verdict(bytes: &[u8]) -> (Encoding, Option<Range<u64>>) {
        let mut evidence = EncodingEvidence::default();
        evidence.start(bytes);
        scan(bytes, &mut |piece| match piece {
            Piece::Bom(bom) => evidence.bom(bom),
            Piece::Record(record) => evidence.record(&record),
            Piece::Skipped { .. } => {}
        });
        let (encoding, seen) = evidence.verdict();
        (encoding, seen.map(|seen| seen.bytes))
    }

    // 連携 in three encodings; ひらがな in EUC-JP and UTF-8.
    const SJIS: &[u8] = b"\"\x98\x41\x8C\x67\"\r\n";
    const UTF8: &[u8] = b"\"\xE9\x80\xA3\xE6\x90\xBA\"\r\n";
    const EUC: &[u8] = b"\"\xCF\xA2\xB7\xC8\xA4\xD2\xA4\xE9\xA4\xAC\xA4\xCA\"\r\n";

    #[test]
    fn nothing_beyond_ascii_is_ms932() {
        assert_eq!(verdict(b""), (Encoding::Ms932, None));
        assert_eq!(verdict(b"202407,990010,0000000001,202610\r\n"), (Encoding::Ms932, None));
    }

    #[test]
    fn shift_jis_is_ms932() {
        assert_eq!(verdict(SJIS), (Encoding::Ms932, None));
        // 表ソ能, whose second bytes are ASCII.
        assert_eq!(verdict(b"\"\x95\x5C\x83\x5C\x94\x5C\"\r\n"), (Encoding::Ms932, None));
        // ひらがな in Shift_JIS, nothing else.
        assert_eq!(verdict(b"\"\x82\xD0\x82\xE7\x82\xAA\x82\xC8\"\r\n"), (Encoding::Ms932, None));
    }

    #[test]
    fn half_width_kana_alone_is_ms932() {
        // ﾚﾝｹｲ ﾀﾛｳ
        assert_eq!(verdict(b"\"\xDA\xDD\xB9\xB2 \xC0\xDB\xB3\"\r\n"), (Encoding::Ms932, None));
        // ﾃｱ: as UTF-8 these two bytes are ñ.
        assert_eq!(verdict(b"\"\xC3\xB1\"\r\n"), (Encoding::Ms932, None));
        // ﾆｼ ｼﾞｭﾝ: every byte pairs up as EUC-JP does, but no pair is kana there.
        assert_eq!(verdict(b"\"\xC6\xBC\",\"\xBC\xDE\xAD\xDD\"\r\n"), (Encoding::Ms932, None));
    }

    #[test]
    fn utf_8_is_seen_at_its_first_character() {
        assert_eq!(verdict(UTF8), (Encoding::Utf8, Some(1..4)));
        assert_eq!(verdict(&[b"1,2\r\n", UTF8].concat()), (Encoding::Utf8, Some(6..9)));
    }

    #[test]
    fn a_mark_before_utf_8_is_seen_and_before_anything_else_proves_nothing() {
        let marked = |text: &[u8]| [b"\xEF\xBB\xBF", text].concat();
        assert_eq!(verdict(&marked(UTF8)), (Encoding::Utf8Bom, Some(0..3)));
        assert_eq!(verdict(&marked(SJIS)), (Encoding::Ms932, None));
        assert_eq!(verdict(&marked(b"1,2\r\n")), (Encoding::Ms932, None));
    }

    #[test]
    fn euc_jp_is_seen_at_its_first_character() {
        assert_eq!(verdict(EUC), (Encoding::EucJp, Some(1..3)));
    }

    #[test]
    fn of_mixed_encodings_the_greater_part_counts() {
        assert_eq!(verdict(&[UTF8, SJIS, UTF8].concat()), (Encoding::Utf8, Some(1..4)));
        assert_eq!(verdict(&[SJIS, EUC, EUC].concat()), (Encoding::EucJp, Some(9..11)));
        assert_eq!(verdict(&[UTF8, SJIS].concat()), (Encoding::Ms932, None));
        assert_eq!(verdict(&[UTF8, EUC].concat()), (Encoding::Ms932, None));
        assert_eq!(verdict(&[SJIS, UTF8, SJIS].concat()), (Encoding::Ms932, None));
    }

    #[test]
    fn utf_16_is_seen_with_its_mark_and_without() {
        let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let text = "202407,\"連携\"\r\n";
        assert_eq!(verdict(&wide(&format!("\u{FEFF}{text}"), u16::to_le_bytes)), (Encoding::Utf16, Some(0..2)));
        assert_eq!(verdict(&wide(&format!("\u{FEFF}{text}"), u16::to_be_bytes)), (Encoding::Utf16, Some(0..2)));
        assert_eq!(verdict(&wide(text, u16::to_le_bytes)), (Encoding::Utf16, Some(0..2)));
        assert_eq!(verdict(&wide(text, u16::to_be_bytes)), (Encoding::Utf16, Some(0..2)));
    }

    #[test]
    fn utf_16_is_seen_in_chunks_of_any_size() {
        let mut evidence = EncodingEvidence::default();
        for byte in "202407,1".encode_utf16().flat_map(u16::to_le_bytes) {
            evidence.start(&[byte]);
        }
        assert_eq!(evidence.verdict().0, Encoding::Utf16);
    }

    #[test]
    fn nothing_but_nul_behind_the_rows_is_no_utf_16() {
        for rows in [&b"202407,1\r\n"[..], b"202407,12\r\n"] {
            let mut evidence = EncodingEvidence::default();
            evidence.start(rows);
            evidence.start(&[0; 500]);
            assert_eq!(evidence.verdict().0, Encoding::Ms932);
        }
    }

    #[test]
    fn iso_2022_jp_is_seen_at_its_escape() {
        assert_eq!(verdict(b"\"\x1B$BO\"7H\x1B(B\"\r\n"), (Encoding::Iso2022Jp, Some(1..4)));
    }
}
