//! Both pages about performance have the same figures, from one run of `benches/compare.sh --docs`.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::path::Path;

/// The tables, as `benches/compare/sections.py` names them, in the order of the pages.
const TABLES: [&str; 10] =
    ["machine", "kinds", "beside", "threads", "start", "dirty", "rows", "files", "findings", "national"];

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)).unwrap()
}

/// Name and text of what was measured, in order.
fn measured(page: &str) -> Vec<(&str, &str)> {
    page.split("<!-- measured: ")
        .skip(1)
        .map(|rest| {
            let (name, rest) = rest.split_once(" -->").unwrap();
            let (text, _) = rest.split_once(&format!("<!-- /measured: {name} -->")).unwrap();
            (name, text)
        })
        .collect()
}

/// The figures of each row, without the words beside them. The first column is left out: its words
/// stand in another order.
fn figures(text: &str) -> Vec<Vec<String>> {
    let digits = |cell: &str| {
        let found: String = cell.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
        found.trim_matches(['.', ',']).to_owned()
    };
    text.lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|---"))
        .map(|line| line.trim_matches('|').split('|').skip(1).map(digits).collect())
        .collect()
}

#[test]
fn both_pages_have_the_same_tables_with_the_same_figures() {
    let (ja, en) = (page("PERFORMANCE.ja.md"), page("PERFORMANCE.md"));
    let names = |page| measured(page).into_iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    let expected: Vec<String> = TABLES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(names(&ja), expected);
    assert_eq!(names(&en), expected);
    let mut rows = 0;
    for ((name, ja), (_, en)) in measured(&ja).into_iter().zip(measured(&en)) {
        // Heads have the units, which are words.
        let (ja, en) = (figures(ja), figures(en));
        assert_eq!(ja, en, "{name}");
        rows += ja.len();
    }
    assert!(rows > 60, "only {rows} rows");
}
