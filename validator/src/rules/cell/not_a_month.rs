//! `cell/not-a-month`

use crate::bind::YearMonth;
use crate::finding::Severity;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{dltjsk, dltplan, uphosoku};
use crate::spec::{Condition, ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/not-a-month",
    severity: Severity::Error,
    title: Text {
        ja: "年月がYYYYMMの形式ではないか、実在しない月です",
        en: "the month is not of the form YYYYMM, or does not exist",
    },
    why: Text {
        ja: "何月分のデータか分からず、取り込めません。",
        en: "Nobody can tell which month the row is about, so it cannot be imported.",
    },
    fix: Text {
        ja: "西暦の年と01～12の月を、6桁の数字にしてください。000000は、計画書と一緒に送る利用者補足情報でだけ使います。",
        en: "Write the year and a month from 01 to 12 as six digits. 000000 is for 利用者補足情報 beside the plan tables only.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Cell(|item| item.form == ItemType::Month, check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::TARGET_MONTH, b"000000"),
    }],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dltplan, 0, dltplan::TARGET_MONTH, b"202613"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dltplan, 0, dltplan::TARGET_MONTH, b"000000"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dltjsk, 0, dltjsk::TARGET_MONTH, b"2026-09"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let zero = view.content == b"000000" && view.item.has(&Condition::ZeroOrMonth);
    if !view.content.is_empty() && !zero && YearMonth::parse(view.content).is_none() {
        out.cell(view.row, view.item.key).expected("実在する年月（YYYYMM）", "a month of the calendar (YYYYMM)");
    }
}
