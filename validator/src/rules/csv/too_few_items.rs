//! `csv/too-few-items`

use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, RecordView, Role, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::scan::Quoting;
use crate::spec::Kind;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/too-few-items",
    severity: Severity::Error,
    title: Text { ja: "項目数が足りません", en: "the row has too few items" },
    why: Text {
        ja: "項目は位置で読み取られます。1つ欠けると、以降の項目がすべて別の項目として取り込まれます。",
        en: "Items are read by position: with one missing, all that follow are taken for other items.",
    },
    fix: Text {
        ja: "値のない項目も省略せず、カンマだけを出力してください。標準のバージョンに合う項目数かどうかも確認してください。",
        en: "Keep the commas of empty items, and check that the number of items is that of the CSV version.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Csv(check),
    good: &[],
    bad: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| {
            let file = draft.index(Kind::Up1kyo)?;
            draft.files[file].rows[0].cells.pop()?;
            Some(Site::RowEnd(file, 0))
        },
    }],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    let Some(fewest) = view.tables.iter().map(|table| table.items.len()).min() else { return };
    let cells = view.record.cells.len();
    // An unclosed quote swallows cells: csv/unclosed-quote says so.
    let swallowed = view.record.cells.iter().any(|cell| cell.quoting == Quoting::Unclosed);
    if view.role != Role::Data || cells >= fewest || swallowed {
        return;
    }
    let end = view.record.bytes.len();
    let counts: Vec<String> = view.tables.iter().rev().map(|table| table.items.len().to_string()).collect();
    out.range(view, end..end)
        .expected(format!("{}項目", counts.join("または")), format!("{} items", counts.join(" or ")))
        .got(format!("{cells}項目"), format!("{cells} items"))
        .cap_by(view.tables[0].certainty);
}
