//! `file/issue-order-broken`

use std::collections::BTreeMap;

use crate::bind::{Known, Row};
use crate::draft::{Draft, Site};
use crate::facts::{Occasion, Person, person, place};
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Out, Rule};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::spec::keys::up2kyo;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/issue-order-broken",
    severity: Severity::Error,
    title: Text {
        ja: "第2表の課題NOが前の行より小さくなっています", en: "the issue numbers of table 2 go back"
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
        ja: "番号で並べると帳票の並びになるという定めを、行も課題NOの順に出力するものと解釈しています。援助目標NOと援助内容NOの順は問いません。",
        en: "That sorting by the numbers gives the printed order is read as: rows are written in the order of their issues. The order of goals and contents is not judged.",
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
    bad: &[Case { on: "202407-plan", also: &[], edit: swap }],
};

#[derive(Default)]
struct IssueOrderBroken {
    /// 課題ＮＯ of the last row of each plan.
    plans: BTreeMap<(Person, Occasion), (i64, Place)>,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(IssueOrderBroken::default())
}

impl FileRule for IssueOrderBroken {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        if row.table.kind != Kind::Up2kyo {
            return;
        }
        let (Some(person), Known::Is(plan), Known::Is(issue), Some(here)) = (
            person(row),
            row.fixed::<8>(up2kyo::PLAN_CREATED_ON),
            row.integer(up2kyo::ISSUE_NO),
            place(row, up2kyo::ISSUE_NO),
        ) else {
            return;
        };
        let before = self.plans.insert((person, plan), (issue, here));
        if let Some((before, at)) = before.filter(|(before, _)| issue < *before) {
            out.cell(row, up2kyo::ISSUE_NO)
                .expected(format!("{before}以上の番号"), format!("{before} or more"))
                .related(at, format!("同じ計画の前の行は{before}です"), format!("the row before it says {before}"));
        }
    }
}

/// Swaps two neighbouring rows of one plan that are of different issues.
fn swap(draft: &mut Draft) -> Option<Site> {
    let (index, row) = draft.find(Kind::Up2kyo, |file, row| {
        let plan = [up2kyo::INSURER_NUMBER, up2kyo::INSURED_NUMBER, up2kyo::PLAN_CREATED_ON];
        let issue = |row| std::str::from_utf8(file.get(row, up2kyo::ISSUE_NO)).ok()?.parse::<u32>().ok();
        let same_plan = plan.iter().all(|key| file.get(row, *key) == file.get(row + 1, *key));
        same_plan && matches!((issue(row), issue(row + 1)), (Some(this), Some(next)) if this < next)
    })?;
    let file = &mut draft.files[index];
    let cells = file.rows[row].cells.clone();
    file.rows[row].cells = std::mem::replace(&mut file.rows[row + 1].cells, cells);
    Some(Site::Cell(index, row + 1, file.column(up2kyo::ISSUE_NO)?))
}
