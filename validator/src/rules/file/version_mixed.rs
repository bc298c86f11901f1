//! `file/version-mixed`

use crate::bind::{Known, Row};
use crate::draft::{Draft, Site};
use crate::facts::place;
use crate::finding::{Place, Severity};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upplan;
use crate::spec::{Kind, Version, tables};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/version-mixed",
    severity: Severity::Error,
    title: Text {
        ja: "1つのファイルに異なるCSVバージョンの行があります",
        en: "the rows of one file state different CSV versions",
    },
    why: Text {
        ja: "項目の並びはCSVバージョンで決まり、取込側は1つのファイルを1つのバージョンで読み取ります。",
        en: "The version decides which items a row has; an import reads all of a file by one version.",
    },
    fix: Text {
        ja: "すべての行を同じCSVバージョンで出力してください。", en: "Export all rows with one CSV version."
    },
    basis: Basis::Spec(&[
        Citation { source: "v41l", place: "CSVバージョン履歴" },
        Citation { source: "v41l", place: "各帳票 No.1" },
    ]),
    reading: None,
    versions: EVERY,
    check: Check::File(start),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Upplan, 1, upplan::CSV_VERSION, b"\"202407\""),
    }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: first_row },
        Case { on: "202407-table", also: &[], edit: |draft| second_row(draft, Kind::Upplan) },
        Case { on: "202407-plan", also: &[], edit: |draft| second_row(draft, Kind::Up1kyo) },
        Case { on: "202407-result", also: &[], edit: |draft| second_row(draft, Kind::Upjsk) },
    ],
};

#[derive(Default)]
struct VersionMixed {
    first: Option<(Version, Place)>,
    told: bool,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(VersionMixed::default())
}

impl FileRule for VersionMixed {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        if self.told {
            return;
        }
        let Known::Is(text) = row.bytes(upplan::CSV_VERSION) else { return };
        // A value that is none is file/version-unknown.
        let (Some(version), Some(here)) = (Version::parse(text), place(row, upplan::CSV_VERSION)) else { return };
        let read_as = row.table.version;
        if self.first.is_none() && version != read_as && !tables(version, row.table.kind).is_empty() {
            self.told = true;
            out.cell(row, upplan::CSV_VERSION)
                .expected(
                    format!("{read_as}（ファイル名と項目数のバージョン）"),
                    format!("{read_as}, by the file name and the number of items"),
                )
                .say(
                    format!("CSVバージョンは{version}ですが、ファイル名と項目数は{read_as}のものです"),
                    format!(
                        "the version is {version}, but the file name and the number of items are those of {read_as}"
                    ),
                );
            return;
        }
        let (first, at) = *self.first.get_or_insert((version, here));
        if version != first {
            self.told = true;
            out.cell(row, upplan::CSV_VERSION)
                .expected(format!("{first}（最初の行と同じ）"), format!("{first}, as in the first row"))
                .related(at, format!("最初の行は{first}です"), format!("the first row says {first}"));
        }
    }

    fn next(&self, _: &Row<'_>) -> Next {
        if self.told { Next::Never } else { Next::Changed(&[upplan::CSV_VERSION]) }
    }
}

/// Gives the first row a version in which rows have another number of items.
fn first_row(draft: &mut Draft) -> Option<Site> {
    let other = match draft.files[draft.index(Kind::Upplan)?].version()? {
        Version::V202407 => Version::V202208,
        Version::V202208 => Version::V202407,
        Version::V202003 => return None,
    };
    draft.set(Kind::Upplan, 0, upplan::CSV_VERSION, other.value().as_bytes())
}

fn second_row(draft: &mut Draft, kind: Kind) -> Option<Site> {
    let other = match draft.files[draft.index(kind)?].version()? {
        Version::V202407 => Version::V202208,
        Version::V202208 | Version::V202003 => Version::V202407,
    };
    draft.set(kind, 1, upplan::CSV_VERSION, other.value().as_bytes())
}
