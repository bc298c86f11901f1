//! `name/not-a-standard-name`

use crate::finding::Severity;
use crate::name::NamedKind;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/not-a-standard-name",
    severity: Severity::Error,
    title: Text {
        ja: "ファイル名の先頭が標準の識別子ではありません",
        en: "the file name does not begin with an identifier of the standard",
    },
    why: Text {
        ja: "連携クライアントも取込側のソフトも、ファイル名の先頭から種別を判断します。識別子が違うと、何のファイルか分かりません。",
        en: "The client app and the importing software tell the kind from the beginning of the name; with another identifier nobody knows what the file is.",
    },
    fix: Text {
        ja: "識別子を標準のとおりに直してください（半角大文字）。",
        en: "Use the identifier as the standard writes it, in half-width capitals.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "ファイル名" }]),
    reading: None,
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case { on: "202407-table", also: &[], edit: |draft| draft.rename_text(Kind::Upplan, "UPPLAN", "UPPLAN") }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| draft.rename_text(Kind::Upplan, "UPPLAN", "UPLAN") },
        Case { on: "202407-table", also: &[], edit: |draft| draft.rename_text(Kind::Upsikyu, "UPSIKYU", "DLTBET") },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| draft.rename_text(Kind::Upkihon, "UPKIHON", "UPKHON"),
        },
    ],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    match &view.name.kind {
        NamedKind::Known(_) => {}
        NamedKind::Nearest { written, kind } => {
            let (ja, en) = difference(written, kind.name());
            out.whole_file()
                .expected_value(view.name.text.replacen(written, kind.name(), 1))
                .got(written, written)
                .say(
                    format!("ファイル名の先頭「{written}」は標準の識別子ではありません。「{kind}」の誤りと思われます（{ja}）"),
                    format!("`{written}` is no identifier of the standard; `{kind}` must be meant ({en})"),
                );
        }
        NamedKind::Unknown { written } => {
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            out.whole_file().expected_value(known.join(", ")).got(written, written);
        }
    }
}

/// The part in which two identifiers differ, in words.
fn difference(written: &str, right: &str) -> (String, String) {
    let front = written.bytes().zip(right.bytes()).take_while(|(a, b)| a == b).count();
    let (written, right) = (written.get(front..).unwrap_or(""), right.get(front..).unwrap_or(""));
    let back = written.bytes().rev().zip(right.bytes().rev()).take_while(|(a, b)| a == b).count();
    // An identifier is ASCII; what was written need not be.
    let written = written.get(..written.len() - back).unwrap_or(written);
    let right = right.get(..right.len() - back).unwrap_or(right);
    match (written, right) {
        ("", missing) => (format!("「{missing}」が足りません"), format!("`{missing}` is missing")),
        (surplus, "") => (format!("「{surplus}」が余分です"), format!("`{surplus}` is too much")),
        (here, there) => (format!("「{here}」を「{there}」に"), format!("`{here}` for `{there}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn the_one_difference_is_named() {
        assert_eq!(difference("UPKHON", "UPKIHON").0, "「I」が足りません");
        assert_eq!(difference("UPPPLAN", "UPPLAN").0, "「P」が余分です");
        assert_eq!(difference("UPJKS", "UPJSK").0, "「KS」を「SK」に");
        assert_eq!(difference("DLTBET", "UPSIKYU").1, "`DLTBET` for `UPSIKYU`");
        assert_eq!(difference("ＵPPLAN", "UPPLAN").1, "`Ｕ` for `U`");
    }
}
