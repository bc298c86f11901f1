//! `bytes/unmapped-cell`

use super::{ENCODING, hex, put};
use crate::finding::Severity;
use crate::ms932::Class;
use crate::rule::{Basis, Case, Check, Out, RecordView, Rule};
use crate::rules::EVERY;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "bytes/unmapped-cell",
    severity: Severity::Error,
    title: Text {
        ja: "MS932に文字の割り当てがない2バイトがあります",
        en: "there are two bytes that stand for no character of MS932",
    },
    why: Text {
        ja: "JIS X 0213など別の文字集合で出力された文字と思われます。送信先では文字化けします。",
        en: "The text was probably written in another character set, such as JIS X 0213; the receiver sees it garbled.",
    },
    fix: Text { ja: "MS932にある文字に置き換えてください。", en: "Use a character of MS932 instead." },
    basis: Basis::Spec(ENCODING),
    reading: None,
    versions: EVERY,
    check: Check::Bytes(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // The last cells before a gap: 〓, ∪ of NEC row 13, 腕 and 熙 of the kanji, 黑 of the extensions.
        edit: |draft| put(draft, b"\x81\xAC\x87\x9C\x98\x72\xEA\xA4\xFC\x4B"),
    }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x81\xAD") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x85\x40") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\xEA\xA5") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\xFC\x4C") },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    for odd in view.odd.iter().filter(|odd| odd.class == Class::Unmapped) {
        // No character stands here, so that the bytes tell nothing of a person.
        let code = hex(&view.record.bytes[odd.range.clone()]);
        out.range(view, odd.range.clone()).expected("MS932にある文字", "a character of MS932").got(&code, &code).say(
            format!("MS932に文字の割り当てがない2バイト（{code}）があります"),
            format!("{code} stands for no character of MS932"),
        );
    }
}
