//! `name/office-number-malformed`

use super::{parts, written};
use crate::finding::Severity;
use crate::numbers::{OfficeNumber, office_number};
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/office-number-malformed",
    severity: Severity::Error,
    title: Text {
        ja: "ファイル名の事業所番号の形式が正しくありません",
        en: "an office number in the file name is malformed",
    },
    why: Text {
        ja: "連携クライアントは、ファイル名の事業所番号で送信元と送信先を判断します。",
        en: "The client app tells sender and receiver by the office numbers in the file name.",
    },
    fix: Text {
        ja: "事業所番号は10桁で出力してください。先頭の0を省略したり、9桁で出力したりしないでください。",
        en: "Write all ten characters of the office number; do not drop a leading zero or the check digit.",
    },
    basis: Basis::Spec(&[
        Citation { source: "v41l", place: "ファイル名" },
        Citation { source: "n1", place: "事業所番号の構成" },
    ]),
    reading: Some(Text {
        ja: "標準仕様は「10桁」とだけ定めています。総合事業の番号に合わせ、3桁目の英大文字（I、O、Qを除く）を認め、それ以外の位置の英字は警告とします。",
        en: "The standard says ten digits only. As numbers of 総合事業 have one, a capital (not I, O, Q) is accepted in the third place; one elsewhere is a warning.",
    }),
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case {
        on: "202407-delete",
        also: &[],
        edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverOffice, "99A0100016"),
    }],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| {
                let office = written(draft, Kind::Dltplan, Segment::ReceiverOffice)?;
                draft.rename(Kind::Dltplan, Segment::ReceiverOffice, office.get(..9)?)
            },
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverOffice, "99a0100016"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverOffice, "99I0100016"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverOffice, "9970A00021"),
        },
    ],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    for (segment, text) in parts(view) {
        if !matches!(segment, Segment::SenderOffice | Segment::ReceiverOffice) {
            continue;
        }
        let most = match office_number(text.as_bytes()) {
            OfficeNumber::Sound => continue,
            OfficeNumber::LetterMisplaced => Severity::Warning,
            OfficeNumber::Malformed => Severity::Error,
        };
        let title = segment.title();
        out.whole_file()
            .at_most(most)
            .expected(
                "数字10桁（3桁目のみ英大文字も可。I、O、Qを除く）",
                "ten digits; the third may be a capital other than I, O, Q",
            )
            .got(text, text)
            .say(
                format!("ファイル名の{}「{text}」の形式が正しくありません", title.ja),
                format!("the {} in the file name, `{text}`, is malformed", title.en),
            );
    }
}
