//! `set/plan-date-differs`

use std::collections::BTreeSet;

use super::{RELATIONS, en_of, ja_of, mate};
use crate::check::FileJudgement;
use crate::draft::{Draft, Site};
use crate::facts::{Occasion, Person, occasion_key};
use crate::finding::{Finding, Severity};
use crate::rule::{Basis, Case, Check, Out, Rule, SetView};
use crate::rules::EVERY;
use crate::spec::keys::{up1kyo, upkihon};
use crate::spec::{Key, Kind, parse_date};
use crate::text::Text;
use crate::units::{Pair, pairs};

pub(super) static RULE: Rule = Rule {
    id: "set/plan-date-differs",
    severity: Severity::Error,
    title: Text {
        ja: "計画作成（変更）日または相談日が、組のもとになるファイルと異なります",
        en: "the date of the plan or consultation is not the one in the file that the set is built around",
    },
    why: Text {
        ja: "利用者の行は、保険者番号・被保険者番号とこの日付で結び付けられます。日付が異なると、別の計画の行とみなされます。",
        en: "Rows are joined by insurer, insured number and this date; with another date they belong to another plan.",
    },
    fix: Text {
        ja: "組のすべてのファイルに、同じ計画作成（変更）日（利用者基本情報では相談日）を出力してください。",
        en: "Write the same date of the plan (of the consultation for UPKIHON) into all files of the set.",
    },
    basis: Basis::Spec(RELATIONS),
    reading: None,
    versions: EVERY,
    check: Check::Set(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        // 作成年月日 is another date.
        edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::CREATED_ON, b"20260914"),
    }],
    bad: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| change(draft, Kind::Up1kyo, Kind::Uphosoku, up1kyo::PLAN_CREATED_ON),
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| change(draft, Kind::Upkihon, Kind::UpkihonSub1, upkihon::CONSULTED_ON),
        },
    ],
};

fn change(draft: &mut Draft, base: Kind, companion: Kind, key: Key) -> Option<Site> {
    let base = draft.index(base)?;
    let file = mate(draft, base, companion)?;
    let row = (0..draft.files[file].rows.len()).find(|&row| parse_date(draft.files[file].get(row, key)).is_some())?;
    let taken = |day: &[u8]| (0..draft.files[base].rows.len()).any(|row| draft.files[base].get(row, key) == day);
    let day = [b"20260831", b"20260830"].into_iter().find(|day| !taken(*day))?;
    let column = draft.files[file].put(row, key, day)?;
    Some(Site::Cell(file, row, column))
}

fn check(set: &SetView<'_>, out: &mut Out<'_>) {
    let dated: Vec<&Pair<'_>> = pairs(set).iter().filter(|pair| pair.dated).collect();
    for group in dated.chunk_by(|a, b| std::ptr::eq(a.base, b.base)) {
        let base = group[0].base;
        let mut alone = BTreeSet::new();
        for (person, _) in base.facts.people() {
            let Some((day, first)) = alone_with(group, person) else { continue };
            alone.insert(*person);
            if let Some(told) = tell(base, first, (*person, day), out) {
                told.related_file(&first.name, "一緒に送るほかのファイルの日付は同じです", "the other files agree");
            }
        }
        for companion in group.iter().map(|pair| pair.companion) {
            let both = |person: &Person| base.facts.has(person) && !alone.contains(person);
            for (person, _) in companion.facts.people().filter(|(person, _)| both(person)) {
                for day in left_over(companion, base, person) {
                    if let Some(told) = tell(companion, base, (*person, day), out) {
                        told.related_file(
                            &base.name,
                            "組のもとになるファイルです",
                            "the set is built around this file",
                        );
                    }
                }
            }
        }
    }
}

/// The days of a person in a file that the other one does not have; none where one of them is no date, which
/// has a finding of its own.
fn left_over(file: &FileJudgement, other: &FileJudgement, person: &Person) -> Vec<Occasion> {
    let days = |file: &FileJudgement| -> Vec<Occasion> { file.facts.of(person).map(|(day, _)| *day).collect() };
    let (own, known) = (days(file), days(other));
    if own.iter().chain(&known).any(|day| parse_date(day).is_none()) {
        return Vec::new();
    }
    own.into_iter().filter(|day| !known.contains(day)).collect()
}

