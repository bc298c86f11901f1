//! `row/equipment-code-missing`

use crate::bind::{Known, Row, SumRow};
use crate::draft::{Draft, DraftFile, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, Sees};
use crate::rules::SINCE_202407;
use crate::spec::keys::{upplan, upsikyu};
use crate::spec::{Condition, Key, Kind, Table, Version, is_rental};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/equipment-code-missing",
    severity: Severity::Error,
    title: Text {
        ja: "福祉用具貸与の行にTAISコードも福祉用具届出コードもありません",
        en: "a row of equipment rental has neither a TAIS code nor a 届出コード",
    },
    why: Text {
        ja: "どの商品の貸与か特定できず、取込側で商品コードを付け直すことになります。",
        en: "Without one of them nobody knows which product is rented, and the receiver has to look it up.",
    },
    fix: Text {
        ja: "TAISコードを、TAISコードのない商品は福祉用具届出コードを出力してください。",
        en: "Give the TAIS code, or the 届出コード for a product that has none.",
    },
    basis: Basis::Spec(&[
        Citation { source: "v41l", place: "UPPLAN No.16、No.17" },
        Citation { source: "v41l", place: "UPJSK No.16、No.17" },
        Citation { source: "v41l", place: "UPSIKYU No.10、No.11" },
    ]),
    reading: Some(Text {
        ja: "第7表では明細の行だけを対象とし、17AAAAなどの小計の行は対象としません。",
        en: "In table 7 only detail rows are meant, not subtotals such as 17AAAA.",
    }),
    versions: SINCE_202407,
    check: Check::Glance(glances, check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let (file, row) = draft.find(Kind::Upplan, |file, row| !file.get(row, upplan::TAIS_CODE).is_empty())?;
                let code = draft.files[file].get(row, upplan::TAIS_CODE).to_vec();
                draft.files[file].put(row, upplan::TAIS_CODE, b"")?;
                draft.set(Kind::Upplan, row, upplan::TODOKEDE_CODE, &code)
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let subtotal = |file: &DraftFile, row| file.get(row, upsikyu::SERVICE_CODE) == b"17AAAA";
                draft.set_where(Kind::Upsikyu, subtotal, upsikyu::TAIS_CODE, b"")
            },
        },
    ],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| clear(draft, Kind::Upplan) },
        Case { on: "202407-table", also: &[], edit: |draft| clear(draft, Kind::Upsikyu) },
        Case { on: "202407-prevention", also: &[], edit: |draft| clear(draft, Kind::Upplan) },
    ],
};

fn glances(table: &Table) -> Vec<(Key, Sees)> {
    let pair =
        table.beside(|condition| if let Condition::EquipmentWith(other) = condition { Some(*other) } else { None });
    let code = (!pair.is_empty()).then_some((upplan::SERVICE_CODE, Sees::SERVICE));
    pair.into_iter().map(|key| (key, Sees::Filled)).chain(code).collect()
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    if matches!(row.sum_row(upsikyu::SERVICE_CODE), Known::Is(SumRow::Subtotal(_) | SumRow::Total)) {
        return;
    }
    let Known::Is(service_type) = row.service_type(upplan::SERVICE_CODE) else { return };
    if !is_rental(row.table.version, &service_type) {
        return;
    }
    // Both items name each other; the finding stands at the first of them.
    let pair = row.table.items.iter().find_map(|item| {
        item.condition(
            |condition| if let Condition::EquipmentWith(other) = condition { Some((item.key, *other)) } else { None },
        )
    });
    let Some((key, other)) = pair else { return };
    if row.bytes(key) == Known::Absent && row.bytes(other) == Known::Absent {
        out.cell(row, key)
            .expected("TAISコードまたは福祉用具届出コード", "a TAIS code or a 届出コード")
            .got("どちらも空", "both are empty");
    }
}

/// Takes both codes from the first rental that has one.
fn clear(draft: &mut Draft, kind: Kind) -> Option<Site> {
    let (index, row) = draft.find(kind, |file, row| {
        let code = file.get(row, upplan::SERVICE_CODE);
        let has_code = [upplan::TAIS_CODE, upplan::TODOKEDE_CODE].iter().any(|key| !file.get(row, *key).is_empty());
        has_code && is_rental(Version::V202407, code.get(..2).unwrap_or_default()) && !code.ends_with(b"AAAA")
    })?;
    let file = &mut draft.files[index];
    file.put(row, upplan::TODOKEDE_CODE, b"")?;
    let column = file.put(row, upplan::TAIS_CODE, b"")?;
    Some(Site::Cell(index, row, column))
}
