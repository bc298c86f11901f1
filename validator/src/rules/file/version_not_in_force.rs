//! `file/version-not-in-force`

use time::Date;

use crate::bind::{Known, Row, YearMonth};
use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::name::FileName;
use crate::rule::{Basis, Case, Check, Citation, FileRule, FileStart, Next, Out, Rule};
use crate::rules::EVERY;
use crate::spec::keys::upplan;
use crate::spec::{Kind, Segment, Version, tables};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "file/version-not-in-force",
    severity: Severity::Error,
    title: Text {
        ja: "CSVバージョンが対象年月に適用されるものではありません",
        en: "the CSV version is not the one of the service month",
    },
    why: Text {
        ja: "CSVバージョンはファイルの作成日ではなく、サービス提供月で決まります。異なると、取込側で項目の並びや請求の内容が合いません。",
        en: "The version follows from the service month, not from the day the file is made; with another one the layout does not fit the month.",
    },
    fix: Text {
        ja: "対象年月に適用されるCSVバージョンで出力し直してください。",
        en: "Export the month with the version that applies to it.",
    },
    basis: Basis::Spec(&[Citation { source: "v41l", place: "CSVバージョン履歴（適用開始年月）" }]),
    reading: Some(Text {
        ja: "適用開始より前の月に使うとエラーとします。新しい版の月に旧版を使うのは、旧版のソフトが残っているあいだは警告とし、2027年1月の移行後はエラーとします。",
        en: "A version before its first month is an error. An older version for a later month is a warning while older software is in use, and an error after the move of January 2027.",
    }),
    versions: EVERY,
    check: Check::File(start),
    good: &[
        Case { on: "202407-delete", also: &[], edit: |draft| month(draft, "202504") },
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| {
                older(draft)?;
                month(draft, "202503")
            },
        },
    ],
    bad: &[
        Case {
            on: "202407-delete",
            also: &[],
            edit: |draft| match draft.files[draft.index(Kind::Dltplan)?].version()? {
                Version::V202407 => month(draft, "202503"),
                Version::V202208 | Version::V202003 => None,
            },
        },
        Case { on: "202407-delete", also: &[], edit: older },
    ],
};

/// The year in which the exchange moves to 介護保険資格確認等WEBサービス, in January; from then on
/// only the newest version is exchanged.
const MOVE: i32 = 2027;

struct VersionNotInForce {
    as_of: Option<Date>,
    seen: bool,
}

fn start(start: &FileStart<'_>) -> Box<dyn FileRule> {
    Box::new(VersionNotInForce { as_of: start.as_of, seen: false })
}

impl FileRule for VersionNotInForce {
    fn row(&mut self, row: &Row<'_>, out: &mut Out<'_>) {
        if std::mem::replace(&mut self.seen, true) {
            return;
        }
        let (Known::Is(stated), Known::Is(month)) = (row.bytes(upplan::CSV_VERSION), row.month(upplan::TARGET_MONTH))
        else {
            return;
        };
        let (Some(stated), right) = (Version::parse(stated), of(month)) else { return };
        // A first row that misstates it is file/version-mixed; one of a kind that it lacks is read by another.
        let version = if tables(stated, row.table.kind).is_empty() { stated } else { row.table.version };
        if Some(version) == right {
            return;
        }
        let finding = out.cell(row, upplan::TARGET_MONTH);
        match right {
            Some(right) => finding.expected(
                format!("{month}に適用されるCSVバージョンは{right}"),
                format!("version {right}, which applies to {month}"),
            ),
            None => finding.expected(
                format!("{}以降の月", version.first_month()),
                format!("a month from {} on", version.first_month()),
            ),
        };
        // What the items have for certainty in their table is not what this rests on.
        finding.uncapped();
        if right < Some(version) {
            finding.say(
                format!("CSVバージョン{version}は{}から適用され、{month}には使えません", version.first_month()),
                format!("version {version} applies from {} on, not to {month}", version.first_month()),
            );
            return;
        }
        finding.say(
            format!("{month}のデータが、古いCSVバージョン{version}で出力されています"),
            format!("{month} is written in the older version {version}"),
        );
        if self.as_of.is_none_or(|day| day.year() < MOVE) {
            finding.at_most(Severity::Warning);
        }
    }

