//! `row/subtotal-row-discount-filled`

use crate::bind::{Known, Row, SumRow};
use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, Sees};
use crate::rules::EVERY;
use crate::spec::keys::upsikyu;
use crate::spec::{Condition, Key, Kind, Table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/subtotal-row-discount-filled",
    severity: Severity::Error,
    title: Text {
        ja: "小計・合計の行に割引の値があります", en: "a subtotal or total row has a discount"
    },
    why: Text {
        ja: "割引は明細ごとの値です。小計・合計の行にあると、割引が二重に適用されることがあります。",
        en: "Discounts belong to single services; on a sum row they may be applied twice.",
    },
    fix: Text {
        ja: "小計・合計の行では、割引後率と割引後単位数を空にしてください。",
        en: "Leave both discount items empty on subtotal and total rows.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPSIKYU No.14、No.15" }]),
    reading: None,
    versions: EVERY,
    check: Check::Glance(glances, check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // The discount of a detail row.
        edit: |draft| draft.set(Kind::Upsikyu, 0, upsikyu::DISCOUNT_RATE, b"100"),
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let subtotal = |file: &DraftFile, row| file.get(row, upsikyu::SERVICE_CODE).ends_with(b"AAAA");
                draft.set_where(Kind::Upsikyu, subtotal, upsikyu::DISCOUNT_RATE, b"100")
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let total = |file: &DraftFile, row| file.get(row, upsikyu::SERVICE_CODE) == b"999999";
                draft.set_where(Kind::Upsikyu, total, upsikyu::DISCOUNTED_UNITS, b"0")
            },
        },
    ],
};

fn glances(table: &Table) -> Vec<(Key, Sees)> {
    let items = table.items.iter().filter(|item| item.has(&Condition::EmptyOnSumRows));
    items.flat_map(|item| [(upsikyu::SERVICE_CODE, Sees::SumRow), (item.key, Sees::Filled)]).collect()
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    if !matches!(row.sum_row(upsikyu::SERVICE_CODE), Known::Is(SumRow::Subtotal(_) | SumRow::Total)) {
        return;
    }
    for item in row.table.items.iter().filter(|item| item.has(&Condition::EmptyOnSumRows)) {
        if matches!(row.bytes(item.key), Known::Is(_)) {
            out.cell(row, item.key).expected("空", "empty");
        }
    }
}
