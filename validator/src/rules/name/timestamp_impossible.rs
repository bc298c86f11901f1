//! `name/timestamp-impossible`

use super::part;
use crate::finding::Severity;
use crate::name::is_timestamp;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/timestamp-impossible",
    severity: Severity::Error,
    title: Text {
        ja: "ファイル連番が実在する日時ではありません",
        en: "the timestamp in the file name is no day and time",
    },
    why: Text {
        ja: "取込は連番の古い順に行われます。日時として読めないと、新旧の順が決まりません。",
        en: "Files are imported oldest timestamp first; one that is no time leaves the order open.",
    },
    fix: Text {
        ja: "出力した日時をYYYYMMDDHHMMSS（14桁）で出力し、一緒に送るファイルでは同じ値にしてください。",
        en: "Write the time of the export as YYYYMMDDHHMMSS, 14 digits, the same for all files of a set.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "ファイル名（ファイル連番）" }]),
    reading: Some(Text {
        ja: "本文の取込例には15桁の連番がありますが、レイアウト定義書の14桁を正とします。",
        en: "An example of the main text has 15 digits; the 14 of the layout definition are taken.",
    }),
    versions: EVERY,
    check: Check::Name(check),
    good: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::Timestamp, "20280229235959"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::Timestamp, "20260930000000"),
        },
    ],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::Timestamp, "20260931101500"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::Timestamp, "20260930240000"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::Timestamp, "202609301015001"),
        },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename(Kind::Dltplan, Segment::Timestamp, "20260930101500 (1)"),
        },
    ],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let Some(text) = part(view, Segment::Timestamp) else { return };
    if !is_timestamp(text.as_bytes()) {
        let finding = out.whole_file();
        finding
            .expected("YYYYMMDDHHMMSS（14桁の実在する日時）", "YYYYMMDDHHMMSS, 14 digits, a day and time that exist")
            .got(text, text)
            .say(
                format!("ファイル連番「{text}」は実在する日時ではありません"),
                format!("the timestamp in the file name, `{text}`, is no day and time"),
            );
        if let Some(appended) = appended(text) {
            finding.say(
                format!("ファイル連番の後ろに「{appended}」が付いています。コピーやダウンロードで付いたものなら、ファイル名から取り除いてください"),
                format!(
                    "`{appended}` stands behind the timestamp in the file name; if it came with a copy or a download, take it away"
                ),
            );
        }
        if text.len() != 15 {
            finding.plain();
        }
    }
}

/// What stands behind a timestamp, as where a file was copied: ` (1)`, ` - コピー`.
fn appended(text: &str) -> Option<&str> {
    let (timestamp, rest) = text.split_at_checked(14)?;
    (is_timestamp(timestamp.as_bytes()) && rest.starts_with(|c: char| !c.is_ascii_digit())).then_some(rest)
}
