//! `bytes/single-byte-undefined`

use super::{ENCODING, hex, put};
use crate::finding::Severity;
use crate::ms932::Class;
use crate::rule::{Basis, Case, Check, Out, RecordView, Rule};
use crate::rules::EVERY;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "bytes/single-byte-undefined",
    severity: Severity::Error,
    title: Text {
        ja: "文字の割り当てがない1バイトがあります", en: "there is a byte that stands for no character"
    },
    why: Text {
        ja: "80、A0、FD～FFはMS932で文字の割り当てがなく、別の文字コードの文字やデータの破損が疑われます。",
        en: "80, A0 and FD to FF are empty in MS932: a trace of another encoding, or of damage.",
    },
    fix: Text {
        ja: "元のデータと文字コードの変換処理を確認し、Shift_JIS（MS932）の文字に置き換えてください。",
        en: "Look at the source and at how it is converted, and write a character of Shift_JIS (MS932) instead.",
    },
    basis: Basis::Spec(ENCODING),
    reading: None,
    versions: EVERY,
    check: Check::Bytes(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // The half-width kana next to the empty bytes: A1 and DF.
        edit: |draft| put(draft, b"\xA1\xB1\xDF"),
    }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x80") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\xA0") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\xFD") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\xFF") },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    for odd in view.odd.iter().filter(|odd| odd.class == Class::UndefinedByte) {
        let byte = hex(&view.record.bytes[odd.range.clone()]);
        out.range(view, odd.range.clone()).expected("MS932にある文字", "a character of MS932").got(&byte, &byte).say(
            format!("文字の割り当てがない1バイト（{byte}）があります"),
            format!("the byte {byte} stands for no character"),
        );
    }
}
