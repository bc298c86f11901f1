//! `cell/not-integer`

use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::form::digits;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{uphosoku, upplan};
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/not-integer",
    severity: Severity::Error,
    title: Text {
        ja: "整数の項目に整数以外の値があります", en: "an item of whole numbers holds something else"
    },
    why: Text {
        ja: "数値として読み取れないため、単位数や金額の計算に使えません。",
        en: "It cannot be read as a number, so units and amounts cannot be computed.",
    },
    fix: Text {
        ja: "半角の数字だけにし、桁区切りのカンマ、小数点、単位、符号を付けないでください。",
        en: "Use half-width digits only, without separators, decimal point, unit or sign.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: Some(Text {
        ja: "整数の項目に符号は付けません。ただし共生型サービスの減算などで負になりうる単位数は、警告にとどめます。",
        en: "Whole numbers carry no sign; a minus before 単位数, as reductions of 共生型 services may have, is worth a warning at most.",
    }),
    versions: EVERY,
    check: Check::Shape(|item| item.form == ItemType::Integer, check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::CATEGORY_LIMIT_UNITS, b"0019705"),
        },
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upjsk, no_rental, upplan::UNITS, b"0"),
        },
    ],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_raw(Kind::Uphosoku, 0, uphosoku::CATEGORY_LIMIT_UNITS, b"\"19,705\""),
        },
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upjsk, no_rental, upplan::UNITS, b"-7"),
        },
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upjsk, no_rental, upplan::SERVICE_COUNT, b"1.0"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if digits(view.content) {
        return;
    }
    let negative = view.content.strip_prefix(b"-").is_some_and(|rest| !rest.is_empty() && digits(rest));
    let finding = out.cell(view.row, view.item.key).expected("半角の数字", "half-width digits");
    if negative {
        finding.say("整数の項目に負の値があります", "an item of whole numbers holds a negative one");
        if view.item.key == upplan::UNITS {
            finding.at_most(Severity::Warning);
        }
    } else {
        finding.plain();
    }
}

fn no_rental(file: &DraftFile, row: usize) -> bool {
    !file.get(row, upplan::SERVICE_CODE).starts_with(b"17")
}
