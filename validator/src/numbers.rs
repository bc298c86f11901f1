//! Numbers of offices and insurers, and their check digits. Knows the algorithms; judges nothing.
//!
//! Source: 総合事業における事業所番号の考え方 (n1); the insurer's digit is the same algorithm, found on
//! published masters. Published numbers that do not fit exist, so a wrong digit is worth a hint only.

use crate::form::fits;

/// How an office number is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficeNumber {
    /// Ten digits, or a letter in the third place (not I, O, Q).
    Sound,
    /// Ten letters and digits, with a letter (not I, O, Q) where none belongs.
    LetterMisplaced,
    /// Anything else.
    Malformed,
}

/// Judges the form of an office number.
pub fn office_number(text: &[u8]) -> OfficeNumber {
    if text.len() != 10 || !text.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return OfficeNumber::Malformed;
    }
    // These three are used in no place: they look like 1 and 0.
    if text.iter().any(|b| matches!(b, b'I' | b'O' | b'Q')) {
        return OfficeNumber::Malformed;
    }
    let misplaced = text.iter().enumerate().any(|(i, b)| i != 2 && b.is_ascii_uppercase());
    if misplaced { OfficeNumber::LetterMisplaced } else { OfficeNumber::Sound }
}

/// Whether a text has the form of a 被保険者番号: ten digits, or H and nine for 生活保護 only.
pub fn insured_number(text: &[u8]) -> bool {
    fits(text, "9999999999") || fits(text, "H999999999")
}

/// Whether the last character of a number is its check digit (modulus 10, weights 2 and 1 from the
/// right, digits of two-digit products added; letters count from A = 10, without I, O and Q).
/// `None` where a character has no value.
pub fn has_check_digit(text: &[u8]) -> Option<bool> {
    let (last, body) = text.split_last()?;
    if !last.is_ascii_digit() {
        return None;
    }
    Some(check_digit(body)? == last - b'0')
}

/// The check digit of a number without it, 0 to 9.
pub fn check_digit(body: &[u8]) -> Option<u8> {
    let mut sum = 0;
    for (i, byte) in body.iter().rev().enumerate() {
        let product = value(*byte)? * if i % 2 == 0 { 2 } else { 1 };
        sum += product / 10 + product % 10;
    }
    Some(((10 - sum % 10) % 10) as u8)
}

fn value(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'I' | b'O' | b'Q' => None,
        b'A'..=b'Z' => {
            let skipped = b"IOQ".iter().filter(|&&letter| letter < byte).count() as u32;
            Some(u32::from(byte - b'A') + 10 - skipped)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_fit() {
        for number in ["2794900205", "2875104529", "2815102534", "3450219724", "2873010983", "1370100016", "13A0100019"]
        {
            assert_eq!(has_check_digit(number.as_bytes()), Some(true), "{number}");
        }
        for insurer in ["435073", "294538"] {
            assert_eq!(has_check_digit(insurer.as_bytes()), Some(true), "{insurer}");
        }
    }

    #[test]
    fn samples_of_the_standard_do_not_fit() {
        for number in ["0300000100", "0300000005", "0899999991", "2468135790"] {
            assert_eq!(has_check_digit(number.as_bytes()), Some(false), "{number}");
        }
    }

    #[test]
    fn letters_count_on_from_ten_without_those_that_look_like_digits() {
        for (letter, expected) in b"ABCDEFGHJKLMNPRSTUVWXYZ".iter().zip(10..) {
            assert_eq!(value(*letter), Some(expected), "{}", char::from(*letter));
        }
        assert_eq!([b'I', b'O', b'Q', b'a', b'-', b':', b'@', b'['].map(value), [None; 8]);
    }

    #[test]
    fn a_letter_belongs_in_the_third_place() {
        assert_eq!(office_number(b"13A0100019"), OfficeNumber::Sound);
        assert_eq!(office_number(b"A370100016"), OfficeNumber::LetterMisplaced);
        assert_eq!(office_number(b"13I0100019"), OfficeNumber::Malformed);
        assert_eq!(office_number(b"13a0100019"), OfficeNumber::Malformed);
        assert_eq!(office_number(b"137010001"), OfficeNumber::Malformed);
    }
}
