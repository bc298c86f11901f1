//! `name/kind-not-in-version`

use crate::draft::{Draft, Site};
use crate::finding::Severity;
use crate::rule::{Basis, Case, Check, Citation, NameView, Out, Rule};
use crate::rules::EVERY;
use crate::spec::{Kind, Version, grammar};
use crate::text::Text;

pub(super) static RULE: Rule = Rule {
    id: "name/kind-not-in-version",
    severity: Severity::Error,
    title: Text {
        ja: "この種別は、行のCSVバージョンには存在しません",
        en: "the CSV version of the rows has no such kind",
    },
    why: Text {
        ja: "その版に対応したソフトは、この種別のファイルを取り込めません。",
        en: "Software of that version cannot import a file of this kind.",
    },
    fix: Text {
        ja: "CSVバージョンを、この種別がある版の値に直してください。",
        en: "State a CSV version that has this kind.",
    },
    basis: Basis::Derived {
        from: &[Citation { source: "v41", place: "改訂履歴" }, Citation { source: "v41l", place: "CSVバージョン履歴" }],
        because: Text {
            ja: "第3表と介護予防の各種別は、第4版で加わりました。",
            en: "第3表 and the kinds of 介護予防 came with the fourth edition.",
        },
    },
    reading: None,
    versions: EVERY,
    check: Check::Name(check),
    good: &[Case { on: "202208-table", also: &[], edit: |draft| draft.rename_text(Kind::Upplan, "UPPLAN", "UPPLAN") }],
    bad: &[Case { on: "202407-delete", also: &[], edit: new_kind_of_202208 }],
};

fn check(view: &NameView<'_>, out: &mut Out<'_>) {
    let (Some(kind), Some(version)) = (view.name.meant_kind(), view.version) else { return };
    if grammar(version, kind).is_some() {
        return;
    }
    let having: Vec<&str> = Version::ALL
        .iter()
        .filter(|version| grammar(**version, kind).is_some())
        .map(|version| version.value())
        .collect();
    out.whole_file().expected_value(having.join(", ")).got(version.value(), version.value()).say(
        format!("種別{kind}は、CSVバージョン{version}には存在しません"),
        format!("CSV version {version} has no kind {kind}"),
    );
}

/// 介護予防サービス・支援計画書_削除 has the items of 居宅サービス計画書_削除, but came later.
fn new_kind_of_202208(draft: &mut Draft) -> Option<Site> {
    let site = draft.rename_text(Kind::Dlt1kyo, Kind::Dlt1kyo.name(), Kind::Dltyobo.name())?;
    let Site::File(file) = site else { return None };
    for row in &mut draft.files[file].rows {
        *row.cells.first_mut()? = Version::V202208.value().into();
    }
    Some(site)
}
