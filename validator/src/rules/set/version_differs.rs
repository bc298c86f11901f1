//! `set/version-differs`

use super::{base_of, en_of, ja_of};
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::name::FileName;
use crate::rule::{Basis, Case, Check, Citation, Out, Rule, SetView};
use crate::rules::EVERY;
use crate::spec::keys::{dlt1kyo, uphosoku};
use crate::spec::{Kind, Segment, Version, grammar};
use crate::text::Text;
use crate::units::formed;

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
    good: &[Case {
        on: "202407-delete",
        also: &[],
        // Another set may be of another version.
        edit: |draft| {
            let file = draft.index(Kind::Dlt1kyo)?;
            age(draft, file).map(|()| Site::File(file))
        },
    }],
    bad: &[Case {
        on: "202407-plan",
        also: &[],
        edit: |draft| {
            let (file, _) =
                draft.find(Kind::Uphosoku, |file, row| file.get(row, uphosoku::TARGET_MONTH) == b"000000")?;
            base_of(draft, file)?;
            age(draft, file).map(|()| Site::File(file))
        },
    }],
};

/// Makes a file of 202407 one of 202208, name and rows.
fn age(draft: &mut Draft, file: usize) -> Option<()> {
    if draft.files[file].version() != Some(Version::V202407) {
        return None;
    }
    let name = FileName::parse(&draft.files[file].name);
    let kind = name.meant_kind()?;
    let old = grammar(Version::V202208, kind)?;
    let parts: Option<Vec<&str>> = old.segments.iter().map(|segment: &Segment| name.part(*segment)).collect();
    draft.files[file].name = format!("{kind}_{}.{}", parts?.join("_"), name.extension.as_deref()?);
    for row in 0..draft.files[file].rows.len() {
        draft.files[file].put(row, dlt1kyo::CSV_VERSION, Version::V202208.value().as_bytes())?;
    }
    Some(())
}

fn check(set: &SetView<'_>, out: &mut Out<'_>) {
    for unit in formed(set) {
        let mut stated = unit.files.iter().filter_map(|file| Some((file, file.stated?)));
        let Some((base, version)) = stated.next() else { continue };
        for (file, other) in stated {
            // A kind that its version does not have is for name/kind-not-in-version to report.
            let exists = file.kind.is_some_and(|kind| grammar(other, kind).is_some());
            if other != version && exists {
                out.whole_other(file)
                    .expected(
                        format!("{version}（{}と同じ）", ja_of(base)),
                        format!("{version}, as in {}", en_of(base)),
                    )
                    .got(other.value(), other.value())
                    .related_file(&base.name, format!("こちらは{version}です"), format!("this one states {version}"));
            }
        }
    }
}
