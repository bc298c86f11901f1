//! `cell/not-a-time`

use crate::bind::Minutes;
use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::rule::{Basis, Case, CellView, Check, Out, Rule};
use crate::rules::{EVERY, ITEM_TABLES};
use crate::spec::keys::{up3kyo, upplan};
use crate::spec::{Condition, ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/not-a-time",
    severity: Severity::Error,
    title: Text {
        ja: "時刻がHHMMの形式ではないか、実在しない時刻です",
        en: "the time is not of the form HHMM, or does not exist",
    },
    why: Text {
        ja: "時刻として読み取れず、提供時間や週間の予定に表示できません。",
        en: "It cannot be read as a time, so the visit has no place in the schedule.",
    },
    fix: Text {
        ja: "時2桁と分2桁を、区切りのない4桁の数字にしてください（例：0900）。時刻を表さない9999は、第6表でだけ使います。",
        en: "Write hours and minutes as four digits without a separator, as in 0900. 9999 for no time is for 第6表 only.",
    },
    basis: Basis::Spec(ITEM_TABLES),
    reading: Some(Text {
        ja: "24時台は、第3表では認め、定めのない第6表では警告にとどめます。時刻を表さない9999を使えるのは、第6表だけです。",
        en: "The hour 24 is accepted in 第3表 and worth a warning in 第6表, where it is not defined; 9999 for no time is for 第6表 only.",
    }),
    versions: EVERY,
    check: Check::Cell(|item| matches!(item.form, ItemType::VisitTime | ItemType::ClockTime), check),
    good: &[
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set_where(Kind::Up3kyo, has_activity, up3kyo::ACTIVITY_END_TIME, b"2459"),
        },
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::END_TIME, b"2359") },
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::START_TIME, b"9999") },
    ],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::START_TIME, b"0960") },
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::START_TIME, b"9:00") },
        Case { on: "202407-table", also: &[], edit: |draft| draft.set(Kind::Upplan, 0, upplan::END_TIME, b"2400") },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set_where(Kind::Up3kyo, has_activity, up3kyo::ACTIVITY_START_TIME, b"9999"),
        },
        Case {
            on: "202407-plan",
            also: &[],
            edit: |draft| draft.set_where(Kind::Up3kyo, has_activity, up3kyo::ACTIVITY_END_TIME, b"2500"),
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    let none = view.item.has(&Condition::NinesMeanNone);
    if view.content.is_empty() || (none && view.content == b"9999") {
        return;
    }
    let Some(Minutes(minutes)) = Minutes::parse(view.content) else {
        let finding = out.cell(view.row, view.item.key);
        if none {
            finding.expected("HHMM（0000～2359）、または9999", "HHMM (0000 to 2359), or 9999");
        } else {
            finding.expected("HHMM（0000～2459）", "HHMM (0000 to 2459)");
        }
        return;
    };
    if minutes >= 24 * 60 && view.item.form == ItemType::VisitTime {
        out.cell(view.row, view.item.key)
            .at_most(Severity::Warning)
            .say("24時以降の時刻です", "the time is of the hour 24")
            .expected("HHMM（0000～2359）、または9999", "HHMM (0000 to 2359), or 9999");
    }
}

fn has_activity(file: &DraftFile, row: usize) -> bool {
    !file.get(row, up3kyo::ACTIVITY_START_TIME).is_empty() && !file.get(row, up3kyo::ACTIVITY_END_TIME).is_empty()
}
