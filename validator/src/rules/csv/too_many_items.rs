//! `csv/too-many-items`

use super::tell_counts;
use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, RecordView, Role, Rule};

use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{up1kyo, upsikyu};
use crate::spec::{Kind, Version, table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/too-many-items",
    severity: Severity::Error,
    title: Text { ja: "項目数が多すぎます", en: "the row has too many items" },
    why: Text {
        ja: "項目は位置で読み取られます。余分な項目があると、取込側は別のバージョンのファイルとみなすか、行全体を受け付けません。",
        en: "Items are read by position: an import takes such a row for one of another version, or rejects it.",
    },
    fix: Text {
        ja: "余分なカンマや項目を取り除いてください。フリーテキストに「,」がある場合は、全体を「\"」で囲みます。標準のバージョンに合う項目数かどうかも確認してください。",
        en: "Remove the surplus commas and items; put free text that holds a comma in quotes. Check that the number of items is that of the CSV version.",
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
            edit: |draft| {
                // 給付管理単位数 may be left out in this version; here every row has it.
                let file = draft.index(Kind::Upsikyu)?;
                let column = table(Version::V202003, Kind::Upsikyu)?.column(upsikyu::MANAGED_UNITS)?;
                for row in &mut draft.files[file].rows {
                    row.cells.insert(column, Vec::new());
                }
                Some(Site::Row(file, 0))
            },
        },
        Case { on: "202407-plan", also: &[], edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::USER_ADDRESS1, b",,,") },
    ],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::Up1kyo)?;
                let cells = &mut draft.files[file].rows.first_mut()?.cells;
                let count = cells.len();
                cells.extend([b"1".to_vec(), b"\"2\"".to_vec()]);
                Some(Site::FromCell(file, 0, count))
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                // A comma at the end of the row begins another item.
                let file = draft.index(Kind::Upplan)?;
                let cells = &mut draft.files[file].rows.first_mut()?.cells;
                let count = cells.len();
                cells.push(Vec::new());
                Some(Site::FromCell(file, 0, count))
            },
        },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    let Some(most) = view.tables.iter().map(|table| table.items.len()).max() else { return };
    // Where quotes are misplaced, commas inside and outside of text cannot be told apart.
    if view.role != Role::Data || !view.quotes_are_sound() {
        return;
    }
    let Some(surplus) = view.record.cells.get(most) else { return };
    tell_counts(view, out.range(view, surplus.span().start..view.record.bytes.len()));
}

#[cfg(test)]
mod tests {
    use crate::{FileCheck, Options};

    #[test]
    fn a_row_that_is_no_row_has_not_too_many_items() {
        const NAME: &str = "DLTPLAN_202610_9970100013_43_9970100021_11_20260929083000.CSV";
        const ROW: &[u8] = b"202407,991018,0000000101,202610\r\n";
        for (row, expected) in [
            (&b"202407,991018,0000000101,202610,\r\n"[..], &[super::RULE.id][..]),
            (b"version,insurer,insured,month,more\r\n", &["csv/header-row"]),
            (b",,,,\r\n", &["csv/blank-line"]),
            (b"202407,991018,00000\"00101,202610,\r\n", &["csv/stray-quote"]),
        ] {
            let mut check = FileCheck::new(NAME, &Options::default());
            check.push(row);
            check.push(ROW);
            let found: Vec<_> = check.finish().findings.kept.iter().map(|finding| finding.rule.id).collect();
            assert_eq!(found, expected, "{}", String::from_utf8_lossy(row));
        }
    }
}
