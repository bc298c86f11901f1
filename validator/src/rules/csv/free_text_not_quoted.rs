//! `csv/free-text-not-quoted`

use crate::bind::Row;
use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, RecordView, Rule};
use crate::rules::EVERY;
use crate::scan::Quoting;
use crate::spec::Kind;
use crate::spec::keys::{up1kyo, upplan};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/free-text-not-quoted",
    severity: Severity::Error,
    title: Text { ja: "フリーテキストが「\"」で囲まれていません", en: "free text is not in quotes" },
    why: Text {
        ja: "値にカンマや改行が入ると、以降の項目や行がずれます。囲まれていることを前提に読み取るソフトもあります。",
        en: "A comma or a line break in the value would shift all that follows, and some software relies on the quotes.",
    },
    fix: Text {
        ja: "フリーテキストの項目は、値の内容にかかわらず「\"」で囲んで出力してください。",
        en: "Put free text in quotes, whatever its value.",
    },
    basis: Basis::Spec(super::QUOTING),
    reading: None,
    versions: EVERY,
    check: Check::Csv(check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_raw(Kind::Upplan, 0, upplan::PLAN_MANAGER_NAME, b"\"\""),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_raw(Kind::Upplan, 0, upplan::PLAN_MANAGER_NAME, b""),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                // Quotes around what is no free text are accepted.
                let file = draft.index(Kind::Upplan)?;
                let cells = &mut draft.files[file].rows.first_mut()?.cells;
                for cell in cells.iter_mut().filter(|cell| !cell.starts_with(b"\"")) {
                    *cell = [b"\"", cell.as_slice(), b"\""].concat();
                }
                Some(Site::Row(file, 0))
            },
        },
    ],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_raw(Kind::Upplan, 0, upplan::SERVICE_OFFICE_NAME, b"\x8C\xA9\x96\x7B"),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set_raw(Kind::Up1kyo, 0, up1kyo::USER_ADDRESS2, b"101"),
        },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    let Some(row) = &view.row else { return };
    for (item, cell) in row.table.items.iter().zip(view.record.cells) {
        if Row::is_text(item) && cell.quoting == Quoting::Bare && !cell.content().is_empty() {
            out.cell(row, item.key).expected("「\"」で囲んだ値", "the value in quotes");
        }
    }
}
