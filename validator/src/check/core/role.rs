//! Tells what a record is by its looks, before any table is looked at. Judges nothing.

use crate::rule::Role;
use crate::scan::{LineEnd, Quoting, Record};

/// What people and spreadsheets put between items instead of a comma; the last is ，.
const SEPARATORS: [&[u8]; 3] = [b"\t", b";", b"\x81\x43"];

/// What a record is. `begun` says that there was more before it than blank lines and headings.
pub(super) fn role(record: &Record<'_>, begun: bool) -> Role {
    let filled = || record.cells.iter().filter(|cell| !cell.is_sound() || !cell.content().is_empty());
    if filled().next().is_none() {
        return Role::Blank;
    }
    if record.end == LineEnd::Eof && record.bytes.iter().all(|byte| matches!(byte, 0x00 | 0x1A)) {
        return Role::EndMark;
    }
    if begun {
        return Role::Data;
    }
    if let Some((at, length)) = other_separator(record) {
        return Role::OtherSeparator { at, length };
    }
    let headings = record.cells.len() >= 2 && filled().all(|cell| may_be_heading(record.content(cell)));
    if headings { Role::Header } else { Role::Data }
}

/// Where something else than a comma divides the record first, and how long that is.
fn other_separator(record: &Record<'_>) -> Option<(usize, usize)> {
    // A list that was put together with a space behind each comma.
    if let [first, rest @ ..] = record.cells
        && rest.len() >= 3
        && rest.iter().all(|cell| record.bytes[cell.span()].starts_with(b" "))
    {
        return Some((first.span().end, 2));
    }
    // Quotes of texts further on in the row look misplaced here.
    if !matches!(record.cells, [cell] if cell.quoting != Quoting::Unclosed) {
        return None;
    }
    SEPARATORS.into_iter().find_map(|separator| {
        let mut seen = memchr::memmem::find_iter(record.bytes, separator);
        let at = seen.next()?;
        (seen.count() >= 2).then_some((at, separator.len()))
    })
}

/// Headings are words. Those without a Japanese one may hold a short number, and no date, code or number of a
/// person.
fn may_be_heading(content: &[u8]) -> bool {
    let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if content.is_ascii() { !is_number(content) && !content.windows(4).any(is_number) } else { true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Piece, scan};

    /// What the first record is, where nothing or something came before it.
    fn roles(line: &[u8]) -> [Role; 2] {
        let mut found = None;
        scan(line, &mut |piece| {
            if let Piece::Record(record) = piece {
                found.get_or_insert([role(&record, false), role(&record, true)]);
            }
        });
        found.expect("there is a record")
    }

    #[test]
    fn a_record_is_told_by_its_looks() {
        const DATA: [Role; 2] = [Role::Data, Role::Data];
        const HEADINGS: [Role; 2] = [Role::Header, Role::Data];
        let divided = |at, length| [Role::OtherSeparator { at, length }, Role::Data];
        for (line, expected) in [
            (&b"202407,991018,A"[..], DATA),
            (b"A", DATA),
            (b"version,insurer", HEADINGS),
            (b"\"No.1\",,\"No.2\"", HEADINGS),
            (b"title,,,", HEADINGS),
            ("出力日 2026/10/05,,".as_bytes(), HEADINGS),
            (b"2026/10/05,,", DATA),
            // Data whose every value is spoilt is still data.
            (b"202407 ,991018 ,A", DATA),
            (b"'202407','991018','A'", DATA),
            (b"\r\n", [Role::Blank; 2]),
            (b",,,,", [Role::Blank; 2]),
            (b"\"\",,,", [Role::Blank; 2]),
            (b"\"", DATA),
            (b"\x1A", [Role::EndMark; 2]),
            (b"\x1A\x1A\0\0", [Role::EndMark; 2]),
            (b"\x1A\r\n", DATA),
            (b"202407;1;2;3", divided(6, 1)),
            (b"202407\t1\t2\t3", divided(6, 1)),
            (b"202407;1;2", DATA),
            (b"202407, 1, , \"A\"", divided(6, 2)),
            (b"202407, 1,, \"A\"", DATA),
        ] {
            assert_eq!(roles(line), expected, "{}", String::from_utf8_lossy(line));
        }
    }
}
