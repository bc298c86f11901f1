//! `name/month-impossible`

use super::part;
use crate::bind::YearMonth;
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::dltplan;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/month-impossible",
    severity: Severity::Error,
    title: Text {
        ja: "ファイル名の対象年月が年月ではありません", en: "the month in the file name is no month"
    },
    why: Text {
        ja: "取込側のソフトは、ファイル名の対象年月でどの月のデータかを判断します。",
        en: "The importing software tells by the month in the name which month the data is of.",
    },
    fix: Text {
        ja: "対象年月をYYYYMM（西暦4桁と月2桁）で出力してください。", en: "Write the month as YYYYMM."
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "ファイル名（対象年月）" }]),
    reading: None,
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case { on: "202407-delete", also: &[], edit: december }],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::TargetMonth, "202613"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::TargetMonth, "202600"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::TargetMonth, "R0810"),
        },
    ],
};

fn december(draft: &mut Draft) -> Option<Site> {
    let site = draft.rename(Kind::Dltplan, Segment::TargetMonth, "202612")?;
    let file = draft.index(Kind::Dltplan)?;
    for row in 0..draft.files[file].rows.len() {
        draft.files[file].put(row, dltplan::TARGET_MONTH, b"202612")?;
    }
    Some(site)
}

/// What names beside the plan tables carry: name/month-zero-misused judges it.
const ZERO: &str = "000000";

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let Some(text) = part(view, Segment::TargetMonth) else { return };
    if text != ZERO && YearMonth::parse(text.as_bytes()).is_none() {
        out.whole_file().expected("YYYYMM", "YYYYMM").got(text, text).say(
            format!("ファイル名の対象年月「{text}」は年月ではありません"),
            format!("the month in the file name, `{text}`, is no month"),
        );
    }
}
