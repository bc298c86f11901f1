//! `set/companion-missing`

use super::{UNITS, base_of, ja, mate};
use crate::draft::Site;
use crate::finding::Severity;
use crate::gaps::{Gap, gaps};
use crate::rule::{Basis, Case, Check, DeliveryView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "set/companion-missing",
    severity: Severity::Error,
    title: Text { ja: "一緒に送るファイルが足りません", en: "a file of the sending unit is missing" },
    why: Text {
        ja: "計画書や利用票は、決められたファイルの組で1つの情報になります。欠けたファイルの分は、取込側で補えません。",
        en: "A plan or a use table is whole only with all files of its unit; an import cannot make up for a missing one.",
    },
    fix: Text {
        ja: "足りないファイルを、同じ送信元・送信先・ファイル連番で出力し、一緒に送ってください。",
        en: "Export the missing file with the same sender, receiver and timestamp, and send all of them together.",
    },
    basis: Basis::Spec(UNITS),
    reading: Some(Text {
        ja: "利用者基本情報のサブ1・サブ2と介護予防サービス・支援計画書のサブは、書く内容のない利用者もいるため、ない場合も警告にとどめます。画像の有無は問いません。",
        en: "SUB1, SUB2 and UPYOBO_SUB may have nothing to list: their absence is a warning only. An image is not asked for.",
    }),
    versions: EVERY,
    check: Check::Delivery(check),
    good: &[Case {
        on: "202407-prevention",
        also: &[],
        // A plan may travel without the basic information.
        edit: |draft| {
            for kind in [Kind::Upkihon, Kind::UpkihonSub1, Kind::UpkihonSub2, Kind::UpkihonImage] {
                let gone = mate(draft, draft.index(Kind::Upyobo)?, kind)?;
                draft.files.remove(gone);
            }
            Some(Site::File(draft.index(Kind::Upyobo)?))
        },
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let gone = draft.index(Kind::Uphosoku)?;
                let base = base_of(draft, gone)?;
                draft.files.remove(gone);
                Some(Site::File(base - usize::from(gone < base)))
            },
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let gone = draft.index(Kind::Upplan)?;
                let needy = mate(draft, gone, Kind::Upsikyu)?;
                draft.files.remove(gone);
                Some(Site::File(needy - usize::from(gone < needy)))
            },
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| {
                let gone = draft.index(Kind::UpkihonSub2)?;
                let base = mate(draft, gone, Kind::Upkihon)?;
                draft.files.remove(gone);
                Some(Site::File(base - usize::from(gone < base)))
            },
        },
    ],
};

fn check(delivery: &DeliveryView<'_>, out: &mut Out<'_>) {
    for &gap in gaps(delivery) {
        let Gap::Missing { file, member, unit } = gap else { continue };
        let kinds: Vec<Kind> = unit.members.iter().map(|member| member.kind).collect();
        let kinds: Vec<&str> =
            kinds.iter().filter(|kind| **kind != Kind::UpkihonImage).map(|kind| kind.name()).collect();
        let finding = out
            .whole_other(file)
            .say(
                format!("一緒に送る{}がありません", ja(member.kind)),
                format!("{}, which travels with this file, is missing", member.kind),
            )
            .expected(format!("{}の組", kinds.join("・")), format!("{} together", kinds.join(", ")))
            .got(format!("{}なし", member.kind), format!("no {}", member.kind));
        if !member.base && !member.mandatory {
            finding.at_most(Severity::Warning);
        } else {
            finding.plain();
        }
    }
}
