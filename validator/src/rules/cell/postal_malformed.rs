//! `cell/postal-malformed`

use crate::finding::Severity;
use crate::form::fits;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::up1kyo;
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/postal-malformed",
    severity: Severity::Error,
    title: Text {
        ja: "郵便番号が「999-9999」の形式ではありません", en: "the postal code is not of the form 999-9999"
    },
    why: Text {
        ja: "郵便番号として読み取れず、空として取り込まれるか、エラーになります。",
        en: "It cannot be read as a postal code: an import drops or rejects it.",
    },
    fix: Text {
        ja: "数字3桁、半角のハイフン、数字4桁の8文字にしてください。",
        en: "Write three digits, a half-width hyphen and four digits.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| item.form == ItemType::Postal, check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::USER_POSTAL_CODE, b"000-0000"),
    }],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::USER_POSTAL_CODE, b"9990001"),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::USER_POSTAL_CODE, b"999-001"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if !view.content.is_empty() && !fits(view.content, "999-9999") {
        out.cell(view.row, view.item.key).expected("数字3桁-数字4桁（8文字）", "three digits, a hyphen, four digits");
    }
}
