//! `file/total-rows-differ`

use crate::draft::{Draft, DraftFile, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::spec::keys::upsikyu;
use crate::table7::Sums;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/total-rows-differ",
    severity: Severity::Warning,
    title: Text {
        ja: "利用者の合計の行（999999）が複数あり、内容が異なります",
        en: "a user has several total rows (999999) that differ",
    },
    why: Text {
        ja: "取込側は合計の行を1行だけ使います。どの行が使われるか分からず、限度額と負担額を誤るおそれがあります。",
        en: "An import takes one total row; nobody knows which, and the user's limit and share may come out wrong.",
    },
    fix: Text {
        ja: "サービスコード999999の行は、利用者と対象年月ごとに1行だけ出力してください。",
        en: "Write one row of service code 999999 for each user and month.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPSIKYU No.9" }]),
    reading: Some(Text {
        ja: "合計の行は、利用者と対象年月ごとに1行と解釈しています。標準仕様に行数の明記はないため、警告とします。",
        en: "The total row is read as one per user and month. As the text does not give their number, this is a warning.",
    }),
    versions: EVERY,
    check: Check::Sums(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // What no row gives, the total may give as 0.
        edit: |draft| draft.set_where(Kind::Upsikyu, is_total, upsikyu::TYPE_LIMIT_OVER_UNITS, b"0"),
    }],
    bad: &[Case { on: "202407-table", also: &[], edit: another_total }],
};

fn check(sums: &Sums, out: &mut Out<'_>) {
    let Some(total) = &sums.total else { return };
    let Some(other) = total.other else { return };
    out.place(other, total.table)
        .expected("利用者・対象年月ごとに1行", "one row for each user and month")
        .got("内容の異なる2行目", "a second one that differs")
        .related(total.row(), "最初の合計の行", "the first total row");
}

fn is_total(file: &DraftFile, row: usize) -> bool {
    file.get(row, upsikyu::SERVICE_CODE) == b"999999"
}

/// Puts a second total row behind the first, with other units.
fn another_total(draft: &mut Draft) -> Option<Site> {
    let (index, row) = draft.find(Kind::Upsikyu, is_total)?;
    let file = &mut draft.files[index];
    file.rows.insert(row + 1, file.rows[row].clone());
    file.put(row + 1, upsikyu::SERVICE_UNITS_AMOUNT, b"2")?;
    Some(Site::Cell(index, row + 1, file.column(upsikyu::SERVICE_CODE)?))
}
