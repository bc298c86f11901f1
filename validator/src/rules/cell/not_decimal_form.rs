//! `cell/not-decimal-form`

use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::form::digits;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::upsikyu;
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/not-decimal-form",
    severity: Severity::Error,
    title: Text {
        ja: "小数の書き方が「99.99」の形式ではありません", en: "the number is not of the form 99.99"
    },
    why: Text {
        ja: "単位数単価として読み取れず、費用の計算が合わなくなります。",
        en: "It cannot be read as a unit price, and costs come out wrong.",
    },
    fix: Text {
        ja: "整数部、小数点、小数部2桁の順に半角で書いてください（例：10.00、11.40）。",
        en: "Write the whole part, a point and two decimals, as in 10.00 or 11.40.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| item.form == ItemType::Decimal, check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| draft.set_where(Kind::Upsikyu, has_price, upsikyu::UNIT_PRICE, b"11.40"),
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upsikyu, has_price, upsikyu::UNIT_PRICE, b"10.2"),
        },
        Case {
            on: "202208-table",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upsikyu, has_price, upsikyu::UNIT_PRICE, b"10"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upsikyu, has_price, upsikyu::UNIT_PRICE, b".21"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let good = match view.content {
        b"" => true,
        [whole @ .., b'.', tenths, hundredths] => !whole.is_empty() && digits(whole) && digits(&[*tenths, *hundredths]),
        _ => false,
    };
    if !good {
        out.cell(view.row, view.item.key).expected("小数第2位までの数（99.99）", "a number with two decimals (99.99)");
    }
}

fn has_price(file: &DraftFile, row: usize) -> bool {
    !file.get(row, upsikyu::UNIT_PRICE).is_empty()
}
