//! `cell/full-width-digits`

use crate::finding::Severity;
use crate::ms932::characters;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::Kind;
use crate::spec::keys::{up1kyo, upplan};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/full-width-digits",
    severity: Severity::Error,
    title: Text {
        ja: "半角の項目に全角の数字があります", en: "there are full-width digits in a half-width item"
    },
    why: Text {
        ja: "全角の数字は別の文字なので、番号や金額として読み取れず、桁数も合わなくなります。",
        en: "Full-width digits are other characters: the value cannot be read as a number, and its length is wrong.",
    },
    fix: Text { ja: "半角の数字にしてください。", en: "Use half-width digits." },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| item.form.is_half_width(), check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::USER_ADDRESS1, b"\x82\x51\x82\xCC\x82\x52"),
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upplan, 0, upplan::SATELLITE_NO, b"\x82\x50"),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::USER_POSTAL_CODE, b"999-\x82\x4F\x82\x58\x82\x4F1"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if view.content.is_ascii() {
        return;
    }
    let full_width = characters(view.content)
        .filter(|(range, _)| matches!(view.content[range.clone()], [0x82, 0x4F..=0x58]))
        .count();
    if full_width > 0 {
        out.cell(view.row, view.item.key)
            .say(
                format!("半角の項目に全角の数字が{full_width}文字あります"),
                format!("a half-width item holds {full_width} full-width digit(s)"),
            )
            .expected("半角の数字（0～9）", "half-width digits (0 to 9)");
    }
}
