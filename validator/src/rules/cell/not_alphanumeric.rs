//! `cell/not-alphanumeric`

use crate::draft::DraftFile;
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
        ja: "半角の英字と数字だけにしてください（サービスコードの英字は大文字のみ、福祉用具届出コードはハイフンも可）。",
        en: "Use half-width letters and digits only (capitals in service codes, and hyphens in 福祉用具届出コード).",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: None,
    versions: EVERY,
    check: Check::Shape(|item| Allowed::of(item.form).is_some(), check),
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
        Case {
            on: "202407-result",
            also: &[],
            edit: |draft| {
                let no_rental = |file: &DraftFile, row| !file.get(row, upplan::SERVICE_CODE).starts_with(b"17");
                draft.set_where(Kind::Upjsk, no_rental, upplan::SERVICE_CODE, b"11121a")
            },
        },
    ],
};

/// What an item may hold.
#[derive(Clone, Copy)]
enum Allowed {
    Alnum,
    /// Codes are looked up as they stand.
    Upper,
    Hyphen,
}

impl Allowed {
    /// `None` where the item is of another form.
    fn of(form: ItemType) -> Option<Allowed> {
        match form {
            ItemType::Alnum => Some(Allowed::Alnum),
            ItemType::ServiceCode | ItemType::ServiceType => Some(Allowed::Upper),
            ItemType::Todokede => Some(Allowed::Hyphen),
            _ => None,
        }
    }

    fn holds(self, byte: u8) -> bool {
        match self {
            Allowed::Alnum => byte.is_ascii_alphanumeric(),
            Allowed::Upper => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Allowed::Hyphen => byte.is_ascii_alphanumeric() || byte == b'-',
        }
    }
}

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let Some(allowed) = Allowed::of(view.item.form) else { return };
    if view.content.iter().all(|byte| allowed.holds(*byte)) {
        return;
    }
    let finding = out.cell(view.row, view.item.key);
    match allowed {
        Allowed::Alnum => finding.expected("半角英数字", "half-width letters and digits"),
        Allowed::Upper => finding.expected("半角の英大文字と数字", "half-width capital letters and digits"),
        Allowed::Hyphen => finding.expected("半角英数字とハイフン", "half-width letters, digits and hyphens"),
    };
}
