//! `file/subtotal-sum-wrong`

use crate::bind::{Known, Row, Subtotal, SumRow};
use crate::draft::{Draft, Site};
use crate::facts::place;
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upsikyu;
use crate::spec::{Kind, Table};
use crate::table7::{ByType, Placed, ServiceType, details_beside, text};
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
    check: Check::File(start),
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

#[derive(Default)]
struct SubtotalSumWrong {
    types: ByType<Sums>,
    placed: Placed,
}

#[derive(Default)]
struct Sums {
    details: i64,
    rows: u32,
    subtotals: i64,
    /// サービス単位金額 of the first TTAAAA row.
    within: Option<(Place, &'static Table)>,
    /// Whether some amount is not known.
    open: bool,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(SubtotalSumWrong::default())
}

impl FileRule for SubtotalSumWrong {
    fn row(&mut self, row: &Row<'_>, _: &mut Out<'_>) {
        let Some((bill, sort, service_type)) = self.placed.place(row) else { return };
        if sort == SumRow::Total {
            return;
        }
        let sums = self.types.of(bill, service_type, Sums::default);
        let Known::Is(amount) = row.integer(upsikyu::SERVICE_UNITS_AMOUNT) else {
            sums.open = true;
            return;
        };
        match sort {
            SumRow::Detail => {
                sums.details = sums.details.saturating_add(amount);
                sums.rows += 1;
            }
            SumRow::Subtotal(subtotal) => {
                sums.subtotals = sums.subtotals.saturating_add(amount);
                if subtotal == Subtotal::Within && sums.within.is_none() {
                    sums.within = place(row, upsikyu::SERVICE_UNITS_AMOUNT).map(|place| (place, row.table));
                }
            }
            SumRow::Total => {}
        }
    }

    fn next(&self, row: &Row<'_>) -> Next {
        if row.table.kind == Kind::Upsikyu { Next::Every } else { Next::Never }
    }

    fn end(&mut self, complete: bool, out: &mut Out<'_>) {
        if !complete || !self.placed.sees_all() {
            return;
        }
        let mut wrong: Vec<(Place, &'static Table, ServiceType, &Sums)> = Vec::new();
        let types = self.types.all().iter().flat_map(|(bill, types)| types.iter().map(move |own| (bill, own)));
        for (bill, (service_type, sums)) in types {
            let judged = !sums.open && sums.rows > 0 && self.placed.is_whole(bill);
            if let (true, Some((place, table))) = (judged && sums.subtotals != sums.details, sums.within) {
                wrong.push((place, table, *service_type, sums));
            }
        }
        wrong.sort_by_key(|(place, ..)| *place);
        for (place, table, service_type, sums) in wrong {
            let Sums { details, rows, subtotals, .. } = sums;
            let code = text(service_type);
            out.place(place, table)
                .expected(
                    format!("{code}の小計の合計 {details}（明細{rows}行の合計）"),
                    format!("{details} in the subtotals of {code}, the sum of {rows} detail rows"),
                )
                .got(format!("{code}の小計の合計 {subtotals}"), format!("{subtotals} in the subtotals of {code}"));
        }
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
