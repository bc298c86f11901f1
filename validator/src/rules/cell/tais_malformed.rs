//! `cell/tais-malformed`

use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::form::{digits, fits};
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{ITEM_TABLES, SINCE_202407};
use crate::spec::keys::{upplan, upsikyu};
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/tais-malformed",
    severity: Severity::Error,
    title: Text {
        ja: "TAISコードが「99999-999999」の形式ではありません",
        en: "the TAIS code is not of the form 99999-999999",
    },
    why: Text {
        ja: "福祉用具の商品を特定できません。", en: "The product of welfare equipment cannot be told."
    },
    fix: Text {
        ja: "企業コード5桁、半角のハイフン、商品コード6桁の12文字にしてください。",
        en: "Write the maker's five digits, a half-width hyphen and the product's six digits.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: Some(Text {
        ja: "記載例のハイフンは全角ですが、桁数の12に合わせて半角と読み、全角は警告にとどめます。福祉用具届出コードの形式は確かめません。",
        en: "The sample has a full-width hyphen; going by the length of 12, half-width is meant, and full-width is worth a warning at most. The form of 福祉用具届出コード is not checked.",
    }),
    versions: SINCE_202407,
    check: Check::Shape(|item| item.form == ItemType::Tais, check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upplan, has_tais, upplan::TAIS_CODE, b"99999-999999"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                draft.set_where(Kind::Upplan, |file, row| !has_tais(file, row), upplan::TODOKEDE_CODE, b"1-2")
            },
        },
    ],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upplan, has_tais, upplan::TAIS_CODE, b"00001000021"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upsikyu, has_tais, upsikyu::TAIS_CODE, b"0001-0000221"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upplan, has_tais, upplan::TAIS_CODE, b"00001\x81\x5D000021"),
        },
    ],
};

/// － and ‐
const FULL_WIDTH_HYPHENS: [[u8; 2]; 2] = [[0x81, 0x7C], [0x81, 0x5D]];

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if view.content.is_empty() || fits(view.content, "99999-999999") {
        return;
    }
    let full_width_hyphen = match view.content {
        [maker @ .., a, b, _, _, _, _, _, _] if maker.len() == 5 => {
            digits(maker) && FULL_WIDTH_HYPHENS.contains(&[*a, *b]) && digits(&view.content[7..])
        }
        _ => false,
    };
    let finding = out
        .cell(view.row, view.item.key)
        .expected("数字5桁-数字6桁（12文字）", "five digits, a hyphen, six digits (12 characters)");
    if full_width_hyphen {
        finding
            .at_most(Severity::Warning)
            .say("TAISコードのハイフンが全角です", "the hyphen of the TAIS code is full-width");
    } else {
        finding.plain();
    }
}

fn has_tais(file: &DraftFile, row: usize) -> bool {
    !file.get(row, upplan::TAIS_CODE).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft;
    use crate::{Options, judge};

    #[test]
    fn a_code_of_which_more_than_the_hyphen_is_wrong_is_an_error() {
        for (code, severity) in [
            (&b"00001\x81\x7C000021"[..], Severity::Warning),
            (b"0001\x81\x7C000021", Severity::Error),
            (b"0000A\x81\x7C000021", Severity::Error),
            (b"00001\x81\x7C00002A", Severity::Error),
            (b"00001--000021", Severity::Error),
            (b"00001000021", Severity::Error),
        ] {
            let mut draft = Draft::sample("202407-table").expect("it is one");
            draft.set_where(Kind::Upplan, has_tais, upplan::TAIS_CODE, code).expect("it has one");
            let judgement = judge(&draft.to_files(), &Options::default());
            let found: Vec<_> = judgement.findings().iter().map(|f| (f.rule.id, f.severity)).collect();
            assert_eq!(found[0], (RULE.id, severity), "{}", String::from_utf8_lossy(code));
        }
    }
}
