//! `name/month-zero-misused`

use super::{asked, part};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, MonthSegment, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/month-zero-misused",
    severity: Severity::Error,
    title: Text {
        ja: "ファイル名の対象年月が000000になっています", en: "the month in the file name is 000000"
    },
    why: Text {
        ja: "000000を使うのは、居宅サービス計画書と一緒に送る利用者補足情報だけです。ほかの種別では、どの月のデータか分かりません。",
        en: "000000 is for 利用者補足情報 beside the plan tables only; with any other kind nobody knows which month the data is of.",
    },
    fix: Text { ja: "対象年月をYYYYMMで出力してください。", en: "Write the month as YYYYMM." },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPHOSOKU ファイル名（対象年月）" }]),
    reading: None,
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.rename_text(Kind::Uphosoku, "UPHOSOKU_000000", "UPHOSOKU_000000"),
    }],
    bad: &[Case {
        on: "202407-delete",
        also: &[],
        edit: |draft| draft.rename(Kind::Dltplan, Segment::TargetMonth, "000000"),
    }],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let Some(grammar) = asked(view) else { return };
    let zero_allowed = match grammar.month {
        MonthSegment::ZeroOrMonth => true,
        MonthSegment::Month | MonthSegment::None => false,
    };
    if part(view, Segment::TargetMonth) == Some("000000") && !zero_allowed {
        out.whole_file().expected("YYYYMM", "YYYYMM").got("000000", "000000");
    }
}
