//! `row/limit-slot-short-stay-type`

use crate::bind::{Known, Row};
use crate::draft::{Draft, DraftFile, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::uphosoku;
use crate::spec::{Condition, Item, ItemType, Key, Kind, Table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/limit-slot-short-stay-type",
    severity: Severity::Warning,
    title: Text {
        ja: "種類支給限度の欄の短期入所療養介護は22で表します",
        en: "in a limit slot, short-stay medical care is written as 22",
    },
    why: Text {
        ja: "短期入所療養介護の限度額は施設の種類によらず1つで、22で表します。23や2Aの欄は、取込側で限度額と結び付きません。",
        en: "Short-stay medical care has one limit whatever the facility, under 22; an import finds no limit for 23 or 2A.",
    },
    fix: Text {
        ja: "種類支給限度の欄では、短期入所療養介護のサービス種類コードを22にしてください。",
        en: "Use 22 for all kinds of short-stay medical care in limit slots.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPHOSOKU No.20から52" }]),
    reading: None,
    versions: EVERY,
    check: Check::Row(reads, check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::TYPE1_SERVICE_TYPE, b"22"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::TYPE1_SERVICE_TYPE, b"21"),
        },
    ],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| fill(draft, b"23") },
        Case { on: "202407-table", also: &[], edit: |draft| fill(draft, b"2A") },
    ],
};

fn reads(table: &Table) -> Vec<Key> {
    table.items.iter().filter(|item| is_slot(table, item)).map(|item| item.key).collect()
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    for item in row.table.items.iter().filter(|item| is_slot(row.table, item)) {
        if matches!(row.fixed::<2>(item.key), Known::Is([b'2', b'3' | b'A'])) {
            out.cell(row, item.key).expected_value("22");
        }
    }
}

/// Whether a limit stands beside the service type.
fn is_slot(table: &Table, item: &Item) -> bool {
    let limit = Condition::OnlyWith(item.key);
    item.form == ItemType::ServiceType && table.items.iter().any(|other| other.has(&limit))
}

fn fill(draft: &mut Draft, service_type: &[u8]) -> Option<Site> {
    let unused = |file: &DraftFile, row| file.get(row, uphosoku::TYPE1_SERVICE_TYPE).is_empty();
    draft.set_where(Kind::Uphosoku, unused, uphosoku::TYPE1_SERVICE_TYPE, service_type)
}
