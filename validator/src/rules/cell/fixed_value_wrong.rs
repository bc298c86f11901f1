//! `cell/fixed-value-wrong`

use crate::finding::Severity;

use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::upsikyu;
use crate::spec::{Condition, Item, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/fixed-value-wrong",
    severity: Severity::Error,
    title: Text {
        ja: "固定値の項目に別の値があります", en: "an item of a fixed value holds another one"
    },
    why: Text {
        ja: "取込側が固定値を前提に行を判別している場合、受け付けられません。",
        en: "An import that relies on the fixed value rejects the row.",
    },
    fix: Text {
        ja: "標準仕様の固定値を出力してください。", en: "Write the fixed value of the standard."
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Cell(|item| fixed_value(item).is_some(), check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| draft.set(Kind::Upsikyu, 0, upsikyu::OFFICE_CODE_FIXED, b""),
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upsikyu, 0, upsikyu::OFFICE_CODE_FIXED, b"9999999998"),
        },
        Case {
            on: "202208-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upsikyu, 0, upsikyu::OFFICE_CODE_FIXED, b"9"),
        },
    ],
};

fn fixed_value(item: &Item) -> Option<&str> {
    item.condition(|condition| match condition {
        Condition::Is(value) => Some(value.as_str()),
        _ => None,
    })
}

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let Some(value) = fixed_value(view.item) else { return };
    if !view.content.is_empty() && view.content != value.as_bytes() {
        out.cell(view.row, view.item.key).expected(format!("{value}（固定値）"), format!("{value} (a fixed value)"));
    }
}
