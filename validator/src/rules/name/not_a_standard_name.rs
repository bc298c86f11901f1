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
            out.whole_file().expected_value(kind.name()).got(written, written).say(
                format!("ファイル名の先頭「{written}」は標準の識別子ではありません（「{kind}」の誤りと思われます）"),
                format!("`{written}` is no identifier of the standard; `{kind}` must be meant"),
            );
        }
        NamedKind::Unknown { written } => {
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            out.whole_file().expected_value(known.join(", ")).got(written, written);
        }
    }
}
