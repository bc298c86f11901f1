//! `file/office-differs-from-name`

use crate::bind::{Known, Row};
use crate::draft::{Draft, DraftFile, Site};
use crate::finding::Severity;
use crate::name::FileName;
use crate::numbers::{OfficeNumber, office_number};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::{up1kyo, upjsk, upplan};
use crate::spec::{Key, Kind, Party, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/office-differs-from-name",
    severity: Severity::Warning,
    title: Text {
        ja: "行の事業所番号がファイル名の事業所番号と異なります",
        en: "the office in a row is not the one in the file name",
    },
    why: Text {
        ja: "計画は作成した事業所が、実績は提供した事業所が送ります。番号が異なると、別の事業所のデータを送っているおそれがあります。",
        en: "Plans are sent by the office that makes them and results by the office that gave the services; with another number the data of another office may be on its way.",
    },
    fix: Text {
        ja: "送信元・送信先の事業所番号と、行の事業所番号を確認してください。",
        en: "Check the numbers of sender and receiver and those in the rows.",
    },
    basis: Basis::Derived {
        from: &[
            Citation { source: "v41l", place: "UP1KYO No.13" },
            Citation { source: "v41l", place: "UPPLAN No.6" },
            Citation { source: "v41l", place: "UPJSK No.6、No.20" },
            Citation { source: "v41l", place: "DLTJSK No.5" },
        ],
        because: Text {
            ja: "これらの項目は、そのファイルを作る事業所または受け取る事業所の番号です。",
            en: "These items are the numbers of the office that makes the file or of the one that receives it.",
        },
    },
    reading: Some(Text {
        ja: "委託を受けた居宅介護支援事業所が地域包括支援センターへ転送する実績と、センターへ送る予定は対象外とします。",
        en: "Results that an outsourced care manager passes on to a community centre, and plans sent to a centre, are left out.",
    }),
    versions: EVERY,
    check: Check::File(start),
    good: &[Case {
        on: "202407-result",
        also: &[],
        // The care manager passes the results on to the centre.
        edit: |draft| {
            draft.rename(Kind::Upjsk, Segment::SenderOffice, "9970100013")?;
            draft.rename(Kind::Upjsk, Segment::SenderServiceType, "43")?;
            draft.rename(Kind::Upjsk, Segment::ReceiverOffice, "9900100018")?;
            draft.rename(Kind::Upjsk, Segment::ReceiverServiceType, "46")
        },
    }],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| another(draft, Kind::Up1kyo, up1kyo::SUPPORT_OFFICE_NUMBER),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| another(draft, Kind::Upplan, upplan::SUPPORT_OFFICE_NUMBER),
        },
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| another(draft, Kind::Upjsk, upjsk::SERVICE_OFFICE_NUMBER),
        },
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| another(draft, Kind::Upjsk, upjsk::SUPPORT_OFFICE_NUMBER),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| another(draft, Kind::Dltjsk, upjsk::SERVICE_OFFICE_NUMBER),
        },
    ],
};

struct OfficeDiffersFromName {
    /// What is still to be compared; empty once something was found.
    offices: Vec<(Key, Segment, String)>,
}

fn start(start: &FileStart<'_>) -> Box<dyn FileRule> {
    let mut offices = Vec::new();
    // Of a name that lacks one end it is not known which end the other office is: name/segment-missing speaks.
    let lacks = |segment| start.name.missing.contains(&segment);
    let lacks_one = lacks(Segment::SenderOffice) || lacks(Segment::ReceiverOffice);
    for (key, segment) in comparable(start.kind, start.name).into_iter().filter(|_| !lacks_one) {
        match start.name.part(segment) {
            // name/office-number-malformed speaks of the others.
            Some(office) if office_number(office.as_bytes()) != OfficeNumber::Malformed => {
                offices.push((key, segment, office.to_owned()));
            }
            Some(_) | None => {}
        }
    }
    Box::new(OfficeDiffersFromName { offices })
}

impl FileRule for OfficeDiffersFromName {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        let differs = |(key, _, office): &&(Key, Segment, String)| matches!(row.fixed::<10>(*key), Known::Is(number) if number != office.as_bytes());
        let Some((key, segment, office)) = self.offices.iter().find(differs) else { return };
        let title = segment.title();
        out.cell(row, *key).expected(
            format!("{office}（ファイル名の{}）", title.ja),
            format!("{office}, the {} in the file name", title.en),
        );
        self.offices.clear();
    }

    fn next(&self, _: &Row<'_>) -> Next {
        match self.offices.as_slice() {
            [] => Next::Never,
            [(upplan::SUPPORT_OFFICE_NUMBER, ..)] => Next::Changed(&[upplan::SUPPORT_OFFICE_NUMBER]),
            [(upjsk::SERVICE_OFFICE_NUMBER, ..)] => Next::Changed(&[upjsk::SERVICE_OFFICE_NUMBER]),
            _ => Next::Changed(&[upjsk::SUPPORT_OFFICE_NUMBER, upjsk::SERVICE_OFFICE_NUMBER]),
        }
    }
}

