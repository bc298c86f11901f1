//! `cell/insured-number-malformed`

use crate::finding::Severity;
use crate::numbers::insured_number;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{dlt1kyo, dltplan};
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/insured-number-malformed",
    severity: Severity::Error,
    title: Text { ja: "被保険者番号の形式ではありません", en: "the insured number is malformed" },
    why: Text {
        ja: "利用者を特定できず、別の人の情報として取り込まれるおそれがあります。",
        en: "The person cannot be told: an import may take the row for somebody else's.",
    },
    fix: Text {
        ja: "10桁の数字（先頭の0を含む）にしてください。生活保護単独の方は、大文字のHに続く9桁の数字です。",
        en: "Write ten digits with their leading zeros; for a person on public assistance only, a capital H and nine digits.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| item.form == ItemType::Insured, check),
    good: &[Case {
        on: "202407-delete",
        also: &[],
        edit: |draft| draft.set(Kind::Dlt1kyo, 0, dlt1kyo::INSURED_NUMBER, b"H999999999"),
    }],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dlt1kyo, 0, dlt1kyo::INSURED_NUMBER, b"101"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dlt1kyo, 0, dlt1kyo::INSURED_NUMBER, b"h000000012"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dltplan, 0, dltplan::INSURED_NUMBER, b"HH00000012"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let good = view.content.is_empty() || insured_number(view.content);
    if !good {
        out.cell(view.row, view.item.key)
            .expected("10桁の数字、またはHと9桁の数字", "ten digits, or H and nine digits");
    }
}
