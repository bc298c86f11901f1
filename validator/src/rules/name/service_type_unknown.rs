//! `name/service-type-unknown`

use super::{asked, parts};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Party, Segment, service_type};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/service-type-unknown",
    severity: Severity::Error,
    title: Text {
        ja: "ファイル名のサービス種類コードが存在しません",
        en: "a service type code in the file name does not exist",
    },
    why: Text {
        ja: "同じ事業所番号で複数のサービスを行う事業所は、サービス種類コードで区別されます。",
        en: "Where one office number stands for several services, the service type code tells them apart.",
    },
    fix: Text {
        ja: "サービス種類コード表にある2桁のコードを出力してください（居宅介護支援は43、介護予防支援は46、介護予防ケアマネジメントはAF）。",
        en: "Use a two-character code of the list of service types (43 for 居宅介護支援, 46 for 介護予防支援, AF for 介護予防ケアマネジメント).",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "ファイル名（サービス種類コード）" }]),
    reading: Some(Text {
        ja: "介護予防側の送信元（46、AF）は標準仕様に明記がありませんが、認めます。英字を含むコード（2A、A2など）も認めます。",
        en: "46 and AF, the senders of 介護予防, are accepted though the standard does not name them, and so are codes with letters (2A, A2).",
    }),
    versions: EVERY,
    check: Check::Name(check),
    good: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverServiceType, "AF"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverServiceType, "2A"),
        },
    ],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverServiceType, "99"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dlt1kyo, Segment::ReceiverServiceType, "2a"),
        },
    ],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let Some(grammar) = asked(view) else { return };
    for (segment, text) in parts(view) {
        if !matches!(segment, Segment::SenderServiceType | Segment::ReceiverServiceType)
            || matches!(Party::of(text), Some(Party::Center | Party::CareManager))
            || service_type(grammar.version, text.as_bytes()).is_some()
        {
            continue;
        }
        let title = segment.title();
        out.whole_file()
            .expected("サービス種類コード表のコード", "a code of the list of service types")
            .got(text, text)
            .say(
                format!("ファイル名の{}「{text}」は存在しません", title.ja),
                format!("the {} in the file name, `{text}`, does not exist", title.en),
            );
    }
}
