//! `name/same-office-both-ends`

use super::{part, written};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/same-office-both-ends",
    severity: Severity::Warning,
    title: Text {
        ja: "送信元と送信先の事業所番号が同じです", en: "sender and receiver have the same office number"
    },
    why: Text {
        ja: "自事業所あての送信は、ケアプランデータ連携システムでエラーになることがあります。",
        en: "The platform may refuse to carry a file from an office to itself.",
    },
    fix: Text {
        ja: "送信先の事業所番号を確認してください。同じ事業所の中では、システムを使わずに受け渡してください。",
        en: "Check the receiver's number. Inside one office, hand the data over without the platform.",
    },
    basis: Basis::Practice(Text {
        ja: "標準仕様に定めはありません。システムのよくあるご質問に、同じ事業所番号どうしではエラーになることがあるとの案内があります。",
        en: "The standard is silent; the FAQ of the platform warns that this may become an error.",
    }),
    reading: None,
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case {
        on: "202407-delete",
        also: &[],
        edit: |draft| draft.rename(Kind::Dltplan, Segment::ReceiverOffice, "99A0100016"),
    }],
    bad: &[Case {
        on: "202407-delete",
        also: &[],
        edit: |draft| {
            let sender = written(draft, Kind::Dltplan, Segment::SenderOffice)?;
            draft.rename(Kind::Dltplan, Segment::ReceiverOffice, &sender)
        },
    }],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let (Some(sender), Some(receiver)) = (part(view, Segment::SenderOffice), part(view, Segment::ReceiverOffice))
    else {
        return;
    };
    if sender == receiver {
        out.whole_file()
            .expected("送信元と異なる事業所番号", "another number than the sender's")
            .got(receiver, receiver);
    }
}
