//! `file/version-unknown`

use crate::bind::{Known, Row};
use crate::draft::{Draft, Site};
use crate::finding::{Finding, Severity};
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upplan;
use crate::spec::{Kind, KnownVersion, Version, versions_known};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/version-unknown",
    severity: Severity::Error,
    title: Text {
        ja: "CSVバージョンが使用できる値ではありません", en: "the CSV version is not a value in use"
    },
    why: Text {
        ja: "取込側は、最初の項目のCSVバージョンで項目の並びを判断します。知らない値のファイルは受け付けられません。",
        en: "An import tells the layout by this first item, and rejects a file whose version it does not know.",
    },
    fix: Text {
        ja: "サービス提供月に適用されるCSVバージョンの値を出力してください。",
        en: "Write the value that applies to the service month.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "CSVバージョン履歴" }]),
    reading: None,
    versions: EVERY,
    check: Check::File(start),
    good: &[Case {
        on: "202407-table",
        also: &[],
        edit: |draft| draft.set_raw(Kind::Upplan, 0, upplan::CSV_VERSION, b"\"202407\""),
    }],
    bad: &[
        Case { on: "202407-table", also: &[], edit: |draft| every_row(draft, Kind::Upplan, b"202410") },
        Case { on: "202407-plan", also: &[], edit: |draft| every_row(draft, Kind::Up2kyo, b"202504") },
        Case { on: "202208-table", also: &[], edit: |draft| every_row(draft, Kind::Upplan, b"201910") },
        Case { on: "202407-result", also: &[], edit: |draft| every_row(draft, Kind::Upjsk, b"4.1") },
    ],
};

#[derive(Default)]
struct VersionUnknown {
    told: bool,
}

fn start(_: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(VersionUnknown::default())
}

impl FileRule for VersionUnknown {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        if self.told {
            return;
        }
        let Known::Is(text) = row.bytes(upplan::CSV_VERSION) else { return };
        if Version::parse(text).is_none() {
            self.told = true;
            let each = |from: &str, to: &str| Version::ALL.map(|v| format!("{v}{from}{}{to}", v.first_month()));
            let finding = out.cell(row, upplan::CSV_VERSION);
            finding.expected(
                format!("{}のいずれか", each("（", "から）").join("、")),
                format!("one of {}", each(" (from ", ")").join(", ")),
            );
            explain(finding, text);
        }
    }

    fn next(&self, _: &Row<'_>) -> Next {
        if self.told { Next::Never } else { Next::Changed(&[upplan::CSV_VERSION]) }
    }
}

/// The month of the document 第4.1版, often taken for its version.
const DOCUMENT: &[u8] = b"202410";

/// Says why a value that people take for a version is none.
fn explain(finding: &mut Finding, value: &[u8]) {
    let newest = Version::V202407;
    if Version::parse(value.trim_ascii()).is_some() {
        finding.say("CSVバージョンの前か後に空白があります", "the CSV version begins or ends with a space");
    }
    if value == DOCUMENT {
        finding.say(
            format!("202410は標準仕様の文書の年月です。CSVバージョンの値は{newest}です"),
            format!("202410 is the month of the document; the value of its version is {newest}"),
        );
    }
    let Some(known) = versions_known().iter().find(|known| known.value.as_bytes() == value) else { return };
    let KnownVersion { value, title_ja, .. } = known;
    match known.status.as_str() {
        "withdrawn" => finding.say(
            format!("{value}は{title_ja}の値ですが、取り下げられて{newest}に置き換えられました"),
            format!("{value} was withdrawn and replaced by {newest}"),
        ),
        "outside" => finding.say(
            format!("{value}は{title_ja}の値で、この検査の対象外です"),
            format!("{value} is an early edition that these tables do not cover"),
        ),
        _ => finding,
    };
}

fn every_row(draft: &mut Draft, kind: Kind, value: &[u8]) -> Option<Site> {
    let file = draft.index(kind)?;
    let column = draft.files[file].column(upplan::CSV_VERSION)?;
    for row in &mut draft.files[file].rows {
        *row.cells.get_mut(column)? = value.to_vec();
    }
    Some(Site::Cell(file, 0, column))
}
