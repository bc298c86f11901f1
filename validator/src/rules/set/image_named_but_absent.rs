//! `set/image-named-but-absent`

use std::collections::{BTreeMap, BTreeSet};

use super::mate;
use crate::draft::Site;
use crate::finding::Severity;
use crate::gaps::{Gap, gaps};
use crate::name::FileName;
use crate::rule::{Basis, Case, Check, Citation, DeliveryView, Out, Rule, SetView};
use crate::rules::SINCE_202407;
use crate::spec::Kind;
use crate::spec::keys::upkihon;
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "set/image-named-but-absent",
    severity: Severity::Error,
    title: Text {
        ja: "家族構成の画像ファイルが一緒に入っていません",
        en: "the image that the row names is not in the set",
    },
    why: Text {
        ja: "画像は利用者基本情報の項目に書かれたファイル名で探されます。無いと、家族構成図のない基本情報になります。",
        en: "An import looks for the image by this name; without it the family diagram is lost.",
    },
    fix: Text {
        ja: "項目のファイル名と同じ名前の画像を一緒に送るか、画像がないときは項目を空にしてください。",
        en: "Send the image under exactly this name, or leave the item empty where there is none.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "UPKIHON No.62" }]),
    reading: Some(Text {
        ja: "拡張子の大文字・小文字は区別しません（規則は.jpg、例は.JPGです）。",
        en: "The case of the extension does not matter: the rule says .jpg, the sample .JPG.",
    }),
    versions: SINCE_202407,
    check: Check::Delivery(check),
    good: &[Case {
        on: "202407-prevention",
        also: &[],
        edit: |draft| draft.rename_text(Kind::UpkihonImage, ".jpg", ".JPG"),
    }],
    bad: &[Case {
        on: "202407-prevention",
        also: &[],
        edit: |draft| {
            let image = draft.index(Kind::UpkihonImage)?;
            let base = mate(draft, image, Kind::Upkihon)?;
            let name = draft.files[image].name.clone().into_bytes();
            let names = |row: usize| draft.files[base].get(row, upkihon::FAMILY_IMAGE_FILE) == name;
            let mut rows = (0..draft.files[base].rows.len()).filter(|&row| names(row));
            let (row, None) = (rows.next()?, rows.next()) else { return None };
            let column = draft.files[base].column(upkihon::FAMILY_IMAGE_FILE)?;
            draft.files.remove(image);
            Some(Site::Cell(base - usize::from(image < base), row, column))
        },
    }],
};

fn check(delivery: &DeliveryView<'_>, out: &mut Out<'_>) {
    // What stands apart from its set is there, after all: an image, or the file that names those of the set.
    let (mut bereft, mut apart) = (BTreeSet::new(), BTreeMap::new());
    for gap in gaps(delivery) {
        match *gap {
            Gap::Timestamp { file, other } | Gap::Office { file, other } => {
                if file.kind == Some(Kind::UpkihonImage) {
                    bereft.insert(&*other.name);
                }
                apart.insert(&*file.name, &*other.name);
            }
            Gap::Missing { .. } | Gap::Stranger { .. } | Gap::Misdated { .. } => {}
        }
    }
    let mut home: BTreeMap<&str, &SetView<'_>> = BTreeMap::new();
    if !apart.is_empty() {
        home.extend(delivery.sets.iter().flat_map(|set| set.files.iter().map(move |file| (&*file.name, set))));
    }
    for set in &delivery.sets {
        for file in set.files.iter().filter(|file| !file.facts.images.is_empty() && !bereft.contains(&*file.name)) {
            let beside = apart.get(&*file.name).and_then(|other| home.get(other)).copied();
            // A copy names the image of its original.
            let original = set.key.original().and_then(|key| delivery.sets.iter().find(|other| other.key == key));
            let files = set.files.iter().chain(beside.into_iter().chain(original).flat_map(|set| &set.files));
            let images: Vec<&str> =
                files.filter(|file| file.kind == Some(Kind::UpkihonImage)).map(|file| file.base_name()).collect();
            let shown = file.table.and_then(|table| table.item(upkihon::FAMILY_IMAGE_FILE)).is_some_and(|i| i.shown);
            // Of a name that no image has, cell/image-name-malformed speaks.
            let is_image = |name: &[u8]| FileName::parse(&String::from_utf8_lossy(name)).is_image();
            let absent = |name: &[u8]| !images.iter().any(|image| same(image, name)) && is_image(name);
            for (name, place) in file.facts.images.iter().filter(|(name, _)| absent(name)) {
                out.place_other(file, *place)
                    .expected("この名前の画像ファイル", "an image file of this name")
                    .got_bytes(name, shown);
            }
        }
    }
}

/// Whether a file has that name, whatever the case of its extension.
pub(super) fn same(file: &str, named: &[u8]) -> bool {
    let split = |name: &[u8]| name.iter().rposition(|&byte| byte == b'.').unwrap_or(name.len());
    let (file, at) = (file.as_bytes(), split(file.as_bytes()));
    at == split(named) && file[..at] == named[..at] && file[at..].eq_ignore_ascii_case(&named[at..])
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;
    use crate::spec::keys::upkihon;
    use crate::spec::{Kind, Segment};
    use crate::{Options, judge};

    const NAMED: &str = "UPKIHON_IMAGE_9900100018_46_9970100013_43_20260917113000_0001.jpg";
    const OTHER: &str = "UPKIHON_IMAGE_9900100018_46_9970100013_43_20260917113000_0002.jpg";

    fn found(draft: &Draft) -> Vec<&'static str> {
        let judgement = judge(&draft.to_files(), &Options { sets: true, ..Options::default() });
        judgement.findings().iter().map(|finding| finding.rule.id).collect()
    }

    fn prevention() -> Draft {
        let draft = Draft::sample("202407-prevention").expect("it is one");
        assert_eq!(found(&draft), [""; 0]);
        draft
    }

    #[test]
    fn a_file_that_stands_apart_from_the_image_it_names_is_one_finding() {
        let mut draft = prevention();
        draft.rename(Kind::Upkihon, Segment::Timestamp, "20260917113001").expect("its name has one");
        assert_eq!(found(&draft), ["set/timestamp-differs"]);
        let image = draft.index(Kind::UpkihonImage).expect("it has one");
        draft.files.remove(image);
        assert_eq!(found(&draft), ["set/timestamp-differs", "set/image-named-but-absent"]);
    }

    #[test]
    fn a_copy_beside_its_original_names_the_image_of_that() {
        let mut draft = prevention();
        let mut copy = draft.files[draft.index(Kind::Upkihon).expect("it has one")].clone();
        copy.name = copy.name.replace(".CSV", " (1).CSV");
        draft.files.push(copy);
        assert_eq!(found(&draft), ["name/timestamp-impossible"]);
    }

    #[test]
    fn a_wrong_name_of_an_image_is_one_finding() {
        for (name, rule) in [(OTHER, "set/image-named-but-absent"), ("family.jpg", "cell/image-name-malformed")] {
            let mut draft = prevention();
            draft.set(Kind::Upkihon, 0, upkihon::FAMILY_IMAGE_FILE, name.as_bytes()).expect("it has the item");
            assert_eq!(found(&draft), [rule]);
            // One more image than names: of that one nobody speaks yet.
            let image = draft.index(Kind::UpkihonImage).expect("it has one");
            let mut third = draft.files[image].clone();
            third.name = NAMED.replace("_0001", "_0003");
            draft.files.push(third);
            assert_eq!(found(&draft).len(), 2, "{name}");
        }
    }
}
