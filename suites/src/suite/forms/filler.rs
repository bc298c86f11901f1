//! Takes values of some rows to their places in a form, and keeps in mind which have none yet. Knows tables;
//! knows no form.

use std::cell::RefCell;
use std::collections::BTreeSet;

use renkei_validator::spec::{Item, Key};

use super::model::{Block, Cell, Choice, Field, Form, Part};
use super::wording::wording;
use super::{Document, Source};

/// Fills one form with some rows of a file.
pub(crate) struct Filler<'a> {
    at: usize,
    document: &'a Document,
    rows: Vec<usize>,
    placed: RefCell<BTreeSet<Key>>,
}

impl<'a> Filler<'a> {
    /// Of rows that the form is about; their first one gives the values that all share.
    pub(crate) fn of(source: &Source<'a>, rows: &[usize]) -> Filler<'a> {
        Filler { at: source.at, document: source.document, rows: rows.to_vec(), placed: RefCell::default() }
    }

    /// The rows that the form is about.
    pub(crate) fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// Rows as forms name them.
    pub(crate) fn names(&self, rows: &[usize]) -> String {
        rows.iter().map(|row| format!("d{}.r{row}", self.at)).collect::<Vec<_>>().join(" ")
    }

    /// A value of the first row.
    pub(crate) fn get(&self, key: Key) -> &'a str {
        self.rows.first().map_or("", |row| self.document.get(*row, key))
    }

    /// A value of any row.
    pub(crate) fn at(&self, row: usize, key: Key) -> &'a str {
        self.document.get(row, key)
    }

    /// Says that an item has its place.
    pub(crate) fn place(&self, keys: &[Key]) {
        self.placed.borrow_mut().extend(keys);
    }

    /// A value of a row in words; nothing where it is empty.
    pub(crate) fn value_of(&self, row: usize, key: Key) -> Vec<Part> {
        self.place(&[key]);
        let value = self.document.get(row, key);
        let (Some(table), Some(item)) = (self.document.table, self.item(key)) else { return Vec::new() };
        match value.is_empty() {
            true => Vec::new(),
            false => vec![Part::Value(wording(table.version, item, value))],
        }
    }

    /// A value of the first row.
    pub(crate) fn value(&self, key: Key) -> Vec<Part> {
        self.rows.first().map_or_else(Vec::new, |row| self.value_of(*row, key))
    }

    /// A value of a row behind its label; nothing where it is empty.
    pub(crate) fn labelled(&self, row: usize, label: &str, key: Key) -> Vec<Part> {
        let mut parts = self.value_of(row, key);
        if !parts.is_empty() {
            parts.insert(0, Part::Label(label.to_owned()));
        }
        parts
    }

    /// A field of one item under its official name.
    pub(crate) fn field(&self, weight: u8, key: Key) -> Field {
        self.named(weight, &self.label(key), &[key])
    }

    /// A field with room for much text.
    pub(crate) fn tall(&self, weight: u8, key: Key) -> Field {
        Field { tall: true, ..self.field(weight, key) }
    }

    /// A field of several items, one after the other.
    pub(crate) fn named(&self, weight: u8, label: &str, keys: &[Key]) -> Field {
        let parts = keys.iter().flat_map(|key| self.value(*key)).collect();
        Field { label: label.to_owned(), weight, tall: false, rows: String::new(), parts }
    }

    /// A field of two items, the first day and the last.
    pub(crate) fn span(&self, weight: u8, label: &str, from: Key, to: Key) -> Field {
        let mut field = self.named(weight, label, &[from]);
        field.parts.push(Part::Text("～".to_owned()));
        field.parts.extend(self.value(to));
        field
    }

    /// A field that prints all words of a code list.
    pub(crate) fn choice(&self, weight: u8, key: Key) -> Field {
        let parts = self.choice_parts(key);
        Field { label: self.label(key), weight, tall: false, rows: String::new(), parts }
    }

    /// All words of a code list, with the one that is meant.
    pub(crate) fn choice_parts(&self, key: Key) -> Vec<Part> {
        let codes = self.item(key).and_then(|item| item.codes);
        let value = self.get(key);
        match codes {
            Some(codes) if value.is_empty() || codes.contains(value.as_bytes()) => {
                self.place(&[key]);
                let option = |(code, name, _): &(String, String, String)| (code.clone(), name.clone(), code == value);
                vec![Part::Choice(Choice { item: key.name(), options: codes.codes.iter().map(option).collect() })]
            }
            Some(_) | None => self.value(key),
        }
    }

    /// The official name of an item.
    pub(crate) fn label(&self, key: Key) -> String {
        self.item(key).map_or_else(String::new, |item| item.name_ja.clone())
    }

    /// A cell of a table.
    pub(crate) fn cell(&self, row: usize, key: Key, class: &'static str) -> Cell {
        Cell::of(self.value_of(row, key), class)
    }

    /// What has no place yet: once where all rows agree, else row by row.
    pub(crate) fn rest(&self) -> Option<Block> {
        let table = self.document.table?;
        let placed = self.placed.borrow().clone();
        let mut fields = Vec::new();
        for item in table.items.iter().filter(|item| !placed.contains(&item.key)) {
            let mut values = self.rows.iter().map(|row| self.document.get(*row, item.key));
            let first = values.next().unwrap_or_default();
            if values.all(|value| value == first) {
                if !first.is_empty() {
                    fields.push(self.field(1, item.key));
                }
                continue;
            }
            for (nth, row) in self.rows.iter().enumerate() {
                let parts = self.value_of(*row, item.key);
                if !parts.is_empty() {
                    let label = format!("{}（{}件目）", item.name_ja, nth + 1);
                    fields.push(Field { label, weight: 1, tall: false, rows: self.names(&[*row]), parts });
                }
            }
        }
        (!fields.is_empty()).then_some(Block::Rest(fields))
    }

    /// The form with these blocks, and what has no place in them below.
    pub(crate) fn form(&self, number: &str, title: &str, landscape: bool, blocks: Vec<Block>) -> Form {
        let person = Key::parse("insured_number").map_or("", |key| self.get(key));
        let mut form = Form {
            number: number.to_owned(),
            title: title.to_owned(),
            person: person.to_owned(),
            landscape,
            rows: self.names(&self.rows),
            blocks,
        };
        form.blocks.extend(self.rest());
        form
    }

    fn item(&self, key: Key) -> Option<&'static Item> {
        self.document.table.and_then(|table| table.item(key))
    }
}
