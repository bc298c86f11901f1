//! `set/version-differs`

use crate::draft::Site;
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, SetView};
use crate::rules::EVERY;
use crate::spec::{Kind, Version};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "set/version-differs",
    severity: Severity::Error,
    title: Text {
        ja: "一緒に送るファイルのCSVバージョンが揃っていません",
        en: "the files of one set state different CSV versions",
    },
    why: Text {
        ja: "CSVバージョンはサービス提供月で決まるため、同じ組のファイルでは必ず同じ値になります。",
        en: "The version follows from the service month, so that the files of one set always state the same.",
    },
    fix: Text {
        ja: "組のすべてのファイルを同じCSVバージョンで出力し直してください。",
        en: "Export all files of the set again with one CSV version.",
    },
    basis: Basis::Derived {
        from: &[Citation { source: "v41l", place: "CSVバージョン履歴" }],
        because: Text {
            ja: "バージョンは対象年月から決まり、組のファイルは対象年月が同じです。",
            en: "The version follows from the month, and the files of a set are of one month.",
        },
    },
    reading: None,
    versions: EVERY,
    check: Check::Set(check),
    good: &[],
    bad: &[Case {
        on: "202407-plan",
        also: &["name/segment-unexpected"],
        edit: |draft| {
            let file = draft.find(Kind::Uphosoku, |file, _| file.version() == Some(Version::V202407))?.0;
            for row in &mut draft.files[file].rows {
                row.cells[0] = b"202208".to_vec();
            }
            Some(Site::File(file))
        },
    }],
};

fn check(set: &SetView<'_>, out: &mut Out<'_>) {
    let mut stated = set.files.iter().filter_map(|file| Some((file, file.stated?)));
    let Some((base, version)) = stated.next() else { return };
    for (file, other) in stated {
        if other != version {
            out.whole_other(file).expected_value(version.value()).got(other.value(), other.value()).related_file(
                &base.name,
                format!("こちらは{version}です"),
                format!("this one states {version}"),
            );
        }
    }
}