/// The day that the base alone has for a person, where its companions, two at least, all have the same one
/// instead; with the first of them.
fn alone_with<'a>(group: &[&Pair<'a>], person: &Person) -> Option<(Occasion, &'a FileJudgement)> {
    let base = group[0].base;
    let companions = group.iter().map(|pair| pair.companion).filter(|companion| companion.facts.has(person));
    let mut differences =
        companions.map(|companion| (companion, left_over(base, companion, person), left_over(companion, base, person)));
    let (first, own, others) = differences.next()?;
    let ([day], [_], Some(second)) = (&own[..], &others[..], differences.next()) else { return None };
    let agrees = |(_, days, instead): (_, Vec<Occasion>, Vec<Occasion>)| days == own && instead == others;
    (agrees(second) && differences.all(agrees)).then_some((*day, first))
}

/// Says of a day in a file that it is not the one in the other.
fn tell<'o>(
    file: &FileJudgement,
    other: &FileJudgement,
    (person, day): (Person, Occasion),
    out: &'o mut Out<'_>,
) -> Option<&'o mut Finding> {
    let key = file.kind.and_then(occasion_key)?;
    let item = file.table.and_then(|table| table.item(key))?;
    let place = file.facts.occasion_places.get(&(person, day))?;
    let finding = out.place_other(file, *place);
    finding
        .say(
            format!("{}が{}と異なります", item.name_ja, ja_of(other)),
            format!("the {} is not the one in {}", key.name(), en_of(other)),
        )
        .expected(format!("{}と同じ日付", ja_of(other)), format!("the date in {}", en_of(other)))
        .got_bytes(&day, item.shown);
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::DraftFile;
    use crate::{Options, judge};

    /// Findings where these kinds of a set have another date for the record of their first row.
    fn found(sample: &str, kinds: &[Kind], key: Key) -> Vec<(&'static str, Option<Kind>)> {
        let mut draft = Draft::sample(sample).expect("it is one");
        for &kind in kinds {
            let file = draft.index(kind).expect("it has one");
            let record = |file: &DraftFile, row| [key, up1kyo::INSURED_NUMBER].map(|key| file.get(row, key).to_vec());
            let first = record(&draft.files[file], 0);
            for row in 0..draft.files[file].rows.len() {
                if record(&draft.files[file], row) == first {
                    draft.files[file].put(row, key, b"20260801").expect("it has the item");
                }
            }
        }
        let judgement = judge(&draft.to_files(), &Options { sets: true, ..Options::default() });
        let kind = |finding: &Finding| crate::name::FileName::parse(&finding.at.file).meant_kind();
        judgement.findings().into_iter().map(|finding| (finding.rule.id, kind(finding))).collect()
    }

    #[test]
    fn a_date_that_only_one_file_has_is_one_finding_there() {
        const PLAN: [Kind; 4] = [Kind::Up1kyo, Kind::Up2kyo, Kind::Up3kyo, Kind::Uphosoku];
        for kind in PLAN {
            let found = found("202407-plan", &[kind], up1kyo::PLAN_CREATED_ON);
            assert_eq!(found, [(RULE.id, Some(kind))]);
        }
        let two = found("202407-plan", &PLAN[2..], up1kyo::PLAN_CREATED_ON);
        assert_eq!(two, [(RULE.id, Some(Kind::Up3kyo)), (RULE.id, Some(Kind::Uphosoku))]);
        let all = found("202407-plan", &PLAN, up1kyo::PLAN_CREATED_ON);
        assert_eq!(all, []);
        for kind in [Kind::Upkihon, Kind::UpkihonSub1] {
            let found = found("202407-prevention", &[kind], upkihon::CONSULTED_ON);
            assert_eq!(found, [(RULE.id, Some(kind))]);
        }
    }
}
