//! `bytes/trail-out-of-range`

use super::{ENCODING, hex, put};
use crate::finding::Severity;
use crate::ms932::Class;
use crate::rule::{Basis, Case, Check, Out, RecordView, Rule};
use crate::rules::EVERY;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "bytes/trail-out-of-range",
    severity: Severity::Error,
    title: Text {
        ja: "2バイト文字の2バイト目が正しくありません",
        en: "the second byte of a two-byte character is none",
    },
    why: Text {
        ja: "この並びに当たる文字はありません。ソフトによって、1文字として捨てられたり、次の文字まで巻き込んで文字化けしたりします。",
        en: "No character has these bytes. Software drops them, or garbles what follows as well.",
    },
    fix: Text {
        ja: "文字コードの変換や、文字列を切り詰める処理を見直してください。",
        en: "Look at how text is converted and cut before the export.",
    },
    basis: Basis::Spec(ENCODING),
    reading: None,
    versions: EVERY,
    check: Check::Bytes(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // The ends of both ranges of trail bytes.
        edit: |draft| put(draft, b"\x95\x40\x95\x7E\x95\x80\x95\xFC"),
    }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x95\x3F") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x95\x7F") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x95\xFD") },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    for odd in view.odd.iter().filter(|odd| odd.class == Class::BadTrail) {
        // No character stands here, so that the bytes tell nothing of a person.
        let bytes = hex(&view.record.bytes[odd.range.clone()]);
        out.range(view, odd.range.clone())
            .expected("2バイト目は40～7Eまたは80～FC", "a second byte of 40-7E or 80-FC")
            .got(&bytes, &bytes)
            .say(
                format!("2バイト文字の2バイト目が正しくありません（{bytes}）"),
                format!("{bytes} is no character: the second byte is out of range"),
            );
    }
}
