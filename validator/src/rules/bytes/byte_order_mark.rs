//! `bytes/byte-order-mark`

use super::ENCODING;
use super::not_shift_jis::to_utf8;
use crate::decode::Encoding;
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Out, Rule, ScanView};
use crate::rules::EVERY;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "bytes/byte-order-mark",
    severity: Severity::Error,
    title: Text { ja: "ファイルの先頭にBOMがあります", en: "the file begins with a byte-order mark" },
    why: Text {
        ja: "BOM（EF BB BF）はUTF-8の印で、Shift_JISにはありません。先頭の項目の一部とみなされ、CSVバージョンを読み取れなくなります。",
        en: "EF BB BF is a mark of UTF-8. In Shift_JIS it is taken for a part of the first item, and the CSV version cannot be read.",
    },
    fix: Text {
        ja: "BOMを付けずに、Shift_JIS（MS932）で出力してください。",
        en: "Write Shift_JIS (MS932) without a byte-order mark.",
    },
    basis: Basis::Derived {
        from: ENCODING,
        because: Text {
            ja: "標準仕様はBOMについて定めていませんが、この3バイトはMS932の文字ではありません。",
            en: "The standard does not speak of the mark, but its three bytes are no characters of MS932.",
        },
    },
    reading: None,
    versions: EVERY,
    check: Check::Scan(check),
    good: &[Case {
        on: "202407-table",
        // A mark before UTF-8 is one defect, not two.
        also: &["bytes/not-shift-jis"],
        edit: |draft| {
            let site = to_utf8(draft)?;
            if let Site::InCell(file, ..) = site {
                draft.files[file].prefix = MARK.to_vec();
            }
            Some(site)
        },
    }],
    bad: &[Case { on: "202407-table", also: &[], edit: mark }, Case { on: "202407-delete", also: &[], edit: mark }],
};

const MARK: &[u8] = b"\xEF\xBB\xBF";

fn check(view: &ScanView<'_>, out: &mut Out<'_>) {
    if view.encoding == Encoding::Ms932 && view.bom == MARK {
        out.bytes(1, 0..3).expected("BOMなし", "no byte-order mark").got("EFBBBF", "EFBBBF");
    }
}

fn mark(draft: &mut Draft) -> Option<Site> {
    let file = draft.files.iter().position(|file| !file.rows.is_empty() && file.prefix.is_empty())?;
    draft.files[file].prefix = MARK.to_vec();
    Some(Site::Bytes(file, 1, 0..3))
}
