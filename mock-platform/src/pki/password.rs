//! Passwords for issuing (証明書発行用パスワード), which protect p12 files. Knows the rules; keeps none.
//!
//! That passwords of 電子請求 are 8 to 16 letters and digits, both of them, is published; that this
//! password follows the same rule is an assumption.

use super::PkiError;

/// Letters and digits that are not taken for each other.
const CLEAR: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/// What a password lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Fewer than 8 or more than 16 characters.
    Length,
    /// Something that is neither a letter nor a digit of ASCII.
    Character,
    /// No letter.
    NoLetter,
    /// No digit.
    NoDigit,
}

/// Judges a password by the rules.
pub fn check(password: &str) -> Result<(), Flaw> {
    if !password.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Flaw::Character);
    }
    if !(8..=16).contains(&password.len()) {
        return Err(Flaw::Length);
    }
    if !password.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Err(Flaw::NoLetter);
    }
    if !password.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(Flaw::NoDigit);
    }
    Ok(())
}

/// Makes a password of twelve characters that follows the rules and has letters of both cases, so that
/// it can be told from itself in the wrong case.
pub fn generate() -> Result<String, PkiError> {
    loop {
        let mut bytes = [0; 12];
        getrandom::fill(&mut bytes).map_err(|error| PkiError::Random(error.to_string()))?;
        let password: String = bytes.iter().map(|byte| char::from(CLEAR[usize::from(*byte) % CLEAR.len()])).collect();
        let both_cases = password.bytes().any(|byte| byte.is_ascii_lowercase())
            && password.bytes().any(|byte| byte.is_ascii_uppercase());
        if both_cases && check(&password).is_ok() {
            return Ok(password);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_8_to_16_letters_and_digits() {
        for (password, judged) in [
            ("Abcdefg1", Ok(())),
            ("Abcdefghijklmno1", Ok(())),
            ("Abcdef1", Err(Flaw::Length)),
            ("Abcdefghijklmnop1", Err(Flaw::Length)),
            ("Abcdefgh", Err(Flaw::NoDigit)),
            ("12345678", Err(Flaw::NoLetter)),
            ("Abcdef-1", Err(Flaw::Character)),
            ("Ａbcdefg1", Err(Flaw::Character)),
            ("", Err(Flaw::Length)),
        ] {
            assert_eq!(check(password), judged, "{password}");
        }
    }

    #[test]
    fn generated_passwords_follow_the_rules_and_differ() {
        let made: Vec<String> = (0..50).map(|_| generate().unwrap()).collect();
        assert_eq!(made.iter().filter(|password| check(password) == Ok(())).count(), 50);
        assert!(made.iter().any(|password| *password != made[0]));
    }
}
