//! `file/total-sum-wrong`

use std::collections::BTreeMap;

use crate::bind::{Known, Row, Subtotal, SumRow};
use crate::draft::{Draft, DraftFile, Site};
use crate::facts::place;
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upsikyu;
use crate::spec::{Key, Kind, Table};
use crate::table7::{Bill, ByType, Placed, ServiceType, rows_beside};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/total-sum-wrong",
    severity: Severity::Error,
    title: Text {
        ja: "合計の行の値が小計・明細の合計と一致しません",
        en: "a value of the total row is not the sum of the rows it totals",
    },
    why: Text {
        ja: "合計は限度額の管理と利用者負担の説明に使われます。一致しないと、取込側でどの値を使うか判断できません。",
        en: "The total is what limits and the user's share are read from; an import cannot tell which value is right.",
    },
    fix: Text {
        ja: "明細・小計・合計を計算し直して、出力し直してください。",
        en: "Calculate rows, subtotals and total again and export them again.",
    },
    basis: Basis::Derived {
        from: &[Citation { source: "v41l", place: "UPSIKYU No.9、No.17から29" }],
        because: Text {
            ja: "合計の行（999999）は、利用者のすべてのサービスの合計です。",
            en: "The row 999999 totals all services of a user.",
        },
    },
    reading: Some(Text {
        ja: "サービス種類ごとに、小計の行に値があれば小計を、なければ明細を合計します。",
        en: "For each service type the subtotal rows are added where they have a value, else the detail rows.",
    }),
    versions: EVERY,
    check: Check::File(start),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            // What no row gives, the total may give as 0.
            edit: |draft| draft.set_where(Kind::Upsikyu, is_total, upsikyu::TYPE_LIMIT_OVER_UNITS, b"0"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upsikyu, is_total, upsikyu::USER_COPAY_INSURED, b""),
        },
    ],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| change(draft, upsikyu::SERVICE_UNITS_AMOUNT) },
        Case { on: "202407-table", also: &[], edit: |draft| change(draft, upsikyu::TOTAL_COST_INSURED) },
        Case { on: "202407-table", also: &[], edit: |draft| change(draft, upsikyu::USER_COPAY_INSURED) },
    ],
};

/// The items that can be added up. Rates, prices per unit and days cannot.
const AMOUNTS: [Key; 10] = [
    upsikyu::SERVICE_UNITS_AMOUNT,
    upsikyu::MANAGED_UNITS,
    upsikyu::TYPE_LIMIT_OVER_UNITS,
    upsikyu::TYPE_LIMIT_WITHIN_UNITS,
    upsikyu::CATEGORY_LIMIT_OVER_UNITS,
    upsikyu::CATEGORY_LIMIT_WITHIN_UNITS,
    upsikyu::TOTAL_COST_INSURED,
    upsikyu::INSURANCE_CLAIM_AMOUNT,
    upsikyu::USER_COPAY_INSURED,
    upsikyu::USER_COPAY_FULL,
];

#[derive(Default)]
struct TotalSumWrong {
    types: ByType<Parts>,
    totals: BTreeMap<Bill, Total>,
    placed: Placed,
}

#[derive(Default)]
struct Parts {
    details: Amounts,
    subtotals: Amounts,
    detail_rows: u32,
    has_within: bool,
}

/// A sum for each of [`AMOUNTS`], small because there are some for each service type of each user.
#[derive(Default)]
struct Amounts {
    sums: [i32; AMOUNTS.len()],
    /// One bit per amount: whether some row gives it.
    given: u16,
    /// One bit per amount: whether some row gives it and it cannot be read.
    open: u16,
}

struct Total {
    amounts: Amounts,
    spans: [(u32, u32); AMOUNTS.len()],
    row: Place,
    table: &'static Table,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(TotalSumWrong::default())
}

impl FileRule for TotalSumWrong {
    fn row(&mut self, row: &Row<'_>, _: &mut Out<'_>) {
        let Some((bill, sort, service_type)) = self.placed.place(row) else { return };
        match sort {
            SumRow::Total => {
                self.totals.entry(bill).or_insert_with(|| Total::of(row));
            }
            SumRow::Detail => {
                let parts = self.types.of(bill, service_type, Parts::default);
                parts.detail_rows += 1;
                parts.details.add(row);
            }
            SumRow::Subtotal(subtotal) => {
                let parts = self.types.of(bill, service_type, Parts::default);
                parts.has_within |= subtotal == Subtotal::Within;
                parts.subtotals.add(row);
            }
        }
    }

