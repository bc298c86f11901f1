//! `bytes/lead-without-trail`

use super::ENCODING;
use crate::finding::Severity;
use crate::ms932::Class;
use crate::rule::{Basis, Case, Check, Out, RecordView, Rule};
use crate::rules::EVERY;
use crate::scan::{LineEnd, Quoting};
use crate::spec::Kind;
use crate::spec::keys::upplan;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "bytes/lead-without-trail",
    severity: Severity::Error,
    title: Text {
        ja: "2バイト文字の1バイト目だけがあり、2バイト目がありません",
        en: "the first byte of a two-byte character stands without its second",
    },
    why: Text {
        ja: "文字数の制限などで、全角文字の途中で切られると起こります。続く「\"」や「,」まで文字の一部とみなすソフトでは、以降の項目がすべてずれます。",
        en: "This happens when text is cut in the middle of a full-width character. Software that takes the quote or comma behind it for the second byte shifts all items that follow.",
    },
    fix: Text {
        ja: "文字列はバイト単位ではなく、文字単位で切ってください。",
        en: "Cut text between characters, not between bytes.",
    },
    basis: Basis::Spec(ENCODING),
    reading: None,
    versions: EVERY,
    check: Check::Bytes(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // 表 and ソ end in 5C, the byte of a backslash.
        edit: |draft| draft.set(Kind::Upplan, 0, upplan::SERVICE_OFFICE_NAME, b"\x95\x5C\x83\x5C"),
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let site = draft.set(Kind::Upplan, 0, upplan::SERVICE_OFFICE_NAME, b"\x95\x5C\x83")?;
            draft.within(site, 2..3)
        },
    }],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    // Where a file breaks off within a text, csv/unclosed-quote speaks of it.
    let last = view.record.cells.last();
    let breaks_off = view.record.end == LineEnd::Eof && last.is_some_and(|cell| cell.quoting == Quoting::Unclosed);
    let end = if breaks_off { view.record.bytes.len() } else { usize::MAX };
    for odd in view.odd.iter().filter(|odd| odd.class == Class::LeadAlone && odd.range.end < end) {
        let byte = view.record.bytes[odd.range.start];
        out.range(view, odd.range.clone())
            .expected("2バイトの文字", "a character of two bytes")
            .got(format!("{byte:02X} のみ"), format!("{byte:02X} alone"));
    }
}

#[cfg(test)]
mod tests {
    use crate::{FileCheck, Options};

    #[test]
    fn a_file_that_breaks_off_within_a_character_is_a_quote_that_is_not_closed() {
        let found = |end: &[u8]| -> Vec<&'static str> {
            let mut check =
                FileCheck::new("UP2KYO_9970100013_43_9970100021_11_20260928101500.CSV", &Options::default());
            check.push(b"202407,991018,0000000101,20260928,20260928,1,\"\x95\x5C");
            check.push(end);
            check.finish().findings.kept.iter().map(|finding| finding.rule.id).collect()
        };
        assert_eq!(found(b"\x83"), ["csv/unclosed-quote"]);
        assert_eq!(found(b"\x83,"), ["csv/unclosed-quote", "bytes/lead-without-trail"]);
        // The quote is closed, and the character is not.
        assert!(found(b"\",\x83").contains(&"bytes/lead-without-trail"));
    }
}
