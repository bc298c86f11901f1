//! `cell/out-of-range`

use crate::bind::Known;
use crate::finding::Severity;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::up2kyo;
use crate::spec::{Condition, Item, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/out-of-range",
    severity: Severity::Error,
    title: Text { ja: "値が決められた範囲にありません", en: "the number is out of range" },
    why: Text {
        ja: "番号順に並べて帳票を再現できません。",
        en: "The printed form cannot be restored from numbers out of range.",
    },
    fix: Text {
        ja: "決められた範囲の番号にしてください。", en: "Use a number in the range laid down."
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Cell(|item| range(item).is_some(), check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| {
            let last = draft.files[draft.index(Kind::Up2kyo)?].rows.len() - 1;
            draft.set(Kind::Up2kyo, last, up2kyo::SUPPORT_CONTENT_NO, b"99")
        },
    }],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up2kyo, 0, up2kyo::SUPPORT_CONTENT_NO, b"0"),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up2kyo, 0, up2kyo::SUPPORT_CONTENT_NO, b"00"),
        },
    ],
};

fn range(item: &Item) -> Option<(u32, u32)> {
    item.condition(|condition| match condition {
        Condition::Range(from, to) => Some((*from, *to)),
        _ => None,
    })
}

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let Some((from, to)) = range(view.item) else { return };
    let Known::Is(number) = view.row.integer(view.item.key) else { return };
    if number < i64::from(from) || number > i64::from(to) {
        out.cell(view.row, view.item.key).expected(format!("{from}～{to}"), format!("{from} to {to}"));
    }
}
