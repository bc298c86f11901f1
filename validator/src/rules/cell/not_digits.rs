//! `cell/not-digits`

use crate::finding::Severity;
use crate::form::digits;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{dlt1kyo, dltplan};
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/not-digits",
    severity: Severity::Error,
    title: Text {
        ja: "数字の項目に数字以外の文字があります", en: "an item of digits holds something else"
    },
    why: Text {
        ja: "番号として読み取れず、保険者などを特定できません。",
        en: "It cannot be read as a number, so nobody can tell whose it is.",
    },
    fix: Text { ja: "半角の数字だけにしてください。", en: "Use half-width digits only." },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| matches!(item.form, ItemType::Digits | ItemType::Insurer), check),
    good: &[Case {
        on: "202407-delete",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Dlt1kyo, 0, dlt1kyo::INSURER_NUMBER, b"\"991018\""),
    }],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dlt1kyo, 0, dlt1kyo::INSURER_NUMBER, b"99101A"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dltplan, 0, dltplan::INSURER_NUMBER, b"991 018"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if !digits(view.content) {
        out.cell(view.row, view.item.key).expected("半角の数字", "half-width digits");
    }
}
