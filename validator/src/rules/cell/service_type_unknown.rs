//! `cell/service-type-unknown`

use crate::bind::{Known, SumRow};
use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::rule::{Basis, Case, CellView, Check, Citation, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::{dltjsk, upplan};
use crate::spec::{ItemType, Kind, service_type};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/service-type-unknown",
    severity: Severity::Error,
    title: Text {
        ja: "サービス種類コードがコード表にありません", en: "the service type is in no list"
    },
    why: Text {
        ja: "どの種類のサービスか分からず、取り込めません。",
        en: "Nobody can tell what service it is, so the row cannot be imported.",
    },
    fix: Text {
        ja: "サービスコードの先頭2桁（サービス種類コード）を確かめてください。",
        en: "Check the first two characters of the service code.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "サービス種類コード表" }]),
    reading: None,
    versions: EVERY,
    check: Check::Cell(|item| matches!(item.form, ItemType::ServiceCode | ItemType::ServiceType), check),
    good: &[
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upjsk, no_rental, upplan::SERVICE_CODE, b"2A1111"),
        },
        Case { on: "202407-delete", also: &[], edit: |draft| draft.set(Kind::Dltjsk, 0, dltjsk::SERVICE_TYPE, b"A2") },
    ],
    bad: &[
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upjsk, no_rental, upplan::SERVICE_CODE, b"991111"),
        },
        Case { on: "202407-delete", also: &[], edit: |draft| draft.set(Kind::Dltjsk, 0, dltjsk::SERVICE_TYPE, b"99") },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let total = view.row.sum_row(view.item.key) == Known::Is(SumRow::Total);
    let Some(code) = view.content.get(..2).filter(|_| !total) else { return };
    if service_type(view.row.table.version, code).is_none() {
        let code = String::from_utf8_lossy(code);
        out.cell(view.row, view.item.key)
            .say(
                format!("サービス種類コード「{code}」はコード表にありません"),
                format!("the service type `{code}` is in no list"),
            )
            .expected("サービス種類コード表の2桁で始まる値", "a service type of the list");
    }
}

fn no_rental(file: &DraftFile, row: usize) -> bool {
    !file.get(row, upplan::SERVICE_CODE).starts_with(b"17")
}
