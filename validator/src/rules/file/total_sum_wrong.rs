//! `file/total-sum-wrong`

use crate::draft::{Draft, DraftFile, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upsikyu;
use crate::spec::{Key, Kind};
use crate::table7::{AMOUNTS, OfType, ServiceType, Sums, rows_beside};
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
        ja: "サービス種類ごとに、小計の行に値があれば小計を、なければ明細を合計します。EEEE・ZZZZの行を省き、小計が明細の一部だけの合計になっているときは、その小計を含む値を比べません。",
        en: "For each service type the subtotal rows are added where they have a value, else the detail rows. Where EEEE or ZZZZ is left out, so that the subtotals sum up a part of the details only, amounts that hold them are not compared.",
    }),
    versions: EVERY,
    check: Check::Sums(check),
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
        Case {
            on: "202208-table",
            also: &[],
            // What is outside the limit is in the total, and in no subtotal.
            edit: |draft| {
                let outside = |file: &DraftFile, row| file.get(row, upsikyu::SERVICE_CODE).ends_with(b"EEEE");
                let (file, row) = draft.find(Kind::Upsikyu, outside)?;
                draft.files[file].rows.remove(row);
                Some(Site::File(file))
            },
        },
    ],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| change(draft, upsikyu::SERVICE_UNITS_AMOUNT) },
        Case { on: "202407-table", also: &[], edit: |draft| change(draft, upsikyu::TOTAL_COST_INSURED) },
        Case { on: "202407-table", also: &[], edit: |draft| change(draft, upsikyu::USER_COPAY_INSURED) },
    ],
};

fn check(sums: &Sums, out: &mut Out<'_>) {
    let Some(total) = sums.total.as_ref().filter(|_| !sums.open) else { return };
    let known = total.amounts.known() & summed(&sums.types);
    for index in (0..AMOUNTS.len()).filter(|index| known >> index & 1 == 1) {
        let (said, sum) = (total.amounts.sum(index), sum(&sums.types, index));
        if let (true, Some(place)) = (said != sum, total.place(index)) {
            let shown = total.table.items.get(usize::from(place.column)).is_some_and(|item| item.shown);
            out.place(place, total.table)
                .expected(format!("{sum}（小計・明細の合計）"), format!("{sum}, the sum of the rows"))
                .got_bytes(said.to_string().as_bytes(), shown);
        }
    }
}

/// The amounts of which it can be known what the total should be, one bit for each.
fn summed(types: &[(ServiceType, OfType)]) -> u16 {
    let (mut given, mut unknown) = (0, 0);
    for (_, parts) in types {
        let OfType { subtotals, details, .. } = parts;
        let of_details = !subtotals.given();
        unknown |= subtotals.unreadable() | of_details & details.unreadable();
        // file/subtotal-row-missing speaks of it; the amounts that it should hold are nowhere.
        if parts.detail_rows >= 2 && !parts.has_within {
            unknown |= subtotals.known() | of_details & !details.given();
        }
        // file/subtotal-sum-wrong speaks of what is contradicted.
        unknown |= parts.partly_summed() | parts.contradicted();
        given |= subtotals.known() | of_details & details.known();
    }
    given & !unknown
}

/// What the total of such an amount should be.
fn sum(types: &[(ServiceType, OfType)], index: usize) -> i64 {
    let part = |parts: &OfType| {
        let OfType { subtotals, details, .. } = parts;
        if subtotals.given() >> index & 1 == 1 { subtotals.sum(index) } else { details.sum(index) }
    };
    types.iter().map(|(_, parts)| part(parts)).sum()
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
