//! `row/plan-date-contradicts-month`

use crate::bind::{Known, Row, YearMonth};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::uphosoku;
use crate::spec::{Condition, Key, Kind, Segment, Table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/plan-date-contradicts-month",
    severity: Severity::Error,
    title: Text {
        ja: "計画作成日と対象年月の組み合わせが正しくありません",
        en: "the plan date does not go with the service month",
    },
    why: Text {
        ja: "利用者補足情報は、計画書に添えるときは計画作成日で、第6表・第7表に添えるときは対象年月で結び付きます。両方または片方もないと、どの帳票の補足か分かりません。",
        en: "The supplement is joined to plan tables by the plan date and to tables 6 and 7 by the month; with both or neither nobody knows what it belongs to.",
    },
    fix: Text {
        ja: "計画書に添えるときは計画作成日を出力し対象年月を000000に、第6表・第7表に添えるときは対象年月を出力し計画作成日を00000000にしてください。",
        en: "Beside plan tables give the plan date and 000000 as the month; beside tables 6 and 7 give the month and 00000000 as the plan date.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPHOSOKU No.4、No.63" }]),
    reading: None,
    versions: EVERY,
    check: Check::File(start),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Uphosoku, 0, uphosoku::PLAN_CREATED_ON, b"\"00000000\""),
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            draft.set_where(
                Kind::Uphosoku,
                |file, row| {
                    let month = file.get(row, uphosoku::TARGET_MONTH);
                    file.get(row, uphosoku::PLAN_CREATED_ON) == b"00000000" && month != b"000000"
                },
                uphosoku::PLAN_CREATED_ON,
                b"20220401",
            )
        },
    }],
};

/// What tells whether a file goes with plan tables: the month of its name or, where that has none, each row's.
struct PlanDateContradictsMonth {
    named: Option<Beside>,
    /// What the first row with a month says. Where the name says another thing, file/month-differs-from-name
    /// speaks of that, and only rows that are wrong by both are told here.
    first: Option<Beside>,
}

/// What a supplement is given beside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Plans,
    Months,
}

impl Beside {
    fn of(month: &[u8]) -> Option<Beside> {
        match month {
            b"000000" => Some(Beside::Plans),
            _ => YearMonth::parse(month).map(|_| Beside::Months),
        }
    }
}

fn start(start: &FileStart<'_>) -> Box<dyn FileRule> {
    let named = start.name.part(Segment::TargetMonth).and_then(|month| Beside::of(month.as_bytes()));
    Box::new(PlanDateContradictsMonth { named, first: None })
}

impl FileRule for PlanDateContradictsMonth {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        let Some((date, month)) = items(row.table) else { return };
        let of_row = row.bytes(month).is().and_then(Beside::of);
        self.first = self.first.or(of_row);
        let Some(beside) = self.named.or(of_row) else { return };
        let fits = |beside: Option<Beside>| match beside {
            Some(Beside::Plans) => row.bytes(date) != Known::Is(b"00000000"),
            Some(Beside::Months) => row.date(date).is().is_none(),
            None => false,
        };
        if fits(Some(beside)) || self.first != self.named && fits(of_row) {
            return;
        }
        let (whose_ja, whose_en) =
            if self.named.is_some() { ("ファイル名の", " of the file name") } else { ("", "") };
        match beside {
            Beside::Plans => {
                out.cell(row, date)
                    .say(
                        format!("{whose_ja}対象年月が000000なのに、計画作成日がありません"),
                        format!("the month{whose_en} is 000000, but there is no plan date"),
                    )
                    .expected("居宅サービス計画作成（変更）日", "the day the plan was made or changed");
            }
            Beside::Months => {
                out.cell(row, date)
                    .say(
                        format!("{whose_ja}対象年月があるのに、計画作成日もあります"),
                        format!("there is a plan date beside the month{whose_en}"),
                    )
                    .expected_value("00000000");
            }
        }
    }

    fn next(&self, row: &Row<'_>) -> Next {
        if items(row.table).is_some() { Next::Every } else { Next::Never }
    }
}

/// The items that contradict each other.
fn items(table: &Table) -> Option<(Key, Key)> {
    let month = |condition: &Condition| if let Condition::ZeroOrDate(month) = condition { Some(*month) } else { None };
    table.items.iter().find_map(|item| Some((item.key, item.condition(month)?)))
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::spec::keys::uphosoku;
    use crate::spec::{Kind, Segment};
    use crate::{Options, judge};

    /// Months of the name and the row, and the plan date; how often it is found.
    fn found(named: &str, month: &[u8], date: &[u8]) -> usize {
        let mut draft = Draft::sample("202407-table").expect("it is one");
        let file = draft.index(Kind::Uphosoku).expect("it has one");
        draft.rename_file(file, Segment::TargetMonth, named).expect("its name has a month");
        draft.files[file].rows.truncate(1);
        for (key, value) in [(uphosoku::TARGET_MONTH, month), (uphosoku::PLAN_CREATED_ON, date)] {
            draft.files[file].put(0, key, value).expect("it has the item");
        }
        let judgement = judge(&draft.to_files()[file..=file], &Options::default());
        judgement.findings().iter().filter(|finding| finding.rule.id == super::RULE.id).count()
    }

    #[test]
    fn the_month_of_the_name_decides_unless_the_first_row_has_another_one() {
        for (named, month, date, count) in [
            ("202610", &b"202610"[..], &b"00000000"[..], 0),
            ("202610", b"000000", b"00000000", 0),
            // That the name says another thing is file/month-differs-from-name.
            ("202610", b"000000", b"20260901", 0),
            ("000000", b"202610", b"00000000", 0),
            ("000000", b"000000", b"20260901", 0),
            ("202613", b"000000", b"00000000", 1),
            ("202613", b"202610", b"20260901", 1),
            ("202613", b"202613", b"20260901", 0),
        ] {
            let row = (String::from_utf8_lossy(month), String::from_utf8_lossy(date));
            assert_eq!(found(named, month, date), count, "{named} {row:?}");
        }
    }
}
