//! `csv/stray-quote`

use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, RecordView, Role, Rule};
use crate::rules::EVERY;
use crate::scan::Quoting;
use crate::spec::Kind;
use crate::spec::keys::{up1kyo, upplan};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/stray-quote",
    severity: Severity::Error,
    title: Text {
        ja: "「\"」で始まらない値の中に「\"」があります",
        en: "there is a quote in a value that does not begin with one",
    },
    why: Text {
        ja: "「\"」の読み方が取込側のソフトによって異なり、値が変わったり、以降の項目がずれたりします。",
        en: "Software reads such a quote in different ways: the value changes, or all items that follow are shifted.",
    },
    fix: Text {
        ja: "フリーテキストなら全体を「\"」で囲み、中の「\"」を「\"\"」にしてください。それ以外の項目では「\"」を取り除いてください。",
        en: "Put free text in quotes and double every quote inside; remove the quote from any other item.",
    },
    basis: Basis::Derived {
        from: super::QUOTING,
        because: Text {
            ja: "「\"」を含む値はフリーテキストだけであり、その全体が「\"」で囲まれます。",
            en: "Only free text can hold a quote, and free text is put in quotes as a whole.",
        },
    },
    reading: None,
    versions: EVERY,
    check: Check::Csv(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Up1kyo, 0, up1kyo::USER_ADDRESS2, b"\"A\"\"B\"\"\""),
    }],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| match draft.set_raw(Kind::Up1kyo, 0, up1kyo::USER_ADDRESS2, b"A\"B\"")? {
                Site::Cell(file, row, column) => Some(Site::InCell(file, row, column, 1..2)),
                other => Some(other),
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| match draft.set_raw(Kind::Upplan, 0, upplan::SATELLITE_NO, b"1\"")? {
                Site::Cell(file, row, column) => Some(Site::InCell(file, row, column, 1..2)),
                other => Some(other),
            },
        },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    if view.role != Role::Data {
        return;
    }
    for cell in view.record.cells {
        if let Quoting::Stray { at } = cell.quoting {
            let at = at as usize;
            out.range(view, at..at + 1)
                .expected("「\"」で囲んだ値、または「\"」のない値", "a value in quotes, or one without any")
                .got("値の途中の「\"」", "a quote inside the value");
        }
    }
}