/// Which items are numbers of which end of the exchange.
fn comparable(kind: Kind, name: &FileName) -> Vec<(Key, Segment)> {
    let party = |segment| name.part(segment).and_then(Party::of);
    let to_center = party(Segment::ReceiverServiceType) == Some(Party::Center);
    let passed_on = matches!(party(Segment::SenderServiceType), Some(Party::Center | Party::CareManager));
    let mut pairs = Vec::new();
    match kind {
        Kind::Up1kyo => pairs.push((up1kyo::SUPPORT_OFFICE_NUMBER, Segment::SenderOffice)),
        Kind::Upplan if !to_center => pairs.push((upplan::SUPPORT_OFFICE_NUMBER, Segment::SenderOffice)),
        Kind::Upjsk => {
            if !passed_on {
                pairs.push((upjsk::SERVICE_OFFICE_NUMBER, Segment::SenderOffice));
            }
            if !to_center {
                pairs.push((upjsk::SUPPORT_OFFICE_NUMBER, Segment::ReceiverOffice));
            }
        }
        Kind::Dltjsk if !passed_on => pairs.push((upjsk::SERVICE_OFFICE_NUMBER, Segment::SenderOffice)),
        Kind::Upplan
        | Kind::Dltjsk
        | Kind::Uphosoku
        | Kind::Dlt1kyo
        | Kind::Up2kyo
        | Kind::Up3kyo
        | Kind::Dltplan
        | Kind::Upsikyu
        | Kind::Upkihon
        | Kind::Dltkihon
        | Kind::UpkihonSub1
        | Kind::UpkihonSub2
        | Kind::Upyobo
        | Kind::Dltyobo
        | Kind::UpyoboSub
        | Kind::UpkihonImage => {}
    }
    pairs
}

/// Gives the first row that no numbering rule looks at another office.
fn another(draft: &mut Draft, kind: Kind, key: Key) -> Option<Site> {
    let index = draft.index(kind)?;
    let name = FileName::parse(&draft.files[index].name);
    let (_, segment) = comparable(kind, &name).into_iter().find(|(compared, _)| *compared == key)?;
    let office = name.part(segment)?;
    let other = if office == "9970100039" { "9970100021" } else { "9970100039" };
    let picks = |file: &DraftFile, row: usize| {
        file.get(row, key) == office.as_bytes() && !file.get(row, upplan::SERVICE_CODE).starts_with(b"17")
    };
    draft.set_where(kind, picks, key, other.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, judge};

    #[test]
    fn plans_to_a_centre_and_results_that_are_passed_on_may_be_of_another_office() {
        for (sample, kind, ends, expected) in [
            ("202407-table", Kind::Upplan, ("9970100039", "43", "9970100021", "11"), 1),
            ("202407-table", Kind::Upplan, ("9970100039", "43", "9900100018", "46"), 0),
            ("202407-result", Kind::Upjsk, ("9970100039", "11", "9970100013", "43"), 1),
            ("202407-result", Kind::Upjsk, ("9970100039", "43", "9900100018", "46"), 0),
            // Whose the support is, is still told by the name.
            ("202407-result", Kind::Upjsk, ("9970100021", "11", "9970100039", "43"), 1),
            ("202407-delete", Kind::Dltjsk, ("9970100039", "11", "9970100013", "43"), 1),
            ("202407-delete", Kind::Dltjsk, ("9970100039", "43", "9900100018", "46"), 0),
        ] {
            let mut draft = Draft::sample(sample).expect("it is one");
            draft.rename(kind, Segment::SenderOffice, ends.0).expect("it has one");
            draft.rename(kind, Segment::SenderServiceType, ends.1).expect("it has one");
            draft.rename(kind, Segment::ReceiverOffice, ends.2).expect("it has one");
            draft.rename(kind, Segment::ReceiverServiceType, ends.3).expect("it has one");
            let file = draft.files[draft.index(kind).expect("it has one")].clone();
            let judgement = judge(&[(file.name.clone(), file.bytes())], &Options::default());
            let found = judgement.findings().iter().filter(|finding| finding.rule.id == RULE.id).count();
            assert_eq!(found, expected, "{}", file.name);
        }
    }

    #[test]
    fn an_office_whose_end_is_not_known_is_not_compared() {
        for (name, expected) in [
            ("DLTJSK_202412_9970100021_9970100013_20250104090000.CSV", &["file/office-differs-from-name"][..]),
            ("DLTJSK_202412_9970100013_20250104090000.CSV", &["name/segment-missing"]),
            ("DLTJSK_202412__9970100013_20250104090000.CSV", &["name/segment-missing"]),
        ] {
            let bytes = b"202208,991018,0000000101,202412,9970100039,11\r\n";
            let judgement = judge(&[(name.to_owned(), bytes.to_vec())], &Options::default());
            let found: Vec<_> = judgement.files[0].findings.kept.iter().map(|finding| finding.rule.id).collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}
