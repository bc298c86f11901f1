//! What values look like. Knows pictures of them; judges nothing.

/// Whether a value has the form of a picture, where `9` stands for any digit and every other
/// character for itself.
pub(crate) fn fits(text: &[u8], picture: &str) -> bool {
    text.len() == picture.len()
        && text.iter().zip(picture.bytes()).all(|(byte, shape)| match shape {
            b'9' => byte.is_ascii_digit(),
            _ => *byte == shape,
        })
}

/// Whether there is nothing but digits.
pub(crate) fn digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nine_stands_for_any_digit_and_the_rest_for_itself() {
        assert!(fits(b"123-0567", "999-9999"));
        assert!(fits(b"H012345678", "H999999999"));
        for text in [&b"1230567"[..], b"123-056", b"123-05678", b"123_0567", b"12a-0567", b""] {
            assert!(!fits(text, "999-9999"), "{text:?}");
        }
    }
}
