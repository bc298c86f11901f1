//! Names that a server says files have, made safe to write. Knows what no name may be on any system;
//! knows no folder.

use super::disk::hex_of;

/// The most bytes of a name: short of what file systems take, so that a number fits behind it.
const LONGEST: usize = 200;

/// A name under which a file may be written in a folder: one part, not hidden, and no device on
/// Windows. A name that is so already stays as it is.
pub(crate) fn safe(name: &str) -> String {
    let mut safe: String = name.chars().map(|c| if is_unfit(c) { '_' } else { c }).collect();
    // Windows drops these, so that two names would be one.
    while safe.ends_with(['.', ' ']) {
        safe.pop();
        safe.push('_');
    }
    // Hidden names are ours (`.renkei`), and `..` is a way out.
    if safe.starts_with(['.', ' ', '~']) {
        safe.replace_range(..1, "_");
    }
    if safe.is_empty() || is_device(&safe) {
        safe.insert(0, '_');
    }
    if safe.len() > LONGEST { shortened(&safe, name) } else { safe }
}

/// A name with a number before its ending, for the second file of one name.
pub(crate) fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem} ({number}).{ending}"),
        None => format!("{name} ({number})"),
    }
}

fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        // Marks that make a name look like another.
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Whether Windows takes the name for a device, whatever its ending is.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ => ["COM", "LPT"].iter().any(|port| {
            stem.strip_prefix(port).is_some_and(|rest| {
                let mut rest = rest.chars();
                matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
            })
        }),
    }
}

/// The start and the ending of a long name, with a digest of all of it between them.
fn shortened(safe: &str, name: &str) -> String {
    let digest = &hex_of(name.as_bytes())[..16];
    let ending = match safe.rsplit_once('.') {
        Some((_, ending)) if ending.len() <= 16 => format!(".{ending}"),
        Some(_) | None => String::new(),
    };
    let mut room = LONGEST - ending.len() - digest.len() - 1;
    while !safe.is_char_boundary(room) {
        room -= 1;
    }
    format!("{}-{digest}{ending}", &safe[..room])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_standard_and_japanese_ones_stay() {
        for name in ["UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV", "請求書（10月）.pdf", "a b.txt"]
        {
            assert_eq!(safe(name), name);
        }
    }

    #[test]
    fn no_name_leads_out_of_a_folder() {
        for (name, expected) in [
            ("../x", "_._x"),
            ("..", "__"),
            (".", "_"),
            ("", "_"),
            ("/etc/passwd", "_etc_passwd"),
            ("C:\\x.csv", "C__x.csv"),
            ("a/../../b", "a_.._.._b"),
            (".renkei", "_renkei"),
            ("x\0.csv", "x_.csv"),
            ("x\u{202E}vsc.exe", "x_vsc.exe"),
            ("x\u{1B}[2J", "x_[2J"),
            ("x.csv:stream", "x.csv_stream"),
            ("x. ", "x._"),
            ("~x", "_x"),
        ] {
            assert_eq!(safe(name), expected, "{name:?}");
        }
    }

    #[test]
    fn no_name_is_a_device() {
        for (name, expected) in [
            ("CON", "_CON"),
            ("con.csv", "_con.csv"),
            ("NUL.tar.gz", "_NUL.tar.gz"),
            ("COM1.txt", "_COM1.txt"),
            ("lpt9", "_lpt9"),
            ("COM10.txt", "COM10.txt"),
            ("CONSOLE.txt", "CONSOLE.txt"),
        ] {
            assert_eq!(safe(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending_and_stays_its_own() {
        let long = |c: char| format!("{}{c}.pdf", "長".repeat(300));
        let (one, other) = (safe(&long('a')), safe(&long('b')));
        assert!(one.len() <= LONGEST && one.ends_with(".pdf") && one.starts_with("長長"), "{one}");
        assert_ne!(one, other);
        assert!(safe(&format!("x.{}", "y".repeat(500))).len() <= LONGEST);
    }

    #[test]
    fn a_number_stands_before_the_ending() {
        assert_eq!(numbered("a.b.csv", 2), "a.b (2).csv");
        assert_eq!(numbered("a", 3), "a (3)");
    }
}
