//! `set/role-may-not-send`

use super::{UNITS, en_of, ja_of};
use crate::finding::Severity;
use crate::name::FileName;
use crate::rule::{Basis, Case, Check, Out, Rule, SetView};
use crate::rules::SINCE_202407;
use crate::spec::{Kind, Party, Segment, Version, service_type, units};
use crate::text::Text;
use crate::units::formed;

pub(super) static RULE: Rule = Rule {
    id: "set/role-may-not-send",
    severity: Severity::Error,
    title: Text {
        ja: "送信元のサービス種類では、この帳票をこの相手に送れません",
        en: "an office of the sender's service type does not send this to such a receiver",
    },
    why: Text {
        ja: "帳票ごとに、送る側と受け取る側が決まっています。決まりにない向きのファイルは、受け取る側のソフトに取り込む機能がありません。",
        en: "Who sends what to whom is laid down; software of the receiver has no import for what does not come its way.",
    },
    fix: Text {
        ja: "ファイル名の送信元・送信先のサービス種類コードが正しいか、帳票の種類を取り違えていないか確認してください。",
        en: "Check the service types of sender and receiver in the name, and whether the right kind of file was exported.",
    },
    basis: Basis::Spec(UNITS),
    reading: Some(Text {
        ja: "サービス種類コード46とAFは地域包括支援センター、43は居宅介護支援事業所、その他はサービス事業所とみなします。介護予防の委託で居宅介護支援事業所が実績を地域包括支援センターへ送ることは認めます。",
        en: "46 and AF are taken for a community support centre, 43 for a care management office, all others for service offices. A care management office may pass results on to the centre.",
    }),
    versions: SINCE_202407,
    check: Check::Set(check),
    good: &[Case {
        on: "202407-result",
        also: &[],
        // An outsourced care management office passes the results on to the centre.
        edit: |draft| {
            draft.rename(Kind::Upjsk, Segment::SenderServiceType, "43")?;
            draft.rename(Kind::Upjsk, Segment::ReceiverServiceType, "46")
        },
    }],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::SenderServiceType, "11"),
        },
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::Upjsk)?;
                let name = FileName::parse(&draft.files[file].name);
                (name.part(Segment::ReceiverServiceType) == Some("43")).then_some(())?;
                draft.rename(Kind::Upjsk, Segment::SenderServiceType, "43")
            },
        },
    ],
};

fn check(set: &SetView<'_>, out: &mut Out<'_>) {
    let (Some(sender), Some(receiver)) = (&set.key.sender.1, &set.key.receiver.1) else { return };
    let Some(from) = Party::of(sender) else { return };
    // A receiver whose type is not exchanged at all has a finding of its own.
    let exchanged = service_type(Version::V202407, receiver.as_bytes()) != Some(false);
    let to = Party::of(receiver).filter(|_| exchanged);
    for unit in formed(set).iter().filter(|unit| unit.version == Version::V202407) {
        // 介護 and 介護予防 may have the same unit with other directions.
        let alike = units(unit.version).iter().filter(|other| other.name == unit.unit.name);
        let directions: Vec<(Party, Party)> = alike.flat_map(|unit| unit.directions.iter().copied()).collect();
        if directions.iter().any(|&(f, t)| f == from && to.is_none_or(|to| t == to)) {
            continue;
        }
        let file = unit.files[0];
        let mut allowed: Vec<(Party, Party)> = directions;
        allowed.sort();
        allowed.dedup();
        let words = |pick: fn(Text) -> &'static str, arrow: &str| -> Vec<String> {
            allowed.iter().map(|(from, to)| format!("{}{arrow}{}", pick(from.title()), pick(to.title()))).collect()
        };
        out.whole_other(file)
            .expected(words(|text| text.ja, "→").join("、"), words(|text| text.en, " to ").join(", "))
            .got(
                format!("{}: {}→{}", ja_of(file), named(sender, |text| text.ja), named(receiver, |text| text.ja)),
                format!("{}: {} to {}", en_of(file), named(sender, |text| text.en), named(receiver, |text| text.en)),
            );
        // One wrong sender is one defect, however many units the set holds.
        return;
    }
}

/// A service type and the party it stands for.
fn named(service_type: &str, pick: fn(Text) -> &'static str) -> String {
    match Party::of(service_type) {
        Some(party) => format!("{service_type} ({})", pick(party.title())),
        None => service_type.to_owned(),
    }
}
