//! The class table of MS932, held to an independent decoder over every sequence of one and two bytes.
//!
//! The oracle is `encoding_rs`, which implements the Shift_JIS of the WHATWG Encoding Standard. Where
//! that encoding is by design another one, the difference is spelled out here.

use encoding_rs::SHIFT_JIS;
use renkei_validator::decode::{Text, decode};
use renkei_validator::ms932::{AMBIGUOUS, Class, characters, classify};

/// What the oracle reads in exactly these bytes: `None` where it finds an error.
fn oracle(bytes: &[u8]) -> Option<String> {
    SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
}

/// Both byte 80 as U+0080 and the user-defined cells as private use are WHATWG's, not Microsoft's
/// characters: what the receiver sees is not known.
fn means_a_character(text: &str) -> bool {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some('\u{80}' | '\u{E000}'..='\u{F8FF}'), None) => false,
        (Some(_), None) => true,
        _ => false,
    }
}

fn pairs() -> impl Iterator<Item = [u8; 2]> {
    (0..=0xFFFF_u16).map(u16::to_be_bytes)
}

fn count<const N: usize>(sequences: impl Iterator<Item = [u8; N]>, wanted: Class) -> usize {
    sequences.filter(|bytes| classify(bytes).is_some_and(|(class, _)| class == wanted)).count()
}

#[test]
fn nothing_is_of_no_class() {
    assert_eq!(classify(b""), None);
}

#[test]
fn every_single_byte_is_what_the_oracle_says() {
    for byte in 0..=0xFF_u8 {
        let read = oracle(&[byte]);
        let (class, length) = classify(&[byte]).unwrap();
        assert_eq!(length, 1, "{byte:02X}");
        match class {
            Class::Ascii | Class::Control => {
                assert!(byte.is_ascii(), "{byte:02X}");
                assert_eq!(class == Class::Control, byte.is_ascii_control(), "{byte:02X}");
                assert_eq!(read, Some(char::from(byte).to_string()), "{byte:02X}");
            }
            Class::HalfKana => {
                let kana = char::from_u32(0xFF61 + u32::from(byte) - 0xA1).unwrap();
                assert_eq!(read, Some(kana.to_string()), "{byte:02X}");
            }
            // The one difference: WHATWG maps 80 to U+0080, Microsoft maps it to nothing that is shown.
            Class::UndefinedByte if byte == 0x80 => assert_eq!(read, Some("\u{80}".to_owned())),
            Class::UndefinedByte => {
                assert!(matches!(byte, 0xA0 | 0xFD | 0xFE | 0xFF), "{byte:02X}");
                assert_eq!(read, None, "{byte:02X}");
            }
            Class::LeadAlone => {
                assert!(matches!(byte, 0x81..=0x9F | 0xE0..=0xFC), "{byte:02X}");
                assert_eq!(read, None, "{byte:02X}");
            }
            Class::Mapped | Class::UserDefined | Class::Unmapped | Class::BadTrail => {
                panic!("{byte:02X} alone is {class:?}")
            }
        }
    }
}

#[test]
fn every_pair_of_bytes_is_what_the_oracle_says() {
    for bytes in pairs() {
        let read = oracle(&bytes);
        let (class, length) = classify(&bytes).unwrap();
        let [first, second] = bytes;
        let name = format!("{first:02X}{second:02X}");
        match class {
            Class::Ascii | Class::Control | Class::HalfKana | Class::UndefinedByte => {
                assert_eq!(Some((class, length)), classify(&[first]), "{name}: a single byte does not look ahead");
                assert_eq!(length, 1, "{name}");
            }
            Class::Mapped => {
                assert_eq!(length, 2, "{name}");
                assert!(read.as_deref().is_some_and(means_a_character), "{name}: {read:?}");
            }
            // The other difference: WHATWG maps F040 to F9FC to private use, in order of their cells.
            Class::UserDefined => {
                assert_eq!(length, 2, "{name}");
                let trail = u32::from(second) - if second < 0x7F { 0x40 } else { 0x41 };
                let private = char::from_u32(0xE000 + 188 * (u32::from(first) - 0xF0) + trail).unwrap();
                assert_eq!(read, Some(private.to_string()), "{name}");
            }
            Class::Unmapped => {
                assert_eq!(length, 2, "{name}");
                assert!(matches!(second, 0x40..=0x7E | 0x80..=0xFC), "{name}");
                assert_eq!(read, None, "{name}");
            }
            Class::BadTrail => {
                assert_eq!(length, 2, "{name}");
                assert!(!matches!(second, 0x40..=0x7E | 0x80..=0xFC), "{name}");
                assert_eq!(read, None, "{name}");
            }
            Class::LeadAlone => {
                assert_eq!(length, 1, "{name}: the second byte belongs to the file");
                assert!(matches!(second, b',' | b'"' | b'\r' | b'\n'), "{name}");
                assert_eq!(read, None, "{name}");
            }
        }
    }
}

