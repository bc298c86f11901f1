//! `row/detail-number-misused`

use crate::bind::{Known, Row};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, Sees};
use crate::rules::EVERY;
use crate::spec::keys::upplan;
use crate::spec::{Certainty, Condition, Key, Kind, Table, is_rental};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/detail-number-misused",
    severity: Severity::Error,
    title: Text {
        ja: "福祉用具貸与以外の行に明細判別コードがあります",
        en: "a row other than equipment rental has a 明細判別コード",
    },
    why: Text {
        ja: "明細判別コードは、同じサービスコード・単位数の福祉用具を見分けるための番号です。ほかのサービスでは意味を持ちません。",
        en: "The number tells rentals of the same code and units apart; it means nothing on other services.",
    },
    fix: Text {
        ja: "サービス種類17以外の行では、明細判別コードを空にしてください。",
        en: "Leave it empty on rows of any service type but 17.",
    },
    basis: Basis::Spec(&[
        Citation { source: "v41l", place: "UPPLAN No.19" },
        Citation { source: "v41l", place: "UPJSK No.19" },
    ]),
    reading: Some(Text {
        ja: "標準は種類17だけを挙げているため、介護予防福祉用具貸与（67）の番号は警告にとどめます。",
        en: "The standard names type 17 only; a number on preventive rentals (67) is therefore a warning.",
    }),
    versions: EVERY,
    check: Check::Glance(glances, check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Upplan, 0, upplan::DETAIL_NO, b"\"\""),
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            draft.set_where(
                Kind::Upplan,
                |file, row| {
                    let code = file.get(row, upplan::SERVICE_CODE);
                    code.len() == 6 && !code.starts_with(b"17") && file.get(row, upplan::DETAIL_NO).is_empty()
                },
                upplan::DETAIL_NO,
                b"1",
            )
        },
    }],
};

fn glances(table: &Table) -> Vec<(Key, Sees)> {
    match table.item(upplan::DETAIL_NO) {
        Some(_) => vec![(upplan::DETAIL_NO, Sees::Filled), (upplan::SERVICE_CODE, Sees::SERVICE)],
        None => Vec::new(),
    }
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    let Some(item) = row.item(upplan::DETAIL_NO) else { return };
    let Some(numbered) = item.condition(|condition| {
        if let Condition::NumberedFor(service_type) = condition { Some(service_type.as_bytes()) } else { None }
    }) else {
        return;
    };
    let (Known::Is(_), Known::Is(service_type)) = (row.bytes(item.key), row.service_type(upplan::SERVICE_CODE)) else {
        return;
    };
    // Of a type that is in no list, cell/service-type-unknown speaks.
    if service_type == numbered || crate::spec::service_type(row.table.version, &service_type).is_none() {
        return;
    }
    // What the table is unsure of is the item's length, not the rule about its use: the certainty
    // of the service code decides.
    let certainty = row.item(upplan::SERVICE_CODE).map_or(Certainty::Guess, |code| code.certainty);
    let finding = out.cell(row, item.key);
    finding.uncapped().cap_by(certainty).expected("空", "empty");
    if is_rental(row.table.version, &service_type) {
        finding.at_most(Severity::Warning);
    } else {
        finding.plain();
    }
}
