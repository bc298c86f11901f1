//! `bytes/gaiji`

use super::{hex, put};
use crate::finding::Severity;
use crate::ms932::Class;
use crate::rule::{Basis, Case, Check, Citation, Out, RecordView, Rule};
use crate::rules::EVERY;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "bytes/gaiji",
    severity: Severity::Error,
    title: Text { ja: "外字が使われています", en: "there is a user-defined character (外字)" },
    why: Text {
        ja: "外字は登録したパソコンでしか表示できません。送信先では空白や別の文字になります。",
        en: "Only the computers it is registered on can show it; the receiver sees a blank or another character.",
    },
    fix: Text {
        ja: "出力する前に、MS932にある文字（代わりの漢字やかな）に置き換えてください。髙・﨑などの拡張文字はそのまま使えます。",
        en: "Replace it with a character of MS932 before the export. Extended characters such as 髙 and 﨑 may stay.",
    },
    basis: Basis::Spec(&[Citation { source: "v41", place: "4.3 文字コード（外字の置き換え）" }]),
    reading: None,
    versions: EVERY,
    check: Check::Bytes(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // ①, both codes of 髙 and of 﨑, and the cells next to the user-defined ones.
        edit: |draft| put(draft, b"\x87\x40\xEE\xE0\xFB\xFC\xED\x95\xFA\xB1\xEE\xFC\xFA\x40"),
    }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\xF0\x40") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\xF9\xFC") },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    for odd in view.odd.iter().filter(|odd| odd.class == Class::UserDefined) {
        // Its meaning is known inside one office only, so that the code tells nothing of a person.
        let code = hex(&view.record.bytes[odd.range.clone()]);
        out.range(view, odd.range.clone())
            .expected("MS932にある文字", "a character of MS932")
            .got(format!("外字 {code}"), format!("user-defined {code}"))
            .say(format!("外字（{code}）が使われています"), format!("there is a user-defined character ({code})"));
    }
}
