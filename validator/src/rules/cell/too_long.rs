//! `cell/too-long`

use crate::finding::Severity;

use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{uphosoku, upplan, upsikyu};
use crate::spec::{Condition, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/too-long",
    severity: Severity::Error,
    title: Text { ja: "値が決められた桁数を超えています", en: "the value is longer than laid down" },
    why: Text {
        ja: "取込側で切り捨てられるか、受け付けられません。",
        en: "An import cuts the value off or rejects it.",
    },
    fix: Text { ja: "決められた桁数以内にしてください。", en: "Keep within the length laid down." },
    basis: Basis::Spec(ITEM_TABLES),
    reading: Some(Text {
        ja: "第7表の「前月までの利用日数」は、第3.2版の訂正（5桁）と第4.1版の記載（2桁）が食い違うため、5桁まで認めます。",
        en: "前月までの利用日数 of 第7表 is accepted up to 5 characters: the correction of version 3.2 says 5, version 4.1 prints 2.",
    }),
    versions: EVERY,
    check: Check::Shape(|item| item.most().is_some(), check),
    good: &[
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upsikyu, 0, upsikyu::DAYS_USED_BEFORE_MONTH, b"99999"),
        },
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::SATELLITE_NO, b"12") },
    ],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::SATELLITE_NO, b"123") },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Upsikyu, 0, upsikyu::DAYS_USED_BEFORE_MONTH, b"100000"),
        },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| draft.set(Kind::Uphosoku, 0, uphosoku::USER_PHONE, b"0000-0000-0000-0"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let Some(most) = view.item.most() else { return };
    let found = view.content.len();
    if found > most {
        let finding = out.cell(view.row, view.item.key);
        finding
            .say(
                format!("値が長すぎます（{most}桁以内の項目に{found}桁）"),
                format!("the value is {found} characters long where {most} are allowed"),
            )
            .expected(format!("半角{most}桁以内"), format!("at most {most} half-width characters"));
        if !view.item.conditions.iter().any(|condition| matches!(condition, Condition::UpTo(_))) {
            finding.plain();
        }
    }
}
