//! `name/segment-unexpected`

use super::{asked, in_words};
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::name::FileName;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Version};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/segment-unexpected",
    severity: Severity::Error,
    title: Text {
        ja: "ファイル名に余分な要素があります",
        en: "the file name has a segment that does not belong there",
    },
    why: Text {
        ja: "ファイル名の要素の並びは、種別とCSVバージョンごとに決まっています。余分な要素があると、以降の要素が別の意味に読まれます。",
        en: "Kind and CSV version fix the segments of a name and their order; with one more, those behind it are taken for something else.",
    },
    fix: Text {
        ja: "余分な要素を取り除いてください。サービス種類コードが入るのはCSVバージョン202407からです。",
        en: "Remove the segment. Service type codes belong into names from CSV version 202407 on.",
    },
    basis: Basis::Spec(&[
        Citation { source: "v41l", place: "ファイル名" },
        Citation { source: "v32", place: "ファイル名" },
    ]),
    reading: Some(Text {
        ja: "本文の出力例には対象年月の入ったUPKIHONのファイル名がありますが、レイアウト定義書のファイル名を正とします。",
        en: "One example in the main text has a month in the name of UPKIHON; the layout definition is followed, which has none.",
    }),
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case {
        on: "202407-prevention",
        also: &[],
        // The branch number of an image is a segment like the others.
        edit: |draft| draft.rename_text(Kind::UpkihonImage, "_0001", "_0001"),
    }],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| draft.rename_text(Kind::Dlt1kyo, "DLT1KYO_", "DLT1KYO_202610_"),
        },
        Case {
            on: "202407-prevention",
            also: &[],
            edit: |draft| draft.rename_text(Kind::Upkihon, "UPKIHON_", "UPKIHON_000000_"),
        },
        Case { on: "202407-delete", also: &[], edit: types_beside_202208 },
    ],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let Some(grammar) = asked(view) else { return };
    let known = view.name.parts.iter().filter(|(segment, _)| !grammar.segments.contains(segment));
    let surplus: Vec<&str> = known.map(|(_, text)| text).chain(&view.name.extra).map(String::as_str).collect();
    if surplus.is_empty() {
        return;
    }
    let list = |empty: &'static str| {
        surplus.iter().map(|text| if text.is_empty() { empty } else { text }).collect::<Vec<_>>().join(", ")
    };
    let (shape_ja, shape_en) = in_words(grammar);
    out.whole_file().expected(shape_ja, shape_en).got(list("（空）"), list("(empty)")).say(
        format!("ファイル名に余分な要素があります（{}）", list("空")),
        format!("the file name has segments that do not belong there: {}", list("(empty)")),
    );
}

fn types_beside_202208(draft: &mut Draft) -> Option<Site> {
    let file = draft.index(Kind::Dlt1kyo)?;
    let file_name = FileName::parse(&draft.files[file].name);
    if !file_name.with_types {
        return None;
    }
    for row in &mut draft.files[file].rows {
        *row.cells.first_mut()? = Version::V202208.value().into();
    }
    Some(Site::File(file))
}
