//! Keeps what files are named and hold from acting on a terminal or turning text around.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with control characters as pictures, and what would act invisibly as U+FFFD.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|c| match c {
                '\0'..='\x1F' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{FFFD}'),
                '\x7F' => '\u{2421}',
                c if acts(c) => '\u{FFFD}',
                c => c,
            })
            .collect(),
    )
}

/// JSON with such characters escaped. They can stand in strings only, where an escape says the same.
pub(crate) fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !acts(c) {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

/// Whether a character does something else than stand there: controls, line and paragraph
/// separators, direction marks, zero-width characters, tags.
pub(crate) fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_line_breaks_and_direction_marks_lose_their_effect() {
        assert_eq!(safe("a\x1B[31mb\r\n\u{7F}"), "a␛[31mb␍␊␡");
        assert_eq!(safe("a\u{9B}31m\u{202E}b"), "a\u{FFFD}31m\u{FFFD}b");
        assert_eq!(safe("髙﨑 が①.CSV"), "髙﨑 が①.CSV");
    }

    #[test]
    fn json_keeps_what_it_escapes() {
        let json = serde_json::to_string(&"a\u{9B}\u{202E}\u{E0041}\n").unwrap();
        let escaped = escape_json(&json);
        assert_eq!(escaped, r#""a\u009b\u202e\udb40\udc41\n""#);
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), "a\u{9B}\u{202E}\u{E0041}\n");
    }
}
