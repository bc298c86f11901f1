//! `cell/not-a-date`

use crate::finding::Severity;
use crate::form::fits;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{up1kyo, upplan};
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/not-a-date",
    severity: Severity::Error,
    title: Text {
        ja: "日付がYYYYMMDDの8桁の数字ではありません", en: "the date is not eight digits, YYYYMMDD"
    },
    why: Text {
        ja: "日付として読み取れません。区切り文字や和暦の日付は、標準仕様にありません。",
        en: "It cannot be read as a date; the standard knows neither separators nor era dates.",
    },
    fix: Text {
        ja: "西暦の年月日を、区切りのない8桁の数字にしてください（例：20261003）。",
        en: "Write year, month and day as eight digits without separators, as in 20261003.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| item.form == ItemType::Date, check),
    good: &[Case { on: "202407-plan", also: &[], edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"") }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upplan, 0, upplan::CREATED_ON, b"2026/10/05"),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"2026401"),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::CERTIFIED_ON, b"R8.04.01"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if !view.content.is_empty() && !fits(view.content, "99999999") {
        out.cell(view.row, view.item.key).expected("8桁の数字（YYYYMMDD）", "eight digits (YYYYMMDD)");
    }
}
