//! `cell/date-does-not-exist`

use crate::finding::Severity;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::up1kyo;
use crate::spec::{Condition, ItemType, Kind, parse_date};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/date-does-not-exist",
    severity: Severity::Error,
    title: Text { ja: "暦にない日付です", en: "the date does not exist" },
    why: Text {
        ja: "日付として読み取れないため、取込側でエラーになるか、別の日として取り込まれます。",
        en: "It cannot be read as a day: an import rejects it or takes it for another one.",
    },
    fix: Text {
        ja: "月の日数とうるう年を確かめ、実在する日付にしてください。",
        en: "Use a day of the calendar; mind the lengths of months and leap years.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Cell(|item| item.form == ItemType::Date, check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"20240229"),
    }],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"20250229"),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"00000000"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let digits = view.content.len() == 8 && view.content.iter().all(u8::is_ascii_digit);
    if !digits || parse_date(view.content).is_some() {
        return;
    }
    let zero_allowed = view.item.conditions.iter().any(|c| matches!(c, Condition::ZeroOrDate(_)));
    if zero_allowed && view.content == b"00000000" {
        return;
    }
    out.cell(view.row, view.item.key).expected("実在する日付（YYYYMMDD）", "a day of the calendar (YYYYMMDD)");
}
