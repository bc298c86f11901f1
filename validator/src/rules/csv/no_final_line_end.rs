//! `csv/no-final-line-end`

use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, Rule, ScanView};
use crate::rules::EVERY;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/no-final-line-end",
    severity: Severity::Info,
    title: Text { ja: "最後の行の末尾に改行がありません", en: "the last row has no line end" },
    why: Text {
        ja: "改行のない最後の行を読み落とすソフトがあります。ファイルが途中で切れている可能性もあります。",
        en: "Some software loses a last row without line end; and the file may have been cut short.",
    },
    fix: Text {
        ja: "最後の行の末尾にもCRLFを出力してください。", en: "End the last row in CRLF, too."
    },
    basis: Basis::Practice(Text {
        ja: "標準仕様に定めはありませんが、実装は最後の行にも改行を付けています。",
        en: "The standard is silent; implementations end the last row like the others.",
    }),
    reading: None,
    versions: EVERY,
    check: Check::Scan(check),
    good: &[Case {
        on: "202407-table",
        also: &["bytes/control-character"],
        // The end mark of old systems is no row.
        edit: |draft| {
            let file = draft.files.iter().position(|file| !file.rows.is_empty())?;
            draft.files[file].suffix = vec![0x1A];
            Some(Site::File(file))
        },
    }],
    bad: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| {
            let file = draft.files.iter().position(|file| !file.rows.is_empty() && file.suffix.is_empty())?;
            draft.files[file].rows.last_mut()?.end.clear();
            Some(Site::End(file))
        },
    }],
};

fn check(view: &ScanView<'_>, out: &mut Out<'_>) {
    let Some(line) = view.open_end.filter(|_| view.encoding.keeps_structure()) else { return };
    out.bytes(line, view.bytes..view.bytes).expected_value("CRLF").got("なし", "nothing");
}
