//! `csv/unclosed-quote`

use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, RecordView, Role, Rule};
use crate::rules::EVERY;
use crate::scan::Quoting;
use crate::spec::Kind;
use crate::spec::keys::{up1kyo, upplan};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/unclosed-quote",
    severity: Severity::Error,
    title: Text { ja: "「\"」が閉じられていません", en: "a quote is opened and never closed" },
    why: Text {
        ja: "閉じられるまでのカンマや改行は値の一部とみなされます。以降の項目や行が、すべて1つの項目に取り込まれることがあります。",
        en: "Commas and line breaks belong to the value until the quote is closed: an import may take all that follows for one item.",
    },
    fix: Text {
        ja: "値の終わりに「\"」を付けてください。値の中の「\"」は「\"\"」にします。",
        en: "Close the quote at the end of the value; double every quote inside.",
    },
    basis: Basis::Spec(super::QUOTING),
    reading: None,
    versions: EVERY,
    check: Check::Csv(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::OVERALL_POLICY, b"A\r\nB, \"\"C\"\""),
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let file = draft.index(Kind::Upplan)?;
            let column = draft.files[file].column(upplan::SERVICE_OFFICE_NAME)?;
            let cells = &mut draft.files[file].rows.first_mut()?.cells;
            // A quote further on would be taken for the closing one.
            if cells.iter().skip(column + 1).any(|cell| cell.contains(&b'"')) {
                return None;
            }
            cells[column] = b"\"A".to_vec();
            Some(Site::InCell(file, 0, column, 0..1))
        },
    }],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    if view.role != Role::Data {
        return;
    }
    for cell in view.record.cells.iter().filter(|cell| cell.quoting == Quoting::Unclosed) {
        let start = cell.span().start;
        out.range(view, start..start + 1)
            .expected("値の後に「\"」", "a quote after the value")
            .got("閉じる「\"」なし", "no closing quote");
    }
}
