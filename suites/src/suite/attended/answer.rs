//! What a screen shows, as content: made of the reference and of where the person saw something else.

use renkei_validator::spec::Key;

use super::book::{Screen, Seen};
use crate::suite::content::{Content, Document, Row};

/// What the software holds, as the person has seen it. `reference` and `gone` are what they were asked about,
/// line by line in this order; a line they said nothing of counts as missing.
pub(crate) fn held(reference: &Content, gone: &Content, screen: &Screen) -> Content {
    let mut lines = screen.lines.iter();
    let mut documents = Vec::new();
    for document in &reference.documents {
        documents.extend(seen(document, &mut lines));
    }
    let mut there = screen.there.iter();
    for document in &gone.documents {
        let mut rows = document.rows.clone();
        rows.retain(|_| there.next() == Some(&true));
        if !rows.is_empty() {
            add(&mut documents, Document { rows, ..document.clone() });
        }
    }
    Content::of(documents)
}

/// Whether the screen shows something that nobody can name: what cannot be read as content.
pub(crate) fn is_stray(gone: &Content, screen: &Screen) -> bool {
    gone.documents.is_empty() && screen.there.contains(&true)
}

fn seen<'a>(document: &Document, lines: &mut impl Iterator<Item = &'a Seen>) -> Option<Document> {
    if document.table().is_none() {
        return match lines.next() {
            Some(Seen::Same) => Some(document.clone()),
            // Another picture: which one, nobody can type.
            Some(Seen::Different(_)) => Some(Document { image: vec![0], ..document.clone() }),
            Some(Seen::Missing) | None => None,
        };
    }
    let mut rows: Vec<Row> = Vec::new();
    for row in &document.rows {
        match lines.next() {
            Some(Seen::Same) => rows.push(row.clone()),
            Some(Seen::Different(items)) => {
                let mut row = row.clone();
                for (item, value) in items {
                    if let Some(key) = Key::parse(item) {
                        row.set(key, value.as_str());
                    }
                }
                rows.push(row);
            }
            Some(Seen::Missing) | None => {}
        }
    }
    (!rows.is_empty()).then(|| Document { rows, ..document.clone() })
}

/// Rows that are still there join those of their document.
fn add(documents: &mut Vec<Document>, left: Document) {
    let same = |known: &&mut Document| {
        (known.kind, &known.source, &known.destination, &known.month)
            == (left.kind, &left.source, &left.destination, &left.month)
    };
    match documents.iter_mut().find(same) {
        Some(known) => known.rows.extend(left.rows),
        None => documents.push(left),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const TABLE: &str = "UPPLAN_202610_9970100013_43_9970100021_11_20260928101500.CSV";

    fn sample() -> Content {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/clean/202407-table/");
        let bytes = std::fs::read(format!("{root}{TABLE}")).unwrap();
        Content::from_files(&[(TABLE.to_owned(), bytes)]).unwrap()
    }

    #[test]
    fn what_was_seen_is_held_as_it_is_and_what_was_not_is_not() {
        let content = sample();
        let rows = content.documents[0].rows.len();
        assert!(rows >= 3, "the sample has rows: {rows}");
        let all = Screen { lines: vec![Seen::Same; rows], there: Vec::new() };
        assert_eq!(held(&content, &Content::default(), &all), content);
        let mut lines = vec![Seen::Same; rows];
        lines[1] = Seen::Missing;
        lines[2] = Seen::Different(BTreeMap::from([("start_time".to_owned(), "0915".to_owned())]));
        let got = held(&content, &Content::default(), &Screen { lines, there: Vec::new() });
        assert_eq!(got.documents[0].rows.len(), rows - 1);
        assert_eq!(got.documents[0].rows[0], content.documents[0].rows[0]);
        assert_eq!(got.documents[0].rows[1].get(Key::parse("start_time").unwrap()), "0915");
    }

    #[test]
    fn an_unanswered_screen_holds_nothing_and_what_stays_is_held() {
        let content = sample();
        assert_eq!(held(&content, &Content::default(), &Screen::default()), Content::default());
        let mut there = vec![false; content.documents[0].rows.len()];
        there[0] = true;
        let got = held(&Content::default(), &content, &Screen { lines: Vec::new(), there });
        assert_eq!(got.documents[0].rows, content.documents[0].rows[..1]);
    }
}
