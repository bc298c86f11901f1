//! Digests of certificates, as people compare them. Knows digits; trusts nothing.

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

/// The digests of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// SHA-1 (拇印), in lower-case hexadecimal.
    pub sha1: String,
    /// SHA-256, in lower-case hexadecimal.
    pub sha256: String,
}

impl Fingerprint {
    /// Those of a certificate in DER.
    pub fn of(der: &[u8]) -> Fingerprint {
        Fingerprint { sha1: hex(&Sha1::digest(der)), sha256: hex(&Sha256::digest(der)) }
    }

    /// SHA-1 as Windows shows it in the warning before the first root of an authority is installed:
    /// groups of eight, upper case. This is what the real procedure has compared by hand.
    pub fn windows_warning(&self) -> String {
        grouped(&self.sha1)
    }

    /// SHA-256, grouped in the same way.
    pub fn sha256_grouped(&self) -> String {
        grouped(&self.sha256)
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0xF));
    }
    text
}

fn grouped(hex: &str) -> String {
    hex.as_bytes()
        .chunks(8)
        .map(|group| String::from_utf8_lossy(group).to_ascii_uppercase())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_grouped_as_windows_warns() {
        let fingerprint = Fingerprint::of(b"abc");
        assert_eq!(fingerprint.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(fingerprint.windows_warning(), "A9993E36 4706816A BA3E2571 7850C26C 9CD0D89D");
        assert_eq!(
            fingerprint.sha256_grouped(),
            "BA7816BF 8F01CFEA 414140DE 5DAE2223 B00361A3 96177A9C B410FF61 F20015AD"
        );
    }
}
