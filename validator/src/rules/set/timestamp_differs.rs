//! `set/timestamp-differs`

use super::{UNITS, base_of, mate, other_second};
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::gaps::{Gap, gaps};
use crate::rule::{Basis, Case, Check, DeliveryView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "set/timestamp-differs",
    severity: Severity::Error,
    title: Text {
        ja: "一緒に送るファイルの連番が揃っていません",
        en: "files of one sending unit have different timestamps",
    },
    why: Text {
        ja: "取込側は、送信元・送信先・ファイル連番が同じファイルを1つの組とみなします。連番が1秒でも違うと、組が揃わない扱いになります。",
        en: "Files with the same sender, receiver and timestamp make a unit; one second apart they are two incomplete ones.",
    },
    fix: Text {
        ja: "組のすべてのファイルに同じファイル連番（YYYYMMDDHHMMSS）を付けてください。ファイルごとに現在時刻を取らず、組ごとに1回だけ決めます。",
        en: "Give all files of the unit one timestamp: take the time once for the unit, not once for each file.",
    },
    basis: Basis::Spec(UNITS),
    reading: None,
    versions: EVERY,
    check: Check::Delivery(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        // The whole unit once more, a moment later.
        edit: |draft| {
            let files = draft.files.clone();
            let later = other_second(draft, 0)?;
            for file in files {
                draft.files.push(file);
                draft.rename_file(draft.files.len() - 1, Segment::Timestamp, &later)?;
            }
            Some(Site::File(0))
        },
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::Uphosoku)?;
                base_of(draft, file)?;
                delay(draft, file)
            },
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::UpkihonImage)?;
                mate(draft, file, Kind::Upkihon)?;
                // Where there are several, the others still stand for the kind.
                let images = draft.files.iter().filter(|file| file.kind() == Some(Kind::UpkihonImage)).count();
                (images == 1).then_some(())?;
                delay(draft, file)
            },
        },
    ],
};

fn delay(draft: &mut Draft, file: usize) -> Option<Site> {
    let later = other_second(draft, file)?;
    draft.rename_file(file, Segment::Timestamp, &later)
}

fn check(delivery: &DeliveryView<'_>, out: &mut Out<'_>) {
    for &gap in gaps(delivery) {
        let Gap::Timestamp { file, other } = gap else { continue };
        let part = |file: &crate::check::FileJudgement| file.part(Segment::Timestamp).unwrap_or_default().to_owned();
        out.whole_other(file).expected_value(part(other)).got(part(file), part(file)).related_file(
            &other.name,
            "同じ組のファイルです",
            "it belongs to the same unit",
        );
    }
}
