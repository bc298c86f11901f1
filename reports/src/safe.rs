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

/// A line of a log that commands nothing: runners of GitHub and Azure act on lines that begin with `::`
/// and on `##[name` and `##vso[name` anywhere in a line.
pub(crate) fn log_line(line: &str) -> Cow<'_, str> {
    let begins = line.trim_start().starts_with("::");
    if !begins && !line.contains("##") {
        return Cow::Borrowed(line);
    }
    let mut inert = if begins { line.replacen("::", "：：", 1) } else { line.to_owned() };
    inert = inert.replace("##vso[", "##vso［");
    // Masked digits before a bracket are no command: those begin with a letter.
    let commands = |text: &str| text.match_indices("##[").map(|(at, _)| at).collect::<Vec<_>>();
    for at in commands(&inert).into_iter().rev() {
        if inert[at + 3..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            inert.replace_range(at..at + 3, "##［");
        }
    }
    Cow::Owned(inert)
}

/// JSON with such characters escaped. They can stand in strings only, where an escape says the same.
pub(crate) fn escape_json(json: &str) -> Cow<'_, str> {
    if !json.chars().any(|c| c != '\n' && acts(c)) {
        return Cow::Borrowed(json);
    }
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
    Cow::Owned(escaped)
}

/// Whether a character does something else than stand there: controls, line and paragraph
/// separators, direction marks, zero-width characters, tags. Or whether it is none: XML takes no U+FFFE.
pub(crate) fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_line_breaks_and_direction_marks_lose_their_effect() {
        assert_eq!(safe("a\x1B[31mb\r\n\u{7F}"), "a␛[31mb␍␊␡");
        assert_eq!(safe("a\u{9B}31m\u{202E}b"), "a\u{FFFD}31m\u{FFFD}b");
        assert_eq!(safe("a\u{FFFE}\u{FFFF}b"), "a\u{FFFD}\u{FFFD}b");
        assert_eq!(safe("髙﨑 が①.CSV"), "髙﨑 が①.CSV");
    }

    #[test]
    fn a_line_of_a_log_commands_nothing() {
        assert_eq!(log_line("::error::x"), "：：error::x");
        assert_eq!(log_line("  ::add-mask::x"), "  ：：add-mask::x");
        assert_eq!(log_line("a ##[error]x ##vso[task.setvariable]y"), "a ##［error]x ##vso［task.setvariable]y");
        assert_eq!(log_line("a::b ##[##]"), "a::b ##[##]");
    }

    #[test]
    fn json_keeps_what_it_escapes() {
        let json = serde_json::to_string(&"a\u{9B}\u{202E}\u{E0041}\n").unwrap();
        let escaped = escape_json(&json);
        assert_eq!(escaped, r#""a\u009b\u202e\udb40\udc41\n""#);
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), "a\u{9B}\u{202E}\u{E0041}\n");
    }
}
