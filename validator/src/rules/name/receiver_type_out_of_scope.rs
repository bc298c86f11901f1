//! `name/receiver-type-out-of-scope`

use super::{asked, part};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Segment, service_type};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/receiver-type-out-of-scope",
    severity: Severity::Error,
    title: Text {
        ja: "送信先のサービス種類は連携の対象外です",
        en: "the receiver's service type takes no part in the linkage",
    },
    why: Text {
        ja: "施設サービスや住宅改修など、対象外のサービスの事業所とはデータをやり取りしません。",
        en: "Nothing is exchanged with offices of services outside the linkage, such as facilities or home improvement.",
    },
    fix: Text {
        ja: "送信先の事業所とサービス種類コードを確認してください。対象外のサービスの分は送信しないでください。",
        en: "Check the receiver and its service type; send nothing for services outside the linkage.",
    },
    basis: Basis::Spec(&[Citation { source: "v41", place: "データ連携の対象サービス" }]),
    reading: None,
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case {
        on: "202407-delete",
        also: &[],
        // 27 is the short stay of 33, which is outside.
        edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverServiceType, "27"),
    }],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverServiceType, "51"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dlt1kyo, Segment::ReceiverServiceType, "33"),
        },
    ],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let Some(grammar) = asked(view) else { return };
    let Some(text) = part(view, Segment::ReceiverServiceType) else { return };
    if service_type(grammar.version, text.as_bytes()) == Some(false) {
        out.whole_file()
            .expected("連携対象のサービス種類コード", "the code of a service that takes part in the linkage")
            .got(text, text)
            .say(
                format!("送信先サービス種類コード「{text}」は連携の対象外です"),
                format!("the receiver's service type `{text}` takes no part in the linkage"),
            );
    }
}
