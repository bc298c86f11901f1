//! `file/month-differs-from-name`

use crate::bind::{Known, Row, YearMonth};
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, FileRule, FileStart, Next, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::upplan;
use crate::spec::{Condition, Item, Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/month-differs-from-name",
    severity: Severity::Error,
    title: Text {
        ja: "対象年月がファイル名の年月と異なります", en: "the service month is not that of the file name"
    },
    why: Text {
        ja: "取込側はファイル名の年月で取り込む月を判断します。行の年月と異なると、別の月に取り込まれるか、エラーになります。",
        en: "An import takes the month from the name; with another one in the rows it files them wrongly or rejects them.",
    },
    fix: Text {
        ja: "ファイル名の年月と行の対象年月を同じにしてください。",
        en: "Make the month of the name and that of the rows the same.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::File(start),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Uphosoku, 0, upplan::TARGET_MONTH, b"\"000000\""),
    }],
    bad: &[
        Case { on: "202407-result", also: &[], edit: |draft| rename(draft, Kind::Upjsk) },
        Case { on: "202407-delete", also: &[], edit: |draft| rename(draft, Kind::Dltplan) },
    ],
};

struct MonthDiffersFromName {
    /// The month of the name, while there is a row to compare it with.
    named: Option<String>,
}

fn start(start: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(MonthDiffersFromName { named: start.name.part(Segment::TargetMonth).map(str::to_owned) })
}

impl FileRule for MonthDiffersFromName {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        let Some(named) = &self.named else { return };
        let Some(item) = row.table.items.iter().find(|item| item.has(&Condition::SameAsName)) else { return };
        let Known::Is(month) = row.bytes(item.key) else { return };
        // What is no month at all is said by name/month-* and cell/not-a-month.
        if !is_month(item, named.as_bytes()) || !is_month(item, month) {
            return;
        }
        if month != named.as_bytes() {
            out.cell(row, item.key)
                .expected(format!("{named}（ファイル名の年月）"), format!("{named}, the month of the file name"));
        }
        self.named = None;
    }

    fn next(&self, row: &Row<'_>) -> Next {
        let item = row.table.items.iter().find(|item| item.has(&Condition::SameAsName));
        match (&self.named, item) {
            (None, _) => Next::Never,
            (Some(_), Some(item)) => Next::Changed(std::slice::from_ref(&item.key)),
            (Some(_), None) => Next::Every,
        }
    }
}

fn is_month(item: &Item, text: &[u8]) -> bool {
    YearMonth::parse(text).is_some() || text == b"000000" && item.has(&Condition::ZeroOrMonth)
}

fn rename(draft: &mut Draft, kind: Kind) -> Option<Site> {
    let file = draft.index(kind)?;
    let column = draft.files[file].column(upplan::TARGET_MONTH)?;
    let other = if draft.files[file].get(0, upplan::TARGET_MONTH) == b"202608" { "202607" } else { "202608" };
    draft.rename_file(file, Segment::TargetMonth, other)?;
    Some(Site::Cell(file, 0, column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileCheck, Options};

    #[test]
    fn what_is_no_month_differs_from_none() {
        for (named, month, expected) in [
            ("000000", "000000", &[][..]),
            ("000000", "202610", &[RULE.id]),
            ("202610", "000000", &[RULE.id]),
            ("202610", "202613", &["row/plan-date-contradicts-month", "cell/not-a-month"]),
            ("202613", "202610", &["name/month-impossible", "row/plan-date-contradicts-month"]),
        ] {
            let mut draft = Draft::sample("202407-plan").expect("it is one");
            draft.set(Kind::Uphosoku, 0, upplan::TARGET_MONTH, month.as_bytes()).expect("it has one");
            draft.rename(Kind::Uphosoku, Segment::TargetMonth, named).expect("it has one");
            let index = draft.index(Kind::Uphosoku).expect("it has one");
            let file = &mut draft.files[index];
            file.rows.truncate(1);
            let mut check = FileCheck::new(&file.name, &Options::default());
            check.push(&file.bytes());
            let found: Vec<_> = check.finish().findings.kept.iter().map(|finding| finding.rule.id).collect();
            assert_eq!(found, expected, "{named} {month}");
        }
    }
}
