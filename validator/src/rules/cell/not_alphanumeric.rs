//! `cell/not-alphanumeric`

use crate::finding::Severity;

use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::upplan;
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/not-alphanumeric",
    severity: Severity::Error,
    title: Text {
        ja: "半角英数字の項目に別の文字があります",
        en: "an item of half-width letters and digits holds something else",
    },
    why: Text {
        ja: "コードとして照合できず、取込側で該当なしとされます。",
        en: "It cannot be looked up as a code: an import finds nothing that fits.",
    },
    fix: Text {
        ja: "半角の英字と数字だけにしてください（福祉用具届出コードはハイフンも可）。",
        en: "Use half-width letters and digits only (and hyphens in 福祉用具届出コード).",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| allowed(item.form).is_some(), check),
    good: &[
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::SATELLITE_NO, b"a1") },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upplan, 0, upplan::TODOKEDE_CODE, b"A0001-000021"),
        },
    ],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::SATELLITE_NO, b"#1") },
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::SATELLITE_NO, b"\xB1") },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upplan, 0, upplan::TODOKEDE_CODE, b"00001_000021"),
        },
    ],
};

/// What an item may hold beside letters and digits; `None` where the item is of another form.
fn allowed(form: ItemType) -> Option<&'static [u8]> {
    match form {
        ItemType::Alnum | ItemType::ServiceCode | ItemType::ServiceType => Some(b""),
        ItemType::Todokede => Some(b"-"),
        _ => None,
    }
}

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let Some(others) = allowed(view.item.form) else { return };
    if view.content.iter().all(|b| b.is_ascii_alphanumeric() || others.contains(b)) {
        return;
    }
    let finding = out.cell(view.row, view.item.key);
    if others.is_empty() {
        finding.expected("半角英数字", "half-width letters and digits");
    } else {
        finding.expected("半角英数字とハイフン", "half-width letters, digits and hyphens");
    }
}
