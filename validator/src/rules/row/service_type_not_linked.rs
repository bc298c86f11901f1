//! `row/service-type-not-linked`

use crate::bind::{Known, Row, SumRow};
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, Sees};
use crate::rules::EVERY;
use crate::spec::keys::{upjsk, upplan, upsikyu};
use crate::spec::{Key, Kind, Table, service_type};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "row/service-type-not-linked",
    severity: Severity::Error,
    title: Text {
        ja: "連携の対象ではないサービス種類です", en: "the service type takes no part in the data linkage"
    },
    why: Text {
        ja: "連携対象のサービス種類は標準で決められており、対象外の行は取込側で受け付けられません。",
        en: "The standard lists the service types that are exchanged; an import has no place for rows of others.",
    },
    fix: Text {
        ja: "対象外のサービスの行は出力しないでください。対象外のサービスだけの利用者は、ファイルに含めません。",
        en: "Leave such rows out; a user who has no other services is not in the file at all.",
    },
    basis: Basis::Spec(&[Citation { source: "v41", place: "連携対象サービス種類" }]),
    reading: None,
    versions: EVERY,
    check: Check::Glance(glances, check),
    good: &[Case {
        on: "202407-result",
        also: &[],
        // 27, 短期利用, is exchanged; 33, the same service without it, is not.
        edit: |draft| recode(draft, b"271111"),
    }],
    bad: &[
        Case { on: "202407-result", also: &[], edit: |draft| recode(draft, b"331111") },
        Case { on: "202407-result", also: &[], edit: |draft| recode(draft, b"511111") },
    ],
};

fn glances(_: &Table) -> Vec<(Key, Sees)> {
    vec![(upplan::SERVICE_CODE, Sees::SERVICE)]
}

fn check(row: &Row<'_>, out: &mut Out<'_>) {
    if row.sum_row(upsikyu::SERVICE_CODE) == Known::Is(SumRow::Total) {
        return;
    }
    let Known::Is(code) = row.service_type(upplan::SERVICE_CODE) else { return };
    // A type in no list at all is cell/service-type-unknown.
    if service_type(row.table.version, &code) == Some(false) {
        out.cell(row, upplan::SERVICE_CODE)
            .expected("連携対象のサービス種類で始まるコード", "a code of a service type that is exchanged");
    }
}

/// Gives another code to a row of 実績 that no numbering rule looks at.
fn recode(draft: &mut Draft, code: &[u8]) -> Option<Site> {
    draft.set_where(
        Kind::Upjsk,
        |file, row| {
            let old = file.get(row, upjsk::SERVICE_CODE);
            old.len() == 6 && !old.starts_with(b"17") && file.get(row, upjsk::DETAIL_NO).is_empty()
        },
        upjsk::SERVICE_CODE,
        code,
    )
}
