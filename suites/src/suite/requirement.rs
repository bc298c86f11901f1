//! What the standard asks of a client or of its data: `suites/requirements.csv`. Knows which rules are
//! said to verify a requirement; knows no case, as cases name requirements and not the other way round.

use std::sync::LazyLock;

use renkei_reports::Pair;
use renkei_validator::rule::Rule;
use renkei_validator::rules;
use renkei_validator::spec::{self, Version};

/// Something that the standard, or what follows from it, asks.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// `layout.upplan`: what it is about, then which of its demands.
    pub id: String,
    /// The demand, in one sentence.
    pub text: Pair,
    /// The versions of the standard that make it.
    pub versions: Vec<Version>,
    /// Where it is written, with the titles of the documents.
    pub cites: Vec<String>,
    /// The rules that find where data misses it.
    pub rules: Vec<&'static Rule>,
    /// Why nothing of renkei can tell whether it is met.
    pub reason: Option<Pair>,
}

const WELL_FORMED: &str = "suites/requirements.csv is well-formed; a test reads all of it";

static REQUIREMENTS: LazyLock<Vec<Requirement>> =
    LazyLock::new(|| read(include_str!("../../requirements.csv")).expect(WELL_FORMED));

/// All requirements, in the order of the table.
pub fn requirements() -> &'static [Requirement] {
    &REQUIREMENTS
}

/// The requirement of that id.
pub fn requirement(id: &str) -> Option<&'static Requirement> {
    requirements().iter().find(|requirement| requirement.id == id)
}

/// The columns, in their order.
const COLUMNS: [&str; 8] = ["id", "ja", "en", "versions", "cite", "rules", "reason_ja", "reason_en"];

fn read(text: &str) -> Result<Vec<Requirement>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    if reader.headers().map_err(|error| error.to_string())?.iter().ne(COLUMNS) {
        return Err(format!("the columns are not {}", COLUMNS.join(",")));
    }
    let mut all: Vec<Requirement> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let of = |column: usize| record.get(column).unwrap_or_default();
        let (id, reason) = (of(0), pair(of(6), of(7)));
        if all.iter().any(|other| other.id == id) {
            return Err(format!("{id} is there twice"));
        }
        all.push(Requirement {
            id: id.to_owned(),
            text: pair(of(1), of(2)).ok_or_else(|| format!("{id} has no text"))?,
            versions: versions(of(3)).ok_or_else(|| format!("{id} names versions that are not there"))?,
            cites: of(4).split("; ").map(cite).collect::<Result<_, _>>().map_err(|why| format!("{id}: {why}"))?,
            rules: of(5)
                .split_whitespace()
                .map(|rule| rules::find(rule).ok_or_else(|| format!("{id} names {rule}, which is no rule")))
                .collect::<Result<_, _>>()?,
            reason,
        });
    }
    Ok(all)
}

fn pair(ja: &str, en: &str) -> Option<Pair> {
    (!ja.is_empty() && !en.is_empty()).then(|| Pair { ja: ja.to_owned(), en: en.to_owned() })
}

fn versions(text: &str) -> Option<Vec<Version>> {
    match text {
        "all" => Some(Version::ALL.to_vec()),
        text => text.split('|').map(|value| Version::parse(value.as_bytes())).collect(),
    }
}

/// A source and a place in it, with the source's title.
fn cite(text: &str) -> Result<String, String> {
    let (source, place) = text.split_once(' ').ok_or_else(|| format!("{text} names no place"))?;
    let source = spec::source(source).ok_or_else(|| format!("{source} is no source"))?;
    Ok(format!("{} {place}", source.title_ja))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "id,ja,en,versions,cite,rules,reason_ja,reason_en\n";

    fn refused(row: &str) -> String {
        read(&format!("{HEAD}{row}")).err().unwrap_or_default()
    }

    #[test]
    fn a_row_is_read_with_its_rules_and_the_titles_of_its_sources() {
        let rows =
            read(&format!("{HEAD}a.b,あ,A,202003|202208,v41 2.4; qa 問4,cell/too-long bytes/gaiji,,\n")).unwrap();
        let [row] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!(row.versions, [Version::V202003, Version::V202208]);
        assert_eq!(row.rules.iter().map(|rule| rule.id).collect::<Vec<_>>(), ["cell/too-long", "bytes/gaiji"]);
        assert_eq!(
            row.cites,
            [
                "ケアプランデータ連携標準仕様 第4.1版 2.4",
                "ケアプランデータ連携標準仕様 Q&A（介護保険最新情報 Vol.1177） 問4"
            ]
        );
        assert_eq!(row.reason, None);
    }

    #[test]
    fn what_a_row_names_must_be_there() {
        assert_eq!(refused("a,あ,A,all,v41 1,cell/none,,"), "a names cell/none, which is no rule");
        assert_eq!(refused("a,あ,A,202504,v41 1,,,"), "a names versions that are not there");
        assert_eq!(refused("a,あ,A,all,v99 1,,,"), "a: v99 is no source");
        assert_eq!(refused("a,あ,A,all,v41,,,"), "a: v41 names no place");
        assert_eq!(refused("a,あ,,all,v41 1,,,"), "a has no text");
        assert_eq!(refused("a,あ,A,all,v41 1,,,\na,あ,A,all,v41 1,,,"), "a is there twice");
        assert_eq!(read("id,ja\n").err().unwrap(), format!("the columns are not {}", HEAD.trim()));
    }
}
