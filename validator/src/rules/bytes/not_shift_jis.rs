//! `bytes/not-shift-jis`

use super::ENCODING;
use crate::decode::Encoding;
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, Rule, ScanView};
use crate::rules::EVERY;
use crate::spec::Kind;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "bytes/not-shift-jis",
    severity: Severity::Error,
    title: Text {
        ja: "文字コードがShift_JIS（MS932）ではありません", en: "the file is not in Shift_JIS (MS932)"
    },
    why: Text {
        ja: "取込側のソフトはMS932として読むため、氏名などがすべて文字化けし、項目の区切りまで崩れることがあります。",
        en: "Importing software reads MS932: every name comes out garbled, and the borders of items may be lost.",
    },
    fix: Text {
        ja: "CSVファイルの出力時の文字コードをShift_JIS（MS932）に変更してください。BOMは付けないでください。",
        en: "Export in Shift_JIS (MS932), without a byte-order mark.",
    },
    basis: Basis::Spec(ENCODING),
    reading: None,
    versions: EVERY,
    check: Check::Scan(check),
    good: &[Case { on: "202407-table", also: &[], edit: half_width_kana }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: to_utf8 },
        Case {
            on: "202407-table",
            also: &[],
            edit: |draft| {
                let Site::InCell(file, ..) = to_utf8(draft)? else { return None };
                draft.files[file].prefix = b"\xEF\xBB\xBF".to_vec();
                Some(Site::Bytes(file, 1, 0..3))
            },
        },
        Case { on: "202407-delete", also: &[], edit: to_utf16 },
    ],
};

fn check(view: &ScanView<'_>, out: &mut Out<'_>) {
    let Some(seen) = view.encoding_seen else { return };
    // A file of another form is bytes/not-csv.
    if matches!(view.encoding, Encoding::Ms932 | Encoding::NoText(_)) {
        return;
    }
    let name = view.encoding.name();
    let name_ja = if view.encoding == Encoding::Utf8Bom { "UTF-8（BOM付き）" } else { name };
    let finding = match seen.place.zip(view.table) {
        // The encoding is that of the file, whatever item it shows in.
        Some((place, table)) => out.place(place, table).uncapped(),
        None => out.bytes(seen.line, seen.bytes.clone()),
    };
    finding.expected_value(Encoding::Ms932.name()).got(name_ja, name).say(
        format!("文字コードが{name_ja}と思われます。Shift_JIS（MS932）ではありません"),
        format!("the file looks like {name}, not Shift_JIS (MS932)"),
    );
}

/// Converts 第6表 to UTF-8. The site is its first character beyond ASCII.
pub(super) fn to_utf8(draft: &mut Draft) -> Option<Site> {
    let file = draft.index(Kind::Upplan)?;
    let mut first = None;
    for (index, row) in draft.files[file].rows.iter_mut().enumerate() {
        for (column, cell) in row.cells.iter_mut().enumerate() {
            let (text, _) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(cell);
            if let Some((at, character)) = text.char_indices().find(|(_, character)| !character.is_ascii()) {
                first.get_or_insert(Site::InCell(file, index, column, at..at + character.len_utf8()));
            }
            *cell = text.into_owned().into_bytes();
        }
    }
    first
}

/// Converts a delete file to UTF-16 with its mark. Such a file has no rows that a scanner could see.
fn to_utf16(draft: &mut Draft) -> Option<Site> {
    let file = draft.index(Kind::Dlt1kyo)?;
    let ascii = draft.files[file].bytes();
    draft.files[file].rows.clear();
    draft.files[file].suffix = [0xFF, 0xFE].into_iter().chain(ascii.into_iter().flat_map(|byte| [byte, 0])).collect();
    Some(Site::Bytes(file, 1, 0..2))
}

/// Leaves nothing beyond ASCII but ﾃｱ, whose bytes are those of ñ in UTF-8.
fn half_width_kana(draft: &mut Draft) -> Option<Site> {
    let file = draft.index(Kind::Upplan)?;
    for cell in draft.files[file].rows.iter_mut().flat_map(|row| &mut row.cells).filter(|cell| !cell.is_ascii()) {
        *cell = b"\"\xC3\xB1\"".to_vec();
    }
    Some(Site::File(file))
}
