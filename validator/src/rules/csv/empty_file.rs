//! `csv/empty-file`

use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, ScanView};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/empty-file",
    severity: Severity::Error,
    title: Text { ja: "ファイルにデータが1行もありません", en: "the file holds no row" },
    why: Text {
        ja: "出力に失敗したか、対象の利用者がいない可能性があります。取込側ではエラーになるか、何も取り込まれません。",
        en: "The export failed, or there was nobody to export. An import fails at it or does nothing.",
    },
    fix: Text {
        ja: "出力する利用者と対象年月を確認し、もう一度出力してください。対象の利用者がいなければ、ファイルは送らないでください。",
        en: "Check whom and which month to export, and export again; send no file where there is nobody.",
    },
    basis: Basis::Derived {
        from: &[Citation { source: "v41", place: "5.1.1.3 出力単位" }],
        because: Text {
            ja: "ファイルは利用者のデータを1行以上持つものとして定められています。",
            en: "A file is defined by the users whose data it holds.",
        },
    },
    reading: None,
    versions: EVERY,
    check: Check::Scan(check),
    good: &[Case { on: "202407-delete", also: &[], edit: |draft| keep(draft, 1) }],
    bad: &[Case { on: "202407-delete", also: &[], edit: |draft| keep(draft, 0) }],
};

fn check(view: &ScanView<'_>, out: &mut Out<'_>) {
    if view.records == 0 && view.encoding.keeps_structure() {
        let finding = out.whole_file().expected("1行以上", "one row or more").got("0行", "no row");
        finding.at.bytes = Some(0..0);
    }
}

/// Keeps only the first rows of a delete file, which is a set of its own.
fn keep(draft: &mut Draft, rows: usize) -> Option<Site> {
    let file = draft.index(Kind::Dltplan)?;
    draft.files[file].rows.truncate(rows);
    Some(Site::End(file))
}
