//! `row/bitmap-beyond-month-end`

use crate::bind::{Known, Row, YearMonth};
use crate::draft::{Draft, DraftFile, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::{upjsk, upplan};
use crate::spec::{ItemType, Key, Kind, Table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/bitmap-beyond-month-end",
    severity: Severity::Error,
    title: Text {
        ja: "対象年月にない日が日割対象日になっています",
        en: "a day is marked that the service month does not have",
    },
    why: Text {
        ja: "31文字は1日から31日に対応します。ない日に印があると、日割の日数が実際より多く数えられます。",
        en: "The 31 characters stand for the days 1 to 31; a mark on a day that does not exist is counted as a day too many.",
    },
    fix: Text {
        ja: "月の日数を超える位置は0にしてください。",
        en: "Write 0 at the positions after the last day of the month.",
    },
    basis: Basis::Derived {
        from: &[
            Citation { source: "v41l", place: "UPPLAN No.5、No.11" },
            Citation { source: "v41l", place: "UPJSK No.5、No.11" },
        ],
        because: Text {
            ja: "日割対象日の各文字は対象年月の1日ずつに対応し、月末を超える日はありません。",
            en: "Each character stands for one day of the service month, and no day follows the last one.",
        },
    },
    reading: None,
    versions: EVERY,
    check: Check::Row(reads, check),
    good: &[Case {
        on: "202407-result",
        also: &[],
        // September: the 30th is its last day.
        edit: |draft| draft.set(Kind::Upjsk, 0, upjsk::PRORATED_DAYS, b"1111111111111111111111111111110"),
    }],
    bad: &[
        Case { on: "202407-result", also: &[], edit: |draft| mark_day_31(draft, Kind::Upjsk) },
        Case { on: "202003-table", also: &[], edit: |draft| mark_day_31(draft, Kind::Upplan) },
    ],
};

fn reads(table: &Table) -> Vec<Key> {
    let bitmaps = table.items.iter().filter(|item| item.form == ItemType::Bitmap);
    bitmaps.flat_map(|item| [item.key, upplan::TARGET_MONTH]).collect()
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    for item in row.table.items.iter().filter(|item| item.form == ItemType::Bitmap) {
        let (Known::Is(month), Known::Is(days)) = (row.month(upplan::TARGET_MONTH), row.bytes(item.key)) else {
            continue;
        };
        let last = usize::from(month.days());
        // Anything but 31 characters of 0 and 1 is cell/bitmap-malformed.
        if days.len() == 31 && days.iter().all(|b| matches!(b, b'0' | b'1')) && days[last..].contains(&b'1') {
            out.cell(row, item.key).expected(
                format!("{}文字目以降は0（{month}は{last}日まで）", last + 1),
                format!("0 from character {} on ({month} has {last} days)", last + 1),
            );
        }
    }
}

fn mark_day_31(draft: &mut Draft, kind: Kind) -> Option<Site> {
    let short = |month: &[u8]| YearMonth::parse(month).is_some_and(|month| month.days() < 31);
    let picks = |file: &DraftFile, row: usize| short(file.get(row, upplan::TARGET_MONTH));
    draft.set_where(kind, picks, upplan::PRORATED_DAYS, b"1000000000000000000000000000001")
}
