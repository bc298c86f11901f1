//! `file/subtotal-row-missing`

use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::spec::keys::upsikyu;
use crate::table7::{Sums, details_beside, text};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/subtotal-row-missing",
    severity: Severity::Warning,
    title: Text {
        ja: "サービス種類の小計の行（AAAA）がありません", en: "a service type has no subtotal row (AAAA)"
    },
    why: Text {
        ja: "同じサービス種類の明細が複数あるとき、費用や限度額は小計の行に入ります。ないと取込側で金額を決められません。",
        en: "Where a type has several rows, cost and limits stand in its subtotal; without it an import has no amounts.",
    },
    fix: Text {
        ja: "明細が2行以上あるサービス種類には、種類コードにAAAAを付けた小計の行を出力してください。",
        en: "Write a subtotal row, the type followed by AAAA, for each type with two or more detail rows.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPSIKYU No.9" }]),
    reading: Some(Text {
        ja: "「同じサービス種類が複数行」は、利用者と対象年月ごとに、すべての事業所を合わせて数えます。",
        en: "Several rows of a type are counted per user and month, over all offices.",
    }),
    versions: EVERY,
    check: Check::Sums(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // The subtotal before its details.
        edit: |draft| {
            let (file, row) =
                draft.find(Kind::Upsikyu, |file, row| file.get(row, upsikyu::SERVICE_CODE).ends_with(b"AAAA"))?;
            let first = *details_beside(&draft.files[file], row).first()?;
            let rows = &mut draft.files[file].rows;
            let cells = rows[row].cells.clone();
            rows[row].cells = std::mem::replace(&mut rows[first].cells, cells);
            Some(Site::Row(file, first))
        },
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let (file, row) = draft.find(Kind::Upsikyu, |file, row| {
                file.get(row, upsikyu::SERVICE_CODE).ends_with(b"AAAA") && details_beside(file, row).len() >= 2
            })?;
            let first = *details_beside(&draft.files[file], row).first()?;
            let column = draft.files[file].column(upsikyu::SERVICE_CODE)?;
            draft.files[file].rows.remove(row);
            Some(Site::Cell(file, if first > row { first - 1 } else { first }, column))
        },
    }],
};

fn check(sums: &Sums, out: &mut Out<'_>) {
    if sums.open {
        return;
    }
    for (service_type, own) in sums.types.iter().filter(|(_, own)| own.detail_rows >= 2 && !own.has_within) {
        let Some((place, table)) = own.first_detail else { continue };
        let (code, details) = (text(*service_type), own.detail_rows);
        out.place(place, table).expected(format!("{code}AAAAの行"), format!("a row of {code}AAAA")).got(
            format!("{code}の明細が{details}行、小計なし"),
            format!("{details} detail rows of {code}, no subtotal"),
        );
    }
}
