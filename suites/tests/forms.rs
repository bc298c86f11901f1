//! Nothing is left out of a form: what the page shows reads back to what it was made of. The page is taken
//! apart as a browser would, and read as a person does: a code without its meaning, a day without its era, a
//! visit's day from the head of its column.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseResult;
use renkei_reports::Lang;
use renkei_suites::suite::case::{Step, cases};
use renkei_suites::suite::case_sheet::case_sheet;
use renkei_suites::suite::forms::{Document, Head, Purpose, forms, page};
use renkei_suites::suite::given;
use renkei_suites::suite::sheet::Sheet;
use renkei_suites::suite::sut::Operation;
use renkei_validator::spec::{ItemType, Kind, Table, Version, kinds_of, tables};
use renkei_validator::text::Message;
use scraper::{ElementRef, Html, Selector};

/// The folders of clean samples, with what their files say.
fn samples() -> Vec<(String, Vec<Document>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/clean");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let samples: Vec<_> = folders
        .iter()
        .map(|folder| {
            let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            files.sort();
            let documents = files.iter().map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap();
                Document::of(&Sheet::read(name, &fs::read(path).unwrap()).unwrap()).unwrap()
            });
            (folder.file_name().unwrap().to_str().unwrap().to_owned(), documents.collect())
        })
        .collect();
    assert!(samples.len() >= 7, "there are samples: {}", samples.len());
    samples
}

fn shown(documents: &[Document]) -> String {
    let title = Message::pair("見本", "a sample");
    page(&Head { case: "sample".to_owned(), title }, &[(Purpose::Enter, forms(documents))], Lang::Ja)
}

fn select(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect()
}

/// What stands on the page, by row and item. A row is `d0.r1`.
fn read(html: &str) -> BTreeMap<(String, String), BTreeSet<String>> {
    let page = Html::parse_document(html);
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut add = |rows: &str, item: &str, text: &str| {
        for row in rows.split(' ') {
            found.entry((row.to_owned(), item.to_owned())).or_default().insert(text.to_owned());
        }
    };
    let value = select("b");
    for element in page.select(&select("[data-item]")) {
        let rows = element.ancestors().filter_map(ElementRef::wrap).find_map(|above| above.attr("data-rows")).unwrap();
        add(rows, element.attr("data-item").unwrap(), &text(element.select(&value).next().unwrap()));
    }
    for table in page.select(&select("table.days")) {
        let form = table.ancestors().filter_map(ElementRef::wrap).find(|above| above.value().name() == "section");
        let month =
            form.unwrap().select(&select(r#"[data-item="target_month"] b"#)).next().map(text).unwrap_or_default();
        let month = as_month(&month).unwrap_or_default();
        let days: Vec<String> = table.select(&select("thead tr:first-child th.d")).map(text).collect();
        assert_eq!(days.len(), 31);
        for line in table.select(&select("tbody tr")) {
            for (day, cell) in days.iter().zip(line.select(&select("td.d"))) {
                if let Some(rows) = cell.attr("data-rows") {
                    add(rows, "service_date", &format!("{month}{:0>2}", day.trim()));
                }
            }
        }
    }
    found
}

fn numbers(text: &str, ends: &[char]) -> Option<Vec<u32>> {
    let mut rest = text;
    let mut numbers = Vec::new();
    for end in ends {
        let (number, after) = rest.split_once(*end)?;
        numbers.push(number.parse().ok()?);
        rest = after;
    }
    rest.is_empty().then_some(numbers)
}

fn as_date(text: &str) -> Option<String> {
    numbers(text, &['年', '月', '日']).map(|n| format!("{:04}{:02}{:02}", n[0], n[1], n[2]))
}

fn as_month(text: &str) -> Option<String> {
    numbers(text, &['年', '月']).map(|n| format!("{:04}{:02}", n[0], n[1]))
}

/// Whether a text of the page says a value of an item.
fn says(text: &str, form: ItemType, value: &str) -> bool {
    let read = match form {
        ItemType::Date => as_date(text),
        ItemType::Month => as_month(text),
        ItemType::VisitTime | ItemType::ClockTime => text.split_once(':').map(|(hours, rest)| format!("{hours}{rest}")),
        _ => None,
    };
    text == value || read.as_deref() == Some(value)
}

/// Every value that the page does not say.
fn missing(documents: &[Document], html: &str) -> Vec<String> {
    let found = read(html);
    let (mut missing, mut values) = (Vec::new(), 0);
    for (at, document) in documents.iter().enumerate() {
        let Some(table) = document.table else { continue };
        for (row, cells) in document.rows.iter().enumerate() {
            for (item, value) in table.items.iter().zip(cells).filter(|(_, value)| !value.is_empty()) {
                let texts = found.get(&(format!("d{at}.r{row}"), item.key.name().to_owned()));
                values += 1;
                if !texts.is_some_and(|texts| texts.iter().any(|text| says(text, item.form, value))) {
                    missing.push(format!("{} {row} {} {value:?}: {texts:?}", table.kind, item.key.name()));
                }
            }
        }
    }
    assert!(values > 0 || documents.iter().all(|document| document.table.is_none()), "there are values");
    missing
}

#[test]
fn every_value_of_the_samples_is_on_their_forms() {
    for (name, documents) in samples() {
        let html = shown(&documents);
        fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("forms-{name}.html")), &html).unwrap();
        assert_eq!(missing(&documents, &html), [] as [String; 0], "{name}");
    }
}

