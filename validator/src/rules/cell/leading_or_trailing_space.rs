//! `cell/leading-or-trailing-space`

use crate::finding::Severity;
use crate::ms932::characters;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{dltplan, up1kyo, upplan};
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/leading-or-trailing-space",
    severity: Severity::Error,
    title: Text { ja: "値の前か後に空白があります", en: "the value begins or ends with a space" },
    why: Text {
        ja: "見た目は同じでも別の値になり、番号や数値として読み取れないか、検索や照合に漏れます。",
        en: "It looks the same and is another value: it cannot be read as a number or code, and searches miss it.",
    },
    fix: Text {
        ja: "桁数に満たない値も空白で埋めず、前後の空白を取り除いてください。値がないときは空にします。",
        en: "Remove the spaces around the value, also where they fill it up to a length; leave the item empty where there is none.",
    },
    basis: Basis::Derived {
        from: ITEM_TABLES,
        because: Text {
            ja: "数字やコードの項目の書式に、空白は含まれません。",
            en: "The forms of numbers and codes have no spaces in them.",
        },
    },
    reading: Some(Text {
        ja: "フリーテキストの前後の空白は、標準仕様に定めがないため警告にとどめます。",
        en: "The standard says nothing of spaces around free text, so that these are a warning.",
    }),
    versions: EVERY,
    check: Check::Shape(|item| applies(item.form), check),
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
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::UNITS, b"387 ") },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dltplan, 0, dltplan::INSURED_NUMBER, b" 000000101"),
        },
    ],
};

/// Days that are not marked may be blanks, and telephone numbers of many forms are accepted; these and versions
/// have rules of their own.
fn applies(form: ItemType) -> bool {
    form == ItemType::Text || form.is_half_width() && !matches!(form, ItemType::Bitmap | ItemType::Phone)
}

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
    let finding = out.cell(view.row, view.item.key);
    finding.say(ja, en).expected("前後に空白のない値", "a value without spaces around it");
    if view.item.form == ItemType::Text {
        finding.at_most(Severity::Warning);
    } else {
        finding.plain();
    }
}

/// Whether the last two bytes are one character: 81 40 may also be the halves of メ@.
fn ends_with_a_pair(text: &[u8]) -> bool {
    characters(text).last().is_some_and(|(range, _)| range.len() == 2)
}
