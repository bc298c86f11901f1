//! `cell/wrong-length`

use crate::finding::Severity;
use crate::form::digits;

use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{dlt1kyo, up1kyo, uphosoku};
use crate::spec::{Item, ItemType, Kind, Length};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/wrong-length",
    severity: Severity::Error,
    title: Text {
        ja: "桁数が決められたとおりではありません", en: "the value is not of the length laid down"
    },
    why: Text {
        ja: "先頭の0が落ちるなどして桁数が変わると、別の番号やコードとして扱われます。",
        en: "With a leading zero lost, say, the value is taken for another number or code.",
    },
    fix: Text {
        ja: "先頭の0を省略せず、決められた桁数で出力してください。",
        en: "Keep leading zeros and write all the characters laid down.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| exact_length(item).is_some(), check),
    good: &[Case { on: "202407-plan", also: &[], edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::CARE_LEVEL, b"06") }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::CARE_LEVEL, b"2") },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dlt1kyo, 0, dlt1kyo::INSURER_NUMBER, b"99101"),
        },
    ],
};

fn exact_length(item: &Item) -> Option<usize> {
    match (item.form, item.length) {
        (ItemType::Version, _) => None,
        (_, Length::Exactly(length)) => Some(length),
        (_, Length::AtMost(_) | Length::Free) => None,
    }
}

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let Some(length) = exact_length(view.item) else { return };
    let found = view.content.len();
    // Of a code, only digits can have lost a zero: what else stands there is cell/code-not-in-list.
    let is_other = view.item.codes.is_some() && !digits(view.content);
    if found != 0 && found != length && !is_other {
        out.cell(view.row, view.item.key)
            .say(
                format!("桁数が違います（{length}桁の項目に{found}桁）"),
                format!("the value is {found} characters long where {length} are laid down"),
            )
            .expected(format!("半角{length}桁"), format!("{length} half-width characters"));
    }
}
