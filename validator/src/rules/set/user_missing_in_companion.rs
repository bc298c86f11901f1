//! `set/user-missing-in-companion`

use super::{RELATIONS, base_of, en_of, ja_of, mate, user};
use crate::draft::{Draft, Site};
use crate::facts::{Occasion, Person};
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Out, Rule, SetView};
use crate::rules::EVERY;
use crate::spec::keys::upplan;
use crate::spec::{Kind, parse_date};
use crate::text::Text;
use crate::units::{Pair, pairs};

pub(super) static RULE: Rule = Rule {
    id: "set/user-missing-in-companion",
    severity: Severity::Error,
    title: Text {
        ja: "一緒に送るファイルに、この利用者の行がありません",
        en: "another file of the set has no row of this user",
    },
    why: Text {
        ja: "組のファイルは、利用者ごとに揃って初めて取り込めます。欠けた利用者の分は、取込側で不足したままになります。",
        en: "The files of a set belong together user by user; what one of them lacks stays lacking after the import.",
    },
    fix: Text {
        ja: "一緒に送るファイルにも、この利用者の行を出力してください。",
        en: "Write rows of this user into the other file, too.",
    },
    basis: Basis::Spec(RELATIONS),
    reading: Some(Text {
        ja: "サブ1・サブ2・サブのファイルには書く内容のない利用者もいます。また、介護予防サービス・支援計画書は利用者基本情報なしでも送れます。これらは警告にとどめます。",
        en: "A user may have nothing to list in SUB1, SUB2 and UPYOBO_SUB, and a UPYOBO may travel without UPKIHON: warnings only.",
    }),
    versions: EVERY,
    check: Check::Set(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        // One row of the user is enough.
        edit: |draft| {
            let file = draft.index(Kind::Up3kyo)?;
            let rows = &draft.files[file].rows;
            let last = user(&draft.files[file], rows.len().checked_sub(1)?);
            if user(&draft.files[file], rows.len().checked_sub(2)?) != last {
                return None;
            }
            draft.files[file].rows.pop();
            Some(Site::File(file))
        },
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::Uphosoku)?;
                let base = base_of(draft, file)?;
                forget(draft, file, base)
            },
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| {
                let file = draft.index(Kind::UpkihonSub2)?;
                let base = mate(draft, file, Kind::Upkihon)?;
                forget(draft, file, base)
            },
        },
    ],
};

/// Takes all rows of the last user out of a file. The site is the user's first row in the base.
fn forget(draft: &mut Draft, file: usize, base: usize) -> Option<Site> {
    let rows = draft.files[file].rows.len();
    let last = user(&draft.files[file], rows.checked_sub(1)?);
    let kept: Vec<bool> = (0..rows).map(|row| user(&draft.files[file], row) != last).collect();
    if !kept.contains(&true) {
        return None;
    }
    let mut kept = kept.into_iter();
    draft.files[file].rows.retain(|_| kept.next().unwrap_or(true));
    let row = (0..draft.files[base].rows.len()).find(|&row| user(&draft.files[base], row) == last)?;
    Some(Site::Cell(base, row, draft.files[base].column(upplan::INSURED_NUMBER)?))
}

fn check(set: &SetView<'_>, out: &mut Out<'_>) {
    for pair in pairs(set) {
        for (person, place) in pair.base.facts.people() {
            if !pair.companion.facts.has(person) {
                tell(pair, *place, person, out);
            } else if pair.dated {
                for place in plans_left_out(pair, person) {
                    tell(pair, place, person, out);
                }
            }
        }
    }
}

/// The plans of a person that the companion lacks, where it has none that could be meant for them:
/// else `set/plan-date-differs` speaks.
fn plans_left_out(pair: &Pair<'_>, person: &Person) -> Vec<Place> {
    let has = |file: &crate::check::FileJudgement, day: &Occasion| file.facts.occasions.contains_key(&(*person, *day));
    let unsure = |(day, _): (&Occasion, &Place)| parse_date(day).is_none() || !has(pair.base, day);
    if pair.companion.facts.of(person).any(unsure) {
        return Vec::new();
    }
    let plans = pair.base.facts.of(person).filter(|(day, _)| parse_date(*day).is_some());
    plans.filter(|(day, _)| !has(pair.companion, day)).map(|(_, place)| *place).collect()
}

fn tell(pair: &Pair<'_>, place: Place, person: &Person, out: &mut Out<'_>) {
    let shown = pair.base.table.and_then(|table| table.item(upplan::INSURED_NUMBER)).is_some_and(|item| item.shown);
    let finding = out
        .place_other(pair.base, place)
        .say(
            format!("{}に、この利用者の行がありません", ja_of(pair.companion)),
            format!("{} has no row of this user", en_of(pair.companion)),
        )
        .expected(
            format!("{}にもこの利用者の行", ja_of(pair.companion)),
            format!("rows of this user in {}, too", en_of(pair.companion)),
        )
        .got_bytes(&person[6..], shown)
        .related_file(&pair.companion.name, "この利用者の行がないファイルです", "the file without rows of this user");
    if !pair.everybody {
        finding.at_most(Severity::Warning);
    } else {
        finding.plain();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::keys::up1kyo;
    use crate::{Options, judge};

    #[test]
    fn a_second_plan_of_a_user_is_missing_where_only_the_first_one_is_told() {
        let found = |day: &[u8]| {
            let mut draft = Draft::sample("202407-plan").expect("it is one");
            let file = draft.index(Kind::Up1kyo).expect("it has one");
            let copy = draft.files[file].rows[0].clone();
            draft.files[file].rows.push(copy);
            let last = draft.files[file].rows.len() - 1;
            draft.files[file].put(last, up1kyo::PLAN_CREATED_ON, day).expect("it has the item");
            let sets = judge(&draft.to_files(), &Options::default()).sets;
            assert!(sets.findings.kept.iter().all(|finding| finding.rule.id == RULE.id), "{:?}", sets.findings.kept);
            sets.findings.kept.len()
        };
        assert_eq!(found(b"20260801"), 3);
        // What is no day has a finding of its own.
        assert_eq!(found(b"20260899"), 0);
    }
}
