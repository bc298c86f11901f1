//! `csv/wrong-separator`

use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, RecordView, Role, Rule};

use crate::rules::EVERY;
use crate::spec::Kind;
use crate::spec::keys::up1kyo;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "csv/wrong-separator",
    severity: Severity::Error,
    title: Text {
        ja: "項目の区切りがカンマではありません", en: "the items are not separated by commas"
    },
    why: Text {
        ja: "カンマで区切られていない行は、全体が1つの項目とみなされ、取り込めません。",
        en: "Without commas a row is taken for one single item and cannot be imported.",
    },
    fix: Text {
        ja: "区切り文字を半角のカンマ「,」にして出力してください。表計算ソフトで開いて保存し直したファイルは送らないでください。",
        en: "Export with half-width commas as the separator; do not send files that a spreadsheet has saved again.",
    },
    basis: Basis::Spec(&[Citation { source: "v41", place: "ファイル形式（CSV）" }]),
    reading: None,
    versions: EVERY,
    check: Check::Csv(check),
    good: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| draft.set(Kind::Up1kyo, 0, up1kyo::OVERALL_POLICY, b"A;B;C;D;E"),
    }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| separated_by(draft, b"\t") },
        Case { on: "202407-result", also: &[], edit: |draft| separated_by(draft, b";") },
        Case { on: "202407-result", also: &[], edit: |draft| separated_by(draft, b"\x81\x43") },
        Case { on: "202407-result", also: &[], edit: |draft| separated_by(draft, b", ") },
    ],
};

fn check(view: &RecordView<'_>, out: &mut Out<'_>) {
    if let Role::OtherSeparator { at, length } = view.role {
        let (ja, en) = match view.record.bytes[at] {
            b'\t' => ("タブ", "a tab"),
            b';' => ("セミコロン「;」", "a semicolon"),
            b',' => ("カンマと空白「, 」", "a comma and a space"),
            _ => ("全角のカンマ「，」", "a full-width comma"),
        };
        out.range(view, at..at + length).expected("カンマ「,」", "a comma").got(ja, en);
    }
}

fn separated_by(draft: &mut Draft, separator: &'static [u8]) -> Option<Site> {
    let file = draft.index(Kind::Upplan).or_else(|| draft.index(Kind::Upjsk))?;
    let rows = &mut draft.files[file].rows;
    let first = rows.first()?.cells.first()?.len();
    // A comma in a text would still divide the row.
    if rows[0].cells.iter().any(|cell| cell.contains(&b',')) {
        return None;
    }
    for row in rows.iter_mut() {
        row.separator = separator;
    }
    Some(Site::InCell(file, 0, 0, first..first + separator.len()))
}
