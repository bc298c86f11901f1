//! `cell/required-missing`

use crate::bind::{Known, SumRow};
use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{up1kyo, upplan, upsikyu};
use crate::spec::{Condition, Kind, Required};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/required-missing",
    severity: Severity::Error,
    title: Text { ja: "必須の項目が空です", en: "a required item is empty" },
    why: Text {
        ja: "必須の項目が空の行は、取込側で受け付けられないか、どの利用者のどのサービスか分からなくなります。",
        en: "An import rejects such a row, or cannot tell which person or service it is about.",
    },
    fix: Text { ja: "値を入れて出力し直してください。", en: "Fill the item in and export again." },
    basis: Basis::Spec(ITEM_TABLES),
    reading: Some(Text {
        ja: "第7表の小計・合計の行の「回数／日数」は、値の定めがないため、0、空、合計のいずれも認めます。",
        en: "What 回数／日数 holds on the subtotal and total rows of 第7表 is not defined: 0, nothing and the sum are accepted.",
    }),
    versions: EVERY,
    check: Check::Shape(|item| item.required == Required::Yes, check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upsikyu, is_total, upsikyu::SERVICE_COUNT, b""),
        },
        Case { on: "202407-plan", also: &[], edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::USER_POSTAL_CODE, b"") },
    ],
    bad: &[
        Case { on: "202407-plan", also: &[], edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::PLAN_AUTHOR_NAME, b"") },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_raw(Kind::Upplan, 0, upplan::OVER_30_DAYS, b"\"\""),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upsikyu, |file, row| !is_sum(file, row), upsikyu::SERVICE_COUNT, b""),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if !view.content.is_empty() {
        return;
    }
    let sum_row = view.row.sum_row(upsikyu::SERVICE_CODE);
    let is_sum = matches!(sum_row, Known::Is(SumRow::Subtotal(_) | SumRow::Total));
    if is_sum && view.item.has(&Condition::FreeOnSumRows) {
        return;
    }
    let finding = out.cell(view.row, view.item.key).expected("値（必須）", "a value (required)");
    if !view.item.has(&Condition::FreeOnSumRows) {
        finding.plain();
    }
}

fn is_sum(file: &DraftFile, row: usize) -> bool {
    SumRow::of(file.get(row, upsikyu::SERVICE_CODE)) != SumRow::Detail
}

fn is_total(file: &DraftFile, row: usize) -> bool {
    SumRow::of(file.get(row, upsikyu::SERVICE_CODE)) == SumRow::Total
}
