//! `file/subtotal-row-missing`

use crate::bind::{Row, Subtotal, SumRow};
use crate::draft::Site;
use crate::facts::place;
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upsikyu;
use crate::spec::{Kind, Table};
use crate::table7::{ByType, Placed, ServiceType, details_beside, text};
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
    check: Check::File(start),
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

#[derive(Default)]
struct SubtotalRowMissing {
    types: ByType<Rows>,
    placed: Placed,
}

#[derive(Default)]
struct Rows {
    details: u32,
    has_subtotal: bool,
    first: Option<(Place, &'static Table)>,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(SubtotalRowMissing::default())
}

impl FileRule for SubtotalRowMissing {
    fn row(&mut self, row: &Row<'_>, _: &mut Out<'_>) {
        let Some((bill, sort, service_type)) = self.placed.place(row) else { return };
        match sort {
            SumRow::Detail => {
                let rows = self.types.of(bill, service_type, Rows::default);
                rows.details += 1;
                rows.first = rows.first.or_else(|| Some((place(row, upsikyu::SERVICE_CODE)?, row.table)));
            }
            SumRow::Subtotal(Subtotal::Within) => {
                self.types.of(bill, service_type, Rows::default).has_subtotal = true;
            }
            SumRow::Subtotal(Subtotal::Outside | Subtotal::Over30Days) | SumRow::Total => {}
        }
    }

    fn next(&self, row: &Row<'_>) -> Next {
        if row.table.kind == Kind::Upsikyu { Next::Every } else { Next::Never }
    }

    fn end(&mut self, complete: bool, out: &mut Out<'_>) {
        if !complete || !self.placed.sees_all() {
            return;
        }
        let mut missing: Vec<(Place, &'static Table, ServiceType, u32)> = Vec::new();
        let types = self.types.all().iter().flat_map(|(bill, types)| types.iter().map(move |own| (bill, own)));
        for (bill, (service_type, rows)) in types {
            if rows.details < 2 || rows.has_subtotal || !self.placed.is_whole(bill) {
                continue;
            }
            if let Some((place, table)) = rows.first {
                missing.push((place, table, *service_type, rows.details));
            }
        }
        missing.sort_by_key(|(place, ..)| *place);
        for (place, table, service_type, details) in missing {
            let code = text(service_type);
            out.place(place, table).expected(format!("{code}AAAAの行"), format!("a row of {code}AAAA")).got(
                format!("{code}の明細が{details}行、小計なし"),
                format!("{details} detail rows of {code}, no subtotal"),
            );
        }
    }
}
