//! `cell/code-not-in-list`

use crate::finding::Severity;

use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::Kind;
use crate::spec::keys::{up1kyo, up2kyo, uphosoku, upkihon};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/code-not-in-list",
    severity: Severity::Error,
    title: Text { ja: "コード表にない値です", en: "the code is not in its list" },
    why: Text {
        ja: "意味の分からない値となり、取込側で空や別の区分として扱われます。",
        en: "Nobody knows what it means: an import takes it for nothing or for another code.",
    },
    fix: Text { ja: "コード表の値に直してください。", en: "Use a code of the list." },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Cell(|item| item.codes.is_some(), check),
    good: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up2kyo, 0, up2kyo::INSURANCE_COVERAGE, b""),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set_raw(Kind::Up2kyo, 0, up2kyo::INSURANCE_COVERAGE, b"\"N\""),
        },
    ],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up2kyo, 0, up2kyo::INSURANCE_COVERAGE, b"1"),
        },
        Case { on: "202407-plan", also: &[], edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::CARE_LEVEL, b"01") },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::CERTIFICATION_STATUS, b"3"),
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| draft.set(Kind::Upkihon, 0, upkihon::CARE_LEVEL, b"06"),
        },
        // 男 for 1
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::USER_SEX, b"\x92\x6A"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let Some(list) = view.item.codes else { return };
    if view.content.is_empty() || list.contains(view.content) {
        return;
    }
    let ja: Vec<String> = list.codes.iter().map(|(code, ja, _)| format!("{code}={ja}")).collect();
    let en: Vec<String> = list.codes.iter().map(|(code, _, en)| format!("{code}={en}")).collect();
    out.cell(view.row, view.item.key).expected(ja.join("、"), en.join(", "));
}
