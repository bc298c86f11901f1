//! `cell/leading-or-trailing-space`

use crate::finding::Severity;
use crate::ms932::characters;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::{up1kyo, upplan};
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/leading-or-trailing-space",
    severity: Severity::Warning,
    title: Text { ja: "値の前か後に空白があります", en: "the value begins or ends with a space" },
    why: Text {
        ja: "見た目は同じでも別の値になり、検索や照合に漏れます。",
        en: "It looks the same and is another value: searches and comparisons miss it.",
    },
    fix: Text {
        ja: "前後の空白を取り除いてください。値がないときは空にします。",
        en: "Remove the spaces around the value; leave the item empty where there is none.",
    },
    basis: Basis::Practice(Text {
        ja: "前後の空白について標準仕様に定めはありません。",
        en: "The standard says nothing of spaces around a value.",
    }),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| item.form == ItemType::Text, check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upplan, 0, upplan::SERVICE_OFFICE_NAME, b"\x83\x81@"),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::PLAN_AUTHOR_NAME, b"A\x81\x40B C"),
        },
    ],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upplan, 0, upplan::SERVICE_OFFICE_NAME, b"\x8C\xA9\x96\x7B\x81\x40"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upplan, 0, upplan::SERVICE_OFFICE_NAME, b" \x8C\xA9\x96\x7B"),
        },
        Case { on: "202407-plan", also: &[], edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::PLAN_AUTHOR_NAME, b" ") },
    ],
};

const FULL_WIDTH_SPACE: &[u8] = b"\x81\x40";

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let text = view.content;
    let leading = text.starts_with(b" ") || text.starts_with(FULL_WIDTH_SPACE);
    let trailing = text.ends_with(b" ") || (text.ends_with(FULL_WIDTH_SPACE) && ends_with_a_pair(text));
    let (ja, en) = match (leading, trailing) {
        (true, true) => ("値の前後に空白があります", "the value begins and ends with a space"),
        (true, false) => ("値の前に空白があります", "the value begins with a space"),
        (false, true) => ("値の後に空白があります", "the value ends with a space"),
        (false, false) => return,
    };
    out.cell(view.row, view.item.key).say(ja, en).expected("前後に空白のない値", "a value without spaces around it");
}

/// Whether the last two bytes are one character: 81 40 may also be the halves of メ@.
fn ends_with_a_pair(text: &[u8]) -> bool {
    characters(text).last().is_some_and(|(range, _)| range.len() == 2)
}
