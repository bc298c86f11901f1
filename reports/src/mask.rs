//! Masks values. Keeps their classes, their lengths and their punctuation, so that a defect of form
//! can still be seen. Knows no rule.

use std::ops::Range;

use renkei_validator::decode::{Encoding, display};
use renkei_validator::finding::Excerpt;

use crate::model::{Cut, ExcerptText};

/// Full-width punctuation, which tells nothing of a person. ー is not among them: names hold it.
const PUNCTUATION: &str = "　、。，．・：；？！「」『』（）［］｛｝〔〕【】〈〉《》／＼～－";

/// The content of a cell of a file in an encoding. `shown` is what the table says of its item.
pub(crate) fn value(bytes: &[u8], encoding: Encoding, shown: bool, show_values: bool) -> String {
    let text = display(bytes, encoding);
    if show_values || (shown && is_plain(bytes)) { text } else { text.chars().map(mask).collect() }
}

/// A part of a row of a file in an encoding.
pub(crate) fn excerpt(excerpt: &Excerpt, encoding: Encoding, show_values: bool) -> ExcerptText {
    let mut open = vec![show_values; excerpt.bytes.len()];
    for span in &excerpt.shown {
        if is_plain(unquoted(&excerpt.bytes[span.clone()])) {
            open[span.clone()].fill(true);
        }
    }
    let piece = |range: Range<usize>| {
        let mut text = String::with_capacity(range.len());
        let mut start = range.start;
        // Values that are shown end where their cells do, and so do the others: no character is cut in two.
        for alike in open[range].chunk_by(|a, b| a == b) {
            let shown = display(&excerpt.bytes[start..start + alike.len()], encoding);
            start += alike.len();
            match alike[0] {
                true => text.push_str(&shown),
                false => text.extend(shown.chars().map(mask)),
            }
        }
        text
    };
    ExcerptText {
        before: piece(0..excerpt.mark.start),
        marked: piece(excerpt.mark.clone()),
        after: piece(excerpt.mark.end..excerpt.bytes.len()),
        cut: Cut { before: excerpt.cut.0, after: excerpt.cut.1 },
    }
}

/// Whether a value that may be shown is short and plain enough to be nothing else than it should:
/// where columns are shifted, a name or a person's number stands in the place of a date. A hyphen
/// inside is a postal code's, and a day of the last century is a birthday's.
fn is_plain(bytes: &[u8]) -> bool {
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let birthday = unsigned.len() == 8 && unsigned.starts_with(b"1");
    (1..=8).contains(&bytes.len())
        && !birthday
        && unsigned.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || *b == b'.')
}

fn unquoted(cell: &[u8]) -> &[u8] {
    cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell)
}

fn mask(c: char) -> char {
    match c {
        '0'..='9' => '#',
        'a'..='z' | 'A'..='Z' => 'x',
        ' '..='~' => c,
        // Pictures of control characters, and what could not be decoded.
        '\u{2400}'..='\u{2421}' | '\u{FFFD}' => c,
        '｡'..='･' => c,
        'ｦ'..='ﾟ' => '･',
        '０'..='９' => '＃',
        c if PUNCTUATION.contains(c) => c,
        _ => '〇',
    }
}

#[cfg(test)]
mod tests {
    use renkei_validator::finding::Characters;

    use super::*;

    fn sjis(text: &str) -> Vec<u8> {
        // Enough of MS932 for these tests, so that nothing is encoded by the code under test.
        text.chars()
            .flat_map(|c| match c {
                '見' => vec![0x8C, 0xA9],
                '本' => vec![0x96, 0x7B],
                '２' => vec![0x82, 0x51],
                '　' => vec![0x81, 0x40],
                'ー' => vec![0x81, 0x5B],
                'ｶ' => vec![0xB6],
                'ﾞ' => vec![0xDE],
                c => vec![u8::try_from(u32::from(c)).unwrap()],
            })
            .collect()
    }

