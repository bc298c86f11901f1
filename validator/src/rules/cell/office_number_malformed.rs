//! `cell/office-number-malformed`

use crate::finding::Severity;
use crate::numbers::{OfficeNumber, office_number};
use crate::rule::{Basis, Case, CellView, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::{up1kyo, uphosoku};
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/office-number-malformed",
    severity: Severity::Error,
    title: Text { ja: "事業所番号の形式ではありません", en: "the office number is malformed" },
    why: Text {
        ja: "事業所を特定できないため、取り込めないか、別の事業所の情報になります。",
        en: "The office cannot be told: the row is rejected or taken for another office's.",
    },
    fix: Text {
        ja: "10桁の事業所番号を省略せずに出力してください。英字が入るのは、総合事業の番号の3桁目だけです（大文字。I、O、Qを除く）。",
        en: "Write all ten characters. A letter stands only in the third place of numbers of 総合事業 (a capital, not I, O or Q).",
    },
    basis: Basis::Spec(&[
        Citation { source: "v41l", place: "各帳票の項目一覧" },
        Citation { source: "n1", place: "事業所番号の構成" },
    ]),
    reading: Some(Text {
        ja: "「10桁」は数字に限らないものと読み、3桁目の英字を認めます。ほかの桁の英字は警告にとどめます。",
        en: "\"10桁\" is read as not ruling out letters: one in the third place is accepted, one elsewhere is worth a warning at most.",
    }),
    versions: EVERY,
    check: Check::Shape(|item| item.form == ItemType::Office, check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::UPDATED_BY_OFFICE_NUMBER, b"99A0100016"),
    }],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::UPDATED_BY_OFFICE_NUMBER, b"997010001"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::CONSENT_OFFICE_NUMBER, b"9970A00021"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::CONSENT_OFFICE_NUMBER, b"99a0100016"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if view.content.is_empty() {
        return;
    }
    let most = match office_number(view.content) {
        OfficeNumber::Sound => return,
        OfficeNumber::LetterMisplaced => Severity::Warning,
        OfficeNumber::Malformed => Severity::Error,
    };
    let finding = out.cell(view.row, view.item.key);
    finding.at_most(most).expected(
        "10桁の事業所番号（数字。3桁目のみ英大文字も可。I、O、Qを除く）",
        "ten digits; the third may be a capital other than I, O and Q",
    );
    if most == Severity::Error {
        finding.plain();
    }
}