#[test]
fn a_cell_decodes_exactly_where_the_oracle_reads_characters() {
    for bytes in pairs() {
        let sound = characters(&bytes).all(|(range, class)| match class {
            Class::Ascii | Class::Control | Class::HalfKana | Class::Mapped => true,
            Class::UndefinedByte | Class::UserDefined | Class::Unmapped | Class::LeadAlone | Class::BadTrail => {
                assert!(oracle(&bytes[range]).is_none_or(|text| !means_a_character(&text)), "{bytes:02X?}");
                false
            }
        });
        match decode(&bytes) {
            Text::Clean(text) => {
                assert!(sound, "{bytes:02X?}");
                assert_eq!(Some(text.into_owned()), oracle(&bytes), "{bytes:02X?}");
            }
            Text::Undecodable { .. } => assert!(!sound, "{bytes:02X?}"),
        }
    }
}

#[test]
fn the_classes_of_single_bytes_have_these_sizes() {
    let bytes = || (0..=0xFF_u8).map(|byte| [byte]);
    assert_eq!(count(bytes(), Class::Ascii), 95);
    assert_eq!(count(bytes(), Class::Control), 33);
    assert_eq!(count(bytes(), Class::HalfKana), 63);
    assert_eq!(count(bytes(), Class::UndefinedByte), 5);
    // 31 of 81–9F and 29 of E0–FC.
    assert_eq!(count(bytes(), Class::LeadAlone), 60);
    assert_eq!(95 + 33 + 63 + 5 + 60, 256);
}

#[test]
fn the_classes_of_pairs_have_these_sizes() {
    // 256 second bytes behind each single byte.
    assert_eq!(count(pairs(), Class::Ascii), 24_320);
    assert_eq!(count(pairs(), Class::Control), 8_448);
    assert_eq!(count(pairs(), Class::HalfKana), 16_128);
    assert_eq!(count(pairs(), Class::UndefinedByte), 1_280);
    // 60 lead bytes with 188 trail bytes each: 120 rows of 94 cells.
    assert_eq!(count(pairs(), Class::Mapped), 7_724);
    assert_eq!(count(pairs(), Class::Unmapped), 1_676);
    assert_eq!(count(pairs(), Class::UserDefined), 1_880);
    assert_eq!(7_724 + 1_676 + 1_880, 120 * 94);
    // The other 68 bytes behind a lead byte, four of which belong to the file.
    assert_eq!(count(pairs(), Class::LeadAlone), 240);
    assert_eq!(count(pairs(), Class::BadTrail), 3_840);
    assert_eq!(24_320 + 8_448 + 16_128 + 1_280 + 120 * 94 + 240 + 3_840, 65_536);
}

#[test]
fn the_sets_that_make_up_ms932_have_their_known_sizes() {
    let led_by = |leads: &[std::ops::RangeInclusive<u8>]| {
        count(pairs().filter(|[lead, _]| leads.iter().any(|range| range.contains(lead))), Class::Mapped)
    };
    // JIS X 0208: 524 signs and letters, 2,965 and 3,390 kanji.
    assert_eq!(led_by(&[0x81..=0x84]), 524);
    assert_eq!(led_by(&[0x88..=0x9F, 0xE0..=0xEA]), 2_965 + 3_390);
    // Row 13 of NEC, NEC's selection of IBM's extensions, IBM's extensions.
    assert_eq!(led_by(&[0x87..=0x87]), 83);
    assert_eq!(led_by(&[0xED..=0xEE]), 374);
    assert_eq!(led_by(&[0xFA..=0xFC]), 388);
    assert_eq!(led_by(&[0x85..=0x86, 0xEB..=0xEC, 0xEF..=0xF9]), 0);
    assert_eq!(524 + 2_965 + 3_390 + 83 + 374 + 388, 7_724);
}

#[test]
fn the_ambiguous_pairs_are_mapped_and_the_oracle_reads_them_as_microsoft_does() {
    assert_eq!(AMBIGUOUS.len(), 7);
    for (bytes, here, there) in AMBIGUOUS {
        assert_eq!(classify(bytes), Some((Class::Mapped, 2)), "{here}");
        let character = oracle(bytes).unwrap().chars().next().unwrap();
        assert_eq!(*here, format!("U+{:04X} {character}", u32::from(character)));
        assert_ne!(here, there);
    }
}
