//! `file/issue-order-broken`

use std::collections::BTreeMap;

use crate::bind::{Known, Row};
use crate::draft::{Draft, Site};
use crate::facts::{Occasion, Person, person};
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::up2kyo;
use crate::spec::{Key, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/issue-order-broken",
    severity: Severity::Warning,
    title: Text {
        ja: "第2表の課題・援助目標・援助内容の番号が前の行より小さくなっています",
        en: "the numbers of issues, goals and contents in table 2 go back",
    },
    why: Text {
        ja: "課題・援助目標・援助内容の番号は、帳票の並び順を表します。行の順が番号と合わないと、続きの行が別の課題に付くことがあります。",
        en: "The numbers of issues, goals and contents give the order on paper; rows out of order may be joined to another issue.",
    },
    fix: Text {
        ja: "帳票の並び順に番号を付け、番号の順に行を出力してください。",
        en: "Number the issues in the order of the form, and write the rows in the order of the numbers.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UP2KYO No.6、No.8、No.13" }]),
    reading: Some(Text {
        ja: "番号で並べると帳票の並びになるという定めを、行もその順に出力するものと解釈しています。標準仕様に行の順の明記はないため、警告とします。",
        en: "That sorting by the numbers gives the printed order is read as: rows are written in that order. As the text does not say so of the rows, this is a warning.",
    }),
    versions: EVERY,
    check: Check::File(start),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        // A gap in the numbers: the last row of the file can only go on.
        edit: |draft| {
            let last = draft.files[draft.index(Kind::Up2kyo)?].rows.len().checked_sub(1)?;
            draft.set(Kind::Up2kyo, last, up2kyo::ISSUE_NO, b"99")
        },
    }],
    bad: &[
        Case { on: "202407-plan", also: &[], edit: |draft| swap(draft, up2kyo::ISSUE_NO) },
        Case { on: "202407-plan", also: &[], edit: |draft| swap(draft, up2kyo::SUPPORT_CONTENT_NO) },
    ],
};

/// The numbers that give the printed order, the weightiest first.
const NUMBERS: [Key; 3] = [up2kyo::ISSUE_NO, up2kyo::SUPPORT_GOAL_NO, up2kyo::SUPPORT_CONTENT_NO];

type Numbers = [Option<i64>; 3];

#[derive(Default)]
struct IssueOrderBroken {
    /// The numbers of the last row of each plan, with the place of the row.
    plans: BTreeMap<(Person, Occasion), (Numbers, Place)>,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(IssueOrderBroken::default())
}

impl FileRule for IssueOrderBroken {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        if row.table.kind != Kind::Up2kyo {
            return;
        }
        let (Some(person), Known::Is(plan)) = (person(row), row.fixed::<8>(up2kyo::PLAN_CREATED_ON)) else { return };
        let numbers = NUMBERS.map(|key| row.integer(key).is());
        let before = self.plans.insert((person, plan), (numbers, Place::record(&row.record)));
        let Some((before, at)) = before else { return };
        // The first number that differs decides; where one is empty, the order is open.
        for (key, pair) in NUMBERS.into_iter().zip(numbers.into_iter().zip(before)) {
            match pair {
                (Some(number), Some(before)) if number == before => {}
                (Some(number), Some(before)) if number < before => {
                    out.cell(row, key).expected(format!("{before}以上の番号"), format!("{before} or more")).related(
                        at,
                        format!("同じ計画の前の行は{before}です"),
                        format!("the row before it says {before}"),
                    );
                    return;
                }
                (Some(_) | None, Some(_) | None) => return,
            }
        }
    }

    fn next(&self, row: &Row<'_>) -> Next {
        if row.table.kind == Kind::Up2kyo { Next::Every } else { Next::Never }
    }

    fn forget(&mut self, owner: &Person) -> bool {
        let own = self.plans.range((*owner, [0; 8])..=(*owner, [0xFF; 8]));
        let own: Vec<(Person, Occasion)> = own.map(|(plan, _)| *plan).collect();
        for plan in &own {
            self.plans.remove(plan);
        }
        !own.is_empty()
    }
}

/// Swaps two neighbouring rows of one plan that this number, and none before it, tells apart.
fn swap(draft: &mut Draft, number: Key) -> Option<Site> {
    let (index, row) = draft.find(Kind::Up2kyo, |file, row| {
        let plan = [up2kyo::INSURER_NUMBER, up2kyo::INSURED_NUMBER, up2kyo::PLAN_CREATED_ON];
        let value = |row, key| std::str::from_utf8(file.get(row, key)).ok()?.parse::<u32>().ok();
        let same = |key: &Key| file.get(row, *key) == file.get(row + 1, *key);
        let told_by_it = NUMBERS.iter().take_while(|key| **key != number).all(same);
        let in_order = matches!((value(row, number), value(row + 1, number)), (Some(this), Some(next)) if this < next);
        plan.iter().all(same) && told_by_it && in_order
    })?;
    let file = &mut draft.files[index];
    let cells = file.rows[row].cells.clone();
    file.rows[row].cells = std::mem::replace(&mut file.rows[row + 1].cells, cells);
    Some(Site::Cell(index, row + 1, file.column(number)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, judge};

    #[test]
    fn a_number_too_long_for_an_issue_tells_of_no_order_and_is_not_told() {
        for (number, rules) in [(&b"12"[..], [RULE.id]), (b"8765432190", ["cell/too-long"])] {
            let mut draft = Draft::sample("202407-plan").expect("it is one");
            draft.set(Kind::Up2kyo, 0, up2kyo::ISSUE_NO, number).expect("it has the item");
            let judgement = judge(&draft.to_files(), &Options::default());
            let found: Vec<_> = judgement.findings().iter().map(|finding| finding.rule.id).collect();
            assert_eq!(found, rules);
        }
    }
}
