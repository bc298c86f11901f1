//! `cell/image-name-malformed`

use crate::draft::DraftFile;
use crate::finding::Severity;
use crate::name::FileName;
use crate::rule::{Basis, Case, CellView, Check, Citation, Out, Rule};
use crate::rules::SINCE_202407;
use crate::spec::keys::upkihon;
use crate::spec::{ItemType, Kind};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "cell/image-name-malformed",
    severity: Severity::Error,
    title: Text {
        ja: "家族構成の画像ファイル名が標準の形ではありません",
        en: "the name of the family image is not of the standard form",
    },
    why: Text {
        ja: "取込側は画像を標準のファイル名で受け取ります。別の名前では、家族構成図のない基本情報になります。",
        en: "An import gets images under their standard names; with another one the family diagram is lost.",
    },
    fix: Text {
        ja: "一緒に送る画像のファイル名（UPKIHON_IMAGE_で始まり、枝番4桁と.jpgで終わる名前）を、そのまま出力してください。",
        en: "Write the name of the image that goes with the file, which begins with UPKIHON_IMAGE_ and ends with a branch number of four digits and .jpg.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPKIHON No.62" }]),
    reading: Some(Text {
        ja: "拡張子の大文字・小文字は区別しません（規則は.jpg、例は.JPGです）。",
        en: "The case of the extension does not matter: the rule says .jpg, the sample .JPG.",
    }),
    versions: SINCE_202407,
    check: Check::Cell(|item| item.form == ItemType::FileName, check),
    good: &[Case {
        on: "202407-prevention",
        also: &[],
        edit: |draft| draft.rename_text(Kind::UpkihonImage, ".jpg", ".JPG"),
    }],
    bad: &[
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| draft.set_where(Kind::Upkihon, names_none, upkihon::FAMILY_IMAGE_FILE, b"photo.jpg"),
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| {
                let name = b"UPKIHON_IMAGE_9900100018_46_9970100013_0001.jpg";
                draft.set_where(Kind::Upkihon, names_none, upkihon::FAMILY_IMAGE_FILE, name)
            },
        },
    ],
};

fn check(view: &CellView<'_>, out: &mut Out<'_>) {
    if view.content.is_empty() || FileName::parse(&String::from_utf8_lossy(view.content)).is_image() {
        return;
    }
    out.cell(view.row, view.item.key)
        .expected("UPKIHON_IMAGE_…_（枝番4桁）.jpg", "UPKIHON_IMAGE_… with a branch number of four digits and .jpg");
}

fn names_none(file: &DraftFile, row: usize) -> bool {
    file.get(row, upkihon::FAMILY_IMAGE_FILE).is_empty()
}
