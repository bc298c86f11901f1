//! `name/version-contradicts-name`

use super::{asked, in_words, rebuild};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/version-contradicts-name",
    severity: Severity::Error,
    title: Text {
        ja: "ファイル名が、行のCSVバージョンより前の版の形です",
        en: "the file name has the shape of an older version than the rows state",
    },
    why: Text {
        ja: "CSVバージョン202407からは、ファイル名で送信元と送信先のサービス種類コードも示します。ないと、同じ事業所番号の別のサービスと区別できません。",
        en: "From 202407 on, the name also gives the service types of sender and receiver; without them, services that share an office number cannot be told apart.",
    },
    fix: Text {
        ja: "それぞれの事業所番号の次に、サービス種類コードを加えてください。",
        en: "Add the service type code behind each of the two office numbers.",
    },
    basis: Basis::Spec(&[
        Citation { source: "v41l", place: "ファイル名" },
        Citation { source: "v41", place: "改訂履歴" },
    ]),
    reading: None,
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case { on: "202208-table", also: &[], edit: |draft| draft.rename_text(Kind::Upplan, "UPPLAN", "UPPLAN") }],
    bad: &[Case {
        on: "202407-delete",
        also: &[],
        edit: |draft| {
            rebuild(draft, Kind::Dltplan, |parts| {
                parts.retain(|(segment, _)| {
                    !matches!(segment, Segment::SenderServiceType | Segment::ReceiverServiceType)
                });
            })
        },
    }],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let (Some(grammar), Some(version)) = (asked(view), view.version) else { return };
    // Where something else is missing, too, name/segment-missing names it all.
    if !view.name.missing.is_empty() || view.name.with_types {
        return;
    }
    if grammar.segments.iter().any(|segment| view.name.part(*segment).is_none()) {
        let (shape_ja, shape_en) = in_words(grammar);
        out.whole_file().expected(shape_ja, shape_en).got("サービス種類コードなし", "no service type codes").say(
            format!("行のCSVバージョンは{version}ですが、ファイル名にサービス種類コードがありません"),
            format!("the rows state {version}, but the file name has no service type codes"),
        );
    }
}
