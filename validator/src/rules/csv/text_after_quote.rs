//! `csv/text-after-quote`

use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, RecordView, Role, Rule};
use crate::rules::EVERY;
use crate::scan::Quoting;
use crate::spec::Kind;
use crate::spec::keys::{up1kyo, upplan};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/text-after-quote",
    severity: Severity::Error,
    title: Text { ja: "閉じた「\"」の後に文字があります", en: "something follows a closing quote" },
    why: Text {
        ja: "値の中の「\"」を「\"\"」にしないと起こります。取込側では、「\"」の後が捨てられるか、以降の項目がずれます。",
        en: "This happens when quotes inside a value are not doubled. An import drops what follows the quote, or shifts all items behind it.",
    },
    fix: Text {
        ja: "値の中の「\"」は「\"\"」にし、閉じる「\"」の直後をカンマか改行にしてください。",
        en: "Double every quote inside the value; let a comma or a line end follow the closing quote.",
    },
    basis: Basis::Spec(super::QUOTING),
    reading: None,
    versions: EVERY,
    check: Check::Csv(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::OVERALL_POLICY, b"A \"\"B\"\", C"),
    }],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| match draft.set_raw(Kind::Up1kyo, 0, up1kyo::OVERALL_POLICY, b"\"A\"B\"C\"")? {
                Site::Cell(file, row, column) => Some(Site::InCell(file, row, column, 3..7)),
                other => Some(other),
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| match draft.set_raw(Kind::Upplan, 0, upplan::SERVICE_OFFICE_NAME, b"\"A\" ")? {
                Site::Cell(file, row, column) => Some(Site::InCell(file, row, column, 3..4)),
                other => Some(other),
            },
        },
        Case { on: "202407-table", also: &[], edit: |draft| swallow_cells(draft) },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    if view.role != Role::Data {
        return;
    }
    for cell in view.record.cells {
        if let Quoting::TextAfter { at } = cell.quoting {
            let at = at as usize;
            let length = cell.span().end - at;
            out.range(view, at..cell.span().end)
                .expected("カンマか改行", "a comma or a line end")
                .got(format!("{length}バイトの文字"), format!("{length} bytes of text"));
        }
    }
}

/// A quote that is not closed ends where the next text begins, and makes one finding.
fn swallow_cells(draft: &mut Draft) -> Option<Site> {
    let file = draft.index(Kind::Upplan)?;
    let from = draft.files[file].column(upplan::PLAN_MANAGER_NAME)?;
    let cells = &mut draft.files[file].rows.first_mut()?.cells;
    let to = (from + 1..cells.len()).find(|&column| cells[column].contains(&b'"'))?;
    if cells[to].len() < 3 || cells[to].iter().any(|b| matches!(b, b',' | b'\r' | b'\n')) {
        return None;
    }
    cells[from] = b"\"A".to_vec();
    let before: usize = cells[from..to].iter().map(|cell| cell.len() + 1).sum();
    Some(Site::InCell(file, 0, from, before + 1..before + cells[to].len()))
}
