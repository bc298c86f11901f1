//! `set/plan-date-differs`

use super::{RELATIONS, en_of, ja_of, mate};
use crate::draft::{Draft, Site};
use crate::facts::{Occasion, occasion_key};
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Out, Rule, SetView};
use crate::rules::EVERY;
use crate::spec::keys::{up1kyo, upkihon};
use crate::spec::{Key, Kind, parse_date};
use crate::text::Text;
use crate::units::pairs;

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
    for pair in pairs(set).iter().filter(|pair| pair.dated) {
        let (base, companion) = (pair.base, pair.companion);
        let Some(key) = companion.kind.and_then(occasion_key) else { continue };
        let Some(item) = companion.table.and_then(|table| table.item(key)) else { continue };
        for (person, _) in companion.facts.people().filter(|(person, _)| base.facts.has(person)) {
            let days: Vec<(&Occasion, &Place)> = companion.facts.of(person).collect();
            let known: Vec<&Occasion> = base.facts.of(person).map(|(day, _)| day).collect();
            // A date that is none has a finding of its own.
            if days.iter().map(|(day, _)| *day).chain(known.iter().copied()).any(|day| parse_date(day).is_none()) {
                continue;
            }
            for (day, _) in days.into_iter().filter(|(day, _)| !known.contains(day)) {
                let Some(place) = companion.facts.occasion_places.get(&(*person, *day)) else { continue };
                out.place_other(companion, *place)
                    .say(
                        format!("{}が{}と異なります", item.name_ja, ja_of(base)),
                        format!("the {} is not the one in {}", key.name(), en_of(base)),
                    )
                    .expected(format!("{}と同じ日付", ja_of(base)), format!("the date in {}", en_of(base)))
                    .got_bytes(day, item.shown)
                    .related_file(&base.name, "組のもとになるファイルです", "the set is built around this file");
            }
        }
    }
}
