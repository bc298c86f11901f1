//! `csv/line-end-not-crlf`

use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, Rule, ScanView};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::spec::keys::upplan;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/line-end-not-crlf",
    severity: Severity::Warning,
    title: Text { ja: "改行コードがCRLFではありません", en: "a line does not end in CRLF" },
    why: Text {
        ja: "CRLFだけを行の終わりとみなすソフトでは、複数の行が1行として読まれます。",
        en: "Software that knows CRLF only reads several lines as one.",
    },
    fix: Text {
        ja: "各行の末尾をCRLF（0D 0A）で出力してください。フリーテキスト内の改行はそのままで構いません。",
        en: "End every row in CRLF (0D 0A). Line breaks inside free text may stay as they are.",
    },
    basis: Basis::Practice(Text {
        ja: "標準仕様に改行コードの定めはありませんが、実装はCRLFで出力しています。",
        en: "The standard does not define the line end; implementations write CRLF.",
    }),
    reading: None,
    versions: EVERY,
    check: Check::Scan(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        // A line break inside quotes is text.
        edit: |draft| draft.set(Kind::Upplan, 0, upplan::SERVICE_OFFICE_NAME, b"\x95\x5C\n\x95\x5C\r\x95\x5C"),
    }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| end_all(draft, b"\n") },
        Case { on: "202407-delete", also: &[], edit: |draft| end_all(draft, b"\r") },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let file = draft.files.iter().position(|file| file.rows.len() > 1)?;
                draft.files[file].rows[1].end = b"\n".to_vec();
                Some(Site::LineEnd(file, 1))
            },
        },
    ],
};

fn check(view: &ScanView<'_>, out: &mut Out<'_>) {
    let Some(seen) = view.first_other_line_end.filter(|_| view.encoding.keeps_structure()) else { return };
    let counts: Vec<String> = [("CRLF", view.crlf), ("LF", view.lf), ("CR", view.cr)]
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name}: {count}"))
        .collect();
    let counts = counts.join(", ");
    out.bytes(seen.line, seen.bytes.clone()).expected_value("CRLF").got(&counts, &counts);
}

fn end_all(draft: &mut Draft, end: &[u8]) -> Option<Site> {
    let file = draft.files.iter().position(|file| !file.rows.is_empty())?;
    for row in &mut draft.files[file].rows {
        row.end = end.to_vec();
    }
    Some(Site::LineEnd(file, 0))
}