    fn next(&self, row: &Row<'_>) -> Next {
        if row.table.kind == Kind::Upsikyu { Next::Every } else { Next::Never }
    }

    fn end(&mut self, complete: bool, out: &mut Out<'_>) {
        if !complete || !self.placed.sees_all() {
            return;
        }
        let mut wrong: Vec<(Place, &'static Table, i64, i64)> = Vec::new();
        let types = self.types.all();
        for (bill, total) in self.totals.iter().filter(|(bill, _)| self.placed.is_whole(bill)) {
            for index in 0..AMOUNTS.len() {
                let parts = types.get(bill).map_or(&[][..], Vec::as_slice);
                let (Known::Is(said), Some(sum)) = (total.amounts.get(index), sum(parts, index)) else { continue };
                if let (true, Some(place)) = (said != sum, total.place(index)) {
                    wrong.push((place, total.table, said, sum));
                }
            }
        }
        wrong.sort_by_key(|(place, ..)| *place);
        for (place, table, said, sum) in wrong {
            let shown = table.items.get(usize::from(place.column)).is_some_and(|item| item.shown);
            out.place(place, table)
                .expected(format!("{sum}（小計・明細の合計）"), format!("{sum}, the sum of the rows"))
                .got_bytes(said.to_string().as_bytes(), shown);
        }
    }
}

/// What the total of an amount should be; `None` where that cannot be known.
fn sum(types: &[(ServiceType, Parts)], index: usize) -> Option<i64> {
    let mut sum = None;
    for (_, parts) in types {
        // file/subtotal-row-missing speaks of it; the amounts that it should hold are nowhere.
        let no_subtotal = parts.detail_rows >= 2 && !parts.has_within;
        let part = match (parts.subtotals.get(index), parts.details.get(index)) {
            (Known::Unreadable, _) | (Known::Absent, Known::Unreadable) => return None,
            (Known::Is(_), _) | (Known::Absent, Known::Absent) if no_subtotal => return None,
            (Known::Is(part), _) | (Known::Absent, Known::Is(part)) => part,
            (Known::Absent, Known::Absent) => continue,
        };
        sum = Some(sum.unwrap_or(0) + part);
    }
    sum
}

impl Amounts {
    fn add(&mut self, row: &Row<'_>) {
        for (index, key) in AMOUNTS.iter().enumerate() {
            let amount = match row.integer(*key) {
                Known::Is(amount) => i32::try_from(amount).ok(),
                Known::Absent => continue,
                Known::Unreadable => None,
            };
            self.given |= 1 << index;
            match amount.and_then(|amount| self.sums[index].checked_add(amount)) {
                Some(sum) => self.sums[index] = sum,
                None => self.open |= 1 << index,
            }
        }
    }

    fn get(&self, index: usize) -> Known<i64> {
        if self.open & 1 << index != 0 {
            Known::Unreadable
        } else if self.given & 1 << index != 0 {
            Known::Is(i64::from(self.sums[index]))
        } else {
            Known::Absent
        }
    }
}

impl Total {
    fn of(row: &Row<'_>) -> Total {
        let mut amounts = Amounts::default();
        amounts.add(row);
        let spans = AMOUNTS.map(|key| place(row, key).map_or((0, 0), |place| (place.start, place.end)));
        Total { amounts, spans, row: Place::record(&row.record), table: row.table }
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (start, end) = self.spans[index];
        let column = self.table.column(AMOUNTS[index])? as u16;
        Some(Place { start, end, column, ..self.row })
    }
}

fn is_total(file: &DraftFile, row: usize) -> bool {
    file.get(row, upsikyu::SERVICE_CODE) == b"999999"
}

/// Gives the first total row that has an amount another one.
fn change(draft: &mut Draft, key: Key) -> Option<Site> {
    let (index, row) = draft.find(Kind::Upsikyu, |file, row| {
        let is_given = |row: &usize| !file.get(*row, key).is_empty();
        is_total(file, row) && rows_beside(file, row).iter().filter(|row| is_given(row)).count() >= 2 && is_given(&row)
    })?;
    let other: &[u8] = if draft.files[index].get(row, key) == b"1" { b"2" } else { b"1" };
    let column = draft.files[index].put(row, key, other)?;
    Some(Site::Cell(index, row, column))
}
