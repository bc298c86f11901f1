//! `file/total-row-missing`

use std::collections::BTreeMap;

use crate::bind::{Known, Row, SumRow};
use crate::draft::{Draft, Site};
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upsikyu;
use crate::spec::{Certainty, Kind, Table};
use crate::table7::{Bill, Positions, rows_beside};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/total-row-missing",
    severity: Severity::Error,
    title: Text {
        ja: "利用者の合計の行（999999）がありません", en: "a user has no total row (999999)"
    },
    why: Text {
        ja: "合計の行は必須です。ないと、取込側で利用者の限度額と負担額を確かめられません。",
        en: "The total row is mandatory; without it nobody can check the user's limit and share.",
    },
    fix: Text {
        ja: "利用者ごとに、サービスコード999999の行を出力してください。",
        en: "Write a row of service code 999999 for each user.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPSIKYU No.9" }]),
    reading: Some(Text {
        ja: "合計の行は、利用者と対象年月ごとに1行と解釈しています。",
        en: "The total row is read as one per user and month.",
    }),
    versions: EVERY,
    check: Check::File(start),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // The total first, its details behind it.
        edit: |draft| {
            let (file, row) = total(draft)?;
            let rows = &mut draft.files[file].rows;
            let cells = rows[row].cells.clone();
            rows[row].cells = std::mem::replace(&mut rows[0].cells, cells);
            Some(Site::Row(file, 0))
        },
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let (file, row) = total(draft)?;
            let first = *rows_beside(&draft.files[file], row).first()?;
            draft.files[file].rows.remove(row);
            (first != row).then_some(Site::Row(file, first))
        },
    }],
};

#[derive(Default)]
struct TotalRowMissing {
    bills: BTreeMap<Bill, User>,
    /// Whether some row belongs to nobody knows whom: it may be anyone's total.
    blind: bool,
    positions: Positions,
    /// The table of the row before.
    last: Option<Bill>,
}

struct User {
    first: Place,
    table: &'static Table,
    /// Whether there is a total, or a row that may be one.
    has_total: bool,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(TotalRowMissing::default())
}

impl FileRule for TotalRowMissing {
    fn row(&mut self, row: &Row<'_>, _: &mut Out<'_>) {
        let (bill, sort) = match self.positions.of(row) {
            Known::Is(position) => position,
            Known::Absent => return,
            Known::Unreadable => {
                self.blind = true;
                return;
            }
        };
        let may_be_total = sort.is_none_or(|(sort, _)| sort == SumRow::Total);
        if self.last == Some(bill) && !may_be_total {
            return;
        }
        self.last = Some(bill);
        let first = Place::record(&row.record);
        let user = self.bills.entry(bill).or_insert(User { first, table: row.table, has_total: false });
        user.has_total |= may_be_total;
    }

    fn next(&self, row: &Row<'_>) -> Next {
        if row.table.kind == Kind::Upsikyu { Next::Every } else { Next::Never }
    }

    fn end(&mut self, complete: bool, out: &mut Out<'_>) {
        if !complete || self.blind {
            return;
        }
        let mut missing: Vec<&User> = self.bills.values().filter(|user| !user.has_total).collect();
        missing.sort_by_key(|user| user.first);
        for user in missing {
            let certainty = user.table.item(upsikyu::SERVICE_CODE).map_or(Certainty::Guess, |code| code.certainty);
            out.place(user.first, user.table)
                .cap_by(certainty)
                .expected(
                    "この利用者・対象年月の、サービスコード999999の行",
                    "a row of service code 999999 for this user and month",
                )
                .got("なし", "none");
        }
    }
}

fn total(draft: &Draft) -> Option<(usize, usize)> {
    draft.find(Kind::Upsikyu, |file, row| file.get(row, upsikyu::SERVICE_CODE) == b"999999")
}