#[test]
fn every_value_that_cases_give_is_on_their_sheets() {
    let mut sheets = 0;
    for case in cases() {
        for version in &case.versions {
            for (name, made) in given::make(case, *version).unwrap() {
                let documents: Vec<Document> = made.content.to_sheets().iter().filter_map(Document::of).collect();
                assert_eq!(documents.len(), made.content.documents.len(), "{} {name}", case.id);
                assert_eq!(missing(&documents, &shown(&documents)), [] as [String; 0], "{} {name}", case.id);
            }
            let exports = case
                .step
                .iter()
                .any(|step| matches!(step, Step::Export { operation, .. } if *operation != Operation::Again));
            let shows = case.expect.holds.as_ref().is_some_and(|holds| !holds.is_empty());
            let sheet = case_sheet(case, *version, Lang::Ja).unwrap();
            assert_eq!(sheet.is_some(), exports || shows, "{}", case.id);
            sheets += usize::from(sheet.is_some());
        }
    }
    assert!(sheets > 0, "some cases have sheets");
}

#[test]
fn forms_have_their_official_names_in_their_order() {
    let titles = |name: &str| {
        let (_, documents) = samples().into_iter().find(|(sample, _)| sample == name).unwrap();
        forms(&documents).iter().map(|form| format!("{}{}", form.number, form.title)).collect::<Vec<_>>()
    };
    let plan = titles("202407-plan");
    for title in
        ["第1表居宅サービス計画書（1）", "第2表居宅サービス計画書（2）", "第3表週間サービス計画表", "利用者補足情報"]
    {
        assert!(plan.iter().any(|known| known == title), "{title}: {plan:?}");
    }
    let place = |title: &str| plan.iter().position(|known| known.starts_with(title));
    assert!(place("第1表") < place("第2表") && place("第2表") < place("第3表"), "{plan:?}");
    assert!(titles("202407-table").iter().any(|title| title == "第7表サービス利用票別表"));
    assert!(titles("202407-result").iter().all(|title| title == "第6表サービス利用票（実績）"));
}

#[test]
fn a_picture_is_on_the_page_itself() {
    let (_, documents) = samples().into_iter().find(|(name, _)| name == "202407-prevention").unwrap();
    let html = shown(&documents);
    let page = Html::parse_document(&html);
    let pictures: Vec<&str> = page.select(&select("img")).filter_map(|img| img.attr("src")).collect();
    assert_eq!(pictures.len(), 1);
    assert!(pictures[0].starts_with("data:image/jpeg;base64,/9j/"), "a JPEG image begins so");
}

#[test]
fn a_page_of_forms_has_no_script_and_no_address() {
    for (name, documents) in samples() {
        let html = shown(&documents);
        let page = Html::parse_document(&html);
        for what in
            ["script", "link", "iframe", "a[href]", "form", "[style]", "[onclick]", r#"img:not([src^="data:"])"#]
        {
            assert_eq!(page.select(&select(what)).count(), 0, "{name}: {what}");
        }
        assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("url("), "{name}");
        let policy = page.select(&select("meta[http-equiv]")).next().unwrap().attr("content").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    }
}

/// All tables of all versions.
fn all_tables() -> Vec<&'static Table> {
    let of = |version: Version| kinds_of(version).flat_map(move |kind: Kind| tables(version, kind));
    Version::ALL.into_iter().flat_map(of).collect()
}

/// What may stand in an item, and what may not.
fn value(form: ItemType, codes: Vec<String>) -> BoxedStrategy<String> {
    let odd = "[ -~あ-ん一-三　①髙\n]{0,12}";
    let fit: BoxedStrategy<String> = match form {
        ItemType::Date => "20(19|26)(0[1-9]|1[0-2])([01][0-9]|2[0-8])".boxed(),
        ItemType::Month => "2026(0[1-9]|1[0-2])".boxed(),
        ItemType::VisitTime | ItemType::ClockTime => "([01][0-9]|2[0-3])[0-5][0-9]|9999|2400".boxed(),
        ItemType::Bitmap => "[01]{31}".boxed(),
        ItemType::Code if !codes.is_empty() => proptest::sample::select(codes).boxed(),
        ItemType::Integer => "[0-9]{1,4}".boxed(),
        _ => odd.boxed(),
    };
    prop_oneof![4 => fit, 1 => odd.boxed(), 1 => Just(String::new())].boxed()
}

fn row(table: &'static Table) -> BoxedStrategy<Vec<String>> {
    let codes = |item: &renkei_validator::spec::Item| {
        item.codes.map(|codes| codes.codes.iter().map(|(code, ..)| code.clone()).collect()).unwrap_or_default()
    };
    table.items.iter().map(|item| value(item.form, codes(item))).collect::<Vec<_>>().boxed()
}

/// Rows of a table, some of which repeat a part of the one above them.
fn document() -> BoxedStrategy<Document> {
    proptest::sample::select(all_tables())
        .prop_flat_map(|table| {
            let rows = proptest::collection::vec((row(table), any::<Index>(), any::<bool>()), 1..7);
            rows.prop_map(move |rows| {
                let mut done: Vec<Vec<String>> = Vec::new();
                for (mut row, from, repeats) in rows {
                    if let (true, Some(above)) = (repeats, done.last()) {
                        let from = from.index(row.len());
                        row[..from].clone_from_slice(&above[..from]);
                    }
                    done.push(row);
                }
                Document { kind: table.kind, table: Some(table), parts: Vec::new(), rows: done, image: Vec::new() }
            })
        })
        .boxed()
}

fn nothing_is_dropped(documents: &[Document]) -> TestCaseResult {
    let missing = missing(documents, &shown(documents));
    prop_assert!(missing.is_empty(), "{missing:#?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_of_any_table_is_dropped(documents in proptest::collection::vec(document(), 1..4)) {
        nothing_is_dropped(&documents)?;
    }
}
