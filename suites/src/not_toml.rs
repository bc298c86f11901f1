//! What is wrong with a text that is no TOML. Knows the slip of those who write paths of Windows; reads no key.

use renkei_validator::text::Message;

/// Why a text cannot be read.
pub(crate) fn why(text: &str, error: &toml::de::Error) -> Message {
    let why = error.message().replace('\n', ", ");
    let (mut ja, mut en) = (format!("TOMLとして読み取れません: {why}"), format!("not readable as TOML: {why}"));
    if error.span().is_some_and(|span| is_after_backslash(text, span.start)) {
        ja.push_str("（パスの「\\」は「\\\\」と重ねるか、値を \"…\" ではなく '…' で囲みます）");
        en.push_str(" (in a path, write \\\\ for \\, or put the value between '…' instead of \"…\")");
    }
    Message::pair(ja, en)
}

/// Whether a `\` begins what is wrong at a place: there, or a few digits before it.
fn is_after_backslash(text: &str, at: usize) -> bool {
    let line = text.get(..at).map_or("", |before| before.rsplit('\n').next().unwrap_or(before));
    let begun = line.trim_end_matches(|c: char| c.is_ascii_hexdigit()).trim_end_matches(['u', 'U', 'x']);
    text.get(at..).is_some_and(|rest| rest.starts_with('\\')) || begun.ends_with('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn en(text: &str) -> String {
        why(text, &toml::de::DeTable::parse(text).unwrap_err()).en
    }

    #[test]
    fn a_path_of_windows_in_double_quotes_gets_advice() {
        for text in [
            "a = 1\r\nca = \"C:\\証明書\\a.pem\"\r\n",
            "ca = \"C:\\Users\\a.pem\"",
            "ca = \"C:\\data\\a.pem\"",
            "ca = \"C:\\a\\udon\"",
            "ca = \"C:\\a\\xyz\"",
            "ca = \"\\\\server\\share\"",
        ] {
            let en = en(text);
            assert!(
                en.ends_with("(in a path, write \\\\ for \\, or put the value between '…' instead of \"…\")"),
                "{text}: {en}"
            );
        }
    }

    #[test]
    fn what_has_nothing_to_do_with_paths_gets_none() {
        for text in ["a = ", "a = 1\na = 2\n", "ca = \"abc", "[a", "ca = 'C:\\a' x"] {
            let en = en(text);
            assert!(en.starts_with("not readable as TOML: ") && !en.contains("path"), "{text}: {en}");
        }
    }
}
