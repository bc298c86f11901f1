//! `csv/header-row`

use crate::draft::{DraftRow, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, RecordView, Role, Rule};

use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::Kind;
use crate::spec::keys::up1kyo;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/header-row",
    severity: Severity::Error,
    title: Text { ja: "項目名の見出し行があります", en: "the file begins with a row of column headings" },
    why: Text {
        ja: "標準仕様に見出し行はなく、1行目からデータとして取り込まれます。見出し行があると、取込側でエラーになります。",
        en: "The standard has no heading row: the first row is imported as data, and headings in it are rejected.",
    },
    fix: Text {
        ja: "見出し行を出力せず、1行目からデータの行にしてください。",
        en: "Leave the heading row out; begin with the first row of data.",
    },
    basis: Basis::Derived {
        from: ITEM_TABLES,
        because: Text {
            ja: "項目一覧に見出し行の定めはなく、記載例は最初のデータを1行目と数えています。",
            en: "The item tables define no heading row, and the samples count the first data as row 1.",
        },
    },
    reading: None,
    versions: EVERY,
    check: Check::Csv(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Up1kyo, 0, up1kyo::CSV_VERSION, b"\"202407\""),
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let file = draft.index(Kind::Upplan)?;
            let first = draft.files[file].rows.first()?.clone();
            let headings = (1..=first.cells.len()).map(|no| format!("item {no}").into_bytes()).collect();
            draft.files[file].rows.insert(0, DraftRow { cells: headings, ..first });
            Some(Site::Row(file, 0))
        },
    }],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    if view.role == Role::Header {
        let cells = view.record.cells.len();
        out.record(&view.record, None)
            .expected("データの行", "a row of data")
            .got(format!("見出し行（{cells}列）"), format!("headings of {cells} columns"));
    }
}
