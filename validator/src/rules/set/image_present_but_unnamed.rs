//! `set/image-present-but-unnamed`

use std::collections::BTreeSet;

use super::image_named_but_absent::same;
use super::mate;
use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, SetView};
use crate::rules::SINCE_202407;
use crate::spec::Kind;
use crate::spec::keys::upkihon;
use crate::text::Text;
use crate::units::is_readable;

pub(super) static RULE: Rule = Rule {
    id: "set/image-present-but-unnamed",
    severity: Severity::Error,
    title: Text {
        ja: "どの利用者の画像か分からない画像ファイルです", en: "no row of UPKIHON names this image"
    },
    why: Text {
        ja: "画像は利用者基本情報の項目に書かれたファイル名で利用者に結び付きます。書かれていない画像は取り込まれません。",
        en: "An image belongs to the user whose row names it; one that nobody names is not imported.",
    },
    fix: Text {
        ja: "その利用者の「家族構成　画像ファイル名」にこのファイル名を出力するか、画像を除いてください。",
        en: "Write this name into the image item of the user's row, or leave the image out.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPKIHON No.62" }]),
    reading: None,
    versions: SINCE_202407,
    check: Check::Set(check),
    good: &[Case {
        on: "202407-prevention",
        also: &[],
        // Two users of one family share it.
        edit: |draft| {
            let image = draft.index(Kind::UpkihonImage)?;
            let base = mate(draft, image, Kind::Upkihon)?;
            let name = draft.files[image].name.clone().into_bytes();
            for row in 0..draft.files[base].rows.len() {
                draft.files[base].put(row, upkihon::FAMILY_IMAGE_FILE, &name)?;
            }
            Some(Site::File(base))
        },
    }],
    bad: &[Case {
        on: "202407-prevention",
        also: &[],
        edit: |draft| {
            let image = draft.index(Kind::UpkihonImage)?;
            let base = mate(draft, image, Kind::Upkihon)?;
            let name = draft.files[image].name.clone().into_bytes();
            for row in 0..draft.files[base].rows.len() {
                if draft.files[base].get(row, upkihon::FAMILY_IMAGE_FILE) == name {
                    draft.files[base].put(row, upkihon::FAMILY_IMAGE_FILE, b"")?;
                }
            }
            Some(Site::File(image))
        },
    }],
};

fn check(set: &SetView<'_>, out: &mut Out<'_>) {
    // Without a base that can be read to the end, who names what is not known.
    let Some(base) = set.file(Kind::Upkihon).filter(|base| is_readable(base)) else { return };
    let named = |image: &str| base.facts.images.iter().any(|(name, _)| same(image, name));
    let images = || set.files.iter().filter(|file| file.kind == Some(Kind::UpkihonImage));
    // A name that no image has may be meant for one of these: what is said of it is enough.
    let lost: BTreeSet<&[u8]> = base.facts.images.iter().map(|(name, _)| &name[..]).collect();
    let lost = lost.into_iter().filter(|name| !images().any(|image| same(image.base_name(), name))).count();
    for image in images().filter(|image| !named(image.base_name())).skip(lost) {
        out.whole_other(image)
            .expected("利用者基本情報のいずれかの行に書かれたファイル名", "a name that some row of UPKIHON gives")
            .got("どの行にもなし", "in no row")
            .related_file(&base.name, "利用者基本情報です", "the basic information");
    }
}
