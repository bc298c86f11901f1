//! `name/branch-malformed`

use super::part;
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::name::FileName;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::SINCE_202407;
use crate::spec::keys::upkihon;
use crate::spec::{Kind, Segment};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/branch-malformed",
    severity: Severity::Error,
    title: Text {
        ja: "画像の枝番が4桁の数字ではありません",
        en: "the branch number of an image does not have four digits",
    },
    why: Text {
        ja: "画像は枝番まで含めたファイル名で探され、枝番は0001からの4桁と定められています。",
        en: "An image is looked for by its whole name, in which the branch number has four digits, from 0001 on.",
    },
    fix: Text {
        ja: "枝番を4桁の数字（0001、0002…）にし、利用者基本情報の項目のファイル名も同じにしてください。",
        en: "Give the branch number four digits (0001, 0002 …), and the same name in the item of 利用者基本情報.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "ファイル名" }]),
    reading: None,
    versions: SINCE_202407,
    check: Check::Name(check),
    good: &[Case { on: "202407-prevention", also: &[], edit: |draft| rebranch(draft, "9999") }],
    bad: &[
        Case { on: "202407-prevention", also: &[], edit: |draft| rebranch(draft, "1") },
        Case { on: "202407-prevention", also: &[], edit: |draft| rebranch(draft, "00001") },
        Case { on: "202407-prevention", also: &[], edit: |draft| rebranch(draft, "000A") },
    ],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let Some(text) = part(view, Segment::Branch) else { return };
    if text.len() != 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        out.whole_file().expected("4桁の数字", "four digits").got(text, text).say(
            format!("画像の枝番「{text}」が4桁の数字ではありません"),
            format!("the branch number of the image, `{text}`, does not have four digits"),
        );
    }
}

/// Gives the image another branch number, and its name in the row that names it.
fn rebranch(draft: &mut Draft, branch: &str) -> Option<Site> {
    let image = draft.index(Kind::UpkihonImage)?;
    let before = draft.files[image].name.clone();
    let site = draft.rename_file(image, Segment::Branch, branch)?;
    let after = draft.files[image].name.clone();
    let names = |name: &[u8]| FileName::base(&before).as_bytes() == name;
    let (base, row) = draft.find(Kind::Upkihon, |file, row| names(file.get(row, upkihon::FAMILY_IMAGE_FILE)))?;
    draft.files[base].put(row, upkihon::FAMILY_IMAGE_FILE, FileName::base(&after).as_bytes())?;
    Some(site)
}
