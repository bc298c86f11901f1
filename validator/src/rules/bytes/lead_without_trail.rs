//! `bytes/lead-without-trail`

use super::ENCODING;
use crate::finding::Severity;
use crate::ms932::Class;
use crate::rule::{Basis, Case, Check, Out, RecordView, Rule};
use crate::rules::EVERY;
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
    for odd in view.odd.iter().filter(|odd| odd.class == Class::LeadAlone) {
        let byte = view.record.bytes[odd.range.start];
        out.range(view, odd.range.clone())
            .expected("2バイトの文字", "a character of two bytes")
            .got(format!("{byte:02X} のみ"), format!("{byte:02X} alone"));
    }
}
