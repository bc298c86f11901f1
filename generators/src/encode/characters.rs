//! The bytes of characters, looked up: encoding_rs searches for each kanji. Knows which characters can
//! be written without a second reading; knows no item.

use std::sync::LazyLock;

use encoding_rs::SHIFT_JIS;
use renkei_validator::ms932::odd_characters;

/// The bytes of each character of the basic plane: one, or two as a number; 0 where it cannot be
/// written. What encoding_rs writes for it, and nothing else, stands here.
static CODES: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut codes = vec![0; 0x1_0000];
    // All that can be read; most characters of the plane cannot be written at all.
    let leads = (0x81..=0x9F).chain(0xE0..=0xFC);
    let pairs = leads.flat_map(|lead: u8| (0x40..=0xFC).map(move |trail: u8| vec![lead, trail]));
    for bytes in (0..=0xFF).map(|byte| vec![byte]).chain(pairs) {
        let Some(text) = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes) else { continue };
        let mut characters = text.chars();
        let (Some(character), None) = (characters.next(), characters.next()) else { continue };
        let (encoded, _, unmappable) = SHIFT_JIS.encode(&text);
        if !unmappable && odd_characters(&encoded).is_empty() {
            let code = encoded.iter().fold(0, |code, byte| code << 8 | u16::from(*byte));
            if let Some(slot) = codes.get_mut(character as usize) {
                *slot = code;
            }
        }
    }
    codes
});

/// Whether a text could be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    Whole,
    /// Some character is outside MS932 or of two readings.
    Refused,
}

/// Writes a text in quotes, with its quotes doubled.
pub(super) fn put_quoted(out: &mut Vec<u8>, text: &str) -> Put {
    let codes: &[u16] = &CODES;
    // A character of two bytes has two or three in UTF-8; quotes are doubled.
    out.reserve(text.len() + 2);
    out.push(b'"');
    for character in text.chars() {
        match codes.get(character as usize) {
            Some(0) | None => return Put::Refused,
            Some(code @ 0x100..) => out.extend_from_slice(&code.to_be_bytes()),
            Some(code) => {
                let byte = *code as u8;
                out.push(byte);
                // 22 is never a trail byte.
                if byte == b'"' {
                    out.push(byte);
                }
            }
        }
    }
    out.push(b'"');
    Put::Whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_the_bytes_that_encoding_rs_writes_or_none() {
        let mut written = 0;
        for character in (1..=0xFFFF).filter_map(char::from_u32) {
            let text = character.to_string();
            let (encoded, _, unmappable) = SHIFT_JIS.encode(&text);
            // The encoder folds these into 5C, 7E and 81 7C, which mean something else.
            let folded = ['\u{A5}', '\u{203E}', '\u{2212}'].contains(&character);
            let refused = folded || unmappable || !odd_characters(&encoded).is_empty();
            let mut out = Vec::new();
            let put = put_quoted(&mut out, &text);
            assert_eq!(put == Put::Refused, refused, "{character:?}");
            if !refused {
                let inner = if character == '"' { b"\"\"".to_vec() } else { encoded.into_owned() };
                assert_eq!(out, [&b"\""[..], &inner, b"\""].concat(), "{character:?}");
                written += 1;
            }
        }
        // ASCII, line ends, half-width kana, and the two-byte characters of one reading.
        assert!(written > 7_000, "{written}");
        assert_eq!(put_quoted(&mut Vec::new(), "\u{1F600}"), Put::Refused);
    }
}
