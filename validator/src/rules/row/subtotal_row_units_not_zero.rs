//! `row/subtotal-row-units-not-zero`

use crate::bind::{Known, Row, SumRow, integer};
use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, Sees};
use crate::rules::EVERY;
use crate::spec::keys::upsikyu;
use crate::spec::{Condition, Key, Kind, Table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/subtotal-row-units-not-zero",
    severity: Severity::Error,
    title: Text {
        ja: "小計・合計の行の単位数が0ではありません", en: "the units of a subtotal or total row are not 0"
    },
    why: Text {
        ja: "単位数は1回当たりの値で、小計・合計の行にはありません。値があると、合計が二重に数えられることがあります。",
        en: "Units are those of one service, which a sum row has not; a value there may be counted twice.",
    },
    fix: Text {
        ja: "小計・合計の行の単位数は0にし、合計はサービス単位金額に出力してください。",
        en: "Write 0, and put the sum into サービス単位金額 (`service_units_amount`).",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPSIKYU No.13" }]),
    reading: None,
    versions: EVERY,
    check: Check::Glance(glances, check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let total = |file: &DraftFile, row| file.get(row, upsikyu::SERVICE_CODE) == b"999999";
            let (_, row) = draft.find(Kind::Upsikyu, total)?;
            draft.set_raw(Kind::Upsikyu, row, upsikyu::UNITS, b"\"0\"")
        },
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let subtotal = |file: &DraftFile, row| file.get(row, upsikyu::SERVICE_CODE).ends_with(b"AAAA");
                draft.set_where(Kind::Upsikyu, subtotal, upsikyu::UNITS, b"1261")
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let total = |file: &DraftFile, row| file.get(row, upsikyu::SERVICE_CODE) == b"999999";
                draft.set_where(Kind::Upsikyu, total, upsikyu::UNITS, b"1")
            },
        },
    ],
};

/// Whether it is 0, or no number.
const IS_ZERO: Sees = Sees::OfSums(|units| integer(units).map_or(2, |units| u32::from(units == 0)));

fn glances(table: &Table) -> Vec<(Key, Sees)> {
    let items = table.items.iter().filter(|item| item.has(&Condition::ZeroOnSumRows));
    items.flat_map(|item| [(upsikyu::SERVICE_CODE, Sees::SumRow), (item.key, IS_ZERO)]).collect()
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    if !matches!(row.sum_row(upsikyu::SERVICE_CODE), Known::Is(SumRow::Subtotal(_) | SumRow::Total)) {
        return;
    }
    for item in row.table.items.iter().filter(|item| item.has(&Condition::ZeroOnSumRows)) {
        if matches!(row.bytes(item.key), Known::Is(units) if integer(units).is_some_and(|units| units != 0)) {
            out.cell(row, item.key).expected_value("0");
        }
    }
}
