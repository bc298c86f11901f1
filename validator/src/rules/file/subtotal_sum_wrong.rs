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
    reading: Some(Text {
        ja: "EEEEとZZZZの行は任意です。EEEEの行がないときは給付管理単位数が空の明細、ZZZZの行がないときは３０日超区分が1の明細が、どの小計にも入らないことを認めます。",
        en: "EEEE and ZZZZ rows are optional: without EEEE, details without 給付管理単位数 may stand in no subtotal; without ZZZZ, those of 30日超区分 1.",
    }),
    versions: EVERY,
    check: Check::Sums(check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            // An amount that is not given is not 0.
            edit: |draft| {
                let (_, detail) = with_amounts(draft)?;
                draft.set(Kind::Upsikyu, detail, upsikyu::SERVICE_UNITS_AMOUNT, b"")
            },
        },
        Case { on: "202208-table", also: &[], edit: without_outside },
    ],
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
        let Units { details, detail_rows: rows, subtotals, within, .. } = own.units;
        let Some((place, table)) = within.filter(|_| own.contradicts_itself()) else { continue };
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

/// Takes away the first TTEEEE row beside which only one detail is outside the limit, and gives that detail
/// its amounts.
fn without_outside(draft: &mut Draft) -> Option<Site> {
    let (index, subtotal) =
        draft.find(Kind::Upsikyu, |file, row| file.get(row, upsikyu::SERVICE_CODE).ends_with(b"EEEE"))?;
    let file = &mut draft.files[index];
    let outside = |row: &usize| file.get(*row, upsikyu::MANAGED_UNITS).is_empty();
    let mut details = details_beside(file, subtotal).into_iter().filter(outside);
    let (Some(detail), None) = (details.next(), details.next()) else { return None };
    for key in [
        upsikyu::UNIT_PRICE,
        upsikyu::TOTAL_COST_INSURED,
        upsikyu::BENEFIT_RATE,
        upsikyu::INSURANCE_CLAIM_AMOUNT,
        upsikyu::USER_COPAY_INSURED,
        upsikyu::USER_COPAY_FULL,
    ] {
        let amount = file.get(subtotal, key).to_vec();
        file.put(detail, key, &amount)?;
    }
    file.rows.remove(subtotal);
    Some(Site::Row(index, if detail > subtotal { detail - 1 } else { detail }))
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::spec::Kind;
    use crate::spec::keys::upsikyu;
    use crate::{FileCheck, Options, judge};

    #[test]
    fn a_subtotal_that_is_wrong_or_too_long_is_one_finding_and_none_about_the_total() {
        for (amount, rule) in [(&b"7"[..], super::RULE.id), (b"1234567", "cell/too-long")] {
            let mut draft = Draft::sample("202407-table").expect("it is one");
            let (subtotal, _) = super::with_amounts(&draft).expect("it has one");
            draft.set(Kind::Upsikyu, subtotal, upsikyu::SERVICE_UNITS_AMOUNT, amount).expect("it has the item");
            let judgement = judge(&draft.to_files(), &Options::default());
            let found: Vec<_> = judgement.findings().iter().map(|finding| finding.rule.id).collect();
            assert_eq!(found, [rule]);
        }
    }

    /// サービスコード, サービス単位金額, 給付管理単位数, ３０日超区分
    type Line<'a> = (&'a str, &'a str, &'a str, &'a str);

    fn found(lines: &[Line<'_>]) -> usize {
        let mut check = FileCheck::new("UPSIKYU_202412_9970100013_9970100021_20241127163000.CSV", &Options::default());
        for (code, amount, managed, over_30_days) in lines {
            let units = if code.ends_with(|last: char| last.is_ascii_digit()) { "100" } else { "0" };
            let row = format!(
                "202208,991018,0000000101,20241127,202412,\"\",9970100054,,{code},{units},,,1,{amount},{managed}{}{over_30_days},9999999999,,9970100013,\r\n",
                ",".repeat(15)
            );
            check.push(row.as_bytes());
        }
        let judgement = check.finish();
        assert_eq!(judgement.not_checked.len(), 0, "{lines:?}");
        judgement.findings.kept.iter().filter(|finding| finding.rule.id == super::RULE.id).count()
    }

    #[test]
    fn a_subtotal_that_is_optional_may_be_left_out_with_its_rows_only() {
        const WITHIN: Line<'_> = ("212111", "600", "600", "0");
        const OUTSIDE: Line<'_> = ("216100", "30", "", "0");
        const BEYOND: Line<'_> = ("212111", "200", "", "1");
        const EEEE: Line<'_> = ("21EEEE", "30", "", "0");
        const ZZZZ: Line<'_> = ("21ZZZZ", "200", "", "1");
        let aaaa = |amount: &'static str| ("21AAAA", amount, amount, "0");
        for (lines, count) in [
            (&[WITHIN, OUTSIDE, BEYOND, aaaa("600"), EEEE, ZZZZ][..], 0),
            (&[WITHIN, OUTSIDE, BEYOND, aaaa("600"), ZZZZ], 0),
            (&[WITHIN, OUTSIDE, BEYOND, aaaa("600"), EEEE], 0),
            (&[WITHIN, OUTSIDE, BEYOND, aaaa("600")], 0),
            // Who leaves 給付管理単位数 empty may sum up all the same.
            (&[OUTSIDE, OUTSIDE, aaaa("60")], 0),
            (&[WITHIN, OUTSIDE, BEYOND, aaaa("599")], 1),
            (&[WITHIN, OUTSIDE, BEYOND, aaaa("831")], 1),
            (&[WITHIN, OUTSIDE, aaaa("599"), EEEE], 1),
            (&[WITHIN, BEYOND, aaaa("599"), ZZZZ], 1),
            (&[WITHIN, ("212112", "600", "600", "0"), aaaa("600")], 1),
            // file/duplicate-row speaks of the second row.
            (&[WITHIN, WITHIN, aaaa("600")], 0),
        ] {
            assert_eq!(found(lines), count, "{lines:?}");
        }
    }
}
