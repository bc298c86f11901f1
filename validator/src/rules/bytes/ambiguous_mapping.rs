//! `bytes/ambiguous-mapping`

use super::{hex, put};
use crate::finding::Severity;
use crate::ms932::{Class, ambiguous};
use crate::rule::{Basis, Case, Check, Out, RecordView, Rule};
use crate::rules::EVERY;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "bytes/ambiguous-mapping",
    severity: Severity::Info,
    title: Text {
        ja: "ソフトによって別のUnicode文字になる文字です",
        en: "software reads this character as one or another of Unicode",
    },
    why: Text {
        ja: "「～」や「－」など一部の記号は、MS932とJIS X 0208とで対応するUnicodeが異なります。往復の変換で「?」に化けることがあります。",
        en: "MS932 and JIS X 0208 map a few signs, such as the wave dash, to different characters of Unicode; converted back and forth, they may end as `?`.",
    },
    fix: Text {
        ja: "ファイルは正しいので、このままで構いません。Unicodeとの変換にはMS932（Windows-31J）の変換表を使ってください。",
        en: "The file is right. Convert with the table of MS932 (Windows-31J), not with that of JIS X 0208.",
    },
    basis: Basis::Practice(Text {
        ja: "標準仕様はMS932とだけ定めています。変換表の違いによる文字化けは、実装でよく知られた問題です。",
        en: "The standard says MS932 and no more; that conversion tables differ here is well known among implementers.",
    }),
    reading: None,
    versions: EVERY,
    check: Check::Bytes(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // ー, ＋ and ￥ stand beside the ambiguous ones.
        edit: |draft| put(draft, b"\x81\x5B\x81\x7B\x81\x8F"),
    }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x81\x60") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x81\x7C") },
        Case { on: "202407-table", also: &[], edit: |draft| put(draft, b"\x81\xCA") },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    for odd in view.odd.iter().filter(|odd| odd.class == Class::Mapped) {
        let pair = &view.record.bytes[odd.range.clone()];
        let Some((here, there)) = ambiguous(pair) else { continue };
        // One of seven signs, which tell nothing of a person.
        let code = hex(pair);
        out.range(view, odd.range.clone())
            .expected(format!("MS932では{here}"), format!("{here} in MS932"))
            .got(&code, &code)
            .say(
                format!("{code}は、MS932では{here}、JIS X 0208の変換表では{there}になります"),
                format!("{code} is {here} in MS932 and {there} by tables of JIS X 0208"),
            );
    }
}
