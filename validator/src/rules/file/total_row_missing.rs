//! `file/total-row-missing`

use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upsikyu;
use crate::spec::{Certainty, Kind};
use crate::table7::{Sums, rows_beside};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/total-row-missing",
    severity: Severity::Error,
    title: Text {
        ja: "利用者の合計の行（999999）がありません", en: "a user has no total row (999999)"
    },
    why: Text {
        ja: "合計の行は必須です。ないと、取込側で利用者の限度額と負担額を確かめられません。",
        en: "The total row is mandatory; without it nobody can check the user's limit and share.",
    },
    fix: Text {
        ja: "利用者ごとに、サービスコード999999の行を出力してください。",
        en: "Write a row of service code 999999 for each user.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPSIKYU No.9" }]),
    reading: Some(Text {
        ja: "合計の行は、利用者と対象年月ごとに1行と解釈しています。",
        en: "The total row is read as one per user and month.",
    }),
    versions: EVERY,
    check: Check::Sums(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // The total first, its details behind it.
        edit: |draft| {
            let (file, row) = total(draft)?;
            let rows = &mut draft.files[file].rows;
            let cells = rows[row].cells.clone();
            rows[row].cells = std::mem::replace(&mut rows[0].cells, cells);
            Some(Site::Row(file, 0))
        },
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let (file, row) = total(draft)?;
            let first = *rows_beside(&draft.files[file], row).first()?;
            draft.files[file].rows.remove(row);
            (first != row).then_some(Site::Row(file, first))
        },
    }],
};

fn check(sums: &Sums, out: &mut Out<'_>) {
    if sums.has_total {
        return;
    }
    let certainty = sums.table.item(upsikyu::SERVICE_CODE).map_or(Certainty::Guess, |code| code.certainty);
    out.place(sums.first, sums.table)
        .cap_by(certainty)
        .expected(
            "この利用者・対象年月の、サービスコード999999の行",
            "a row of service code 999999 for this user and month",
        )
        .got("なし", "none");
}

fn total(draft: &Draft) -> Option<(usize, usize)> {
    draft.find(Kind::Upsikyu, |file, row| file.get(row, upsikyu::SERVICE_CODE) == b"999999")
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::spec::Kind;
    use crate::spec::keys::upsikyu;
    use crate::{Options, judge};

    /// The rules that speak where the rows so picked have another value, each once in a row.
    fn found(
        key: crate::spec::Key,
        picks: impl Fn(usize, &[u8]) -> bool,
        value: impl Fn(&[u8]) -> Vec<u8>,
    ) -> Vec<&'static str> {
        let mut draft = Draft::sample("202407-table").expect("it is one");
        let file = draft.index(Kind::Upsikyu).expect("it has one");
        for row in 0..draft.files[file].rows.len() {
            if picks(row, draft.files[file].get(row, upsikyu::SERVICE_CODE)) {
                let value = value(draft.files[file].get(row, key));
                draft.files[file].put(row, key, &value).expect("it has the item");
            }
        }
        let judgement = judge(&draft.to_files(), &Options::default());
        let mut found: Vec<_> = judgement.findings().iter().map(|finding| finding.rule.id).collect();
        found.dedup();
        found
    }

    #[test]
    fn a_row_of_another_month_is_that_and_no_table_without_a_total() {
        let other = found(upsikyu::TARGET_MONTH, |row, _| row == 5, |_| b"202611".to_vec());
        assert_eq!(other, ["file/month-mixed"]);
    }

    #[test]
    fn codes_of_subtotals_in_small_letters_are_that_and_no_services() {
        let small = found(upsikyu::SERVICE_CODE, |_, code| code.ends_with(b"AAAA"), <[u8]>::to_ascii_lowercase);
        assert_eq!(small, ["cell/not-alphanumeric"]);
    }
}
