//! `row/plan-date-contradicts-month`

use crate::bind::{Known, Row};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::uphosoku;
use crate::spec::{Condition, Key, Kind, Table};
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
    check: Check::Row(reads, check),
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

fn reads(table: &Table) -> Vec<Key> {
    table.beside(|condition| if let Condition::ZeroOrDate(month) = condition { Some(*month) } else { None })
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    for item in &row.table.items {
        let Some(month) = item
            .condition(|condition| if let Condition::ZeroOrDate(month) = condition { row.item(*month) } else { None })
        else {
            continue;
        };
        let no_date = row.bytes(item.key) == Known::Is(b"00000000");
        let no_month = row.bytes(month.key) == Known::Is(b"000000");
        if no_month && no_date {
            out.cell(row, item.key)
                .say("対象年月が000000なのに、計画作成日がありません", "the month is 000000, but there is no plan date")
                .expected("居宅サービス計画作成（変更）日", "the day the plan was made or changed");
        } else if matches!(row.month(month.key), Known::Is(_)) && matches!(row.date(item.key), Known::Is(_)) {
            out.cell(row, item.key)
                .say("対象年月があるのに、計画作成日もあります", "there is a plan date beside a service month")
                .expected_value("00000000");
        }
    }
}
