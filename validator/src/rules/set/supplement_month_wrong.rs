//! `set/supplement-month-wrong`

use super::{UNITS, base_of};
use crate::bind::YearMonth;
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, Rule, SetView};
use crate::rules::EVERY;
use crate::spec::keys::uphosoku;
use crate::spec::{Kind, Segment};
use crate::text::Text;
use crate::units::formed;

pub(super) static RULE: Rule = Rule {
    id: "set/supplement-month-wrong",
    severity: Severity::Error,
    title: Text {
        ja: "利用者補足情報の対象年月が、一緒に送るファイルと合いません",
        en: "the month of UPHOSOKU does not fit the files it travels with",
    },
    why: Text {
        ja: "利用者補足情報は、計画書（第1表～第3表）とは計画作成（変更）日で、利用票（第6表・第7表）とは対象年月で結び付きます。年月が合わないと、どの計画・月の情報か分かりません。",
        en: "UPHOSOKU is joined to plan tables by the date of the plan and to use tables by the month; with a wrong month nobody can tell what it supplements.",
    },
    fix: Text {
        ja: "計画書と送るときは000000、利用票と送るときはその対象年月を、ファイル名と項目に出力してください。",
        en: "Write 000000 beside plan tables and the service month beside use tables, in the name and in the rows.",
    },
    basis: Basis::Spec(UNITS),
    reading: None,
    versions: EVERY,
    check: Check::Set(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        // A use table of the same office lies beside the plan, each with a supplement of its own.
        edit: |draft| {
            draft.files.extend(Draft::sample("202407-table")?.files);
            Some(Site::File(draft.index(Kind::Uphosoku)?))
        },
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let (file, _) =
                    draft.find(Kind::Uphosoku, |file, row| month(file.get(row, uphosoku::TARGET_MONTH)).is_some())?;
                base_of(draft, file)?;
                let version = draft.files[file].version()?;
                let now = month(draft.files[file].get(0, uphosoku::TARGET_MONTH))?;
                // The month before is of the same version, unless there was none before.
                let (before, after) = (step(now, false), step(now, true));
                let other = if *before < *version.first_month() { after } else { before };
                restate(draft, file, &other, None)
            },
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| {
                let (file, _) =
                    draft.find(Kind::Uphosoku, |file, row| file.get(row, uphosoku::TARGET_MONTH) == b"000000")?;
                base_of(draft, file)?;
                let month = draft.files[file].version()?.first_month();
                restate(draft, file, month, Some(b"00000000"))
            },
        },
    ],
};

fn month(text: &[u8]) -> Option<YearMonth> {
    YearMonth::parse(text)
}

fn step(month: YearMonth, forward: bool) -> String {
    let YearMonth { year, month } = month;
    let stepped = match (month, forward) {
        (12, true) => YearMonth { year: year + 1, month: 1 },
        (_, true) => YearMonth { year, month: month + 1 },
        (1, false) => YearMonth { year: year - 1, month: 12 },
        (_, false) => YearMonth { year, month: month - 1 },
    };
    stepped.to_string()
}

fn restate(draft: &mut Draft, file: usize, month: &str, plan: Option<&[u8]>) -> Option<Site> {
    for row in 0..draft.files[file].rows.len() {
        draft.files[file].put(row, uphosoku::TARGET_MONTH, month.as_bytes())?;
        if let Some(plan) = plan {
            draft.files[file].put(row, uphosoku::PLAN_CREATED_ON, plan)?;
        }
    }
    draft.rename_file(file, Segment::TargetMonth, month)
}

fn check(set: &SetView<'_>, out: &mut Out<'_>) {
    for unit in formed(set) {
        let Some(file) = unit.file(Kind::Uphosoku).filter(|file| unit.is_misdated(file)) else { continue };
        let Some(got) = file.part(Segment::TargetMonth) else { continue };
        // A month that is none has a finding of its own.
        if got != "000000" && YearMonth::parse(got.as_bytes()).is_none() {
            continue;
        }
        let other = unit.files[0];
        let months = other.part(Segment::TargetMonth);
        let expected = match months {
            None => "000000",
            Some(text) if YearMonth::parse(text.as_bytes()).is_some() => text,
            Some(_) => continue,
        };
        out.whole_other(file).expected_value(expected).got(got, got).related_file(
            &other.name,
            "一緒に送るファイルです",
            "it travels with this file",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft;
    use crate::{Options, judge};

    #[test]
    fn a_supplement_without_a_month_beside_a_table_is_of_the_wrong_one_and_one_of_no_month_is_not() {
        for (month, expected) in [("000000", 1), ("202609", 1), ("202613", 0), ("202610", 0)] {
            let mut draft = Draft::sample("202407-table").expect("it is one");
            let file = draft.index(Kind::Uphosoku).expect("it has one");
            restate(&mut draft, file, month, None).expect("it has a month");
            let sets = judge(&draft.to_files(), &Options::default()).sets;
            let found = sets.findings.kept.iter().filter(|finding| finding.rule.id == RULE.id).count();
            assert_eq!((found, sets.findings.kept.len()), (expected, expected), "{month}");
        }
    }
}
