//! `cell/bitmap-malformed`

use crate::finding::Severity;

use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::upplan;
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/bitmap-malformed",
    severity: Severity::Error,
    title: Text {
        ja: "日割対象日が0と1の31文字ではありません", en: "the days are not 31 characters of 0 and 1"
    },
    why: Text {
        ja: "1文字が1日に対応するため、文字数や文字が違うと、別の日が日割の対象になります。",
        en: "Each character stands for one day: with other characters or another length, other days are claimed.",
    },
    fix: Text {
        ja: "1日から31日までの各日を、対象なら1、対象外なら0として、31文字で出力してください。",
        en: "Write one character for each of the days 1 to 31: 1 where the day counts, 0 where it does not.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: Some(Text {
        ja: "対象外の日の文字は定められていません。記載例に合わせて0と読み、空白は警告にとどめます。",
        en: "The character of the other days is not defined. It is read as 0, as in the sample; blanks are worth a warning at most.",
    }),
    versions: EVERY,
    check: Check::Cell(|item| item.form == ItemType::Bitmap, check),
    good: &[Case {
        on: "202407-result",
        also: &[],
        edit: |draft| draft.set(Kind::Upjsk, 0, upplan::PRORATED_DAYS, b"1000000000000000000000000000000"),
    }],
    bad: &[
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| draft.set(Kind::Upjsk, 0, upplan::PRORATED_DAYS, b"100000000000000000000000000000"),
        },
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| draft.set(Kind::Upjsk, 0, upplan::PRORATED_DAYS, b"2000000000000000000000000000000"),
        },
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| draft.set(Kind::Upjsk, 0, upplan::PRORATED_DAYS, b"1                              "),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let length = view.content.len();
    if length == 0 || (length == 31 && view.content.iter().all(|b| matches!(b, b'0' | b'1'))) {
        return;
    }
    let blanks = length == 31 && view.content.iter().all(|b| matches!(b, b'0' | b'1' | b' '));
    let finding = out.cell(view.row, view.item.key).expected("0と1の31文字", "31 characters of 0 and 1");
    if blanks {
        finding
            .at_most(Severity::Warning)
            .say("日割対象日が0ではなく空白で埋められています", "days are filled up with blanks instead of 0");
    }
}
