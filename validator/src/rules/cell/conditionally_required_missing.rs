//! `cell/conditionally-required-missing`

use crate::bind::Known;
use crate::finding::Severity;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{up1kyo, upkihon, upkihon_sub2, upyobo};
use crate::spec::{Condition, Key, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/conditionally-required-missing",
    severity: Severity::Error,
    title: Text {
        ja: "ほかの項目の値により必要となる項目が空です",
        en: "an item that another item makes necessary is empty",
    },
    why: Text {
        ja: "「その他」などを選んだ理由や内容が、受け取った側に伝わりません。",
        en: "The receiver does not learn what \"other\" and the like stand for.",
    },
    fix: Text {
        ja: "内容を入力するか、条件となる項目の値を見直してください。",
        en: "Fill the item in, or change the item that makes it necessary.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: Some(Text {
        ja: "「必須」と書かれていない項目（その他理由、治療中の内容、「必要」とだけある委託の有無）は、空でも警告にとどめます。",
        en: "Items that the text does not call 必須 (その他理由, 治療中の内容, and 委託の有無, which is marked 必要 only) are worth a warning at most.",
    }),
    versions: EVERY,
    check: Check::Shape(|item| item.conditions.iter().any(asks), check),
    good: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| {
                draft.set(Kind::Up1kyo, 0, up1kyo::LIVING_SUPPORT_REASON, b"3")?;
                draft.set(Kind::Up1kyo, 0, up1kyo::LIVING_SUPPORT_REASON_OTHER, b"A")
            },
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| {
                draft.set(Kind::UpkihonSub2, 0, upkihon_sub2::PROGRESS, b"02")?;
                draft.set(Kind::UpkihonSub2, 0, upkihon_sub2::TREATMENT_NOTE, b"")
            },
        },
    ],
    bad: &[
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| {
                draft.set(Kind::Upkihon, 0, upkihon::CONSULTATION_METHOD, b"03")?;
                draft.set(Kind::Upkihon, 0, upkihon::CONSULTATION_METHOD_OTHER, b"")
            },
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| {
                draft.set(Kind::Upkihon, 0, upkihon::USER_SITUATION, b"02")?;
                draft.set(Kind::Upkihon, 0, upkihon::USER_SITUATION_NOTE, b"")
            },
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| {
                draft.set(Kind::UpkihonSub2, 0, upkihon_sub2::PROGRESS, b"01")?;
                draft.set(Kind::UpkihonSub2, 0, upkihon_sub2::TREATMENT_NOTE, b"")
            },
        },
        Case { on: "202407-prevention", also: &[], edit: |draft| draft.set(Kind::Upyobo, 0, upyobo::OUTSOURCING, b"") },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| {
                draft.set(Kind::Up1kyo, 0, up1kyo::LIVING_SUPPORT_REASON, b"3")?;
                draft.set(Kind::Up1kyo, 0, up1kyo::LIVING_SUPPORT_REASON_OTHER, b"")
            },
        },
    ],
};

fn asks(condition: &Condition) -> bool {
    matches!(condition, Condition::RequiredIf(..) | Condition::ExpectedIf(..) | Condition::Expected)
}

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if !view.content.is_empty() {
        return;
    }
    let row = view.row;
    let states = |key: Key, value: &str| row.bytes(key) == Known::Is(value.as_bytes());
    let name = |key: Key| row.item(key).map_or("", |item| item.name_ja.as_str());
    for condition in &view.item.conditions {
        if let Condition::RequiredIf(key, value) = condition
            && states(*key, value)
        {
            out.cell(row, view.item.key).plain().expected(
                format!("値（「{}」が{value}のとき必須）", name(*key)),
                format!("a value (required where {} is {value})", key.name()),
            );
        }
        if let Condition::ExpectedIf(key, value) = condition
            && states(*key, value)
        {
            out.cell(row, view.item.key).at_most(Severity::Warning).expected(
                format!("値（「{}」が{value}のとき）", name(*key)),
                format!("a value (where {} is {value})", key.name()),
            );
        }
        if *condition == Condition::Expected {
            out.cell(row, view.item.key)
                .at_most(Severity::Warning)
                .expected("値（「必要」の項目）", "a value (the item is marked 必要)");
        }
    }
}
