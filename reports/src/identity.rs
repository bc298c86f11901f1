//! Names rows by a keyed hash, so that a row can be recognised and nobody can be. Knows what is hashed;
//! knows neither where keys are kept nor how they are made.
//!
//! A bare hash would not do: an insured person's number has ten digits, and whoever tries them all finds
//! the one that was hashed. With a key of 32 random bytes nothing can be tried.

use hmac::{Hmac, KeyInit, Mac};
use renkei_validator::finding::RowKey;
use sha2::Sha256;

/// How many bytes of a hash are kept: rows of one file never meet by chance.
const KEPT: usize = 16;

/// The key that rows are hashed with: 32 random bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Key {
        Key(bytes)
    }

    /// Reads 64 hexadecimal digits; white space around them is no part of them.
    pub fn parse(text: &str) -> Option<Key> {
        let text = text.trim();
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
        }
        Some(Key(bytes))
    }

    /// The key as it is kept.
    pub fn text(&self) -> String {
        hexadecimal(&self.0)
    }

    /// Tells which key it is without giving it away: 16 hexadecimal digits.
    pub fn id(&self) -> String {
        self.hash(b"renkei-key/1", &[])[..16].to_owned()
    }

    /// The name of a row: 32 hexadecimal digits.
    pub fn row(&self, row: &RowKey) -> String {
        self.hash(b"renkei-row/1", row.bytes())
    }

    fn hash(&self, what: &[u8], bytes: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(what);
        mac.update(bytes);
        hexadecimal(&mac.finalize().into_bytes()[..KEPT])
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.id())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits_and_nothing_else() {
        let text = "00112233445566778899aabbccddeeff".repeat(2);
        assert_eq!(Key::parse(&format!(" {}\r\n", text.to_uppercase())).unwrap().text(), text);
        for wrong in ["", &text[1..], &format!("{text}0"), &text.replace('a', "g"), &text.replace("aa", "あ")] {
            assert_eq!(Key::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_key_is_shown_by_its_id_only() {
        // printf 'renkei-key/1' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…07
        let key = Key::new([7; 32]);
        assert_eq!(format!("{key:?}"), "Key(4b8ebc62ead4e2ed)");
    }
}