    fn masked(bytes: &[u8]) -> String {
        value(bytes, Encoding::Ms932, true, false)
    }

    #[test]
    fn a_value_in_another_encoding_is_masked_as_that_reads_it() {
        let utf8 = "見本　２ーｶﾞ Ab-12\r\u{7F}é".as_bytes();
        assert_eq!(value(utf8, Encoding::Utf8, true, false), "〇〇　＃〇･･ xx-##␍␡〇");
        assert_eq!(value(utf8, Encoding::Utf8Bom, true, true), "見本　２ーｶﾞ Ab-12␍␡é");
        assert_eq!(value(&utf8[..5], Encoding::Utf8, true, false), "〇\u{FFFD}");
        assert_eq!(value(b"\xB8\xAB\xCB\xDC\xA1\xBC\x8E\xB6", Encoding::EucJp, true, true), "見本ーｶ");
        assert_eq!(value(b"\xB8\xAB\xCB\xDC\xA1\xBC\x8E\xB6", Encoding::EucJp, true, false), "〇〇〇･");
        let row = "202407,\"見本\",0900".as_bytes();
        let parts = Excerpt {
            bytes: row.to_vec(),
            mark: 8..14,
            shown: vec![0..6, 16..20],
            cut: (false, false),
            lines: 0,
            before: Characters::default(),
        };
        let masked = excerpt(&parts, Encoding::Utf8, false);
        assert_eq!([&*masked.before, &*masked.marked, &*masked.after], ["202407,\"", "〇〇", "\",0900"]);
    }

    #[test]
    fn a_masked_value_keeps_its_classes_and_its_punctuation() {
        assert_eq!(masked(&sjis("見本　２ーｶﾞ Ab-12,\"x\"\r\n")), "〇〇　＃〇･･ xx-##,\"x\"␍␊");
        assert_eq!(masked(b"\x95\x5C\x83"), "〇\u{FFFD}");
    }

    #[test]
    fn only_short_plain_values_of_shown_items_are_shown() {
        assert_eq!(value(b"20261131", Encoding::Ms932, true, false), "20261131");
        assert_eq!(value(b"20261131", Encoding::Ms932, false, false), "########");
        assert_eq!(value(b"9970100013", Encoding::Ms932, true, false), "##########");
        assert_eq!(value(b"tanaka", Encoding::Ms932, true, false), "xxxxxx");
        assert_eq!(value(b"-12", Encoding::Ms932, true, false), "-12");
        assert_eq!(value(b"10.21", Encoding::Ms932, true, false), "10.21");
        assert_eq!(value(b"999-0001", Encoding::Ms932, true, false), "###-####");
        assert_eq!(value(b"19420228", Encoding::Ms932, true, false), "########");
        assert_eq!(value(b"", Encoding::Ms932, true, false), "");
        assert_eq!(value(&sjis("見本"), Encoding::Ms932, true, false), "〇〇");
        assert_eq!(value(&sjis("見本"), Encoding::Ms932, false, true), "見本");
    }

    #[test]
    fn an_excerpt_opens_shown_cells_only_where_they_are_plain() {
        let row = sjis("202407,0000000101,\"見本\",\"0900\",見");
        let excerpt_of = |shown: Vec<std::ops::Range<usize>>| Excerpt {
            bytes: row.clone(),
            mark: 18..24,
            shown,
            cut: (false, true),
            lines: 0,
            before: Characters::default(),
        };
        let masked = excerpt(&excerpt_of(vec![0..6, 7..17, 18..24, 25..31]), Encoding::Ms932, false);
        assert_eq!(masked.before, "202407,##########,");
        assert_eq!(masked.marked, "\"〇〇\"");
        assert_eq!(masked.after, ",\"0900\",〇");
        assert_eq!(masked.cut, Cut { before: false, after: true });
        let shown = excerpt(&excerpt_of(vec![]), Encoding::Ms932, true);
        assert_eq!((shown.before.as_str(), shown.marked.as_str()), ("202407,0000000101,", "\"見本\""));
    }
}
