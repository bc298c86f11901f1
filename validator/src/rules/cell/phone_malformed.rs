//! `cell/phone-malformed`

use crate::finding::Severity;

use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::uphosoku;
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/phone-malformed",
    severity: Severity::Warning,
    title: Text {
        ja: "電話番号として読み取れない値です", en: "the value does not look like a telephone number"
    },
    why: Text {
        ja: "書式の定めはありませんが、番号以外の文字があると、取込側の電話番号欄に入らないことがあります。",
        en: "The standard defines no form, but an import may refuse anything that is no number.",
    },
    fix: Text {
        ja: "半角の数字とハイフンで番号だけを出力してください。番号がないときは空にします。",
        en: "Write the number with half-width digits and hyphens; leave the item empty where there is none.",
    },
    basis: Basis::Practice(Text {
        ja: "電話番号とFax番号の書式は標準仕様に定めがありません。半角の数字、ハイフン、括弧、+、空白を認めます。",
        en: "The standard leaves the form of telephone and fax numbers open. Half-width digits, hyphens, parentheses, + and spaces are accepted.",
    }),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| item.form == ItemType::Phone, check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::USER_PHONE, b"(00)0000-0000"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::USER_PHONE, b"+81-0-0000-0000"),
        },
    ],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::USER_PHONE, b"NASHI"),
        },
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::USER_PHONE, b"-") },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if view.content.is_empty() {
        return;
    }
    let plain = view.content.iter().all(|b| matches!(b, b'0'..=b'9' | b'-' | b'(' | b')' | b'+' | b' '));
    if !plain || !view.content.iter().any(u8::is_ascii_digit) {
        out.cell(view.row, view.item.key)
            .expected("半角の数字とハイフンの番号", "a number of half-width digits and hyphens");
    }
}
