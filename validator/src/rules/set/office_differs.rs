//! `set/office-differs`

use super::{UNITS, base_of};
use crate::check::FileJudgement;
use crate::draft::Site;
use crate::finding::Severity;
use crate::gaps::{Gap, gaps};
use crate::name::FileName;
use crate::rule::{Basis, Case, Check, DeliveryView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "set/office-differs",
    severity: Severity::Error,
    title: Text {
        ja: "一緒に送るファイルの送信元または送信先が揃っていません",
        en: "files of one sending unit name different senders or receivers",
    },
    why: Text {
        ja: "組の一部が別の事業所宛てになり、どちらの事業所でも組が揃いません。関係のない事業所に利用者の情報が届くおそれもあります。",
        en: "A part of the unit is addressed to another office: neither can import it, and data of users may reach an office that has nothing to do with them.",
    },
    fix: Text {
        ja: "組のすべてのファイルで、送信元・送信先の事業所番号とサービス種類コードを同じにしてください。",
        en: "Use the same office numbers and service types of sender and receiver in all files of the unit.",
    },
    basis: Basis::Spec(UNITS),
    reading: None,
    versions: EVERY,
    check: Check::Delivery(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // The whole unit goes to a second office, too.
        edit: |draft| {
            for file in draft.files.clone() {
                draft.files.push(file);
                draft.rename_file(draft.files.len() - 1, Segment::ReceiverOffice, OTHER_OFFICE)?;
            }
            Some(Site::File(0))
        },
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let file = draft.index(Kind::Uphosoku)?;
            base_of(draft, file)?;
            let name = FileName::parse(&draft.files[file].name);
            if [Segment::SenderOffice, Segment::ReceiverOffice].iter().any(|&s| name.part(s) == Some(OTHER_OFFICE)) {
                return None;
            }
            draft.rename_file(file, Segment::ReceiverOffice, OTHER_OFFICE)
        },
    }],
};

/// A fictional number with a right check digit.
const OTHER_OFFICE: &str = "9970100039";

const ENDS: [(Segment, Segment); 2] =
    [(Segment::SenderOffice, Segment::SenderServiceType), (Segment::ReceiverOffice, Segment::ReceiverServiceType)];

fn check(delivery: &DeliveryView<'_>, out: &mut Out<'_>) {
    for &gap in gaps(delivery) {
        let Gap::Office { file, other } = gap else { continue };
        let ends = ENDS.iter().filter(|(office, service)| {
            [office, service].iter().any(|segment| file.part(**segment) != other.part(**segment))
        });
        let (mut expected, mut got) = ([String::new(), String::new()], [String::new(), String::new()]);
        for &(office, service) in ends {
            let title = office.title();
            for (file, texts) in [(other, &mut expected), (file, &mut got)] {
                let value = end(file, office, service);
                for (text, word) in texts.iter_mut().zip([title.ja, title.en]) {
                    let comma = if text.is_empty() { "" } else { ", " };
                    text.push_str(&format!("{comma}{word} {value}"));
                }
            }
        }
        let ([ja, en], [got_ja, got_en]) = (expected, got);
        out.whole_other(file).expected(ja, en).got(got_ja, got_en).related_file(
            &other.name,
            "同じ組のファイルです",
            "it belongs to the same unit",
        );
    }
}

/// 事業所番号_サービス種類コード
fn end(file: &FileJudgement, office: Segment, service: Segment) -> String {
    let parts: Vec<&str> = [office, service].into_iter().filter_map(|segment| file.part(segment)).collect();
    parts.join("_")
}
