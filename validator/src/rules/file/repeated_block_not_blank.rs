//! `file/repeated-block-not-blank`

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::bind::{Known, Row};
use crate::draft::{Draft, DraftFile, Site};
use crate::facts::{Occasion, Person, person};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::SINCE_202407;
use crate::spec::keys::upyobo_sub;
use crate::spec::{Key, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/repeated-block-not-blank",
    severity: Severity::Error,
    title: Text {
        ja: "同じ課題または支援計画の2行目以降に、内容が繰り返されています",
        en: "a continuation row repeats the text of its issue or support plan",
    },
    why: Text {
        ja: "課題と支援計画の内容は、番号ごとに最初の行だけに出力します。2行目以降にもあると、取込側で内容が重複します。",
        en: "Issues and support plans are written on the first row of their number only; an import shows repeated ones twice.",
    },
    fix: Text {
        ja: "同じ課題NO・支援計画NOの2行目以降では、課題または支援計画の項目を空にしてください。",
        en: "Leave the items of an issue or support plan empty on all rows of its number but the first.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPYOBO_SUB No.5から13" }]),
    reading: None,
    versions: SINCE_202407,
    check: Check::File(start),
    good: &[Case {
        on: "202407-prevention",
        also: &[],
        // The items of a used service stand on every row.
        edit: |draft| draft.set(Kind::UpyoboSub, 1, upyobo_sub::SERVICE_KIND, TEXT),
    }],
    bad: &[
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| repeat(draft, &[upyobo_sub::ISSUE_NO], upyobo_sub::OVERALL_ISSUE),
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| {
                repeat(draft, &[upyobo_sub::ISSUE_NO, upyobo_sub::SUPPORT_PLAN_NO], upyobo_sub::SELF_CARE_INFORMAL)
            },
        },
    ],
};

/// 課題 in Shift_JIS.
const TEXT: &[u8] = b"\x89\xdb\x91\xe8";

/// What is said once per 課題ＮＯ.
const ISSUE: [Key; 4] =
    [upyobo_sub::OVERALL_ISSUE, upyobo_sub::GOAL_PROPOSAL, upyobo_sub::PROPOSAL_INTENTION, upyobo_sub::GOAL];

/// What is said once per 支援計画ＮＯ of an issue.
const SUPPORT_PLAN: [Key; 3] =
    [upyobo_sub::SUPPORT_POINT, upyobo_sub::SELF_CARE_INFORMAL, upyobo_sub::INSURED_OR_COMMUNITY_SERVICE];

#[derive(Default)]
struct RepeatedBlockNotBlank {
    /// The issues seen of each plan, with one bit for each 支援計画ＮＯ seen.
    issues: BTreeMap<(Person, Occasion, u8), u128>,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(RepeatedBlockNotBlank::default())
}

impl FileRule for RepeatedBlockNotBlank {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        if row.table.kind != Kind::UpyoboSub {
            return;
        }
        let (Some(person), Known::Is(plan), Some(issue)) =
            (person(row), row.fixed::<8>(upyobo_sub::PLAN_CREATED_ON), number(row, upyobo_sub::ISSUE_NO))
        else {
            return;
        };
        let support_plan = number(row, upyobo_sub::SUPPORT_PLAN_NO).map_or(0, |number| 1 << number);
        match self.issues.entry((person, plan, issue)) {
            Entry::Vacant(entry) => {
                entry.insert(support_plan);
            }
            Entry::Occupied(mut entry) => {
                report(row, &ISSUE, upyobo_sub::ISSUE_NO, out);
                if *entry.get() & support_plan != 0 {
                    report(row, &SUPPORT_PLAN, upyobo_sub::SUPPORT_PLAN_NO, out);
                }
                *entry.get_mut() |= support_plan;
            }
        }
    }

    fn next(&self, row: &Row<'_>) -> Next {
        if row.table.kind == Kind::UpyoboSub { Next::Every } else { Next::Never }
    }

    fn forget(&mut self, owner: &Person) -> bool {
        let own = self.issues.range((*owner, [0; 8], 0)..=(*owner, [0xFF; 8], u8::MAX));
        let own: Vec<(Person, Occasion, u8)> = own.map(|(issue, _)| *issue).collect();
        for issue in &own {
            self.issues.remove(issue);
        }
        !own.is_empty()
    }
}

/// A number of at most two digits.
fn number(row: &Row<'_>, key: Key) -> Option<u8> {
    row.integer(key).is().and_then(|number| u8::try_from(number).ok()).filter(|number| *number < 100)
}

fn report(row: &Row<'_>, block: &[Key], number: Key, out: &mut Out<'_>) {
    let Some(number) = row.item(number) else { return };
    for key in block {
        if matches!(row.bytes(*key), Known::Is(_)) {
            out.cell(row, *key).expected(
                format!("空（同じ「{}」の2行目以降）", number.name_ja),
                format!("empty: only the first row of each `{}` fills it", number.key.name()),
            );
        }
    }
}

/// Fills an item on a row whose numbers are those of the row above.
fn repeat(draft: &mut Draft, numbers: &[Key], item: Key) -> Option<Site> {
    const PLAN: [Key; 3] = [upyobo_sub::INSURER_NUMBER, upyobo_sub::INSURED_NUMBER, upyobo_sub::PLAN_CREATED_ON];
    let picks = |file: &DraftFile, row: usize| {
        let same = |key: &Key| row > 0 && file.get(row, *key) == file.get(row - 1, *key);
        let numbered = numbers.iter().all(|key| !file.get(row, *key).is_empty());
        file.get(row, item).is_empty() && numbered && PLAN.iter().chain(numbers).all(same)
    };
    draft.set_where(Kind::UpyoboSub, picks, item, TEXT)
}
