//! `file/month-mixed`

use crate::bind::{Known, Row, YearMonth};
use crate::facts::place;
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upplan;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/month-mixed",
    severity: Severity::Error,
    title: Text {
        ja: "1つのファイルに異なる対象年月の行があります",
        en: "the rows of one file are of different service months",
    },
    why: Text {
        ja: "1ファイルは1か月分です。取込側はファイル名の年月の分だけを取り込むか、ファイル全体を受け付けません。",
        en: "A file is one month's. An import takes the month of the name only, or rejects the file.",
    },
    fix: Text {
        ja: "月ごとにファイルを分け、別の連番で送ってください。",
        en: "Make one file per month, each set with a timestamp of its own.",
    },
    basis: Basis::Spec(&[Citation { source: "v41", place: "5.1.1.3 出力単位（対象年月）" }]),
    reading: None,
    versions: EVERY,
    check: Check::File(start),
    good: &[Case {
        on: "202407-result",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Upjsk, 1, upplan::TARGET_MONTH, b"\"202609\""),
    }],
    bad: &[Case {
        on: "202407-result",
        also: &[],
        // A whole row of another month, day and all.
        edit: |draft| {
            draft.set(Kind::Upjsk, 1, upplan::SERVICE_DATE, b"20260810")?;
            draft.set(Kind::Upjsk, 1, upplan::TARGET_MONTH, b"202608")
        },
    }],
};

struct MonthMixed {
    /// The month of the name: where the first row has another one, file/month-differs-from-name speaks of it, and
    /// rows of this one are right.
    named: Option<YearMonth>,
    first: Option<(YearMonth, Place)>,
    told: bool,
}

fn start(start: &FileStart<'_>) -> Box<dyn FileRule> {
    let named = start.name.part(Segment::TargetMonth).and_then(|month| YearMonth::parse(month.as_bytes()));
    Box::new(MonthMixed { named, first: None, told: false })
}

impl FileRule for MonthMixed {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        let Known::Is(month) = row.month(upplan::TARGET_MONTH) else { return };
        let Some(here) = place(row, upplan::TARGET_MONTH) else { return };
        let (first, at) = *self.first.get_or_insert((month, here));
        if month != first && Some(month) != self.named && !self.told {
            self.told = true;
            out.cell(row, upplan::TARGET_MONTH)
                .expected(format!("{first}（最初の行と同じ）"), format!("{first}, as in the first row"))
                .related(at, format!("最初の行は{first}です"), format!("the first row says {first}"));
        }
    }

    fn next(&self, _: &Row<'_>) -> Next {
        if self.told { Next::Never } else { Next::Changed(&[upplan::TARGET_MONTH]) }
    }
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::spec::Kind;
    use crate::spec::keys::upplan;
    use crate::{Options, judge};

    #[test]
    fn one_row_of_another_month_is_one_finding_wherever_it_stands() {
        for (row, rule) in [(0, "file/month-differs-from-name"), (1, super::RULE.id)] {
            let mut draft = Draft::sample("202407-table").expect("it is one");
            draft.set(Kind::Upplan, row, upplan::TARGET_MONTH, b"202609").expect("it has the item");
            let judgement = judge(&draft.to_files(), &Options { sets: true, ..Options::default() });
            let found = judgement.findings().into_iter().map(|finding| finding.rule.id);
            let found: Vec<_> = found.filter(|id| *id != "row/service-date-outside-month").collect();
            assert_eq!(found, [rule]);
        }
    }

    #[test]
    fn rows_of_another_month_are_that_and_no_wrong_sums() {
        for kind in [Kind::Upplan, Kind::Upsikyu] {
            let mut draft = Draft::sample("202407-table").expect("it is one");
            let file = draft.index(kind).expect("it has one");
            for row in 0..draft.files[file].rows.len() {
                let copy = draft.files[file].rows[row].clone();
                draft.files[file].rows.push(copy);
                let last = draft.files[file].rows.len() - 1;
                draft.files[file].put(last, upplan::TARGET_MONTH, b"202609").expect("it has the item");
            }
            let judgement = judge(&draft.to_files(), &Options { sets: true, ..Options::default() });
            let mut found: Vec<_> = judgement.findings().into_iter().map(|finding| finding.rule.id).collect();
            found.retain(|id| *id != "row/service-date-outside-month");
            assert_eq!(found, [super::RULE.id], "{kind}");
        }
    }
}
