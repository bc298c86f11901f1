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

/// Whether all bytes can stand in an item without quotes: the printable ones of ASCII, but for the
/// comma and the quote. Items of this form are short, so that they are looked at eight bytes at a
/// time, of which some may be seen twice.
#[inline]
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (chunks, _) = bytes.as_chunks();
        let plain = chunks.iter().skip(1).all(|chunk| is_plain_word(u64::from_ne_bytes(*chunk)));
        return plain & is_plain_word(u64::from_ne_bytes(*first)) & is_plain_word(u64::from_ne_bytes(*last));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u32::from_ne_bytes(*first), u32::from_ne_bytes(*last));
        return is_plain_word(u64::from(first) << 32 | u64::from(last));
    }
    bytes.iter().all(|byte| is_plain_word(u64::from(*byte) * ONES))
}

const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);

/// [`is_plain`] of eight bytes. The top bit of each says what is true of it; as it is set before
/// anything is taken away, no byte borrows from the next.
#[inline]
fn is_plain_word(word: u64) -> bool {
    let other_than = |byte: u8| ((word ^ (u64::from(byte) * ONES)) | TOPS) - ONES;
    let from_space = (word | TOPS) - ONES * 0x20;
    // A byte of 7F becomes 80. Where one of FF would carry, its own top bit refuses it.
    let over = word | word.wrapping_add(ONES);
    from_space & other_than(b',') & other_than(b'"') & !over & TOPS == TOPS
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
    fn plain_bytes_are_those_that_need_no_quotes_wherever_they_stand() {
        let mut refused = 0;
        for byte in 0..=0xFF_u8 {
            let wanted = (0x20..=0x7E).contains(&byte) && byte != b',' && byte != b'"';
            for length in 1..=35 {
                for at in 0..length {
                    let mut bytes = vec![b'0'; length];
                    bytes[at] = byte;
                    assert_eq!(is_plain(&bytes), wanted, "{byte:02X} at {at} of {length}");
                }
            }
            refused += usize::from(!wanted);
        }
        assert_eq!(refused, 163);
        assert!(is_plain(b""));
    }

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
