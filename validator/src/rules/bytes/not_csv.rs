//! `bytes/not-csv`

use crate::decode::Encoding;
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, ScanView};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::spec::keys::upplan;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "bytes/not-csv",
    severity: Severity::Error,
    title: Text { ja: "CSVファイルではありません", en: "the file is no CSV" },
    why: Text {
        ja: "拡張子が.CSVでも中身が別の形式のため、取込側は1行も読み取れません。",
        en: "Its name ends in .CSV, but it holds something else: an import cannot read a single row.",
    },
    fix: Text {
        ja: "介護ソフトから出力したCSVファイルを、開いたり保存し直したりせずにそのまま使ってください。",
        en: "Use the file as the care software exported it, without opening it and saving it anew.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "ファイル名" }]),
    reading: None,
    versions: EVERY,
    check: Check::Scan(check),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Upplan, 0, upplan::PLAN_MANAGER_NAME, b"\"%PDF-\""),
    }],
    bad: &[
        Case { on: "202407-delete", also: &[], edit: |draft| become_another(draft, b"PK\x03\x04\x14\x00", 4) },
        Case { on: "202407-delete", also: &[], edit: |draft| become_another(draft, b"%PDF-1.7\n", 5) },
        Case { on: "202407-delete", also: &[], edit: |draft| become_another(draft, b"<HTML><body>503\r\n", 5) },
        Case { on: "202407-delete", also: &[], edit: |draft| become_another(draft, &[0; 32], 16) },
    ],
};

fn check(view: &ScanView<'_>, out: &mut Out<'_>) {
    let (Encoding::NoText(form), Some(seen)) = (view.encoding, view.encoding_seen) else { return };
    let Text { ja, en } = form.title();
    out.bytes(seen.line, seen.bytes.clone())
        .expected("CSVファイル", "a CSV file")
        .got(ja, en)
        .say(format!("CSVファイルではありません。中身は{ja}です"), format!("the file is no CSV: it is {en}"));
}

/// Puts other bytes in the place of a delete file; the first of them tell what they are.
fn become_another(draft: &mut Draft, bytes: &[u8], telling: u64) -> Option<Site> {
    let file = draft.index(Kind::Dlt1kyo)?;
    draft.files[file].rows.clear();
    draft.files[file].suffix = bytes.to_vec();
    Some(Site::Bytes(file, 1, 0..telling))
}
