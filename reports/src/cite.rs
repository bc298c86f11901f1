//! Makes cites readable. Knows the sources by their ids; knows no rule.

use renkei_validator::finding::Finding;
use renkei_validator::rule::{Basis, Citation};
use renkei_validator::spec::{self, Item, Table};

use crate::model::Pair;

/// The place of a rule that rests on the item tables as a whole. In a finding the line of its item stands
/// for it, or else the tables of the version at hand.
const ITEM_TABLES: &str = "各帳票の項目一覧";

/// What the titles mean, for readers of the English side. The titles themselves stay as they are:
/// they are what one searches for.
fn gloss(id: &str) -> Option<&'static str> {
    Some(match id {
        "v41" => "the standard, version 4.1",
        "v41l" => "the standard, version 4.1, annex: layout of the CSV files",
        "v32" => "the standard, version 3.2",
        "v3d" => "version 3.2, inferred from 4.1 and its change history",
        "v2d" => "version 2, inferred from 3.2; the text itself was not to be had",
        "qa" => "questions and answers on the standard",
        "n1" => "how office numbers are made for municipal services",
        "s1" => "notice on the linkage system",
        "v1234" => "notice on what is new in the linkage system",
        "guide" => "seminar on starting with the linkage system",
        "overview" => "what the linkage system is",
        "vt" => "patterns of the vendor test, and the move of 2027; from secondary sources",
        "faq" => "help desk of the linkage system: frequent questions",
        "practice" => "what implementations do; the standard is silent",
        "mock" => "what the mock platform assumes",
        _ => return None,
    })
}

fn readable(source: &str, place: &str) -> Pair {
    let title = spec::source(source).map_or(source, |source| &source.title_ja);
    let title_en = match gloss(source) {
        Some(gloss) => format!("{title} ({gloss})"),
        None => title.to_owned(),
    };
    let join = |title: &str| if place.is_empty() { title.to_owned() } else { format!("{title} {place}") };
    Pair { ja: join(title), en: join(&title_en) }
}

/// The documents that a rule rests on.
pub(crate) fn of_rule(cites: &[Citation]) -> Vec<Pair> {
    cites.iter().map(|cite| readable(cite.source, cite.place)).collect()
}

/// The documents that a finding rests on, in a file of some table: its rule's, and the line of its item. A
/// rule of practice cites nothing: the item's line does not say what such a rule says.
pub(crate) fn of_finding(finding: &Finding, table: Option<&'static Table>) -> Vec<Pair> {
    let rule = finding.rule.basis.citations();
    let item = match finding.rule.basis {
        Basis::Spec(_) | Basis::Derived { .. } => item(finding),
        Basis::Practice(_) => None,
    };
    let rule = rule.iter().filter(|cite| item.is_none() || cite.place != ITEM_TABLES);
    let tables = table.and_then(least_sure).map(|item| item.cite.source.as_str());
    let source = |cite: &Citation| tables.filter(|_| cite.place == ITEM_TABLES).unwrap_or(cite.source);
    let mut cites: Vec<Pair> = rule.map(|cite| readable(source(cite), cite.place)).collect();
    cites.extend(item.map(|item| readable(&item.cite.source, &item.cite.place)));
    let mut seen = Vec::with_capacity(cites.len());
    for cite in cites {
        if !seen.contains(&cite) {
            seen.push(cite);
        }
    }
    seen
}

fn item(finding: &Finding) -> Option<&'static Item> {
    finding.table?.items.get(finding.place?.column as usize)
}

/// The item of a table that is known least: where it is from, that is where the table as a whole is from.
fn least_sure(table: &'static Table) -> Option<&'static Item> {
    table.items.iter().min_by_key(|item| item.certainty)
}

#[cfg(test)]
mod tests {
    use renkei_validator::draft::Draft;
    use renkei_validator::spec::Kind;
    use renkei_validator::{Options, judge};

    use super::*;

    #[test]
    fn a_cite_reads_as_title_and_place() {
        let cite = readable("v41l", "UPPLAN No.10");
        assert_eq!(cite.ja, "ケアプランデータ連携標準仕様 第4.1版 別紙 CSVファイルレイアウト定義書 UPPLAN No.10");
        assert_eq!(
            cite.en,
            "ケアプランデータ連携標準仕様 第4.1版 別紙 CSVファイルレイアウト定義書 \
             (the standard, version 4.1, annex: layout of the CSV files) UPPLAN No.10"
        );
    }

    #[test]
    fn what_is_about_the_number_of_items_cites_the_tables_of_its_version() {
        let cited = |sample: &str| {
            let mut draft = Draft::sample(sample).expect("it is one");
            let file = draft.index(Kind::Upplan).expect("it has a table");
            draft.files[file].rows[0].cells.pop();
            let judgement = judge(&draft.to_files(), &Options::default());
            let findings = judgement.findings();
            let found = findings.iter().find(|finding| finding.rule.id == "csv/too-few-items").expect("it is found");
            let table = judgement.files[file].version.and_then(|version| spec::table(version, Kind::Upplan));
            of_finding(found, table).into_iter().map(|cite| cite.ja).collect::<Vec<_>>()
        };
        assert_eq!(
            cited("202407-table"),
            ["ケアプランデータ連携標準仕様 第4.1版 別紙 CSVファイルレイアウト定義書 各帳票の項目一覧"]
        );
        assert_eq!(cited("202208-table"), ["第3.2版（第4.1版 別紙と改訂履歴からの推定） 各帳票の項目一覧"]);
    }

    #[test]
    fn some_rule_rests_on_the_item_tables_as_a_whole() {
        let mut cites = renkei_validator::rules::all().iter().flat_map(|rule| rule.basis.citations());
        assert!(cites.any(|cite| cite.place == ITEM_TABLES));
    }

    #[test]
    fn every_source_has_an_english_gloss() {
        assert!(!spec::sources().is_empty());
        for source in spec::sources() {
            assert!(gloss(&source.id).is_some(), "{} has none", source.id);
        }
    }
}