    fn next(&self, _: &Row<'_>) -> Next {
        Next::Never
    }
}

/// The version that applies to a month.
fn of(month: YearMonth) -> Option<Version> {
    let first = |version: &Version| YearMonth::parse(version.first_month().as_bytes());
    Version::ALL.into_iter().rev().find(|version| first(version).is_some_and(|first| first <= month))
}

/// Makes a file that has the same items in every version one of another month.
fn month(draft: &mut Draft, month: &str) -> Option<Site> {
    let file = draft.index(Kind::Dltplan)?;
    draft.rename_file(file, Segment::TargetMonth, month)?;
    let file_rows = draft.files[file].rows.len();
    let column = draft.files[file].column(upplan::TARGET_MONTH)?;
    for row in 0..file_rows {
        draft.files[file].put(row, upplan::TARGET_MONTH, month.as_bytes())?;
    }
    Some(Site::Cell(file, 0, column))
}

/// Makes such a file one of the version before 202407, with a name of the old shape.
fn older(draft: &mut Draft) -> Option<Site> {
    let index = draft.index(Kind::Dltplan)?;
    let file = &mut draft.files[index];
    if file.version()? != Version::V202407 {
        return None;
    }
    let name = FileName::parse(&file.name);
    let kept = name
        .parts
        .iter()
        .filter(|(segment, _)| !matches!(segment, Segment::SenderServiceType | Segment::ReceiverServiceType));
    let parts: Vec<&str> = kept.map(|(_, part)| part.as_str()).collect();
    file.name = format!("{}_{}.{}", Kind::Dltplan, parts.join("_"), name.extension?);
    for row in 0..file.rows.len() {
        file.put(row, upplan::CSV_VERSION, Version::V202208.value().as_bytes())?;
    }
    Some(Site::Cell(index, 0, file.column(upplan::TARGET_MONTH)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::parse_date;
    use crate::{FileCheck, Options};

    fn severity(as_of: Option<Date>) -> Vec<(&'static str, Severity)> {
        let name = "DLTPLAN_202610_9970100013_9970100021_20270105090000.CSV";
        let mut check = FileCheck::new(name, &Options { as_of, ..Options::default() });
        check.push(b"202208,991018,0000000101,202610\r\n");
        check.finish().findings.kept.iter().map(|finding| (finding.rule.id, finding.severity)).collect()
    }

    #[test]
    fn an_older_version_is_a_warning_until_the_move() {
        for as_of in [None, parse_date(b"20261231")] {
            assert_eq!(severity(as_of), [("file/version-not-in-force", Severity::Warning)]);
        }
        assert_eq!(severity(parse_date(b"20270101")), [("file/version-not-in-force", Severity::Error)]);
    }

    #[test]
    fn a_version_before_its_first_month_is_an_error_whatever_is_known_of_its_items() {
        let mut check = FileCheck::new("DLTPLAN_202212_9970100013_9970100021_20221205090000.CSV", &Options::default());
        check.push(b"202208,991018,0000000101,202212\r\n");
        let found = check.finish().findings.kept;
        let found: Vec<_> = found.iter().map(|finding| (finding.rule.id, finding.severity, finding.capped)).collect();
        assert_eq!(found, [("file/version-not-in-force", Severity::Error, None)]);
    }

    #[test]
    fn a_version_applies_from_its_first_month_on() {
        let version = |month: &[u8]| of(YearMonth::parse(month).expect("the test writes months"));
        assert_eq!(version(b"202009"), None);
        assert_eq!(version(b"202010"), Some(Version::V202003));
        assert_eq!(version(b"202212"), Some(Version::V202003));
        assert_eq!(version(b"202301"), Some(Version::V202208));
        assert_eq!(version(b"202503"), Some(Version::V202208));
        assert_eq!(version(b"202504"), Some(Version::V202407));
    }
}
