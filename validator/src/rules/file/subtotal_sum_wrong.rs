//! `file/subtotal-sum-wrong`

use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::spec::keys::upsikyu;
use crate::table7::{Sums, Units, details_beside, text};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/subtotal-sum-wrong",
    severity: Severity::Error,
    title: Text {
        ja: "小計のサービス単位金額が明細の合計と一致しません",
        en: "a subtotal is not the sum of its detail rows",
    },
    why: Text {
        ja: "小計と明細のどちらが正しいか、取込側では判断できません。",
        en: "An import cannot tell whether the subtotal or the rows are right.",
    },
    fix: Text {
        ja: "明細と小計を計算し直して、出力し直してください。",
        en: "Calculate rows and subtotals again and export them again.",
    },
    basis: Basis::Derived {
        from: &[Citation { source: "v41l", place: "UPSIKYU No.9、No.17" }],
        because: Text {
            ja: "小計の行（AAAA、EEEE、ZZZZ）は、そのサービス種類の明細を分けて合計したものです。",
            en: "The subtotal rows (AAAA, EEEE, ZZZZ) divide the detail rows of a type among them.",
        },
    },
    reading: None,
    versions: EVERY,
    check: Check::Sums(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // An amount that is not given is not 0.
        edit: |draft| {
            let (_, detail) = with_amounts(draft)?;
            draft.set(Kind::Upsikyu, detail, upsikyu::SERVICE_UNITS_AMOUNT, b"")
        },
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let (subtotal, detail) = with_amounts(draft)?;
            let file = draft.index(Kind::Upsikyu)?;
            let column = draft.files[file].column(upsikyu::SERVICE_UNITS_AMOUNT)?;
            let other: &[u8] = match draft.files[file].get(detail, upsikyu::SERVICE_UNITS_AMOUNT) {
                b"1" => b"2",
                _ => b"1",
            };
            draft.files[file].put(detail, upsikyu::SERVICE_UNITS_AMOUNT, other)?;
            Some(Site::Cell(file, subtotal, column))
        },
    }],
};

fn check(sums: &Sums, out: &mut Out<'_>) {
    if sums.open {
        return;
    }
    for (service_type, own) in &sums.types {
        let Units { details, detail_rows: rows, subtotals, within, open } = own.units;
        let Some((place, table)) = within.filter(|_| !open && rows > 0 && subtotals != details) else { continue };
        let code = text(*service_type);
        out.place(place, table)
            .expected(
                format!("{code}の小計の合計 {details}（明細{rows}行の合計）"),
                format!("{details} in the subtotals of {code}, the sum of {rows} detail rows"),
            )
            .got(format!("{code}の小計の合計 {subtotals}"), format!("{subtotals} in the subtotals of {code}"));
    }
}

/// A TTAAAA row and the first of its details, where all amounts are given and nothing else is
/// divided.
fn with_amounts(draft: &Draft) -> Option<(usize, usize)> {
    let (index, subtotal) = draft.find(Kind::Upsikyu, |file, row| {
        let is_given = |row: usize| !file.get(row, upsikyu::SERVICE_UNITS_AMOUNT).is_empty();
        let details = details_beside(file, row);
        file.get(row, upsikyu::SERVICE_CODE).ends_with(b"AAAA")
            && is_given(row)
            && !details.is_empty()
            && details.into_iter().all(is_given)
    })?;
    let detail = *details_beside(&draft.files[index], subtotal).first()?;
    Some((subtotal, detail))
}
