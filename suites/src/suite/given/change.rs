//! Changes rows of a content. Knows kinds, people and items; a change that strikes nothing is an error.

use renkei_validator::spec::{Key, keys};
use renkei_validator::text::Message;

use crate::suite::case::{Change, Value};
use crate::suite::content::{Content, Document, Row};

pub(super) fn apply(content: &mut Content, change: &Change) -> Result<(), Message> {
    let mut struck = false;
    for document in content.documents.iter_mut().filter(|document| document.kind == change.kind) {
        if let Some(key) = change.set.keys().find(|key| !has(document, **key)) {
            return Err(Message::pair(
                format!("{}に項目 {} はありません", change.kind, key.name()),
                format!("{} has no item {}", change.kind, key.name()),
            ));
        }
        let chosen = chosen(document, change);
        struck |= !chosen.is_empty();
        let mut rows = Vec::new();
        for (at, mut row) in std::mem::take(&mut document.rows).into_iter().enumerate() {
            if !chosen.contains(&at) {
                rows.push(row);
                continue;
            }
            if change.copy {
                rows.push(row.clone());
            }
            for (key, value) in &change.set {
                row.set(*key, value.text());
            }
            if !change.remove {
                rows.push(row);
            }
        }
        document.rows = rows;
    }
    if struck {
        return Ok(());
    }
    Err(Message::pair(
        format!("{}に、変更する行がありません", change.kind),
        format!("there is no row of {} to be changed", change.kind),
    ))
}

fn has(document: &Document, key: Key) -> bool {
    document.table().is_some_and(|table| table.column(key).is_some())
}

/// The places of the rows that a change is about.
fn chosen(document: &Document, change: &Change) -> Vec<usize> {
    let person = |row: &Row| {
        (row.get(keys::upplan::INSURER_NUMBER).to_owned(), row.get(keys::upplan::INSURED_NUMBER).to_owned())
    };
    let mut people = Vec::new();
    for row in &document.rows {
        let one = person(row);
        if !people.contains(&one) {
            people.push(one);
        }
    }
    let of_person = |row: &Row| match change.person {
        Some(nth) => nth.checked_sub(1).and_then(|at| people.get(at)).is_some_and(|one| *one == person(row)),
        None => true,
    };
    let holds = |row: &Row| change.only.iter().all(|(key, value)| row.get(*key) == value.text());
    let rows = document.rows.iter().enumerate().filter(|(_, row)| of_person(row) && holds(row)).map(|(at, _)| at);
    match change.row {
        Some(nth) => rows.skip(nth.saturating_sub(1)).take(1).collect(),
        None => rows.collect(),
    }
}

impl Value {
    /// The text that it stands for.
    pub fn text(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Repeat(text, times) => text.repeat(*times),
        }
    }
}
