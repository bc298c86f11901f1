//! `cell/insurer-check-digit`

use crate::finding::Severity;
use crate::numbers::has_check_digit;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::{dlt1kyo, dltplan};
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/insurer-check-digit",
    severity: Severity::Info,
    title: Text {
        ja: "保険者番号のチェックディジットが合いません",
        en: "the check digit of the insurer number does not fit",
    },
    why: Text {
        ja: "番号の入力誤りかもしれません。チェックディジットの合わない番号も実在するため、参考情報です。",
        en: "It may be a slip of the pen; numbers that do not fit exist, so this is a hint only.",
    },
    fix: Text {
        ja: "保険者番号を被保険者証と照合してください。合っていれば、そのままで構いません。",
        en: "Compare the number with the insurance card; if it is right, leave it.",
    },
    basis: Basis::Practice(Text {
        ja: "公表されている保険者番号の末尾は、事業所番号と同じ方法で求めたチェックディジットです。標準仕様に定めはありません。",
        en: "The last digit of published insurer numbers is computed as that of office numbers; the standard says nothing of it.",
    }),
    reading: None,
    versions: EVERY,
    check: Check::Cell(|item| item.form == ItemType::Insurer, check),
    good: &[Case {
        on: "202407-delete",
        also: &[],
        edit: |draft| draft.set(Kind::Dlt1kyo, 0, dlt1kyo::INSURER_NUMBER, b"294538"),
    }],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dlt1kyo, 0, dlt1kyo::INSURER_NUMBER, b"294539"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.set(Kind::Dltplan, 0, dltplan::INSURER_NUMBER, b"991081"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if has_check_digit(view.content) == Some(false) {
        out.cell(view.row, view.item.key).expected("チェックディジットの合う番号", "a number whose check digit fits");
    }
}
