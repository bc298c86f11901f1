//! `row/total-row-office-not-nines`

use crate::bind::{Known, Row, SumRow, fixed};
use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, Sees};
use crate::rules::EVERY;
use crate::spec::keys::upsikyu;
use crate::spec::{Condition, Key, Kind, Table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/total-row-office-not-nines",
    severity: Severity::Error,
    title: Text {
        ja: "合計の行のサービス事業所コードが9999999999ではありません",
        en: "the office number of the total row is not 9999999999",
    },
    why: Text {
        ja: "合計はすべての事業所の分です。特定の事業所番号があると、その事業所の行として取り込まれることがあります。",
        en: "The total is that of all offices; with the number of one of them it may be taken for a row of that office.",
    },
    fix: Text {
        ja: "サービスコード999999の行では、サービス事業所コードを9999999999にしてください。",
        en: "Write 9999999999 on the row of service code 999999.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPSIKYU No.7" }]),
    reading: None,
    versions: EVERY,
    check: Check::Glance(glances, check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let total = |file: &DraftFile, row| file.get(row, upsikyu::SERVICE_CODE) == b"999999";
            let (_, row) = draft.find(Kind::Upsikyu, total)?;
            draft.set_raw(Kind::Upsikyu, row, upsikyu::SERVICE_OFFICE_NUMBER, b"\"9999999999\"")
        },
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let total = |file: &DraftFile, row| file.get(row, upsikyu::SERVICE_CODE) == b"999999";
            draft.set_where(Kind::Upsikyu, total, upsikyu::SERVICE_OFFICE_NUMBER, b"9970100021")
        },
    }],
};

/// What [`Condition::NinesOnTotalRow`] asks for.
const NINES: &[u8; 10] = b"9999999999";

/// Whether it is that, or no number of an office.
const IS_NINES: Sees = Sees::OfSums(|office| fixed::<10>(office).map_or(2, |office| u32::from(&office == NINES)));

fn glances(table: &Table) -> Vec<(Key, Sees)> {
    let items = table.items.iter().filter(|item| item.has(&Condition::NinesOnTotalRow));
    items.flat_map(|item| [(upsikyu::SERVICE_CODE, Sees::SumRow), (item.key, IS_NINES)]).collect()
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    if row.sum_row(upsikyu::SERVICE_CODE) != Known::Is(SumRow::Total) {
        return;
    }
    for item in row.table.items.iter().filter(|item| item.has(&Condition::NinesOnTotalRow)) {
        if matches!(row.fixed::<10>(item.key), Known::Is(office) if &office != NINES) {
            out.cell(row, item.key).expected_value("9999999999");
        }
    }
}
