//! `row/limit-slot-without-type`

use crate::bind::{Known, Row};
use crate::draft::{Draft, DraftFile, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::uphosoku;
use crate::spec::{Condition, Key, Kind, Table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/limit-slot-without-type",
    severity: Severity::Error,
    title: Text {
        ja: "種類支給限度の値に、サービス種類コードがありません",
        en: "a limit per service type has no service type",
    },
    why: Text {
        ja: "どのサービス種類の限度額か分からないため、取込側で捨てられるか、エラーになります。",
        en: "Nobody knows which type the limit is for: an import drops or rejects it.",
    },
    fix: Text {
        ja: "同じ番号の欄のサービス種類コードを出力するか、使わない欄の値を空にしてください。",
        en: "Give the service type of the same slot, or leave the whole slot empty.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPHOSOKU No.20から55" }]),
    reading: None,
    versions: EVERY,
    check: Check::Row(reads, check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            draft.set(Kind::Uphosoku, 0, uphosoku::TYPE1_SERVICE_TYPE, b"15")?;
            draft.set(Kind::Uphosoku, 0, uphosoku::TYPE1_LIMIT_UNITS, b"20000")
        },
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| fill(draft, uphosoku::TYPE9_SERVICE_TYPE, uphosoku::TYPE9_LIMIT_UNITS),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| fill(draft, uphosoku::TYPE1_SERVICE_TYPE, uphosoku::TYPE1_OVER_UNITS),
        },
    ],
};

fn reads(table: &Table) -> Vec<Key> {
    table.beside(|condition| if let Condition::OnlyWith(service_type) = condition { Some(*service_type) } else { None })
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    // The items of one slot follow each other: the first filled one stands for all of them.
    let mut told: Option<Key> = None;
    for item in &row.table.items {
        let Some(service_type) = item.condition(|condition| {
            if let Condition::OnlyWith(service_type) = condition { row.item(*service_type) } else { None }
        }) else {
            continue;
        };
        let orphan = row.bytes(service_type.key) == Known::Absent && matches!(row.bytes(item.key), Known::Is(_));
        if orphan && told != Some(service_type.key) {
            told = Some(service_type.key);
            out.cell(row, item.key).expected(
                format!("「{}」とともに出力、または空", service_type.name_ja),
                format!("filled only with `{}`, else empty", service_type.key.name()),
            );
        }
    }
}

/// Fills an item of an empty slot.
fn fill(draft: &mut Draft, service_type: Key, item: Key) -> Option<Site> {
    let empty = |file: &DraftFile, row| [service_type, item].iter().all(|key| file.get(row, *key).is_empty());
    draft.set_where(Kind::Uphosoku, empty, item, b"20000")
}
