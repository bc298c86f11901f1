//! `row/limit-slot-skipped`

use crate::bind::{Known, Row};
use crate::draft::{Draft, DraftFile, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::uphosoku;
use crate::spec::{Condition, Item, Key, Kind, Table};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/limit-slot-skipped",
    severity: Severity::Error,
    title: Text {
        ja: "種類支給限度の欄が途中で空いています", en: "a slot for a limit per service type is skipped"
    },
    why: Text {
        ja: "欄は1から順に使います。空いた欄で読み取りを終える取込側では、以降の限度額が失われます。",
        en: "Slots are filled from the first on; software that stops at an empty one loses the limits behind it.",
    },
    fix: Text {
        ja: "値のある欄を前に詰めて出力してください。",
        en: "Move the filled slots up so that none is left empty between them.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPHOSOKU No.20から55" }]),
    reading: None,
    versions: EVERY,
    check: Check::Row(reads, check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            draft.set(Kind::Uphosoku, 0, uphosoku::TYPE1_SERVICE_TYPE, b"11")?;
            draft.set(Kind::Uphosoku, 0, uphosoku::TYPE2_SERVICE_TYPE, b"15")
        },
    }],
    bad: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| skip(draft, uphosoku::TYPE1_SERVICE_TYPE, uphosoku::TYPE2_SERVICE_TYPE),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| skip(draft, uphosoku::TYPE8_SERVICE_TYPE, uphosoku::TYPE9_SERVICE_TYPE),
        },
    ],
};

fn reads(table: &Table) -> Vec<Key> {
    let mut keys =
        table.beside(|condition| if let Condition::AfterSlot(before) = condition { Some(*before) } else { None });
    if !keys.is_empty() {
        keys.extend(table.items.iter().filter(|item| item.conditions.iter().any(is_limit)).map(|item| item.key));
    }
    keys
}

fn is_limit(condition: &Condition) -> bool {
    matches!(condition, Condition::OnlyWith(_))
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    for item in &row.table.items {
        let Some(before) = item
            .condition(|condition| if let Condition::AfterSlot(before) = condition { row.item(*before) } else { None })
        else {
            continue;
        };
        if matches!(row.bytes(item.key), Known::Is(_)) && is_unused(row, before.key) {
            out.cell(row, item.key).expected(
                format!("「{}」の欄から順に使用", before.name_ja),
                format!("the slot of `{}` used first", before.key.name()),
            );
        }
    }
}

/// Whether nothing stands in the slot. One with a limit but no type is row/limit-slot-without-type.
fn is_unused(row: &Row<'_>, service_type: Key) -> bool {
    let in_slot = |item: &&Item| item.has(&Condition::OnlyWith(service_type));
    row.bytes(service_type) == Known::Absent
        && row.table.items.iter().filter(in_slot).all(|item| row.bytes(item.key) == Known::Absent)
}

/// Uses a slot behind an unused one, in a row that uses none behind it.
fn skip(draft: &mut Draft, unused: Key, used: Key) -> Option<Site> {
    let free = |file: &DraftFile, row| [unused, used].iter().all(|key| file.get(row, *key).is_empty());
    draft.set_where(Kind::Uphosoku, free, used, b"15")
}
