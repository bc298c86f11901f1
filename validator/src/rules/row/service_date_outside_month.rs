//! `row/service-date-outside-month`

use crate::bind::{Known, Row};
use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::upplan;
use crate::spec::{Condition, Key, Kind, Table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/service-date-outside-month",
    severity: Severity::Error,
    title: Text {
        ja: "サービス利用日が対象年月の日ではありません",
        en: "the service date is not in the service month",
    },
    why: Text {
        ja: "第6表は1か月分の表です。ほかの月の日は、取込側で行き先がありません。",
        en: "Table 6 is the table of one month; a day of another month has no place in it.",
    },
    fix: Text {
        ja: "サービス利用日か対象年月を直してください。月をまたぐ分は、その月のファイルに分けます。",
        en: "Correct the date or the month; what belongs to another month goes into that month's file.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Row(reads, check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let rental = |file: &DraftFile, row| file.get(row, upplan::SERVICE_CODE).starts_with(b"17");
            draft.set_where(Kind::Upplan, rental, upplan::SERVICE_DATE, b"20261031")
        },
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| draft.set(Kind::Upplan, 0, upplan::SERVICE_DATE, b"20190401"),
    }],
};

fn reads(table: &Table) -> Vec<Key> {
    table.beside(|condition| if let Condition::Within(month) = condition { Some(*month) } else { None })
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    for item in &row.table.items {
        let month = item.condition(|c| if let Condition::Within(month) = c { Some(*month) } else { None });
        let Some(Known::Is(month)) = month.map(|key| row.month(key)) else { continue };
        if matches!(row.date(item.key), Known::Is(date) if !month.holds(date)) {
            out.cell(row, item.key).expected(
                format!("{month}の日（対象年月 {month}）"),
                format!("a day of {month} (service month {month})"),
            );
        }
    }
}
