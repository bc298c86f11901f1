//! Decodes cells, and names the encodings that a file may be in. Knows characters; knows no table.
//!
//! Text is decoded only to be shown or measured; rules about characters look at the bytes.

mod evidence;
mod form;

use std::borrow::Cow;

use crate::ms932::{Class, characters};

pub(crate) use self::evidence::Script;
pub use self::evidence::{EncodingEvidence, Seen};
pub use self::form::Form;

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

/// Bytes of a file as something a person can read, for excerpts: what cannot be decoded becomes U+FFFD, and
/// control characters their pictures.
pub fn display(bytes: &[u8], encoding: Encoding) -> String {
    let other = match encoding {
        // Where no borders of items are known, there is no excerpt either.
        Encoding::Ms932 | Encoding::Utf16 | Encoding::Iso2022Jp | Encoding::NoText(_) => return display_ms932(bytes),
        Encoding::Utf8 | Encoding::Utf8Bom => encoding_rs::UTF_8,
        Encoding::EucJp => encoding_rs::EUC_JP,
    };
    let (text, _) = other.decode_without_bom_handling(bytes);
    text.chars().map(|c| u8::try_from(c).ok().filter(u8::is_ascii_control).map_or(c, picture)).collect()
}

/// How many of the first bytes are kept where so many are wanted at most and no character is to be cut in two.
pub(crate) fn whole(bytes: &[u8], encoding: Encoding, most: usize) -> usize {
    if bytes.len() <= most {
        return bytes.len();
    }
    let ends = match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => (0..=most).rev().take(4).find(|end| !(0x80..0xC0).contains(&bytes[*end])),
        Encoding::Ms932 | Encoding::Utf16 | Encoding::Iso2022Jp | Encoding::EucJp | Encoding::NoText(_) => {
            characters(bytes).map(|(range, _)| range.end).take_while(|end| *end <= most).last()
        }
    };
    ends.unwrap_or(0)
}

fn display_ms932(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for (range, class) in characters(bytes) {
        match class {
            Class::Ascii | Class::HalfKana | Class::Mapped => {
                shown.push_str(&encoding_rs::SHIFT_JIS.decode_without_bom_handling(&bytes[range]).0);
            }
            Class::Control => shown.push(picture(bytes[range.start])),
            Class::UndefinedByte | Class::UserDefined | Class::Unmapped | Class::LeadAlone | Class::BadTrail => {
                shown.push('\u{FFFD}');
            }
        }
    }
    shown
}

/// The picture of a control character.
fn picture(byte: u8) -> char {
    match byte {
        0x7F => '\u{2421}',
        byte => char::from_u32(0x2400 + u32::from(byte)).unwrap_or('\u{FFFD}'),
    }
}

/// An encoding that a file may be in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// What the standard asks for, or nothing beyond ASCII.
    #[default]
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
    /// None: the file is of another form, whatever its name says
    NoText(Form),
}

impl Encoding {
    /// The name that people use.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Ms932 => "Shift_JIS (MS932)",
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Bom => "UTF-8 with BOM",
            Encoding::Utf16 => "UTF-16",
            Encoding::Iso2022Jp => "ISO-2022-JP",
            Encoding::EucJp => "EUC-JP",
            Encoding::NoText(form) => form.title().en,
        }
    }

    /// Whether commas, quotes and line ends stand where they do in Shift_JIS.
    pub fn keeps_structure(self) -> bool {
        match self {
            Encoding::Ms932 | Encoding::Utf8 | Encoding::Utf8Bom | Encoding::EucJp => true,
            Encoding::Utf16 | Encoding::Iso2022Jp | Encoding::NoText(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_text_or_tells_the_byte_that_is_none() {
        assert_eq!(decode(b"\x95\x5C"), Text::Clean("表".into()));
        assert_eq!(decode(b"\xEE\xE0\xFB\xFC"), Text::Clean("髙髙".into()));
        assert_eq!(decode(b"\x95\x5C\x80"), Text::Undecodable { at: 2 });
        assert_eq!(decode(b"\x95\x5C\xF0\x40"), Text::Undecodable { at: 2 });
        assert_eq!(decode(b"\x95\x5C\x95"), Text::Undecodable { at: 2 });
    }

    #[test]
    fn no_character_is_cut_in_two() {
        let kept = |text: &[u8], encoding, most| whole(text, encoding, most);
        // Characters of one, two, three and four bytes.
        let utf8 = "aé見𠮷b".as_bytes();
        let kept_of: Vec<usize> = (0..=12).map(|most| kept(utf8, Encoding::Utf8, most)).collect();
        assert_eq!(kept_of, [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11]);
        assert_eq!(kept(&[0x80; 9], Encoding::Utf8, 5), 0, "no text at all");
        let sjis = b"a\x8C\xA9\xB6b";
        let kept_of: Vec<usize> = (0..=6).map(|most| kept(sjis, Encoding::Ms932, most)).collect();
        assert_eq!(kept_of, [0, 1, 1, 3, 4, 5, 5]);
    }
}
