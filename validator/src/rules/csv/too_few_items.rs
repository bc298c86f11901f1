//! `csv/too-few-items`

use super::tell_counts;
use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, RecordView, Role, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{upplan, upsikyu};
use crate::spec::{Kind, Version, tables};
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
        ja: "値のない項目も省略せず、カンマだけを出力してください。行が値の途中の改行で切れている場合は、その値全体を「\"」で囲みます。標準のバージョンに合う項目数かどうかも確認してください。",
        en: "Keep the commas of empty items. Where a line break within a value has cut the row, put that value in quotes. Check that the number of items is that of the CSV version.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: Some(Text {
        ja: "202003の第7表は、「給付管理単位数」のない33項目とある34項目のいずれも認めます。",
        en: "Under 202003, 第7表 is accepted with 給付管理単位数 (34 items) and without it (33 items).",
    }),
    versions: EVERY,
    check: Check::Csv(check),
    good: &[
        Case {
            on: "202003-table",
            also: &[],
            // 給付管理単位数 may be left out in this version.
            edit: |draft| {
                let shortest = tables(Version::V202003, Kind::Upsikyu).last()?.items.len();
                let (file, row) = draft.find(Kind::Upsikyu, |file, row| file.rows[row].cells.len() == shortest)?;
                Some(Site::Row(file, row))
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            // The comma before an empty last item is there.
            edit: |draft| draft.set(Kind::Upplan, 0, upplan::RECORD_IDENTIFIER, b""),
        },
    ],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::Up1kyo)?;
                draft.files[file].rows.first_mut()?.cells.pop()?;
                Some(Site::RowEnd(file, 0))
            },
        },
        Case {
            on: "202208-table",
            also: &[],
            // 33 items are for the version before.
            edit: |draft| {
                let file = draft.index(Kind::Upsikyu)?;
                let column = draft.files[file].column(upsikyu::MANAGED_UNITS)?;
                if draft.files[file].version()? == Version::V202003 {
                    return None;
                }
                draft.files[file].rows.first_mut()?.cells.remove(column);
                Some(Site::RowEnd(file, 0))
            },
        },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    let Some(fewest) = view.tables.iter().map(|table| table.items.len()).min() else { return };
    // A quote in the wrong place takes cells in: the rules about quotes say so.
    if view.role != Role::Data || view.record.cells.len() >= fewest || !view.quotes_are_sound() {
        return;
    }
    let end = view.record.bytes.len();
    tell_counts(view, out.range(view, end..end));
}
