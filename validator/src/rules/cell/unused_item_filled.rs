//! `cell/unused-item-filled`

use crate::finding::Severity;

use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{up1kyo, upplan};
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/unused-item-filled",
    severity: Severity::Info,
    title: Text { ja: "使用しない項目に値があります", en: "an item that is not used holds a value" },
    why: Text {
        ja: "標準仕様では使用しない項目で、値は取込側で無視されます。",
        en: "The standard does not use this item; imports ignore its value.",
    },
    fix: Text { ja: "空にして出力してください。", en: "Leave the item empty." },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| item.form == ItemType::Unused, check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Upplan, 0, upplan::RECORD_IDENTIFIER, b"\"\""),
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upplan, 0, upplan::RECORD_IDENTIFIER, b"1"),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::RECORD_IDENTIFIER, b"AB"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if !view.content.is_empty() {
        out.cell(view.row, view.item.key).expected("空", "nothing");
    }
}
