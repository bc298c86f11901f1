//! `set/companion-unexpected`

use super::{UNITS, en_of, ja_of, move_into_set};
use crate::check::FileJudgement;
use crate::draft::{Draft, DraftFile, Site};
use crate::finding::Severity;
use crate::gaps::{Gap, gaps};
use crate::name::FileName;
use crate::rule::{Basis, Case, Check, DeliveryView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "set/companion-unexpected",
    severity: Severity::Error,
    title: Text {
        ja: "一緒に送る組にないファイルが、同じ連番で入っています",
        en: "the file belongs to another sending unit than those it shares a timestamp with",
    },
    why: Text {
        ja: "同じファイル連番のファイルは1つの組として扱われます。組にないファイルは、取り込まれないか、組全体が受け付けられない原因になります。",
        en: "Files with one timestamp are taken for one unit; a file that is no part of it may be left out, or make the whole unit unacceptable.",
    },
    fix: Text {
        ja: "そのファイルを除くか、別のファイル連番にして、本来の組のファイルと一緒に送ってください。",
        en: "Leave the file out, or send it under a timestamp of its own with the files it belongs to.",
    },
    basis: Basis::Derived {
        from: UNITS,
        because: Text {
            ja: "標準は送信するファイルの組を列挙し、1つの組に1つの連番を割り当てています。列挙された組のどれにも、これらのファイルは一緒に現れません。",
            en: "The standard lists the units and gives each one timestamp; none of them holds these files together.",
        },
    },
    reading: Some(Text {
        ja: "2つの組がそれぞれ揃っていて連番だけが同じ場合について、標準は明示していないため、警告にとどめます。",
        en: "That two whole units share one timestamp is not ruled out in so many words: a warning only.",
    }),
    versions: EVERY,
    check: Check::Delivery(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        // Anything else may be attached.
        edit: |draft| {
            draft.files.push(DraftFile::parse("第3表.pdf", b"%PDF-1.7\n"));
            Some(Site::File(0))
        },
    }],
    bad: &[
        Case { on: "202407-plan", also: &[], edit: |draft| add_tables(draft, &[Kind::Upsikyu]) },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| add_tables(draft, &[Kind::Upplan, Kind::Upsikyu, Kind::Uphosoku]),
        },
    ],
};

/// Puts files of a use table into the set of a plan from the same office. The site is the first.
fn add_tables(draft: &mut Draft, kinds: &[Kind]) -> Option<Site> {
    let plan = draft.index(Kind::Up1kyo)?;
    let table = Draft::sample("202407-table")?;
    let sender = |file: &DraftFile| FileName::parse(&file.name).part(Segment::SenderOffice).map(str::to_owned);
    let first = draft.files.len();
    for &kind in kinds {
        let file = table.files[table.index(kind)?].clone();
        if file.version() != draft.files[plan].version() || sender(&file) != sender(&draft.files[plan]) {
            return None;
        }
        draft.files.push(file);
        move_into_set(draft, draft.files.len() - 1, plan)?;
    }
    Some(Site::File(first))
}

fn check(delivery: &DeliveryView<'_>, out: &mut Out<'_>) {
    for &gap in gaps(delivery) {
        let (file, other, whole) = match gap {
            Gap::Stranger { file, other, whole } => (file, other, whole),
            Gap::Misdated { file, other } => (file, other, false),
            Gap::Missing { .. } | Gap::Timestamp { .. } | Gap::Office { .. } => continue,
        };
        let month = |file: &FileJudgement| file.part(Segment::TargetMonth).unwrap_or_default().to_owned();
        let finding =
            out.whole_other(file).related_file(&other.name, "同じ連番のファイルです", "it has the same timestamp");
        if matches!(gap, Gap::Misdated { .. }) {
            finding
                .say(
                    "同じ連番の組と、対象年月が異なります",
                    "the file is of another month than the unit it shares a timestamp with",
                )
                .expected_value(month(other))
                .got(month(file), month(file));
        } else {
            finding
                .expected(
                    format!("{}と同じ組のファイル", ja_of(other)),
                    format!("files of the same unit as {}", en_of(other)),
                )
                .got(ja_of(file), en_of(file));
        }
        if whole {
            finding.at_most(Severity::Warning);
        } else {
            finding.plain();
        }
    }
}
